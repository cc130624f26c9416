"""The instance of a storm as a Mastodon server: its paths, pages, limits and refusals."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from desk.feeds.markup import plain_text
from desk.post import Author, Post
from simulator.platforms import EXERCISE_HEADER
from simulator.platforms.mastodon import platform
from simulator.platforms.mastodon.platform import Instance, mastodon, sent, wire_id
from simulator.platforms.mastodon.shelf import page
from simulator.platforms.mastodon.statuses import content, tags_of
from simulator.platforms.stage import Landing, Stage
from tests.simulator.platforms.stageland import STORM, day, staged

AUTH = {"Authorization": "Bearer exercise"}


async def over(stage: Stage) -> None:
    while not stage.over:
        await stage.more(stage.end)


async def asked(http: aiohttp.ClientSession, path: str, status: int = 200) -> Any:  # noqa: ANN401
    async with http.get(path) as answer:
        assert answer.status == status
        assert answer.headers[EXERCISE_HEADER] == STORM
        return await answer.json()


async def test_it_says_who_it_is_with_and_without_a_slash() -> None:
    async with staged(mastodon) as (url, _), aiohttp.ClientSession(url) as http:
        host = url.removeprefix("http://")
        for slash in ("", "/"):
            new, old = [await asked(http, f"/api/v{n}/instance{slash}") for n in (2, 1)]
            assert (new["domain"], old["uri"]) == ("toot.example", "toot.example")
            assert new["configuration"]["urls"]["streaming"] == f"ws://{host}"
            assert old["urls"]["streaming_api"] == f"ws://{host}"
            assert new["configuration"]["statuses"]["max_characters"] == 500
            assert new["exercise"]
            assert old["exercise"]
        async with http.get("/api/v1/streaming/health") as health:
            assert await health.text() == "OK"


async def test_the_same_storm_gives_the_same_statuses_each_marked() -> None:
    seen = []
    for _ in range(2):
        async with (
            staged(mastodon) as (url, stage),
            aiohttp.ClientSession(url, headers=AUTH) as http,
        ):
            await over(stage)
            async with http.get("/api/v1/timelines/home?limit=40") as answer:
                seen.append(await answer.read())
            statuses = json.loads(seen[-1])
            assert all(status["exercise"] is True for status in statuses)
            ids = [int(status["id"]) for status in statuses]
            assert ids == sorted(ids, reverse=True)
            assert [each["uri"] for each in statuses[::-1]] == [wire_id(e) for e in sent(stage)][
                -40:
            ]
    assert seen[0] == seen[1]


async def test_pages_are_linked_both_ways_and_hold_the_whole_list() -> None:
    async with staged(mastodon) as (url, stage), aiohttp.ClientSession(url, headers=AUTH) as http:
        await over(stage)
        want = [wire_id(each) for each in sent(stage, "public")]
        for rel, first in (("next", "limit=7"), ("prev", "limit=7&min_id=0")):
            found: list[str] = []
            following: Any = f"/api/v1/timelines/public?local=true&{first}"
            while following:
                async with http.get(following) as answer:
                    statuses = await answer.json()
                    following = answer.links[rel]["url"] if statuses else None
                uris = [status["uri"] for status in statuses]
                found += uris if rel == "next" else uris[::-1]
            assert found == (want[::-1] if rel == "next" else want)
        assert await asked(http, "/api/v1/timelines/public?remote=true") == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [9, 8, 7]),
        ({"min_id": 2}, [5, 4, 3]),
        ({"since_id": 2}, [9, 8, 7]),
        ({"since_id": 8}, [9]),
        ({"max_id": 5}, [4, 3, 2]),
        ({"min_id": 2, "max_id": 5}, [4, 3]),
        ({"min_id": 9}, []),
        ({"max_id": 1}, []),
    ],
)
def test_pages_begin_where_they_are_asked_to(wanted: dict[str, int], found: list[int]) -> None:
    given: dict[str, int | None] = {"min_id": None, "since_id": None, "max_id": None, **wanted}
    assert page(list(range(1, 10)), 3, **given) == found


async def test_a_stream_says_hello_beats_and_tells_what_is_posted() -> None:
    beating = lambda stage: Instance(stage, beat_s=0.05).routes()  # noqa: E731
    async with staged(beating) as (url, stage), aiohttp.ClientSession(url, headers=AUTH) as http:
        await over(stage)
        async with http.get("/api/v1/streaming/public") as stream:
            assert stream.headers["Content-Type"] == "text/event-stream"
            assert stream.headers["Cache-Control"] == "no-store"
            assert stream.headers["Transfer-Encoding"] == "chunked"
            assert await stream.content.readline() == b":)\n"
            assert await stream.content.readline() == b":thump\n"
            told = stage.land(Landing("mastodon", "We know of it", None, "a"))
            lines = [await stream.content.readline() for _ in range(12)]
            event = lines.index(b"event: update\n")
            status = json.loads(lines[event + 1].removeprefix(b"data: "))
            assert lines[event + 2] == b"\n"
            assert status["content"] == f"<p>{told.post.text}</p>"


REFUSED: list[tuple[str, dict[str, str], int, str]] = [
    ("streaming/nothing", AUTH, 400, "Unknown channel requested"),
    ("streaming/hashtag", AUTH, 400, "Missing tag name parameter"),
    ("streaming/list?list=9", AUTH, 401, "Not authorized to stream this list"),
    ("streaming/public", {}, 401, "Missing access token"),
    ("streaming/public", {"Authorization": "Bearer guess"}, 401, "Invalid access token"),
    ("timelines/home", {}, 401, "The access token is invalid"),
    ("statuses/1", AUTH, 404, "Record not found"),
    ("statuses/x/context", AUTH, 404, "Record not found"),
    ("accounts/9", AUTH, 404, "Record not found"),
    ("timelines/list/2", AUTH, 404, "Record not found"),
]


async def test_what_can_not_be_had_is_refused_in_its_words() -> None:
    async with staged(mastodon) as (url, _):
        for path, headers, status, words in REFUSED:
            async with aiohttp.ClientSession(url, headers=headers) as http:
                assert await asked(http, f"/api/v1/{path}", status) == {"error": words}


async def test_a_socket_takes_its_token_in_three_ways_and_gives_it_back() -> None:
    async with staged(mastodon) as (url, stage), aiohttp.ClientSession(url) as http:
        await over(stage)
        path = "/api/v1/streaming"
        async with http.ws_connect(path, protocols=["exercise"]) as socket:
            assert socket.protocol == "exercise"
            await socket.send_json({"type": "subscribe", "stream": "hashtag", "tag": "Outage"})
            await socket.send_json({"type": "subscribe", "stream": "hashtag"})
            assert await socket.receive_json() == {
                "error": "Missing tag name parameter",
                "status": 400,
            }
            await socket.send_str("[[[")
            await socket.send_str("{}")
            stage.land(Landing("mastodon", "it is back #outage", None, "a"))
            told = await socket.receive_json()
            assert (told["stream"], told["event"]) == (["hashtag", "Outage"], "update")
            assert json.loads(told["payload"])["tags"][0]["name"] == "outage"
            await socket.send_json({"type": "unsubscribe", "stream": "hashtag", "tag": "Outage"})
            await socket.send_json({"type": "subscribe", "stream": "public"})
            await asyncio.sleep(0.05)
            stage.land(Landing("mastodon", "all of it #outage", None, "b"))
            assert (await socket.receive_json())["stream"] == ["public"]
            await socket.send_bytes(b"x")
            closed = await socket.receive()
            assert (closed.type, closed.data) == (WSMsgType.CLOSE, 1003)
        async with http.ws_connect(f"{path}?access_token=exercise&stream=user") as socket:
            stage.land(Landing("mastodon", "and once more", None, "c"))
            assert (await socket.receive_json())["stream"] == ["user"]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(path, headers={"Authorization": "Bearer guess"})
        assert refused.value.status == 401
        assert dict(refused.value.headers or {})["X-Error-Message"] == "Invalid access token"


async def test_a_status_is_posted_by_form_or_json_and_once_in_an_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with staged(mastodon) as (url, stage), aiohttp.ClientSession(url, headers=AUTH) as http:
        await over(stage)
        first = wire_id(sent(stage)[0]).rpartition("/")[2]
        fields = {"status": "We know of it", "in_reply_to_id": first, "visibility": "unlisted"}
        headers = {"Idempotency-Key": "k"}
        uris = []
        for form, body in ((fields, None), (None, fields)):
            async with http.post(
                "/api/v1/statuses", headers=headers, data=form, json=body
            ) as answer:
                assert answer.status == 200
                status = await answer.json()
                assert (status["visibility"], status["in_reply_to_id"]) == ("unlisted", first)
                uris.append(status["uri"])
        monkeypatch.setattr(platform, "KEPT_S", 0.0)  # an hour later nobody knows the key
        async with http.post("/api/v1/statuses", headers=headers, json=fields) as answer:
            uris.append((await answer.json())["uri"])
        assert uris[0] == uris[1] != uris[2]
        assert [landing.to for landing, _ in stage.landed] == [sent(stage)[0].post.id] * 2
        below = await asked(http, f"/api/v1/statuses/{first}/context")
        assert [each["uri"] for each in below["descendants"]] == [uris[0], uris[2]]
        assert uris[0] not in [wire_id(each) for each in sent(stage, "public")]


UNFIT: list[tuple[object, int, str]] = [
    ({}, 422, "Validation failed: Text can't be blank"),
    ({"status": {"a": 1}}, 422, "Validation failed: Text can't be blank"),
    ({"status": "x" * 501}, 422, "Validation failed: Text character limit of 500 exceeded"),
    (
        {"status": "x", "visibility": "all"},
        422,
        "Validation failed: Visibility is not included in the list",
    ),
    (
        {"status": "x", "in_reply_to_id": "1"},
        404,
        "The post you are trying to reply to does not appear to exist.",
    ),
    ([], 400, "Error occurred while parsing request"),
]


async def test_statuses_that_can_not_be_are_refused() -> None:
    async with staged(mastodon) as (url, stage), aiohttp.ClientSession(url, headers=AUTH) as http:
        for fields, status, words in UNFIT:
            async with http.post("/api/v1/statuses", json=fields) as answer:
                assert answer.status == status
                assert await answer.json() == {"error": words}
        assert stage.landed == []


async def test_who_asks_too_often_is_refused_until_the_window_ends() -> None:
    async with (
        staged(lambda stage: Instance(stage, limit=3).routes()) as (url, _),
        aiohttp.ClientSession(url, headers=AUTH) as http,
    ):
        left = []
        for _ in range(3):
            async with http.get("/api/v1/lists") as answer:
                left.append(answer.headers["X-RateLimit-Remaining"])
                assert answer.headers["X-RateLimit-Limit"] == "3"
                assert answer.headers["X-RateLimit-Reset"].endswith("Z")
        assert left == ["2", "1", "0"]
        assert await asked(http, "/api/v1/lists", 429) == {"error": "Too many requests"}
        async with http.get("/api/v1/streaming/health") as health:
            assert health.status == 200  # the streams are another server's
        async with http.get("/api/v2/instance", headers={"Authorization": ""}) as other:
            assert other.status == 200


async def test_whatever_is_asked_is_answered() -> None:
    async with staged(mastodon) as (url, stage), aiohttp.ClientSession(url, headers=AUTH) as http:
        await over(stage)
        for path in (
            "timelines/public?limit=x&min_id=-1&max_id=99999999999999999999999",
            "timelines/home?limit=0",
            "timelines/tag/%23%2F",
            "statuses?id[]=1&id[]=x",
            "notifications?types[]=follow",
            "conversations",
        ):
            assert isinstance(await asked(http, f"/api/v1/{path}"), list)
        for q in ("", "http://", "https://toot.example/users/x/statuses/1", "power"):
            found = await asked(http, f"/api/v2/search?q={q}&resolve=true")
            assert found["statuses"] == []


def test_words_are_written_as_mastodon_writes_them() -> None:
    post = Post(
        id="1",
        channel="mastodon",
        author=Author(id="1", handle="ann@toot.example"),
        text="@Power@toot.example & @nobody: 5 < 6 #NCstorms #42\n\nsee https://www.power.example/"
        "outages/alderton/map?a=1&b=2.\nbye",
        created_at=day().storm.starts_at,
        mentions=("power@toot.example",),
    )
    written = content(post)
    assert written == (
        '<p><span class="h-card" translate="no"><a href="https://toot.example/@power" class="u-url'
        ' mention">@<span>power</span></a></span> &amp; @nobody: 5 &lt; 6 <a href="https://toot.'
        'example/tags/NCstorms" class="mention hashtag" rel="tag">#<span>NCstorms</span></a> #42'
        '</p><p>see <a href="https://www.power.example/outages/alderton/map?a=1&amp;b=2"'
        ' target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://'
        'www.</span><span class="ellipsis">power.example/outages/alderton</span><span class='
        '"invisible">/map?a=1&amp;b=2</span></a>.<br />bye</p>'
    )
    assert tags_of(post.text) == ["ncstorms"]
    assert plain_text(written) == post.text.replace("@Power@toot.example", "@power")
