"""Which outage that people post about is which of the utility's own.

An incident of the utility *explains* an outage of posts when both are in one place (a community in
common, or positions within `NEAR_KM`), it began no more than `BEFORE` before and `AFTER` after the
outage did, and both overlap in time. A storm's outage is often many incidents (one broken device
each), and a lost substation is one incident and several outages. So each outage has one incident of
its own where that can be (the assignment takes the most pairs, then the nearest in time, then in
place, one too small for it last), for counts and lead times, and the others beside it.

An incident that explains nothing, yet overlaps with an outage in place and time, is *covered*: what
people post there is heard already. What is left of the list are the incidents that nobody posts of.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desk.oms.near import Near, apart_km, began_together, overlap
from desk.oms.outage import OmsOutage
from desk.outages.history import History
from desk.outages.pairing import assign

NEAREST_LINKS = 50
"""Incidents, the nearest ones, among which an outage is given its own: bounds the work."""

TOO_SMALL_S = 24 * 3600
"""An incident of fewer customers than people who speak of it is at best a part of the outage."""

METRES_PER_KM = 1000
DISTANCE_STEPS = 10**7


class Match(msgspec.Struct, frozen=True):
    """An outage of posts, the incident that is it, and `also` others that explain it.

    `shared` says that the incident is another outage's own, too. `short` says that the utility
    counts fewer customers than there are people who speak of it: more is out than it knows.
    """

    outage: History
    oms: OmsOutage
    also: tuple[OmsOutage, ...]
    shared: bool
    apart_km: float
    short: bool

    @property
    def confirms(self) -> bool:
        """Whether the utility's list proves the outage: verified by it, and large enough."""
        return not self.short and any(one.verified for one in (self.oms, *self.also))


class Matches(msgspec.Struct, frozen=True):
    """Outages in both, in posts alone, and in the utility's list alone.

    `covered` are incidents that explain no outage, but lie in the place and time of one.
    """

    matched: tuple[Match, ...]
    social_only: tuple[History, ...]
    oms_only: tuple[OmsOutage, ...]
    covered: tuple[OmsOutage, ...]


def match_oms(outages: Sequence[History], oms: Sequence[OmsOutage]) -> Matches:
    """Hold outages of posts against the utility's list; dismissed ones are no outages."""
    held = [one for one in outages if one.last.status != "dismissed"]
    near = Near(oms)
    explained: dict[int, list[int]] = {}
    heard: set[int] = set()
    for number, outage in enumerate(held):
        here = [index for index in near.of(outage) if overlap(outage, oms[index])]
        heard.update(here)
        explained[number] = [index for index in here if began_together(outage, oms[index])]
    pairs = _pairs(held, oms, explained)
    taken = set(pairs.values())
    matched, alone = [], []
    for number, outage in enumerate(held):
        if explained[number]:
            matched.append(_match(outage, oms, explained[number], pairs.get(number), taken))
        else:
            alone.append(outage)
    explaining = {index for found in explained.values() for index in found}
    return Matches(
        tuple(matched),
        tuple(alone),
        tuple(one for index, one in enumerate(oms) if index not in heard),
        tuple(oms[index] for index in sorted(heard - explaining)),
    )


def _match(
    outage: History, oms: Sequence[OmsOutage], found: list[int], own: int | None, taken: set[int]
) -> Match:
    chosen = min(found, key=lambda index: cost(outage, oms[index])) if own is None else own
    also = tuple(oms[index] for index in sorted(set(found) - {chosen} - (taken - {chosen})))
    return Match(
        outage=outage,
        oms=oms[chosen],
        also=also,
        shared=own is None,
        apart_km=round(apart_km(outage, oms[chosen]), 2),
        short=too_few([oms[chosen], *also], outage),
    )


def _pairs(
    held: Sequence[History], oms: Sequence[OmsOutage], explained: dict[int, list[int]]
) -> dict[int, int]:
    costs: dict[tuple[int, int], int] = {}
    for number, found in explained.items():
        ranked = sorted((cost(held[number], oms[index]), index) for index in found)
        costs |= {(number, index): cost for cost, index in ranked[:NEAREST_LINKS]}
    return assign(costs)


def too_few(incidents: Sequence[OmsOutage], outage: History) -> bool:
    """Whether incidents have fewer customers together than people speak of an outage."""
    known = [one.customers for one in incidents if one.customers is not None]
    return len(known) == len(incidents) and sum(known) < outage.last.authors


def cost(outage: History, one: OmsOutage) -> int:
    """How far apart two lie: in time, then in place; an incident too small for it comes last."""
    apart_s = abs(one.started_at - outage.last.started_at).total_seconds()
    if one.customers is not None and one.customers < outage.last.authors:
        apart_s += TOO_SMALL_S
    apart_m = round(apart_km(outage, one) * METRES_PER_KM)
    return round(apart_s) * DISTANCE_STEPS + min(apart_m, DISTANCE_STEPS - 1)
