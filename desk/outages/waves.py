"""A second loss in a community whose outage is still open.

A small outage may be open when the storm takes down the town around it. Who reads along sees two
outages: a few voices for an hour, then a wave. So the reports of ten minutes are held against the
most that there ever were of this outage, which fade as power comes back. Where people say that they
have just lost power, and hardly anybody that it has been gone for hours, a smaller wave tells; the
smallest in a large city, which is many feeders. So do headlines, by the customers that they count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desk.outages.cluster import ECHO, REPORT, SLOT_S, Heard, Part, Sighting, fade
from desk.outages.onset import FRESH_S, LASTING_S

FEWEST_REPORTERS = 7
"""A wave has so many reporters in ten minutes at least ..."""

WAVE_RATIO, FRESH_RATIO, CITY_RATIO = 4, 3, 2
"""... and so many times as many reports as the outage ever had in ten: the loss is about as much
larger. Less where the words tell that it is new, and least in a city."""

CITY_CUSTOMERS = 100_000

SPOKE_BEFORE = 4
"""Outside of cities a wave is a quarter at least of all who have ever spoken of the outage."""

JUMP = 3
"""A wave that is no larger than the outage stands out by so many times the reports before it."""

FEWEST_FRESH, FRESH_TO_LASTING = 3, 2
"""Words tell a new loss where so many have just lost power, twice as many as lack it for long."""

BURST_S, FEWEST_AT_ONCE, ONE_IN = 10 * 60, 4, 8
"""Where an outage has ended, so many who speak up within so long have lost power anew; who has just
lost it counts twice, and no more than one in eight lacks it for long."""

LARGER, CITY_LARGER, FEWEST_TOLD, TOLD_S = 2, 1.3, 3, 3600
"""A headline speaks of another loss with so many times as many customers, beside so many people
within so long ..."""

LATER_S, UNCOUNTED_S = 3600, 3 * 3600
"""... or says that it came so much later, or comes so long after the loss and any other count."""

ESTABLISHED_AUTHORS = 3
"""Fewer reporters than these before the wave are taken to be of the same outage."""

SETTLED_S = 30 * 60
"""An outage that became likely more lately still gathers its own first wave."""


def wave(part: Part, now_s: int, sure_s: int, customers: int) -> list[Sighting]:
    """The reports of a new loss up to `now_s`, in a community of so many customers; or none.

    `sure_s` is when the outage became likely.
    """
    slot, level = now_s // SLOT_S, lately(part, now_s)
    if level < FEWEST_REPORTERS or now_s - max(sure_s, part.started_s) < SETTLED_S:
        return []
    if customers < CITY_CUSTOMERS and part.authors_seen > SPOKE_BEFORE * level:
        return []
    fade(part, slot)
    if not _stands_out(part, slot, level, customers):
        return []
    since_s = (slot - 1) * SLOT_S
    reports = [seen for seen in part.recent if seen.kind == REPORT]
    fresh = [seen for seen in reports if since_s <= seen.at_s <= now_s]
    before_s = since_s - 2 * SLOT_S
    established = {seen.author for seen in reports if seen.at_s < before_s}
    if len(established) < ESTABLISHED_AUTHORS:
        return []
    return fresh if len({seen.author for seen in fresh}) >= FEWEST_REPORTERS else []


def lately(part: Part, now_s: int) -> int:
    """Reports in this span of five minutes and the one before."""
    counts, slot = part.reports, now_s // SLOT_S
    return counts.get(slot, 0) + counts.get(slot - 1, 0)


def announced_anew(part: Part, heard: Heard, sure_s: int, customers: int) -> list[Sighting]:
    """The reports of a loss that a headline announces beside an outage that is open; or none."""
    at_s = heard.at_s
    if at_s - max(sure_s, part.started_s) < SETTLED_S:
        return []
    if not _counts_another(part, heard, customers):
        return []
    reports = [
        seen
        for seen in part.recent
        if seen.kind == REPORT and seen.author != ECHO and 0 <= at_s - seen.at_s <= TOLD_S
    ]
    return reports if len({seen.author for seen in reports}) >= FEWEST_TOLD else []


def all_at_once(span: Sequence[Heard]) -> bool:
    """Whether those who speak up where an outage has ended have lost power anew, by their words.

    The others still lack it, for only a part was restored: they speak up one by one, or tell of
    hours without.
    """
    if span[-1].at_s - span[0].at_s > BURST_S:
        return False
    without_s = [one.at_s - one.onset_s for one in span if one.kind == REPORT and one.onset_s]
    fresh = sum(gone_s <= FRESH_S for gone_s in without_s)
    lasting = sum(gone_s >= LASTING_S for gone_s in without_s)
    return len(span) + fresh >= FEWEST_AT_ONCE and lasting * ONE_IN <= len(span)


def _counts_another(part: Part, heard: Heard, customers: int) -> bool:
    """Whether a headline counts the customers of another loss than that of `part`.

    A utility counts a loss within two hours, from then on what is left of it; and of one outage
    the customers get fewer. So a count that comes hours after the loss or the last count is of
    another, and so are far more customers than any before.
    """
    if heard.announced <= 1:
        return False
    if heard.onset_s >= part.started_s + LATER_S:
        return True
    if heard.at_s - max(part.started_s, part.announced_s) >= UNCOUNTED_S:
        return True
    larger = CITY_LARGER if customers >= CITY_CUSTOMERS else LARGER
    return part.announced_most > 1 and heard.announced >= larger * part.announced_most


def _stands_out(part: Part, slot: int, level: int, customers: int) -> bool:
    """Whether `level` reports in ten minutes are more than the outage's own."""
    fresh, lasting = _lately(part.fresh, slot, 4), _lately(part.lasting, slot, 4)
    if fresh < FEWEST_FRESH or fresh < FRESH_TO_LASTING * lasting:
        return part.peak > 0 and level >= WAVE_RATIO * part.peak
    ratio = CITY_RATIO if customers >= CITY_CUSTOMERS else FRESH_RATIO
    usual = _lately(part.reports, slot - 3, 6) / 3
    return level >= ratio * part.peak and level >= JUMP * usual


def _lately(counts: Mapping[int, int], slot: int, back: int) -> int:
    """What was counted in so many slots up to this one."""
    return sum(counts.get(slot - number, 0) for number in range(back))
