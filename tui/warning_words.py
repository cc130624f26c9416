"""How official warnings are spoken of: what, where, until when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from desk.feeds.warning import OPEN, WeatherWarning
from tui.paint import cut, paint

SIGN = "△"
"""Stands before what an official warning holds for."""
LOUD = ("Extreme", "Severe")
PLACES_NAMED = 2
AREA_CHARS = 60
Name = Callable[[str], str]
"""The name of a community by its id."""


def is_loud(warning: WeatherWarning) -> bool:
    """Whether lives are in danger."""
    return warning.severity in LOUD


def event_words(warning: WeatherWarning) -> str:
    """What is warned of; a real desk is never told an exercise, and one says so."""
    mark = "EXERCISE " if warning.exercise else ""
    return mark + paint(warning.event[:80]).text


def where_words(warning: WeatherWarning, name_of: Name, most: int = PLACES_NAMED) -> str:
    """The communities that it touches, or that it holds somewhere in its area."""
    if not warning.communities:
        area = cut(paint(warning.area[:300]).text, AREA_CHARS) or "an area without a name"
        return f"outside the territory: {area}" if warning.outside else f"somewhere in {area}"
    names = [paint(name_of(id_)[:60]).text for id_ in warning.communities[:most]]
    more = len(warning.communities) - len(names)
    said = ", ".join(names) + (f" +{more}" if more else "")
    return f"{said} (by name)" if warning.placed == "name" else said


def when_words(warning: WeatherWarning, clock: datetime | None, zone: ZoneInfo | None) -> str:
    """From when, where that is still to come, and until when, on the territory's clocks."""
    until = "until further notice"
    if warning.until < OPEN:
        until = f"until {_moment(warning.until, clock, zone)}"
    if clock is not None and warning.begins > clock:
        return f"from {_moment(warning.begins, clock, zone)} {until}"
    return until


def _moment(at: datetime, clock: datetime | None, zone: ZoneInfo | None) -> str:
    local = at.astimezone(zone) if zone else at
    today = (clock.astimezone(zone) if zone else clock).date() if clock else None
    return f"{local:%H:%M %Z}" if local.date() == today else f"{local:%a %H:%M %Z}"


def line_words(
    warnings: Sequence[WeatherWarning],
    name_of: Name,
    clock: datetime | None,
    zone: ZoneInfo | None,
    width: int,
) -> str:
    """The worst warning in `width` cells: the event, the places, the end, how many more."""
    worst = warnings[0]
    head, when = f"{SIGN} {event_words(worst)} · ", when_words(worst, clock, zone)
    others = len(warnings) - 1
    for more in (f" · +{others} more", f" · +{others}") if others else ("",):
        tail = f" · {when}{more} · W"
        for most in (6, 4, 3, 2, 1):
            words = head + where_words(worst, name_of, most) + tail
            if cell_len(words) <= width:
                return words
    room = max(8, width - cell_len(head) - cell_len(tail))
    return cut(head + cut(where_words(worst, name_of, 1), room) + tail, width)
