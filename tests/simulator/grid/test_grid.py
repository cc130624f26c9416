from __future__ import annotations

from collections import Counter
from statistics import mean, median

import msgspec
import pytest

from simulator.grid import (
    Fault,
    Network,
    everyday_faults,
    flickers,
    network,
    planned_works,
    risks,
    weather_faults,
    zones,
)
from simulator.storm import GridPlan, Storm, layer_random
from simulator.storm_file import load_storm
from simulator.truth import CAUSES, UTILITY_CAUSES
from simulator.weather import CALM, Conditions, Exposure, exposure
from tests.simulator.testland import built, storm, towns


def weather_of(plan: Storm, grid: Network) -> Exposure:
    return exposure(plan, [(zone.lat, zone.lon) for zone in grid.zones])


def broken(plan: Storm, *customers: int) -> list[Fault]:
    grid = built(plan, *customers)
    return list(weather_faults(plan, grid, weather_of(plan, grid)))


def test_a_town_is_one_zone_and_a_large_city_is_several() -> None:
    grid = built(storm("hurricane"), 900, 130_000, 400_000)
    assert [zone.community.id for zone in grid.zones] == ["c0", "c1", "c1", "c2", "c2", "c2"]
    assert [zone.number for zone in grid.zones] == list(range(6))


def test_feeders_share_out_the_customers_of_their_zone() -> None:
    grid = built(storm("hurricane"), 1, 700, 52_000)
    for zone in grid.zones:
        feeders = [grid.feeders[number] for number in grid.of_zone[zone.number]]
        assert {feeder.zone for feeder in feeders} == {zone.number}
        assert sum(feeder.customers for feeder in feeders) == zone.customers
    assert any(feeder.critical for feeder in grid.feeders)


def test_laterals_lie_beside_each_other_on_their_feeder_and_are_of_all_sizes() -> None:
    grid = built(storm("hurricane"), 200_000)
    for feeder in grid.feeders:
        end = 0
        for branch in feeder.laterals:
            assert branch.first >= end
            end = branch.first + branch.customers
        assert end <= feeder.customers
    sizes = [branch.customers for feeder in grid.feeders for branch in feeder.laterals]
    assert min(sizes) >= 2
    assert 12 < median(sizes) < 35
    assert mean(sizes) > 2 * median(sizes)


def test_each_feeder_has_one_substation_and_small_towns_share_theirs() -> None:
    grid = built(storm("hurricane"), 900, 1200, 800, 60_000)
    fed = [feeder for group in grid.substations for feeder in group]
    assert sorted(fed) == list(range(len(grid.feeders)))
    assert all(n in grid.substations[home] for n, home in enumerate(grid.substation_of))
    shared = [{grid.feeders[n].zone for n in group} for group in grid.substations]
    assert {0, 1} <= max(shared, key=len)


def test_stronger_grids_lose_fewer_customers() -> None:
    losses = [
        sum(
            fault.customers
            for fault in broken(storm("hurricane", gust_median_kmh=kmh), 40_000, 60_000)
        )
        for kmh in (150, 220, 330, 500)
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > 2 * losses[3]


def test_two_in_five_faults_are_of_more_than_one_customer_and_sizes_are_heavy_tailed() -> None:
    sizes = [
        f.customers
        for f in broken(storm("hurricane", gust_median_kmh=260), 300_000, 300_000, 300_000)
    ]
    several = sorted(size for size in sizes if size > 1)
    assert 0.36 < len(several) / len(sizes) < 0.5
    p50, p90, p99 = (several[int(len(several) * share)] for share in (0.5, 0.9, 0.99))
    assert 12 < p50 < 40
    assert 150 < p90 < 700
    assert 1500 < p99 < 8000


def test_a_substation_takes_all_of_its_feeders() -> None:
    plan = storm("hurricane", gust_median_kmh=110.0)
    grid = built(plan, 60_000, 60_000)
    faults = weather_faults(plan, grid, weather_of(plan, grid))
    found = [fault for fault in faults if fault.device == "substation"]
    assert found
    for fault in found:
        feeders = grid.substations[fault.part]
        assert fault.feeder in feeders
        assert fault.customers == sum(grid.feeders[number].customers for number in feeders)


GALE = Conditions(120.0, 0.0)
RAIN = Conditions(20.0, 40.0)
ICE = Conditions(25.0, 3.0, 0.0, 3.0)
ICE_AND_WIND = Conditions(70.0, 3.0, 0.0, 3.0)
BOLTS = Conditions(30.0, 5.0, 2.0)


def last(*series: Conditions) -> tuple[float, ...]:
    found = risks(GridPlan(), series, 1.0)
    return found[-1] if found else (0.0,) * 4


def test_each_hazard_adds_its_own_risk() -> None:
    assert [n for n, part in enumerate(last(*[GALE] * 9)) if part] == [0]
    assert [n for n, part in enumerate(last(*[RAIN] * 9)) if part] == [1]
    assert [n for n, part in enumerate(last(*[ICE] * 12)) if part] == [2]
    assert [n for n, part in enumerate(last(*[BOLTS] * 9)) if part] == [3]


def test_ice_does_more_harm_in_wind() -> None:
    assert last(*[ICE_AND_WIND] * 12)[2] > 3 * last(*[ICE] * 12)[2]


def test_risk_never_falls_and_calm_adds_none() -> None:
    rows = risks(GridPlan(), (GALE, BOLTS, ICE_AND_WIND, GALE, RAIN, *[CALM] * 90), 1.0)
    totals = [risk.total for risk in rows]
    assert totals == sorted(totals)
    assert len(rows) <= 5
    assert risks(GridPlan(), (CALM,) * 90, 1.0) == []


@pytest.mark.parametrize(
    ("name", "cause", "least", "most"),
    [
        ("ice-storm", "treeDown", 0.45, 0.65),
        ("ice-storm", "lightingStrike", 0.0, 0.0),
        ("thunderstorms", "lightingStrike", 0.1, 0.7),
        ("hurricane", "poleDown", 0.1, 0.3),
    ],
)
def test_the_causes_are_those_of_the_weather(
    name: str, cause: str, least: float, most: float
) -> None:
    plan = storm(name, ice_median_mm=40.0)
    places = zones(towns(200_000), layer_random(plan, "zones"))
    moved = tuple(zone._replace(lat=35.7, lon=-79.6) for zone in places)
    grid = network(plan, moved)
    causes = [fault.cause for fault in weather_faults(plan, grid, weather_of(plan, grid))]
    assert set(causes) <= set(CAUSES)
    assert least <= causes.count(cause) / len(causes) <= most


def test_everyday_faults_are_as_many_as_the_file_says_and_mostly_by_day() -> None:
    plan = storm("calm", calm_faults_per_day=400.0)
    grid = built(plan, 500_000, 500_000)
    found = list(everyday_faults(plan, grid, towns(1).zone))
    assert 330 < len(found) < 470
    assert {fault.cause for fault in found} <= set(UTILITY_CAUSES)
    assert {fault.device for fault in found} == {"service", "lateral", "feeder"}
    hours = Counter(int(6 + fault.at_s / 3600) % 24 for fault in found)
    assert sum(hours[h] for h in range(8, 18)) > 1.5 * sum(hours[h] for h in (*range(6), 22, 23))


def test_work_is_planned_for_working_days_and_called_off_before_a_storm() -> None:
    def works(name: str, starts_at: str) -> list[Fault]:
        plan = msgspec.structs.replace(
            storm(name, planned_works_per_day=60.0),
            starts_at=msgspec.convert(starts_at, type(load_storm("calm").starts_at)),
        )
        grid = built(plan, 300_000)
        return list(planned_works(plan, grid, weather_of(plan, grid), towns(1).zone))

    tuesday = works("calm", "2026-05-19T10:00:00Z")
    assert 8 <= len(tuesday) <= 40
    for work in tuesday:
        assert (work.cause, work.device) == ("planned", "lateral")
        assert work.lasts_s is not None
        assert 1.5 * 3600 <= work.lasts_s <= 4 * 3600
        assert 2 * 3600 <= work.at_s <= 7.5 * 3600  # from eight to half past one on the wall
    assert works("calm", "2026-05-23T10:00:00Z") == []
    stormy = works("hurricane", "2026-09-15T08:00:00Z")
    assert not stormy  # All three days are too near to the storm.


def test_lines_dip_more_often_than_they_fail_and_services_never() -> None:
    plan = storm("hurricane")
    grid = built(plan, 150_000, 150_000)
    faults = list(weather_faults(plan, grid, weather_of(plan, grid)))
    found = flickers(plan, grid, faults)
    main = [fault for fault in faults if fault.device == "feeder"]
    branches = [fault for fault in faults if fault.device == "lateral"]
    assert len(main) < len(found) < 4 * (len(main) + 0.3 * len(branches))
    assert list(found) == sorted(found)
    for flicker in found:
        assert 0 < flicker.customers <= grid.zones[flicker.zone].customers
        assert 0 <= flicker.at_s < plan.hours * 3600
    others = [fault for fault in faults if fault.device in {"service", "substation"}]
    assert others
    assert flickers(plan, grid, others) == ()


def test_the_same_seed_builds_and_breaks_the_same() -> None:
    assert broken(storm("hurricane", seed=3), 90_000) == broken(storm("hurricane", seed=3), 90_000)
    assert built(storm("hurricane", seed=3), 90_000) != built(storm("hurricane", seed=4), 90_000)
