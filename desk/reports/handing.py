"""What is kept of handovers: the handovers themselves, and the notes for the next shift."""

from __future__ import annotations

from datetime import datetime

import msgspec

from desk.errors import DeskError
from desk.reports.handover import MOST_NOTES, NOTE_CHARS, Handover
from desk.reports.lines import Kept, Note
from desk.reports.records import Records

HANDOVERS_HELD = 10
States = dict[tuple[str, str], bytes | None]
"""Pieces to be stored under their kinds and ids; None is forgotten."""
HANDOVER, NOTE = "handover", "handover note"


class Handing:
    """Keeps handovers and notes, each as states that are to be stored, and words for who did it."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def keep(self, shown: Handover, by: str, now: datetime) -> tuple[States, str]:
        """Keep `shown`; old ones go."""
        states: States = {(HANDOVER, _id(now)): msgspec.json.encode(Kept(now, by, shown.lines()))}
        old = sorted(_id(kept.at) for kept in self._kept())
        states |= {(HANDOVER, id_): None for id_ in old[: 1 - HANDOVERS_HELD]}
        lines = len(shown.lines())
        return states, f"handed over by {by}: {lines} lines; the next one is marked against it"

    def undo(self) -> tuple[States, str]:
        """Take back the last handover.

        Raises:
            DeskError: there is none.
        """
        kept = max(self._kept(), key=lambda each: each.at, default=None)
        if kept is None:
            raise DeskError("no handover was kept: there is nothing to take back")
        return {(HANDOVER, _id(kept.at)): None}, f"the handover of {kept.by} is taken back"

    def note(self, text: str, by: str, now: datetime) -> tuple[States, str]:
        """Keep a note.

        Raises:
            DeskError: it is empty or too long.
        """
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        if not text:
            raise DeskError("the note is empty: write what the next shift should know")
        if len(text) > NOTE_CHARS:
            raise DeskError(f"the note has {len(text):,} letters: at most {NOTE_CHARS:,}")
        notes = self._notes()
        number = int(notes[-1].id) + 1 if notes else 1
        note = Note(f"{number:06d}", now, by, text)
        states: States = {(NOTE, note.id): msgspec.json.encode(note)}
        states |= {(NOTE, old.id): None for old in notes[: max(0, len(notes) - MOST_NOTES + 1)]}
        return states, "the note stands in the handover"

    def unnote(self, by: str) -> tuple[States, str]:
        """Take back the last note of `by`.

        Raises:
            DeskError: they wrote none.
        """
        own = [note for note in self._notes() if note.by == by]
        if not own:
            raise DeskError(f"{by} wrote no note: there is nothing to take back")
        return {(NOTE, own[-1].id): None}, "the note is taken back"

    def _kept(self) -> list[Kept]:
        return [msgspec.json.decode(p, type=Kept) for p in self._records.states(HANDOVER)]

    def _notes(self) -> list[Note]:
        return [msgspec.json.decode(p, type=Note) for p in self._records.states(NOTE)]


def _id(at: datetime) -> str:
    """The time, so that they stand in its order."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}"
