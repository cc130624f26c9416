"""Official warnings of the weather: what holds where, as the weather service says it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class WeatherWarning(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A warning that touches the territory, in the words of CAP 1.2 (OASIS 2010).

    `event` is its kind ("Hurricane Warning"), `severity` Extreme, Severe, Moderate, Minor or
    Unknown, `communities` are ids of the territory, `until` is when it ends. Times are aware UTC.
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
