"""Calm days with one trap each, set more often than in any storm: what the desk makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

import msgspec
from outages_days import Day, Kept, cut_of
from outages_methods import product
from outages_table import Must, table

from desk.outages.score import predictions
from desk.outages.told import Spot, Told, ToldPost
from desk.outages.why import why
from desk.post import LabelledPost
from simulator.storm import TRAPS, Storm, Trap, TrapRates
from simulator.storm_file import load_storm

HOURS = 12.0
NONE = "none"
BOTS = "bot_flood"
ONE_BOT = "one_bot"
POSTS = 300
AT_HOUR = {"late_repost": 9.0}
"""The others begin at six; what is passed on late must have happened and ended before."""

MINUTES = {BOTS: 12.0, ONE_BOT: 12.0}
RATE = 100.0
"""Posts of a trap that is always in the air, per 1,000 of the background: 80 times the usual rate
and more. A region's whole stream has thirty times the background and as many in its day."""

TIMED_BACKGROUND = 0.2
AMBIENT_BACKGROUND = 0.5
FALSE_MAX = 1
FEW = "few authors"

NO_TRAPS = TrapRates(**dict.fromkeys(TrapRates.__struct_fields__, 0.0))


class Sprung(msgspec.Struct, frozen=True):
    """What a trap did to a calm day: its posts, those taken for located reports, and false outages.

    `false` counts all of the day, `by_trap` those made of the trap's posts for the most part;
    `suspected` are those made of them that were never called likely. `few` are none of the false:
    customers have lost power, and fewer than five of them say where in the post itself.
    """

    trap: str
    seed: int
    posts: int
    reports: int
    false: int
    by_trap: int
    suspected: int
    few: int


def days(seeds: Iterable[int]) -> Iterator[Day]:
    """For each seed a calm day without traps, and one with each trap."""
    for seed in seeds:
        yield _day(NONE, seed, NO_TRAPS, (), TIMED_BACKGROUND)
        for kind in get_args(TRAPS):
            yield _day(kind, seed, NO_TRAPS, (_trap(kind),), TIMED_BACKGROUND)
        lone = msgspec.structs.replace(_trap(BOTS), accounts=1)
        yield _day(ONE_BOT, seed, NO_TRAPS, (lone,), TIMED_BACKGROUND)
        for kind in TrapRates.__struct_fields__:
            rates = msgspec.structs.replace(NO_TRAPS, **{kind: RATE})
            yield _day(f"{kind}, always", seed, rates, (), AMBIENT_BACKGROUND)


def _trap(kind: str) -> Trap:
    return msgspec.convert(
        {
            "kind": kind,
            "hour": AT_HOUR.get(kind, 6.0),
            "posts": POSTS,
            "minutes": MINUTES.get(kind, 60.0),
        },
        Trap,
    )


def _day(name: str, seed: int, rates: TrapRates, trap: tuple[Trap, ...], background: float) -> Day:
    storm: Storm = load_storm("calm", seed=seed, hours=HOURS, background=background)
    storm = msgspec.structs.replace(storm, traps=rates, trap=trap)
    return Day(name, seed, cut_of(storm), storm)


def sprung(kept: Kept) -> Sprung:
    """What the desk makes of a day with a trap."""
    replay, known = product(kept), kept.known()
    told = Told(replay.changes, {post.id: _told(post) for post in replay.posts})
    mistakes = why(told, known).false
    trapped = {post.id for post in known.posts.values() if post.trap is not None}
    likely = {guess.id for guess in predictions(replay.changes)}
    others = {c.id: c.evidence for c in replay.changes if c.id not in likely}
    return Sprung(
        trap=kept.name,
        seed=kept.seed,
        posts=len(trapped),
        reports=sum(
            post.id in trapped and "outage" in post.labels and post.location is not None
            for post in replay.posts
        ),
        false=sum(mistake.reason != FEW for mistake in mistakes),
        by_trap=sum(mistake.reason == "trap" for mistake in mistakes),
        suspected=sum(2 * len(trapped & set(ids)) > len(ids) for ids in others.values()),
        few=sum(mistake.reason == FEW for mistake in mistakes),
    )


def _told(post: LabelledPost) -> ToldPost:
    place = post.location
    spot = None if place is None else Spot(place.community, place.lat, place.lon)
    return ToldPost(post.labels, spot)


def trap_musts(found: Sequence[Sprung]) -> list[Must]:
    """At most one false outage a day, and none from bots."""
    worst = max((each.by_trap for each in found), default=0)
    bots = max((each.by_trap for each in found if each.trap in (BOTS, ONE_BOT)), default=0)
    calm = max((each.false for each in found if each.trap == NONE), default=0)
    return [
        Must(f"false outages of a calm day <= {FALSE_MAX}", calm, calm <= FALSE_MAX),
        Must(f"false outages by a trap <= {FALSE_MAX}", worst, worst <= FALSE_MAX),
        Must("false outages by bots <= 0", bots, bots == 0),
    ]


def trap_lines(found: Sequence[Sprung]) -> Iterator[str]:
    """Each trap with its seeds together, the worst last."""
    cells = []
    for trap in dict.fromkeys(each.trap for each in found):
        part = [each for each in found if each.trap == trap]
        numbers = (
            len(part),
            sum(each.posts for each in part),
            sum(each.reports for each in part),
            sum(each.suspected for each in part),
            sum(each.false for each in part),
            sum(each.by_trap for each in part),
            max(each.by_trap for each in part),
            sum(each.few for each in part),
        )
        cells.append((trap, *map(str, numbers)))
    head = ("trap", "days", "posts", "taken for reports", "suspected", "false", "by trap")
    yield from table((*head, "most a day", "true, few say where"), cells)
    for goal in trap_musts(found):
        answer = "reached" if goal.met else "NOT reached"
        yield f"must: {goal.what}: {answer}, {goal.reached:g}"
