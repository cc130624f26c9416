"""The feed of Mastodon at the instance of a storm: its streams, its URL, its token."""

from __future__ import annotations

import asyncio
import json
import logging

import aiohttp
import pytest
from aiohttp import web

from desk.errors import FeedError
from desk.feeds import open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.mastodon.server import Server, age, earlier, limits, printable, some_before
from desk.secret import Secret
from simulator.platforms.mastodon.platform import mastodon, sent, wire_id
from simulator.platforms.mastodon.statuses import name_of
from simulator.platforms.stage import Landing
from tests.desk.feeds.mastodonland import Listener, feed_of, listed, over, token_set
from tests.simulator.platforms.stageland import staged


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    token_set(monkeypatch)


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
