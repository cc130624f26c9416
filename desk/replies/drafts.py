"""Drafts: what people are writing, kept by the desk, one a case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from desk.replies.reply import Draft

UNTOUCHED = timedelta(minutes=10)
"""A draft that its writer has left alone for so long no longer keeps others out."""

HELD = 5000
"""Drafts kept: far more than people write at a time; beyond, the oldest are dropped."""

Key = tuple[str, str]


class Drafts:
    """One draft a case."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}
        self._dirty: set[str] = set()

    def of(self, case: str) -> Draft | None:
        """What is being written in a case."""
        return self._drafts.get(case)

    def writer(self, case: str, now: datetime) -> str:
        """Who is writing in a case at `now`; empty where nobody is."""
        draft = self._drafts.get(case)
        return draft.by if draft is not None and now - draft.at < UNTOUCHED else ""

    def keep(self, draft: Draft) -> None:
        """Keep a draft in place of the case's former one."""
        self._drafts.pop(draft.case, None)
        self._drafts[draft.case] = draft
        self._dirty.add(draft.case)
        while len(self._drafts) > HELD:
            self.drop(next(iter(self._drafts)))

    def drop(self, case: str) -> None:
        """Forget the draft of a case, if it has one."""
        if self._drafts.pop(case, None) is not None:
            self._dirty.add(case)

    def dirty(self) -> dict[Key, bytes | None]:
        """What changed since the last call: pieces to be stored, None where one is gone."""
        changed: dict[Key, bytes | None] = {}
        for case in sorted(self._dirty):
            draft = self._drafts.get(case)
            changed["draft", case] = None if draft is None else msgspec.json.encode(draft)
        self._dirty.clear()
        return changed

    def restore(self, pieces: Iterable[bytes]) -> None:
        """Go on from the pieces that were stored."""
        drafts = [msgspec.json.decode(piece, type=Draft) for piece in pieces]
        for draft in sorted(drafts, key=lambda draft: (draft.at, draft.case)):
            self.keep(draft)
        self._dirty.clear()
