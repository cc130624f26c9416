"""What a reader takes from an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.crowd.hearing import heard

AT_S, HOUR = 36_000.0, 15.5


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Crews will have you back by 6pm.", [2.5]),
        ("Estimated restoration is 6:30 PM, maybe 7 p.m.", [3.0, 3.5]),
        ("Estimate: 18:00", [2.5]),
        ("It was due at 2:30pm, sorry.", [-1.0]),
        ("Back by 9:30 am tomorrow", [18.0]),
        ("Ripristino previsto alle 17:30", [2.0]),
        ("About 2 hours", [2.0]),
        ("circa 3 ore, o 45 minuti", [3.0, 0.75]),
        ("Hora prevista: 20:15", [4.75]),
        ("Call 1-800-555 or see pole 1230", []),
        ("We are sorry.", []),
    ],
)
def test_a_time_on_the_wall_is_the_next_one_or_has_just_passed(
    text: str, hours: list[float]
) -> None:
    promised = heard(text, AT_S, HOUR).promised_s
    assert [round((at_s - AT_S) / 3600, 3) for at_s in promised] == hours


@pytest.mark.parametrize(
    ("text", "tells_when", "asks", "back"),
    [
        ("We don't know yet, crews are assessing the damage.", True, False, False),
        ("Non abbiamo ancora una stima.", True, False, False),
        ("Todavía no tenemos hora.", True, False, False),
        ("We are sorry, which street is it?", False, True, False),
        ("Power has been restored in your area.", False, False, True),
        ("You will be back on by 6pm.", True, False, False),
        ("Ya hay luz en su zona.", False, False, True),
    ],
)
def test_an_answer_says_when_asks_or_says_that_it_is_back(
    text: str, tells_when: bool, asks: bool, back: bool
) -> None:
    answer = heard(text, AT_S, HOUR)
    assert (answer.tells_when, answer.asks, answer.back) == (tells_when, asks, back)


@given(st.text(max_size=300), st.floats(0, 24, exclude_max=True))
def test_any_text_is_heard(text: str, hour: float) -> None:
    for at_s in heard(text, AT_S, hour).promised_s:
        assert at_s > AT_S - 6 * 3600 - 1
