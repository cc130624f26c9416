"""What limits each outage that was missed, and what each false one was made of.

A missed outage is told by the first step at which fewer than `FEWEST_AUTHORS` of those who reported
it are left: they must be labelled `outage`, then located where it is; if enough are, the clustering
had what it takes. A false one is told by most of the posts that made it likely.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

from desk.distance import distance_km
from desk.outages.score import (
    DETECTED,
    NEAR_KM,
    Nearby,
    Predicted,
    is_near,
    pair,
    predictions,
    suspicions,
)
from desk.outages.told import Told, ToldPost
from desk.outages.truth import FEWEST_AUTHORS, Known, TrueOutage, TruePost, authors

SHOWN_POSTS = 10

Miss = Literal["not labelled", "not located", "not clustered"]
Mistake = Literal[
    "trap", "not a report", "general", "wrong place", "after the end", "second", "few authors"
]
MISTAKES: tuple[Mistake, ...] = get_args(Mistake)


class Missed(msgspec.Struct, frozen=True, rename={"with_": "with"}):
    """A true outage that counts and was not found.

    `posted` people reported it and said where; `labelled` and `located` are those of them who came
    through that step as well. `with_` is another true outage of the same place and time which the
    desk found: it told of both as one. `suspected`: it told of one, but never as likely. `posts`
    are reports that the step of `reason` lost, or that the clustering had.
    """

    outage: str
    communities: tuple[str, ...]
    reason: Miss
    posted: int
    labelled: int
    located: int
    with_: str | None
    suspected: bool
    posts: tuple[str, ...]


class Mistaken(msgspec.Struct, frozen=True):
    """A predicted outage that is none of the true ones that count.

    `made_of` counts the posts that were its evidence when it became likely, by what is wrong with
    them; `reason` is what most of them are. `outages` are the true ones that they speak of, `traps`
    counts those of each trap, `posts` are those of `reason`.
    """

    outage: str
    communities: tuple[str, ...]
    reason: Mistake
    made_of: dict[str, int]
    outages: tuple[str, ...]
    traps: dict[str, int]
    posts: tuple[str, ...]


class Few(msgspec.Struct, frozen=True):
    """True outages that don't count: nobody reported them, or fewer than `FEWEST_AUTHORS` did."""

    nobody_posted: int
    few_posted: int


class Why(msgspec.Struct, frozen=True):
    """What limits the score: each miss and each mistake, and how many there are of each reason."""

    missed: tuple[Missed, ...]
    false: tuple[Mistaken, ...]
    missed_for: dict[str, int]
    false_for: dict[str, int]
    not_counted: Few


def why(told: Told, known: Known) -> Why:
    """What limits the score of what a desk `told`, its posts included, against all of the truth."""
    true = known.truth().outages
    predicted = predictions(told.changes)
    pairs = pair(predicted, true)
    found = set(pairs.values())
    reports = known.reports()
    nearby = Nearby(true)
    instead: dict[int, str] = {}
    for number, guess in enumerate(predicted):
        for index in nearby.near(guess) if number in pairs else ():
            instead.setdefault(index, true[pairs[number]].id)
    suspected = {index for guess in suspicions(told.changes) for index in nearby.near(guess)}
    missed = tuple(
        _missed(real, reports[real.id], told, instead.get(index), index in suspected)
        for index, real in enumerate(true)
        if index not in found
    )
    judge = _Judge(told, known)
    false = tuple(
        judge.mistaken(one) for number, one in enumerate(predicted) if number not in pairs
    )
    counts = [authors(reports.get(real.id, ())) for real in known.outages]
    return Why(
        missed,
        false,
        dict(Counter(miss.reason for miss in missed).most_common()),
        dict(Counter(mistake.reason for mistake in false).most_common()),
        Few(counts.count(0), sum(0 < count < FEWEST_AUTHORS for count in counts)),
    )


def _missed(
    real: TrueOutage,
    posted: Sequence[TruePost],
    told: Told,
    instead: str | None,
    suspected: bool,
) -> Missed:
    labelled = [post for post in posted if "outage" in _labels(told, post.id)]
    located = [post for post in labelled if _is_at(told.posts[post.id], real)]
    reason: Miss = "not clustered"
    lost = located
    if authors(labelled) < FEWEST_AUTHORS:
        reason, lost = "not labelled", [post for post in posted if post not in labelled]
    elif authors(located) < FEWEST_AUTHORS:
        reason, lost = "not located", [post for post in labelled if post not in located]
    return Missed(
        outage=real.id,
        communities=real.communities,
        reason=reason,
        posted=authors(posted),
        labelled=authors(labelled),
        located=authors(located),
        with_=instead,
        suspected=suspected,
        posts=tuple(post.id for post in lost[:SHOWN_POSTS]),
    )


def _labels(told: Told, id_: str) -> tuple[str, ...]:
    post = told.posts.get(id_)
    return post.labels if post else ()


def _is_at(post: ToldPost, real: TrueOutage) -> bool:
    spot = post.location
    if spot is None:
        return False
    near = distance_km(spot.lat, spot.lon, real.lat, real.lon) <= NEAR_KM
    return near or spot.community in real.communities


class _Judge:
    """Says of posts that made a false outage what is wrong with them."""

    def __init__(self, told: Told, known: Known) -> None:
        self._known = known
        self._true = {real.id: real for real in known.outages}
        self._counting = {real.id for real in known.truth().outages}
        self._evidence: dict[str, tuple[str, ...]] = {}
        for change in told.changes:
            if change.status in DETECTED:
                self._evidence.setdefault(change.id, change.evidence)

    def mistaken(self, guess: Predicted) -> Mistaken:
        """What the false outage `guess` was made of."""
        kinds: dict[Mistake, list[str]] = {}
        outages: dict[str, None] = {}
        traps: Counter[str] = Counter()
        for id_ in self._evidence[guess.id]:
            post = self._known.posts.get(id_)
            kinds.setdefault(self._mistake(post, guess), []).append(id_)
            if post is not None and post.outage is not None:
                outages[post.outage] = None
            if post is not None and post.trap is not None:
                traps[post.trap] += 1
        made_of: dict[str, int] = {k: len(kinds[k]) for k in MISTAKES if k in kinds}
        reason = max(kinds, key=lambda kind: len(kinds[kind]), default=MISTAKES[0])
        return Mistaken(
            outage=guess.id,
            communities=tuple(sorted(guess.communities)),
            reason=reason,
            made_of=made_of,
            outages=tuple(outages),
            traps=dict(traps.most_common()),
            posts=tuple(kinds.get(reason, [])[-SHOWN_POSTS:]),
        )

    def _mistake(self, post: TruePost | None, guess: Predicted) -> Mistake:
        if post is not None and post.trap is not None:
            return "trap"
        if post is None or post.outage is None:
            return "general" if post is not None and "outage" in post.labels else "not a report"
        real = self._true[post.outage]
        if not is_near(guess, real):
            return "wrong place"
        if real.restored_at is not None and guess.likely_at > real.restored_at:
            return "after the end"
        return "second" if real.id in self._counting else "few authors"
