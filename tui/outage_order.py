"""How the list of outages is ordered and filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from desk.outages import ENDED
from desk.serving.protocol import OutageRow
from tui.signs import STATUS_SIGNS, status_rank

Rank = Callable[[OutageRow], tuple[object, ...]]


def _urgency(row: OutageRow) -> tuple[object, ...]:
    """Status, then people at risk, then dangers; what began last first."""
    outage = row.outage
    return (
        status_rank(outage.status),
        not outage.vulnerable,
        not outage.hazards,
        -outage.started_at.timestamp(),
        outage.id,
    )


def _newest(row: OutageRow) -> tuple[object, ...]:
    return row.outage.status in ENDED, -row.outage.started_at.timestamp(), row.outage.id


def _oldest(row: OutageRow) -> tuple[object, ...]:
    return row.outage.status in ENDED, row.outage.started_at.timestamp(), row.outage.id


def _size(row: OutageRow) -> tuple[object, ...]:
    return row.outage.status in ENDED, -row.outage.authors, row.outage.id


def _looked_at(row: OutageRow) -> bool:
    """Whether somebody is checking it, or has tried to."""
    return row.outage.verifying is not None or row.outage.unverifiable is not None


def _unchecked(row: OutageRow) -> tuple[object, ...]:
    """What neither a person nor the utility's own list speaks for first, then as by urgency."""
    outage = row.outage
    known = outage.status == "confirmed" or outage.oms is not None
    return outage.status in ENDED, known, _looked_at(row), *_urgency(row)


ORDERS: Mapping[str, Rank] = {
    "urgency": _urgency,
    "newest": _newest,
    "oldest": _oldest,
    "size": _size,
    "unchecked": _unchecked,
}
"""None of them hangs on when an outage was last spoken of: lines that jump can't be read."""

KINDS: Mapping[str, Callable[[OutageRow], bool]] = {
    "open": lambda row: row.outage.status not in ENDED,
    "ended": lambda row: row.outage.status in ENDED,
    "dangers": lambda row: row.outage.hazards > 0,
    "risk": lambda row: row.outage.vulnerable > 0,
    "damage": lambda row: row.outage.damage > 0,
    "oms": lambda row: row.outage.oms is not None,
    "checked": _looked_at,
    "unverifiable": lambda row: row.outage.unverifiable is not None,
}
"""Words of the filter that are neither a status nor a place."""

WORDS = "suspected likely confirmed restoring restored dismissed " + " ".join(KINDS)


def filtered(rows: Iterable[OutageRow], words: str, names: Callable[[str], str]) -> list[OutageRow]:
    """The rows for which every word holds; `names` gives those of communities by their ids.

    A word is a status, a kind, or letters of a place; `!` before it excludes.
    """
    tests = [_test(word, names) for word in words.casefold().split()]
    return [row for row in rows if all(test(row) for test in tests)]


def ordered(rows: Sequence[OutageRow], order: str) -> list[OutageRow]:
    """The rows in the order of this name."""
    return sorted(rows, key=ORDERS[order])


def steady(rows: Iterable[OutageRow], before: Iterable[OutageRow]) -> list[OutageRow]:
    """The rows by status, those of one status as they stood before; new ones come before these."""
    places = {row.outage.id: at for at, row in enumerate(before)}
    return sorted(
        rows, key=lambda row: (status_rank(row.outage.status), places.get(row.outage.id, -1))
    )


def _test(word: str, names: Callable[[str], str]) -> Callable[[OutageRow], bool]:
    wanted = word.removeprefix("!")

    def found(row: OutageRow) -> bool:
        outage = row.outage
        if wanted in STATUS_SIGNS:
            return outage.status == wanted
        if wanted in KINDS:
            return KINDS[wanted](row)
        return any(wanted in names(community).casefold() for community in outage.communities)

    return (lambda row: not found(row)) if word.startswith("!") else found
