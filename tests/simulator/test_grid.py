from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from desk.territories import Community, Territory
from simulator.grid import exposure, incidents, zones
from simulator.restoration import APART, outages
from simulator.storm import Storm, layer_random
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import CAUSES


def territory(*customers: int) -> Territory:
    return Territory(
        name="Testland",
        timezone="America/New_York",
        community=tuple(
            Community(
                id=f"c{n}", name=f"Town {n}", lat=34.2, lon=-78 + n / 9, radius_km=5, customers=c
            )
            for n, c in enumerate(customers)
        ),
    )


def storm(**grid: object) -> Storm:
    made = load_storm("hurricane")
    return msgspec.structs.replace(made, grid=msgspec.structs.replace(made.grid, **grid))


def test_a_town_is_one_zone_and_a_large_city_is_several() -> None:
    land = territory(900, 130_000, 400_000)
    made = zones(land, layer_random(storm(), "zones"))
    assert [zone.community.id for zone in made] == ["c0", "c1", "c1", "c2", "c2", "c2"]
    assert [zone.number for zone in made] == list(range(6))


def test_stronger_grids_lose_fewer_customers() -> None:
    def lost(median_kmh: float) -> int:
        plan = storm(gust_median_kmh=median_kmh)
        places = zones(territory(40_000, 60_000), layer_random(plan, "zones"))
        return sum(i.customers for i in incidents(plan, places, exposure(plan, places)))

    losses = [lost(median_kmh) for median_kmh in (100, 160, 240, 400)]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > 2 * losses[3]


def test_incidents_come_in_time_order_and_never_take_more_than_a_zone_has() -> None:
    plan = storm(gust_median_kmh=90.0)
    places = zones(territory(500, 5000), layer_random(plan, "zones"))
    found = incidents(plan, places, exposure(plan, places))
    assert [i.at_s for i in found] == sorted(i.at_s for i in found)
    assert {i.cause for i in found} <= set(CAUSES)
    for zone in places:
        weather = [i.customers for i in found if i.zone == zone.number and i.cause != "animal"]
        assert sum(weather) <= zone.customers * 1.2


def test_every_customer_who_is_lost_comes_back_later(hurricane_day: StormDay) -> None:
    for outage in hurricane_day.true_outages:
        assert sum(n for _, n in outage.lost) == outage.customers > 0
        assert sum(n for _, n in outage.back) == outage.customers
        assert outage.lost[0][0] == outage.started_s < outage.restored_s == outage.back[-1][0]
        assert outage.back[0][0] >= outage.lost[-1][0]
        assert outage.out(outage.started_s) > 0
        assert outage.out(outage.restored_s) == 0


def test_sizes_of_outages_are_heavy_tailed(hurricane_day: StormDay) -> None:
    sizes = sorted(outage.customers for outage in hurricane_day.true_outages)
    assert sizes[len(sizes) // 2] < 1000 < 20_000 < sizes[-3]


def test_losses_of_one_zone_that_look_alike_are_one_outage(hurricane_day: StormDay) -> None:
    by_zone: dict[int, list[tuple[float, float, int]]] = {}
    for outage in hurricane_day.true_outages:
        span = (outage.started_s, outage.restored_s, outage.lost[0][1])
        by_zone.setdefault(outage.zone.number, []).append(span)
    for spans in by_zone.values():
        spans.sort()
        for (_, end_s, first), (start_s, _, second) in pairwise(spans):
            assert start_s >= end_s or second >= APART * first or first == 1


def test_one_crew_goes_to_the_largest_outage_first() -> None:
    plan = storm(gust_median_kmh=100.0, crews=1)
    places = zones(territory(800, 1500, 3000, 6000, 9000, 12_000), layer_random(plan, "zones"))
    weather = exposure(plan, places)
    made = outages(plan, places, weather, incidents(plan, places, weather))
    # One town is in the eye before, where a crew may start.
    waiting = [o for o in made if o.crew_s > 10 * 3600 and o.customers > 50]
    assert len(waiting) >= 5
    by_size = sorted(waiting, key=lambda o: -o.customers)
    assert by_size == sorted(waiting, key=lambda o: o.crew_s)


def test_no_crew_works_while_the_wind_is_above_its_limit(hurricane_day: StormDay) -> None:
    weather = hurricane_day.weather
    limit_kmh = hurricane_day.storm.grid.crew_gust_limit_kmh
    for outage in hurricane_day.true_outages:
        if outage.customers > 1:
            assert weather.at(outage.zone.number, outage.crew_s).gust_kmh <= limit_kmh


def test_a_collapse_takes_everybody_and_gives_them_back_in_stages() -> None:
    day = StormDay(load_storm("blackout"))
    everybody = sum(community.customers for community in day.territory.community)
    assert day.customers_out(1.5 * 3600) == pytest.approx(everybody, rel=0.001)
    half = day.customers_out(8 * 3600)
    assert everybody * 0.1 < half < everybody * 0.8
    assert day.customers_out(17.5 * 3600) == 0
    assert {outage.cause for outage in day.outages()} == {None}


@pytest.mark.parametrize("name", ["hurricane", "flood"])
def test_the_built_in_storms_grow_peak_and_are_repaired(name: str) -> None:
    rows = StormDay(load_storm(name)).hours()
    out = [row.customers_out for row in rows]
    peak = out.index(max(out))
    assert 6 <= peak <= 15
    assert out[0] < out[peak] / 10
    assert out[-1] < out[peak] / 2
