"""The desk's server, spoken to by a plain WebSocket client over a Unix socket."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from desk.errors import DeskError
from desk.serving.address import desk_url, loopback, unix_socket
from desk.serving.case_messages import CaseRow
from desk.serving.protocol import (
    PATH,
    Close,
    DeskStatus,
    Detail,
    Fetch,
    FromScreen,
    Hello,
    Open,
    OutageRow,
    Page,
    Read,
    Refused,
    Tick,
)
from desk.serving.screen import Screen
from desk.serving.server import listening

if TYPE_CHECKING:
    from tests.desk.serving.conftest import OpenDesk

PostsFile = Callable[..., Path]


async def test_a_screen_gets_a_page_and_then_what_changed(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    texts = ["no power in Alderton", "nice weather", "a line is down in Birchfield"] * 10
    path = posts_file(texts)
    async with desk(path) as (monitor, client):
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
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    path = posts_file(["no power in Alderton"] * 40 + ["a line is down in Alderton"])
    async with desk(path) as (monitor, client):
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


async def test_a_quiet_desk_says_nothing(
    posts_file: PostsFile,
    desk: OpenDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = posts_file(["no power in Alderton"] * 40)
    async with desk(path) as (monitor, _):
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + 60)
        monkeypatch.setattr("desk.serving.monitor.time", later)  # the feed's rate has faded
        screen = Screen(monitor, web.WebSocketResponse())
        before = screen._tick()
        assert before is not None
        assert before.outages == ()
        assert screen._tick() is None
        await monitor.run()
        tick = screen._tick()
        assert tick is not None
        assert tick.status is not None
        assert tick.status.received == 40
        later.monotonic = lambda: time.monotonic() + 120
        screen._tick()  # the outages are looked at again
        assert screen._outages
        assert screen._tick() is None


async def test_a_screen_lets_go_of_outages_that_the_desk_has_forgotten(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    path = posts_file(["no power in Alderton"] * 40)
    async with desk(path) as (monitor, _):
        await monitor.run()
        screen = Screen(monitor, web.WebSocketResponse())
        screen._tick()
        assert len(screen._outages) == 1
        monitor._outages = []
        screen._tick()
        assert screen._outages == {}


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
    desk: OpenDesk,
) -> None:
    path = posts_file([])
    async with desk(path) as (_, client):
        await client.until(Hello)
        await client.ask(request_)
        assert words in (await client.until(Refused)).reason


async def test_garbage_is_refused_and_does_not_end_the_link(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    async with desk(posts_file([])) as (_, client):
        await client.until(Hello)
        for garbage in ("", "nonsense", "[1]", '{"type":"open"}', '{"type":"quit"}'):
            await client.socket.send_str(garbage)
            assert "not a request" in (await client.until(Refused)).reason
        for view in range(20):
            await client.ask(Open(view))
        await client.ask(Close(3))
        assert "at most" in (await client.until(Refused)).reason


async def test_the_socket_is_for_its_owner_alone_and_goes_with_the_desk(
    posts_file: PostsFile, desk: OpenDesk, tmp_path: Path
) -> None:
    path = tmp_path / "desk.sock"
    async with desk(posts_file([])):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_a_second_desk_does_not_take_the_socket_of_the_first(
    posts_file: PostsFile, desk: OpenDesk, tmp_path: Path
) -> None:
    async with desk(posts_file([])) as (monitor, client):
        with pytest.raises(DeskError, match="a desk listens there already"):
            async with listening(monitor, f"unix:{tmp_path / 'desk.sock'}"):
                pass
        async with listening(monitor, "127.0.0.1:0") as url:
            with pytest.raises(DeskError, match="the port is taken; choose another"):
                async with listening(monitor, url.removeprefix("http://")):
                    pass
        await client.until(Hello)
        async with aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(str(tmp_path / "desk.sock"))
        ) as another:
            await another.ws_connect(f"http://desk{PATH}")


def test_a_socket_that_a_killed_desk_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "desk.sock"
    unix_socket(path).close()
    assert path.is_socket()
    unix_socket(path).close()


def test_a_file_is_not_replaced_by_a_socket(tmp_path: Path) -> None:
    path = tmp_path / "precious.txt"
    path.write_text("words")
    with pytest.raises(DeskError, match="something else is there"):
        unix_socket(path)
    assert path.read_text() == "words"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 101),
        ({"Host": "localhost"}, 101),
        ({"Host": "[::1]:7411"}, 101),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "rebound.example.org:7411"}, 403),
        ({"Host": ""}, 403),
        ({"Host": "["}, 403),
    ],
)
async def test_no_web_page_can_attach(
    headers: dict[str, str],
    status: int,
    posts_file: PostsFile,
    desk: OpenDesk,
) -> None:
    handshake = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    async with (
        desk(posts_file([])) as (monitor, _),
        listening(monitor, "127.0.0.1:0") as url,
        aiohttp.ClientSession() as session,
        session.get(url + PATH, headers=handshake | key | headers) as answer,
    ):
        assert answer.status == status


async def test_no_web_page_can_attach_through_a_unix_socket_either(
    posts_file: PostsFile, desk: OpenDesk, tmp_path: Path
) -> None:
    async with desk(posts_file([])):
        connector = aiohttp.UnixConnector(str(tmp_path / "desk.sock"))
        async with aiohttp.ClientSession(connector=connector) as session:
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await session.ws_connect(f"http://desk{PATH}", origin="https://example.org")


@pytest.mark.parametrize("address", ["0.0.0.0:80", "example.org:80", "127.0.0.1", "unix", ":1:2"])
def test_only_this_machine_may_attach(address: str) -> None:
    with pytest.raises(DeskError, match="can't listen"):
        loopback(address)


@pytest.mark.parametrize("address", ["127.0.0.1:7411", "localhost:0", "[::1]:80"])
def test_loopback_addresses_are_taken(address: str) -> None:
    assert loopback(address)[0] in ("127.0.0.1", "localhost", "::1")


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("unix:/run/desk.sock", "unix:/run/desk.sock"),
        ("http://127.0.0.1:7411", "http://127.0.0.1:7411"),
        ("http://[::1]:7411/", "http://[::1]:7411"),
        *((bad, None) for bad in (
            "foo", "", "unix:", "ftp://127.0.0.1:7411", "http://", "http://127.0.0.1", "http://[:1",
            "http://127.0.0.1:7411/screen", "http://127.0.0.1:99999", "127.0.0.1:7411", "http://:80",
        )),
    ],
)  # fmt: skip
def test_a_desk_is_where_serve_said(url: str, taken: str | None) -> None:
    if taken is None:
        with pytest.raises(DeskError, match="stormdesk serve"):
            desk_url(url)
    else:
        assert desk_url(url) == taken
