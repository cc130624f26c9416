"""X of a storm, used by programs that others wrote: tweepy, and X's own SDK."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import aiohttp
import pytest
import requests
import tweepy
import tweepy.asynchronous
from requests.adapters import HTTPAdapter

from desk.post import Author
from simulator.platforms import CREDENTIAL
from simulator.platforms.stage import Landing, Stage
from simulator.platforms.x.platform import wire_id, x
from simulator.platforms.x.rule import read_rule
from simulator.platforms.x.wire import Wire
from tests.simulator.platforms.stageland import staged

STILL = 1e-6
RULES = ("(storm OR rain OR power OR lights) -is:retweet", "raleigh OR durham OR charlotte")
HOST = "https://api.twitter.com"


class Here(HTTPAdapter):
    """Leads what is meant for X to a server on this machine."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]  # noqa: ANN401
        assert request.url is not None
        request.url = request.url.replace(HOST, self._url)
        return super().send(request, **more)


def wanted(stage: Stage, start: int) -> list[tuple[str, str]]:
    """The server's own list: ids and texts of the posts that the rules match."""
    wire, nodes = Wire(stage), [read_rule(rule) for rule in RULES]
    posts = list(stage.read(start, None, "x"))
    seen = [(each, wire.seen(each)) for each in posts]
    found = [each for each, one in seen if any(node.holds(one) for node in nodes)]
    assert 10 < len(found) < len(posts)
    return [(wire_id(each), each.post.text) for each in found]


def plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  what is waited for happens in a thread of a client
            await asyncio.sleep(0.02)


def asked(stage: Stage, text: str) -> str:
    """A post of somebody; its id at X."""
    told = stage.land(Landing("x", text, author=Author("x-77", "ann_lee", "Ann Lee")))
    found = stage.find(told.post.id)
    assert found is not None
    return wire_id(found)


class Listening(tweepy.StreamingClient):  # type: ignore[misc]
    """Keeps what comes."""

    def __init__(self, url: str, token: str = CREDENTIAL) -> None:
        super().__init__(token, max_retries=0)
        self.session.mount(HOST, Here(url))
        self.connected = threading.Event()
        self.got: list[Any] = []
        self.refused: list[int] = []

    def on_connect(self) -> None:
        self.connected.set()

    def on_response(self, response: Any) -> None:  # noqa: ANN401
        self.got.append(response)

    def on_request_error(self, status_code: int) -> None:
        self.refused.append(status_code)
        self.running = False


async def test_tweepy_streams_what_its_rules_match() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        client = Listening(url)
        rules = [tweepy.StreamRule(value, tag=f"rule {n}") for n, value in enumerate(RULES)]
        tried = await asyncio.to_thread(client.add_rules, rules, dry_run=True)
        assert tried.meta["summary"]["valid"] == 2
        assert (await asyncio.to_thread(client.get_rules)).data is None
        added = await asyncio.to_thread(client.add_rules, rules)
        assert [rule.value for rule in added.data] == list(RULES)
        fields = {
            "expansions": ["author_id", "geo.place_id", "attachments.media_keys"],
            "tweet_fields": ["created_at", "lang", "entities", "referenced_tweets"],
            "user_fields": ["username", "public_metrics"],
        }
        start = stage.end
        thread = client.filter(threaded=True, **fields)
        try:
            await until(client.connected.is_set)
            stage.conductor.set_speed(None)
            await until(lambda: stage.over)
            own = wanted(stage, start)
            await until(lambda: len(client.got) >= len(own))
        finally:
            client.running = False
            client.session.close()
        assert [(str(each.data.id), plain(each.data.text)) for each in client.got] == own
        told = {wire_id(each): each.post for each in stage.read(start, None, "x")}
        for each in client.got:
            post = told[str(each.data.id)]
            assert post.author is not None
            assert each.includes["users"][0].username == post.author.handle
            assert each.data.created_at is not None
            assert abs(each.data.created_at - post.created_at).total_seconds() < 0.001
            assert {rule.tag for rule in each.matching_rules} <= {"rule 0", "rule 1"}
            assert each.data.data["exercise"] is True
        ids = [rule.id for rule in added.data]
        gone = await asyncio.to_thread(client.delete_rules, ids)
        assert gone.meta["summary"]["deleted"] == 2
    thread.join(5)


async def test_tweepy_hears_of_a_wrong_token_and_of_a_wrong_rule() -> None:
    async with staged(x, speed=STILL) as (url, _):
        client = Listening(url, "wrong")
        await asyncio.to_thread(client.filter)
        assert client.refused == [401]
        with pytest.raises(tweepy.Unauthorized):
            await asyncio.to_thread(client.get_rules)
        wrong = await asyncio.to_thread(
            Listening(url).add_rules, tweepy.StreamRule("is:retweet", tag="t")
        )
        assert wrong.errors[0]["title"] == "UnprocessableEntity"
        assert wrong.meta["summary"]["invalid"] == 1


async def test_tweepy_streams_without_threads() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        await asyncio.to_thread(
            Listening(url).add_rules, [tweepy.StreamRule(value) for value in RULES]
        )
        got: list[Any] = []
        connected = asyncio.Event()

        class AsyncListening(tweepy.asynchronous.AsyncStreamingClient):  # type: ignore[misc]
            async def on_connect(self) -> None:
                connected.set()

            async def on_tweet(self, tweet: Any) -> None:  # noqa: ANN401
                got.append(tweet)

        client = AsyncListening(CREDENTIAL, max_retries=0)
        session = aiohttp.ClientSession()
        asking = session._request  # its host is fixed: only the request itself can be led here

        async def here(method: str, address: Any, **more: Any) -> aiohttp.ClientResponse:  # noqa: ANN401
            return await asking(method, str(address).replace(HOST, url), **more)

        object.__setattr__(session, "_request", here)
        client.session = session
        start = stage.end
        task = client.filter()
        try:
            async with asyncio.timeout(10):
                await connected.wait()
            stage.conductor.set_speed(None)
            await until(lambda: stage.over)
            own = wanted(stage, start)
            await until(lambda: len(got) >= len(own))
        finally:
            client.disconnect()
            await asyncio.gather(task, return_exceptions=True)
        assert [(str(each.id), plain(each.text)) for each in got] == own


async def test_tweepy_replies_to_who_has_asked_and_to_nobody_else() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        own = stage.storm.utility.handle
        summoned, other = asked(stage, f"@{own} lights out"), asked(stage, "lights out")
        client = tweepy.Client(
            consumer_key=CREDENTIAL,
            consumer_secret=CREDENTIAL,
            access_token=CREDENTIAL,
            access_token_secret=CREDENTIAL,
        )
        client.session.mount(HOST, Here(url))
        answer = await asyncio.to_thread(
            client.create_tweet, text="Crews are on it.", in_reply_to_tweet_id=summoned
        )
        told = stage.landed[-1][1].post
        assert (told.text, told.reply_to) == ("Crews are on it.", stage.landed[0][1].post.id)
        found = stage.find(told.id)
        assert found is not None
        assert answer.data["id"] == wire_id(found)
        with pytest.raises(tweepy.Forbidden, match="not been mentioned"):
            await asyncio.to_thread(
                client.create_tweet, text="Crews are on it.", in_reply_to_tweet_id=other
            )
        with pytest.raises(tweepy.Forbidden, match="duplicate content"):
            await asyncio.to_thread(
                client.create_tweet, text="Crews are on it.", in_reply_to_tweet_id=summoned
            )
        assert len(stage.landed) == 3
        me = await asyncio.to_thread(client.get_me)
        mine = await asyncio.to_thread(client.get_users_tweets, me.data.id, user_auth=True)
        assert [str(each.id) for each in mine.data] == [answer.data["id"]]
        client.consumer_secret = "wrong"
        with pytest.raises(tweepy.Unauthorized):
            await asyncio.to_thread(client.create_tweet, text="Hello.")


async def test_x_s_own_sdk_streams_and_replies() -> None:
    # Here and not above: collecting its models takes every process of the suite over a second.
    import xdk
    from xdk.posts.models import CreateRequest
    from xdk.stream.models import UpdateRulesRequest

    # it reads in pieces of a kilobyte: what comes behind the last post lets that through
    often = partial(x, keep_alive_s=0.01)
    async with staged(often, speed=STILL) as (url, stage):
        own = stage.storm.utility.handle
        app = xdk.Client(base_url=url, bearer_token=CREDENTIAL)
        body = UpdateRulesRequest.model_validate(
            {"add": [{"value": value, "tag": "t"} for value in RULES]}
        )
        added = await asyncio.to_thread(app.stream.update_rules, body)
        assert added.meta is not None
        pages = await asyncio.to_thread(lambda: list(app.stream.get_rules()))
        assert [rule.value for page in pages for rule in page.data] == list(RULES)
        got: list[Any] = []
        start = stage.end

        def stream() -> None:
            for each in app.stream.posts(tweet_fields=["created_at"], expansions=["author_id"]):
                got.append(each)
                if stop.is_set():
                    return

        stop = threading.Event()
        thread = threading.Thread(target=stream, daemon=True)
        thread.start()
        await asyncio.sleep(0.5)
        stage.conductor.set_speed(None)
        await until(lambda: stage.over)
        listed = wanted(stage, start)
        await until(lambda: len(got) >= len(listed))
        assert [(each.data.id, plain(each.data.text)) for each in got] == listed
        stop.set()
        stage.land(Landing("x", "storm, once more", author=Author("x-78", "bob", "Bob")))
        await until(lambda: not thread.is_alive())

        summoned, other = asked(stage, f"@{own} lights out"), asked(stage, "lights out")
        user = xdk.Client(base_url=url, access_token=CREDENTIAL)

        def reply(to: str) -> Any:  # noqa: ANN401
            said = {"text": "Crews are on it.", "reply": {"in_reply_to_tweet_id": to}}
            return user.posts.create(CreateRequest.model_validate(said))

        answer = await asyncio.to_thread(reply, summoned)
        found = stage.find(stage.landed[-1][1].post.id)
        assert found is not None
        assert answer.data.id == wire_id(found)
        count = len(stage.landed)
        with pytest.raises(requests.HTTPError, match="403"):
            await asyncio.to_thread(reply, other)
        assert len(stage.landed) == count
        app.session.close()
        user.session.close()
