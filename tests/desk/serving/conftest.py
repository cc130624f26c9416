"""A desk of three towns that listens on a Unix socket, and plain clients at it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec
import pytest

from desk.cases.wrong import WrongLabels
from desk.feeds import open_feed
from desk.feeds.kinds import KINDS
from desk.pipeline import Pipeline
from desk.serving.monitor import Monitor
from desk.serving.protocol import PATH, FromDesk, FromScreen, Tick
from desk.serving.server import listening
from desk.store import Store
from desk.territories import load_territory
from rules import Engine, load_packs
from rules.loader import load_sets

T = TypeVar("T")
decode = msgspec.json.Decoder(FromDesk).decode


class Client:
    """A screen without a screen."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.ticks: list[Tick] = []

    async def ask(self, request: FromScreen) -> None:
        await self.socket.send_str(msgspec.json.encode(request).decode())

    async def until(self, kind: type[T]) -> T:
        while True:
            message = decode(await self.socket.receive_str(timeout=10))
            if isinstance(message, Tick) and kind is not Tick:
                self.ticks.append(message)
            elif isinstance(message, kind):
                return message


Attached = tuple[Monitor, Client]
OpenDesk = Callable[[Path], contextlib.AbstractAsyncContextManager[Attached]]


@contextlib.asynccontextmanager
async def client_at(socket_path: Path) -> AsyncIterator[Client]:
    """One more client at the desk that listens there."""
    connector = aiohttp.UnixConnector(str(socket_path))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(f"http://desk{PATH}") as socket,
    ):
        yield Client(socket)


@pytest.fixture
def another_client(tmp_path: Path) -> contextlib.AbstractAsyncContextManager[Client]:
    """A second client at the desk of the test."""
    return client_at(tmp_path / "desk.sock")


@pytest.fixture
def desk(territory_file: Path, rules_folder: Path, tmp_path: Path) -> OpenDesk:
    """Opens a desk on a file of posts, which it reads when told to, with one client attached."""

    @contextlib.asynccontextmanager
    async def open_desk(posts: Path) -> AsyncIterator[Attached]:
        territory = load_territory(str(territory_file))
        pipeline = Pipeline(Engine(load_packs(rules_folder)), territory, Store())
        wrong = WrongLabels(tmp_path / "data", lambda: load_sets(rules_folder))
        monitor = Monitor(pipeline, [open_feed(f"file:{posts}", KINDS)], print, wrong=wrong)
        socket_path = tmp_path / "desk.sock"
        async with listening(monitor, f"unix:{socket_path}") as url:
            assert url == f"unix:{socket_path}"
            async with client_at(socket_path) as client:
                yield monitor, client
        pipeline.store.close()

    return open_desk
