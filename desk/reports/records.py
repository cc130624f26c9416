"""What a store holds for reports, read in slices so that a desk at work is never held up.

The same reading serves a desk's own store and one that another process has open. A report is built
by steps: a generator that yields between slices and returns the report at its end (`built`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from desk.cases import Case, CaseEvent, Mode
from desk.cases.cases import CASE, PAST, STANDING, Standing
from desk.outages import OutageChange
from desk.post import LabelledPost, Post, decode_lines
from desk.replies.reply import Announcement, Reply
from desk.reports.pulse import Pulse
from desk.sampling import SAMPLED

T = TypeVar("T")
Steps = Generator[None, None, T]
"""A report on the way: each step is some milliseconds of work."""
Ask = Callable[..., list[tuple[Any, ...]]]
"""Asks the database of a store: a query and its values."""

SLICE = 400
"""Rows decoded at a stretch."""
BLOCKS = 20
"""Blocks of unlabelled posts read at once; each is decoded at a stretch."""
LATE_POSTS = timedelta(hours=1)
"""Posts come about in the order of their time: so much later a post may still come."""


def built(steps: Steps[T]) -> T:
    """The report at the end of its steps, done at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            report: T = end.value
            return report


class Records:
    """The records of a store; `names` are those of the communities, times are UTC."""

    def __init__(self, ask: Ask, names: dict[str, str], zone: ZoneInfo) -> None:
        self._ask = ask
        self.names = names
        self.zone = zone

    @property
    def exercise(self) -> bool:
        """Whether all of it is simulated."""
        return self._meta("kind") == "exercise"

    @property
    def territory(self) -> str:
        """The name of the territory."""
        return self._meta("territory")

    def clock(self) -> datetime | None:
        """The event clock; None before the first post."""
        rows = self._ask("SELECT json FROM states WHERE kind = 'clock' AND id = 'event'")
        return msgspec.json.decode(rows[0][0], type=_Clock).now if rows else None

    def state(self, kind: str, id_: str) -> bytes | None:
        """One encoded state."""
        rows = self._ask("SELECT json FROM states WHERE kind = ? AND id = ?", kind, id_)
        return rows[0][0] if rows else None

    def states(self, kind: str) -> Iterator[bytes]:
        """The encoded states of one kind, by id."""
        last = ""
        while True:
            rows = self._ask(
                "SELECT id, json FROM states WHERE kind = ? AND id > ? ORDER BY id LIMIT ?",
                *(kind, last, SLICE),
            )
            yield from (row[1] for row in rows)
            if len(rows) < SLICE:
                return
            last = rows[-1][0]

    def cases(self, *, past: bool = False) -> Steps[list[Case]]:
        """The cases that the desk has in memory; with `past` those that left it as well."""
        found: list[Case] = []
        decode = msgspec.json.Decoder(Case).decode
        for kind in (CASE, PAST) if past else (CASE,):
            for number, piece in enumerate(self.states(kind), 1):
                found.append(decode(piece))
                if number % SLICE == 0:
                    yield
            yield
        return found

    def events(self, since: datetime) -> Steps[list[CaseEvent]]:
        """The journal of cases from `since` on, what was taken back left out."""
        found: list[CaseEvent] = []
        decode = msgspec.json.Decoder(CaseEvent).decode
        before = 1 << 62
        while True:
            rows = self._ask(
                "SELECT seq, undone, json FROM case_events WHERE seq < ? ORDER BY seq DESC LIMIT ?",
                *(before, SLICE),
            )
            slice_ = [(decode(row[2]), row[1]) for row in rows]
            found += (event for event, undone in slice_ if event.at >= since and not undone)
            done = len(rows) < SLICE or all(e.at < since - LATE_POSTS for e, _ in slice_)
            if done:
                return found[::-1]
            before = rows[-1][0]
            yield

    def last_event(self) -> int:
        """The number of the newest line of the journal."""
        return int(self._ask("SELECT max(seq) FROM case_events")[0][0] or 0)

    def new_events(self, after: int) -> tuple[int, list[CaseEvent]]:
        """The lines of the journal behind number `after`, and the number of the last of them."""
        rows = self._ask("SELECT seq, json FROM case_events WHERE seq > ? ORDER BY seq", after)
        decode = msgspec.json.Decoder(CaseEvent).decode
        return (rows[-1][0] if rows else after), [decode(row[1]) for row in rows]

    def posts(self, since: datetime, most: int) -> Steps[list[LabelledPost]]:
        """The newest labelled posts written from `since` on, `most` of them, the newest first."""
        found: list[LabelledPost] = []
        decode = msgspec.json.Decoder(LabelledPost).decode
        before = 1 << 62
        while len(found) < most:
            rows = self._ask(
                "SELECT seq, json FROM posts WHERE seq < ? ORDER BY seq DESC LIMIT ?",
                *(before, SLICE),
            )
            posts = [decode(row[1]) for row in rows]
            found += (post for post in posts if post.created_at >= since)
            if len(rows) < SLICE or all(p.created_at < since - LATE_POSTS for p in posts):
                break
            before = rows[-1][0]
            yield
        return found[:most]

    def sample(self) -> Steps[list[Post]]:
        """The unlabelled posts that were kept, oldest first."""
        found: list[Post] = []
        last = -1
        while True:
            rows = self._ask(
                "SELECT first, block FROM sample WHERE first > ? ORDER BY first LIMIT ?",
                *(last, BLOCKS),
            )
            for _, block in rows:
                found += decode_lines(block)
                yield
            if len(rows) < BLOCKS:
                return found[-SAMPLED:]
            last = rows[-1][0]

    def outages(self) -> Steps[dict[str, list[OutageChange]]]:
        """The changes of every outage, by its id, in the order told."""
        found: dict[str, list[OutageChange]] = {}
        decode = msgspec.json.Decoder(OutageChange).decode
        last = -1
        while True:
            rows = self._ask(
                "SELECT seq, json FROM outage_changes WHERE seq > ? ORDER BY seq LIMIT ?",
                *(last, SLICE),
            )
            for row in rows:
                change = decode(row[1])
                found.setdefault(change.id, []).append(change)
            if len(rows) < SLICE:
                return found
            last = rows[-1][0]
            yield

    def counts(self, table: str, since: datetime) -> list[tuple[str, str, str, int]]:
        """Posts by (hour, channel or community, label) from the hour of `since` on."""
        column = {"counts": "channel", "place_counts": "community"}[table]
        return [
            (row[0], row[1], row[2], row[3])
            for row in self._ask(
                f"SELECT hour, {column}, label, posts FROM {table} WHERE hour >= ?"  # noqa: S608  names of our own
                " ORDER BY hour",
                f"{since:%Y-%m-%dT%H}",
            )
        ]

    def same_hour(self, since: datetime, hour: datetime) -> list[tuple[str, str, int]]:
        """Posts by (hour, label) in `hour` and the same one of the days before, from `since` on."""
        rows = self._ask(
            "SELECT hour, label, sum(posts) FROM counts WHERE hour BETWEEN ? AND ?"
            " AND substr(hour, 12) = ? GROUP BY hour, label",
            *(f"{since:%Y-%m-%dT%H}", f"{hour:%Y-%m-%dT%H}", f"{hour:%H}"),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def pulses(self, since: datetime) -> list[Pulse]:
        """What came in and what waited, minute by minute, from `since` on."""
        first = int(since.timestamp()) // 60
        rows = self._ask("SELECT * FROM pulse WHERE minute >= ? ORDER BY minute", first)
        return [Pulse(*row) for row in rows]

    def began(self) -> datetime | None:
        """When the desk began its work, on the event clock; None before the first post."""
        rows = self._ask("SELECT min(minute) FROM pulse")
        return None if rows[0][0] is None else datetime.fromtimestamp(60 * rows[0][0], UTC)

    def mode(self) -> Mode:
        """The mode of the desk."""
        piece = self.state(STANDING, "now")
        return msgspec.json.decode(piece, type=Standing).mode if piece else "calm"

    def pulses_of_hour(self, now: datetime) -> list[Pulse]:
        """The pulse of the last hour; where there is none, the newest minute before."""
        found = self.pulses(now - timedelta(hours=1))
        if found:
            return found
        return [Pulse(*r) for r in self._ask("SELECT * FROM pulse ORDER BY minute DESC LIMIT 1")]

    def replies(self) -> Steps[list[Reply]]:
        """Every reply, the oldest first."""
        found: list[Reply] = []
        for number, piece in enumerate(self.states("reply"), 1):
            found.append(msgspec.json.decode(piece, type=Reply))
            if number % SLICE == 0:
                yield
        return sorted(found, key=lambda reply: (reply.at, reply.id))

    def announcements(self) -> list[Announcement]:
        """Every announcement, the oldest first."""
        found = [msgspec.json.decode(p, type=Announcement) for p in self.states("announcement")]
        return sorted(found, key=lambda one: (one.at, one.id))

    def place(self, community: str | None) -> str:
        """A community by its name."""
        return self.names.get(community or "", community or "")

    def local(self, at: datetime) -> datetime:
        """A time in the territory's zone."""
        return at.astimezone(self.zone)

    def _meta(self, key: str) -> str:
        rows = self._ask("SELECT value FROM meta WHERE key = ?", key)
        return str(rows[0][0]) if rows else ""


class _Clock(msgspec.Struct):
    now: datetime | None = None
