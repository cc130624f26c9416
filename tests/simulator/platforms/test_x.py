"""X of a storm as the protocol has it: what it limits, refuses, marks and sends again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import aiohttp

from simulator.platforms import CREDENTIAL, EXERCISE_HEADER
from simulator.platforms.stage import Stage
from simulator.platforms.x.gate import Pace
from simulator.platforms.x.platform import UTILITY_ID, Limits, wire_id, x
from tests.simulator.platforms.stageland import STORM, staged

STILL = 1e-6
STREAM = "/2/tweets/search/stream"
RULES = f"{STREAM}/rules"
SEARCH = "/2/tweets/search/recent"
TOKEN = {"Authorization": f"Bearer {CREDENTIAL}"}
LIMITS = Limits()
MOST = "the OR a OR i OR de OR la OR in OR to"
"""Matches most that people write."""


@contextlib.asynccontextmanager
async def asking(
    limits: Limits = LIMITS, keep_alive_s: float = 20.0
) -> AsyncIterator[tuple[aiohttp.ClientSession, Stage]]:
    platform = partial(x, limits=limits, keep_alive_s=keep_alive_s)
    async with (
        staged(platform, speed=STILL) as (url, stage),
        aiohttp.ClientSession(url, headers=TOKEN) as http,
    ):
        yield http, stage


async def change(
    http: aiohttp.ClientSession, *, dry_run: bool = False, **body: object
) -> tuple[int, Any]:
    asked = {"dry_run": "true"} if dry_run else {}
    async with http.post(RULES, json=body, params=asked) as answer:
        return answer.status, await answer.json()


async def add(http: aiohttp.ClientSession, *values: str, dry_run: bool = False) -> tuple[int, Any]:
    rules = [{"value": value, "tag": "t"} for value in values]
    return await change(http, dry_run=dry_run, add=rules)


async def to_the_end(stage: Stage) -> list[str]:
    stage.conductor.set_speed(None)
    while not stage.over:
        await stage.more(stage.end)
    return [wire_id(each) for each in stage.read(0, None, "x")]


async def lines(answer: aiohttp.ClientResponse, count: int) -> list[dict[str, Any]]:
    found = []
    async with asyncio.timeout(10):
        async for line in answer.content:
            if line.strip():
                assert line.endswith(b"\r\n")
                found.append(json.loads(line))
            if len(found) >= count:
                return found
    return found


async def test_rules_are_added_tried_listed_and_deleted() -> None:
    async with asking() as (http, _):
        status, told = await add(http, "power", "has:media", dry_run=True)
        assert status == 201
        assert told["meta"]["summary"] == {
            "created": 1, "not_created": 1, "valid": 1, "invalid": 1,
        }  # fmt: skip
        assert (await (await http.get(RULES)).json())["meta"]["result_count"] == 0
        # one that is wrong keeps the others out
        _, told = await add(http, "power", "has:media")
        assert told["meta"]["summary"]["created"] == 0
        _, told = await add(http, "power", "lights")
        ids = [rule["id"] for rule in told["data"]]
        _, told = await add(http, "power")
        assert told["errors"][0]["title"] == "DuplicateRule"
        assert told["errors"][0]["id"] == ids[0]
        listed = await (await http.get(RULES)).json()
        assert [(rule["value"], rule["tag"]) for rule in listed["data"]] == [
            ("power", "t"), ("lights", "t"),
        ]  # fmt: skip
        _, told = await change(http, delete={"ids": [ids[0], "404"]})
        assert told["meta"]["summary"] == {"deleted": 1, "not_deleted": 1}
        _, told = await change(http, delete={"values": ["lights"]})
        assert told["meta"]["summary"]["deleted"] == 1
        assert (await change(http))[0] == 400


async def test_no_more_rules_than_x_allows() -> None:
    async with asking(Limits(rules=3)) as (http, _):
        assert (await add(http, "one", "two"))[0] == 201
        status, told = await add(http, "three", "four")
        assert status == 422
        assert told["errors"][0]["title"] == "RulesCapExceeded"
        assert (await add(http, "three"))[0] == 201


def test_more_posts_than_x_sends_in_a_second_come_in_the_next() -> None:
    now_s = [7.25]
    pace = Pace(2, lambda: now_s[0])
    assert [pace.wait_s() for _ in range(4)] == [0.0, 0.0, 0.75, 0.75]
    now_s[0] = 8.0
    assert [pace.wait_s() for _ in range(3)] == [0.0, 0.0, 1.0]


async def test_a_stream_that_is_too_full_is_late_and_whole() -> None:
    async with asking(Limits(posts_a_second=20)) as (http, stage):
        await add(http, MOST)
        async with http.get(STREAM) as answer:
            began_s = time.monotonic()
            await to_the_end(stage)
            found = await lines(answer, 45)
            assert time.monotonic() - began_s > 1.0  # 45 posts are in three seconds of the clock
        ids = [each["data"]["id"] for each in found]
        assert len(set(ids)) == 45


async def test_windows_of_requests_say_what_is_left() -> None:
    async with asking(Limits(rules_read=2)) as (http, _):
        left = [(await http.get(RULES)).headers["x-rate-limit-remaining"] for _ in range(2)]
        assert left == ["1", "0"]
        refused = await http.get(RULES)
        assert refused.status == 429
        assert int(refused.headers["x-rate-limit-reset"]) > 0
        assert refused.headers[EXERCISE_HEADER] == STORM


async def test_a_wrong_token_is_refused_everywhere() -> None:
    async with asking() as (http, stage):
        wrong = {"Authorization": "Bearer wrong"}
        for path in (
            STREAM,
            RULES,
            f"{SEARCH}?query=a",
            "/2/users/me",
            "/2/tweets/1",
        ):
            answer = await http.get(path, headers=wrong)
            assert answer.status == 401, path
            assert (await answer.json())["exercise"] is True
        assert (await http.post("/2/tweets", json={"text": "a"}, headers=wrong)).status == 401
        assert not stage.landed


async def test_the_stream_sends_what_its_rules_match_and_says_which() -> None:
    async with asking() as (http, stage):
        await add(http, MOST)
        asked = {
            "tweet.fields": "created_at,lang,conversation_id,referenced_tweets,entities",
            "expansions": "author_id,referenced_tweets.id",
        }
        async with http.get(STREAM, params=asked) as answer:
            assert answer.headers["x-rate-limit-limit"] == "50"
            ids = await to_the_end(stage)
            got = await lines(answer, 100)
        assert [line["data"]["id"] for line in got] == [
            id_ for id_ in ids if id_ in {line["data"]["id"] for line in got}
        ]
        for line in got:
            assert line["data"]["exercise"] is True
            assert line["data"]["edit_history_tweet_ids"] == [line["data"]["id"]]
            assert line["matching_rules"][0]["tag"] == "t"
            assert line["includes"]["users"][0]["id"] == line["data"]["author_id"]
        passed_on = [line for line in got if "referenced_tweets" in line["data"]]
        assert passed_on
        for line in passed_on:
            named = {each["id"] for each in line["data"]["referenced_tweets"]}
            assert {each["id"] for each in line["includes"]["tweets"]} == named <= set(ids)


async def test_without_fields_a_post_is_its_id_and_text() -> None:
    async with asking() as (http, stage):
        await add(http, MOST)
        async with http.get(STREAM) as answer:
            await to_the_end(stage)
            (first,) = await lines(answer, 1)
        assert set(first) == {"data", "matching_rules"}
        assert set(first["data"]) == {"id", "text", "edit_history_tweet_ids", "exercise"}


async def test_a_stream_lives_by_keep_alives_and_is_one_alone() -> None:
    async with asking(keep_alive_s=0.05) as (http, _), http.get(STREAM) as answer:
        async with asyncio.timeout(5):
            assert await answer.content.readexactly(6) == b"\r\n\r\n\r\n"
        second = await http.get(STREAM)
        assert second.status == 429
        assert (await second.json())["connection_issue"] == "TooManyConnections"


async def test_minutes_are_sent_again_and_wrong_ones_refused() -> None:
    async with asking() as (http, stage):
        await add(http, MOST)
        await to_the_end(stage)
        async with http.get(STREAM, params={"backfill_minutes": "5"}) as answer:
            assert len(await lines(answer, 20)) == 20
        for wrong in ("6", "-1", "many"):
            assert (await http.get(STREAM, params={"backfill_minutes": wrong})).status == 400
        assert (await http.get(STREAM, params={"expansions": "all"})).status == 400


async def test_a_time_of_the_storm_is_sent_again_and_ends() -> None:
    async with asking() as (http, stage):
        await add(http, MOST)
        await to_the_end(stage)
        at = stage.storm.starts_at
        times = {"start_time": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
        times["end_time"] = at.replace(minute=20).strftime("%Y-%m-%dT%H:%M:%SZ")
        async with http.get(STREAM, params=times) as answer:
            got = await lines(answer, 10_000)  # it ends of itself
        assert got
        wrong = times | {"end_time": times["start_time"]}
        assert (await http.get(STREAM, params=wrong)).status == 400


async def test_the_search_has_pages_and_goes_on_behind_an_id() -> None:
    async with asking() as (http, stage):
        await to_the_end(stage)
        asked = {"query": MOST, "max_results": "10"}
        found: list[str] = []
        while True:
            async with http.get(SEARCH, params=asked) as answer:
                page = await answer.json()
            found += [each["id"] for each in page["data"]]
            if "next_token" not in page["meta"]:
                break
            asked["next_token"] = page["meta"]["next_token"]
        assert found == sorted(found, key=int, reverse=True)
        assert len(set(found)) == len(found) > 30
        behind = {"query": MOST, "since_id": found[5], "max_results": "100"}
        async with http.get(SEARCH, params=behind) as answer:
            page = await answer.json()
        assert [each["id"] for each in page["data"]] == found[:5]
        for wrong in (
            {"query": "lang:en"},
            {"query": "a", "max_results": "5"},
            {"query": "x" * 600},
        ):
            assert (await http.get(SEARCH, params=wrong)).status == 400


async def test_posts_and_people_are_found() -> None:
    async with asking() as (http, stage):
        ids = await to_the_end(stage)
        one = await (await http.get(f"/2/tweets/{ids[3]}")).json()
        assert one["data"]["id"] == ids[3]
        several = await (
            await http.get("/2/tweets", params={"ids": f"{ids[1]},404,{ids[2]}"})
        ).json()
        assert [each["id"] for each in several["data"]] == ids[1:3]
        missing = await (await http.get("/2/tweets/404")).json()
        assert missing["errors"][0]["title"] == "Not Found Error"
        own = stage.storm.utility.handle
        told = await (await http.get(f"/2/users/by/username/{own.upper()}")).json()
        assert told["data"]["id"] == UTILITY_ID
        assert (await (await http.get("/2/users/me")).json())["data"]["username"] == own
        author = next(iter(stage.read(0, None, "x"))).post.author
        assert author is not None
        told = await (await http.get(f"/2/users/by/username/{author.handle}")).json()
        async with http.get(f"/2/users/{told['data']['id']}/tweets") as answer:
            assert ids[0] in [each["id"] for each in (await answer.json())["data"]]


async def test_the_same_storm_has_the_same_bytes() -> None:
    runs = []
    for _ in range(2):
        async with asking() as (http, stage):
            await to_the_end(stage)
            asked = {"query": MOST, "max_results": "50", "expansions": "author_id"}
            async with http.get(SEARCH, params=asked) as answer:
                runs.append(await answer.read())
    assert runs[0] == runs[1]
