"""What the processes of a system under load tell the test, ten times a second."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection

import msgspec

TELL_S = 0.1


class Progress(msgspec.Struct):
    """What has happened since the last telling. Posts are numbered over all runs.

    `done` holds batches as (first, end, second): labelled and stored at this moment of the
    machine's monotonic clock. `outages` and `screens` hold (post, second): posts that have changed
    an outage, or reached the screen. `given` holds labels that posts got, as a bit set, for those
    that got any. `work_s` are CPU seconds by stage since the beginning, in the process that
    `source` numbers. `refused` counts posts, `cut` rows that the screen was only told the number
    of, and `fetched` those of them that it has asked for since.
    """

    done: list[tuple[int, int, float]] = []
    outages: list[tuple[int, float]] = []
    screens: list[tuple[int, float]] = []
    given: list[tuple[int, int]] = []
    work_s: dict[str, float] = {}
    refused: int = 0
    cut: int = 0
    fetched: int = 0
    source: int = 0
    fault: str = ""


class Teller:
    """Sends progress to the test, not more often than it is of use."""

    def __init__(self, out: Connection) -> None:
        self.progress = Progress()
        self._out = out
        self._told_s = time.monotonic()

    def tell(self, *, now: bool = False) -> None:
        """Send what there is, if it is time."""
        at_s = time.monotonic()
        if now or at_s - self._told_s >= TELL_S:
            self._told_s = at_s
            progress = self.progress
            if now or progress.done or progress.screens or progress.outages or progress.given:
                self._out.send_bytes(msgspec.msgpack.encode(progress))
                self.progress = Progress(work_s=progress.work_s, source=progress.source)


def heard(connection: Connection) -> list[Progress]:
    """Everything that one process has told since the last call.

    Raises:
        EOFError: it has ended.
    """
    found = []
    while connection.poll():
        found.append(msgspec.msgpack.decode(connection.recv_bytes(), type=Progress))
    return found
