"""The desk held against the truth while the storm runs."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from desk.outages import Status
from desk.serving.protocol import OutageRow
from simulator.conductor import Reel
from simulator.conductor.happenings import LEAST_CUSTOMERS, Curve, happenings
from simulator.conductor.inject import fire
from simulator.conductor.marking import NOTHING, Marking, Word
from simulator.restoration import Estimate, Outage
from simulator.storm import Inject
from simulator.stream import StormDay
from tests.desk.outages.changes import change

WHOLE = 1_000_000


@pytest.fixture
def outage(small_day: StormDay) -> Outage:
    """A true outage that is open at the end of the hour."""
    return max(
        (o for o in small_day.true_outages if o.started_s < 1800 and o.restored_s > 3600),
        key=lambda each: each.customers,
    )


@pytest.fixture
def marking(small_day: StormDay, reel: Reel) -> Marking:
    while not reel.wind(3600, 100):
        pass
    return Marking(small_day, reel)


def report(reel: Reel, day: StormDay, outage: Outage, people: int) -> None:
    """So many people say that the power is out where `outage` is."""
    for number in range(people):
        inject = Inject(
            text="no power here",
            author=f"neighbour{number}",
            place=outage.zone.community.id,
            labels=("outage",),
        )
        fired = fire(inject, len(reel.fired) + 1, reel.reached_s, reel.posts, day)
        truth = msgspec.structs.replace(fired.told.truth, outage=f"t-{outage.number + 1:05d}")
        reel.fire(fired._replace(told=msgspec.structs.replace(fired.told, truth=truth)))
        reel.wind(reel.reached_s, 1)


def told(
    day: StormDay, outage: Outage, likely_min: float | None, status: Status = "likely"
) -> OutageRow:
    """What a desk says of an outage at its place, sure of it after so many minutes."""
    start = day.storm.starts_at + timedelta(seconds=outage.started_s)
    likely = None if likely_min is None else start + timedelta(minutes=likely_min)
    zone = outage.zone
    told = change(
        "o-1", status, likely or start, zone.community.id,
        started_at=start, lat=zone.lat, lon=zone.lon,
    )  # fmt: skip
    return OutageRow(told, zone.community.name, (), likely)


def read_all(marking: Marking) -> None:
    while marking.take_in(WHOLE, 100):
        pass


def test_nothing_told_is_nothing_scored(marking: Marking) -> None:
    assert marking.mark(0) == NOTHING


def test_an_outage_counts_once_five_people_have_said_where(
    marking: Marking, reel: Reel, small_day: StormDay, outage: Outage
) -> None:
    report(reel, small_day, outage, 4)
    read_all(marking)
    before = marking.mark(3600)
    heard = marking.findings[outage.number].authors
    assert heard >= 4
    report(reel, small_day, outage, 9)
    read_all(marking)
    after = marking.mark(3600)
    assert marking.findings[outage.number].word == "not yet"
    assert after.counted == before.counted + (heard < 5)
    assert marking.mark(outage.restored_s + 1).missed >= 1
    assert marking.findings[outage.number].word == "missed"


@pytest.mark.parametrize(("minutes", "word"), [(12, "found"), (45, "late")])
def test_what_the_desk_was_sure_of_is_found_or_late(
    minutes: float,
    word: Word,
    marking: Marking,
    reel: Reel,
    small_day: StormDay,
    outage: Outage,
) -> None:
    report(reel, small_day, outage, 9)
    read_all(marking)
    marking.outage(told(small_day, outage, None, "suspected"))
    assert marking.mark(3600).found == 0
    marking.outage(told(small_day, outage, minutes))
    standing = marking.mark(3600)
    finding = marking.findings[outage.number]
    assert finding.word == word
    assert finding.delay_min == pytest.approx(minutes)
    assert (standing.found, standing.late, standing.false) == (1, int(word == "late"), 0)
    assert standing.delay_p50_min == pytest.approx(minutes, abs=0.01)


def test_an_outage_of_the_desk_alone_is_false(
    marking: Marking, small_day: StormDay, outage: Outage
) -> None:
    far = told(small_day, outage, 5)
    away = msgspec.structs.replace(far.outage, communities=("nowhere",), lat=0.0, lon=0.0)
    marking.outage(msgspec.structs.replace(far, outage=away))
    assert marking.mark(3600).false == 1
    assert marking.mistakes[0].at_s == pytest.approx(outage.started_s + 300, abs=0.01)
    assert not marking.mistakes[0].real


def test_a_real_outage_that_too_few_have_placed_counts_as_false_but_is_called_real(
    marking: Marking, small_day: StormDay, outage: Outage
) -> None:
    marking.outage(told(small_day, outage, 5))
    assert marking.mark(3600).false == 1
    assert marking.mistakes[0].real


def test_labels_that_are_all_right_score_one_and_wrong_ones_less(
    marking: Marking, reel: Reel
) -> None:
    for at in range(len(reel)):
        truth = reel.told(at).truth
        marking.label(truth.id, truth.labels)
    read_all(marking)
    right = marking.mark(3600)
    assert (right.outage_f1, right.macro_f1, right.fooled) == (1.0, 1.0, 0)
    marking.begin_again()
    traps = 0
    for at in range(len(reel)):
        truth = reel.told(at).truth
        traps += truth.trap is not None
        marking.label(truth.id, ("outage",))
        marking.label(truth.id, ("billing",))  # told again, it counts once
    read_all(marking)
    wrong = marking.mark(3600)
    supported = [reel.told(at).truth for at in range(len(reel))]
    hits = sum("outage" in truth.labels for truth in supported)
    assert wrong.outage_f1 == pytest.approx(2 * hits / (hits + len(reel)))
    assert wrong.traps == traps
    fooled = [truth for truth in supported if truth.trap and "outage" not in truth.labels]
    assert wrong.fooled == len(fooled) > 0
    assert marking.label("p-of-another-storm", ("outage",)) is None


def test_the_desks_labels_are_known_once_it_has_read_the_post(marking: Marking, reel: Reel) -> None:
    marking.label(reel.told(3).post.id, ("hazard",))
    assert marking.given(3) is None
    assert marking.take_in(WHOLE, 10)
    assert marking.given(3) == ("hazard",)
    assert marking.given(4) == ()
    assert marking.given(10) is None


def test_happenings_are_in_order_and_tell_the_losses(small_day: StormDay) -> None:
    events = happenings(small_day)
    assert [event.at_s for event in events] == sorted(event.at_s for event in events)
    losses = {event.outage for event in events if event.kind == "loss"}
    assert losses == {
        outage.number
        for outage in small_day.true_outages
        if outage.customers >= LEAST_CUSTOMERS and outage.started_s < 3600
    }
    assert all(event.at_s < 3600 for event in events)


def test_a_promise_is_missed_where_no_new_one_came_in_time(
    small_day: StormDay, outage: Outage
) -> None:
    etrs = (Estimate(600, 1200), Estimate(1100, 1800), Estimate(2400, 9e9))
    promised = outage._replace(
        customers=9000, started_s=0.0, restored_s=3000.0, etrs=etrs, wrong_back_s=(2500.0,)
    )
    day = object.__new__(StormDay)
    vars(day).update(vars(small_day))
    day.true_outages = (promised,)
    kinds = [(event.at_s, event.kind) for event in happenings(day) if event.outage is not None]
    assert kinds == [
        (0.0, "loss"), (600, "estimate"), (1100, "estimate"), (1800, "overdue"),
        (2400, "estimate"), (2500.0, "wrong"), (3000.0, "back"),
    ]  # fmt: skip


def test_the_curve_is_what_the_day_says(small_day: StormDay) -> None:
    curve = Curve(small_day)
    for at_s in range(0, 3600, 300):
        assert curve.at(at_s) == small_day.customers_out(at_s)
    assert curve.highest(0, 3600) >= max(curve.at(at_s) for at_s in range(0, 3600, 60))
