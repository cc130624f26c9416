"""When each post is to arrive: fixed before a run begins, whatever the system then does."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator

from simulator.load.shapes import Shape

STEP_S = 0.001
"""Posts of one step are intended for its beginning, so a latency is at most that much too long."""


class Schedule:
    """The posts of a run, numbered from 0, and the moment for which each is intended.

    `due` holds for each step how many posts are to have arrived by its beginning.
    """

    def __init__(self, due: array[int]) -> None:
        self.due = due

    @classmethod
    def of(cls, shape: Shape) -> Schedule:
        """The schedule of a shape."""
        due = array("q")
        total = 0.0
        while (rate := shape.tick(len(due) * STEP_S)) is not None:
            total += rate * STEP_S
            due.append(int(total + 1e-6))
        return cls(due)

    @property
    def posts(self) -> int:
        """How many posts the run has."""
        return self.due[-1] if self.due else 0

    @property
    def seconds(self) -> float:
        """How long the run lasts."""
        return len(self.due) * STEP_S

    def due_by(self, at_s: float) -> int:
        """How many posts are to have arrived `at_s` seconds after the run's beginning."""
        if at_s < 0 or not self.due:
            return 0
        return self.due[min(int(at_s / STEP_S), len(self.due) - 1)]

    def intended_s(self, post: int) -> float:
        """The moment for which a post is intended, in seconds from the run's beginning."""
        return bisect_right(self.due, post) * STEP_S

    def moments(self, first: int, end: int) -> Iterator[tuple[float, int]]:
        """The moments for which posts `first` to `end` are intended, each with their number."""
        step = bisect_right(self.due, first)
        while first < end:
            upto = min(self.due[step], end)
            if upto > first:
                yield step * STEP_S, upto - first
                first = upto
            step += 1
