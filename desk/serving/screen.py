"""One attached screen: its views, what it was last told, and the answers to what it asks."""

from __future__ import annotations

import asyncio
import contextlib
import time

import msgspec
from aiohttp import WSMsgType, web

from desk.errors import DeskError, OutageError, StoreError
from desk.feeds.warning import WeatherWarning
from desk.serving.case_messages import Attach, CaseRow
from desk.serving.dossier import Dossier
from desk.serving.feed_messages import ReadFaults
from desk.serving.held import in_turns
from desk.serving.house import Visit
from desk.serving.monitor import Monitor
from desk.serving.names import clean_name
from desk.serving.outage_messages import Act, OutageDetail, PlaceCount, ReadOutage
from desk.serving.protocol import (
    TICK_S,
    VERSION,
    Close,
    DeskStatus,
    Fetch,
    FromDesk,
    FromScreen,
    Hello,
    MapPlace,
    OmsMark,
    Open,
    OutageRow,
    Page,
    Read,
    Refused,
    Tick,
)
from desk.serving.views import View

MOST_VIEWS = 16
QUEUE_S = 0.5
"""The head of the queue is told at most so often: it is more than all else of a tick."""
REST_S = TICK_S / 5
"""A desk that is late with a tick lets others work for so long before the next."""
MOST_DOSSIERS = 4
"""Outages open at a screen at a time; of others everything is looked at again."""
MOST_WANTED = 64
"""Outages that a screen may have asked for and not got yet."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(FromScreen).decode


class Screen:
    """One attached screen: its views, what it was last told, and its visits of the houses."""

    def __init__(self, monitor: Monitor, socket: web.WebSocketResponse) -> None:
        self._monitor = monitor
        self._socket = socket
        self._views: dict[int, View] = {}
        self._status: DeskStatus | None = None
        self._outages: dict[str, OutageRow] = {}
        self._rows: list[OutageRow] | None = None
        self._queue_version = -1
        self._queue_at_s = -QUEUE_S
        self._oms: tuple[OmsMark, ...] | None = None
        self._counts: tuple[PlaceCount, ...] = ()
        self._warnings: tuple[WeatherWarning, ...] = ()
        self._dossiers: dict[str, Dossier] = {}
        self._wanted: asyncio.Queue[str] = asyncio.Queue(MOST_WANTED)
        self._beginnings = monitor.beginnings
        self._changes, _ = monitor.changed_since(0)
        self.who = Attach("")
        self._visits = tuple(house.visit(self) for house in monitor.houses)
        self._meeting: dict[type, Visit] = {
            kind: visit for visit in self._visits for kind in visit.requests
        }

    async def serve(self) -> None:
        """Answer requests and tell changes until the screen leaves."""
        await self.say(hello(self._monitor))
        tasks = [asyncio.create_task(self._tick_for_ever()), asyncio.create_task(self._read())]
        try:
            async for message in self._socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await self._answer(message.data)
        finally:
            for visit in self._visits:
                visit.leave()
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await task

    async def _tick_for_ever(self) -> None:
        # the next tick waits until this one is sent: a slow screen gets fewer, larger changes
        while True:
            next_s = time.monotonic() + TICK_S
            if self._beginnings != self._monitor.beginnings:
                await self._greet_again()
            for view in list(self._views.values()):
                await view.catch_up()
            for visit in self._visits:
                for message in visit.news():
                    await self.say(message)
            tick = self._tick()
            if tick is not None:
                await self.say(tick)
            for page in self._changed_rows():
                await self.say(page)
            await self._look_back(next_s)

    async def _look_back(self, until_s: float) -> None:
        """Look at older posts for the views that still count, until the next tick."""

        def look() -> bool:
            counting = next((view for view in self._views.values() if view.counting), None)
            return counting is not None and counting.look_back() and time.monotonic() < until_s

        await in_turns(look)
        await asyncio.sleep(max(REST_S, until_s - time.monotonic()))

    async def _greet_again(self) -> None:
        """The desk has begun again, and for a screen that is another desk."""
        self._beginnings = self._monitor.beginnings
        self._views, self._outages, self._queue_version = {}, {}, -1
        self._rows, self._queue_at_s = None, -QUEUE_S
        self._status, self._oms, self._counts, self._dossiers = None, None, (), {}
        self._warnings = ()
        for visit in self._visits:
            visit.begin_again()
        await self.say(hello(self._monitor))

    def _tick(self) -> Tick | None:
        monitor = self._monitor
        views = tuple(filter(None, (view.change() for view in self._views.values())))
        outages, queue = self._new_outages(), self._new_queue()
        status = monitor.status()
        changed = status != self._status
        self._status = status
        layers = self._layers()
        new_layers = any(layer is not None for layer in layers)
        cases = tuple(window for visit in self._visits for window in visit.windows())
        warnings = self._new_warnings()
        new = queue is not None or new_layers or warnings is not None
        if changed or views or outages or new or cases:
            told = status if changed else None
            return Tick(told, views, outages, queue, *layers, cases, warnings)
        return None

    def _new_outages(self) -> tuple[OutageRow, ...]:
        rows = self._monitor.outages()
        if rows is self._rows:
            return ()
        self._rows = rows
        current = {row.outage.id: row for row in rows}
        outages = tuple(row for id_, row in current.items() if self._outages.get(id_) != row)
        self._outages = current
        return outages

    def _new_queue(self) -> tuple[CaseRow, ...] | None:
        cases, now_s = self._monitor.cases, time.monotonic()
        if self._queue_version == cases.queue_version or now_s - self._queue_at_s < QUEUE_S:
            return None
        self._queue_version, self._queue_at_s = cases.queue_version, now_s
        return cases.queue()

    def _changed_rows(self) -> list[Page]:
        """The rows of posts that were deleted since the last tick."""
        self._changes, numbers = self._monitor.changed_since(self._changes)
        return [
            view.page(at, 1)
            for number in numbers
            for view in self._views.values()
            if (at := view.place_of(number)) is not None
        ]

    def _new_warnings(self) -> tuple[WeatherWarning, ...] | None:
        warnings = self._monitor.warnings()
        changed, self._warnings = warnings != self._warnings, warnings
        return warnings if changed else None

    def _layers(self) -> tuple[tuple[OmsMark, ...] | None, tuple[PlaceCount, ...] | None]:
        """The utility's marks and the counts of places, where they have changed."""
        oms, counts = self._monitor.oms, self._monitor.counts()
        changed = (oms != self._oms, counts != self._counts)
        self._oms, self._counts = oms, counts
        return oms if changed[0] else None, counts if changed[1] else None

    async def _answer(self, data: str | bytes) -> None:
        try:
            request = _decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            await self.say(Refused(None, f"not a request: {error}"))
            return
        try:
            answer = await self._meet(request)
        except StoreError:
            raise
        except DeskError as error:
            answer = Refused(
                getattr(request, "view", None),
                str(error),
                getattr(request, "outage", None),
                getattr(request, "case", None),
            )
        if answer is not None:
            await self.say(answer)

    async def _meet(self, request: FromScreen) -> FromDesk | None:
        match request:
            case Open(view, text, count):
                if view not in self._views and len(self._views) >= MOST_VIEWS:
                    return Refused(view, f"a screen has at most {MOST_VIEWS} views: close one")
                opened = self._monitor.view(view, text)
                self._views.pop(view, None)  # no more is told of the one that it replaces
                opened.open(count)
                self._views[view] = opened
                return opened.tail(count)
            case Close(view):
                self._views.pop(view, None)
                return None
            case Fetch(view, start, count):
                if view not in self._views:
                    return Refused(view, "this view is not open")
                return self._views[view].page(start, count)
            case Read(id_):
                return self._monitor.detail(id_)
            case ReadOutage(id_):
                if self._wanted.full():
                    raise OutageError("too many outages are asked for at once: wait for the others")
                self._wanted.put_nowait(id_)
                return None
            case Act():
                return self._monitor.act(request)
            case ReadFaults(feed):
                return self._monitor.faults(feed)
            case Attach(name, role):
                self.who = Attach(clean_name(name), role)
                return None
            case _:
                return await self._ask_house(request)

    async def _ask_house(self, request: FromScreen) -> FromDesk | None:
        visit = self._meeting.get(type(request))
        if visit is None:
            return Refused(None, f"this desk knows no {type(request).__name__}")
        return await visit.meet(request)

    async def _read(self) -> None:
        """Answer with outages that are asked for; what people do must not wait for them."""
        while True:
            await self.say(await self._read_outage(await self._wanted.get()))

    async def _read_outage(self, id_: str) -> OutageDetail:
        monitor = self._monitor
        dossier = monitor.reader.dossier(id_, self._dossiers.pop(id_, None), monitor.held)
        if dossier is None:
            return OutageDetail(id_, None)
        beginnings = self._beginnings
        await dossier.fill()
        if beginnings == self._beginnings:
            self._dossiers[id_] = dossier
        while len(self._dossiers) > MOST_DOSSIERS:
            del self._dossiers[next(iter(self._dossiers))]
        return monitor.reader.detail(dossier, monitor.place(dossier.outage.communities))

    async def say(self, message: FromDesk) -> None:
        """Tell `message` now."""
        await self._socket.send_str(_encode(message).decode())


def hello(monitor: Monitor) -> Hello:
    """The first message to a screen."""
    from importlib.metadata import version

    territory = monitor.pipeline.territory
    return Hello(
        protocol=VERSION,
        desk=version("stormdesk"),
        territory=territory.name,
        timezone=territory.timezone,
        places=tuple(
            MapPlace(place.id, place.name, place.lat, place.lon, place.customers)
            for place in territory.community
        ),
        lines=territory.lines,
        exercise=bool(monitor.pipeline.store.exercise),
        limits=monitor.pipeline.limits(),
    )
