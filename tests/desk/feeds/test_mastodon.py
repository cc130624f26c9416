"""The feed of Mastodon at the instance of a storm: each post once, whatever becomes of the line."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Self

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from desk.errors import FeedError
from desk.feeds import Batch, Options, open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.mastodon.feed import MastodonFeed
from desk.feeds.mastodon.gaps import Pace
from desk.feeds.mastodon.server import Server, age, earlier, limits, printable, some_before
from desk.feeds.patience import Growth, Rules
from desk.intake import digest_of
from desk.pipeline import Outcome, Pipeline
from desk.post import Post
from desk.reading import Reading
from desk.secret import Secret
from desk.store import Store
from desk.territories import load_territory
from rules import Engine, load_packs
from simulator.platforms.mastodon.platform import Instance, mastodon, sent, wire_id
from simulator.platforms.mastodon.statuses import name_of
from simulator.platforms.stage import Landing, Stage
from tests.desk.feeds.wobbly import wobbly
from tests.simulator.platforms.stageland import staged

QUICK = Rules(Growth(0.02, 0.1), Growth(0.02, 0.1), Growth(0.02, 0.1))


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORMDESK_MASTODON_TOKEN", "exercise")


def feed_of(url: str, silent_s: float = 5.0) -> MastodonFeed:
    """A feed that does not wait long."""
    full = f"mastodon+{url}"
    rest, _, query = url.partition(":")[2].partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    return MastodonFeed(full, Options(rest, pairs), Pace(QUICK, silent_s, 0.05))


class Listener:
    """Reads a feed until it is told to stop, as a desk does: each id is kept once."""

    def __init__(self, feed: MastodonFeed, cursor: str | None = None) -> None:
        self.feed = feed
        self.cursor = cursor
        self.ids: dict[str, None] = {}
        self.batches: list[Batch] = []
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def _read(self) -> None:
        async for batch in self.feed.batches(self.cursor):
            self.batches.append(batch)
            self.cursor = batch.cursor
            self.ids.update((post.id, None) for post in batch.posts)
            self._came.set()

    async def until(self, done: Callable[[], bool]) -> None:
        while not done():
            self._came.clear()
            await asyncio.wait_for(self._came.wait(), 20)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


async def until(done: Callable[[], bool]) -> None:
    for _ in range(500):
        if done():
            return
        await asyncio.sleep(0.02)
    raise AssertionError


async def over(stage: Stage) -> None:
    while not stage.over:
        await stage.more(stage.end)


def listed(stage: Stage, name: str = "home") -> list[str]:
    return [wire_id(each) for each in sent(stage, name)]


@pytest.mark.parametrize("transport", ["sse", "websocket"])
async def test_a_storm_is_heard_as_it_is_posted(transport: str) -> None:
    async with staged(mastodon, speed=3600.0) as (url, stage):
        feed = feed_of(f"{url}/public?transport={transport}&back=100")
        async with Listener(feed) as listener:
            await over(stage)
            await listener.until(lambda: set(listener.ids) == set(listed(stage, "public")))
            assert feed.condition.state == "live"
            assert (feed.condition.lost, feed.condition.reconnects) == (0, 0)
        posts = {post.id: post for batch in listener.batches for post in batch.posts}
        for each in sent(stage, "public"):
            heard = posts[wire_id(each)]
            assert (heard.text, heard.lang) == (each.post.text, each.post.lang)
            assert heard.author is not None
            assert each.post.author is not None
            assert heard.author.handle == "@".join(name_of(each.post.author))
            assert abs(heard.created_at - each.post.created_at).total_seconds() < 0.001
            assert heard.exercise
        assert [fault for batch in listener.batches for fault in batch.faults] == []


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


async def test_without_a_cursor_it_begins_now_and_a_quiet_stream_knows_since_when() -> None:
    async with staged(mastodon) as (url, stage):
        await over(stage)
        async with Listener(feed_of(f"{url}/public")) as listener:
            await listener.until(lambda: bool(listener.batches))
            await asyncio.sleep(0.3)
        assert listener.ids == {}
        newest = listed(stage, "public")[-1].rpartition("/")[2]
        assert json.loads(listener.cursor or "") == {"public": newest}


async def test_several_hashtags_come_over_as_many_streams_or_one_socket() -> None:
    async with staged(mastodon, speed=3600.0) as (url, stage):
        tags = "ncstorms,fyp,Nothing"
        feeds = [
            feed_of(f"{url}/hashtag?tag={tags}&back=100&transport={each}")
            for each in ("sse", "websocket")
        ]
        async with Listener(feeds[0]) as one, Listener(feeds[1]) as other:
            await over(stage)
            want = {*listed(stage, "hashtag:ncstorms"), *listed(stage, "hashtag:fyp")}
            assert want
            for listener in (one, other):
                await listener.until(lambda: set(listener.ids) == want)  # noqa: B023
        assert set(json.loads(one.cursor or "")) == {
            "hashtag:ncstorms",
            "hashtag:fyp",
            "hashtag:nothing",
        }


async def test_an_answer_comes_to_the_account_and_names_what_it_answers() -> None:
    async with staged(mastodon) as (url, stage):
        await over(stage)
        async with Listener(feed_of(f"{url}/user/notification")) as listener:
            await listener.until(lambda: bool(listener.batches))
            own = stage.land(Landing("mastodon", "We know of it", None, "a"))
            author = sent(stage)[0].post.author
            stage.land(Landing("mastodon", "and since when?", own.post.id, "b", author))
            await listener.until(lambda: bool(listener.ids))
        (post,) = [post for batch in listener.batches for post in batch.posts]
        assert post.account == "LongleafPower@toot.example"
        # it was answered by its number there: the feed has asked what that is
        assert post.reply_to == wire_id(next(each for each in sent(stage) if each.told == own))
        before = listener.batches[0].cursor
        async with Listener(feed_of(f"{url}/user/notification"), before) as again:
            await again.until(lambda: list(again.ids)[-1:] == [post.id])


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


@pytest.mark.parametrize("transport", ["sse", "websocket"])
async def test_a_wrong_token_ends_the_feed_with_the_mend_and_is_never_said(
    transport: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MY_TOKEN", "hush-hush-4711")
    async with staged(mastodon) as (url, _):
        for stream in ("public", "user"):
            feed = feed_of(f"{url}/{stream}?secret=env:MY_TOKEN&transport={transport}")
            with pytest.raises(FeedError, match="refuses") as told:
                async for _ in feed.batches(None):
                    pass
            said = f"{told.value} {told.value!r} {feed.url} {vars(feed)} {vars(feed.condition)}"
            assert "hush-hush" not in said
            assert "read:statuses" in str(told.value)
    assert "hush-hush" not in caplog.text
    monkeypatch.delenv("STORMDESK_MASTODON_TOKEN")
    with pytest.raises(FeedError, match="export STORMDESK_MASTODON_TOKEN"):
        open_feed("mastodon+https://toot.example/public", KINDS)


async def test_streams_that_are_not_there_end_the_feed() -> None:
    async with staged(mastodon) as (url, _):
        for transport in ("sse", "websocket"):
            feed = feed_of(f"{url}/list?list=7&transport={transport}")
            with pytest.raises(FeedError, match="Not authorized to stream this list"):
                async for _ in feed.batches(None):
                    pass


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mastodon+https://", "no instance"),
        ("mastodon+https:///public", "no instance"),
        ("mastodon+https://a.example:port/public", "no instance"),
        ("mastodon+https://a.example", "public/local"),
        ("mastodon+https://a.example/pubic", "public"),
        ("mastodon+https://ann:pw@a.example/public", "no name or password"),
        ("mastodon+http://a.example/public", "for all to read"),
        ("mastodon+https://a.example/hashtag", "which hashtags"),
        ("mastodon+https://a.example/hashtag?tag=a b", "which hashtags"),
        ("mastodon+https://a.example/list", "which list"),
        ("mastodon+https://a.example/list?list=../x", "which list"),
        ("mastodon+https://a.example/public?transport=pigeon", "websocket"),
        ("mastodon+https://a.example/public?back=-1", "back=MINUTES"),
        ("mastodon+https://a.example/public?token=x", "unknown option 'token'"),
        ("mastodon+https://a.example/public?secret=hush", "never written down"),
    ],
)
def test_urls_that_can_not_be_are_told_with_the_mend(url: str, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        open_feed(url, KINDS)


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


@contextlib.asynccontextmanager
async def serving(stage: Stage, trouble: Middleware) -> AsyncIterator[str]:
    """The address of an instance of its own, behind `trouble`."""
    app = web.Application(middlewares=[trouble])
    app.router.add_routes(Instance(stage).routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_an_instance_streams_where_it_says_but_a_token_is_never_sent_in_clear() -> None:
    streams = "https://streaming.toot.example"

    async def about(_: web.Request) -> web.Response:
        told = {"domain": "toot.example", "configuration": {"urls": {"streaming": streams}}}
        return web.json_response(told)

    async with (
        staged(app=[web.get("/api/v2/instance", about)]) as (url, _),
        aiohttp.ClientSession() as http,
    ):
        server = Server(http, url, Secret("exercise"))
        assert (await server.about()).streaming == streams
        for said, where in (
            ("ws://127.0.0.1:1", "http://127.0.0.1:1"),
            ("wss://other.example", "https://other.example"),
            ("", url),
            ("gopher://x", url),
        ):
            streams = said
            assert (await server.about()).streaming == where
        streams = "ws://other.example"
        with pytest.raises(FeedError, match="not encrypted"):
            await server.about()


def test_ids_and_waits_are_read_as_servers_write_them() -> None:
    ids = ["9", "10", "116919641690472486", "01J3ZQ7YVBM4", "01J3ZQ7YVBM5"]
    assert sorted(ids, key=age) == ["9", "10", "01J3ZQ7YVBM4", "01J3ZQ7YVBM5", ids[2]]
    assert (int(ids[2]) - int(earlier(ids[2], 60.0))) >> 16 == 60_000
    assert earlier("01J3ZQ7YVBM5", 60.0) == "01J3ZQ7YVBM5"
    minute = earlier(ids[2], 60.0)
    assert some_before(ids[2], minute, 120.0, 10) == earlier(ids[2], 120.0)
    assert some_before(ids[2], earlier(ids[2], 1.0), 120.0, 10) == earlier(ids[2], 10.0)
    assert some_before("01J3ZQ7YVBM5", "01J3ZQ7YVBM4", 120.0, 10) == "01J3ZQ7YVBM5"
    assert printable("no\x1b[31m\n  \u202eway", 6) == "no [31"
    date = {"Date": "Tue, 14 Jul 2026 18:00:00 GMT", "X-RateLimit-Remaining": "3"}
    assert limits({**date, "X-RateLimit-Reset": "2026-07-14T18:01:30.000Z"}) == (3, 90.0)
    assert limits({"Retry-After": "7"}) == (None, 7.0)
    assert limits({"X-RateLimit-Remaining": "x", "Retry-After": "nan"}) == (None, 300.0)
    assert limits({**date, "X-RateLimit-Reset": "2999-07-14T18:01:30.000Z"}) == (3, 300.0)


@pytest.mark.parametrize(
    "cursor", ["oops", "[]", '{"public": 1}', '{"public": "' + "9" * 99 + '"}']
)
async def test_a_cursor_of_something_else_is_refused(cursor: str) -> None:
    feed = feed_of("http://127.0.0.1:9/public")
    with pytest.raises(FeedError, match="no cursor of a Mastodon feed"):
        async for _ in feed.batches(cursor):
            pass
