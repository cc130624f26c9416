"""Gaps of X's stream: what comes again of them, and what is said of the rest."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from functools import partial

import pytest
from aiohttp import web

from desk.feeds.x.gap import Gap, recover
from desk.feeds.x.server import Server
from rules.pack import Pack
from simulator.platforms.stage import Stage
from simulator.platforms.x.platform import wire_id, x
from simulator.platforms.x.rule import read_rule
from simulator.platforms.x.wire import Wire
from tests.desk.feeds.xland import (
    STILL,
    Reader,
    add_rule,
    around,
    feed_of,
    reading,
    served,
)
from tests.simulator.platforms.stageland import staged

MOST = "the OR a OR i OR de OR la"
"""A rule of X that lets most posts through."""

pytestmark = pytest.mark.usefixtures("x_token")


async def gone_through(stage: Stage, reader: Reader) -> list[str]:
    """Let the storm run to its end; all ids of X."""
    stage.conductor.set_speed(None)
    await reader.until(lambda: stage.over)
    return [wire_id(each) for each in stage.read(0, None, "x")]


async def cursor_in_the_middle(url: str, stage: Stage) -> tuple[str, list[str]]:
    """The cursor of a feed that has heard the first posts of a storm, and what it has heard."""
    feed = feed_of(url, "rules=leave")
    async with reading(feed) as reader:
        await reader.until(lambda: feed.condition.state == "live")
        stage.conductor.set_speed(600.0)
        await reader.until(lambda: len(reader.ids) >= 5)
        stage.conductor.set_speed(STILL)
        await asyncio.sleep(0.3)
        return reader.all[-1].cursor, reader.ids


def matching(stage: Stage, rule: str) -> set[str]:
    """The ids of what the storm has posted so far and a rule lets through."""
    wire, node = Wire(stage), read_rule(rule)
    return {wire_id(each) for each in stage.read(0, None, "x") if node.holds(wire.seen(each))}


async def everything_heard(stage: Stage, reader: Reader, heard: list[str]) -> None:
    """What a feed had `heard` and what this one brings is all that the rule lets through."""
    wanted = matching(stage, MOST)
    await reader.until(lambda: len({*heard, *reader.ids}) >= len(wanted))
    assert {*heard, *reader.ids} == wanted


async def test_what_was_missed_comes_again_with_enterprise_access() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        await add_rule(url, MOST, "most")
        cursor, heard = await cursor_in_the_middle(url, stage)
        stage.conductor.set_speed(None)
        feed = feed_of(url, "rules=leave&recover=backfill")
        async with reading(feed) as late, reading(feed_of(url, "rules=leave")):
            await late.until(lambda: stage.over)
        again = feed_of(url, "rules=leave&recover=backfill")
        async with reading(again, cursor) as reader:
            await everything_heard(stage, reader, heard)
            assert not again.condition.error


async def test_a_long_gap_is_sent_in_a_stream_of_its_own() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        await add_rule(url, MOST, "most")
        cursor, heard = await cursor_in_the_middle(url, stage)
        newest = cursor.partition("@")[0]
        async with reading(feed_of(url, "rules=leave")) as reader:
            await gone_through(stage, reader)
        long_ago = f"{newest}@{int(time.time()) - 3 * 3600}"
        feed = feed_of(url, "rules=leave&recover=backfill")
        async with reading(feed, long_ago) as reader:
            await everything_heard(stage, reader, heard)
            assert not feed.condition.error


async def test_the_search_brings_what_a_gap_held(packs: Sequence[Pack]) -> None:
    async with staged(x, speed=STILL) as (url, stage):
        feed = feed_of(url)
        feed.adapt(around(stage, packs))
        stage.conductor.set_speed(None)
        async with reading(feed) as reader:
            await reader.until(lambda: stage.over and feed.condition.state == "live")
        first = next(iter(stage.read(0, None, "x")))
        cursor = f"{wire_id(first)}@{int(time.time()) - 40}"
        again = feed_of(url, "recover=search")
        again.adapt(around(stage, packs))
        async with reading(again, cursor) as reader:
            await reader.until(lambda: len(reader.ids) >= 3)
            assert again.condition.error.startswith("gap of 4")
            assert again.condition.error.endswith("only what the search finds was recovered")
            ids = reader.ids
        assert len(set(ids)) == len(set(ids) & {wire_id(e) for e in stage.read(0, None, "x")})
        assert min(map(int, ids)) > int(wire_id(first))


async def test_a_gap_that_nothing_recovers_is_said() -> None:
    async with staged(x, speed=STILL) as (url, _):
        await add_rule(url, "power", "t")
        feed = feed_of(url, "rules=leave")
        async with reading(feed, f"77@{int(time.time()) - 40}") as reader:
            await reader.until(lambda: feed.condition.state == "live")
            assert re.fullmatch(r"gap of 4[0-3] s not recovered", feed.condition.error)
            assert feed.condition.lost == 0  # X tells nobody how many
        begun = feed_of(url, "rules=leave")
        async with reading(begun) as reader:
            await reader.until(lambda: begun.condition.state == "live")
            assert not begun.condition.error


async def test_the_cursor_goes_on_while_nothing_but_keep_alives_comes() -> None:
    times = iter(range(1_000, 100_000, 20))
    async with staged(partial(x, keep_alive_s=0.05), speed=STILL) as (url, _):
        await add_rule(url, "power", "t")
        feed = feed_of(url, "rules=leave", now_s=lambda: float(next(times)))
        async with reading(feed, "77@990") as reader:
            await reader.until(lambda: len(reader.all) > 3)
            cursors = [batch.cursor for batch in reader.all]
            assert all(cursor.startswith("77@") for cursor in cursors)
            assert len(set(cursors)) > 3


@pytest.mark.parametrize(
    ("newest", "gap_s", "here", "lost"),
    [
        (77, 200, False, False),
        (77, 3 * 3600, False, False),
        (0, 200, False, False),
        (0, 3 * 3600, False, False),
        (0, 200, True, False),
        # a drill's clock is not the wall's, and no post has told it
        (0, 3 * 3600, True, True),
        (77, 25 * 3600, False, True),
    ],
)
def test_a_gap_is_recovered_or_said_to_be_lost(
    newest: int, gap_s: int, here: bool, lost: bool
) -> None:
    gap = Gap(newest, 1_000_000, 1_000_000 + gap_s, here)
    assert gap.words("backfill") == (f"gap of {gap_s} s not recovered" if lost else "")


async def test_a_long_gap_begins_where_the_stream_fell_silent_and_not_at_the_newest_post() -> None:
    asked: list[dict[str, str]] = []

    async def tell(request: web.Request) -> web.Response:
        asked.append(dict(request.query))
        return web.Response(body=b'{"data":{"id":"88","text":"power out"}}\r\n')

    now_s = 1_780_000_000.0
    async with served(tell) as url:
        wanted = feed_of(url, "rules=leave&recover=backfill")._asked
        server = Server(url, wanted.token, 5.0)
        for newest in (0, 77):  # none was ever heard, or the last one years ago
            gap = Gap(newest, now_s - 3600, now_s)
            reads = [read async for read in recover(server, gap, wanted, None, {})]
            assert [post.id for read in reads for post in read.posts] == ["88"]
        await server.close()
    assert {query["start_time"] for query in asked} == {"2026-05-28T19:26:35Z"}
    assert {query["end_time"] for query in asked} == {"2026-05-28T20:26:40Z"}
