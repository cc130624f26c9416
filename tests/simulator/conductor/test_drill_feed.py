"""A storm that is run by hand, heard by desks over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk.errors import DeskError, FeedError
from desk.feeds import Batch, Feed, Options, open_feed
from desk.post import Post, encode
from simulator.conductor import Conductor, server
from simulator.conductor.feed import open_drill
from simulator.conductor.server import Lines
from simulator.storm import Inject

if TYPE_CHECKING:
    from tests.simulator.conductor.conftest import MakeConductor

PATIENCE_S = 10


def opened(address: str) -> Feed:
    return open_feed(f"drill:{address}", {"drill": open_drill})


class Hearer:
    """A desk that only listens: the posts of each run."""

    def __init__(self, feed: Feed, cursor: str | None = None) -> None:
        self.runs: list[list[Post]] = [[]]
        self.last: Batch | None = None
        self.task = asyncio.create_task(self._hear(feed, cursor))

    async def _hear(self, feed: Feed, cursor: str | None) -> None:
        async for batch in feed.batches(cursor):
            if batch.restart:
                self.runs.append([])
            self.runs[-1] += batch.posts
            self.last = batch

    @property
    def posts(self) -> list[bytes]:
        return [encode(post) for post in self.runs[-1]]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - the peer is real, and has no event to wait for
            await asyncio.sleep(0.01)


@pytest.fixture
async def storm(conductor: MakeConductor) -> AsyncIterator[Conductor]:
    """A storm as fast as possible, its conductor at work."""
    made = conductor(None)
    working = asyncio.create_task(made.run())
    yield made
    working.cancel()


def all_of(storm: Conductor) -> list[bytes]:
    return [storm.reel.post_bytes(at) for at in range(len(storm.reel))]


async def test_desks_hear_every_post_of_the_storm_and_its_end(
    storm: Conductor, tmp_path: Path
) -> None:
    lines = Lines(storm)
    storm.behind = lines.behind
    async with lines.listening(f"unix:{tmp_path / 'storm.sock'}") as address:
        feed = opened(address)
        territory = await asyncio.to_thread(getattr, feed, "territory")
        assert territory.name == storm.day.territory.name
        first, second = Hearer(feed), Hearer(opened(address))
        storm.resume()
        await until(lambda: storm.over)
        late = Hearer(opened(address))
        await until(lambda: lines.behind() == 0 and len(lines.callers) == 3)
        await until(lambda: all(len(h.posts) == len(storm.reel) for h in (first, second, late)))
        for hearer in (first, second, late):
            assert hearer.posts == all_of(storm)
    await asyncio.wait_for(asyncio.gather(first.task, second.task, late.task), PATIENCE_S)
    assert not (tmp_path / "storm.sock").exists()


async def test_who_has_not_heard_everything_hears_it_at_the_end(
    storm: Conductor, monkeypatch: pytest.MonkeyPatch
) -> None:
    storm.jump(1800)
    async with Lines(storm).listening("127.0.0.1:0") as address:
        hearer = Hearer(opened(address))
        await until(lambda: bool(hearer.posts))
        monkeypatch.setattr(server, "LOOK_S", 2 * PATIENCE_S)
        await until(lambda: storm.state == "paused" and len(hearer.posts) == len(storm.reel))
        await asyncio.sleep(0.1)  # it looks for more once again, and then no longer
        storm.jump(3600)
        await until(lambda: storm.state == "ended")
    await asyncio.wait_for(hearer.task, PATIENCE_S)
    assert hearer.posts == all_of(storm)


async def test_a_rewind_restarts_every_desk_with_the_same_posts(storm: Conductor) -> None:
    lines = Lines(storm)
    storm.behind = lines.behind
    async with lines.listening("127.0.0.1:0") as address:
        hearers = [Hearer(opened(address)) for _ in range(2)]
        storm.jump(1800)
        await until(lambda: storm.state == "paused" and storm.at_s == 1800)
        storm.fire(Inject(text="from the trainer"))
        storm.jump(3600)
        await until(lambda: storm.state == "ended")
        whole = all_of(storm)
        await until(lambda: all(hearer.posts == whole for hearer in hearers))
        storm.rewind(2000)
        await until(lambda: all(len(hearer.runs) == 2 for hearer in hearers))
        await until(lambda: storm.state == "paused")
        await until(lambda: all(hearer.posts == all_of(storm) for hearer in hearers))
        storm.jump(3600)
        await until(lambda: all(hearer.posts == whole for hearer in hearers))
    assert any(b"from the trainer" in post for post in whole)
    await asyncio.gather(*(hearer.task for hearer in hearers))


async def test_what_a_desk_has_been_sent_but_not_taken_keeps_the_clock_waiting(
    storm: Conductor,
) -> None:
    lines = Lines(storm)
    storm.behind = lines.behind
    async with lines.listening("127.0.0.1:0") as address:
        slow = opened(address).batches(None)
        batch = asyncio.ensure_future(anext(slow))
        storm.jump(1800)
        first = await batch
        await until(lambda: storm.state == "catching up")
        assert lines.behind() == len(storm.reel) > len(first.posts) > 0
        while lines.behind():
            batch = asyncio.ensure_future(anext(slow))
            await asyncio.wait((batch,), timeout=0.2)
        await until(lambda: storm.state == "paused")
        batch.cancel()


async def test_a_desk_goes_on_behind_its_cursor_in_the_same_run_only(
    storm: Conductor, tmp_path: Path
) -> None:
    async with Lines(storm).listening(f"unix:{tmp_path / 's'}") as address:
        storm.jump(1800)
        first = Hearer(opened(address))
        await until(lambda: len(first.posts) == len(storm.reel) > 20)
        assert first.last is not None
        run, _, position = first.last.cursor.partition(":")
        assert int(position) == len(storm.reel)
        again = Hearer(opened(address), f"{run}:10")
        await until(lambda: len(again.posts) == len(storm.reel) - 10)
        assert again.runs == [first.runs[0][10:]]
        for cursor in (f"other:{position}", f"{run}:9999999", "nonsense"):
            stranger = Hearer(opened(address), cursor)
            await until(lambda told=stranger: told.posts == all_of(storm))  # type: ignore[misc]
            assert len(stranger.runs) == 2
            stranger.task.cancel()


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\n", b"GET / HTTP/1.1\r\n\r\n", b'{"cursor": 7}\n', b"\xff" * 3_000_000, b"[]\n{}\n"],
)
async def test_a_stranger_who_calls_harms_nobody(
    garbage: bytes, storm: Conductor, tmp_path: Path
) -> None:
    lines = Lines(storm)
    path = tmp_path / "s"
    async with lines.listening(f"unix:{path}") as address:
        hearer = Hearer(opened(address))
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(garbage)
        writer.write_eof()
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()
        storm.resume()
        await until(lambda: storm.over and hearer.posts == all_of(storm))
        assert len(lines.callers) == 1


def test_nobody_at_the_address_is_said_with_the_mend(tmp_path: Path) -> None:
    for address in (f"unix:{tmp_path / 'none'}", "127.0.0.1:9"):
        feed = opened(address)
        with pytest.raises(FeedError, match=r"no storm runs at .* storm run NAME --listen"):
            getattr(feed, "territory")  # noqa: B009 - Feed does not promise it


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("drill:", "no address"),
        ("drill:unix:", "no path"),
        ("drill:7412", "no address"),
        ("drill:127.0.0.1:7412?speed=9", "unknown option 'speed'.*the trainer's"),
    ],
)
def test_what_is_no_address_is_refused(url: str, fault: str) -> None:
    with pytest.raises(FeedError, match=fault):
        open_feed(url, {"drill": open_drill})


def test_an_address_that_others_can_reach_is_refused() -> None:
    with pytest.raises(DeskError, match="only this machine"):
        getattr(open_drill("drill:x", Options("192.0.2.1:7", {})), "territory")  # noqa: B009


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "is no storm of this version"),
        (b"", "gone without a word"),
        (b'{"type":"posts","cursor":"a:1","posts":[{"id":3}]}\n', "is no storm"),
    ],
)
async def test_a_server_that_is_no_storm_is_said(said: bytes, fault: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(100)
                peer.sendall(said)

        threading.Thread(target=answer, daemon=True).start()
        feed = opened(f"127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(FeedError, match=fault):
            async for _ in feed.batches(None):
                pass


async def test_what_goes_over_the_wire_says_exercise(storm: Conductor, tmp_path: Path) -> None:
    path = tmp_path / "s"
    async with Lines(storm).listening(f"unix:{path}"):
        storm.jump(600)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"{}\n")
        about = json.loads(await reader.readline())
        assert about["type"] == "storm"
        record = json.loads(await asyncio.wait_for(reader.readline(), PATIENCE_S))
        assert record["posts"]
        assert all(post["exercise"] is True for post in record["posts"])
        writer.close()
