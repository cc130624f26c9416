"""What was sent, in its order: the storm's posts with the trainer's injects between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from desk.post import encode
from simulator.conductor.inject import Fired
from simulator.conductor.spool import Spool, mark
from simulator.truth import Told


class Reel:
    """Positions from 0: what was sent so far. Wound back and on again it sends the same.

    An inject stands where it was fired: right before the post of the storm that came next.
    """

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.fired: list[Fired] = []
        self.reached_s = 0.0
        self._slots: list[int] = []
        self._by_id: dict[str, Fired] = {}
        self._posts = 0
        self._injects = 0

    def __len__(self) -> int:
        return self._posts + self._injects

    @property
    def ended(self) -> bool:
        """Whether nothing is left to be sent."""
        told = self.spool.ended and self._posts == len(self.spool)
        return told and self._injects == len(self.fired)

    def wind(self, until_s: float, most: int) -> bool:
        """Send what is due by `until_s`, at most `most` posts; whether all of it was.

        `reached_s` is then the second up to which everything was sent.
        """
        end = len(self) + most
        told = self.spool.before(until_s) < len(self.spool) or self.spool.tell(
            until_s, max(0, self._posts + most - len(self.spool))
        )
        due = self.spool.before(until_s)
        while len(self) < end:
            coming = self.coming()
            if coming and coming.before <= self._posts and coming.at_s <= until_s:
                self._injects += 1
            elif self._posts < due:
                stop = min(due, coming.before if coming else due, self._posts + end - len(self))
                self._posts = max(stop, self._posts + 1)
            else:
                break
        done = told and self._posts >= due and len(self) < end
        reached_s = until_s if done else self.second(len(self) - 1)
        self.reached_s = max(self.reached_s, reached_s)
        return done

    def fire(self, inject: Fired) -> None:
        """Let an inject be sent next; it comes again whenever the reel does."""
        at = bisect_right(self.fired, _when(inject), key=_when)
        self.fired.insert(at, inject)
        self._slots[at:] = [each.before + at + n for n, each in enumerate(self.fired[at:])]
        self._by_id[inject.told.post.id] = inject

    def withdraw(self, inject: Fired) -> None:
        """Let an inject that has not been sent, or was wound back, not come again."""
        if inject in self.fired[self._injects :]:
            self.fired.remove(inject)
            self._slots = [fired.before + number for number, fired in enumerate(self.fired)]
            del self._by_id[inject.told.post.id]

    def rewind(self, at_s: float) -> None:
        """Wind back: only what was sent by `at_s` counts as sent."""
        self._posts = min(self._posts, self.spool.before(at_s))
        injects = bisect_right(self.fired, at_s, key=lambda fired: fired.at_s)
        self._injects = min(self._injects, injects)
        self.reached_s = min(self.reached_s, at_s)

    @property
    def posts(self) -> int:
        """How many posts of the storm were sent: the number of the one that comes next."""
        return self._posts

    def coming(self) -> Fired | None:
        """The next inject that was fired and is to be sent, just now or once more."""
        return self.fired[self._injects] if self._injects < len(self.fired) else None

    def was_sent(self, inject: Fired) -> bool:
        """Whether an inject was sent, and not wound back since."""
        return inject in self.fired[: self._injects]

    def inject_at(self, position: int) -> Fired | None:
        """The inject at a position; None for a post of the storm."""
        number = bisect_left(self._slots, position)
        found = number < len(self._slots) and self._slots[number] == position
        return self.fired[number] if found else None

    def second(self, position: int) -> float:
        """The second of the storm day at which a position was written; 0 before the first."""
        if position < 0:
            return 0.0
        inject = self.inject_at(position)
        return inject.at_s if inject else self.spool.at_s(self._index(position))

    def post_bytes(self, position: int) -> bytes:
        """The post at a position as JSON."""
        inject = self.inject_at(position)
        return encode(inject.told.post) if inject else self.spool.post_bytes(self._index(position))

    def told(self, position: int) -> Told:
        """The post at a position with its truth."""
        inject = self.inject_at(position)
        return inject.told if inject else self.spool.told(self._index(position))

    def marks(self, position: int) -> int:
        """What the post at a position means, as bits (see spool.mark)."""
        inject = self.inject_at(position)
        return mark(inject.told.truth) if inject else self.spool.marks(self._index(position))

    def position_of(self, id_: str) -> int | None:
        """Where the post of this id was sent; None where it was not."""
        fired = self._by_id.get(id_)
        if fired is not None:
            number = self.fired.index(fired, bisect_left(self.fired, fired.before, key=_before))
            return self._slots[number] if number < self._injects else None
        index = self.spool.index_of(id_)
        if index is None or index >= self._posts:
            return None
        return index + bisect_right(self.fired, index, key=_before)

    def _index(self, position: int) -> int:
        return position - bisect_left(self._slots, position)


def _before(fired: Fired) -> int:
    return fired.before


def _when(fired: Fired) -> tuple[int, float]:
    """Its place in the order: before the same post, one that was wound back may be the later."""
    return fired.before, fired.at_s
