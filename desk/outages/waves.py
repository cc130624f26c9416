"""A second, far larger loss in a community whose outage is still open.

A small outage may be open when the storm takes down the town around it. Who reads along sees two
outages: a few voices for an hour, then a wave. So the reporters of ten minutes are held against the
most that there ever were of this outage, which fade as power comes back.
"""

from __future__ import annotations

from desk.outages.cluster import REPORT, Part, Sighting

WAVE_S = 10 * 60
FEWEST_REPORTERS = 8
"""A wave has so many reporters in ten minutes at least ..."""

WAVE_RATIO = 3.0
"""... and three times as many as the outage ever had: then the loss is about as much larger."""

ESTABLISHED_AUTHORS = 5
"""Fewer reporters than these before the wave are taken to be of the same outage."""

HALF_LIFE_S = 6 * 3600
"""What an outage once had counts half after so long: much of it is back by then."""

SETTLED_S = 20 * 60
"""An outage younger than this still gathers its own first wave."""


def wave(part: Part, now_s: int) -> list[Sighting]:
    """The reports of a new, far larger loss up to `now_s`; none where there is no wave.

    To be asked at every full minute: it also remembers how many reporters there were.
    """
    since_s = now_s - WAVE_S
    if part.report_s <= since_s and not part.levels:
        return []
    reports = [s for s in part.recent[-400:] if s.kind == REPORT and since_s < s.at_s <= now_s]
    level = len({seen.author for seen in reports})
    due = [count for at_s, count in part.levels if at_s <= since_s]
    part.levels = [(at_s, count) for at_s, count in part.levels if at_s > since_s]
    if level:
        part.levels.append((now_s, level))
    part.peak = max(part.peak * 0.5 ** (60 / HALF_LIFE_S), *due, 0)
    if now_s - part.started_s < SETTLED_S + WAVE_S or level < FEWEST_REPORTERS:
        return []
    before = {s.author for s in part.recent if s.kind == REPORT and s.at_s <= since_s - WAVE_S}
    if len(before) < ESTABLISHED_AUTHORS:
        return []
    return reports if level >= WAVE_RATIO * max(part.peak, 1) else []
