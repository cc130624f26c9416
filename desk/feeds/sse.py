"""Server-sent events: bytes cut into events, however they come (WHATWG HTML, section 9.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from desk.feeds.lines import Lines

MOST_EVENT_BYTES = 1 << 20
"""An event without an end would fill the memory; a status of 500 characters has some 4 KiB."""


class Event(NamedTuple):
    """One event; `data` is None where there was too much of it, `start` is how that began."""

    name: str
    data: bytes | None
    start: bytes = b""


class Events:
    """Cuts chunks of a stream into events; comments, such as heartbeats, are left out."""

    def __init__(self, most_bytes: int = MOST_EVENT_BYTES) -> None:
        self._lines = Lines(most_bytes=most_bytes)
        self._most_bytes = most_bytes
        self._begin()

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that `chunk` completes."""
        for line in self._lines.feed(chunk):
            if line.data is None:
                self._too_long = True
            elif not line.data:
                if self._data or self._too_long:
                    yield self._event()
                self._begin()
            else:
                self._field(line.data)

    def _begin(self) -> None:
        self._name = ""
        self._data: list[bytes] = []
        self._bytes = 0
        self._too_long = False

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._bytes += len(value) + 1
            self._too_long = self._too_long or self._bytes > self._most_bytes
            if not self._too_long or not self._data:
                self._data.append(value.removeprefix(b" "))
        elif name == b"event":
            self._name = value.strip()[:100].decode("utf-8", "replace")

    def _event(self) -> Event:
        data = b"\n".join(self._data)
        if self._too_long:
            return Event(self._name, None, data[:100])
        return Event(self._name, data)
