"""Times as people say them: native words, and read again as the same time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.outages.etr import etr_of
from desk.replies.times import since, until

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2031, 9, 4, 14, 10, tzinfo=ROME)  # a Thursday


@pytest.mark.parametrize(
    ("day", "hour", "minute", "en", "it", "es"),
    [
        (4, 18, 0, "by 6 pm", "entro le 18", "antes de las 18:00"),
        (4, 18, 30, "by 6:30 pm", "entro le 18:30", "antes de las 18:30"),
        (5, 0, 0, "by midnight", "entro mezzanotte", "antes de la medianoche"),
        (5, 1, 0, "by 1 am tomorrow", "entro l’1:00 di domani", "antes de la 1:00 de mañana"),
        (5, 12, 0, "by noon tomorrow", "entro mezzogiorno di domani",
         "antes del mediodía de mañana"),
        (7, 9, 0, "by 9 am on Sunday", "entro le 9 di domenica", "antes de las 9:00 del domingo"),
        (12, 9, 0, "by 9 am on September 12", "entro le 9 del 12 settembre",
         "antes de las 9:00 del 12 de septiembre"),
    ],
)  # fmt: skip
def test_by_when_in_three_languages(
    day: int, hour: int, minute: int, en: str, it: str, es: str
) -> None:
    when = datetime(2031, 9, day, hour, minute, tzinfo=ROME)
    assert [until(when, NOW, ROME, lang) for lang in ("en", "it", "es")] == [en, it, es]


@pytest.mark.parametrize(
    ("day", "hour", "en", "it", "es"),
    [
        (4, 13, "since 1 pm", "dalle 13", "desde las 13:00"),
        (4, 1, "since 1 am", "dall’1:00", "desde la 1:00"),
        (3, 22, "since 10 pm yesterday", "dalle 22 di ieri", "desde las 22:00 de ayer"),
        (1, 8, "since 8 am on Monday", "dalle 8 di lunedì", "desde las 8:00 del lunes"),
    ],
)
def test_since_when_in_three_languages(day: int, hour: int, en: str, it: str, es: str) -> None:
    when = datetime(2031, 9, day, hour, tzinfo=ROME)
    assert [since(when, NOW, ROME, lang) for lang in ("en", "it", "es")] == [en, it, es]


def test_a_part_of_a_minute_promises_no_earlier_time() -> None:
    when = datetime(2031, 9, 4, 17, 59, 1, tzinfo=ROME)
    assert until(when, NOW, ROME, "en") == "by 6 pm"


def test_the_zone_of_the_territory_counts() -> None:
    when = datetime(2031, 9, 4, 22, 0, tzinfo=UTC)
    assert until(when, NOW, ZoneInfo("America/New_York"), "en") == "by 6 pm"
    assert until(when, NOW, ROME, "en") == "by midnight"


@settings(max_examples=300, deadline=None)
@given(
    st.datetimes(datetime(2030, 1, 1), datetime(2032, 12, 31)),  # noqa: DTZ001  made aware below
    st.integers(1, 6 * 24 * 4),
    st.sampled_from(["America/New_York", "Europe/Rome", "Europe/Madrid"]),
    st.sampled_from([("en", "Back {}"), ("it", "Torna {}"), ("es", "Vuelve {}")]),
)
def test_what_is_said_is_read_as_the_same_time(
    moment: datetime, quarters: int, zone_name: str, tongue: tuple[str, str]
) -> None:
    zone = ZoneInfo(zone_name)
    now = moment.replace(tzinfo=UTC)
    when = (now + timedelta(minutes=15 * quarters)).replace(second=0, microsecond=0)
    if (
        when.astimezone(zone).replace(tzinfo=None) - now.astimezone(zone).replace(tzinfo=None)
        != when - now + timedelta(0)
        or when.astimezone(zone).fold
    ):
        return  # the clocks change in between: an hour may come twice, or not at all
    if when <= now:
        return
    words = tongue[1].format(until(when, now, zone, tongue[0]))
    assert etr_of(words, now, zone) == when, words
