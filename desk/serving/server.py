"""The desk's server: screens attach over a WebSocket, on a Unix socket or a loopback port."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
from collections.abc import AsyncIterator

import msgspec
from aiohttp import WSMsgType, web

from desk.errors import DeskError, FilterError
from desk.serving.monitor import Monitor
from desk.serving.protocol import (
    PATH,
    TICK_S,
    VERSION,
    CaseRow,
    Close,
    DeskStatus,
    Fetch,
    FromDesk,
    FromScreen,
    Hello,
    MapPlace,
    Open,
    OutageRow,
    Read,
    Refused,
    Tick,
)
from desk.serving.views import View

MOST_VIEWS = 16
MOST_REQUEST_BYTES = 1 << 16
MOST_ANSWER_BYTES = 64 << 20
"""A post of the longest accepted line, painted whole, fits into one answer."""
BEAT_S = 20.0

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(FromScreen).decode


class Screen:
    """One attached screen: its views, and what it was last told."""

    def __init__(self, monitor: Monitor, socket: web.WebSocketResponse) -> None:
        self._monitor = monitor
        self._socket = socket
        self._views: dict[int, View] = {}
        self._status: DeskStatus | None = None
        self._outages: dict[str, OutageRow] = {}
        self._queue: tuple[CaseRow, ...] | None = None
        self._queue_version = -1

    async def serve(self) -> None:
        """Answer requests and tell changes until the screen leaves."""
        await self._say(hello(self._monitor))
        ticking = asyncio.create_task(self._tick_for_ever())
        try:
            async for message in self._socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await self._answer(message.data)
        finally:
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await ticking

    async def _tick_for_ever(self) -> None:
        # the next tick waits until this one is sent: a slow screen gets fewer, larger changes
        while True:
            tick = self._tick()
            if tick is not None:
                await self._say(tick)
            await asyncio.sleep(TICK_S)

    def _tick(self) -> Tick | None:
        monitor = self._monitor
        status = monitor.status()
        views = tuple(filter(None, (view.change() for view in self._views.values())))
        outages = tuple(row for row in monitor.outages() if self._outages.get(row.outage.id) != row)
        self._outages.update((row.outage.id, row) for row in outages)
        queue = None
        if self._queue_version != monitor.queue_version:
            self._queue_version = monitor.queue_version
            queue = monitor.queue()
        changed = status != self._status
        self._status = status
        if changed or views or outages or queue is not None:
            return Tick(status if changed else None, views, outages, queue)
        return None

    async def _answer(self, data: str | bytes) -> None:
        try:
            request = _decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            await self._say(Refused(None, f"not a request: {error}"))
            return
        view = getattr(request, "view", None)
        try:
            answer = self._meet(request)
        except FilterError as error:
            answer = Refused(view, str(error))
        if answer is not None:
            await self._say(answer)

    def _meet(self, request: FromScreen) -> FromDesk | None:
        match request:
            case Open(view, text, count):
                if view not in self._views and len(self._views) >= MOST_VIEWS:
                    return Refused(view, f"a screen has at most {MOST_VIEWS} views: close one")
                self._views[view] = self._monitor.view(view, text)
                return self._views[view].tail(count)
            case Close(view):
                self._views.pop(view, None)
                return None
            case Fetch(view, start, count):
                if view not in self._views:
                    return Refused(view, "this view is not open")
                return self._views[view].page(start, count)
            case Read(id_):
                return self._monitor.detail(id_)

    async def _say(self, message: FromDesk) -> None:
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
    )


def application(monitor: Monitor) -> web.Application:
    """The web application that serves `monitor` to screens at `PATH`."""

    async def attach(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            max_msg_size=MOST_REQUEST_BYTES, heartbeat=BEAT_S, compress=False
        )
        await socket.prepare(request)
        with contextlib.suppress(ConnectionError):
            await Screen(monitor, socket).serve()
        return socket

    app = web.Application()
    app.router.add_get(PATH, attach)
    return app


@contextlib.asynccontextmanager
async def listening(monitor: Monitor, listen: str) -> AsyncIterator[str]:
    """Serve `monitor` on `unix:PATH` or `HOST:PORT`; yields the URL for `--desk`.

    Raises:
        DeskError: the address can't be used.
    """
    runner = web.AppRunner(application(monitor), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        yield await _start(runner, listen)
    finally:
        await runner.cleanup()


async def _start(runner: web.AppRunner, listen: str) -> str:
    try:
        if listen.startswith("unix:"):
            path = listen.removeprefix("unix:")
            await web.UnixSite(runner, path).start()
            os.chmod(path, 0o600)  # noqa: PTH101  a call of the system, not a walk over files
            return listen
        host, port = loopback(listen)
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
    except OSError as error:
        raise DeskError(f"can't listen on '{listen}': {error.strerror or error}") from None
    return f"http://{host}:{bound}"


def loopback(listen: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, where the host is this machine itself.

    Raises:
        DeskError: no port, or a host that others can reach: there are no users and roles yet.
    """
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65_535:
        raise DeskError(f"can't listen on '{listen}': write unix:PATH or 127.0.0.1:PORT")
    try:
        local = host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        local = False
    if not local:
        raise DeskError(
            f"can't listen on '{listen}': this desk knows no users, so only this machine may"
            " attach; write unix:PATH or 127.0.0.1:PORT, and tunnel to it"
        )
    return host.strip("[]"), int(port)
