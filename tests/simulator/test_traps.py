"""Traps: named in the truth, labelled by their words, as many and when the storm's file says."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import msgspec
import pytest

from simulator.storm import Trap, TrapRates
from simulator.storm_file import built_in, load_storm
from simulator.stream import StormDay
from simulator.truth import Told
from tests.simulator.days import day_of

KINDS = ("rumour", "scam", "old_photo", "drill", "bot_flood", "internet")


@pytest.fixture(scope="module")
def told() -> list[Told]:
    traps = tuple(Trap(kind=kind, hour=1.0, posts=40, minutes=30.0) for kind in KINDS)  # type: ignore[arg-type]
    late = Trap(kind="late_repost", hour=10.0, posts=20, minutes=60.0)
    storm = load_storm("thunderstorms", background=0.0, scale=0.2, hours=12)
    return list(StormDay(msgspec.structs.replace(storm, trap=(*traps, late))).tell())


@pytest.mark.parametrize("kind", KINDS)
def test_a_trap_sends_its_posts_in_its_time(told: list[Told], kind: str) -> None:
    start = load_storm("thunderstorms").starts_at + timedelta(hours=1)
    found = [one for one in told if one.truth.trap == kind]
    assert len(found) == 40
    for one in found:
        assert timedelta(0) <= one.post.created_at - start <= timedelta(minutes=30)
        assert one.truth.outage is None


def test_a_rumour_spreads_by_reposts_of_itself(told: list[Told]) -> None:
    rumour = [one for one in told if one.truth.trap == "rumour"]
    own = {one.post.id for one in rumour}
    passed_on = [one.post.repost_of for one in rumour if one.post.repost_of]
    assert len(passed_on) > 15
    assert set(passed_on) <= own


def test_a_scam_comes_from_an_account_that_looks_like_the_utilitys(told: list[Told]) -> None:
    utility = load_storm("thunderstorms").utility
    for one in told:
        if one.truth.trap == "scam":
            assert one.post.author is not None
            assert one.post.author.handle != utility.handle
            assert not one.post.author.id.endswith("-utility")


def test_bots_say_nearly_the_same_from_accounts_nobody_knew(told: list[Told]) -> None:
    bots = [one for one in told if one.truth.trap == "bot_flood"]
    texts = {"".join(char for char in one.post.text if char.isalpha())[:30] for one in bots}
    assert len(texts) <= 3
    others = {one.post.author for one in told if one.truth.trap != "bot_flood"}
    assert not others & {one.post.author for one in bots}
    assert len({one.post.author_key for one in bots}) == len(bots)


def test_a_flood_may_come_from_one_account() -> None:
    storm = load_storm("flood", background=0.0, scale=0.05, hours=2)
    trap = Trap(kind="bot_flood", hour=0.5, posts=30, minutes=10.0, accounts=1)
    told = StormDay(msgspec.structs.replace(storm, trap=(trap,))).tell()
    authors = {one.post.author_key for one in told if one.truth.trap == "bot_flood"}
    assert len(authors) == 1


def test_a_late_repost_passes_on_what_is_over(told: list[Told]) -> None:
    ends = {o.id: o.restored_at for o in day_of("thunderstorms").outages()}
    by_id = {one.post.id: one for one in told}
    late = [one for one in told if one.truth.trap == "late_repost"]
    assert len(late) == 20
    for one in late:
        original = by_id[one.post.repost_of or ""]
        assert one.truth.labels == original.truth.labels
        assert one.post.created_at - ends[original.truth.outage or ""] >= timedelta(hours=1)


def test_ambient_traps_come_at_their_rates() -> None:
    rates = TrapRates(sport=100.0, game=50.0, hypothetical=0.0)
    storm = load_storm("calm", background=0.9, scale=0.1, hours=8)
    count: Counter[str | None] = Counter()
    for one in StormDay(msgspec.structs.replace(storm, traps=rates, trap=())).tell():
        count[one.truth.trap] += 1
    posts = count.total() * 0.9
    assert count["sport"] / posts == pytest.approx(0.1, rel=0.25)
    assert count["game"] / posts == pytest.approx(0.05, rel=0.3)
    assert count["hypothetical"] == 0


@pytest.mark.parametrize("name", sorted(built_in()))
def test_each_storm_sets_traps_within_its_day(name: str) -> None:
    storm = load_storm(name)
    towns = {c.name for c in StormDay(storm).territory.community}
    assert storm.trap
    for trap in storm.trap:
        assert trap.hour < storm.hours
        assert not trap.town or trap.town in towns


def test_the_whole_day_is_no_list_of_posts() -> None:
    import tracemalloc

    day = StormDay(load_storm("flood", hours=4, scale=0.06))
    tracemalloc.start()
    try:
        posts = sum(1 for _ in day.tell())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert posts > 2_000
    assert peak < 60 * posts + 40e6
