"""What somebody who waits for the supply takes from an answer of the utility's: above all, when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

JUST_PASSED_H = 6.0
"""A time on the wall that was within these hours is one that has passed, not tomorrow's."""

_TWELVE = re.compile(r"(?i)\b(1[0-2]|0?[1-9])(?:[:.]([0-5]\d))?\s*([ap])\.?\s?m\b")
_TWENTY_FOUR = re.compile(r"\b([01]?\d|2[0-3])[:h]([0-5]\d)\b(?!\s*[aApP]\.?\s?[mM]\b)")
_HOURS = re.compile(r"(?i)\b(\d{1,2})\s*(?:h|hours?|hrs?|ore|ora|horas?)\b")
_MINUTES = re.compile(r"(?i)\b(\d{1,3})\s*(?:min|minutes?|mins|minuti|minutos?)\b")
_NOT_KNOWN = re.compile(
    r"(?i)\b(no estimate|not have an? (?:etr|estimate|time)|don't know (?:yet|when)|too early"
    r"|assess\w*|as soon as we (?:know|have)|non abbiamo ancora|ancora una stima|troppo presto"
    r"|appena (?:sapremo|possibile)|todavía no|aún no|no tenemos (?:hora|estimación)"
    r"|en cuanto (?:sepamos|tengamos)|evalua\w*)"
)
_BACK = re.compile(
    r"(?i)\b(restored|back on|is back|are back|ripristinat\w|è tornata|riparat\w|restablecid\w"
    r"|ha vuelto|ya hay luz|volvió|reparad\w)\b"
)


class Heard(NamedTuple):
    """What an answer says; `promised_s` are seconds of the storm day, in the order of its words.

    `tells_when`: it names a time, or says that none is known. `asks`: it puts a question. `back`:
    it says that the supply has returned.
    """

    promised_s: tuple[float, ...]
    tells_when: bool
    asks: bool
    back: bool


def heard(text: str, at_s: float, local_hour: float) -> Heard:
    """What `text`, written at second `at_s` when it is `local_hour` (0-24) on the wall, says."""
    promised = tuple(_promised(text, at_s, local_hour))
    tells_when = bool(promised or _NOT_KNOWN.search(text))
    back = not promised and _BACK.search(text) is not None
    return Heard(promised, tells_when, "?" in text, back)


def _promised(text: str, at_s: float, local_hour: float) -> Iterator[float]:
    for hour, minute, half in _TWELVE.findall(text):
        wall = int(hour) % 12 + (12 if half in "pP" else 0) + int(minute or 0) / 60
        yield at_s + 3600 * _ahead_h(wall - local_hour)
    for hour, minute in _TWENTY_FOUR.findall(text):
        yield at_s + 3600 * _ahead_h(int(hour) + int(minute) / 60 - local_hour)
    for hours in _HOURS.findall(text):
        yield at_s + 3600 * int(hours)
    for minutes in _MINUTES.findall(text):
        yield at_s + 60 * int(minutes)


def _ahead_h(hours: float) -> float:
    """Hours from now to a time on the wall; below 0 where it has just passed."""
    ahead = hours % 24
    return ahead - 24 if ahead > 24 - JUST_PASSED_H else ahead
