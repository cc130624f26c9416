"""A line between a client and a server that can be cut, or made silent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class Wobbly:
    """Passes bytes on; `connections` counts how often somebody has come."""

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port
        self._pipes: set[asyncio.StreamWriter] = set()
        self._loud = asyncio.Event()
        self._loud.set()
        self.connections = 0

    def cut(self) -> None:
        """Cut every connection that stands."""
        for pipe in self._pipes:
            pipe.transport.abort()
        self._pipes.clear()

    def hush(self, *, silent: bool) -> None:
        """Let connections stand, and nothing come through."""
        if silent:
            self._loud.clear()
        else:
            self._loud.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError):
            back, there = await asyncio.open_connection(self._host, self._port)
            self._pipes |= {writer, there}
            await asyncio.gather(self._pass(reader, there), self._pass(back, writer))
            self._pipes -= {writer, there}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await self._loud.wait()
                writer.write(data)
                await writer.drain()
            writer.close()


@contextlib.asynccontextmanager
async def wobbly(url: str) -> AsyncIterator[tuple[str, Wobbly]]:
    """The address of a line to `url`, and the line."""
    line = Wobbly(url)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", line
    finally:
        server.close()
        line.cut()
