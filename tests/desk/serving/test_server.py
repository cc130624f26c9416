"""The desk's server, spoken to by a plain WebSocket client over a Unix socket."""

from __future__ import annotations

import asyncio
import contextlib
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec
import pytest

from desk.errors import DeskError
from desk.feeds import open_feed
from desk.feeds.kinds import KINDS
from desk.pipeline import Pipeline
from desk.serving.monitor import Monitor
from desk.serving.protocol import (
    PATH,
    CaseRow,
    Close,
    DeskStatus,
    Detail,
    Fetch,
    FromDesk,
    FromScreen,
    Hello,
    Open,
    OutageRow,
    Page,
    Read,
    Refused,
    Tick,
)
from desk.serving.server import listening, loopback
from desk.store import Store
from desk.territories import load_territory
from rules import Engine, load_packs

T = TypeVar("T")
PostsFile = Callable[..., Path]
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


@contextlib.asynccontextmanager
async def desk(
    path: Path, territory: Path, rules: Path, folder: Path
) -> AsyncIterator[tuple[Monitor, Client]]:
    pipeline = Pipeline(Engine(load_packs(rules)), load_territory(str(territory)), Store())
    monitor = Monitor(pipeline, [open_feed(f"file:{path}", KINDS)], print)
    socket_path = folder / "desk.sock"
    async with listening(monitor, f"unix:{socket_path}") as url:
        assert url == f"unix:{socket_path}"
        connector = aiohttp.UnixConnector(str(socket_path))
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.ws_connect(f"http://desk{PATH}") as socket,
        ):
            yield monitor, Client(socket)
    pipeline.store.close()


async def test_a_screen_gets_a_page_and_then_what_changed(
    posts_file: PostsFile, territory_file: Path, rules_folder: Path, tmp_path: Path
) -> None:
    texts = ["no power in Alderton", "nice weather", "a line is down in Birchfield"] * 10
    path = posts_file(texts)
    async with desk(path, territory_file, rules_folder, tmp_path) as (monitor, client):
        hello = await client.until(Hello)
        assert (hello.territory, len(hello.places)) == ("Three Towns", 3)
        await client.ask(Open(1, "label:hazard"))
        page = await client.until(Page)
        assert (page.total, page.rows) == (0, ())
        await monitor.run()
        tick = await client.until(Tick)
        while not tick.views:
            tick = await client.until(Tick)
        change = tick.views[0]
        assert change.total == 10
        assert {row.labels for row in change.rows} == {("hazard",)}
        assert change.rows[0].place == "Birchfield"
        await client.ask(Fetch(1, 2, 3))
        fetched = await client.until(Page)
        assert [row.id for row in fetched.rows] == ["p8", "p11", "p14"]
        await client.ask(Read("p2"))
        detail = await client.until(Detail)
        assert detail.post is not None
        assert detail.post.text == texts[2]
        assert [match.rule for match in detail.post.matches] == ["t-hazard"]
        await client.ask(Read("nobody"))
        assert (await client.until(Detail)).post is None


async def test_status_outages_and_queue_come_with_ticks(
    posts_file: PostsFile, territory_file: Path, rules_folder: Path, tmp_path: Path
) -> None:
    path = posts_file(["no power in Alderton"] * 40 + ["a line is down in Alderton"])
    async with desk(path, territory_file, rules_folder, tmp_path) as (monitor, client):
        await client.until(Hello)
        await monitor.run()
        outages: dict[str, OutageRow] = {}
        queue: tuple[CaseRow, ...] | None = None
        status: DeskStatus | None = None
        while not (outages and queue and status and status.feeds[0].state == "ended"):
            tick = await client.until(Tick)
            outages.update({row.place: row for row in tick.outages})
            queue = tick.queue or queue
            status = tick.status or status
        assert status.received == status.labelled == 41
        assert status.backlog == 0
        assert status.exercise is True
        assert outages["Alderton"].outage.authors >= 5
        assert queue[0].labels == ("hazard",)
        # nothing changes any more, so nothing is said: an idle desk is silent
        await asyncio.sleep(6)
        while True:
            try:
                await client.socket.receive_str(timeout=0.5)
            except TimeoutError:
                break


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Open(1, "label:hazzard"), "did you mean 'hazard'"),
        (Fetch(9, 0, 1), "not open"),
    ],
)
async def test_a_request_that_can_not_be_met_is_refused_with_the_reason(
    request_: FromScreen,
    words: str,
    posts_file: PostsFile,
    territory_file: Path,
    rules_folder: Path,
    tmp_path: Path,
) -> None:
    path = posts_file([])
    async with desk(path, territory_file, rules_folder, tmp_path) as (_, client):
        await client.until(Hello)
        await client.ask(request_)
        assert words in (await client.until(Refused)).reason


async def test_garbage_is_refused_and_does_not_end_the_link(
    posts_file: PostsFile, territory_file: Path, rules_folder: Path, tmp_path: Path
) -> None:
    async with desk(posts_file([]), territory_file, rules_folder, tmp_path) as (_, client):
        await client.until(Hello)
        for garbage in ("", "nonsense", "[1]", '{"type":"open"}', '{"type":"quit"}'):
            await client.socket.send_str(garbage)
            assert "not a request" in (await client.until(Refused)).reason
        for view in range(20):
            await client.ask(Open(view))
        await client.ask(Close(3))
        assert "at most" in (await client.until(Refused)).reason


async def test_the_socket_is_for_its_owner_alone(
    posts_file: PostsFile, territory_file: Path, rules_folder: Path, tmp_path: Path
) -> None:
    async with desk(posts_file([]), territory_file, rules_folder, tmp_path):
        assert stat.S_IMODE((tmp_path / "desk.sock").stat().st_mode) == 0o600


@pytest.mark.parametrize("address", ["0.0.0.0:80", "example.org:80", "127.0.0.1", "unix", ":1:2"])
def test_only_this_machine_may_attach(address: str) -> None:
    with pytest.raises(DeskError, match="can't listen"):
        loopback(address)


@pytest.mark.parametrize("address", ["127.0.0.1:7411", "localhost:0", "[::1]:80"])
def test_loopback_addresses_are_taken(address: str) -> None:
    assert loopback(address)[0] in ("127.0.0.1", "localhost", "::1")
