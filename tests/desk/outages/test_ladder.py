"""How many witnesses it takes, what a cluster counts, and causes in the CIM's words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from math import exp, factorial
from types import FrameType
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.distance import distance_km
from desk.outages.cause import cause_of
from desk.outages.cluster import (
    RECENT_SIGHTINGS,
    REPORT,
    RESTORED,
    SUPPORT,
    Sighting,
    digest,
    in_order,
)
from desk.outages.ladder import (
    FALSE_ALARMS_PER_DAY,
    FEWEST_WITNESSES,
    MOST_MORE,
    WINDOWS_S,
    rung,
    witnesses_needed,
)
from desk.outages.rates import Rates
from desk.outages.witnesses import densest, most, weigh
from desk.post import LabelledPost
from rules.verdict import Match

if TYPE_CHECKING:
    from _typeshed import TraceFunction


@given(st.integers(0, 2_000_000), st.integers(1, 2_000))
def test_chance_alone_makes_fewer_outages_than_allowed(customers: int, communities: int) -> None:
    alarms = 0.0
    per_s = Rates().per_s("x", customers, 0)
    for longer, (window_s, fewest) in enumerate(witnesses_needed(communities)(per_s)):
        assert fewest >= FEWEST_WITNESSES + min(longer, MOST_MORE)
        mean = per_s * window_s
        below = sum(exp(-mean) * mean**count / factorial(count) for count in range(fewest))
        alarms += (1 - below) * communities * 2 * 24 * 3600 / window_s
    assert alarms <= FALSE_ALARMS_PER_DAY + 1e-6


def test_the_need_grows_with_customers() -> None:
    need, rates = witnesses_needed(300), Rates()
    town, city = (need(rates.per_s("x", customers, 0)) for customers in (6_000, 400_000))
    assert [window_s for window_s, _ in town] == list(WINDOWS_S)
    assert town == ((600, 3), (3600, 4), (21600, 5), (86400, 6))
    assert all(many > few for (_, many), (_, few) in zip(city, town, strict=True))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(0, 1, REPORT), (1, 1, REPORT), (2, 2, REPORT)], (2, 2)),
        ([(0, 1, SUPPORT), (1, 2, SUPPORT), (2, 3, REPORT)], (2, 1)),
        ([(0, 1, SUPPORT), (1, 1, REPORT)], (1, 1)),
        ([(0, 1, REPORT), (1, 1, RESTORED)], (0, 0)),
        ([(0, 1, REPORT), (1, 1, RESTORED), (2, 1, REPORT)], (1, 1)),
        ([], (0, 0)),
    ],
)
def test_an_author_weighs_once_by_the_strongest_and_latest_word(
    said: list[tuple[int, int, int]], expected: tuple[float, int]
) -> None:
    assert weigh([Sighting(*seen) for seen in said]) == expected


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 5)), max_size=20), st.data())
def test_the_densest_span_holds_its_moment_and_no_span_is_heavier(
    said: list[tuple[int, int]], data: st.DataObject
) -> None:
    sightings = [Sighting(at_s, author, REPORT) for at_s, author in said]
    around_s = data.draw(st.sampled_from([seen.at_s for seen in sightings] or [0]))
    span = densest(sightings, around_s, 50)
    assert all(seen in sightings for seen in span)
    if sightings:
        assert span[0].at_s <= around_s <= span[0].at_s + 50
    for first_s in range(max(around_s - 50, 0), around_s + 1):
        other = {seen.author for seen in sightings if first_s <= seen.at_s <= first_s + 50}
        assert len(other) <= weigh(span)[0]


SAID = st.lists(
    st.builds(
        Sighting,
        st.integers(0, 60),
        st.integers(1, 4),
        st.sampled_from((REPORT, SUPPORT, RESTORED)),
    ),
    max_size=25,
)


@given(SAID, st.integers(0, 60), st.integers(1, 40))
def test_the_densest_span_is_the_first_of_the_heaviest_when_all_are_weighed(
    said: list[Sighting], around_s: int, window_s: int
) -> None:
    spans = [
        [seen for seen in in_order(said) if first_s <= seen.at_s <= first_s + window_s]
        for first_s in sorted({seen.at_s for seen in said})
        if first_s <= around_s <= first_s + window_s
    ]
    heaviest = max(spans, key=lambda span: weigh(span)[0], default=[])
    assert densest(said, around_s, window_s) == heaviest
    assert all(weigh(span)[part] <= most(said)[part] for span in spans for part in (0, 1))


def work(of: Callable[[], object]) -> int:
    """How many bytecodes it takes: the same on every machine, however busy."""
    done = 0

    def trace(frame: FrameType, event: str, _: object) -> TraceFunction:
        nonlocal done
        frame.f_trace_opcodes = True
        done += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        of()
    finally:
        sys.settrace(before)
    return done


@pytest.mark.parametrize("authors", [1, 2, 3, 1_000])
@pytest.mark.parametrize("kind", [REPORT, SUPPORT])
def test_the_work_on_a_post_grows_with_what_was_heard_and_not_with_its_square(
    authors: int, kind: int
) -> None:
    need = witnesses_needed(300)(Rates().per_s("x", 2_000_000, 0))
    few, many = (
        [Sighting(5 * n, n % authors, REPORT if n < 2 else kind) for n in range(count)]
        for count in (RECENT_SIGHTINGS // 2, 2 * RECENT_SIGHTINGS)
    )
    assert work(lambda: rung(many, 600, need)) < 5 * work(lambda: rung(few, 300, need))


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("power line on the ground", "lineDown"),
        ("Tree on a LINE", "treeDown"),
        ("wires hanging low on Maple St", "lineDown"),
        ("utility pole snapped", "poleDown"),
        ("somebody took out a pole on Cedar Blvd", "poleDown"),
        ("lines are hanging off the pole", "lineDown"),
        ("transformer on our pole is buzzing", None),
        ("lightning hit the transformer", "lightingStrike"),
        ("sparks everywhere, poor squirrel", "animal"),
        ("cavi a terra", "lineDown"),
        ("un ramo appoggiato sui fili", "treeDown"),
        ("il palo è a terra, attenti", "poleDown"),
        ("un fulmine sulla cabina", "lightingStrike"),
        ("un árbol sobre el cable", "treeDown"),
        ("el poste está caído en la calle", "poleDown"),
        ("cables sueltos que echan chispas", "lineDown"),
        ("cayó un rayo en el transformador", "lightingStrike"),
        ("sparks", None),
    ],
)
def test_a_cause_is_read_from_what_a_post_on_a_danger_says(words: str, cause: str | None) -> None:
    def post(label: str) -> LabelledPost:
        return LabelledPost(
            id="1",
            channel="file",
            text=words,
            created_at=datetime(2031, 9, 4, tzinfo=UTC),
            labels=(label,),
            matches=(Match("r", label, words, words, 0, len(words), 100.0),),
            location=None,
        )

    assert cause_of(post("hazard")) == cause
    assert cause_of(post("damage")) is None
    headline = msgspec.structs.replace(post("hazard"), labels=("hazard", "news"))
    assert cause_of(headline) is None


def test_a_digest_is_the_same_everywhere_and_fits_the_store() -> None:
    assert digest("x:someone") == 1531647372632637891
    assert 0 < digest("\ud800") < 2**61


def test_distances_are_those_of_the_globe() -> None:
    assert distance_km(35.0, -79.0, 35.0, -79.0) == 0
    assert distance_km(0, 0, 0, 180) == pytest.approx(20015.09, abs=0.1)
    assert distance_km(35.7796, -78.6382, 35.2271, -80.8431) == pytest.approx(209, abs=1)
