"""A storm at Facebook: what reaches the page, the Graph API, and webhooks until they are taken."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from desk.feeds.meta.wire import decode_webhook
from simulator.platforms import CREDENTIAL, EXERCISE_HEADER
from simulator.platforms.faults import Fault
from simulator.platforms.meta import sender as sender_module
from simulator.platforms.meta.page import PAGE, Wall, change
from simulator.platforms.meta.platform import meta, wire_id
from simulator.platforms.meta.sender import CallbackError, meta_sender, webhook
from simulator.platforms.stage import Landing, Stage
from tests.simulator.platforms.pageland import addressed_day, told, until
from tests.simulator.platforms.stageland import staged

BEARER = {"Authorization": f"Bearer {CREDENTIAL}"}


async def seen(stage: Stage) -> Wall:
    await told(stage)
    wall = Wall(stage)
    wall.look()
    return wall


async def ask(http: aiohttp.ClientSession, path: str, **params: str) -> dict[str, Any]:
    async with http.get(path, params=params, headers=BEARER) as answer:
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


async def test_the_page_sees_itself_its_visitors_their_threads_and_mentions() -> None:
    async with staged(meta, of=addressed_day()) as (_, stage):
        wall = await seen(stage)
        handle = stage.storm.utility.handle
        kinds = {"own": 0, "visitor": 0, "mention": 0, "comment": 0}
        for each in wall.seen:
            post = each.post
            assert post.channel == "facebook"
            assert each.id == wire_id(each.staged)
            own = post.author is not None and post.author.id == "facebook-utility"
            if each.top:
                kinds["comment"] += 1
                assert post.reply_to is not None
            elif own:
                kinds["own"] += 1
            else:
                assert handle in post.mentions
                kinds["visitor" if each.field == "feed" else "mention"] += 1
        assert all(kinds.values()), kinds
        assert len({each.id for each in wall.seen}) == len(wall.seen)


async def test_a_webhook_decodes_to_the_posts_with_the_servers_own_ids() -> None:
    async with staged(meta, of=addressed_day()) as (_, stage):
        wall = await seen(stage)
        found = decode_webhook(webhook([change(each) for each in wall.seen]), "w", exercise=True)
    assert not found.faults
    assert not found.ignored
    assert [post.id for post in found.posts] == [each.id for each in wall.seen]
    assert [post.text for post in found.posts] == [each.post.text for each in wall.seen]
    assert [post.reply_to for post in found.posts] == [each.parent or None for each in wall.seen]
    for post, each in zip(found.posts, wall.seen, strict=True):
        assert post.exercise
        assert post.account == PAGE
        assert abs((post.created_at - each.post.created_at).total_seconds()) < 1
        assert (post.author is None) == (each.field == "mention")


async def test_the_graph_gives_the_page_a_page_at_a_time_with_comments() -> None:
    async with staged(meta, of=addressed_day()) as (url, stage), aiohttp.ClientSession(url) as http:
        wall = await seen(stage)
        fields = "id,message,comments.filter(stream).order(reverse_chronological).limit(1){id}"
        nodes: list[dict[str, Any]] = []
        said = await ask(http, "/v26.0/me/feed", fields=fields, limit="3")
        while True:
            nodes += said["data"]
            following = said.get("paging", {}).get("next")
            if following is None:
                break
            assert len(said["data"]) == 3
            async with http.get(following) as answer:
                said = await answer.json()
        assert [node["id"] for node in nodes] == [each.id for each in wall.posts()]
        assert all(node["exercise"] for node in nodes)
        with_comments = [node for node in nodes if "comments" in node]
        assert with_comments
        for node in with_comments:
            below = await ask(http, f"/v26.0/{node['id']}/comments", filter="stream", limit="100")
            expected = [each.id for each in wall.below[node["id"]]]
            assert [each["id"] for each in below["data"]] == expected
            assert node["comments"]["data"][0]["id"] == expected[-1]


async def test_a_comment_of_the_page_lands_in_the_storm_and_reaches_the_page_again() -> None:
    async with staged(meta, of=addressed_day()) as (url, stage), aiohttp.ClientSession(url) as http:
        wall = await seen(stage)
        visitor = next(each for each in wall.seen if not each.top and each.post.author)
        form = {"message": "Thank you, crews are on the way."}
        async with http.post(f"/v26.0/{visitor.id}/comments", data=form, headers=BEARER) as answer:
            landed = (await answer.json())["id"]
            assert answer.headers[EXERCISE_HEADER] == stage.storm.name
        assert stage.landed[-1][0] == Landing("facebook", form["message"], visitor.post.id)
        node = await ask(http, f"/v26.0/{landed}")
        assert node["from"] == {"id": PAGE, "name": stage.storm.utility.name}
        async with http.post("/v26.0/me/feed", data=form, headers=BEARER) as answer:
            assert (await answer.json())["id"].startswith(f"{PAGE}_")
        wall.look()
        assert [each.post.text for each in wall.seen[-2:]] == [form["message"]] * 2


@pytest.mark.parametrize(
    ("method", "path", "data", "headers", "status", "code"),
    [
        ("GET", "/v26.0/me", {}, {}, 400, 2500),
        ("GET", "/v26.0/me", {}, {"Authorization": "Bearer x"}, 400, 190),
        ("GET", "/v26.0/1_2/comments", {}, BEARER, 400, 100),
        ("GET", "/v26.0/77/feed", {}, BEARER, 400, 100),
        ("GET", "/v26.0/me/feed?since=soon", {}, BEARER, 400, 100),
        ("GET", "/v26.0/me/feed?after=%7f", {}, BEARER, 400, 100),
        ("POST", "/v26.0/me/feed", {}, BEARER, 400, 100),
        ("POST", "/v26.0/me/feed", {"message": "x" * 8001}, BEARER, 400, 100),
        ("POST", "/v26.0/me/subscribed_apps", {"subscribed_fields": "votes"}, BEARER, 400, 100),
        ("POST", "/v26.0/1/subscriptions", {"object": "user"}, BEARER, 400, 100),
        (
            "POST",
            "/v26.0/1/subscriptions",
            {"object": "page", "callback_url": "https://hook.example/"},
            BEARER,
            400,
            2200,
        ),
    ],
)
async def test_the_graph_refuses_as_meta_does(
    method: str, path: str, data: dict[str, str], headers: dict[str, str], status: int, code: int
) -> None:
    async with (
        staged(meta) as (url, _),
        aiohttp.ClientSession(url) as http,
        http.request(method, path, data=data or None, headers=headers) as answer,
    ):
        assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)


class Callback:
    """A callback that fails as often as it is told to, and remembers what it has taken."""

    def __init__(self) -> None:
        self.fails = 0
        self.attempts = 0
        self.taken: list[str] = []
        self.exercise = True

    async def get(self, request: web.Request) -> web.Response:
        right = request.query["hub.verify_token"] == CREDENTIAL
        return web.Response(text=request.query["hub.challenge"], status=200 if right else 403)

    async def post(self, request: web.Request) -> web.Response:
        body = await request.read()
        mac = hmac.new(CREDENTIAL.encode(), body, hashlib.sha256).hexdigest()
        assert request.headers["X-Hub-Signature-256"] == f"sha256={mac}"
        self.exercise &= EXERCISE_HEADER in request.headers
        self.attempts += 1
        if self.attempts <= self.fails:
            return web.Response(status=(500, 503, 302)[self.attempts % 3])
        try:
            told = json.loads(body)["entry"][0]["changes"]
        except ValueError:
            return web.Response()  # garbage, and signed
        assert 0 < len(told) <= 1000
        values = [change["value"] for change in told]
        assert all(value["exercise"] for value in values)
        self.taken += [value.get("comment_id") or value["post_id"] for value in values]
        return web.Response()


@contextlib.asynccontextmanager
async def calling_back() -> AsyncIterator[tuple[str, Callback]]:
    callback = Callback()
    app = web.Application(client_max_size=8 << 20)
    app.router.add_get("/hook", callback.get)
    app.router.add_post("/hook", callback.post)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", callback
    finally:
        await runner.cleanup()


async def test_webhooks_are_repeated_until_they_are_taken_and_none_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sender_module, "AGAIN_S", (0.0, 0.01, 0.02))
    async with (
        calling_back() as (hook, callback),
        staged(meta, of=addressed_day()) as (_, stage),
    ):
        stage.faults.faults = tuple(
            Fault(kind=kind, amount=0.2, seconds=0.01)
            for kind in ("drop", "duplicate", "garbage", "stall")
        )
        callback.fails = 7
        wall = await seen(stage)
        sender = meta_sender(stage, hook, most_updates=10)
        sending = asyncio.create_task(sender.run())
        expected = {each.id for each in wall.seen}
        await until(lambda: set(callback.taken) == expected and sender.counts.again >= 7)
        assert len(callback.taken) > len(expected)
        assert callback.taken != [each.id for each in wall.seen]
        assert callback.exercise
        landed = stage.land(Landing("facebook", "Power is back in Tyro."))
        found = stage.find(landed.post.id)
        assert found is not None
        await until(lambda: wire_id(found) in callback.taken)
        assert sender.counts.dropped == 0
        assert set(stage.faults.told()["meta"]) == {"drop", "duplicate", "garbage", "stall"}
        sending.cancel()


async def test_a_subscription_needs_the_challenge_and_then_sends() -> None:
    async with (
        calling_back() as (hook, callback),
        staged(meta, of=addressed_day()) as (url, stage),
        aiohttp.ClientSession(url) as http,
    ):
        wall = await seen(stage)
        form = {"object": "page", "callback_url": hook, "fields": "mention"}
        for token, status in (("another", 400), (CREDENTIAL, 200)):
            answer = await http.post(
                "/v26.0/1/subscriptions", data=form | {"verify_token": token}, headers=BEARER
            )
            assert answer.status == status
        expected = {each.id for each in wall.seen if each.field == "mention"}
        await until(lambda: set(callback.taken) >= expected)
        assert set(callback.taken) == expected


@pytest.mark.parametrize("callback", ["https://hook.example/x", "ftp://127.0.0.1/x", "hook"])
async def test_a_drill_sends_to_this_machine_alone(callback: str) -> None:
    async with staged() as (_, stage):
        with pytest.raises(CallbackError, match="sends to this machine alone"):
            meta_sender(stage, callback)
