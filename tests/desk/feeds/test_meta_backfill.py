"""What a page missed while no desk listened is read from the page, and read again until it is."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from desk.feeds.meta.backfill import OVERLAP_S
from simulator.platforms import CREDENTIAL
from simulator.platforms.faults import Fault
from simulator.platforms.meta.page import Wall
from simulator.platforms.meta.platform import meta
from simulator.platforms.stage import Landing
from tests.desk.feeds.metaland import comment, listening, secrets_set, until, webhook
from tests.simulator.platforms.pageland import addressed_day, told
from tests.simulator.platforms.stageland import staged

OLD = timedelta(seconds=2 * OVERLAP_S)
"""A post is old where a comment comes so much later."""


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets_set(monkeypatch)
    monkeypatch.setenv("STORMDESK_META_PAGE_TOKEN", CREDENTIAL)


async def _shortly(_: float) -> None:
    await asyncio.sleep(0.01)


async def test_posts_and_comments_since_the_last_one_are_read_once() -> None:
    async with staged(meta, of=addressed_day()) as (url, stage):
        await told(stage)
        for number in range(130):
            stage.land(Landing("facebook", f"Update {number} on Tyro."))
        wall = Wall(stage)
        wall.look()
        # what hangs below somebody's own post that only names the page is not in the page's feed
        own = {each.id: each for each in wall.seen if each.field == "feed" and not each.top}
        seen = [each for each in wall.seen if (each.top or each.id) in own]
        # new comments below an old post come too
        late = (each for each in seen if each.top and each.at - own[each.top].at > OLD)
        since = next(late).at
        missed = [each for each in seen if (each.at - since).total_seconds() >= -OVERLAP_S]
        async with listening(f"?graph={url}", str(int(since.timestamp()))) as land:
            await until(lambda: len(land.ids) >= len(missed))
            await until(lambda: not land.feed._holds_back)
            assert sorted(land.ids) == sorted(each.id for each in missed)
            posts = {post.id: post for batch in land.batches for post in batch.posts}
            for each in missed:
                post = posts[each.id]
                assert (post.text, post.reply_to) == (each.post.text, each.parent or None)
                assert post.exercise
                assert post.author is not None
            assert not any(batch.faults for batch in land.batches)
            # until it is all there, a restart must begin at the same second again
            assert {batch.cursor for batch in land.batches} == {str(int(since.timestamp()))}
            assert await land.post(webhook(comment(1, created_time=4_000_000_000))) == 200
            assert land.batches[-1].cursor == "4000000000"
            assert land.feed.condition.error == ""


async def test_a_graph_that_fails_is_asked_again_and_webhooks_are_taken_meanwhile() -> None:
    faults = [Fault(kind="500", amount=1.0, platform="meta")]
    async with staged(meta, of=addressed_day()) as (url, stage):
        await told(stage)
        stage.faults.faults = tuple(faults)
        gate = asyncio.Event()

        async def sleep(_: float) -> None:
            await gate.wait()
            await asyncio.sleep(0.01)

        async with listening(f"?graph={url}", "5", sleep) as land:
            await until(lambda: bool(land.feed.condition.error))
            assert "what was missed can't be read: Internal" in land.feed.condition.error
            assert await land.post(webhook(comment(1))) == 200
            assert land.batches[-1].cursor == "5"
            stage.faults.faults = ()
            gate.set()
            await until(lambda: not land.feed._holds_back)
            assert len(land.ids) > 10


async def test_a_token_that_is_refused_is_told_and_the_page_still_listened_for() -> None:
    async with staged(meta) as (url, _):
        query = f"?graph={url}&token=env:STORMDESK_META_APP_SECRET"
        async with listening(query, "5", _shortly) as land:
            await until(lambda: bool(land.feed.condition.error))
            assert "Invalid OAuth access token" in land.feed.condition.error
            assert await land.post(webhook(comment(1))) == 200
            assert land.feed.condition.state == "live"


async def test_at_the_first_start_nothing_is_read_unless_it_is_asked_for() -> None:
    async with staged(meta) as (url, _), listening(f"?graph={url}") as land:
        assert await land.post(webhook(comment(1))) == 200
        assert land.ids == ["7001_1"]
        assert land.feed.condition.error == ""
