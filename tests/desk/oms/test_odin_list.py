"""ODIN's list over the network: of the territory alone, kept where it can't be had, never mixed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.errors import OmsError
from desk.health import list_health
from desk.oms import odin_list
from desk.oms.odin_list import OdinList
from desk.territories import Territory, load_territory
from simulator.oms import oms_lines
from simulator.platforms.odin import DATASET, odin
from tests.desk.oms.odinland import dataset, row
from tests.simulator.platforms.pageland import addressed_day, told, until
from tests.simulator.platforms.stageland import staged


@pytest.fixture
def towns(territory_file: Path) -> Territory:
    return load_territory(str(territory_file))


def listed(url: str, towns: Territory, said: list[str], *, exercise: bool = False) -> OdinList:
    return OdinList(url, towns, said.append, lambda: exercise)


async def test_pages_are_read_to_their_end_and_what_lies_elsewhere_is_left_out(
    towns: Territory,
) -> None:
    rows = [row(number) for number in range(230)]
    away = [row(300, "Portland"), row(301, geo_point_2d={"lat": 45.5, "lon": -122.6})]
    said: list[str] = []
    async with dataset(*rows, *away) as (url, data):
        found = await listed(f"{url}/records", towns, said).fetch()
        assert found is not None
        assert len(found) == 230
        assert found[0].communities == ("alderton",)
        assert found[0].etr is not None
        assert [path.partition("?")[2] for path in data.asked] == [
            f"limit=100&offset={offset}" for offset in (0, 100, 200)
        ]
        exported = await listed(f"{url}/exports/json", towns, said).fetch()
        assert exported == found
        only = await listed(
            f"{url}/records?utility=Another&refine=a:x&refine=b:y", towns, said
        ).fetch()
        assert only == []
        assert "?refine=a:x&refine=b:y&limit" in data.asked[-1]
        assert "utility" not in data.asked[-1]
    assert said == []


async def test_what_has_not_changed_is_not_sent_again(towns: Territory) -> None:
    async with dataset(*(row(number) for number in range(101))) as (url, data):
        data.tagged = True
        one = listed(f"{url}/records", towns, [])
        assert len(await one.fetch() or ()) == 101
        assert await one.fetch() is None
        assert data.unchanged == 2
        data.rows.pop()
        assert len(await one.fetch() or ()) == 100


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, b"", "the server answered 503"),
        (302, b"", "the server answered 302"),
        (200, b"<html>", "it is no JSON"),
        (200, b'{"results": 7}', "neither `results` nor rows"),
        (200, b"[" * 20_000, "it is no JSON"),
        (200, b'[{"name": "x"}, 7, {"reportedstarttime": "soon"}]', "lines can be read"),
    ],
)
async def test_what_is_no_list_is_told(
    towns: Territory, status: int, body: bytes, words: str
) -> None:
    async with dataset() as (url, data):
        data.status, data.body = status, body
        with pytest.raises(OmsError, match=words):
            await listed(f"{url}/exports/json", towns, []).fetch()


async def test_the_list_before_stays_while_it_cant_be_had(
    towns: Territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odin_list, "AGAIN_S", (0.01,))
    took: list[int] = []
    said: list[str] = []
    async with dataset(row(1), row(2)) as (url, data):
        one = listed(f"{url}/records?every=1", towns, said)
        one._every_s = 0.01
        task = asyncio.create_task(one.follow(lambda found: took.append(len(found))))
        await until(lambda: took == [2])
        assert (one.gauge.condition.state, one.gauge.outages) == ("live", 2)
        data.status = 500
        await until(lambda: any("the list read before stays" in words for words in said))
        assert one.gauge.condition.state == "retrying"
        assert one.gauge.condition.error == "the server answered 500"
        data.status = 429
        await until(lambda: one.gauge.condition.state == "limited")
        assert one.gauge.outages == 2
        asked = len(data.asked)
        await until(lambda: len(data.asked) > asked + 3)
        assert (took, len(said)) == ([2], 3)
        data.status, data.rows = 200, [row(3), row(4, reportedstarttime="soon")]
        await until(lambda: took == [2, 1])
        health = list_health(one.gauge, time.monotonic())
        assert (health.state, health.outages, health.bad) == ("live", 1, 1)
        assert (health.last_error, health.lost, health.retry_s) == ("", 0, None)
        assert health.reconnects > 3
        task.cancel()


async def test_a_real_desk_and_a_drills_list_are_never_mixed(towns: Territory) -> None:
    async with dataset(row(1)) as (url, data):
        with pytest.raises(OmsError, match="this list is real, and the desk is an exercise"):
            await listed(f"{url}/records", towns, [], exercise=True).fetch()
        assert not data.asked
        data.rows = [row(1, exercise=True)]
        with pytest.raises(OmsError, match="no drill serves them"):
            await listed(f"{url}/records", towns, []).fetch()
    async with staged(odin, of=addressed_day()) as (url, _):
        with pytest.raises(OmsError, match="an exercise's, and the desk is real"):
            await listed(f"odin+{url}{DATASET}/records", towns, []).fetch()


async def test_a_desk_that_is_neither_yet_asks_for_nothing(
    towns: Territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odin_list, "UNDECIDED_S", 0.01)
    kind: list[bool | None] = [None]
    took: list[int] = []
    async with dataset(row(1)) as (url, data):
        one = OdinList(f"{url}/records", towns, print, lambda: kind[0])
        assert one.read() == []
        task = asyncio.create_task(one.follow(lambda found: took.append(len(found))))
        await asyncio.sleep(0.05)
        assert not data.asked
        kind[0] = False
        await until(lambda: took == [1])
        task.cancel()


async def test_a_storms_list_is_what_its_utility_knows_at_the_moment() -> None:
    async with staged(odin, of=addressed_day()) as (url, stage), aiohttp.ClientSession(url) as http:
        await told(stage)
        now = stage.now()
        lines = oms_lines(stage.storm, stage.conductor.day.outages())
        standing = [each for each in lines if each.recorded_at <= now < each.restored_at]
        assert standing
        said: list[str] = []
        for path in ("/records", "/exports/json"):
            one = listed(f"odin+{url}{DATASET}{path}", stage.territory, said, exercise=True)
            found = await one.fetch()
            assert found is not None
            assert sorted(each.customers or 0 for each in found) == sorted(
                each.customers for each in standing
            )
            assert all(each.exercise and each.communities for each in found)
            assert await one.fetch() is None
        assert said == []
        page = await (await http.get(f"{DATASET}/records?limit=1")).json()
        assert page["total_count"] == len(standing)
        assert len(page["results"]) == 1
        for query in ("limit=101", "limit=x", "offset=9999&limit=100", "where=1%3D1"):
            assert (await http.get(f"{DATASET}/records?{query}")).status == 400


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://ornl.opendatasoft.com/x", "is no list of outages: write a file, or odin"),
        ("odin+https://", "is no list of outages"),
        ("odin+https://me:pw@host/records", "is no list of outages"),
        ("odin+https://host/records?every=5", "whole seconds from 60"),
        ("odin+https://host/records?limit=500", "write 1 to 100"),
    ],
)
def test_a_faulty_url_is_told_with_its_mend(towns: Territory, url: str, words: str) -> None:
    with pytest.raises(OmsError, match=words):
        listed(url, towns, [])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)  # fmt: skip


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.dictionaries(st.sampled_from(sorted(row(1))), _JSON) | _JSON, max_size=3))
def test_rows_of_any_kind_are_outages_or_told(towns: Territory, rows: list[Any]) -> None:
    one = listed("odin+https://host/records", towns, [])
    with contextlib.suppress(OmsError):
        assert all(found.communities for found in one._outages([*rows, row(1)], drill=False))
