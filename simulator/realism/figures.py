"""Published figures that a storm day is held against: read from figures.toml beside this file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from simulator.storm import Storm

Kind = Literal["wind", "ice", "thunder", "flood", "blackout", "calm"]
KINDS: tuple[Kind, ...] = ("wind", "ice", "thunder", "flood", "blackout", "calm")
_KIND_OF_WEATHER: dict[str, Kind] = {
    "cyclone": "wind",
    "ice": "ice",
    "squall": "thunder",
    "rain": "flood",
    "calm": "calm",
}


class Range(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What real storms or posts show, lowest to highest; shares lie in 0-1.

    Empty `kinds` and `languages` mean all. With `hours` it is the range of windows that long.
    """

    low: float
    high: float
    source: Annotated[str, msgspec.Meta(min_length=1)]
    kinds: tuple[Kind, ...] = ()
    languages: tuple[str, ...] = ()
    hours: int = 0


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the card, with its ranges; `stream` limits them to one kind of stream."""

    id: str
    group: str
    title: str
    unit: Literal["", "%", "h", ": 1", "characters"]
    range: tuple[Range, ...] = ()
    stream: Literal["", "firehose", "addressed"] = ""
    note: str = ""

    def published(self, kind: Kind, language: str, hours: float, stream: str) -> Range | None:
        """The range that a day of `hours` of this kind, in this language, is held against."""
        if self.stream not in ("", stream):
            return None
        fitting = [
            each
            for each in self.range
            if (not each.kinds or kind in each.kinds)
            and (not each.languages or language in each.languages)
        ]
        return _of_window(fitting, hours)


class _Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    figure: tuple[Figure, ...]


@cache
def figures() -> tuple[Figure, ...]:
    """Every figure, in the order of the card."""
    text = (files(__package__) / "figures.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=_Book).figure


def kind_of(storm: Storm) -> Kind:
    """What kind of storm a file describes, by its weather and its grid."""
    if storm.grid.collapse is not None:
        return "blackout"
    return _KIND_OF_WEATHER[storm.weather.kind]


def _of_window(ranges: Iterable[Range], hours: float) -> Range | None:
    """The range of the longest window within `hours`, or of the shortest there is."""
    by_length = sorted(ranges, key=lambda each: each.hours)
    within = [each for each in by_length if each.hours <= hours]
    return within[-1] if within else next(iter(by_length), None)
