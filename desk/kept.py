"""What a store holds, read without being its desk: a running desk is not disturbed."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from desk.errors import StoreError
from desk.outages import OutageChange
from desk.store import DATABASE, SCHEMA

Ask = Callable[..., list[tuple[Any, ...]]]
"""Asks the database of a store: a query and its values."""


class Kept(msgspec.Struct, frozen=True):
    """A store's outage changes as told, its territory's name, and whether it is an exercise."""

    territory: str
    exercise: bool
    changes: list[OutageChange]


def read_kept(data: Path) -> Kept:
    """What the store in folder `data` holds of outages; it may be in use.

    Raises:
        StoreError: there is no store, or it is of another version.
    """
    with opened(data) as ask, _plainly(data):
        meta = dict(ask("SELECT key, value FROM meta"))
        rows = ask("SELECT json FROM outage_changes ORDER BY seq")
        changes = [msgspec.json.decode(row[0], type=OutageChange) for row in rows]
    return Kept(meta.get("territory", ""), meta.get("kind") == "exercise", changes)


@contextlib.contextmanager
def opened(data: Path) -> Iterator[Ask]:
    """Asks the store in folder `data`, which may be in use; errors as of `read_kept`."""
    path = data / DATABASE
    if not path.is_file():
        raise StoreError(f"no store in {data}: give the folder that a desk has as its --data")
    with _plainly(data):
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)

    def ask(query: str, *values: str | int) -> list[tuple[Any, ...]]:
        with _plainly(data):
            return database.execute(query, values).fetchall()

    with contextlib.closing(database):
        found = ask("SELECT value FROM meta WHERE key = 'schema'")
        schema = found[0][0] if found else None
        if schema != str(SCHEMA):
            raise StoreError(
                f"the store in {data} is of version {schema}, this program's is"
                f" {SCHEMA}: use the program that wrote it"
            )
        yield ask


@contextlib.contextmanager
def _plainly(data: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise StoreError(f"can't read the store in {data}: {error}") from None
