"""Posts, and a desk of cases over them, as tests of cases share them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.cases import CaseAction, CaseDone, Cases
from desk.cases.case import Case
from desk.outages import OutageChange
from desk.post import Author, LabelledPost, Location

START = datetime(2031, 9, 4, 12, 0, tzinfo=UTC)
ALDER = Location("alder", 35.0, -79.0, 5.0, "text", 0.8)


def at(minute: float) -> datetime:
    """So many minutes after START."""
    return START + timedelta(minutes=minute)


def post(
    id_: str,
    minute: float = 0,
    who: str = "ann",
    labels: str = "outage",
    **more: Any,  # noqa: ANN401  any field of a post
) -> LabelledPost:
    """A labelled post of author `who`, `minute` minutes after START."""
    fields: dict[str, Any] = {
        "channel": "x",
        "author": Author(id=who, handle=f"@{who}"),
        "text": f"words of {id_}",
        "matches": (),
        "location": None,
    }
    return LabelledPost(
        id=id_, created_at=at(minute), labels=tuple(labels.split()), **(fields | more)
    )


class Town:
    """Cases, the posts that they are made of, and what a store would hold of them."""

    def __init__(self, held: int = 50_000, **more: Any) -> None:  # noqa: ANN401  of `Cases`
        self.posts: dict[tuple[str, str], LabelledPost] = {}
        self.states: dict[tuple[str, str], bytes] = {}
        self.journal: list[tuple[int, str]] = []
        self.now = START
        self._more: dict[str, Any] = {"held": held, "read": self.read, **more}
        self.cases = Cases(**self._more)

    def read(self, channel: str, ids: Sequence[str]) -> list[LabelledPost]:
        found = [self.posts[channel, id_] for id_ in ids if (channel, id_) in self.posts]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def pass_time(self, minute: float) -> None:
        self.now = max(self.now, at(minute))
        self.cases.pass_time(self.now)

    def see(self, *posts: LabelledPost, outage: str | None = None) -> Case | None:
        """Let posts come; the case of the last one."""
        case = None
        for one in posts:
            self.now = max(self.now, one.created_at)
            self.cases.pass_time(self.now)
            self.posts[one.channel, one.id] = one
            case = self.cases.observe(one, self.now, outage)
        return case

    def act(self, kind: str, case: str = "", by: str = "bea", **more: Any) -> CaseDone:  # noqa: ANN401
        """Let `by` act at the clock of now."""
        self.cases.pass_time(self.now)
        action: Any = {"kind": kind, "case": case, "by": by, **more}
        return self.cases.act(CaseAction(**action), self.now)

    def get(self, id_: str) -> Case:
        case = self.cases.get(id_)
        assert case is not None
        return case

    def queue(self) -> list[str]:
        return [case.id for case in self.cases.queue(1_000)]

    def save(self) -> None:
        """Store what has changed."""
        changes = self.cases.changes()
        for key, piece in changes.pieces.items():
            if piece is None:
                self.states.pop(key, None)
            else:
                self.states[key] = piece
        self.journal += [(deed, f"{event.case} {event.kind}") for deed, event in changes.events]

    def restart(self, outages: Sequence[OutageChange] = ()) -> None:
        """Begin again from what was stored."""
        self.save()
        self.cases = Cases(**self._more)
        self.cases.restore(self.kept, outages, self.now)

    def kept(self, kind: str) -> dict[str, bytes]:
        return {id_: piece for (one, id_), piece in self.states.items() if one == kind}
