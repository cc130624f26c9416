"""What a desk has said to be done outlives it, at whatever moment it dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from desk.cases import Case, CaseEvent
from desk.store import Store
from tests.desk.cases.dying_desk import desk, step

ROOT = Path(__file__).parents[3]
COUNTS = ("2", "5", "17", "58")

Kept = tuple[dict[str, Case], list[CaseEvent], str | None]


def kept(store: Store) -> Kept:
    """The cases, their journal, and how far the feed was read."""
    cases = {
        id_: msgspec.json.decode(piece, type=Case)
        for kind in ("case", "past case")
        for id_, piece in store.states(kind).items()
    }
    return cases, [event for id_ in cases for event in store.events(id_)], store.cursor("f")


def test_a_killed_desk_has_each_acknowledged_step_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.desk.cases.dying_desk", str(tmp_path), *COUNTS]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said = dict(line.split() for line in run.stdout.splitlines())
    assert list(said) == list(COUNTS)
    for count in COUNTS:
        straight = desk(None)
        for number in range(int(said[count])):
            step(straight, number)
        told = kept(straight.store)
        step(straight, int(said[count]))
        one_more = kept(straight.store)
        again = desk(tmp_path / count)
        found = kept(again.store)
        assert found in (told, one_more)
        if found == told:
            step(again, int(said[count]))
        assert kept(again.store) == one_more
        step(straight, int(said[count]) + 1)
        step(again, int(said[count]) + 1)
        assert kept(again.store) == kept(straight.store)
        assert again.cases.queue(999) == straight.cases.queue(999)
        again.store.close()
