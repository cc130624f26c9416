"""ZIP codes in a text, and the numbers that look like them."""

from __future__ import annotations

import re

from desk.places.names import Gazetteer
from desk.places.reading import Findings, Found, Note, Reading
from desk.territories.territory import Community

STATED, BARE_CODE, NEAR_NAME = 0.98, 0.95, 0.98

_CODE = re.compile(r"(?<![\w$£€#.,/:-])(\d{5})(?:-\d{4})?(?![\w%€]|[.,:/-]\d)")
_STATED = re.compile(
    r"(?i:zip(?: codes?)?|\bc\.?a\.?p\.?|\bc\.?p\.?|postal|postale)\W{0,3}$|\b[A-Z]{2},? $"
)
_COUNTED = re.compile(
    r"\s*(?:customers|homes|houses|households|people|meters|members|residents|families|"
    r"businesses|outages|accounts|followers|users|miles|mi|km|kw|mw|volts?|feet|ft|sq|"
    r"clienti|utenti|persone|case|famiglie|euro|clientes|personas|hogares|abonados|euros|"
    r"(?:[NSEW]\s)?[A-Z]\w+\s(?:St|Street|Rd|Road|Ave|Avenue|Blvd|Dr|Drive|Ln|Lane|Hwy|Ct)\b)"
)
"""What follows a count or a house number, and never a ZIP code."""


def codes_in(reading: Reading, names: Gazetteer, found: Findings, notes: list[Note] | None) -> None:
    """Add the communities of ZIP codes in a text; counts, prices and phone numbers are none.

    Outside the US a code of five digits counts with "CAP" or "CP" before it, or with its community
    named in the text. Source of the US format: USPS Publication 28, section 213 (ZIP+4 is read to
    its first five).
    """
    named = {item.community.id for item in found.communities}
    for match in _CODE.finditer(reading.text):
        community = names.zips.get(match[1])
        if community is None:
            continue
        confidence, why = _judged(
            reading.text, match, community, named, american=names.home == "us"
        )
        if found.elsewhere and not found.region and community.id not in named and why == _BARE:
            confidence, why = 0.0, "another region is named"
        if notes is not None:
            taken = f"ZIP code of {community.name}"
            notes.append(Note(match[0], taken, community.id, round(confidence, 3), why))
        if confidence:
            point = community.points.get(match[1])
            found.communities.append(Found(community, confidence, "zip", point))


_BARE = "five digits that are no count, price or phone number"


def _judged(
    text: str, match: re.Match[str], community: Community, named: set[str], *, american: bool
) -> tuple[float, str]:
    if _COUNTED.match(text, match.end()):
        return 0.0, "a count or a house number"
    if community.id in named:
        return NEAR_NAME, "its community is named too"
    stated = _STATED.search(_head(text, match.start()))
    if stated:
        return STATED, f"'{stated[0].strip()}' before it"
    return (BARE_CODE, _BARE) if american else (0.0, "five digits, and nothing says a ZIP code")


def _head(text: str, end: int) -> str:
    """The few characters before a place in the text."""
    return text[max(0, end - 14) : end]
