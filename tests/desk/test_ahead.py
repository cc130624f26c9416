"""What waits for the desk is taken together, in order, and never over a new beginning."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from desk.ahead import BATCHES_AHEAD, TOGETHER, Ahead, as_one
from desk.feeds import Batch, Fault
from desk.post import Post

NOON = datetime(2026, 9, 17, 12, tzinfo=UTC)


def batch(first: int, count: int, *, restart: bool = False) -> Batch:
    posts = tuple(
        Post(id=str(n), channel="x", text="no power", created_at=NOON)
        for n in range(first, first + count)
    )
    faults = (Fault(f"record {first}", "no post"),)
    return Batch(posts, str(first + count), faults, restart, ignored=1)


async def taken(*put: Batch | None, together: int = TOGETHER) -> list[list[str]]:
    ahead = Ahead(together)
    found = []
    for one in put:
        await ahead.put(one)
    while batches := await ahead.take():
        found.append([each.cursor for each in batches])
    return found


def test_what_waits_is_taken_together_up_to_so_many_posts() -> None:
    together = asyncio.run(taken(*(batch(n * 128, 128) for n in range(6)), None))
    assert together == [["128", "256", "384", "512"], ["640", "768"]]
    assert TOGETHER == 4 * 128
    more = asyncio.run(taken(*(batch(n * 128, 128) for n in range(6)), None, together=640))
    assert more == [["128", "256", "384", "512", "640"], ["768"]]


def test_a_batch_that_comes_alone_is_taken_alone_however_large() -> None:
    assert asyncio.run(taken(batch(0, TOGETHER + 1), batch(9999, 1), None)) == [["513"], ["10000"]]


def test_a_new_beginning_is_never_joined_to_what_was_before() -> None:
    again = batch(0, 2, restart=True)
    found = asyncio.run(taken(batch(0, 1), again, batch(2, 1), None))
    assert found == [["1"], ["2", "3"]]


def test_a_full_queue_makes_the_feed_wait() -> None:
    async def fill() -> bool:
        ahead = Ahead()
        for number in range(BATCHES_AHEAD):
            await ahead.put(batch(number, 1))
        waiting = asyncio.create_task(ahead.put(batch(99, 1)))
        await asyncio.sleep(0)
        waits = not waiting.done()
        await ahead.take()
        await waiting
        return waits

    assert asyncio.run(fill())


def test_batches_as_one_lose_nothing() -> None:
    one = as_one([batch(0, 2, restart=True), batch(2, 3)])
    assert [post.id for post in one.posts] == ["0", "1", "2", "3", "4"]
    assert (one.cursor, one.restart, one.ignored, len(one.faults)) == ("5", True, 2, 2)
    single = batch(0, 1)
    assert as_one([single]) is single
