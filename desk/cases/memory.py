"""The cases that a desk has in memory, by all that they are looked up by.

Whatever is looked up follows from the cases, so a restart changes nothing. `version` counts the
changes of all cases together: the order in which cases changed last can be had from it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

import msgspec

from desk.cases.alarms import Alarms
from desk.cases.case import Case
from desk.cases.joining import POSTS_HELD
from desk.cases.line import Line, Turn
from desk.cases.promise import PROMISED, SKIPPED, WAITING, Promise
from rules.verdict import LABELS, URGENCY

DONE = len(LABELS)
"""Cases with nothing to do leave memory first, then those that wait by label, praise first."""

_replace = msgspec.structs.replace


class Memory:
    """Cases and their look-ups; all go by `promise`."""

    def __init__(self, promise: Promise) -> None:
        self.promise = promise
        self.cases: dict[str, Case] = {}
        self.line = Line()
        self.late: set[str] = set()
        self.number = 0
        self.changed: dict[str, None] = {}
        self.dirty: set[str] = set()
        self.gone: dict[str, Case | None] = {}
        self._turns: dict[str, Turn] = {}
        self._of_post: dict[str, dict[str, str]] = {}  # by channel: keys of two take as much again
        self._of_author: dict[str, str | tuple[str, ...]] = {}  # of nearly all there is one case
        self._of_outage: dict[str, dict[str, None]] = {}
        self._of_community: dict[str, dict[str, None]] = {}
        self._quiet: tuple[dict[str, None], ...] = tuple({} for _ in range(DONE + 1))
        self.alarms = Alarms()

    # What is looked up

    def of_post(self, channel: str, post: str) -> str | None:
        """The id of the case that a post is in."""
        return self._of_post.get(channel, {}).get(post)

    def of_author(self, author_key: str) -> list[Case]:
        """The cases that an author has opened, the newest first; none that was merged."""
        ids = self._of_author.get(author_key, ())
        if isinstance(ids, str):
            return [self.cases[ids]]
        own = [self.cases[id_] for id_ in ids]
        return sorted(own, key=lambda case: (case.opened_at, case.id), reverse=True)

    def of_outage(self, outage: str) -> list[Case]:
        """The cases whose customers speak of an outage."""
        return [self.cases[id_] for id_ in self._of_outage.get(outage, ())]

    def of_community(self, community: str) -> list[Case]:
        """The cases that were last heard of in a community."""
        return [self.cases[id_] for id_ in self._of_community.get(community, ())]

    def skipped(self) -> int:
        """How many waiting cases the mode leaves for later."""
        return len(self.line) - self.line.before((SKIPPED,))

    # What changes

    def put(self, case: Case) -> Case:
        """Hold a case that is new or has changed, as it now is."""
        self.number += 1
        case = _replace(case, version=self.number, due_at=self.promise.due(case))
        self._index(case)
        self.changed[case.id] = None
        self.dirty.add(case.id)
        self.gone.pop(case.id, None)
        return case

    def restore(self, cases: Iterable[Case]) -> None:
        """Hold the cases that were stored."""
        for case in sorted(cases, key=lambda case: case.version):
            self.number = max(self.number, case.version)
            self._index(_replace(case, due_at=self.promise.due(case)))

    def let_go(self, held: int) -> None:
        """Let the cases that matter least leave memory, until `held` are left."""
        for quiet in reversed(self._quiet):
            # all at once: to find the first key of a dict again passes over all that were deleted
            for id_ in list(islice(quiet, max(len(self.cases) - held, 0))):
                case = self.cases[id_]
                self._forget(case)
                self.gone[id_] = case

    def remove(self, id_: str) -> None:
        """Take a case out for good, as if it had never been."""
        self._forget(self.cases[id_])
        self.gone[id_] = None

    def promise_anew(self, now: datetime) -> None:
        """Go by the promise again: it has changed."""
        self.late.clear()
        self.alarms.clear()
        self._turns.clear()
        for id_, old in self.cases.items():
            case = _replace(old, due_at=self.promise.due(old))
            self.cases[id_] = case
            if case.state in WAITING:
                self._turns[id_] = self.promise.turn(case)
                self.changed[id_] = None
            if case.due_at is not None and case.due_at <= now and self._promised(case):
                self.late.add(id_)
            self._set_alarm(case)
        self.line = Line(self._turns.values())

    def rung(self, now: datetime) -> Iterator[Case]:
        """The cases for which something falls due up to `now`, in order; each must be handled."""
        while (id_ := self.alarms.rung(now)) is not None:
            yield self.cases[id_]

    def note_late(self, case: Case) -> None:
        """A case is past its promise."""
        self.late.add(case.id)
        self.changed[case.id] = None
        self._set_alarm(case)

    # How look-ups are kept

    def _index(self, case: Case) -> None:
        old = self.cases.get(case.id)
        self.cases[case.id] = case
        self._index_posts(case, old.posts if old else ())
        if old is None or old.merged_into != case.merged_into:
            self._index_author(case)
        before = (old.outage, old.community) if old else (None, None)
        if before != (case.outage, case.community):
            _move(self._of_outage, case.id, before[0], case.outage)
            _move(self._of_community, case.id, before[1], case.community)
        if old is None or old.version != case.version:
            if old is not None:
                del self._quiet[_rank(old)][case.id]
            self._quiet[_rank(case)][case.id] = None
        self._line_up(case)
        if case.id in self.late and (
            old is None or old.due_at != case.due_at or not self._promised(case)
        ):
            self.late.discard(case.id)
        self._set_alarm(case)

    def _index_posts(self, case: Case, before: tuple[str, ...]) -> None:
        posts = case.posts
        if posts is before:
            return
        own = self._of_post.setdefault(case.channel, {})
        if not before and len(posts) == 1:
            own[posts[0]] = case.id
            return
        if posts[:-1] == before[-POSTS_HELD + 1 :]:
            gone, new = before[: len(before) + 1 - len(posts)], posts[-1:]
        else:
            gone, new = tuple(set(before) - set(posts)), posts
        for post in gone:
            if own.get(post) == case.id:
                del own[post]
        for post in new:
            own[post] = case.id

    def _index_author(self, case: Case) -> None:
        known = self._of_author.get(case.author_key, ())
        own = [id_ for id_ in ((known,) if isinstance(known, str) else known) if id_ != case.id]
        if case.merged_into is None and case.id in self.cases:
            own.append(case.id)
        if own:
            self._of_author[case.author_key] = own[0] if len(own) == 1 else tuple(own)
        else:
            self._of_author.pop(case.author_key, None)

    def _line_up(self, case: Case) -> None:
        turn = self.promise.turn(case) if case.state in WAITING else None
        before = self._turns.get(case.id)
        if turn == before:
            return
        if before is not None:
            self.line.remove(before)
            del self._turns[case.id]
        if turn is not None:
            self.line.add(turn)
            self._turns[case.id] = turn

    def _promised(self, case: Case) -> bool:
        return case.state in PROMISED and case.due_at is not None and not self.promise.skips(case)

    def _set_alarm(self, case: Case) -> None:
        at = case.due_at if self._promised(case) and case.id not in self.late else None
        if case.agent is not None or case.state == "snoozed":
            times = (at, self.promise.returns_at(case), case.snoozed_until)
            at = min((one for one in times if one is not None), default=None)
        self.alarms.set(case.id, at)

    def _forget(self, case: Case) -> None:
        id_ = case.id
        del self.cases[id_]
        posts = self._of_post.get(case.channel, {})
        for post in case.posts:
            if posts.get(post) == id_:
                del posts[post]
        self._index_author(case)
        _move(self._of_outage, id_, case.outage, None)
        _move(self._of_community, id_, case.community, None)
        self._quiet[_rank(case)].pop(id_, None)
        turn = self._turns.pop(id_, None)
        if turn is not None:
            self.line.remove(turn)
        self.late.discard(id_)
        self.alarms.set(id_, None)
        self.dirty.discard(id_)
        self.changed[id_] = None


def _rank(case: Case) -> int:
    """How soon a case may leave memory: what somebody is at work on, last of all."""
    if case.state in ("mine", "operations", "snoozed"):
        return 0
    done = case.state in ("answered", "closed") and case.promised is None
    return DONE if done else URGENCY.get(case.label, URGENCY["news"])


def _move(index: dict[str, dict[str, None]], id_: str, old: str | None, new: str | None) -> None:
    if old == new:
        return
    if old is not None and old in index:
        index[old].pop(id_, None)
        if not index[old]:
            del index[old]
    if new is not None:
        index.setdefault(new, {})[id_] = None
