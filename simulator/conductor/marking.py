"""How a desk does so far against the truth of the storm that it is on: outages and labels."""

from __future__ import annotations

from array import array
from collections import Counter
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from desk.outages import ENDED
from desk.outages.score import Predicted, pair, percentile
from desk.outages.truth import FEWEST_AUTHORS, TrueOutage
from desk.serving.protocol import OutageRow
from simulator.conductor.reel import Reel
from simulator.conductor.spool import REPORT, TRAP, bits_of, labels_of
from simulator.stream import StormDay, outage_id
from simulator.truth import LABELS

LATE_MIN = 30.0
"""An outage found after more minutes than this counts as found late."""
ALL_LABELS = (1 << len(LABELS)) - 1

Word = Literal["found", "late", "not yet", "missed", "few posts"]


class Finding(NamedTuple):
    """What the desk has made of a true outage.

    `few posts`: fewer than FEWEST_AUTHORS people have said where, so it does not count (yet);
    `not yet`: it counts, goes on, and is not found; `missed`: it ended before it was found.
    `delay_min` is from its start to the desk's first `likely`, `back_min` from its true end to the
    desk's.
    """

    word: Word
    authors: int
    delay_min: float | None = None
    status: str | None = None
    back_min: float | None = None


class Mistake(NamedTuple):
    """An outage of the desk's that is none of those that count.

    `real` where one of the storm's is behind it that too few people have spoken of.
    """

    id: str
    at_s: float
    place: str
    status: str
    real: bool = False


class Standing(NamedTuple):
    """The score so far; None where nothing was there to be measured.

    `late` are among the `found`; `fooled` are trap posts that got a label which is not true.
    """

    counted: int
    found: int
    late: int
    missed: int
    false: int
    delay_p50_min: float | None
    delay_p90_min: float | None
    outage_f1: float | None
    macro_f1: float | None
    traps: int
    fooled: int


NOTHING = Standing(0, 0, 0, 0, 0, None, None, None, None, 0, 0)


class Marking:
    """Reads what a desk says beside what was sent to it."""

    def __init__(self, day: StormDay, reel: Reel) -> None:
        self._day = day
        self._reel = reel
        self._true = [
            TrueOutage(
                outage_id(outage.number),
                day.storm.starts_at + timedelta(seconds=outage.started_s),
                day.storm.starts_at + timedelta(seconds=outage.restored_s),
                (outage.zone.community.id,),
                outage.zone.lat,
                outage.zone.lon,
            )
            for outage in day.true_outages
        ]
        self.begin_again()

    def begin_again(self) -> None:
        """Forget the desk: it has begun again, or is another one."""
        self.read = 0
        self.labelled = 0
        self.findings: dict[int, Finding] = {}
        self.mistakes: list[Mistake] = []
        self.traps: Counter[str] = Counter()
        self.fooled: Counter[str] = Counter()
        self._given = array("H")
        self._supports = [0] * len(LABELS)
        self._hits = [0] * len(LABELS)
        self._givens = [0] * len(LABELS)
        self._authors: dict[str, set[str]] = {}
        self._rows: dict[str, OutageRow] = {}

    def take_in(self, until: int, most: int) -> bool:
        """Read on to position `until`, at most `most` posts; whether there is more."""
        until = min(until, len(self._reel))
        for position in range(self.read, min(until, self.read + most)):
            marks = self._reel.marks(position)
            for bit in range(len(LABELS)):
                self._supports[bit] += marks >> bit & 1
            if marks & (REPORT | TRAP):
                self._read_truth(position, marks)
            self.read = position + 1
        return self.read < until

    def _read_truth(self, position: int, marks: int) -> None:
        told = self._reel.told(position)
        if told.truth.trap is not None:
            self.traps[told.truth.trap] += 1
        if marks & REPORT and told.truth.outage is not None:
            self._authors.setdefault(told.truth.outage, set()).add(told.post.author_key)

    def label(self, id_: str, labels: tuple[str, ...]) -> int | None:
        """The desk has labelled the post of this id; its position, None where it is none of ours.

        Told twice, it counts once.
        """
        position = self._reel.position_of(id_)
        if position is None:
            return None
        if position >= len(self._given):
            self._given.extend([0] * (position + 1 - len(self._given)))
        given = bits_of(labels)
        if not given or self._given[position]:
            return position
        self._given[position] = given
        self.labelled += 1
        marks = self._reel.marks(position)
        for bit in range(len(LABELS)):
            self._givens[bit] += given >> bit & 1
            self._hits[bit] += (given & marks) >> bit & 1
        if marks & TRAP and given & ~marks & ALL_LABELS:
            self.fooled[str(self._reel.told(position).truth.trap)] += 1
        return position

    def given(self, position: int) -> tuple[str, ...] | None:
        """The labels that the desk gave to a position; None where it has not come so far."""
        if position >= self.read:
            return None
        return labels_of(self._given[position]) if position < len(self._given) else ()

    def outage(self, row: OutageRow) -> None:
        """The desk has told of an outage."""
        self._rows[row.outage.id] = row

    def mark(self, at_s: float) -> Standing:
        """Hold what the desk has told against the truth up to a second of the day."""
        now = self._day.storm.starts_at + timedelta(seconds=at_s)
        rows = [row for row in self._rows.values() if row.likely_at is not None]
        guesses = [_predicted(row, now) for row in rows]
        started = [number for number, true in enumerate(self._true) if true.started_at <= now]
        counted = [n for n in started if self._heard(n) >= FEWEST_AUTHORS]
        pairs = pair(guesses, [self._true[n] for n in counted])
        matched = {counted[index]: rows[guess] for guess, index in pairs.items()}
        self.findings = {n: self._finding(n, matched.get(n), now) for n in started}
        self.mistakes = self._mistakes([r for at, r in enumerate(rows) if at not in pairs], now)
        delays = [f.delay_min for f in self.findings.values() if f.delay_min is not None]
        words = Counter(finding.word for finding in self.findings.values())
        f1s = [self._f1(bit) for bit in range(len(LABELS))]
        known = [f1 for f1 in f1s if f1 is not None]
        return Standing(
            counted=len(counted),
            found=len(matched),
            late=words["late"],
            missed=words["missed"],
            false=len(self.mistakes),
            delay_p50_min=percentile(delays, 0.5),
            delay_p90_min=percentile(delays, 0.9),
            outage_f1=f1s[LABELS.index("outage")],
            macro_f1=sum(known) / len(known) if known else None,
            traps=self.traps.total(),
            fooled=self.fooled.total(),
        )

    def _heard(self, number: int) -> int:
        return len(self._authors.get(self._true[number].id, ()))

    def _finding(self, number: int, row: OutageRow | None, now: datetime) -> Finding:
        true, heard = self._true[number], self._heard(number)
        over = true.restored_at is not None and true.restored_at <= now
        if row is None or row.likely_at is None or true.restored_at is None:
            word: Word = "missed" if over else "not yet"
            return Finding(word if heard >= FEWEST_AUTHORS else "few posts", heard)
        delay_min = (row.likely_at - true.started_at) / timedelta(minutes=1)
        ended = row.outage.status in ENDED
        back_min = (row.outage.at - true.restored_at) / timedelta(minutes=1) if ended else None
        word = "late" if delay_min > LATE_MIN else "found"
        return Finding(word, heard, delay_min, row.outage.status, back_min)

    def _mistakes(self, rows: list[OutageRow], now: datetime) -> list[Mistake]:
        starts_at = self._day.storm.starts_at
        few = [self._true[n] for n, finding in self.findings.items() if finding.word == "few posts"]
        real = pair([_predicted(row, now) for row in rows], few)
        found = [
            Mistake(
                row.outage.id,
                (row.likely_at - starts_at).total_seconds(),
                row.place,
                row.outage.status,
                at in real,
            )
            for at, row in enumerate(rows)
            if row.likely_at is not None
        ]
        return sorted(found, key=lambda mistake: (mistake.at_s, mistake.id))

    def _f1(self, bit: int) -> float | None:
        support = max(self._supports[bit], self._hits[bit])
        return 2 * self._hits[bit] / (support + self._givens[bit]) if support else None


def _predicted(row: OutageRow, now: datetime) -> Predicted:
    outage = row.outage
    assert row.likely_at is not None
    until = outage.at if outage.status in ENDED else max(now, outage.at)
    places = frozenset(outage.communities)
    return Predicted(outage.id, row.likely_at, until, places, outage.lat, outage.lon)
