"""Speed in one interleaved run; recall and false hits over the same posts for every tool."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from statistics import median
from time import process_time

import msgspec
from matchers import CONTENDERS, OURS, Matcher, Ours
from workload import WRITTEN, Case, Workload

SLICE_POSTS = 256
TURN_POSTS = 4 * SLICE_POSTS
"""Posts that a tool reads before the next one has its turn; slow ones read the first few of them.
In turns of one slice, each tool began with the caches full of another's tables, which no user's
tool does."""

Turn = list[float]
"""CPU seconds a post, slice by slice."""


class Speed(msgspec.Struct, frozen=True):
    """How fast a tool reads posts that it has not seen, on one core.

    `posts_per_s` is the median over slices; `first_pass_per_s` the whole pass, cold start included;
    `engine_times` how often the engine reads a post while the tool reads it once: the median over
    the turns, with the least and the most of a round. `posts` is what the tool read in all rounds.
    """

    tool: str
    posts: int
    posts_per_s: float
    first_pass_per_s: float
    engine_times: float
    engine_times_least: float
    engine_times_most: float
    load_s: float


class Quality(msgspec.Struct, frozen=True):
    """What a tool finds: shares of posts, by kind of damage, and false hits.

    `near_word` is the share of posts given the label of a phrase that they only resemble, `clean`
    the share of posts of chance words given any label, `wrong` the share of damaged posts given a
    label more than the one they should have, which some phrases of several rules rightly give.
    `posts` tells how many posts of each kind there were.
    """

    tool: str
    recall: float
    by_kind: dict[str, float]
    posts: dict[str, int]
    near_word: float
    clean: float
    wrong: float


class Race:
    """The tools that are installed, ready to read posts of a workload."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self.matchers: dict[str, Matcher] = {}
        self.load_s: dict[str, float] = {}
        self.missing: dict[str, str] = {}
        self._reads = {OURS: TURN_POSTS}
        self.renew()
        for name, (make, reads) in CONTENDERS.items():
            try:
                self._make(name, partial(make, workload.phrases))
            except ImportError as error:
                self.missing[name] = error.name or str(error)
            else:
                self._reads[name] = min(reads, TURN_POSTS)

    def renew(self) -> None:
        """An engine that has seen nothing."""
        self._make(OURS, partial(Ours, self._workload.packs))

    def _make(self, name: str, make: Callable[[], Matcher]) -> None:
        started = process_time()
        self.matchers[name] = make()
        self.load_s[name] = process_time() - started

    def speeds(self, posts: int, rounds: int) -> list[Speed]:
        """The speed of each tool over `rounds` rounds of `posts` new posts."""
        stream = self._workload.posts().texts(posts * rounds)
        costs_s: dict[str, list[list[Turn]]] = {name: [] for name in self.matchers}
        for _ in range(rounds):
            texts = list(islice(stream, posts))
            self.renew()
            gc.unfreeze()
            gc.collect()
            # What was made before the race is not searched for garbage in the midst of it:
            # else every tool would pay for the objects of all others.
            gc.freeze()
            for name, costs in self._round(texts).items():
                costs_s[name].append(costs)
        gc.unfreeze()
        return [self._speed(name, costs, costs_s[OURS]) for name, costs in costs_s.items()]

    def _round(self, texts: Sequence[str]) -> dict[str, list[Turn]]:
        """Of each tool what its turns cost."""
        costs: dict[str, list[Turn]] = {name: [] for name in self.matchers}
        names = list(self.matchers)
        for number, at in enumerate(range(0, len(texts) - TURN_POSTS + 1, TURN_POSTS)):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                part = texts[at : at + self._reads[name]]
                costs[name].append(_turn(self.matchers[name], part))
        return costs

    def _speed(
        self, name: str, rounds: Sequence[Sequence[Turn]], ours: Sequence[Sequence[Turn]]
    ) -> Speed:
        costs = [cost for turns in rounds for turn in turns for cost in turn]
        times = [
            [median(turn) / median(own) for turn, own in zip(turns, of_engine, strict=True)]
            for turns, of_engine in zip(rounds, ours, strict=True)
        ]
        of_rounds = [median(each) for each in times]
        return Speed(
            tool=name,
            posts=self._reads[name] * sum(map(len, rounds)),
            posts_per_s=1 / median(costs),
            first_pass_per_s=len(costs) / sum(costs),
            engine_times=median(ratio for each in times for ratio in each),
            engine_times_least=min(of_rounds),
            engine_times_most=max(of_rounds),
            load_s=self.load_s[name],
        )

    def qualities(
        self, cases: Sequence[Case], near: Sequence[Case], clean: Sequence[str]
    ) -> list[Quality]:
        """What each tool finds in the same posts."""
        return [
            _quality(name, matcher, cases, near, clean) for name, matcher in self.matchers.items()
        ]


def _turn(matcher: Matcher, texts: Sequence[str]) -> Turn:
    turn = []
    for at in range(0, len(texts), SLICE_POSTS):
        part = texts[at : at + SLICE_POSTS]
        started = process_time()
        matcher.labels(part)
        turn.append((process_time() - started) / len(part))
    return turn


def _quality(
    name: str, matcher: Matcher, cases: Sequence[Case], near: Sequence[Case], clean: Sequence[str]
) -> Quality:
    given = matcher.labels([case.text for case in cases])
    found: dict[str, list[bool]] = {}
    wrong = []
    for case, labels in zip(cases, given, strict=True):
        found.setdefault(case.kind, []).append(case.label in labels)
        wrong.append(bool(set(labels) - {case.label}))
    by_kind = {kind: _share(hits) for kind, hits in found.items()}
    damaged = [hit for kind, hits in found.items() if kind != WRITTEN for hit in hits]
    of_near = matcher.labels([case.text for case in near])
    return Quality(
        tool=name,
        recall=_share(damaged),
        by_kind=by_kind,
        posts={
            **{kind: len(hits) for kind, hits in found.items()},
            "near word": len(near),
            "clean post": len(clean),
        },
        near_word=_share([case.label in got for case, got in zip(near, of_near, strict=True)]),
        clean=_share([bool(got) for got in matcher.labels(clean)]),
        wrong=_share(wrong),
    )


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
