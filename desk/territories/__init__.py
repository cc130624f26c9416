"""Territories: service areas as data files, read, written, and built from open sources."""

from desk.territories.territory import (
    Community,
    Territory,
    built_in,
    load_territory,
    write_territory,
)

__all__ = ["Community", "Territory", "built_in", "load_territory", "write_territory"]
