"""The server of the utility's account on a storm's Bluesky: calls as the lexicons have them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from simulator.platforms.bluesky.platform import UTILITY_DID, bluesky, told_posts, wire_id
from simulator.platforms.bluesky.session import _token
from simulator.platforms.stage import Stage
from tests.simulator.platforms.stageland import day, staged

HANDLE = "longleafpower.bsky.example"
POSTS = "app.bsky.feed.post"
RECORD = {"$type": POSTS, "text": "Power is back.", "createdAt": "2026-07-14T18:20:00.000Z"}


class Server:
    def __init__(self, http: aiohttp.ClientSession, stage: Stage) -> None:
        self.stage = stage
        self.token = ""
        self._http = http

    async def get(self, method: str, **asked: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._http.get(f"/xrpc/{method}", params=asked, headers=headers) as answer:
            return answer.status, await answer.json()

    async def post(self, method: str, **said: object) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._http.post(f"/xrpc/{method}", json=said, headers=headers) as answer:
            return answer.status, await answer.json()

    async def log_in(self, identifier: str = HANDLE) -> dict[str, Any]:
        _, session = await self.post(
            "com.atproto.server.createSession", identifier=identifier, password="exercise"
        )
        self.token = session["accessJwt"]
        return session


@asynccontextmanager
async def served() -> AsyncIterator[Server]:
    async with staged(bluesky, of=day(hours=0.5)) as (url, stage):
        stage.conductor.behind = lambda: 0
        while not stage.over:
            await stage.more(stage.end)
        async with aiohttp.ClientSession(url) as http:
            yield Server(http, stage)


async def test_only_the_utility_logs_in_and_only_with_the_password_of_a_drill() -> None:
    async with served() as server:
        create = "com.atproto.server.createSession"
        for name, password in (("somebody.example", "exercise"), (HANDLE, "Exercise"), ("", "")):
            status, said = await server.post(create, identifier=name, password=password)
            assert (status, said["error"]) == (401, "AuthenticationRequired")
        for name in (HANDLE, UTILITY_DID, "LongleafPower", f"@{HANDLE}"):
            session = await server.log_in(name)
            assert (session["did"], session["handle"]) == (UTILITY_DID, HANDLE)
            assert session["accessJwt"].count(".") == 2
        status, said = await server.post(create, identifier=7)
        assert (status, said["error"]) == (400, "InvalidRequest")


async def test_each_token_is_good_for_its_own_use_and_for_its_time() -> None:
    async with served() as server:
        session = await server.log_in()
        get, refresh = "com.atproto.server.getSession", "com.atproto.server.refreshSession"
        assert (await server.get(get))[0] == 200
        assert (await server.post(refresh))[1]["error"] == "InvalidToken"
        server.token = session["refreshJwt"]
        assert (await server.get(get))[1]["error"] == "InvalidToken"
        status, renewed = await server.post(refresh)
        assert status == 200
        server.token = renewed["accessJwt"]
        assert (await server.get(get))[1]["did"] == UTILITY_DID
        for token, name in (
            ("", "AuthMissing"),
            (session["accessJwt"][:-4] + "AAAA", "InvalidToken"),
            ("no-token", "InvalidToken"),
            (_token("access", -1.0), "ExpiredToken"),
        ):
            server.token = token
            assert (await server.get(get))[1]["error"] == name


async def test_a_record_is_written_read_and_not_written_twice() -> None:
    async with served() as server:
        await server.log_in()
        put = {"repo": HANDLE, "collection": POSTS, "rkey": "3lqvxhzwuxfpu"}
        status, made = await server.post("com.atproto.repo.putRecord", **put, record=RECORD)
        assert (status, made["validationStatus"]) == (200, "valid")
        again = await server.post("com.atproto.repo.putRecord", **put, record=RECORD)
        assert again[1]["cid"] == made["cid"]
        other = RECORD | {"text": "Power is out."}
        status, said = await server.post(
            "com.atproto.repo.putRecord", **put, record=other, swapRecord=None
        )
        assert (status, said["error"]) == (400, "InvalidSwap")
        status, said = await server.post("com.atproto.repo.createRecord", **put, record=other)
        assert (status, said["error"]) == (400, "InvalidRequest")
        status, found = await server.get("com.atproto.repo.getRecord", **put)
        assert found["uri"] == made["uri"]
        assert found["value"] == RECORD | {"exercise": True}
        assert [landing.text for landing, _ in server.stage.landed] == ["Power is back."]


async def test_a_record_that_can_not_be_is_refused_in_the_lexicons_words() -> None:
    async with served() as server:
        create = "com.atproto.repo.createRecord"
        good: dict[str, object] = {"repo": UTILITY_DID, "collection": POSTS, "record": RECORD}
        assert (await server.post(create, **good))[1]["error"] == "AuthMissing"
        await server.log_in()
        wrong: list[tuple[dict[str, object], str]] = [
            ({"record": RECORD | {"text": "é" * 301}}, "300 graphemes"),
            ({"record": RECORD | {"text": "👩‍👩‍👧‍👦" * 200}}, "3000 characters"),
            ({"record": RECORD | {"createdAt": "today"}}, "Invalid app.bsky.feed.post record"),
            ({"record": {"text": "x"}}, "createdAt"),
            ({"record": RECORD | {"reply": {"parent": {}}}}, "`uri`"),
            ({"record": 7}, "Input is wrong"),
            ({"repo": "did:plc:somebody"}, "Could not find repo"),
            ({"collection": "app.bsky.feed.like"}, "is not kept here"),
            ({"rkey": "a/b"}, "valid Record Key"),
        ]
        for change, says in wrong:
            status, said = await server.post(create, **(good | change))
            assert status == 400
            assert says in said["message"]
        assert server.stage.landed == []


async def test_posts_and_people_of_the_storm_are_found_by_their_names() -> None:
    async with served() as server:
        await server.log_in()
        staged_ = list(told_posts(server.stage))[4]
        address = wire_id(staged_)
        _, _, did, collection, key = address.split("/")
        status, found = await server.get(
            "com.atproto.repo.getRecord", repo=did, collection=collection, rkey=key
        )
        assert (status, found["value"]["text"]) == (200, staged_.post.text)
        status, views = await server.get("app.bsky.feed.getPosts", uris=address)
        (view,) = views["posts"]
        assert (view["uri"], view["cid"]) == (address, found["cid"])
        assert staged_.post.author is not None
        name = staged_.post.author.handle
        assert (await server.get("com.atproto.identity.resolveHandle", handle=name))[1] == {
            "did": did
        }
        assert (await server.get("app.bsky.actor.getProfile", actor=did))[1]["handle"] == name
        for method, asked in (
            ("com.atproto.identity.resolveHandle", {"handle": "nobody.example"}),
            ("app.bsky.actor.getProfile", {"actor": "nobody.example"}),
            ("com.atproto.repo.getRecord", {"repo": did, "collection": POSTS, "rkey": "2222"}),
            ("com.atproto.repo.getRecord", {}),
            ("app.bsky.feed.getPosts", {}),
        ):
            assert (await server.get(method, **asked))[0] == 400
