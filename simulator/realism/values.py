"""What the card prints of a storm, value by value, under the ids of figures.toml."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import msgspec

from simulator.folder import INCIDENTS
from simulator.realism.curve import TAILS_H, Shape
from simulator.realism.incidents import sizes
from simulator.realism.posts import Tally
from simulator.realism.reading import incidents
from simulator.realism.texts import Other, Texts, distinct, unmet
from simulator.storm import Storm
from simulator.stream import StormDay

STEP_S = 600.0


class Measured(msgspec.Struct, frozen=True):
    """A value, and where it is a share of few cases, how many.

    `between` are the limits of its 95 % interval where it is a quantile.
    """

    value: float | None
    cases: int | None = None
    note: str = ""
    between: tuple[float, float] | None = None


def of_grid(storm: Storm, day: StormDay, curved: Shape | None) -> dict[str, Measured]:
    """Customers out over time; `curved` is their shape, None if nothing is ever out."""
    served = sum(community.customers for community in day.territory.community)
    steps = range(int(storm.hours * 3600 / STEP_S))
    mean = sum(day.customers_out(at * STEP_S) for at in steps) / len(steps)
    found = {"mean_share": Measured(mean / served)}
    if curved is None:
        names = ("peak_share", "rise_h", "width_h", *(f"tail_{hours}h" for hours in TAILS_H))
        return found | dict.fromkeys(names, Measured(None, note="nothing is ever out"))
    at_h = curved.peak_at_s / 3600
    peak = f"{curved.peak:,.0f} at hour {at_h:.1f}"
    found["peak_share"] = Measured(curved.peak / served, note=peak)
    found["rise_h"] = Measured(curved.rise_h)
    found["width_h"] = Measured(curved.width_h)
    for hours, share in curved.tails.items():
        behind = at_h + hours > storm.hours
        note = "behind the day's end: what the day has left" if behind else ""
        found[f"tail_{hours}h"] = Measured(share, note=note)
    return found


def of_incidents(folder: Path, storm: Storm) -> dict[str, Measured]:
    """Incidents of the folder, one by one; a folder of an older version has none."""
    if not (folder / INCIDENTS).exists():
        missing = Measured(None, note=f"the folder has no {INCIDENTS}")
        return dict.fromkeys(sizes((), 1).__struct_fields__, missing)
    found = sizes(incidents(folder, storm.starts_at), storm.told_hours)
    made = {name: Measured(value) for name, value in msgspec.structs.asdict(found).items()}
    made["starts_ratio"] = Measured(found.starts_ratio, note=f"{found.count:,} incidents")
    return made


def of_posts(storm: Storm, day: StormDay, tally: Tally) -> dict[str, Measured]:
    """Posts, by kinds, authors and channels."""
    lost = sum(outage.customers for outage in day.outages()) * storm.scale / 1000
    mean, once, p99 = tally.authors.figures()

    def ratio(above: float | None, below: float | None) -> Measured:
        return Measured(above / below if above is not None and below else None)

    return {
        "coordinates": Measured(_share(tally.coordinates, tally.posts), tally.posts),
        "reposts": Measured(_share(tally.on_x_again, tally.on_x)),
        "posts_per_author": Measured(mean),
        "authors_once": Measured(once),
        "posts_per_author_p99": Measured(p99),
        "x_leads": ratio(tally.share_of("x", "rise"), tally.share_of("facebook", "rise")),
        "facebook_after": ratio(
            tally.share_of("facebook", "after"), tally.share_of("facebook", "rise")
        ),
        "bills": Measured(_share(tally.labels["billing"], tally.people_labelled)),
        "addressed_per_1000": Measured(tally.addressed / lost if lost else None),
        "about_per_1000": Measured(tally.about / lost if lost else None),
        "outage_share": Measured(_share(tally.outage, tally.posts)),
        "background": Measured(_share(tally.background, tally.posts)),
    }


def of_texts(texts: Texts, other: Other) -> dict[str, Measured]:
    """Texts, as far as they are sampled."""
    writing = texts.writing
    met = writing.short_exact + writing.short_typos
    met_long = writing.long_exact + writing.long_typos
    return {
        "length_p50": Measured(texts.length(0.5)),
        "length_p90": Measured(texts.length(0.9)),
        "own_length_p50": length_of_reports(texts, 0.5),
        "own_length_p90": length_of_reports(texts, 0.9),
        "hashtags": Measured(texts.hashtags),
        "emoji": Measured(texts.emoji),
        "non_standard": Measured(writing.non_standard_share),
        "short_typos": Measured(writing.short_typo_share, met, f"{met:,} met"),
        "long_typos": Measured(writing.long_typo_share, met_long, f"{met_long:,} met"),
        "short_forms": Measured(
            writing.short_form_share, writing.power + writing.pwr, f"{writing.pwr:,} met"
        ),
        "distinct": Measured(distinct(texts.bare)),
        "distinct_own": Measured(distinct(texts.own)),
        "other_seed": Measured(unmet(texts.whole, other.whole())),
        "other_seed_bare": Measured(unmet(texts.bare, other.bare())),
    }


def length_of_reports(texts: Texts, share: float) -> Measured:
    """The length of reports; the interval is that of the ranks, which are binomial."""
    count = texts.reports
    if not count:
        return Measured(None)
    apart = 1.96 * sqrt(share * (1 - share) / count)
    low, high = (texts.report_length(min(1.0, max(0.0, share + by))) for by in (-apart, apart))
    between = (low, high) if low is not None and high is not None else None
    return Measured(texts.report_length(share), note=f"{count:,} met", between=between)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
