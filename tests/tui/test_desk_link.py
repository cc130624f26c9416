"""The link to a real desk in a process of its own: killed, it is started again and goes on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from desk.errors import DeskError
from desk.serving.protocol import PATH, FromDesk, Hello, Open, Page, Tick
from desk.serving.room import wait_for_room
from tui.child import DeskChild
from tui.desk_link import MOST_QUICK_FAILURES, DeskLink
from tui.link import LinkState
from tui.setup import Setup

PostsFile = Callable[..., Path]
Messages = AsyncIterator[FromDesk | LinkState]


async def next_state(messages: Messages) -> LinkState:
    async for message in messages:
        if isinstance(message, LinkState):
            return message
    raise AssertionError("the link ended")


async def total_of_first_page(link: DeskLink, messages: Messages, wanted: int) -> int:
    """Open a view, and follow it until it has `wanted` rows."""
    async for message in messages:
        if isinstance(message, Hello):
            await link.send(Open(1))
        total = 0
        if isinstance(message, Page):
            total = message.total
        if isinstance(message, Tick) and message.views:
            total = message.views[0].total
        if total >= wanted:
            return total
    raise AssertionError("the link ended")


@pytest.fixture
def child(
    posts_file: PostsFile, territory_file: Path, rules_folder: Path, tmp_path: Path
) -> DeskChild:
    feed = f"file:{posts_file(['no power in Alderton', 'hello'] * 25)}"
    setup = Setup([feed], str(territory_file), [rules_folder], tmp_path / "data")
    return DeskChild(setup, tmp_path)


def pid(child: DeskChild) -> int:
    process = child._process
    assert process is not None
    return process.pid


async def test_a_killed_desk_is_started_again_with_everything_it_had(child: DeskChild) -> None:
    await child.start()
    link = DeskLink(child.url, child)
    messages = aiter(link.messages())
    assert (await next_state(messages)).state == "connecting"
    assert (await next_state(messages)).state == "connected"
    assert await total_of_first_page(link, messages, 25) == 25
    first = pid(child)
    os.kill(first, signal.SIGKILL)
    lost = await next_state(messages)
    assert lost.state == "lost"
    assert "SIGKILL" in lost.reason
    assert "starting it again" in lost.reason
    assert (await next_state(messages)).state == "connected"
    assert await total_of_first_page(link, messages, 25) == 25
    assert pid(child) != first
    await link.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid(child), 0)


async def test_the_utilitys_list_reaches_the_screen(child: DeskChild, tmp_path: Path) -> None:
    """What `watch --oms` was given goes to the desk, and its marks come back."""
    (tmp_path / "oms.csv").write_text("id,start,city\n17,2024-05-01T11:58:00Z,Alderton\n")
    setup = msgspec.structs.replace(child._setup, oms=tmp_path / "oms.csv")
    desk = DeskChild(setup, tmp_path)
    await desk.start()
    link = DeskLink(desk.url, desk)
    async for message in link.messages():
        if isinstance(message, Tick) and message.oms is not None:
            assert [mark.id for mark in message.oms] == ["17"]
            break
    await link.close()


async def test_a_desk_that_hangs_is_ended_and_started_again(
    child: DeskChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.desk_link.BEAT_S", 0.5)
    await child.start()
    link = DeskLink(child.url, child)
    messages = aiter(link.messages())
    assert await total_of_first_page(link, messages, 25) == 25
    first = pid(child)
    os.kill(first, signal.SIGSTOP)
    assert "does not answer" in (await next_state(messages)).reason
    assert "no longer answered" in (await next_state(messages)).reason
    assert await total_of_first_page(link, messages, 25) == 25
    assert pid(child) != first
    await link.close()


async def test_a_desk_whose_disk_is_full_says_so_and_goes_on_when_there_is_room(
    child: DeskChild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.desk_link.WAITING_S", 0.01)
    monkeypatch.setattr("desk.serving.room.LOOK_S", 0.01)
    full = tmp_path / "full"
    stop = asyncio.Event()
    waiting = asyncio.create_task(wait_for_room(full, child.url, "no room: é", stop))
    await asyncio.sleep(0.1)
    link = DeskLink(child.url)
    messages = aiter(link.messages())
    assert (await next_state(messages)).state == "connecting"
    for _ in range(MOST_QUICK_FAILURES + 1):  # however often: it waits, and has not failed
        assert await next_state(messages) == LinkState("lost", "the desk waits: no room: é")
    full.mkdir()
    assert await waiting
    await child.start()
    while (await next_state(messages)).state != "connected":
        pass
    await link.close()
    await child.close()


async def test_giving_up_says_why_the_desk_does_not_start(
    child: DeskChild, rules_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.desk_link.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("tui.desk_link.MOST_QUICK_FAILURES", 2)
    await child.start()
    link = DeskLink(child.url, child)
    messages = aiter(link.messages())
    assert await total_of_first_page(link, messages, 25) == 25
    (rules_folder / "bad.toml").write_text('language = "xx"\n')
    os.kill(pid(child), signal.SIGKILL)
    states = [message async for message in messages if isinstance(message, LinkState)]
    assert states[-1].state == "failed"
    assert "unknown language 'xx'" in states[-1].reason
    await link.close()


async def test_a_desk_that_can_not_start_says_why(tmp_path: Path) -> None:
    child = DeskChild(Setup(["file:none.jsonl"], "north-carolin", (), tmp_path / "d"), tmp_path)
    with pytest.raises(DeskError, match="north-carolina"):
        await child.start()
    await child.close()


async def test_a_shared_desk_that_was_there_is_waited_for_however_long_it_is_gone(
    child: DeskChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.desk_link.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("tui.desk_link.LONGEST_WAIT_S", 0.01)
    await child.start()
    link = DeskLink(child.url)
    messages = aiter(link.messages())
    assert await total_of_first_page(link, messages, 25) == 25
    await child.close()
    states = [(await next_state(messages)).state for _ in range(2 * MOST_QUICK_FAILURES)]
    assert set(states) == {"lost"}
    await child.start()
    assert await total_of_first_page(link, messages, 25) == 25
    await link.close()
    await child.close()


async def test_a_link_to_nobody_keeps_trying_and_then_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.desk_link.FIRST_WAIT_S", 0.01)
    link = DeskLink(f"unix:{tmp_path / 'nobody.sock'}")
    states = [m.state async for m in link.messages() if isinstance(m, LinkState)]
    assert states[0] == "connecting"
    assert states[-1] == "failed"
    assert set(states[1:-1]) == {"lost"}
    await link.send(Open(1))  # dropped, not an error
    await link.close()


@pytest.mark.parametrize("more", [b'"territory":"Three Towns"', b'"of_the_future":true'])
async def test_a_desk_of_another_version_is_said_and_not_tried_again(
    more: bytes, tmp_path: Path
) -> None:
    hello = b'{"type":"hello","protocol":99,"desk":"9.9.9",%s}' % more
    calls = 0

    async def attach(request: web.Request) -> web.WebSocketResponse:
        nonlocal calls
        calls += 1
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(hello.decode())
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get(PATH, attach)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "desk.sock")).start()
    link = DeskLink(f"unix:{tmp_path / 'desk.sock'}")
    said = [message async for message in link.messages()]
    await runner.cleanup()
    assert all(isinstance(message, LinkState) for message in said)
    last = said[-1]
    assert isinstance(last, LinkState)
    assert last.state == "failed"
    assert "9.9.9, protocol 99" in last.reason
    assert "the same stormdesk at both ends" in last.reason
    assert calls == 1


def test_the_last_words_of_a_desk_are_read_from_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "desk.log"
    with log.open("wb") as file:
        file.truncate(1 << 36)  # a hole of 64 GiB: more than could be read whole
        file.seek(0, os.SEEK_END)
        file.write(b"\nstormdesk: the last words\n")
    assert DeskChild(Setup([]), tmp_path)._last_words().endswith("stormdesk: the last words")
