"""The newest of what comes in great numbers, and is hardly ever read: a row holds a batch's.

To write a row takes longer than to encode a post. What is older than the newest goes with its
whole block, so that some more may be on disk than are asked for.
"""

from __future__ import annotations

import sqlite3

TABLE = "(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, block BLOB NOT NULL)"
"""The columns of such a table: how many came before those of the block, and how many it holds."""


class Newest:
    """What a table of blocks holds; `end` counts all that ever came.

    Raises:
        sqlite3.Error: the table can't be read; so `put` where it can't be written.
    """

    def __init__(self, db: sqlite3.Connection, table: str) -> None:
        self._db = db
        self._last = f"SELECT first + count FROM {table} ORDER BY first DESC LIMIT 1"  # noqa: S608  names of our own
        self._put = f"INSERT INTO {table} VALUES (?, ?, ?)"  # noqa: S608
        self._drop = (
            f"DELETE FROM {table} WHERE first <"  # noqa: S608
            f" (SELECT max(first) FROM {table} WHERE first <= ?)"
        )
        self.end = 0
        self.begin()

    def begin(self) -> None:
        """Go by what is in the table."""
        row = self._db.execute(self._last).fetchone()
        self.end = row[0] if row else 0

    def put(self, count: int, block: bytes, most: int) -> None:
        """Add a block of so many; of all, at least the newest `most` are kept."""
        self._db.execute(self._put, (self.end, count, block))
        self.end += count
        self._db.execute(self._drop, (self.end - most,))
