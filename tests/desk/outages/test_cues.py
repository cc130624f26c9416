"""No pattern matches a text that has none of its cues."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.outages import cause, etr, onset
from desk.outages.cues import Cues, begins_of

PATTERNS = [
    (onset._STILL, onset._STILL_CUES),
    (onset._AGAIN, onset._AGAIN_CUES),
    (onset._FRESH, onset._FRESH_CUES),
    (onset._AGO, onset._AGO_CUES),
    (onset._QUARTER, onset._QUARTERS),
    (etr._AHEAD, etr._AHEAD_CUES),
    (etr._BACK, etr._BACK_CUES),
    *((cause._CAUSE[name], cause.CUES[name]) for name in cause.CAUSES),
]


@pytest.mark.parametrize(("pattern", "cues"), PATTERNS)
def test_whatever_a_pattern_matches_has_one_of_its_cues(
    pattern: re.Pattern[str], cues: Cues
) -> None:
    @given(st.from_regex(pattern, fullmatch=True))
    @settings(max_examples=25, deadline=None, database=None)
    def has_cue(text: str) -> None:
        assert not cues.isdisjoint(begins_of(text))

    has_cue()


@given(st.from_regex(onset._BLINK, fullmatch=True))
@settings(max_examples=50, deadline=None, database=None)
def test_words_of_lights_that_dip_have_one_of_their_stems(text: str) -> None:
    assert any(stem in text.lower() for stem in onset._BLINK_STEMS)
