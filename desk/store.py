"""The desk's memory on disk: SQLite; a batch and its feed's cursor in one transaction."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from desk.cases.case import CaseEvent
from desk.checkpoints import Checkpoints
from desk.data_folder import locked, no_room, private
from desk.deletions import TABLE as DELETED
from desk.deletions import Deletions, without_words
from desk.errors import FeedError, StoreError, StoreFullError
from desk.faults import MOST_KEPT, NEWEST, KeptFault, kept
from desk.feeds import Deleted, Fault
from desk.newest import TABLE, Newest
from desk.outages import Done, OutageChange
from desk.post import LabelledPost, Post, decode_lines, encode, encode_lines, labelled
from desk.reports.pulse import Pulse
from desk.sampling import SAMPLED

SCHEMA = 5
DATABASE = "stormdesk.db"
REMEMBERED = 500_000
"""Accepted posts of which a second coming is known after a restart."""
CACHE_KIB = 4_096
"""Pages kept in memory: posts come with ids of any order, and their index is written all over. Of
more (16 MB) the system holds a second copy anyway, and a commit takes a tenth longer."""
FULL_BYTES = 1 << 20
"""A disk with less room is full."""
_ASKED = 500
"""Posts asked for in one query: SQLite takes at least 999 values."""

_META = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_TABLES = f"""
CREATE TABLE IF NOT EXISTS feeds (url TEXT PRIMARY KEY, cursor TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS posts
  (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, json BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS posts_by_id ON posts (id);
CREATE TABLE IF NOT EXISTS known {TABLE};
CREATE TABLE IF NOT EXISTS sample {TABLE};
CREATE TABLE IF NOT EXISTS counts (hour TEXT, channel TEXT, label TEXT, posts INTEGER NOT NULL,
  PRIMARY KEY (hour, channel, label)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS place_counts (hour TEXT, community TEXT, label TEXT,
  posts INTEGER NOT NULL, PRIMARY KEY (hour, community, label)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pulse (minute INTEGER PRIMARY KEY, arrived INTEGER NOT NULL,
  arrived_skipped INTEGER NOT NULL, waiting INTEGER NOT NULL, late INTEGER NOT NULL,
  skipped INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS states (kind TEXT, id TEXT, json BLOB NOT NULL,
  PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outage_changes
  (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, json BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS actions (seq INTEGER PRIMARY KEY, json BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS case_events
  (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, deed INTEGER NOT NULL, undone INTEGER NOT NULL,
   json BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS case_events_by_id ON case_events (id);
CREATE INDEX IF NOT EXISTS case_events_by_deed ON case_events (deed) WHERE deed > 0;
CREATE TABLE IF NOT EXISTS faults
  (seq INTEGER PRIMARY KEY, feed TEXT NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL,
   raw BLOB NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deleted {DELETED};
CREATE INDEX IF NOT EXISTS faults_by_feed ON faults (feed, seq);
CREATE INDEX IF NOT EXISTS outage_changes_by_id ON outage_changes (id);
"""
_FORGOTTEN = (
    "feeds",
    "posts",
    "known",
    "sample",
    "counts",
    "place_counts",
    "pulse",
    "states",
    "outage_changes",
    "actions",
    "case_events",
    "deleted",
    "faults",
)


class Commit(msgspec.Struct):
    """Everything that one batch leaves behind; written whole or not at all.

    `digests` are those of all accepted posts, `unlabelled` are to join the sample; `counts` maps
    (hour, channel, label) to posts, `place_counts` (hour, community, label) to those that have a
    place; `pulse` are minutes, in place of all before with `pulse_anew`.
    `states` maps (kind, id) to the encoded state of an outage, a case or a clock, None where it is
    to be forgotten. Without a `feed` no cursor moves: `actions` come from people. `events` are
    lines of the journal of cases, each with the number of its deed; those of `undone` deeds are
    taken back. `faults` are records of the feed that were no posts, `at` is where the desk's clock
    stood. The words of what is `deleted` leave the store, those of this batch included.
    """

    feed: str = ""
    cursor: str = ""
    digests: list[int] = []
    labelled: list[LabelledPost] = []
    unlabelled: list[Post] = []
    changes: list[OutageChange] = []
    actions: list[Done] = []
    counts: dict[tuple[str, str, str], int] = {}
    place_counts: dict[tuple[str, str, str], int] = {}
    pulse: list[Pulse] = []
    pulse_anew: bool = False
    states: dict[tuple[str, str], bytes | None] = {}
    events: list[tuple[int, CaseEvent]] = []
    undone: list[int] = []
    faults: Sequence[Fault] = ()
    at: datetime | None = None
    deleted: Sequence[Deleted] = ()


class Store:
    """A store in folder `data`, or in memory where that is None.

    Labelled posts are numbered from 0 in the order in which they came, up to `end`. `exercise` says
    whether it holds an exercise, None while it is empty.

    Raises:
        StoreError: the folder is in use, of another version, or can't be written.
        StoreFullError: its disk is full.
    """

    def __init__(self, data: Path | None = None) -> None:
        self._data = data
        self._lock = locked(data) if data else None
        self._db = sqlite3.connect(":memory:")
        self._checkpoints: Checkpoints | None = None
        try:
            if data:
                self._db = sqlite3.connect(private(data / DATABASE))
            schema = self._prepare()
            if data:
                self._checkpoints = Checkpoints(self._db, data / DATABASE)
            if schema == str(SCHEMA):
                self._known, self._sample = Newest(self._db, "known"), Newest(self._db, "sample")
                self.deletions = Deletions(self._db, SAMPLED)
                self.end = int(self._one("SELECT max(seq) FROM posts") or 0)
                self.exercise = self._kind()
        except (sqlite3.Error, OSError) as error:
            self.close()
            if data and self._is_full(error):
                raise StoreFullError(no_room(data)) from None
            raise StoreError(
                f"can't use the store in {data}: {error}; use another --data"
            ) from None
        if schema != str(SCHEMA):
            self.close()
            raise StoreError(
                f"the store in {data} is of version {schema}, this program's is {SCHEMA}:"
                " use another --data"
            )

    def _prepare(self) -> str:
        self._db.execute("PRAGMA journal_mode=WAL")
        # NORMAL survives the death of the process at any moment, which is what is promised;
        # FULL would add a disk flush to every batch
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        with self._db:
            self._db.execute(_META)
            schema = self._meta("schema", str(SCHEMA))
        if schema == str(SCHEMA):  # tables of another version may have other columns
            self._db.executescript(_TABLES)
        return schema

    @property
    def id(self) -> str:
        """What tells this store from every other: 32 hexadecimal digits, drawn as it began."""
        with self._writing():
            return self._meta("id", secrets.token_hex(16))

    def _kind(self) -> bool | None:
        kind = self._one("SELECT value FROM meta WHERE key = 'kind'")
        return None if kind is None else kind == "exercise"

    def set_exercise(self, exercise: bool) -> None:
        """Fix what the store holds, for good; errors as of `commit`."""
        with self._writing():
            self._meta("kind", "exercise" if exercise else "real")
        self.exercise = self._kind()

    def check_forgetful(self) -> None:
        """Look whether this store may be forgotten: an exercise in memory may.

        Raises:
            FeedError: the store is real, or in a folder.
        """
        if self.exercise is False or self._data is not None:
            kind = (
                "a store of real posts" if self.exercise is False else f"its store in {self._data}"
            )
            raise FeedError(
                f"the storm was rewound, and this desk keeps {kind}: begin it again"
                " without --data, and it follows the storm wherever it goes"
            )

    def forget(self) -> None:
        """Forget everything but the territory and its kind; errors as of the check."""
        self.check_forgetful()
        with self._writing():
            for table in _FORGOTTEN:
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608  names of our own
            # what a platform knows a reply by must not come again: the id is drawn anew
            self._db.execute("DELETE FROM meta WHERE key IN ('sampled', 'id')")
        self._sampled = self.end = 0

    def territory(self, name: str) -> str:
        """The territory that it was begun with, `name` where it is new; errors as of `commit`."""
        with self._writing():
            return self._meta("territory", name)

    def cursor(self, feed: str) -> str | None:
        """How far `feed` was read."""
        cursor = self._one("SELECT cursor FROM feeds WHERE url = ?", feed)
        return None if cursor is None else str(cursor)

    def commit(self, batch: Commit) -> None:
        """Write a batch with its cursor in one transaction.

        Raises:
            StoreError: the disk is full or gone; nothing of the batch was written.
        """
        with self._writing():
            self._write(batch)
        self.end += len(batch.labelled)
        if self._checkpoints is not None:
            self._checkpoints.committed()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction; errors as of `commit`."""
        try:
            with self._db:
                yield
        except sqlite3.Error as error:
            words = f"can't write the store: {error}; nothing was acknowledged"
            kind = StoreFullError if self._is_full(error) else StoreError
            raise kind(words) from None

    def _is_full(self, error: sqlite3.Error | OSError) -> bool:
        """Whether it was for want of room, of which an error of the log says nothing."""
        if self._data is None:
            return False
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
            return True
        with contextlib.suppress(OSError):  # the folder may be gone
            return shutil.disk_usage(self._data).free < FULL_BYTES
        return False

    def _write(self, batch: Commit) -> None:
        db = self._db
        db.executemany(
            "INSERT INTO posts (seq, id, json) VALUES (?, ?, ?)",
            ((seq, post.id, encode(post)) for seq, post in enumerate(batch.labelled, self.end + 1)),
        )
        if batch.digests:
            digests = array("q", batch.digests).tobytes()
            self._known.put(len(batch.digests), digests, REMEMBERED)
        if batch.unlabelled:
            posts = batch.unlabelled[-SAMPLED:]
            self._sample.put(len(posts), encode_lines(posts), SAMPLED)
        db.executemany(
            "INSERT INTO counts VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET posts = posts + excluded.posts",
            ((*key, posts) for key, posts in batch.counts.items()),
        )
        db.executemany(
            "INSERT INTO place_counts VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET posts = posts + excluded.posts",
            ((*key, posts) for key, posts in batch.place_counts.items()),
        )
        if batch.pulse_anew:
            db.execute("DELETE FROM pulse")
        db.executemany(
            "INSERT OR REPLACE INTO pulse VALUES (?, ?, ?, ?, ?, ?)",
            map(msgspec.structs.astuple, batch.pulse),
        )
        db.executemany(
            "INSERT INTO outage_changes (id, json) VALUES (?, ?)",
            ((change.id, encode(change)) for change in batch.changes),
        )
        db.executemany(
            "DELETE FROM states WHERE kind = ? AND id = ?",
            (key for key, state in batch.states.items() if state is None),
        )
        db.executemany(
            "INSERT OR REPLACE INTO states VALUES (?, ?, ?)",
            ((*key, state) for key, state in batch.states.items() if state is not None),
        )
        db.executemany(
            "INSERT INTO actions (json) VALUES (?)", ((encode(done),) for done in batch.actions)
        )
        db.executemany(
            "INSERT INTO case_events (id, deed, undone, json) VALUES (?, ?, 0, ?)",
            ((event.case, deed, encode(event)) for deed, event in batch.events),
        )
        db.executemany(
            "UPDATE case_events SET undone = 1 WHERE deed = ? AND deed > 0",
            ((deed,) for deed in batch.undone),
        )
        for deleted in batch.deleted:
            self.deletions.take(deleted)
        if batch.faults:
            self._write_faults(batch)
        if batch.feed:
            db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?)", (batch.feed, batch.cursor))

    def _write_faults(self, batch: Commit) -> None:
        self._db.executemany(
            "INSERT INTO faults (feed, at, place, reason, raw) VALUES (?, ?, ?, ?, ?)",
            ((batch.feed, *kept(fault, batch.at)) for fault in batch.faults[-MOST_KEPT:]),
        )
        self._db.execute(
            "DELETE FROM faults WHERE feed = ?1 AND seq <= (SELECT seq FROM faults WHERE feed = ?1"
            " ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
            (batch.feed, MOST_KEPT),
        )

    def faults(self, feed: str, limit: int = MOST_KEPT) -> list[KeptFault]:
        """The newest faulty records of a feed, the newest first."""
        return [KeptFault(*row) for row in self._all(NEWEST, feed, limit)]

    def ask(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        """The rows that a query finds: for reports, which read in slices (desk/reports).

        Raises:
            StoreError: the store can't be read.
        """
        return self._all(query, *values)

    def last_pulse(self) -> Pulse | None:
        """The newest minute of the pulse."""
        rows = self._all("SELECT * FROM pulse ORDER BY minute DESC LIMIT 1")
        return Pulse(*rows[0]) if rows else None

    def states(self, kind: str) -> dict[str, bytes]:
        """The encoded states of one kind, by id."""
        return dict(self._all("SELECT id, json FROM states WHERE kind = ? ORDER BY id", kind))

    def state(self, kind: str, id_: str) -> bytes | None:
        """The encoded state of one kind and id."""
        rows = self._all("SELECT json FROM states WHERE kind = ? AND id = ?", kind, id_)
        return rows[0][0] if rows else None

    def newest(self, count: int) -> list[LabelledPost]:
        """The newest labelled posts, oldest first."""
        rows = self._all("SELECT json FROM posts ORDER BY seq DESC LIMIT ?", count)
        return [_post(row[0]) for row in reversed(rows)]

    def between(self, first: int, end: int) -> list[LabelledPost]:
        """The labelled posts with the numbers `first` up to `end`."""
        rows = self._all(
            "SELECT json FROM posts WHERE seq BETWEEN ? AND ? ORDER BY seq", first + 1, end
        )
        return [_post(row[0]) for row in rows]

    def numbered(self, numbers: Sequence[int]) -> list[LabelledPost]:
        """The labelled posts with these numbers, which rise."""
        if not numbers:
            return []
        if numbers[-1] - numbers[0] < len(numbers):
            return self.between(numbers[0], numbers[-1] + 1)
        found: list[LabelledPost] = []
        for begin in range(0, len(numbers), _ASKED):
            some = numbers[begin : begin + _ASKED]
            marks = ",".join("?" * len(some))
            rows = self._all(
                f"SELECT json FROM posts WHERE seq IN ({marks}) ORDER BY seq",  # noqa: S608  marks
                *(number + 1 for number in some),
            )
            found += (_post(row[0]) for row in rows)
        return found

    def known(self) -> list[int]:
        """The digests of the newest accepted posts, oldest first."""
        digests = array("q")
        for row in self._all("SELECT block FROM known ORDER BY first"):
            digests.frombytes(row[0])
        return digests[-REMEMBERED:].tolist()

    def sample(self) -> list[Post]:
        """The unlabelled posts kept, oldest first."""
        rows = self._all("SELECT block FROM sample ORDER BY first")
        return [post for row in rows for post in decode_lines(row[0])][-SAMPLED:]

    def post(self, id_: str) -> LabelledPost | None:
        """The newest labelled post of this id."""
        rows = self._all("SELECT json FROM posts WHERE id = ? ORDER BY seq DESC LIMIT 1", id_)
        return _post(rows[0][0]) if rows else None

    def sampled(self, id_: str) -> LabelledPost | None:
        """The unlabelled post of this id, of those that were kept."""
        named = b'"id":' + msgspec.json.encode(id_)
        rows = self._db.execute("SELECT block FROM sample WHERE instr(block, ?) > 0", (named,))
        posts = (post for row in rows.fetchall() for post in decode_lines(row[0]))
        post = next((post for post in posts if post.id == id_), None)
        if post is None:
            return None
        found = labelled(post, (), (), None)
        return without_words(found) if self.deletions.has(id_) else found

    def posts_of(self, channel: str, ids: Sequence[str]) -> list[LabelledPost]:
        """The labelled posts of a channel with these ids, the oldest first."""
        marks = ",".join("?" * len(ids))
        query = f"SELECT json FROM posts WHERE id IN ({marks}) ORDER BY seq"  # noqa: S608  marks
        posts = [_post(row[0]) for row in self._all(query, *ids)]
        own = {post.id: post for post in posts if post.channel == channel}
        return sorted(own.values(), key=lambda post: (post.created_at, post.id))

    def events(self, case: str, limit: int = 500) -> list[CaseEvent]:
        """The newest lines of the journal of a case, the oldest first; '' is the desk's own."""
        rows = self._all(
            "SELECT json, undone FROM case_events WHERE id = ? ORDER BY seq DESC LIMIT ?",
            case,
            limit,
        )
        events = ((msgspec.json.decode(json, type=CaseEvent), undone) for json, undone in rows)
        told = [
            msgspec.structs.replace(event, undone=True) if undone else event
            for event, undone in events
        ]
        return told[::-1]

    def totals(self) -> tuple[int, int]:
        """Posts accepted, and labelled posts kept."""
        accepted = self._one("SELECT sum(posts) FROM counts WHERE label = ''") or 0
        return int(accepted), int(self._one("SELECT count(*) FROM posts") or 0)

    def changes(self) -> list[OutageChange]:
        """Every outage change, in the order in which they were told."""
        rows = self._all("SELECT json FROM outage_changes ORDER BY seq")
        return [msgspec.json.decode(row[0], type=OutageChange) for row in rows]

    def actions(self) -> list[Done]:
        """Everything that was done to outages, in the order in which it was done."""
        rows = self._all("SELECT json FROM actions ORDER BY seq")
        return [msgspec.json.decode(row[0], type=Done) for row in rows]

    def changes_of(self, outage: str) -> list[OutageChange]:
        """The changes of one outage, in the order in which they were told."""
        rows = self._all("SELECT json FROM outage_changes WHERE id = ? ORDER BY seq", outage)
        return [msgspec.json.decode(row[0], type=OutageChange) for row in rows]

    def counts(self) -> Mapping[tuple[str, str, str], int]:
        """Accepted posts by (event hour, channel, label); label '' counts every post."""
        rows = self._all("SELECT hour, channel, label, posts FROM counts")
        return {(hour, channel, label): posts for hour, channel, label, posts in rows}

    def close(self) -> None:
        """Close the store; the folder is free for another desk."""
        if self._checkpoints is not None:
            self._checkpoints.close()
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)

    def _meta(self, key: str, value: str) -> str:
        self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
        return str(self._one("SELECT value FROM meta WHERE key = ?", key))

    def _one(self, query: str, *values: str) -> Any:  # noqa: ANN401  SQLite's columns have no type
        rows = self._all(query, *values)
        return rows[0][0] if rows else None

    def _all(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(
                f"can't read the store in {self._data}: {error}; use another --data"
            ) from None


_post = msgspec.json.Decoder(LabelledPost).decode
