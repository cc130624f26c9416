"""All cases: opened and joined by labelled posts, and the queue of those that wait.

A post joins the case of the thread that it answers, or of its author, in the same channel; else it
opens one. The queue is in the order of a storm desk: dangers and people at risk first, then by
label, then by waiting. Headlines and reposts open nothing: nobody there waits for an answer.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from desk.cases.case import Case
from desk.post import LabelledPost
from rules.verdict import URGENCY

QUIET = timedelta(days=3)
"""An author who writes again after this long writes about something else."""

POSTS_HELD = 50
"""Posts of a case known by id, the newest; nobody reads more before answering."""

TEXT_HELD = 500
"""Code points of the newest post kept for the queue: one of 1 MB is read from the store."""

CASES_HELD = 50_000
"""Cases in memory: days of a storm. Beyond a tenth more, the least urgent leave memory, those that
were quiet longest first; the store keeps them."""


class Cases:
    """All cases that wait for an agent, in bounded memory."""

    def __init__(self, held: int = CASES_HELD) -> None:
        self._held = held
        self._cases: dict[str, Case] = {}
        self._of_author: dict[str, str] = {}
        self._of_post: dict[tuple[str, str], str] = {}
        self._line: list[tuple[int, datetime, str]] = []
        self._dirty: set[str] = set()

    @property
    def waiting(self) -> int:
        """How many cases wait for an agent."""
        return len(self._cases)

    def observe(self, post: LabelledPost) -> list[Case]:
        """Let `post` open or join a case; the case that changed, if any.

        A copy of a post changes nothing.
        """
        if "news" in post.labels or post.repost_of is not None or not post.labels:
            return []
        if (post.channel, post.id) in self._of_post:
            return []
        old = self._case_for(post)
        case = _opened(post) if old is None else _joined(old, post)
        if old is not None:
            self._remove(old)
        self._add(case)
        self._dirty.add(case.id)
        if len(self._cases) > self._held + self._held // 10:
            self._let_go()
        return [case]

    def queue(self, limit: int) -> list[Case]:
        """The first `limit` cases, the most urgent and then the longest waiting first."""
        return [self._cases[id_] for _, _, id_ in islice(self._line, limit)]

    def case_of(self, post: LabelledPost) -> str | None:
        """The id of the case that `post` is in."""
        return self._of_post.get((post.channel, post.id))

    def dirty(self) -> dict[str, bytes | None]:
        """The cases that changed since the last call: pieces to be stored under their ids."""
        changed = [self._cases[id_] for id_ in sorted(self._dirty)]
        self._dirty.clear()
        return {case.id: msgspec.json.encode(case) for case in changed}

    def restore(self, pieces: Iterable[bytes]) -> None:
        """Go on from the pieces that were stored; to be called once, before the first post."""
        cases = [msgspec.json.decode(piece, type=Case) for piece in pieces]
        for case in sorted(cases, key=lambda case: (case.opened_at, case.id)):
            self._add(case)
        if len(self._cases) > self._held:
            self._let_go()

    def _case_for(self, post: LabelledPost) -> Case | None:
        if post.reply_to is not None:
            thread = self._cases.get(self._of_post.get((post.channel, post.reply_to), ""))
            if thread is not None:
                return thread
        own = self._cases.get(self._of_author.get(post.author_key, ""))
        return own if own is not None and post.created_at - own.updated_at <= QUIET else None

    def _add(self, case: Case) -> None:
        self._cases[case.id] = case
        rival = self._cases.get(self._of_author.get(case.author_key, case.id), case)
        newest = max(case, rival, key=lambda c: (c.opened_at, c.id))
        self._of_author[case.author_key] = newest.id
        self._of_post.update(((case.channel, post), case.id) for post in case.posts)
        insort(self._line, _turn(case))

    def _remove(self, case: Case) -> None:
        del self._cases[case.id]
        del self._line[bisect_left(self._line, _turn(case))]
        for post in case.posts:
            del self._of_post[case.channel, post]
        if self._of_author.get(case.author_key) == case.id:
            del self._of_author[case.author_key]

    def _let_go(self) -> None:
        """Forget the least urgent cases that were quiet longest, once they are saved."""
        stay = sorted(self._cases.values(), key=lambda c: (_rank(c), -c.updated_at.timestamp()))
        for case in stay[self._held :]:
            if case.id not in self._dirty:
                self._remove(case)


def _rank(case: Case) -> int:
    return URGENCY[case.labels[0]]


def _turn(case: Case) -> tuple[int, datetime, str]:
    """Where a case stands in the queue."""
    return _rank(case), case.opened_at, case.id


def _opened(post: LabelledPost) -> Case:
    return Case(
        id=f"c-{post.channel}-{post.id}",
        opened_at=post.created_at,
        updated_at=post.created_at,
        channel=post.channel,
        author_key=post.author_key,
        author=_name(post),
        community=post.location.community if post.location else None,
        labels=post.labels,
        posts=(post.id,),
        text=post.text[:TEXT_HELD],
        exercise=post.exercise,
    )


def _joined(case: Case, post: LabelledPost) -> Case:
    """`case` with one more post; the newest one that names a place says where."""
    newer = post.created_at >= case.updated_at
    place = post.location.community if post.location else None
    return msgspec.structs.replace(
        case,
        updated_at=max(case.updated_at, post.created_at),
        community=place if place and (newer or case.community is None) else case.community,
        labels=tuple(sorted({*case.labels, *post.labels}, key=URGENCY.__getitem__)),
        posts=(*case.posts, post.id)[-POSTS_HELD:],
        text=post.text[:TEXT_HELD] if newer else case.text,
    )


def _name(post: LabelledPost) -> str:
    if post.author is None:
        return ""
    return post.author.handle or post.author.name or post.author.id
