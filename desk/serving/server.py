"""The desk's server: screens attach over a WebSocket, on a Unix socket or a loopback port."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from desk.errors import DeskError
from desk.serving.address import host_of, is_here, loopback, unix_socket
from desk.serving.health import health_routes
from desk.serving.monitor import Monitor
from desk.serving.protocol import PATH
from desk.serving.screen import Screen

MOST_REQUEST_BYTES = 1 << 16
BEAT_S = 20.0


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
    app.router.add_routes(health_routes(monitor))

    def broke(task: asyncio.Task[None]) -> None:
        """Without delivery replies would wait for ever, and nobody would know why."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            monitor.fail(error)

    async def delivering(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(monitor.replies.run())
        task.add_done_callback(broke)
        yield
        task.cancel()
        # what broke it has ended the desk already (Monitor.failure)
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task

    app.cleanup_ctx.append(delivering)
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
    async with bound(application(monitor), listen) as url:
        yield url


@contextlib.asynccontextmanager
async def bound(app: web.Application, listen: str) -> AsyncIterator[str]:
    """Serve `app` as `listening` does a desk, and with its errors."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
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
        if error.errno == errno.EADDRINUSE:
            mend = "the port is taken; choose another, or 0 for any that is free"
            raise DeskError(f"can't listen on '{listen}': {mend}") from None
        raise DeskError(f"can't listen on '{listen}': {error.strerror or error}") from None
