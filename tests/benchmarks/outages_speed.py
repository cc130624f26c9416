"""How fast posts are located and clustered on one core, and what a million of them leave in memory.

Each storm is read once by a desk that knows nothing of it. Only process time counts; of several
rounds the fastest, for the others were disturbed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from time import process_time

import msgspec
import psutil
from outages_days import Kept

from desk.clock import EventClock
from desk.outages import Outages, evidence
from desk.outages.cluster import Heard
from desk.outages.words import Words
from desk.places import Locator
from desk.post import LabelledPost, Post, labelled
from rules import Verdict

ROUNDS = 3
MUST_LOCATE, MUST_CLUSTER = 50_000, 300_000
MILLION, EVERY = 1_000_000, 200_000

Told = tuple[Post, Verdict]
Seen = tuple[LabelledPost, datetime]


class Speed(msgspec.Struct, frozen=True):
    """Of a storm: its labelled posts, the located ones (reports), and how many a second.

    `clustered` have their words read where the clustering asks for it, of `read` posts;
    `clustered_only` were read before.
    """

    storm: str
    seed: int
    posts: int
    reports: int
    read: int
    changes: int
    located: float
    clustered: float
    clustered_only: float


class Held(msgspec.Struct, frozen=True):
    """Resident memory of the process in MB after so many posts."""

    posts: int
    mb: float
    outages: int


class _Noted(Words):
    """Reads, and remembers what it read."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.times: dict[tuple[str, int], Heard] = {}
        self.texts: dict[str, list[int]] = {}

    def dated(self, heard: Heard, post: LabelledPost) -> Heard:
        found = self.times[post.id, heard.at_s] = self._words.dated(heard, post)
        return found

    def bands(self, post: LabelledPost) -> list[int]:
        found = self.texts[post.id] = self._words.bands(post)
        return found


class _Told(Words):
    """Knows what was read before."""

    def __init__(self, noted: _Noted) -> None:
        self._noted = noted

    def dated(self, heard: Heard, post: LabelledPost) -> Heard:
        return self._noted.times[post.id, heard.at_s]

    def bands(self, post: LabelledPost) -> list[int]:
        return self._noted.texts[post.id]


def speeds(days: Iterator[Kept]) -> Iterator[Speed]:
    """The speed of each day."""
    for day in days:
        posts = list(_labelled(day))
        rounds = [_locate(day, posts) for _ in range(ROUNDS)]
        reports = [each for each in rounds[0][1] if each[0].location is not None]
        noted = _Noted(Outages(day.territory())._words)
        changes, _ = _cluster(day, reports, noted)
        whole_s = min(_cluster(day, reports)[1] for _ in range(ROUNDS))
        only_s = min(_cluster(day, reports, _Told(noted))[1] for _ in range(ROUNDS))
        yield Speed(
            storm=day.name,
            seed=day.seed,
            posts=len(posts),
            reports=len(reports),
            read=len(noted.times),
            changes=changes,
            located=len(posts) / min(cpu_s for cpu_s, _ in rounds),
            clustered=len(reports) / whole_s,
            clustered_only=len(reports) / only_s,
        )


def _locate(day: Kept, posts: Sequence[Told]) -> tuple[float, list[Seen]]:
    """CPU seconds to locate and remember, without those to put posts and locations together."""
    locator, clock = Locator(day.territory()), EventClock()
    seen: list[Seen] = []
    with _undisturbed():
        begin_s = process_time()
        for post, verdict in posts:
            one = labelled(post, verdict.labels, (), locator.locate(post))
            locator.remember(one)
            clock.advance(post.created_at, post.author_key)
            seen.append((one, clock.now or post.created_at))
        mid_s = process_time()
        clock = EventClock()
        for post, verdict in posts:
            labelled(post, verdict.labels, (), None)
            clock.advance(post.created_at, post.author_key)
        end_s = process_time()
    return (mid_s - begin_s) - (end_s - mid_s), seen


def _cluster(day: Kept, reports: Sequence[Seen], words: Words | None = None) -> tuple[int, float]:
    """How many changes the reports bring about, and in how many CPU seconds."""
    desk = Outages(day.territory())
    if words is not None:
        desk._words = words
    evidence._person.cache_clear()
    changes = 0
    with _undisturbed():
        begin_s = process_time()
        for post, now in reports:
            changes += len(desk.observe(post, now))
        cpu_s = process_time() - begin_s
    return changes, cpu_s


class _undisturbed:  # noqa: N801  read as a word of a sentence
    """The collector does not walk what the measurement holds."""

    def __enter__(self) -> None:
        gc.collect()
        gc.freeze()

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()


def held(days: Sequence[Kept], posts: int = MILLION, every: int = EVERY) -> Iterator[Held]:
    """Memory as days follow each other until so many posts are located and clustered.

    All are in the territory of the first. Where they are told again, it is days later, by others.
    """
    territory = days[0].territory()
    locator, desk, clock = Locator(territory), Outages(territory), EventClock()
    process = psutil.Process()
    kept = [list(_labelled(day)) for day in days]
    done = 0
    for again in count():
        for number, told in enumerate(kept):
            later = timedelta(days=4 * (again * len(days) + number))
            for post, verdict in _anew(told, later, f"{again}-{number}-"):
                one = labelled(post, verdict.labels, (), locator.locate(post))
                locator.remember(one)
                clock.advance(post.created_at, post.author_key)
                desk.observe(one, clock.now or post.created_at)
                done += 1
                if done % every == 0:
                    gc.collect()
                    mb = process.memory_info().rss / 1e6
                    yield Held(done, round(mb, 1), len(desk._memory.clusters))
                if done >= posts:
                    return


def _labelled(day: Kept) -> Iterator[Told]:
    for batch, verdicts in day.labelled():
        for post, verdict in zip(batch, verdicts, strict=True):
            if verdict.labels:
                yield post, verdict


def _anew(told: Sequence[Told], later: timedelta, before: str) -> Iterator[Told]:
    """The same posts, later and by others."""
    for post, verdict in told:
        at, author = post.created_at + later, post.author
        if author is not None:
            author = msgspec.structs.replace(author, id=before + author.id)
        new = msgspec.structs.replace(post, id=before + post.id, created_at=at, author=author)
        yield new, verdict


def speed_lines(found: Sequence[Speed]) -> Iterator[str]:
    """The table, for people."""
    yield (
        f"{'storm':14} {'seed':>4} {'posts':>8} {'reports':>8} {'read':>8} {'changes':>8}"
        f" {'locate/s':>9} {'cluster/s':>10} {'words read before':>18}"
    )
    for each in found:
        yield (
            f"{each.storm:14} {each.seed:4} {each.posts:8,} {each.reports:8,} {each.read:8,}"
            f" {each.changes:8,} {each.located:9,.0f} {each.clustered:10,.0f}"
            f" {each.clustered_only:18,.0f}"
        )
    posts, reports = sum(each.posts for each in found), sum(each.reports for each in found)
    locate = posts / sum(each.posts / each.located for each in found)
    only = reports / sum(each.reports / each.clustered_only for each in found)
    yield _must("locate labelled posts/s of one core", locate, MUST_LOCATE)
    yield _must("cluster reports/s of one core, words read before", only, MUST_CLUSTER)


def memory_line(at: Held) -> str:
    """A line of the table of memory, for people."""
    return f"{at.posts:9,} posts: {at.mb:7,.1f} MB, {at.outages:,} outages in memory"


def _must(what: str, reached: float, needed: float) -> str:
    verdict = "reached" if reached >= needed else "NOT reached"
    return f"must: {what} >= {needed:,}: {verdict}, {reached:,.0f}"
