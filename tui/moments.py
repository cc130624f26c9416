"""Moments of a storm day as a trainer types them, and the speeds to choose from."""

from __future__ import annotations

import re
from datetime import timedelta

from tui.board import Board

SPEEDS: tuple[float | None, ...] = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, None)
"""Storm seconds in a second; None is as fast as possible."""
_STEP = re.compile(r"(?P<sign>[+-])(?:(?P<h>\d{1,3}(?:\.\d+)?)h)?(?:(?P<m>\d{1,4})m?)?")
_CLOCK = re.compile(r"(?P<h>\d{1,2}):(?P<m>\d{2})")
_HOUR = re.compile(r"(?:hour )?(?P<h>\d{1,3}(?:\.\d+)?)h?")


def speed_words(speed: float | None) -> str:
    """A speed as people say it."""
    return "max" if speed is None else f"{speed:g}x"


def next_speed(speed: float | None, step: int) -> float | None:
    """The next faster or slower speed; the fastest and the slowest stay."""
    if speed not in SPEEDS:
        faster = [each for each in SPEEDS if each is None or (speed and each > speed)]
        slower = [each for each in SPEEDS if each is not None and speed and each < speed]
        return faster[0] if step > 0 else (slower[-1] if slower else SPEEDS[0])
    at = SPEEDS.index(speed) + step
    return SPEEDS[min(max(at, 0), len(SPEEDS) - 1)]


def moment(words: str, board: Board) -> float:
    """The second of the storm day that `words` mean: +30m, +2h, -15m, 21:30, hour 9.5.

    A time of the clock is the next one to come within the day, or else the last one before.

    Raises:
        ValueError: they mean none, or one outside the day; the text says what would.
    """
    end_s = board.conductor.clock.end_s
    now_s = board.conductor.at_s
    text = words.strip().lower()
    if (step := _STEP.fullmatch(text)) and (step["h"] or step["m"]):
        span_s = float(step["h"] or 0) * 3600 + float(step["m"] or 0) * 60
        at_s = now_s + span_s if step["sign"] == "+" else now_s - span_s
        return min(max(at_s, 0.0), end_s)
    if (clock := _CLOCK.fullmatch(text)) and int(clock["h"]) < 24 and int(clock["m"]) < 60:
        at_s = _at_clock(int(clock["h"]), int(clock["m"]), board)
    elif hour := _HOUR.fullmatch(text):
        at_s = float(hour["h"]) * 3600
    else:
        raise ValueError(f"'{words}' is no time: write +30m, +2h, -15m, 21:30, or hour 9.5")
    if not 0 <= at_s <= end_s:
        first, last = board.time(0), board.time(end_s)
        raise ValueError(
            f"'{words}' lies outside the storm: it runs from {first:%a %H:%M} to {last:%a %H:%M},"
            f" {end_s / 3600:g} hours"
        )
    return at_s


def _at_clock(hour: int, minute: int, board: Board) -> float:
    start = board.time(0)
    first = start.replace(hour=hour, minute=minute, second=0, microsecond=0)
    first_s = (first - start).total_seconds() % 86_400
    day_s = timedelta(days=1).total_seconds()
    now_s, end_s = board.conductor.at_s, board.conductor.clock.end_s
    turns = [first_s + turn * day_s for turn in range(int(end_s / day_s) + 2)]
    within = [at_s for at_s in turns if at_s <= end_s]
    later = [at_s for at_s in within if at_s > now_s]
    return later[0] if later else within[-1] if within else first_s
