"""What a store holds, read without being its desk: a running desk is not disturbed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from desk.errors import StoreError
from desk.outages import OutageChange
from desk.store import DATABASE, SCHEMA


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
    path = data / DATABASE
    if not path.is_file():
        raise StoreError(f"no store in {data}: give the folder that a desk has as its --data")
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            meta = dict(database.execute("SELECT key, value FROM meta"))
            rows = database.execute("SELECT json FROM outage_changes ORDER BY seq").fetchall()
        finally:
            database.close()
        if meta.get("schema") != str(SCHEMA):
            raise StoreError(
                f"the store in {data} is of version {meta.get('schema')}, this program's is"
                f" {SCHEMA}: use the program that wrote it"
            )
        changes = [msgspec.json.decode(row[0], type=OutageChange) for row in rows]
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise StoreError(f"can't read the store in {data}: {error}") from None
    return Kept(meta.get("territory", ""), meta.get("kind") == "exercise", changes)
