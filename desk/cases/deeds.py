"""What people did to cases, with what it needs to be taken back, the last first.

A case is then as if the deed had never been done: as it was before, with what came since. A reply
that went out can't be taken back, nor what was done before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from desk.cases.action import CaseAction
from desk.cases.case import Case
from desk.cases.joining import joined, woken
from desk.cases.memory import Memory
from desk.errors import CaseError
from desk.post import LabelledPost
from rules.verdict import URGENCY

DEEDS = 1000
"""Deeds that can be taken back, over all cases; older ones stand."""

ReadPosts = Callable[[str, Sequence[str]], list[LabelledPost]]
"""The posts of a channel that have these ids, the oldest first."""

_replace = msgspec.structs.replace


class Deed(msgspec.Struct, frozen=True):
    """An act, at event time `at`, that can be taken back.

    The cases that it touched are held as they were `before` (None: there was none) and `after`.
    """

    number: int
    at: datetime
    action: CaseAction
    words: str
    before: dict[str, Case | None]
    after: dict[str, Case]


class Deeds:
    """The deeds that can be taken back."""

    def __init__(self) -> None:
        self.number = 0
        self._deeds: dict[int, Deed] = {}
        self._of_case: dict[str, list[int]] = {}
        self._dirty: set[int] = set()

    def add(
        self,
        action: CaseAction,
        at: datetime,
        words: str,
        before: dict[str, Case | None],
        after: dict[str, Case],
    ) -> int:
        """Keep a deed; its number."""
        self.number += 1
        self._hold(Deed(self.number, at, action, words, before, after))
        self._dirty.add(self.number)
        if len(self._deeds) > DEEDS:
            self.forget(self._deeds[next(iter(self._deeds))])
        return self.number

    def last(self, case: str) -> Deed | None:
        """The newest deed that touched a case and can be taken back."""
        numbers = self._of_case.get(case)
        return self._deeds[numbers[-1]] if numbers else None

    def forget(self, deed: Deed) -> None:
        """Let go of a deed: it was taken back, or can no longer be."""
        del self._deeds[deed.number]
        self._dirty.add(deed.number)
        for case in deed.before:
            self._of_case[case].remove(deed.number)
            if not self._of_case[case]:
                del self._of_case[case]

    def stand(self, case: str) -> None:
        """Everything that was done to a case stands from now on."""
        while (deed := self.last(case)) is not None:
            self.forget(deed)

    def dirty(self) -> Iterator[tuple[int, Deed | None]]:
        """The deeds that changed since the last call, by number."""
        for number in sorted(self._dirty):
            yield number, self._deeds.get(number)
        self._dirty.clear()

    def restore(self, deeds: Iterable[Deed], number: int) -> None:
        """Go on with the deeds that were stored, after `number` of them all."""
        self.number = number
        for deed in sorted(deeds, key=lambda deed: deed.number):
            self._hold(deed)

    def _hold(self, deed: Deed) -> None:
        self._deeds[deed.number] = deed
        for case in deed.before:
            self._of_case.setdefault(case, []).append(deed.number)


def check_last(deeds: Deeds, case: str) -> Deed:
    """The deed that is to be taken back of a case.

    Raises:
        CaseError: there is none, or another one must be taken back first.
    """
    deed = deeds.last(case)
    if deed is None:
        raise CaseError("nothing was done to this case that could be taken back")
    for other in deed.before:
        last = deeds.last(other)
        if last is not None and last.number > deed.number:
            raise CaseError(
                f"'{deed.words}' can't be taken back before what {last.action.by} did to {other}"
                f" since ({last.words}): take that back first"
            )
    return deed


def take_back(memory: Memory, deed: Deed, read: ReadPosts) -> None:
    """Let the cases of a deed be as if it had not been done, with the posts that came since."""
    if deed.action.kind in ("merge", "split"):
        _part_again(memory, deed, read)
        return
    for id_, before in deed.before.items():
        assert before is not None
        memory.put(_before(before, deed.after[id_], memory.cases[id_]))


def _before(before: Case, after: Case, current: Case) -> Case:
    """What people had said of a case, with what posts have said since."""
    came = current.posts != after.posts
    labels = {*current.labels}
    if before.mended != after.mended:
        labels = {*before.labels, *(labels - {*after.labels})}
    waits = [at for at in (before.waiting_since, current.waiting_since) if at is not None]
    case = _replace(
        current,
        state=before.state,
        agent=before.agent,
        taken_at=before.taken_at,
        touched_at=before.touched_at,
        snoozed_until=before.snoozed_until,
        tags=before.tags,
        labels=tuple(sorted(labels, key=URGENCY.__getitem__)),
        mended=before.mended,
        answered_at=before.answered_at,
        loop=current.loop if before.loop == after.loop else before.loop,
        contacts=before.contacts + current.contacts - after.contacts,
        waiting_since=min(waits) if came and waits else before.waiting_since,
    )
    return _replace(case, state=woken(case), snoozed_until=None) if came else case


def _part_again(memory: Memory, deed: Deed, read: ReadPosts) -> None:
    """Undo a merge or a split: posts that came since stay, or go back to the whole."""
    cases = {id_: memory.cases[id_] for id_ in deed.before}
    came = {
        id_: tuple(post for post in case.posts if post not in deed.after[id_].posts)
        for id_, case in cases.items()
    }
    whole, other = deed.before
    if deed.before[other] is None:
        memory.remove(other)
        came[whole] += came.pop(other)
    for id_, before in deed.before.items():
        if before is None:
            continue
        current = cases[id_]
        case = _replace(before, loop=current.loop and before.promised is not None)
        for post in read(case.channel, came[id_]):
            case = joined(case, post, max(post.created_at, deed.at))
        memory.put(case)
