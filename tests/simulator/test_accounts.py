"""Accounts that post by themselves, and people who share what they read."""

from __future__ import annotations

from collections import defaultdict

import pytest

from simulator.background.accounts import usual_c
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import Told

STORMS = (("thunderstorms", 0.12), ("flood", 0.12), ("blackout", 0.015))


@pytest.fixture(scope="module", params=STORMS, ids=lambda p: p[0])
def told(request: pytest.FixtureRequest) -> tuple[Told, ...]:
    name, scale = request.param
    storm = load_storm(name, background=0.97, scale=scale, hours=9)
    return tuple(StormDay(storm).tell())


def automatic(told: tuple[Told, ...]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        author = one.post.author
        for kind in ("jobs", "station", "paper"):
            if author is not None and author.id.partition("-")[2].startswith(kind):
                found[kind].append(one)
    return found


def test_job_boards_stations_and_papers_are_news_of_accounts_of_their_own(
    told: tuple[Told, ...],
) -> None:
    found = automatic(told)
    assert min(len(found[kind]) for kind in ("jobs", "station", "paper")) > 10
    for posts in found.values():
        names: dict[str, set[str | None]] = defaultdict(set)
        for one in posts:
            assert one.truth.labels == ("news",)
            assert one.post.author is not None
            names[one.post.author.id].add(one.post.author.name)
        assert all(len(same) == 1 for same in names.values())


def test_what_private_people_call_news_is_a_headline_with_its_link(told: tuple[Told, ...]) -> None:
    shared = 0
    for one in told:
        author = one.post.author
        assert author is not None
        private = author.id.partition("-")[2].replace(".", "").isdigit()
        if one.truth.labels == ("news",) and private and one.truth.trap is None:
            shared += 1
            assert one.post.repost_of or one.post.url, one.post.text
            assert one.post.url is None or one.post.url in one.post.text or one.post.repost_of
    assert shared > 5


def test_only_outlets_have_feeds(told: tuple[Told, ...]) -> None:
    feeds = [one.post for one in told if one.post.channel == "rss"]
    for post in feeds:
        assert post.author is not None
        assert post.repost_of is None
        assert not post.author.id.partition("-")[2].replace(".", "").isdigit()


@pytest.mark.parametrize(
    ("month", "hour", "low", "high"), [(7, 15, 26, 33), (1, 6, -2, 8), (4, 12, 14, 24)]
)
def test_thermometers_know_the_season(month: int, hour: float, low: float, high: float) -> None:
    assert low < usual_c(month, hour) < high


def test_a_fifth_of_what_is_posted_on_x_passes_on_what_was_posted_before(
    told: tuple[Told, ...],
) -> None:
    before: set[str] = set()
    on_x = again = 0
    for one in told:
        if one.post.channel == "x":
            on_x += 1
            again += one.post.repost_of is not None
        if one.post.repost_of is not None:
            assert one.post.repost_of in before
        before.add(one.post.id)
    assert 0.17 < again / on_x < 0.3
    assert len({one.post.text for one in told}) > 0.85 * len(told)


def test_everyday_posts_have_hashtags_now_and_then(told: tuple[Told, ...]) -> None:
    assert 0.08 < sum("#" in one.post.text for one in told) / len(told) < 0.2
