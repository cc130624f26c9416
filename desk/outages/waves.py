"""A second, far larger loss in a community whose outage is still open.

A small outage may be open when the storm takes down the town around it. Who reads along sees two
outages: a few voices for an hour, then a wave. So the reporters of ten minutes are held against the
most that there ever were of this outage, which fade as power comes back.
"""

from __future__ import annotations

from desk.outages.cluster import REPORT, SLOT_S, Part, Sighting

FEWEST_REPORTERS = 8
"""A wave has so many reporters in ten minutes at least ..."""

WAVE_RATIO = 4
"""... and four times as many posts as the outage ever had: the loss is about as much larger."""

ESTABLISHED_AUTHORS = 5
"""Fewer reporters than these before the wave are taken to be of the same outage."""

SETTLED_S = 30 * 60
"""An outage younger than this still gathers its own first wave."""

HALF_LIFE_SLOTS = 72
"""What an outage once had counts half after six hours: much of it is back by then."""


def wave(part: Part, now_s: int) -> list[Sighting]:
    """The reports of a new, far larger loss up to `now_s`; none where there is no wave.

    To be asked at every full minute: it also remembers how many posts there were.
    """
    slots, slot = part.slots, now_s // SLOT_S
    if now_s % SLOT_S == 0:
        before = slots.get(slot - 3, 0) + slots.get(slot - 4, 0)
        part.peak = max(part.peak * 0.5 ** (1 / HALF_LIFE_SLOTS), before)
    level = slots.get(slot, 0) + slots.get(slot - 1, 0)
    if level < FEWEST_REPORTERS or level < WAVE_RATIO * part.peak:
        return []
    if now_s - part.started_s < SETTLED_S:
        return []
    since_s = (slot - 1) * SLOT_S
    reports = [seen for seen in part.recent if seen.kind == REPORT]
    fresh = [seen for seen in reports if since_s <= seen.at_s <= now_s]
    before_s = since_s - 2 * SLOT_S
    established = {seen.author for seen in reports if seen.at_s < before_s}
    if len(established) < ESTABLISHED_AUTHORS:
        return []
    return fresh if len({seen.author for seen in fresh}) >= FEWEST_REPORTERS else []
