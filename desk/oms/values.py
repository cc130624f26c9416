"""Values as utilities write them into lists: times, numbers, coordinates."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from desk.post import FIRST_YEAR, LAST_YEAR

NOTHING = {"", "-", "--", "n/a", "na", "nan", "null", "none", "nil", "unknown", "tbd", "pending"}
"""What stands in a cell that says nothing."""

_EPOCH = re.compile(r"-?\d{9,13}(?:\.\d+)?")
_SPELT = re.compile(
    r"(?P<a>\d{1,4})[/.-](?P<b>\d{1,2})[/.-](?P<c>\d{1,4}),?\s+"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
)
_MASKED = re.compile(r"(?:<|≤|less than|fewer than|under)\s*\d+", re.IGNORECASE)
_PAIR = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*")


class BadValueError(Exception):
    """A value that can't be read; the text says what is wrong with it, and how to mend it."""


def quoted(text: str) -> str:
    """The begin of `text` in quotes, on one line."""
    plain = "".join(char if char.isprintable() else " " for char in text[:40])
    return f"'{plain}'"


def is_nothing(text: str) -> bool:
    """Whether a cell says nothing."""
    return text.strip().casefold() in NOTHING


def read_time(text: str, zone: ZoneInfo) -> datetime:
    """The instant that `text` names, in UTC.

    RFC 3339; seconds or milliseconds since 1970; or a date with slashes, dots or hyphens and a
    time of day. Without an offset it is the time of `zone`. Of 3/4 the month comes first in the
    Americas, the day elsewhere.

    Raises:
        BadValueError: it is none of these, or of a year that can't be.
    """
    text = text.strip()
    at = _epoch(text) if _EPOCH.fullmatch(text) else _iso(text) or _spelt(text, zone)
    if at is None:
        raise BadValueError(
            f"{quoted(text)} is no time: write 2031-09-04T14:03:00-04:00, or 09/04/2031 2:03 PM"
        )
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadValueError(f"{quoted(text)} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return at.astimezone(UTC)


def _epoch(text: str) -> datetime | None:
    seconds = float(text)
    if abs(seconds) >= 1e11:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    # a bare date is no time of day: midnight would be a guess
    return at if ":" in text or "T" in text else None


def _spelt(text: str, zone: ZoneInfo) -> datetime | None:
    found = _SPELT.fullmatch(text)
    if found is None:
        return None
    first, second, third = int(found["a"]), int(found["b"]), int(found["c"])
    if len(found["a"]) == 4:
        year, month, day = first, second, third
    else:
        american = (
            str(zone).startswith(("America/", "US/")) and "." not in text.split(maxsplit=1)[0]
        )
        month, day = (first, second) if american else (second, first)
        if month > 12 >= day:
            month, day = day, month
        year = third if third > 99 else 2000 + third
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"][0] in "Pp" else 0)
    try:
        return datetime(year, month, day, hour, int(found["minute"]), int(found["second"] or 0))  # noqa: DTZ001  the zone is the caller's
    except ValueError:
        return None


def read_count(text: str) -> int | None:
    """A number of customers: whole, perhaps with thousands marked; None where it is masked (<5).

    Raises:
        BadValueError: it is no such number.
    """
    if _MASKED.fullmatch(text.strip()):
        return None
    plain = re.sub(r"[,\s\u00a0\u202f']", "", text)
    try:
        count = float(plain)
    except ValueError:
        count = -1
    if not 0 <= count < 1e9 or count != int(count):
        raise BadValueError(f"{quoted(text)} is no number of customers: write a whole number")
    return int(count)


def read_degrees(text: str, most: float, name: str) -> float:
    """A coordinate in WGS 84 degrees, at most `most` from 0; 35,99 is 35.99.

    Raises:
        BadValueError: it is none.
    """
    try:
        degrees = float(text.replace(",", ".") if text.count(",") == 1 else text)
    except ValueError:
        degrees = most + 1
    if not -most <= degrees <= most:
        raise BadValueError(
            f"{quoted(text)} is no {name}: write degrees from -{most:g} to {most:g}"
        )
    return degrees


def read_pair(text: str) -> tuple[str, str] | None:
    """Latitude and longitude from a cell that holds both, still as text."""
    found = _PAIR.fullmatch(text)
    if found:
        return found[1], found[2]
    try:
        pair = msgspec.json.decode(text, type=dict[str, float])
        return str(pair["lat"]), str(pair["lon"])
    except (msgspec.MsgspecError, KeyError):
        return None
