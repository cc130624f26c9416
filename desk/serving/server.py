"""The desk's server: screens attach over a WebSocket, on a Unix socket or a loopback port."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

from desk.errors import DeskError, FilterError
from desk.serving.address import host_of, is_here, loopback, unix_socket
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
        self._beginnings = monitor.beginnings

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
            if self._beginnings != self._monitor.beginnings:
                await self._greet_again()
            for view in list(self._views.values()):
                await view.fill()
            tick = self._tick()
            if tick is not None:
                await self._say(tick)
            await asyncio.sleep(TICK_S)

    async def _greet_again(self) -> None:
        """The desk has begun again, and for a screen that is another desk."""
        self._beginnings = self._monitor.beginnings
        self._views, self._outages, self._queue_version = {}, {}, -1
        self._status = None
        await self._say(hello(self._monitor))

    def _tick(self) -> Tick | None:
        monitor = self._monitor
        status = monitor.status()
        views = tuple(filter(None, (view.change() for view in self._views.values())))
        current = {row.outage.id: row for row in monitor.outages()}
        outages = tuple(row for id_, row in current.items() if self._outages.get(id_) != row)
        self._outages = current
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
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            await self._say(Refused(None, f"not a request: {error}"))
            return
        view = getattr(request, "view", None)
        try:
            answer = await self._meet(request)
        except FilterError as error:
            answer = Refused(view, str(error))
        if answer is not None:
            await self._say(answer)

    async def _meet(self, request: FromScreen) -> FromDesk | None:
        match request:
            case Open(view, text, count):
                if view not in self._views and len(self._views) >= MOST_VIEWS:
                    return Refused(view, f"a screen has at most {MOST_VIEWS} views: close one")
                opened = self._monitor.view(view, text)
                self._views.pop(view, None)  # no more is told of the one that it replaces
                await opened.fill()
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

    app = web.Application(middlewares=[_guarded])
    app.router.add_get(PATH, attach)
    return app


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse web pages: any page that is open on this machine could read the desk otherwise.

    Browsers send `Origin` with every WebSocket. A page whose own name was made to point to this
    machine (DNS rebinding) shows in `Host`. On a Unix socket there are no browsers, and no names.
    """
    host = request.headers.get("Host", "")
    named = request.transport and isinstance(request.transport.get_extra_info("sockname"), tuple)
    if "Origin" in request.headers or (named and not is_here(host_of(host))):
        raise web.HTTPForbidden(text="screens of stormdesk only: no web pages")
    return await handler(request)


@contextlib.asynccontextmanager
async def listening(monitor: Monitor, listen: str) -> AsyncIterator[str]:
    """Serve `monitor` on `unix:PATH` or `HOST:PORT`; yields the URL for `--desk`.

    Raises:
        DeskError: the address can't be used.
    """
    runner = web.AppRunner(application(monitor), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    path = Path(listen.removeprefix("unix:")) if listen.startswith("unix:") else None
    try:
        if path is None:
            yield await _on_port(runner, listen)
            return
        await _on_path(runner, path)
        try:
            yield listen
        finally:
            path.unlink(missing_ok=True)
    finally:
        await runner.cleanup()


async def _on_port(runner: web.AppRunner, listen: str) -> str:
    host, port = loopback(listen)
    with _plainly(listen):
        await web.TCPSite(runner, host, port).start()
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{runner.addresses[0][1]}"


async def _on_path(runner: web.AppRunner, path: Path) -> None:
    with _plainly(f"unix:{path}"):
        await web.SockSite(runner, unix_socket(path)).start()


@contextlib.contextmanager
def _plainly(listen: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DeskError(f"can't listen on '{listen}': {error.strerror or error}") from None
