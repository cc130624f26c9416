"""What can be said now and here: a post that speaks of an hour, the sky or the street fits them.

Grammars know words and no clock. A text that is drawn is held against the moment, and another one
is drawn where it says "good morning" at night or "not even windy" in a gale.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import re2

UNSAID = "\ufffe"
"""Stands for a fact that there is not: no text that has it may be said."""

WINDY_KMH = 60.0
BREEZE_KMH = 35.0
WET_MM_H = 0.5
DOWNPOUR_MM_H = 4.0
JUST_H = 1.0
WARM_MONTHS = range(5, 10)
"""May to September: when a house without supply gets hot in the south of both continents."""

TRIES = 14
"""How many texts are drawn for a moment before somebody says nothing at all."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Here and now: `hour` is on the wall, `lost_h` how long ago the supply was lost, if it was.

    `coming` until the worst weather has come to this place, `failing` where a loss is near, `dark`
    while nothing at all has supply, `fallen` on
    the day on which the whole system fell: nothing was broken.
    """

    hour: float
    month: int
    gust_kmh: float = 0.0
    rain_mm_h: float = 0.0
    coming: bool = False
    failing: bool = True
    lost_h: float | None = None
    dark: bool = False
    fallen: bool = False

    def between(self, first: float, last: float) -> bool:
        """Whether it is from `first` to `last` o'clock, past midnight where `last` is smaller."""
        return _between(self.hour, first, last)

    def lost_between(self, first: float, last: float) -> bool:
        """Whether the supply was lost within the last day, from `first` to `last` o'clock."""
        if self.lost_h is None or self.lost_h > 22:
            return False
        return _between((self.hour - self.lost_h) % 24, first, last)


def _between(hour: float, first: float, last: float) -> bool:
    return first <= hour < last if first < last else hour >= first or hour < last


_RULES: tuple[tuple[str, Callable[[Moment], bool]], ...] = (
    (UNSAID, lambda _: False),
    # Greetings; those of the south last longer into the day and into the evening.
    ("good morning|morning all|mornin'", lambda now: now.between(5, 12)),
    ("buongiorno|buenos días|buen día |buen dia ", lambda now: now.between(5, 15)),
    ("good afternoon", lambda now: now.between(12, 18)),
    ("buenas tardes", lambda now: now.between(12, 21)),
    ("good evening|sera gruppo|bella serata", lambda now: now.between(17, 1)),
    ("buonasera", lambda now: now.between(14, 2)),
    (("good night|going to bed| to bed |called it a night|bedtime|story time|a dormir|buonanotte"
     "|buenas noches| a letto "), lambda now: now.between(19, 4)),
    # Meals, and what else has its hour.
    ("dinner|supper|date night| cena |cenamos|ceniamo|bath time|lume di candela",
     lambda now: now.between(16.5, 23)),
    ("breakfast|desayun|colazione", lambda now: now.between(5, 11)),
    ("lunch rush|eating lunch| pranzo ", lambda now: now.between(11, 15)),
    ("interrogazione|in piena lezione| en clase|clase online|remote class|online class",
     lambda now: now.between(8, 19)),
    ("piena messa", lambda now: now.between(7, 20)),
    (("candele accese|trovato le candele|las velas|con la vela|luz de una vela"
     "|candlelight|candlelit"),
     lambda now: now.between(17.5, 7)),
    ("fuori sembra notte", lambda now: now.between(8, 17)),
    ("día tan bueno|tomando el sol|sun is out|giornata bellissima", lambda now: now.between(7, 20)),
    ("cerveza aún fría", lambda now: (now.lost_h or 0) < 4),
    (" tonight | stasera |esta noche|this evening", lambda now: now.between(11, 1)),
    ("this afternoon|esta tarde|questo pomeriggio", lambda now: now.between(12, 21)),
    (("street lights|streetlights|lampioni|farolas|pitch black|street is black|via è nera"
     "|black as a|pay the sun"),
     lambda now: now.between(18, 7)),
    # When it began.
    ("last night|overnight|anoche|da stanotte",
     lambda now: now.between(5, 18) and now.lost_between(17, 5)),
    (" stanotte |esta madrugada", lambda now: now.between(4, 15) or now.between(20, 4)),
    ("this morning|stamattina|esta mañana",
     lambda now: now.between(10, 23) and now.lost_between(4, 11.5)),
    ("working through the night|on that ice all night|sin dormir",
     lambda now: now.between(1, 13) and (now.lost_h or 0) > 5),
    ("before dark", lambda now: now.between(19, 9) and now.lost_between(12, 20.5)),
    ("supper time", lambda now: now.between(19, 9) and now.lost_between(16.5, 19.5)),
    ("since lunch|desde la comida|da pranzo",
     lambda now: now.lost_between(11, 14.5) and (now.lost_h or 0) > 1),
    # Whoever has sat in the dark for hours does not say that it just went.
    (("just lost|just went|just quit|just dropped|just died|just now|a few minutes ago"
     "|acaba de ir|appena saltata|appena andata"),
     lambda now: now.lost_h is None or now.lost_h < JUST_H),
    ("about an hour ago|hace una hora|da un'ora",
     lambda now: now.lost_h is not None and 0.6 < now.lost_h < 1.7),
    # The weather of this place.
    (("not even that windy|not even all that windy|barely a gust|barely a breeze|primo refolo"
     "|filo di vento|ni viento|before the rain even|sun is out|ni una nube|giornata bellissima"
     "|día tan bueno|buen día|terraza llena|tomando el sol"),
     lambda now: now.gust_kmh < BREEZE_KMH and now.rain_mm_h < WET_MM_H),
    (("windy yet|isn't even here|before it gets here|before this hits|ya mero|esperando a"
     "|hope it stays|hope the power stays|hope the lights stay|praying the power|stays on"
     "|ojalá no se vaya|che non salti|now we wait|taped a note on|before not after"),
     lambda now: now.coming),
    (("wind is howling|still blowing hard|trees are bending|vento da paura|tapparelle sembrano"
     "|el viento da miedo|las ventanas tiemblan|vuelan macetas|ruge el aire|sounds like a train"
     "|maestrale così|voleranno|like hail|wind howling"),
     lambda now: now.gust_kmh >= WINDY_KMH),
    ("sideways|pouring|llueve sin|llueve de lado|diluvia|non smette di piovere",
     lambda now: now.rain_mm_h >= WET_MM_H),
    (("fainting|heat stroke|heatstroke| no ac |in this heat|the heat |so hot|sweating|qué calor"
     "|golpe de calor|aire no sirve|90 degrees|no fan|caldo che|che caldo| ac  off|hear the ac "),
     lambda now: now.month in WARM_MONTHS and now.rain_mm_h < DOWNPOUR_MM_H),
    # One flicker is no series of them.
    ("flickers|every | times |few minutes|cada |microcortes| veces|ogni |volte|stacchi",
     lambda now: now.failing),
    # What nobody says while all of it is off: who has it, who is always the last.
    (("across the street|other side of|next street|one side|half the|half of|half our|have lights"
     "|have power|enfrente|la otra acera|media casa|los mismos|mitad de|dall'altra parte|di fronte"
     "| metà | mezza |sempre noi|va y viene|parpade|va e viene|volvió |y van "),
     lambda now: not now.dark),
    (("avería resuelta|la avería está|reparada la avería|repairs are complete"
     "|repairs there finished|hours-long repair|riparazione conclusa|riparato il guasto"
     "|esta semana|este mes|cada vez que|same as last|this month|this week|every time"),
     lambda now: not now.fallen),
)  # fmt: skip
_PHRASES = tuple((phrase, holds) for phrases, holds in _RULES for phrase in phrases.split("|"))
# All phrases at one look: a twelfth of the time of a look for each.
_SAID = re2.Set.SearchSet()
for _phrase, _ in _PHRASES:
    _SAID.Add(re2.escape(_phrase))
_SAID.Compile()
_BREAKS = str.maketrans(".,;:!?()\n", " " * 9)


def sensible(text: str, now: Moment) -> bool:
    """Whether somebody may say `text` now and here."""
    found = _SAID.Match(f" {text.lower().translate(_BREAKS)} ")
    return not found or all(_PHRASES[number][1](now) for number in found)
