"""The feed of weather warnings: how it asks, what it obeys, and what it makes of answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from email.utils import formatdate
from typing import Any

import pytest
from aiohttp import web

from desk.errors import FeedError
from desk.feeds import Batch, open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.nws.feed import NwsFeed
from desk.feeds.retry_after import LONGEST_S, retry_after_s
from desk.territories import Territory, load_territory
from tests.desk.feeds.nws_examples import alert, page

GEO = "application/geo+json"
SQUARE = [[-79.0, 35.0], [-78.0, 35.0], [-78.0, 36.0], [-79.0, 36.0], [-79.0, 35.0]]
Answer = Callable[[web.Request], web.Response]


class Service:
    """A weather service of the test's own: its answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.zones: list[str] = []
        self.answers: list[Answer] = []
        self.url = ""

    async def active(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return self.answers[min(len(self.asked), len(self.answers)) - 1](request)

    async def zone(self, request: web.Request) -> web.Response:
        self.zones.append(request.match_info["id"])
        if request.match_info["id"].endswith("9"):
            return web.Response(status=404)
        shape = {"type": "Polygon", "coordinates": [SQUARE]}
        return web.Response(body=json.dumps({"type": "Feature", "geometry": shape}).encode())


@contextlib.asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[Service]:
    service = Service()
    service.answers = list(answers)
    app = web.Application()
    app.router.add_get("/alerts/active", service.active)
    app.router.add_get("/zones/forecast/{id}", service.zone)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield service
    finally:
        await runner.cleanup()


def told(*features: object, **headers: str) -> Answer:
    return lambda _: web.Response(body=page(*features), content_type=GEO, headers=headers)


def status(code: int, body: str = "", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: web.Response(status=code, text=body, headers=named)


def feed_of(url: str, waits: list[float] | None = None) -> NwsFeed:
    feed = open_feed(f"nws+{url}", KINDS)
    assert isinstance(feed, NwsFeed)

    async def sleep(wait_s: float) -> None:
        if waits is not None:
            waits.append(wait_s)
        await asyncio.sleep(0)

    feed._sleep = sleep
    return feed


async def batches(feed: NwsFeed, count: int) -> list[Batch]:
    found: list[Batch] = []
    async with contextlib.aclosing(feed.batches(None)) as reading:
        async for batch in reading:
            found.append(batch)
            if len(found) == count:
                return found
    return found


async def test_it_says_who_asks_for_what_and_is_told_only_what_is_new() -> None:
    changed = formatdate(1_900_000_000, usegmt=True)
    waits: list[float] = []
    first = told(alert(), **{"ETag": '"v1"', "Last-Modified": changed})
    async with serving(first, status(304), told()) as service:
        feed = feed_of(f"{service.url}?area=NC&contact=desk@utility.example&every=45", waits)
        found = await batches(feed, 3)
    one, same, none = service.asked
    assert dict(one.query) == {"area": "NC", "status": "actual"}
    assert one.headers["User-Agent"] == "stormdesk (desk@utility.example)"
    assert "If-None-Match" not in one.headers
    assert same.headers["If-None-Match"] == '"v1"'
    assert same.headers["If-Modified-Since"] == changed
    assert [len(batch.warnings or ()) for batch in found] == [1, 1, 0]
    assert [batch.cursor for batch in found] == [changed, changed, changed]
    assert waits == [45, 45]
    assert none.headers["If-None-Match"] == '"v1"'
    assert feed.condition.state == "live"


async def test_pages_are_read_to_the_last_and_only_from_the_same_server() -> None:
    def first(request: web.Request) -> web.Response:
        further = {"next": f"{request.url.origin()}/alerts/active?cursor=2"}
        return web.Response(body=page(alert("a"), pagination=further))

    def second(_: web.Request) -> web.Response:
        elsewhere = {"next": "http://elsewhere.example/alerts/active?cursor=3"}
        return web.Response(body=page(alert("b"), pagination=elsewhere))

    async with serving(first, second) as service:
        (batch,) = await batches(feed_of(f"{service.url}?area=NC"), 1)
    assert {each.id for each in batch.warnings or ()} == {"a", "b"}
    assert len(service.asked) == 2


async def test_bad_alerts_are_kept_for_a_look_and_the_others_hold() -> None:
    async with serving(told(alert("a"), {"properties": 3}, alert("b", status="Test"))) as service:
        (batch,) = await batches(feed_of(service.url), 1)
    assert [each.id for each in batch.warnings or ()] == ["a"]
    (fault,) = batch.faults
    assert fault.place.endswith("/alerts/active feature 1")
    assert fault.raw == b'{"properties": 3}'
    assert batch.ignored == 1


async def test_alerts_of_zones_get_their_shapes_each_asked_for_once() -> None:
    def zoned(request: web.Request) -> web.Response:
        zones = [f"{request.url.origin()}/zones/forecast/NCZ00{n}" for n in (1, 2)]
        strange = [f"{request.url.origin()}/zones/forecast/NCZ009", "http://other.example/zones/1"]
        return web.Response(
            body=page(alert("a", affectedZones=zones), alert("b", affectedZones=strange))
        )

    async with serving(zoned) as service:
        found = await batches(feed_of(service.url), 2)
    for batch in found:
        shapes = {each.id: (len(each.shapes), each.partly) for each in batch.warnings or ()}
        assert shapes == {"a": (2, False), "b": (0, False)}
    assert service.zones == ["NCZ001", "NCZ002", "NCZ009"]


async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.feeds.nws.feed.MOST_BYTES", 1 << 20)

    def endless(_: web.Request) -> web.Response:
        return web.Response(body=b" " * (3 << 20))

    async with serving(endless, told(alert())) as service:
        feed = feed_of(service.url)
        (batch,) = await batches(feed, 1)
    assert batch.warnings
    assert feed.condition.error == "an answer of more than 1 MiB"


async def test_a_zone_whose_shape_is_not_there_leaves_the_others() -> None:
    def zoned(request: web.Request) -> web.Response:
        zones = [f"{request.url.origin()}/zones/forecast/NCZ00{n}" for n in (1, 9)]
        return web.Response(body=page(alert("a", affectedZones=zones)))

    async with serving(zoned) as service:
        (batch,) = await batches(feed_of(service.url), 1)
    (told,) = batch.warnings or ()
    assert (len(told.shapes), told.partly) == (1, True)


@pytest.mark.parametrize(
    ("code", "headers", "least_s", "most_s", "state"),
    [
        (429, {"Retry_After": "90"}, 90, 113, "limited"),
        (429, {}, 30, 38, "limited"),
        (503, {"Retry_After": "20"}, 20, 25, "retrying"),
        (500, {}, 15, 19, "retrying"),
        (403, {}, 15, 19, "retrying"),
        (301, {"Location": "http://elsewhere.example/"}, 15, 19, "retrying"),
    ],
)
async def test_it_waits_as_the_service_asks(
    code: int, headers: dict[str, str], least_s: float, most_s: float, state: str
) -> None:
    waits: list[float] = []
    async with serving(status(code, **headers), told(alert())) as service:
        feed = feed_of(service.url, waits)
        states: list[Any] = []
        plain = feed._sleep

        async def sleep(wait_s: float) -> None:
            states.append((feed.condition.state, feed.condition.error))
            await plain(wait_s)

        feed._sleep = sleep
        await batches(feed, 1)
    assert least_s <= waits[0] <= most_s
    assert states[0] == (state, f"the weather service answered {code}")
    assert feed.condition.state == "live"


async def test_a_wrong_question_ends_the_feed_and_says_why() -> None:
    problem = json.dumps({"title": "Bad Request", "detail": "area ZZ is none"})
    async with serving(status(400, problem)) as service:
        with pytest.raises(FeedError, match="area ZZ is none"):
            await batches(feed_of(f"{service.url}?area=ZZ"), 1)


@pytest.mark.parametrize("body", [b"<html>", b"[" * 20_000, b"\xff", b'{"features":3}'])
async def test_an_answer_that_is_none_is_asked_for_again(body: bytes) -> None:
    def broken(_: web.Request) -> web.Response:
        return web.Response(body=body)

    async with serving(broken, told(alert())) as service:
        feed = feed_of(service.url)
        (batch,) = await batches(feed, 1)
    assert batch.warnings
    assert feed.condition.error.startswith("no list of alerts")
    assert [fault.raw for fault in batch.faults] == [body[:4096]]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nws+https:", "no server"),
        ("nws+https://api.weather.gov:x", "no server"),
        ("nws+https://u:p@api.weather.gov", "no server"),
        ("nws+https://api.weather.gov?area=NC", "who asks"),
        ("nws+https://api.weather.gov?contact=a@b.example&state=NC", "unknown option 'state'"),
        ("nws+https://api.weather.gov?contact=a@b.example&area=NC&zone=NCC063", "says twice"),
        ("nws+https://api.weather.gov?contact=a@b.example&every=5", "seconds from 30 to 300"),
        ("nws+https://api.weather.gov?contact=a%0ab&area=NC", "in ASCII"),
    ],
)
def test_what_can_not_be_asked_is_said_in_a_line(url: str, said: str) -> None:
    with pytest.raises(FeedError, match=said) as error:
        open_feed(url, KINDS)
    assert "\n" not in str(error.value)


def test_the_territory_says_for_which_state_to_ask() -> None:
    feed = open_feed("nws+https://api.weather.gov?contact=a@b.example", KINDS)
    assert isinstance(feed, NwsFeed)
    with pytest.raises(FeedError, match="add \\?area=NC"):
        feed.locate(load_territory("valencia"))
    feed.locate(load_territory("north-carolina"))
    assert feed._where == {"area": "NC"}
    own = open_feed("nws+https://api.weather.gov?contact=a@b.example&zone=TXC201", KINDS)
    assert isinstance(own, NwsFeed)
    own.locate(Territory(name="Anywhere", timezone="UTC"))
    assert own._where == {"zone": "TXC201"}


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, 0),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "9" * 30}, LONGEST_S),
        ({"Retry-After": "-1"}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": formatdate(1_900_000_090), "Date": formatdate(1_900_000_000)}, 90),
        ({"Retry-After": formatdate(1_900_000_090)}, 0),
    ],
)
def test_when_to_ask_again_is_read_as_the_standard_has_it(
    headers: dict[str, str], wait_s: float
) -> None:
    assert retry_after_s(headers) == wait_s
