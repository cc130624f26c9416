"""The desk's memory on disk: SQLite; a batch and its feed's cursor in one transaction."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from desk.errors import StoreError
from desk.outages import OutageChange
from desk.post import LabelledPost, Post, encode

SCHEMA = 1
SAMPLED = 10_000
"""Unlabelled posts kept, the newest; of the others only counts remain."""

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feeds (url TEXT PRIMARY KEY, cursor TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS posts
  (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, json BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sample
  (slot INTEGER PRIMARY KEY, id TEXT NOT NULL, json BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS counts (hour TEXT, channel TEXT, label TEXT, posts INTEGER NOT NULL,
  PRIMARY KEY (hour, channel, label)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS states (kind TEXT, id TEXT, json BLOB NOT NULL,
  PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outage_changes
  (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, json BLOB NOT NULL);
"""


class Commit(msgspec.Struct):
    """Everything that one batch leaves behind; written whole or not at all.

    `counts` maps (hour, channel, label) to posts; `states` maps (kind, id) to the encoded state of
    an outage, a case or a clock, None where it is to be forgotten.
    """

    feed: str
    cursor: str
    labelled: list[LabelledPost] = []
    unlabelled: list[Post] = []
    changes: list[OutageChange] = []
    counts: dict[tuple[str, str, str], int] = {}
    states: dict[tuple[str, str], bytes | None] = {}


class Store:
    """A store in folder `data`, or in memory where that is None.

    Raises:
        StoreError: the folder is in use, of another version, or can't be written.
    """

    def __init__(self, data: Path | None = None) -> None:
        self._lock = _lock(data) if data else None
        try:
            self._db = sqlite3.connect(data / "stormdesk.db" if data else ":memory:")
            schema = self._prepare()
        except sqlite3.Error as error:
            self.close()
            raise StoreError(
                f"can't use the store in {data}: {error}; use another --data"
            ) from None
        if schema != str(SCHEMA):
            self.close()
            raise StoreError(
                f"the store in {data} is of version {schema}, this program's is {SCHEMA}"
            )
        self._sampled = self._one("SELECT count(*) FROM sample") or 0

    def _prepare(self) -> str:
        self._db.execute("PRAGMA journal_mode=WAL")
        # NORMAL survives the death of the process at any moment, which is what is promised;
        # FULL would add a disk flush to every batch
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)
        with self._db:
            return self._meta("schema", str(SCHEMA))

    @property
    def exercise(self) -> bool | None:
        """Whether this store holds an exercise; None while it is empty."""
        kind = self._one("SELECT value FROM meta WHERE key = 'kind'")
        return None if kind is None else kind == "exercise"

    def set_exercise(self, exercise: bool) -> None:
        """Fix what the store holds, for good."""
        with self._db:
            self._meta("kind", "exercise" if exercise else "real")

    def territory(self, name: str) -> str:
        """The territory that the store was begun with; `name` where it is new."""
        with self._db:
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
        try:
            with self._db:
                self._write(batch)
        except sqlite3.Error as error:
            raise StoreError(f"can't write the store: {error}; nothing was acknowledged") from None

    def _write(self, batch: Commit) -> None:
        db = self._db
        db.executemany(
            "INSERT OR IGNORE INTO posts (id, json) VALUES (?, ?)",
            ((post.id, encode(post)) for post in batch.labelled),
        )
        db.executemany(
            "INSERT OR REPLACE INTO sample VALUES (?, ?, ?)", self._slots(batch.unlabelled)
        )
        db.executemany(
            "INSERT INTO counts VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET posts = posts + excluded.posts",
            ((*key, posts) for key, posts in batch.counts.items()),
        )
        db.executemany(
            "INSERT INTO outage_changes (id, json) VALUES (?, ?)",
            ((change.id, encode(change)) for change in batch.changes),
        )
        for (kind, id_), state in batch.states.items():
            if state is None:
                db.execute("DELETE FROM states WHERE kind = ? AND id = ?", (kind, id_))
            else:
                db.execute("INSERT OR REPLACE INTO states VALUES (?, ?, ?)", (kind, id_, state))
        db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?)", (batch.feed, batch.cursor))

    def _slots(self, posts: Iterable[Post]) -> Iterator[tuple[int, str, bytes]]:
        for post in posts:
            yield self._sampled % SAMPLED, post.id, encode(post)
            self._sampled += 1

    def states(self, kind: str) -> dict[str, bytes]:
        """The encoded states of one kind, by id."""
        rows = self._db.execute("SELECT id, json FROM states WHERE kind = ? ORDER BY id", (kind,))
        return dict(rows.fetchall())

    def newest(self, count: int) -> list[LabelledPost]:
        """The newest labelled posts, oldest first."""
        rows = self._db.execute(
            "SELECT json FROM posts ORDER BY seq DESC LIMIT ?", (count,)
        ).fetchall()
        return [_post(row[0]) for row in reversed(rows)]

    def known_ids(self, count: int) -> list[str]:
        """Ids of the newest posts kept, labelled and sampled, oldest first."""
        rows = self._db.execute(
            "SELECT id FROM posts ORDER BY seq DESC LIMIT ?", (count,)
        ).fetchall()
        sampled = self._db.execute("SELECT id FROM sample").fetchall()
        return [row[0] for row in [*sampled, *reversed(rows)]]

    def post(self, id_: str) -> LabelledPost | None:
        """The labelled post of this id."""
        blob = self._one("SELECT json FROM posts WHERE id = ?", id_)
        return None if blob is None else _post(bytes(blob))

    def totals(self) -> tuple[int, int]:
        """Posts accepted, and labelled posts kept."""
        accepted = self._one("SELECT sum(posts) FROM counts WHERE label = ''") or 0
        return int(accepted), int(self._one("SELECT count(*) FROM posts") or 0)

    def changes(self) -> Iterator[OutageChange]:
        """Every outage change, in the order in which they were told."""
        for (blob,) in self._db.execute("SELECT json FROM outage_changes ORDER BY seq"):
            yield msgspec.json.decode(blob, type=OutageChange)

    def counts(self) -> Mapping[tuple[str, str, str], int]:
        """Accepted posts by (event hour, channel, label); label '' counts every post."""
        rows = self._db.execute("SELECT hour, channel, label, posts FROM counts")
        return {(hour, channel, label): posts for hour, channel, label, posts in rows}

    def close(self) -> None:
        """Close the store; the folder is free for another desk."""
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)

    def _meta(self, key: str, value: str) -> str:
        self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
        return str(self._one("SELECT value FROM meta WHERE key = ?", key))

    def _one(self, query: str, *values: str) -> Any:  # noqa: ANN401  SQLite's columns have no type
        row = self._db.execute(query, values).fetchone()
        return row[0] if row else None


_post = msgspec.json.Decoder(LabelledPost).decode


def _lock(data: Path) -> int:
    """A lock on the folder, freed by the system when the process ends in any way."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"can't use {data} as --data: {error.strerror}") from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise StoreError(
            f"another desk is using {data}: end it, attach to it with --desk, or use another --data"
        ) from None
    return fd
