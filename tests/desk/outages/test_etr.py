"""Times of restoration that people quote, in three languages and the territory's time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.outages.etr import FURTHEST, etr_of

NOW = datetime(2031, 9, 4, 21, 30, tzinfo=UTC)
"""A Thursday: half past five in the afternoon in New York, half past eleven at night in Rome."""


@pytest.mark.parametrize(
    ("zone", "text", "when"),
    [
        ("America/New_York", "they say 11pm", "4 23:00"),
        ("America/New_York", "should be back by Thursday noon", "11 12:00"),
        ("America/New_York", "back by Friday noon", "5 12:00"),
        ("America/New_York", "ETR 22:30", "4 22:30"),
        ("America/New_York", "estimated restoration time is now 10:30 p.m.", "4 22:30"),
        ("America/New_York", "the company says back on by 9", "4 21:00"),
        ("America/New_York", "restored by tomorrow at 6am", "5 06:00"),
        ("America/New_York", "expected back at 7:15 tonight", "4 19:15"),
        ("America/New_York", "they told us Saturday 11pm", "6 23:00"),
        ("America/New_York", "power back within 3 hours", "4 20:30"),
        ("America/New_York", "they say a couple of beers, then midnight", "5 00:00"),
        ("America/New_York", "it said by 7pm, now they say 10 pm", "4 22:00"),
        ("Europe/Rome", "entro le 18", "5 18:00"),
        ("Europe/Rome", "entro le ore 18:30", "5 18:30"),
        ("Europe/Rome", "ripristino previsto per le 22", "5 22:00"),
        ("Europe/Rome", "dicono domani alle 10", "5 10:00"),
        ("Europe/Rome", "hanno detto che la luce torna alle 9 di sera", "5 21:00"),
        ("Europe/Rome", "entro giovedì alle 12", "11 12:00"),
        ("Europe/Rome", "fra due ore torna la luce", "5 01:30"),
        ("Europe/Madrid", "sobre las 8 de la tarde", "5 20:00"),
        ("Europe/Madrid", "antes de las 22:00", "5 22:00"),
        ("Europe/Madrid", "la luz vuelve a las 9 de la mañana", "5 09:00"),
        ("Europe/Madrid", "dicen que mañana a las 10", "5 10:00"),
        ("Europe/Madrid", "dentro de una hora vuelve la luz", "5 00:30"),
    ],
)
def test_a_quoted_time_is_the_next_such_time(zone: str, text: str, when: str) -> None:
    found = etr_of(text, NOW, ZoneInfo(zone))
    assert found is not None
    local = found.astimezone(ZoneInfo(zone))
    assert f"{local.day} {local:%H:%M}" == when


@pytest.mark.parametrize(
    "text",
    [
        "no power since 4:50pm",
        "lights went out at 6:15pm, any ETA?",
        "it was out by the 5 more people next door",
        "been dark for 3 hours",
        "we will have power by 2031",
        "down by 10% they say",
        "they said soon",
        "senza luce dalle 17:10",
        "al buio dalle 18:30, entro quando?",
        "sin luz desde las 17:00",
        "nobody knows anything",
    ],
)
def test_other_times_are_no_estimate(text: str) -> None:
    assert etr_of(text, NOW, ZoneInfo("America/New_York")) is None


@given(st.text(max_size=300) | st.from_regex(r"(they say|by|entro le|sobre las) .{0,40}"))
def test_whatever_is_posted_an_estimate_lies_ahead_and_not_too_far(text: str) -> None:
    found = etr_of(text, NOW, ZoneInfo("Europe/Madrid"))
    assert found is None or NOW < found <= NOW + FURTHEST
