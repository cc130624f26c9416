from __future__ import annotations

import itertools

import pytest

from desk.errors import FeedError
from desk.feeds import Batch, Feed, Options, open_feed
from desk.post import Post
from simulator.feed import TICK_S, StormFeed, open_storm
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from tests.simulator.days import day_of

HOUR = "hours=1&seed=9&background=0.3"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.naps: list[float] = []

    def read(self) -> float:
        return self.now_s

    async def sleep(self, delay_s: float) -> None:
        self.naps.append(delay_s)
        self.now_s += delay_s


def opened(query: str) -> StormFeed:
    feed = open_feed(f"storm:flood?{query}", {"storm": open_storm})
    assert isinstance(feed, StormFeed)
    return feed


async def batches(feed: Feed, cursor: str | None = None, most: int = 10**6) -> list[Batch]:
    found = []
    async for batch in feed.batches(cursor):
        found.append(batch)
        if len(found) == most:
            break
    return found


def posts(found: list[Batch]) -> list[Post]:
    return [post for batch in found for post in batch.posts]


async def test_a_feed_gives_the_posts_of_the_generated_storm() -> None:
    found = await batches(opened(f"speed=max&{HOUR}"))
    told = StormDay(load_storm("flood", hours=1.0, seed=9, background=0.3)).tell()
    assert posts(found) == [one.post for one in told]
    assert found[-1].cursor == str(len(posts(found)))


async def test_a_feed_goes_on_behind_any_cursor() -> None:
    feed = opened(f"speed=max&{HOUR}")
    whole = posts(await batches(feed))
    for cursor in (0, 1, 333, len(whole) - 1, len(whole), len(whole) + 50):
        assert posts(await batches(feed, str(cursor))) == whole[cursor:]


def test_a_feed_is_the_same_at_any_speed_so_that_a_desk_goes_on_where_it_was() -> None:
    assert opened(f"speed=max&{HOUR}").url == opened(f"{HOUR}&speed=5").url == f"storm:flood?{HOUR}"
    assert opened("speed=60").url == "storm:flood"
    assert opened("seed=9").url != opened("seed=8").url


async def test_the_storms_clock_runs_at_its_speed() -> None:
    clock = Clock()
    storm = load_storm("flood", hours=1.0, seed=9, background=0.3)
    feed = StormFeed("storm:flood", storm, 60.0, clock=clock.read, sleep=clock.sleep)
    began = clock.now_s
    first: Post | None = None
    sent: list[float] = []
    async for batch in feed.batches(None):
        first = first or batch.posts[0]
        sent.append(clock.now_s)
        storm_s = (batch.posts[-1].created_at - first.created_at).total_seconds()
        assert -1e-6 <= (clock.now_s - began) - storm_s / 60 <= 2 * TICK_S
    assert clock.now_s - began == pytest.approx(60, abs=2)
    assert min(b - a for a, b in itertools.pairwise(sent)) >= TICK_S - 1e-9


async def test_pacing_begins_with_the_first_post_behind_the_cursor() -> None:
    clock = Clock()
    storm = load_storm("flood", hours=1.0, seed=9, background=0.3)
    feed = StormFeed("storm:flood", storm, 1.0, clock=clock.read, sleep=clock.sleep)
    began = clock.now_s
    (batch,) = await batches(feed, "300", most=1)
    assert batch.posts[0].id.endswith("0000300")
    assert clock.now_s - began < 1


async def test_a_late_reader_gets_what_is_due_in_bounded_batches() -> None:
    clock = Clock()
    storm = load_storm("flood", hours=1.0, seed=9, background=0.3)
    feed = StormFeed("storm:flood", storm, 60.0, clock=clock.read, sleep=clock.sleep)
    found = []
    async for batch in feed.batches(None):
        clock.now_s += 30
        found.append(batch)
    assert len(found) < 8
    assert max(len(batch.posts) for batch in found) <= 1000


async def test_a_cursor_of_another_feed_is_refused() -> None:
    with pytest.raises(FeedError, match="'line-7' is no cursor"):
        await batches(opened("speed=max&hours=0.1"), "line-7")


@pytest.mark.parametrize(
    ("target", "query", "fault"),
    [
        ("hurricane", {"sped": "60"}, "unknown option 'sped'.*did you mean 'speed'"),
        ("hurricane", {"speed": "fast"}, "speed=fast.*a number"),
        ("hurricane", {"speed": "0"}, "above 0, or max"),
        ("hurricane", {"speed": "nan"}, "speed=nan"),
        ("hurricane", {"seed": "7.5"}, "seed=7.5.*whole number"),
        ("hurricane", {"hours": "ten"}, "hours=ten"),
        ("hurricane", {"background": "7"}, "background"),
        ("huricane", {}, "did you mean 'hurricane'"),
        ("", {}, "unknown storm"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_mend(
    target: str, query: dict[str, str], fault: str
) -> None:
    with pytest.raises(FeedError, match=fault):
        open_storm(f"storm:{target}", Options(target, query))


def test_the_default_speed_is_sixty_and_the_territory_the_storms_own() -> None:
    feed = opened("")
    assert feed.speed == 60
    assert feed.territory.name == day_of("flood").territory.name
