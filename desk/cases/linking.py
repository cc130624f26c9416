"""Which outage the customers of a case speak of, followed as outages begin, merge, part and end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from desk.cases.case import Case
from desk.cases.joining import woken
from desk.cases.memory import Memory
from desk.cases.promise import WAITING
from desk.outages import ENDED, OutageChange

OutageAt = Callable[[str, datetime], str | None]
"""The outage of a community at a time."""

ABOUT = frozenset(("hazard", "vulnerable", "outage", "restored", "damage", "etr"))
"""Labels of posts that speak of an outage where there is one."""

_replace = msgspec.structs.replace


class Linked:
    """Keeps the outages of cases; `_known` are the communities of the live ones."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known: dict[str, tuple[str, ...]] = {}

    def restore(self, outages: Iterable[OutageChange]) -> None:
        """Go on with the outages as they are: cases follow them already."""
        live = (outage for outage in outages if outage.status not in ENDED)
        self._known = {outage.id: outage.communities for outage in live}

    def follow(self, changes: Iterable[OutageChange], outage_at: OutageAt) -> None:
        """Let cases follow `changes`; a growing outage that stays where it is costs nothing."""
        for change in changes:
            before = self._known.get(change.id)
            live = change.status not in ENDED
            if live and before == change.communities:
                continue
            if live:
                self._known[change.id] = change.communities
            else:
                self._known.pop(change.id, None)
            if change.merged_into is not None:
                self._move(change.id, change.merged_into)
            self._look_again({*change.communities, *(before or ())}, outage_at)
            self._tell(change)

    def forget(self) -> None:
        """No case is of any outage."""
        self._known.clear()
        for case in list(self._memory.cases.values()):
            if case.outage is not None:
                self._memory.put(_replace(case, outage=None, loop=False))

    def _move(self, outage: str, into: str) -> None:
        for case in self._memory.of_outage(outage):
            self._memory.put(_replace(case, outage=into))

    def _look_again(self, communities: Iterable[str], outage_at: OutageAt) -> None:
        for community in sorted(communities):
            for case in self._memory.of_community(community):
                if ABOUT.isdisjoint(case.labels):
                    continue
                outage = outage_at(community, case.updated_at)
                if outage is not None and outage != case.outage:
                    self._memory.put(_replace(case, outage=outage))

    def _tell(self, change: OutageChange) -> None:
        """Whoever was promised a time is to be told once power is back, and not before."""
        loop = change.status == "restored"
        for case in self._memory.of_outage(change.id):
            if case.promised is not None and case.loop != loop:
                self._memory.put(_to_tell(case, change.at) if loop else _not_to_tell(case))


def _to_tell(case: Case, at: datetime) -> Case:
    """`case` back in the queue: its customer is to be told that power is back."""
    if case.state not in ("answered", "customer", "closed"):
        return _replace(case, loop=True)
    taken = at if case.agent is not None else None
    return _replace(case, loop=True, state=woken(case), waiting_since=at, taken_at=taken)


def _not_to_tell(case: Case) -> Case:
    """`case` as it was before: power has gone again, and the customer has written nothing since."""
    if case.state not in WAITING or case.contacts:
        return _replace(case, loop=False)
    return _replace(case, loop=False, state="answered", waiting_since=None)
