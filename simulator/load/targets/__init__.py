"""The systems that a load test can be thrown at."""

from __future__ import annotations

from typing import Protocol

from simulator.load.wire import Progress


class Target(Protocol):
    """A system under load."""

    name: str

    def start(self) -> None:
        """Start its processes, and return when it can take posts.

        Raises:
            LoadError: it can't be started.
        """
        ...

    def pids(self) -> dict[str, list[int]]:
        """Its processes by what they do."""
        ...

    def heard(self) -> list[Progress]:
        """What has happened since the last call.

        Raises:
            LoadError: a process of it has ended.
        """
        ...

    def close(self) -> None:
        """End its processes."""
        ...
