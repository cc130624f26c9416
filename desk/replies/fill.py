"""Macros filled from a case and what is known of its outage; a place that can't be is a gap."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

import msgspec

from desk.replies.reply import Facts
from desk.replies.times import since, until
from desk.settings.macros import PLACEHOLDER, Macro, Macros

GAP = re.compile(r"\[\?([a-z]+)\]")
"""How a place that could not be filled stands in the text: `[?etr]`."""

_OUTAGE = {"en": "the outage in {}", "it": "il guasto a {}", "es": "la avería en {}"}
_CREWS = {
    "en": ("{} crews are there", "a crew is there", "a crew is on its way", "a crew is assigned"),
    "it": (
        "sul posto ci sono {} squadre",
        "una squadra è sul posto",
        "una squadra è in viaggio",
        "una squadra è stata assegnata",
    ),
    "es": (
        "hay {} brigadas en la zona",
        "hay una brigada en la zona",
        "una brigada va de camino",
        "hay una brigada asignada",
    ),
}
_ON_SITE = re.compile(r"on.?site|arriv|working|at work|sul posto|en la zona|onscene", re.IGNORECASE)
_ON_THE_WAY = re.compile(r"rout|dispatch|travel|on the way|viaggio|camino", re.IGNORECASE)
_ASSIGNED = re.compile(r"assign|asignad", re.IGNORECASE)
_NO = re.compile(r"\b(?:not|un|no|non)\b|unassigned|pending|await", re.IGNORECASE)
# a greeting goes without a name that nobody could be called by, and then begins with a capital
_NAMELESS = re.compile(r"(?:\{name\},\s*|,?\s*\{name\})(?P<next>[¡¿]?\w?)")


class Filling(msgspec.Struct, frozen=True, kw_only=True):
    """What fills the places of macros for one person; `mode` is the desk's."""

    facts: Facts
    name: str
    lang: str
    mode: str = "calm"


class Filler:
    """Fills macros for a territory; `utility` is its own name, where the desk has one."""

    def __init__(self, macros: Macros, zone: tzinfo, zone_name: str, utility: str = "") -> None:
        self.macros = macros
        self._zone = zone
        self._home = macros.at_home(zone_name)
        self._utility = utility

    def language(self, lang: str) -> str:
        """The language to answer in: the customer's, or that of the territory."""
        return lang if lang in ("en", "it", "es") else self._home.language

    def fill(self, macro: Macro, filling: Filling) -> tuple[str, tuple[str, ...]]:
        """The text of a macro, and the places that nothing could fill; empty without a text."""
        text = macro.written(filling.lang, filling.mode)
        values = self._values(filling)
        if not values["name"]:
            text = _NAMELESS.sub(lambda found: found["next"].upper(), text)
        missing = []

        def value(found: re.Match[str]) -> str:
            word = values.get(found[1], "")
            if not word:
                missing.append(found[1])
                return f"[?{found[1]}]"
            return word

        return PLACEHOLDER.sub(value, text), tuple(dict.fromkeys(missing))

    def _values(self, filling: Filling) -> dict[str, str]:
        facts, lang = filling.facts, filling.lang
        now: datetime = facts.at
        emergency = self._home.emergency
        safety: str = self.macros.safety[lang]  # type: ignore[index]  # one of the three
        utility: str = self._utility or self.macros.utility[lang]  # type: ignore[index]
        return {
            "name": filling.name,
            "place": facts.place,
            "outage": _OUTAGE[lang].format(facts.place) if facts.outage and facts.place else "",
            "etr": until(facts.etr, now, self._zone, lang) if facts.etr else "",
            "since": since(facts.since, now, self._zone, lang) if facts.since else "",
            "crews": crews(facts.crews, lang),
            "safety": safety.replace("{emergency}", emergency),
            "emergency": emergency,
            "utility": utility,
        }


def crews(said: str, lang: str) -> str:
    """What the utility's list says of its crews, in a language; empty where that can't be told."""
    many, there, on_the_way, assigned = _CREWS[lang]
    said = said.strip()[:60]
    if said.isdecimal():
        count = int(said)
        return many.format(count) if count > 1 else there if count else ""
    if not said or _NO.search(said):
        return ""
    for pattern, words in ((_ON_SITE, there), (_ON_THE_WAY, on_the_way), (_ASSIGNED, assigned)):
        if pattern.search(said):
            return words
    return ""
