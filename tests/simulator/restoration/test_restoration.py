from __future__ import annotations

from itertools import chain, pairwise
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.territories import Community, Territory
from simulator.grid import Fault, Network, network, zones
from simulator.physics import physics
from simulator.restoration import (
    APART,
    Curve,
    Dispatch,
    Incident,
    Outage,
    Repair,
    gathered,
    promised,
    switched,
)
from simulator.restoration.crews import DANGEROUS, ON_THE_GROUND
from simulator.storm import Storm, layer_random
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import CAUSES, UTILITY_CAUSES
from simulator.weather import Conditions, Exposure, exposure
from tests.simulator.days import day_of
from tests.simulator.testland import built, storm, towns


def played(plan: Storm, grid: Network, faults: list[Fault]) -> tuple[Repair, ...]:
    weather = exposure(plan, [(zone.lat, zone.lon) for zone in grid.zones])
    return Dispatch(plan, grid, weather, sorted(faults, key=lambda fault: fault.at_s)).run()


def told(
    plan: Storm, grid: Network, faults: list[Fault]
) -> tuple[tuple[Outage, ...], tuple[Incident, ...]]:
    repairs = played(plan, grid, faults)
    return gathered(grid, repairs, switched(plan, grid, repairs))


def lateral(grid: Network, feeder: int, rank: int, at_s: float, cause: str = "animal") -> Fault:
    branch = grid.feeders[feeder].laterals[rank]
    return Fault(at_s, "lateral", grid.feeders[feeder].zone, feeder, *branch, cause)


def main_line(grid: Network, feeder: int, at_s: float, cause: str = "lightingStrike") -> Fault:
    line = grid.feeders[feeder]
    return Fault(at_s, "feeder", line.zone, feeder, 0, line.customers, cause)


def service(grid: Network, feeder: int, place: int, at_s: float) -> Fault:
    return Fault(at_s, "service", grid.feeders[feeder].zone, feeder, place, 1, "animal")


def everyone_comes_back(outages: tuple[Outage, ...]) -> None:
    for outage in outages:
        lost = sum(n for _, n in outage.lost)
        assert lost == sum(n for _, n in outage.back) >= outage.customers > 0
        assert outage.customers <= outage.zone.customers
        assert outage.lost[0][0] == outage.started_s < outage.restored_s == outage.back[-1][0]
        assert outage.out(outage.started_s) > 0
        assert outage.out(outage.restored_s) == 0
        for at_s, _ in chain(outage.lost, outage.back):
            assert 0 <= outage.out(at_s) <= min(outage.customers, outage.zone.customers)


def test_who_loses_the_supply_twice_in_one_outage_is_one_customer() -> None:
    plan = storm("calm")
    grid = built(plan, 20_000)
    one, other = grid.of_zone[0][:2]
    faults = [main_line(grid, one, 0.0), main_line(grid, other, 0.0), main_line(grid, one, 7200.0)]
    ends_s = (3600.0, 30_000.0, 10_000.0)
    repairs = tuple(
        Repair(fault, None, None, fault.at_s + 600.0, end_s)
        for fault, end_s in zip(faults, ends_s, strict=True)
    )
    outages, _ = gathered(grid, repairs, switched(plan, grid, repairs))
    everyone_comes_back(outages)
    assert len(outages) == 1
    assert sum(n for _, n in outages[0].lost) > outages[0].customers
    assert outages[0].customers == faults[0].customers + faults[1].customers


def test_one_crew_makes_safe_first_then_serves_by_size_and_single_services_last() -> None:
    plan = storm("calm", crews=1, repair_h=3.0)
    grid = built(plan, 60_000)
    plain = [n for n in grid.of_zone[0] if not grid.feeders[n].critical]
    critical = next(n for n in grid.of_zone[0] if grid.feeders[n].critical)
    # Whatever comes first keeps the one crew busy until all others have called.
    faults = [main_line(grid, plain[0], 0.0)]
    faults += [main_line(grid, number, 100.0) for number in (*plain[1:6], critical)]
    faults += [service(grid, plain[6], 5, 50.0), service(grid, plain[7], 5, 60.0)]
    many = next(n for n in plain[8:] if len(grid.feeders[n].laterals) >= 9)
    faults += [lateral(grid, many, rank, 100.0, "lineDown") for rank in range(9)]
    repairs = played(plan, grid, faults)
    later = [r for r in repairs if r.fault.at_s > 0]
    dangers = [r for r in later if r.safe_s is not None]
    assert dangers
    rest = [r for r in later if r.safe_s is None and r.fault.device == "feeder"]
    assert max(r.crew_s for r in dangers) < min(r.crew_s for r in rest)
    order = sorted(rest, key=lambda r: r.crew_s)
    assert order[0].fault.feeder == critical
    sizes = [r.fault.customers for r in order[1:]]
    assert sizes == sorted(sizes, reverse=True)


def test_line_crews_come_to_single_services_last() -> None:
    plan = storm("calm", crews=1, repair_h=3.0)
    grid = built(plan, 20_000)
    numbers = grid.of_zone[0]
    faults = [main_line(grid, number, 0.0) for number in numbers[1:7]]
    faults += [service(grid, numbers[0], place, 1600.0) for place in range(300)]
    repairs = played(plan, grid, faults)
    feeders_done = max(r.done_s for r in repairs if r.fault.device == "feeder")
    before = [r for r in repairs if r.fault.device == "service" and r.crew_s < feeders_done]
    # Only the one van works on them meanwhile, one after the other.
    ends = sorted((r.crew_s, r.done_s) for r in before)
    assert all(first[1] <= second[0] for first, second in pairwise(ends))
    assert 0 < len(before) < 300


def test_nobody_works_while_it_blows_harder_than_the_limit() -> None:
    plan = storm("hurricane", crew_gust_limit_kmh=70.0)
    land = Territory(
        name="Coast", timezone="America/New_York",
        community=tuple(
            Community(id=f"c{n}", name=f"Town {n}", lat=34.0 + n / 6, lon=-78.1, radius_km=5,
                      customers=20_000)
            for n in range(9)
        ),
    )  # fmt: skip
    grid = network(plan, zones(land, layer_random(plan, "zones")))
    weather = exposure(plan, [(zone.lat, zone.lon) for zone in grid.zones])
    faults = [
        main_line(grid, number, 1800.0 * number % 30_000) for number in range(len(grid.feeders))
    ]
    faults += [lateral(grid, n, 2, 20_000.0 + n) for n in range(len(grid.feeders))]
    windy = 0
    for repair in Dispatch(plan, grid, weather, sorted(faults)).run():
        zone = repair.fault.zone
        windy += weather.at(zone, repair.fault.at_s).gust_kmh > 70
        bears = ON_THE_GROUND if repair.fault.device == "lateral" else 1
        assert weather.at(zone, repair.crew_s).gust_kmh <= 70 * bears
    assert windy > 20


def test_a_branch_behind_a_dead_feeder_stays_out_when_the_feeder_returns() -> None:
    plan = storm("calm", crews=9)
    grid = built(plan, 9000)
    rank, branch = max(enumerate(grid.feeders[0].laterals), key=lambda pair: pair[1].customers)
    faults = [main_line(grid, 0, 0.0), lateral(grid, 0, rank, 300.0)]
    (outage,), (feeder, nested) = told(plan, grid, faults)
    assert (feeder.behind, nested.behind) == (None, feeder.number)
    assert outage.customers == grid.feeders[0].customers
    assert nested.restored_s > feeder.restored_s
    assert outage.out(feeder.restored_s + 1) == branch.customers
    assert outage.restored_s == nested.restored_s
    everyone_comes_back((outage,))


def test_what_was_broken_before_the_feeder_failed_is_not_lost_twice() -> None:
    plan = storm("calm", crews=1, repair_h=5.0)
    grid = built(plan, 9000)
    line = grid.feeders[0]
    faults = [lateral(grid, 0, 1, 0.0, "treeDown"), main_line(grid, 0, 600.0)]
    outages, _ = told(plan, grid, faults)
    assert sum(outage.customers for outage in outages) == line.customers
    everyone_comes_back(outages)


def test_a_substation_is_an_outage_in_each_of_its_towns() -> None:
    plan = storm("calm")
    grid = built(plan, 1500, 1800, 1600)
    group = max(grid.substations, key=len)
    number = grid.substations.index(group)
    customers = sum(grid.feeders[n].customers for n in group)
    zone = grid.feeders[group[0]].zone
    fault = Fault(50.0, "substation", zone, group[0], number, customers, "lightingStrike")
    outages, (incident,) = told(plan, grid, [fault])
    assert {o.zone.number for o in outages} == {grid.feeders[n].zone for n in group}
    assert len(outages) > 1
    assert sum(outage.customers for outage in outages) == customers == incident.customers
    assert outages[incident.outage].zone.number == incident.zone
    everyone_comes_back(outages)


def test_large_feeders_are_switched_back_in_parts() -> None:
    plan = storm("calm", repair_h=8.0)
    grid = built(plan, 90_000)
    outages, _ = told(plan, grid, [main_line(grid, n, n * 10.0) for n in grid.of_zone[0]])
    parts = sum(len(outage.back) for outage in outages)
    assert parts > 1.4 * len(grid.of_zone[0])
    everyone_comes_back(outages)


def test_losses_that_run_into_one_another_are_one_outage_and_large_ones_stand_apart() -> None:
    plan = storm("calm", crews=1, repair_h=20.0)
    grid = built(plan, 60_000)
    by_size = sorted(
        (branch.customers, feeder.number, rank)
        for feeder in grid.feeders
        for rank, branch in enumerate(feeder.laterals)
    )
    small = [row for row in by_size if 60 <= row[0] <= 90][:3]
    faults = [lateral(grid, feeder, rank, 100.0 * n) for n, (_, feeder, rank) in enumerate(small)]
    together, _ = told(plan, grid, faults)
    assert len(together) == 1
    untouched = next(n for n in grid.of_zone[0] if n not in {feeder for _, feeder, _ in small})
    assert grid.feeders[untouched].customers > APART * together[0].customers
    apart, _ = told(plan, grid, [*faults, main_line(grid, untouched, 900.0)])
    assert len(apart) == 2


def test_planned_work_needs_no_crew_and_stands_apart() -> None:
    plan = storm("calm", crews=1)
    grid = built(plan, 30_000)
    work = lateral(grid, 0, 3, 3600.0, "planned")._replace(lasts_s=7200.0)
    outages, incidents = told(plan, grid, [work, lateral(grid, 1, 2, 3000.0)])
    (outage,) = [o for o in outages if o.planned]
    assert outage.cause is None
    assert len(outages) == 2
    assert 0.6 * 7200 < outage.restored_s - outage.started_s < 1.5 * 7200
    assert {incident.cause for incident in incidents} == {"planned", "animal"}
    (said,) = promised(plan, Exposure(((Conditions(18.0, 0.0),),)), (outage,))[0].etrs
    assert said.at_s == outage.started_s


PARTS = st.lists(
    st.tuples(
        st.sampled_from(["feeder", "lateral", "service", "substation"]),
        st.integers(0, 7),
        st.integers(0, 40),
        st.floats(0, 60_000),
        st.sampled_from([None, *UTILITY_CAUSES[:7]]),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=60)
@given(PARTS, st.integers(1, 12))
def test_whatever_fails_all_who_are_lost_come_back(
    parts: list[tuple[str, int, int, float, str | None]], crews: int
) -> None:
    plan = storm("calm", crews=crews)
    grid = built(plan, 1500, 1800, 9000)
    faults = []
    for device, feeder, part, at_s, cause in parts:
        number = feeder % len(grid.feeders)
        line = grid.feeders[number]
        if device == "feeder":
            faults.append(main_line(grid, number, at_s)._replace(cause=cause))
        elif device == "lateral":
            rank = part % len(line.laterals)
            faults.append(lateral(grid, number, rank, at_s)._replace(cause=cause))
        elif device == "service":
            faults.append(service(grid, number, part * 11 % line.customers, at_s))
        else:
            home = grid.substation_of[number]
            group = grid.substations[home]
            total = sum(grid.feeders[n].customers for n in group)
            zone = grid.feeders[group[0]].zone
            faults.append(Fault(at_s, "substation", zone, group[0], home, total, cause))
    outages, incidents = told(plan, grid, faults)
    everyone_comes_back(outages)
    for incident in incidents:
        assert incident.restored_s > incident.at_s
        assert outages[incident.outage].zone.number == incident.zone
        if incident.behind is not None:
            above = incidents[incident.behind]
            assert above.at_s <= incident.at_s <= above.restored_s
    every = Curve(
        chain.from_iterable(o.lost for o in outages), chain.from_iterable(o.back for o in outages)
    )
    everybody = sum(zone.customers for zone in grid.zones)
    assert all(0 <= every.out(at_s) <= everybody for at_s in every.seconds)
    assert every.out(1e12) == 0


def test_a_hurricane_breaks_no_rule_of_the_grid(hurricane_day: StormDay) -> None:
    everyone_comes_back(hurricane_day.true_outages)
    outages, incidents = hurricane_day.true_outages, hurricane_day.incidents
    assert [outage.number for outage in outages] == list(range(len(outages)))
    assert [outage.started_s for outage in outages] == sorted(o.started_s for o in outages)
    assert [incident.number for incident in incidents] == list(range(len(incidents)))
    assert [incident.at_s for incident in incidents] == sorted(i.at_s for i in incidents)
    assert {outage.cause for outage in outages} == {*CAUSES, None}
    # While every crew mends what the storm broke, nobody switches lines off for work.
    assert {incident.cause for incident in incidents} == {*UTILITY_CAUSES} - {"planned"}
    assert {incident.outage for incident in incidents} <= set(range(len(outages)))
    assert any(i.behind is not None for i in incidents)


def test_the_storm_has_the_curve_of_a_real_one(hurricane_day: StormDay) -> None:
    out = [hurricane_day.customers_out(quarter * 900) for quarter in range(72 * 4)]
    peak, highest = out.index(max(out)) / 4, max(out)
    above = [n / 4 for n, count in enumerate(out) if count >= highest / 2]
    assert 10 <= peak <= 20
    assert out[0] < highest / 50
    assert 11 <= above[-1] - above[0] <= 30
    assert 0.08 * highest < out[int((peak + 36) * 4)] < 0.5 * highest
    # What a message says and the sum of all outages are the same.
    now = 20 * 3600.0
    assert hurricane_day.customers_out(now) == sum(o.out(now) for o in hurricane_day.true_outages)


def test_estimates_come_late_in_a_storm_and_are_often_wrong(hurricane_day: StormDay) -> None:
    said = [outage for outage in hurricane_day.true_outages if outage.etrs]
    for outage in said:
        times = [estimate.at_s for estimate in outage.etrs]
        assert times == sorted(times)
        assert all(
            outage.started_s <= e.at_s < min(e.due_s, outage.restored_s) for e in outage.etrs
        )
        assert all(outage.started_s < at_s < outage.restored_s for at_s in outage.wrong_back_s)
    missed = sum(outage.etrs[0].due_s < outage.restored_s for outage in said) / len(said)
    revised = sum(len(outage.etrs) > 1 for outage in said) / len(said)
    assert 0.2 < missed < 0.5
    assert 0.15 < revised < 0.5
    assert any(outage.wrong_back_s for outage in said)
    stormy = [o for o in said if o.customers > 1000 and o.started_s < 15 * 3600]
    assert median(o.etrs[0].at_s - o.started_s for o in stormy) > 3 * 3600


def test_no_outage_outlasts_ten_days_and_nobody_promises_further_than_a_week() -> None:
    plan = load_storm("ice-storm")
    town = Community(id="c", name="Town", lat=35.9, lon=-79.3, radius_km=9, customers=450_000)
    made = physics(plan, Territory(name="I", timezone="America/New_York", community=(town,)))
    assert len(made.incidents) > 100
    assert max(i.restored_s - i.at_s for i in made.incidents) < 10 * 86400
    said = [estimate for outage in made.outages for estimate in outage.etrs]
    assert max(estimate.due_s - estimate.at_s for estimate in said) <= 7 * 86400 + 3600
    # What its weather cannot do does not happen.
    causes = {incident.cause for incident in made.incidents}
    assert not causes & {"lightingStrike", "planned"}


def test_roads_are_cleared_while_a_fault_is_hidden() -> None:
    plan = storm("calm", crews=9, blocked_share=1.0, blocked_h=40.0, repair_h=0.5)
    grid = built(plan, 9000)
    faults = [main_line(grid, 0, 0.0, "treeDown")]
    faults += [
        lateral(grid, 0, rank, 300.0, "treeDown") for rank in range(len(grid.feeders[0].laterals))
    ]
    line, *branches = played(plan, grid, faults)
    assert all(branch.behind == 0 for branch in branches)
    # Each would wait for days of its own, were they counted from when it is found.
    assert max(b.done_s for b in branches) < max(line.done_s, 3 * 40 * 3600) + 12 * 3600


def test_on_a_calm_day_a_time_is_named_at_once() -> None:
    day = physics(storm("calm"), towns(200_000, 300_000, 100_000))
    waits = [o.etrs[0].at_s - o.started_s for o in day.outages if o.etrs and not o.planned]
    assert waits
    assert max(waits) < 3600


def test_a_calm_day_is_as_calm_as_a_real_one() -> None:
    day = day_of("calm")
    everybody = sum(zone.customers for zone in day.zones)
    out = sorted(day.customers_out(minute * 60) / everybody * 1e6 for minute in range(60, 1440, 20))
    # Alabama Power in 2022 had 69, 175 and 418 at the quartiles of a whole year.
    assert 20 < out[len(out) // 2] < 900
    assert any(outage.planned for outage in day.true_outages)
    assert day.bulletins == ()
    assert not [incident for incident in day.incidents if incident.device == "substation"]


def test_a_collapse_takes_everybody_and_gives_them_back_in_stages() -> None:
    day = day_of("blackout")
    everybody = sum(community.customers for community in day.territory.community)
    assert day.customers_out(1.5 * 3600) == pytest.approx(everybody, rel=0.001)
    # As in Spain: two thirds still out after ten hours, half of them an hour or two later.
    assert 0.5 < day.customers_out(10.8 * 3600) / everybody < 0.75
    assert 0.25 < day.customers_out(12.8 * 3600) / everybody < 0.55
    assert day.customers_out(17.5 * 3600) == 0
    everyone_comes_back(day.true_outages)
    assert {outage.cause for outage in day.outages()} == {None}
    assert len(day.incidents) == len(day.true_outages)
    first = min(outage.etrs[0].at_s for outage in day.true_outages if outage.etrs)
    assert first > 1.8 * 3600
    assert any(len(outage.etrs) > 1 for outage in day.true_outages)


def test_the_same_seed_has_the_same_day_and_another_seed_another() -> None:
    land = towns(60_000, 90_000)
    assert physics(storm("flood"), land)[:6] == physics(storm("flood"), land)[:6]
    one, two = (physics(storm("calm", seed), land).incidents for seed in (1, 2))
    assert one != two


def test_dangers_are_what_people_can_touch() -> None:
    assert set(DANGEROUS) < set(CAUSES)
