"""The feed of Mastodon and what was missed: each post once, whatever becomes of the line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from desk.intake import digest_of
from desk.pipeline import Outcome, Pipeline
from desk.post import Post
from desk.reading import Reading
from desk.store import Store
from desk.territories import load_territory
from rules import Engine, load_packs
from simulator.platforms.mastodon.platform import Instance, mastodon, sent, wire_id
from simulator.platforms.stage import Landing
from tests.desk.feeds.mastodonland import Listener, feed_of, listed, over, serving, token_set, until
from tests.desk.feeds.wobbly import wobbly
from tests.simulator.platforms.stageland import staged


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    token_set(monkeypatch)


@pytest.mark.parametrize("transport", ["sse", "websocket"])
async def test_what_is_missed_while_the_line_is_cut_is_fetched(
    transport: str, territory_file: Path, rules_folder: Path
) -> None:
    async with staged(mastodon, speed=2400.0) as (url, stage), wobbly(url) as (through, line):
        store = Store()
        pipeline = Pipeline(
            Engine(load_packs(rules_folder)),
            load_territory(str(territory_file)),
            store,
            every_post=True,
        )
        feed = feed_of(f"{through}/user?transport={transport}&back=100")
        stored: list[str] = []

        def took(outcome: Outcome) -> None:
            stored.extend(each.id for each in outcome.events if isinstance(each, Post))

        reading = Reading(pipeline, [feed], took, print)
        task = asyncio.create_task(reading.run())
        for _ in range(8):
            await asyncio.sleep(0.15)
            line.cut()
        await over(stage)
        await until(lambda: set(stored) == set(listed(stage)))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert sorted(stored) == sorted(listed(stage))
        posts = [msgspec.structs.replace(each.post, id=wire_id(each)) for each in sent(stage)]
        assert sorted(store.known()) == sorted(digest_of(feed.url, post) for post in posts)
        assert feed.condition.reconnects >= 3
        assert feed.condition.lost == 0
        store.close()


async def test_a_desk_that_ends_goes_on_where_it_was() -> None:
    async with staged(mastodon, speed=2400.0) as (url, stage):
        kept: dict[str, None] = {}
        cursor: str | None = None
        while not stage.over:
            async with Listener(feed_of(f"{url}/public?back=100"), cursor) as listener:
                await listener.until(lambda: len(listener.batches) > 1)
                await asyncio.sleep(0.1)
            kept.update(listener.ids)
            cursor = listener.cursor
            assert cursor is not None
            assert list(json.loads(cursor)) == ["public"]
            await asyncio.sleep(0.2)  # nobody listens now
        async with Listener(feed_of(f"{url}/public"), cursor) as listener:
            await listener.until(lambda: {*kept, *listener.ids} == set(listed(stage, "public")))


@pytest.mark.parametrize("transport", ["sse", "websocket"])
async def test_a_line_that_is_silent_is_taken_for_broken(transport: str) -> None:
    async with (
        staged(lambda stage: Instance(stage, beat_s=0.1).routes(), speed=1.0) as (url, _),
        wobbly(url) as (through, line),
    ):
        feed = feed_of(f"{through}/public?transport={transport}", silent_s=0.6)
        async with Listener(feed) as listener:
            await listener.until(lambda: bool(listener.batches))
            await asyncio.sleep(1.0)
            assert feed.condition.reconnects == 0  # heartbeats are signs of life
            line.hush(silent=True)
            await until(lambda: not feed.condition.connected)
            assert "nothing was heard" in feed.condition.error
            line.hush(silent=False)
            await until(lambda: feed.condition.connected)


async def test_the_limit_of_requests_is_obeyed_and_some_are_left_for_replies() -> None:
    asked: list[str] = []
    async with staged(lambda stage: Instance(stage, limit=36).routes()) as (url, stage):
        await over(stage)
        feed = feed_of(f"{url}/user?back=100")
        told = feed._told

        def note(words: str) -> None:
            asked.append(words)
            told(words)

        feed._told = note  # type: ignore[method-assign]
        async with Listener(feed) as listener:
            await listener.until(lambda: bool(listener.batches))
            await until(lambda: bool(asked))
        assert "as many requests as the instance allows" in asked[0]
        assert "as many requests" in feed.condition.error


async def test_an_instance_that_is_ill_is_asked_again_and_nothing_is_lost() -> None:
    ill = iter([500, 200, 429, 503, 200, 502, 200, 0, 200, 1, 500, 200, 200, 0, 200])
    answered: list[int] = []

    @web.middleware
    async def trouble(request: web.Request, handler: Handler) -> web.StreamResponse:
        status = next(ill, 200)
        answered.append(status)
        if status == 0:
            return web.Response(text="<html>", content_type="text/html")
        if status == 1:
            return web.json_response([{"no": "id"}])
        if status != 200:
            return web.json_response({"error": "ill"}, status=status, headers={"Retry-After": "0"})
        return await handler(request)

    async with staged(mastodon) as (_, stage), serving(stage, trouble) as url:
        await over(stage)
        feed = feed_of(f"{url}/public?back=100")
        async with Listener(feed, '{"public": "0"}') as listener:
            await listener.until(lambda: set(listener.ids) == set(listed(stage, "public")))
        assert feed.condition.lost == 0
        assert feed.condition.reconnects > 0
        assert len(answered) > 10


async def test_a_list_that_no_longer_reaches_back_is_said_to_have_lost_something() -> None:
    @web.middleware
    async def forgetful(request: web.Request, handler: Handler) -> web.StreamResponse:
        if "max_id" in request.query:
            return web.json_response([])
        return await handler(request)

    async with staged(mastodon) as (_, stage), serving(stage, forgetful) as url:
        await over(stage)
        early = listed(stage)[3].rpartition("/")[2]
        cursor = json.dumps({"home": early, "notifications": "0"})
        feed = feed_of(f"{url}/user")
        async with Listener(feed, cursor) as listener:
            await listener.until(lambda: set(listener.ids) >= set(listed(stage)[4:]))
        assert feed.condition.lost == 1
        assert "no longer reaches back" in feed.condition.error


async def test_a_feed_that_began_before_everything_has_lost_nothing() -> None:
    async with staged(mastodon) as (url, stage), wobbly(url) as (through, line):
        await over(stage)
        feed = feed_of(f"{through}/user?back=10000")
        async with Listener(feed) as listener:
            await listener.until(lambda: bool(listener.batches))
            assert json.loads(listener.cursor or "")["home"] == "0"
            line.cut()
            await until(lambda: feed.condition.reconnects == 1 and feed.condition.connected)
            newest = listed(stage)[-1].rpartition("/")[2]
            await listener.until(lambda: newest in (listener.cursor or ""))
            assert set(listener.ids) == set(listed(stage))
        assert feed.condition.lost == 0


async def test_lists_that_may_not_be_asked_are_lost_and_the_stream_goes_on() -> None:
    @web.middleware
    async def closed(request: web.Request, handler: Handler) -> web.StreamResponse:
        if "/timelines/" in request.path:
            return web.json_response({"error": "This API requires a user"}, status=422)
        return await handler(request)

    async with staged(mastodon) as (_, stage), serving(stage, closed) as url:
        await over(stage)
        for cursor, lost in ((None, 0), ('{"home": "5", "notifications": "0"}', 1)):
            feed = feed_of(f"{url}/user")
            async with Listener(feed, cursor) as listener:
                await listener.until(lambda: bool(listener.batches))
                stage.land(Landing("mastodon", "We know of it", None, ""))
                await listener.until(lambda: bool(listener.ids))
                await until(lambda: "422" in feed.condition.error)  # noqa: B023
            assert feed.condition.lost == lost


async def test_messages_of_conversations_are_fetched_one_before_the_other() -> None:
    def message(number: int, before: int = 0) -> dict[str, object]:
        return {
            "id": str(number),
            "uri": f"https://toot.example/users/ann/statuses/{number}",
            "created_at": "2026-07-14T18:00:00Z",
            "account": {"id": "7", "acct": "ann"},
            "visibility": "direct",
            "content": "<p>no power</p>",
            "in_reply_to_id": str(before) if before else None,
            "exercise": True,
        }

    async def conversations(request: web.Request) -> web.Response:
        told = {"id": "1", "unread": True, "accounts": [], "last_status": message(9, 8)}
        after = int(request.query.get("min_id", "0")) < 9 and "max_id" not in request.query
        return web.json_response([told] if after else [])

    async def context(request: web.Request) -> web.Response:
        assert request.match_info["id"] == "9"
        before = [message(4), message(7, 4), message(8, 7)]
        return web.json_response({"ancestors": before, "descendants": []})

    routes = (
        web.get("/api/v1/conversations", conversations),
        web.get("/api/v1/statuses/{id}/context", context),
    )
    # its own routes stand before those of the storm, which has no messages
    async with staged(lambda stage: (*routes, *Instance(stage).routes())) as (url, _):
        feed = feed_of(f"{url}/direct")
        async with Listener(feed, '{"conversations": "5"}') as listener:
            await listener.until(lambda: len(listener.ids) == 3)
            await listener.until(lambda: "9" in (listener.cursor or ""))
        posts = [post for batch in listener.batches for post in batch.posts]
        assert [post.id[-1] for post in posts[:3]] == ["7", "8", "9"]
        assert posts[2].account == "LongleafPower@toot.example"
        assert posts[2].reply_to == posts[1].id
        assert feed.condition.lost == 0
