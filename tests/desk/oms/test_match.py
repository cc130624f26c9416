"""Which outage of posts is which incident of the utility's, and how far ahead posts were."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.oms import OmsOutage
from desk.oms.ledger import ledger
from desk.oms.match import Matches, match_oms
from desk.outages import OutageChange
from desk.outages.history import histories

Told = Callable[..., OutageChange]
Incident = Callable[..., OmsOutage]
At = Callable[[float], datetime]


def matched(matches: Matches) -> dict[str, str]:
    return {found.outage.last.id: found.oms.id for found in matches.matched}


def test_one_place_and_one_time(told: Told, incident: Incident) -> None:
    outages = histories([told("o1", "likely", 10), told("o2", "likely", 10, "birchfield")])
    matches = match_oms(outages, [incident("a", 5), incident("c", 5, "cedar-gap")])
    assert matched(matches) == {"o1": "a"}
    assert [one.last.id for one in matches.social_only] == ["o2"]
    assert [one.id for one in matches.oms_only] == ["c"]


@pytest.mark.parametrize(
    ("minute", "restored", "same"),
    [
        (-359, None, True),
        (-361, None, False),
        (179, None, True),
        (181, None, False),
        (-100, -31, False),
        (-100, -29, True),
    ],
)
def test_how_far_apart_in_time(
    told: Told, incident: Incident, at: At, minute: float, restored: float | None, same: bool
) -> None:
    end = None if restored is None else at(restored)
    matches = match_oms(
        histories([told("o1", "likely", 10)]), [incident("a", minute, restored_at=end)]
    )
    assert bool(matches.matched) is same


def test_an_outage_that_has_ended_is_not_the_next_one(told: Told, incident: Incident) -> None:
    outages = histories([told("o1", "likely", 10), told("o1", "restored", 60)])
    assert match_oms(outages, [incident("a", 89)]).matched
    assert not match_oms(outages, [incident("a", 91)]).matched


@pytest.mark.parametrize(("lat", "same"), [(35.04, True), (35.06, False)])
def test_within_five_kilometres_without_a_community(
    told: Told, incident: Incident, lat: float, same: bool
) -> None:
    matches = match_oms(
        histories([told("o1", "likely", 10)]), [incident("a", 0, lat=lat, communities=())]
    )
    assert bool(matches.matched) is same


def test_many_incidents_of_one_outage(told: Told, incident: Incident) -> None:
    """One is its own, the nearest that is large enough; the others stand beside it."""
    oms = [incident("a", 1, customers=2), incident("b", 8), incident("c", 20)]
    (found,) = match_oms(histories([told("o1", "likely", 10)]), oms).matched
    assert (found.oms.id, [one.id for one in found.also]) == ("b", ["a", "c"])
    assert not found.shared


def test_one_incident_of_many_outages(told: Told, incident: Incident) -> None:
    outages = histories([told("o1", "likely", 10), told("o2", "likely", 10, "birchfield")])
    substation = incident("s", 3, communities=("alder-bay", "birchfield"), customers=30_000)
    matches = match_oms(outages, [substation])
    assert matched(matches) == {"o1": "s", "o2": "s"}
    assert sorted(found.shared for found in matches.matched) == [False, True]
    assert len(ledger(matches.matched).entries) == 1


def test_two_outages_and_two_incidents_of_one_place_are_paired_by_time(
    told: Told, incident: Incident, at: At
) -> None:
    late = told("o2", "likely", 130, started_at=at(120), first_post_at=at(120))
    early = [told("o1", "likely", 10), told("o1", "restored", 70)]
    oms = [incident("late", 118), incident("early", 2, restored_at=at(65))]
    matches = match_oms(histories([*early, late]), oms)
    assert matched(matches) == {"o1": "early", "o2": "late"}
    assert all(found.also == () for found in matches.matched)


def test_an_incident_in_the_middle_of_an_outage_is_covered(told: Told, incident: Incident) -> None:
    matches = match_oms(
        histories([told("o1", "likely", 10), told("o1", "likely", 600)]),
        [incident("a", 1), incident("b", 400)],
    )
    assert matched(matches) == {"o1": "a"}
    assert [one.id for one in matches.covered] == ["b"]
    assert matches.oms_only == ()


def test_more_people_than_customers(told: Told, incident: Incident) -> None:
    outages = histories([told("o1", "likely", 10, authors=40)])
    (found,) = match_oms(outages, [incident("a", 1, customers=12)]).matched
    assert found.short
    assert not found.confirms
    (found,) = match_oms(outages, [incident("a", 1, customers=None)]).matched
    assert not found.short
    (found,) = match_oms(outages, [incident("a", 1, customers=39), incident("b", 2)]).matched
    assert not found.short
    assert found.confirms


def test_what_the_utility_only_predicts_confirms_nothing(told: Told, incident: Incident) -> None:
    outages = histories([told("o1", "likely", 10)])
    (found,) = match_oms(outages, [incident("a", 1, status="predicted")]).matched
    assert not found.confirms
    both = [incident("a", 1, status="predicted"), incident("b", 4)]
    assert match_oms(outages, both).matched[0].confirms


def test_dismissed_and_merged_outages_are_none(told: Told, incident: Incident) -> None:
    changes = [
        told("o1", "likely", 10),
        told("o1", "dismissed", 20, by="kim"),
        told("o2", "likely", 10),
        told("o2", "dismissed", 30, by="kim", merged_into="o3"),
    ]
    matches = match_oms(histories(changes), [incident("a", 1)])
    assert (matches.matched, matches.social_only) == ((), ())
    assert [one.id for one in matches.oms_only] == ["a"]


def test_the_ledger_against_start_and_record(told: Told, incident: Incident, at: At) -> None:
    changes = [told("o1", "suspected", 4), told("o1", "likely", 6), told("o1", "restored", 60)]
    matches = match_oms(histories(changes), [incident("a", -3, recorded_at=at(15))])
    found = ledger(matches.matched)
    (entry,) = found.entries
    assert entry.start is not None
    assert entry.record is not None
    assert (entry.start.first_post, entry.start.suspected, entry.start.likely) == (-3, -7, -9)
    assert (entry.record.first_post, entry.record.suspected, entry.record.likely) == (15, 11, 9)
    assert (found.record["likely"].p50, found.record["likely"].ahead) == (9, 1)
    assert (found.start["likely"].p50, found.start["likely"].ahead) == (-9, 0)


def test_the_ledger_does_not_take_a_record_for_a_start(
    told: Told, incident: Incident, at: At
) -> None:
    outages = histories([told("o1", "likely", 6)])
    reported = incident("a", 15, recorded_at=at(15), start_known=False)
    found = ledger(match_oms(outages, [reported]).matched)
    assert found.start == {}
    assert found.record["likely"].p50 == 9
    started = ledger(match_oms(outages, [incident("a", 0)]).matched)
    assert started.record == {}
    assert started.entries[0].record is None


def test_a_confirmation_is_not_the_desks_own_lead(told: Told, incident: Incident) -> None:
    changes = [told("o1", "suspected", 4), told("o1", "confirmed", 5, by="oms", oms="a")]
    found = ledger(match_oms(histories(changes), [incident("a", 0)]).matched)
    assert found.entries[0].start is not None
    assert found.entries[0].start.likely is None
    assert found.start["likely"].outages == 0
    assert found.start["likely"].p50 is None


def test_percentiles_over_many(told: Told, incident: Incident, at: At) -> None:
    towns = ("alder-bay", "birchfield", "cedar-gap")
    changes = [told(f"o{town}", "likely", 10, town) for town in towns]
    oms = [
        incident(town, -1, town, recorded_at=at(record))
        for town, record in zip(towns, (5, 10, 40), strict=True)
    ]
    likely = ledger(match_oms(histories(changes), oms).matched).record["likely"]
    assert (likely.outages, likely.p10, likely.p50, likely.p90) == (3, -4, 0, 24)
    assert likely.ahead == 0.333


minutes = st.integers(-600, 600)
town_names = st.sampled_from(("alder-bay", "birchfield", "cedar-gap"))


@given(
    st.lists(st.tuples(town_names, minutes, st.integers(1, 900)), max_size=8),
    st.lists(st.tuples(town_names, minutes, st.none() | st.integers(0, 900)), max_size=12),
)
def test_everything_is_in_one_place_of_the_result(
    outages: list[tuple[str, int, int]], oms: list[tuple[str, int, int | None]]
) -> None:
    start = datetime(2031, 9, 4, tzinfo=UTC)

    def change(number: int, town: str, minute: int, length: int) -> list[OutageChange]:
        began = start + timedelta(minutes=minute)
        first = OutageChange(
            id=f"o{number}", status="likely", at=began, started_at=began, communities=(town,),
            lat=35.0, lon=-79.0, radius_km=1.0, first_post_at=began, posts=3, authors=3, hazards=0,
            vulnerable=0, damage=0, confidence=0.5, evidence=(),
        )  # fmt: skip
        end = began + timedelta(minutes=length)
        return [first, msgspec.structs.replace(first, status="restored", at=end)]

    held = histories(
        [one for number, outage in enumerate(outages) for one in change(number, *outage)]
    )
    listed = [
        OmsOutage(
            id=f"i{number}", started_at=start + timedelta(minutes=minute), lat=50.0, lon=0.0,
            communities=(town,), customers=customers,
        )
        for number, (town, minute, customers) in enumerate(oms)
    ]  # fmt: skip
    matches = match_oms(held, listed)
    found = [one.outage.last.id for one in matches.matched]
    found += [one.last.id for one in matches.social_only]
    assert sorted(found) == sorted(one.last.id for one in held)
    own = [one.oms.id for one in matches.matched if not one.shared]
    assert len(own) == len(set(own))
    explaining = {i.id for one in matches.matched for i in (one.oms, *one.also)}
    rest = [one.id for one in (*matches.oms_only, *matches.covered)]
    assert len(rest) == len(set(rest))
    assert explaining.isdisjoint(rest)
    assert explaining | set(rest) == {one.id for one in listed}
    again = match_oms(held[::-1], listed[::-1])
    assert {one.outage.last.id for one in again.matched} == {
        one.outage.last.id for one in matches.matched
    }
