"""Official warnings of the weather: what holds where, as the weather service says it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

import msgspec

Ring = tuple[tuple[float, float], ...]
"""(longitude, latitude) in degrees; the last may be the first."""
Shape = tuple[Ring, ...]
"""A polygon: its outer ring, and those of its holes."""
Placed = Literal["", "shape", "name"]

OPEN = datetime(2200, 1, 1, tzinfo=UTC)
"""The end of a warning that names none: it holds until the service says it no more."""
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
"""The words of CAP 1.2 for how bad it is, the worst first."""
KINDS = ("Warning", "Watch", "Advisory", "Statement")
"""How the names of the National Weather Service's products end, the most pressing first."""


class WeatherWarning(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A warning that touches the territory, in the words of CAP 1.2 (OASIS 2010).

    `event` is its kind ("Hurricane Warning"), `severity` Extreme, Severe, Moderate, Minor or
    Unknown, `communities` are ids of the territory, `until` is when it ends. Times are aware UTC.

    `area` is where, in the words of the service, `states` those of the US that it lies in, by two
    letters, where that is said; `shapes` are its polygons until it is placed, `partly` some of
    them.
    `placed` says by what its communities are known: by shape, by the names in `area`, or not at
    all; one that is placed by shape and touches no community lies outside the territory.
    """

    id: str
    event: str
    severity: str
    headline: str = ""
    area: str = ""
    communities: tuple[str, ...] = ()
    begins: datetime
    until: datetime
    sender: str = ""
    text: str = ""
    instruction: str = ""
    exercise: bool = False
    states: tuple[str, ...] = ()
    placed: Placed = ""
    shapes: tuple[Shape, ...] = ()
    partly: bool = False

    @property
    def outside(self) -> bool:
        """Whether it is known to touch no community."""
        return bool(self.placed) and not self.communities


def worst_first(warnings: Iterable[WeatherWarning]) -> tuple[WeatherWarning, ...]:
    """Warnings of the territory before others, then by severity, kind of product and beginning."""
    return tuple(sorted(warnings, key=_badness))


def _badness(warning: WeatherWarning) -> tuple[bool, int, int, datetime, str]:
    severities = {name: rank for rank, name in enumerate(SEVERITIES)}
    kinds = {name: rank for rank, name in enumerate(KINDS)}
    return (
        warning.outside,
        severities.get(warning.severity, len(severities)),
        kinds.get(warning.event.rpartition(" ")[2], len(kinds)),
        warning.begins,
        warning.id,
    )
