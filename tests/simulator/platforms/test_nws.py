"""The weather service of a storm: as the real one, and everything an exercise."""

from __future__ import annotations

import contextlib
import json
from functools import lru_cache
from typing import Any

import aiohttp
import pytest

from desk.feeds import open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.nws.feed import NwsFeed
from desk.territories import load_territory
from desk.warnings.placing import Placing
from simulator.platforms.nws.bulletins import Service
from simulator.platforms.nws.platform import nws, wire_ids
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from tests.simulator.platforms.stageland import staged

ACTIVE = "/alerts/active"


@lru_cache(maxsize=4)
def service(name: str) -> Service:
    day = StormDay(load_storm(name, seed=7))
    return Service(day, "NC" if day.territory.name == "North Carolina" else "")


async def asked(http: aiohttp.ClientSession, path: str = ACTIVE) -> dict[str, Any]:
    async with http.get(path) as answer:
        assert answer.status == 200
        assert answer.content_type == "application/geo+json"
        said: dict[str, Any] = json.loads(await answer.text())
        return said


async def test_everything_says_that_it_is_an_exercise_and_nothing_is_actual() -> None:
    async with staged(nws) as (url, _), aiohttp.ClientSession(url) as http:
        found = await asked(http)
        actual = await asked(http, f"{ACTIVE}?status=actual")
        assert found["exercise"] is True
        features = found["features"]
        assert isinstance(features, list)
        assert features
        for feature in features:
            properties = feature["properties"]
            assert properties["status"] == "Exercise"
            assert properties["exercise"] is True
            assert "EXERCISE" in properties["headline"]
            assert "EXERCISE" in properties["description"]
        assert actual["features"] == []


async def test_the_desks_feed_holds_what_the_service_says() -> None:
    async with staged(nws) as (url, stage):
        stage.conductor.pause()
        feed = open_feed(f"nws+{url}?every=1", KINDS)
        assert isinstance(feed, NwsFeed)
        async with contextlib.aclosing(feed.batches(None)) as reading:
            batch = await anext(reading)
        assert not batch.faults
        warnings = batch.warnings or ()
        assert {each.id for each in warnings} == set(wire_ids(stage, stage.conductor.at_s))
        assert all(each.exercise and each.shapes for each in warnings)
        placed = Placing(load_territory("north-carolina")).place(warnings[0])
        assert placed.communities


async def test_areas_zones_and_points_choose_and_wrong_ones_are_refused() -> None:
    async with staged(nws) as (url, _), aiohttp.ClientSession(url) as http:

        async def count(query: str) -> int:
            features = (await asked(http, f"{ACTIVE}?{query}"))["features"]
            assert isinstance(features, list)
            return len(features)

        everything = (await asked(http))["features"]
        assert isinstance(everything, list)
        first = everything[0]["properties"]["geocode"]
        assert first["SAME"][0].startswith("037")
        assert await count("area=NC,SC") == len(everything)
        assert await count("area=TX") == 0
        assert await count(f"zone={first['UGC'][0]}") > 0
        assert await count("point=0.0,0.0") == 0
        zone = everything[0]["properties"]["geocode"]["UGC"][0]
        drawn = await asked(http, f"/zones/forecast/{zone}")
        (west, south), _, (east, north), *_ = drawn["geometry"]["coordinates"][0]
        assert await count(f"point={(south + north) / 2:.3f},{(west + east) / 2:.3f}") > 0
        for wrong in ("area=ZZ", "point=here", "area=NC&zone=NCC001", "limit=x"):
            async with http.get(f"{ACTIVE}?{wrong}") as answer:
                assert answer.status == 400
                problem = json.loads(await answer.text())
            assert problem["detail"].startswith("Bad parameter")
        async with http.get("/zones/county/NCC999") as answer:
            assert answer.status == 404


async def test_who_says_nothing_of_itself_is_refused() -> None:
    async with (
        staged(nws) as (url, _),
        aiohttp.ClientSession(url, skip_auto_headers=["User-Agent"]) as http,
        http.get(ACTIVE) as answer,
    ):
        assert answer.status == 403


async def test_pages_lead_to_all_and_what_is_known_is_not_sent_again() -> None:
    async with staged(nws) as (url, stage), aiohttp.ClientSession(url) as http:
        await stage.more(1_000_000)  # to its end: the clock of the storm stands then
        whole = await asked(http)
        features: list[object] = []
        path = f"{ACTIVE}?limit=1"
        while path:
            said: dict[str, Any] = await asked(http, path)
            features += said["features"]
            pagination = said.get("pagination")
            path = pagination["next"].removeprefix(url) if pagination else ""
        assert features == whole["features"]
        async with http.get(ACTIVE) as answer:
            tag, changed = answer.headers["ETag"], answer.headers["Last-Modified"]
        for known in ({"If-None-Match": tag}, {"If-Modified-Since": changed}):
            async with http.get(ACTIVE, headers=known) as answer:
                assert answer.status == 304
        async with http.get(ACTIVE, headers={"If-None-Match": '"other"'}) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("name", ["hurricane", "thunderstorms", "ice-storm", "flood"])
def test_each_event_begins_is_updated_and_is_cancelled(name: str) -> None:
    made = service(name)
    kinds = [each.kind for each in made.messages]
    assert {"Alert", "Update", "Cancel"} <= set(kinds)
    assert len({each.id for each in made.messages}) == len(made.messages)
    known: set[str] = set()
    for message in made.messages:
        assert message.expires_s > message.issued_s
        assert all(each.id in known for each in message.references)
        known.add(message.id)
    hazards = {each.hazard for each in made.messages}
    for at_h in range(-72, 72):
        standing = [each for each in made.standing(at_h * 3600) if each.kind != "Cancel"]
        assert len(standing) == len({each.hazard for each in standing}) <= len(hazards)


def test_the_same_storm_says_the_same_and_one_abroad_has_shapes() -> None:
    day = StormDay(load_storm("flood", seed=7))
    again = Service(day, "")
    assert again.messages == service("flood").messages
    assert all(each.shape for each in again.messages)
