"""When power went, by the words of those who lost it; and lights that only dipped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.outages.onset import LONGEST, is_blink, onset_of

AT = datetime(2031, 9, 4, 20, 0, tzinfo=UTC)
ZONE = timezone(timedelta(hours=-4))
"""There it is 16:00."""


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Just lost power in Alder", 0),
        ("lights went out 10 minutes ago", 10),
        ("no power since 1:30pm", 150),
        ("No lights since 3:15", 45),
        ("power cut out at 15:50 on the dot", 10),
        ("the power went off at 4:05pm", 0),
        ("six of us here, 5 hours without power", 300),
        ("day 2 without lights", 2880),
        ("still nothing in Alder", 60),
        ("it was back for a minute and it is gone", 60),
        ("senza luce dalle 14:00", 120),
        ("siamo al buio da 9 minuti", 9),
        ("ancora senza corrente", 60),
        ("è saltata la luce all'improvviso", 0),
        ("sin luz desde las 12:30", 210),
        ("se acaba de ir la luz", 0),
        ("hace un cuarto de hora que no hay luz", 15),
        ("seguimos a oscuras", 60),
    ],
)
def test_words_tell_when_power_went(text: str, minutes: int) -> None:
    assert onset_of(text, AT, ZONE) == AT - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        "no power in Alder",
        "out, and they say it will be back by 6:30pm",
        "crews will be here within 4 hours",
        "se sabe para cuándo? dicen que a las 18:30",
        "manca la luce a voi?",
        "9999 hours without power",
    ],
)
def test_other_times_are_none(text: str) -> None:
    assert onset_of(text, AT, ZONE) is None


@pytest.mark.parametrize(
    "text",
    [
        "lights keep flickering",
        "power has gone off and on all day",
        "brown out here, lost what I had typed",
        "cali di tensione",
        "la luce fa su e giù",
        "parpadea la luz",
    ],
)
def test_a_dip_is_no_loss(text: str) -> None:
    assert is_blink(text)
    assert not is_blink(f"{text}, and now we are without power")


@given(st.text(max_size=300))
def test_any_text_tells_of_the_past_or_nothing(text: str) -> None:
    found = onset_of(text, AT, ZONE)
    assert found is None or AT - LONGEST <= found <= AT
