from __future__ import annotations

from functools import cache

import msgspec
import pytest

from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import Told
from simulator.weather import STEP_S
from tui.charts.course import Curve, customers_out, rates, step_s, worst_shares, worst_weather


@cache
def flood() -> StormDay:
    storm = load_storm("flood", hours=8, scale=0.3)
    return StormDay(msgspec.structs.replace(storm, background=0.0))


@cache
def curve() -> Curve:
    return customers_out(flood())


def test_the_curve_is_what_the_outages_say() -> None:
    step = step_s(8)
    assert len(curve().values) == 8 * 3600 // step + 1
    for number, value in enumerate(curve().values):
        assert value == flood().customers_out(number * step)


def test_the_peak_is_exact_and_half_of_it_lies_around() -> None:
    day, found = flood(), curve()
    assert day.customers_out(found.peak_s) == found.peak >= max(found.values) > 0
    first, last = found.half_s
    assert first <= found.peak_s <= last <= 8 * 3600
    assert 2 * day.customers_out(first) >= found.peak > 2 * day.customers_out(first - 0.1)


def test_a_collapse_puts_everybody_out() -> None:
    day = StormDay(load_storm("blackout", hours=2))
    everybody = sum(community.customers for community in day.territory.community)
    assert customers_out(day).peak == pytest.approx(everybody, rel=0.001)
    assert min(worst_shares(day).values()) > 0.99


def test_before_the_first_loss_there_is_a_curve_of_nothing() -> None:
    day = StormDay(load_storm("flood", hours=0.01, background=0.0))
    assert customers_out(day) == Curve((0,), 0.0, 0, (0.0, 0.0))
    assert set(worst_shares(day).values()) == {0.0}


def test_a_share_is_what_was_out_of_a_town_at_one_time() -> None:
    shares = worst_shares(flood())
    assert set(shares) == {community.id for community in flood().territory.community}
    assert all(0 <= share <= 1 for share in shares.values())
    hit = {outage.zone.community.id for outage in flood().true_outages}
    assert any(share > 0 for id_, share in shares.items() if id_ in hit)
    assert all(share == 0 for id_, share in shares.items() if id_ not in hit)


def test_rates_add_up_to_the_posts() -> None:
    told = list(flood().tell())
    found = rates(told, flood(), 0.75)
    minutes = step_s(8) / 60
    posts = sum(sum(values) for values in found.by_channel.values()) * minutes
    assert posts == pytest.approx(len(told), rel=0.001)
    outage = sum("outage" in each.truth.labels for each in told)
    assert sum(found.by_label["outage"]) * minutes == pytest.approx(outage, rel=0.001)
    assert found.posts == len(told)
    assert found.background == pytest.approx(3 * len(told) / (8 * 60), rel=0.01)


def test_the_posts_that_matter_are_the_same_without_the_others() -> None:
    """Why a curve may be drawn without writing the background."""
    with_background = StormDay(load_storm("flood", hours=2, background=0.5))
    without = StormDay(load_storm("flood", hours=2, background=0.0))

    def matters(told: Told) -> bool:
        private = "news" not in told.truth.labels and told.post.repost_of is None
        return bool(told.truth.labels) and private and told.truth.trap is None

    def texts(day: StormDay) -> list[tuple[str, object]]:
        return [(told.post.text, told.post.created_at) for told in day.tell() if matters(told)]

    found = texts(with_background)
    assert len(found) > 100
    assert texts(without) == found


def test_the_weather_is_the_worst_of_all_places() -> None:
    day = flood()
    found = worst_weather(day)
    assert {len(values) for values in found.values()} == {8 * 3600 // STEP_S}
    for step in (0, 7, 23):
        gust_kmh, rain_mm_h = day.worst_weather(step * STEP_S)
        assert found["gust_kmh"][step] == pytest.approx(gust_kmh, abs=0.01)
        assert found["rain_mm_h"][step] == pytest.approx(rain_mm_h, abs=0.01)
