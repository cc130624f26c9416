"""What charts of a storm say in words, alike in the terminal and in a document."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.weather import Bulletin
from tui.charts.figures import Figures
from tui.charts.hours import span_words

KINDS = {"outlook": "outlook", "watch": "watch", "warning": "warning", "all_clear": "all clear"}
BULLETINS = 10
"""As many bulletins are listed; the ones left out repeat what was said before."""


def headline(shown: Figures) -> str:
    """The storm, where and how long."""
    storm = shown.storm
    return f"{storm.title} over {shown.territory}, {storm.told_hours:g} h, seed {storm.seed}"


def peak_words(shown: Figures) -> str:
    """How many were out at most, and when."""
    curve = shown.curve
    return f"{curve.peak:,} at {shown.hours.clock(curve.peak_s)}"


def half_words(shown: Figures) -> str:
    """How long at least half of the peak was out."""
    first, last = shown.curve.half_s
    still = ", and more" if last >= shown.storm.told_hours * 3600 else ""
    return f"{span_words(last - first)}{still}"


def background_words(shown: Figures) -> str:
    """How many posts are drawn, and what is left out."""
    background = shown.rates.background
    if not background:
        return f"{shown.rates.posts:,} posts"
    return (
        f"{shown.rates.posts:,} posts; not drawn: about {background:,.0f} a minute"
        f" on other things ({_share(shown):.0%} of all)"
    )


def _share(shown: Figures) -> float:
    minutes = shown.storm.told_hours * 60
    other = shown.rates.background * minutes
    return other / (other + shown.rates.posts)


def listed(bulletins: Sequence[Bulletin]) -> list[Bulletin]:
    """The bulletins that say something new: another kind of warning, or of danger."""
    said: set[tuple[str, str]] = set()
    new = []
    for bulletin in bulletins:
        if (bulletin.hazard, bulletin.kind) not in said:
            new.append(bulletin)
            said.add((bulletin.hazard, bulletin.kind))
    return new[:BULLETINS]


def bulletin_words(shown: Figures, bulletin: Bulletin) -> tuple[str, str, str, str]:
    """A bulletin: when, of what kind, of what danger, and what is said of it."""
    clock = shown.hours.clock
    when, kind = clock(bulletin.at_s), KINDS[bulletin.kind]
    if bulletin.kind == "all_clear":
        return when, kind, bulletin.hazard, ""
    said = {
        "flood": f"{bulletin.rain_mm:.0f} mm rain",
        "ice": f"{bulletin.ice_mm:.0f} mm ice",
    }.get(bulletin.hazard, f"gusts {bulletin.gust_kmh:.0f} km/h")
    span = f"{clock(bulletin.from_s)} to {clock(bulletin.to_s)}"
    return when, kind, bulletin.hazard, f"{span}, {said}, {len(bulletin.zones)} areas"
