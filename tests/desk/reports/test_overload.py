"""Overload: the forecast held against a simulated queue, and what is said in which case."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from desk.cases import Case, CaseEvent
from desk.reports.overload import FEWEST_ANSWERS, Overload, overload
from desk.reports.pulse import Pulse
from tests.desk.reports.queue_model import BEGIN, Day, simulate

HOUR = BEGIN + timedelta(hours=1)
LOADS = ((90, 8, 4.0, 200), (60, 8, 4.0, 300), (200, 16, 4.0, 300), (120, 12, 4.0, 400))
"""Customers an hour, agents, minutes a case, backlog: all of them clear in the end."""


def after_an_hour(day: Day, minutes: int = 60) -> Overload:
    now = BEGIN + timedelta(minutes=minutes)
    last = int(now.timestamp()) // 60
    pulses = [pulse for pulse in day.pulses if pulse.minute < last]
    return overload(now, "calm", BEGIN, pulses, [e for e in day.events if e.at <= now])


def test_the_forecast_holds_against_simulated_queues() -> None:
    told = within = right = wrong = 0
    for an_hour, agents, handling_min, backlog in LOADS:
        for seed in range(12):
            day = simulate(
                seed, an_hour=an_hour, agents=agents, handling_min=handling_min, backlog=backlog
            )
            stands = after_an_hour(day)
            assert 0.8 * agents <= stands.agents <= agents
            assert stands.to_hold is not None
            right += abs(stands.to_hold - -(-an_hour * handling_min // 60)) <= 1
            wrong += stands.level == "overloaded"
            if stands.clears_first and stands.clears_last and day.empty_min is not None:
                told += 1
                empty = BEGIN + timedelta(minutes=day.empty_min)
                within += stands.clears_first <= empty <= stands.clears_last
    assert told >= 30
    assert within >= 0.5 * told  # 68 % are promised by one standard deviation
    assert right >= 0.8 * 12 * len(LOADS)
    assert wrong <= 1


def test_a_desk_with_too_few_agents_is_told_so() -> None:
    day = simulate(1, an_hour=120, agents=4, handling_min=4, backlog=20)
    stands = after_an_hour(day)
    assert stands.level == "overloaded"
    assert stands.clears_at is None
    assert stands.grows is not None
    assert stands.grows > 30
    assert "The backlog does not clear: it grows by" in stands.words
    assert "agents would hold it" in stands.words


def test_a_desk_that_has_just_begun_or_answered_little_says_what_it_does_not_know() -> None:
    day = simulate(1, an_hour=60, agents=2, handling_min=4, backlog=20)
    new = after_an_hour(day, minutes=5)
    assert (new.level, new.pace) == ("unknown", None)
    assert "has just begun" in new.words
    day = simulate(1, an_hour=4, agents=2, handling_min=4, backlog=2)
    few = overload(HOUR, "calm", BEGIN, day.pulses[:60], day.events[:8])
    assert (few.level, few.pace) == ("unknown", None)
    assert "too few were answered" in few.words


def test_a_few_answers_do_not_hide_that_the_backlog_grows() -> None:
    day = simulate(1, an_hour=60, agents=2, handling_min=4, backlog=20)
    late = [msgspec.structs.replace(pulse, late=3) for pulse in day.pulses[:60]]
    few = overload(HOUR, "calm", BEGIN, late, day.events[:FEWEST_ANSWERS])
    assert (few.level, few.pace) == ("overloaded", None)
    assert 0 < few.answers < FEWEST_ANSWERS
    assert few.grows == few.arrivals - few.answers
    assert f"{few.answers:.0f} answered" in few.words


def test_a_desk_where_nobody_answers_is_told_so() -> None:
    day = simulate(1, an_hour=60, agents=0, handling_min=4, backlog=5)
    stands = after_an_hour(day)
    assert (stands.level, stands.pace, stands.grows) == ("behind", None, stands.arrivals)
    assert "and nobody was answered in 60 minutes" in stands.words
    late = [msgspec.structs.replace(pulse, late=3) for pulse in day.pulses[:60]]
    assert overload(HOUR, "calm", BEGIN, late, []).level == "overloaded"


def test_nobody_waits_and_nobody_comes() -> None:
    minute = int(BEGIN.timestamp()) // 60
    stands = overload(HOUR, "calm", BEGIN, [Pulse(minute, 0, 0, 0, 0, 0)], [])
    assert stands.level == "quiet"
    assert stands.words.startswith("Nobody waits")


def test_one_act_for_many_is_no_pace() -> None:
    day = simulate(1, an_hour=60, agents=4, handling_min=4, backlog=50)
    plain = after_an_hour(day)
    at = BEGIN + timedelta(minutes=50)
    many = [
        CaseEvent(case=f"m{number}", at=at, by="a1", kind="replied", words="")
        for number in range(300)
    ]
    mixed = overload(HOUR, "calm", BEGIN, day.pulses[:60], sorted(
        [*(e for e in day.events if e.at <= HOUR), *many], key=lambda event: event.at
    ))  # fmt: skip
    assert plain.pace is not None
    assert mixed.pace is not None
    assert abs(mixed.pace - plain.pace) < 1
    assert mixed.answers > plain.answers + 250


def test_who_left_is_not_counted_as_there() -> None:
    day = simulate(1, an_hour=60, agents=4, handling_min=4, backlog=50)
    gone = [e for e in day.events if e.by != "a3" or e.at <= BEGIN + timedelta(minutes=30)]
    assert overload(HOUR, "calm", BEGIN, day.pulses[:60], gone).agents == 3


def test_what_is_left_for_later_is_told_by_label() -> None:
    cases = [
        Case(
            id=f"c{number}", opened_at=BEGIN, updated_at=BEGIN, channel="x", author_key="x:1",
            author="ann", community=None, labels=(label,), posts=("1",), text="",
        )
        for number, label in enumerate(["praise"] * 3 + ["billing"])
    ]  # fmt: skip
    stands = overload(HOUR, "storm", BEGIN, [], [], cases)
    assert stands.skipped == (("praise", 3), ("billing", 1))
    assert "Left for later: praise 3, billing 1." in stands.words
