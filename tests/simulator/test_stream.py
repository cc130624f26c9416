from __future__ import annotations

import itertools
import re
from collections import Counter
from datetime import timedelta

import msgspec
import pytest

from simulator.crowd.rhythm import hour_factor
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import LABELS, Told, relevant
from tests.simulator.days import day_of

BACKGROUND = 0.3
"""The share that the fixtures' storms have."""

Posts = tuple[Told, ...]
STORMS = ["hurricane", "flood", "blackout"]


@pytest.fixture(params=STORMS)
def storm_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def storm(storm_name: str, request: pytest.FixtureRequest) -> Posts:
    posts: Posts = request.getfixturevalue(storm_name)
    return posts


def test_posts_come_in_time_order_with_their_own_ids(storm: Posts) -> None:
    times = [told.post.created_at for told in storm]
    assert times == sorted(times)
    assert len({told.post.id for told in storm}) == len(storm)


def test_every_post_is_marked_as_exercise_and_has_an_author(storm: Posts) -> None:
    for told in storm:
        assert told.post.exercise
        assert told.post.author is not None
        assert told.post.author.handle
        assert told.post.text
        assert told.truth.id == told.post.id


def test_labels_are_those_of_the_guide_in_order(storm: Posts) -> None:
    for told in storm:
        assert list(told.truth.labels) == [name for name in LABELS if name in told.truth.labels]


def test_truth_speaks_of_outages_and_communities_that_exist(storm_name: str, storm: Posts) -> None:
    day = day_of(storm_name)
    outages = {outage.id: outage for outage in day.outages()}
    communities = {community.id for community in day.territory.community}
    for told in storm:
        truth = told.truth
        if truth.outage is not None:
            outage = outages[truth.outage]
            assert truth.community in outage.communities
            assert told.post.created_at >= outage.started_at
        if truth.located:
            assert truth.community in communities


def test_restored_is_only_said_after_somebody_came_back(storm_name: str, storm: Posts) -> None:
    first_back = {
        f"t-{outage.number + 1:05d}": outage.back[0][0]
        for outage in day_of(storm_name).true_outages
    }
    starts_at = load_storm(storm_name).starts_at
    for told in storm:
        if told.truth.trap == "wrong_back":
            continue  # said in error, before anybody had power again
        if "restored" in told.truth.labels and told.truth.outage and "etr" not in told.truth.labels:
            back = starts_at + timedelta(seconds=first_back[told.truth.outage])
            assert told.post.created_at >= back, told.post.text


def test_a_located_post_says_where(storm_name: str, storm: Posts) -> None:
    territory = day_of(storm_name).territory
    names = {c.id: (c.name, *c.aliases, *c.zips) for c in territory.community}
    checked = 0
    for told in storm:
        post, truth = told.post, told.truth
        if not truth.located or truth.community is None or post.geo or post.place:
            continue
        squeezed = re.sub(r"\W", "", post.text.lower())
        found = any(re.sub(r"\W", "", n.lower()) in squeezed for n in names[truth.community])
        checked += 1
        assert found, post.text
    assert checked > 500


def test_about_half_of_the_reports_say_where(storm: Posts) -> None:
    reports = [told.truth.located for told in storm if "outage" in told.truth.labels]
    assert 0.4 < sum(reports) / len(reports) < 0.6


def test_about_one_post_in_a_hundred_carries_coordinates(storm: Posts) -> None:
    assert 0.006 < sum(told.post.geo is not None for told in storm) / len(storm) < 0.014


def test_the_share_of_the_background_is_the_storm_files() -> None:
    # The share is that of the whole day: its first hours have less.
    storm = list(StormDay(load_storm("flood", scale=0.2, background=BACKGROUND)).tell())
    other = sum(not relevant(told.truth) for told in storm)
    assert other / len(storm) == pytest.approx(BACKGROUND, abs=0.02)


def test_x_leads_in_the_outage_and_facebook_carries_the_tail(hurricane: Posts) -> None:
    def share(channel: str, posts: list[Told]) -> float:
        return sum(told.post.channel == channel for told in posts) / len(posts)

    own = [told for told in hurricane if told.truth.outage and "news" not in told.truth.labels]
    early = [told for told in own if told.post.created_at.hour in {16, 17}]
    late = [told for told in own if told.post.created_at.hour in {9, 10, 11}]
    assert share("x", early) > share("facebook", early) * 1.4
    # outages begin in those hours, too, and are told on X first
    assert share("facebook", late) > share("facebook", early) * 1.3
    assert share("x", late) < share("x", early) * 0.9


def test_texts_are_mostly_distinct_without_names_and_numbers(hurricane: Posts) -> None:
    towns = {c.name.lower() for c in day_of("hurricane").territory.community}
    names = re.compile("|".join(map(re.escape, sorted(towns, key=len, reverse=True))))

    def bare(text: str) -> str:
        return re.sub(r"@\S+|https?://\S+|\d+", "", names.sub("", text.lower()))

    texts = [bare(told.post.text) for told in hurricane[:20_000]]
    assert len(texts) == 20_000
    assert len(set(texts)) >= 0.6 * len(texts)


def test_another_seed_writes_other_texts(hurricane: Posts, other_hurricane: Posts) -> None:
    known = {told.post.text for told in hurricane[:8000]}
    second = [told.post.text for told in other_hurricane[:8000]]
    assert sum(text not in known for text in second) >= 0.8 * len(second)


def test_the_same_seed_tells_the_same_again() -> None:
    day = StormDay(load_storm("flood", hours=2, background=BACKGROUND))
    assert list(day.tell()) == list(day.tell())


def test_replies_and_reposts_answer_what_was_posted_before(hurricane: Posts) -> None:
    seen: dict[str, Told] = {}
    kinds: Counter[str] = Counter()
    for told in hurricane:
        for kind in ("reply_to", "repost_of"):
            of = getattr(told.post, kind)
            if of is not None:
                kinds[kind] += 1
                assert of in seen
                # What a feed has is shared where people are.
                channels = (
                    {told.post.channel, "rss"} if kind == "repost_of" else {told.post.channel}
                )
                assert seen[of].post.channel in channels
        if told.post.repost_of:
            assert told.truth.labels == seen[told.post.repost_of].truth.labels
        seen[told.post.id] = told
    assert kinds["reply_to"] > 300
    assert kinds["repost_of"] > 300


def test_most_people_post_once_and_some_come_back(hurricane: Posts) -> None:
    posts = Counter(told.post.author for told in hurricane)
    own = [count for author, count in posts.items() if author and "utility" not in author.id]
    assert sum(count == 1 for count in own) / len(own) > 0.75
    assert max(own) >= 5


def test_every_trap_is_set_and_named(hurricane: Posts, flood: Posts) -> None:
    wanted = {"hypothetical", "metaphor", "internet"}
    for posts in (hurricane, flood):
        assert {told.truth.trap for told in posts} >= wanted


def test_enough_outages_can_be_found_by_a_reader(hurricane: Posts) -> None:
    authors: dict[str, set[str]] = {}
    for told in hurricane:
        if told.truth.outage and told.truth.located and "outage" in told.truth.labels:
            authors.setdefault(told.truth.outage, set()).add(told.post.author_key)
    assert 60 <= sum(len(who) >= 5 for who in authors.values()) <= 150


def test_the_built_in_day_is_lively_at_once_and_busy_at_its_peak(hurricane: Posts) -> None:
    start = load_storm("hurricane").starts_at
    labelled = [t.post.created_at - start for t in hurricane if t.truth.labels]
    assert sum(age < timedelta(minutes=20) for age in labelled) > 25
    reports = Counter(
        (t.post.created_at - start) // timedelta(hours=1)
        for t in hurricane
        if "outage" in t.truth.labels
    )
    hour, most = reports.most_common(1)[0]
    assert 4 <= hour <= 11
    assert most + 200 >= 2000
    assert 25_000 < len(hurricane) < 60_000


def test_scale_multiplies_posts_and_leaves_the_outages() -> None:
    small, large = (
        StormDay(load_storm("flood", hours=6, scale=scale, background=BACKGROUND))
        for scale in (0.2, 0.8)
    )
    assert list(small.outages()) == list(large.outages())
    assert 3 < sum(1 for _ in large.tell()) / sum(1 for _ in small.tell()) < 5


def test_the_whole_day_begins_with_its_first_hours(blackout: Posts) -> None:
    whole = StormDay(load_storm("blackout", background=BACKGROUND))
    assert tuple(itertools.islice(whole.tell(), len(blackout))) == blackout


def test_the_first_post_is_there_before_the_day_is_told() -> None:
    day = StormDay(msgspec.structs.replace(load_storm("hurricane"), scale=200.0, background=0.3))
    assert len(list(itertools.islice(day.tell(), 50))) == 50


def test_a_day_holds_a_day_of_posts() -> None:
    assert sum(map(hour_factor, range(24))) == pytest.approx(24)
