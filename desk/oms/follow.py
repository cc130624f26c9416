"""Follows the utility's list: read at the start, and again whenever it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from desk.errors import OmsError
from desk.oms.gauge import ListGauge
from desk.oms.outage import OmsOutage
from desk.oms.reader import Warn, read_oms
from desk.territories.territory import Territory

POLL_S = 2.0
"""Wall seconds between two looks at the file's date and size."""


class OmsList(Protocol):
    """A list of the utility's outages, wherever it is; `gauge` says how it does."""

    gauge: ListGauge

    def read(self) -> list[OmsOutage]:
        """The list at the start, empty where it can only be waited for.

        Raises:
            OmsError: it can't be read.
        """
        ...

    async def follow(self, took: Callable[[list[OmsOutage]], None]) -> None:
        """Give each later state of the list to `took`, for ever."""
        ...


class OmsFile:
    """The list in a file; `tell` gets each bad line, and why a change of the file is not taken."""

    def __init__(self, path: Path, territory: Territory, tell: Warn) -> None:
        self._path = path
        self._territory = territory
        self._tell = tell
        self._seen: tuple[int, int] | None = None
        self.gauge = ListGauge(str(path))

    def read(self) -> list[OmsOutage]:
        """The list as it is now.

        Raises:
            OmsError: it can't be read.
        """
        self._seen = self._stamp()
        return self._read()

    async def follow(self, took: Callable[[list[OmsOutage]], None]) -> None:
        """Give each later state of the list to `took`, for ever.

        A state that can't be read is told of, and the one before stays: a file may be half written.
        """
        while True:
            await asyncio.sleep(POLL_S)
            stamp = self._stamp()
            if stamp == self._seen:
                continue
            self._seen = stamp
            try:
                # thousands of lines take a second, which no key should wait for
                listed = await asyncio.to_thread(self._read)
            except OmsError as error:
                self.gauge.failed(str(error), POLL_S)
                self._tell(f"{error}; the list read before stays")
                continue
            took(listed)
            self._tell(f"{self._path}: read again, {len(listed):,} outages")

    def _read(self) -> list[OmsOutage]:
        bad: list[str] = []
        listed = read_oms(self._path, self._territory, bad.append)
        for words in bad:
            self._tell(words)
        self.gauge.took(len(listed), len(bad))
        return listed

    def _stamp(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size
