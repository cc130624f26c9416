"""The log of a store, carried into its database beside the desk's work.

SQLite would do it within the commit that makes the log 1,000 pages long: at a storm's peak several
times a second, and each time the desk would wait for the disk twice.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from threading import Event, Thread

ROWS = 4_000
"""Rows written between two times: at 20,000 posts a second half a second, on most days hours."""
LONGEST_PAGES = 8_192
"""A longer log is begun again, for which commits wait: for the disk, but for hardly any page, since
nearly all have just been carried over."""


class Checkpoints:
    """Carries the log of the database `path`, which `db` writes, in a thread with its own link.

    A disk that fails is met by the next commit as well, which tells of it.
    """

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        db.execute("PRAGMA wal_autocheckpoint=0")
        self._db, self._path = db, path
        self._rows = 0
        self._due, self._ended = Event(), False
        self._thread: Thread | None = None

    def committed(self) -> None:
        """A transaction is behind the desk."""
        if self._db.total_changes - self._rows >= ROWS:
            self._rows = self._db.total_changes
            if self._thread is None:
                self._thread = Thread(target=self._run, daemon=True)
                self._thread.start()
            self._due.set()

    def close(self) -> None:
        """End the thread; whoever closes the database last carries over what is left."""
        self._ended = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        with closing(sqlite3.connect(self._path)) as db:
            while self._due.wait() and not self._ended:
                self._due.clear()
                with suppress(sqlite3.Error):
                    _, pages, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                    if pages > LONGEST_PAGES:
                        db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
