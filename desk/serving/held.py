"""What screens look at: a million labelled posts in few bytes, each with a number that stays."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from desk.post import LabelledPost
from desk.serving.blocks import MOST_LETTERS, MOST_POSTS, Block
from desk.serving.filters import Filter, Folded
from desk.store import Store
from rules.judge import TEXT_LETTERS_MAX

HELD = 1_000_000
"""Labelled posts held for screens; older ones stay in the store."""
HELD_BYTES = 400_000_000
"""... and the memory that they may take; a million ordinary ones take some 270 MB."""
WHOLE = 2_000
"""Posts held whole, the newest: those that screens which follow are told."""
TURN_S = 0.004
"""So long the work for one screen goes on before others have their turn."""


class Held:
    """The newest labelled posts of a store, under the numbers that they have there.

    What was stored before is taken in by `load`, the newest first.
    """

    def __init__(self, store: Store, held: int = HELD, held_bytes: int = HELD_BYTES) -> None:
        self._store = store
        self._most, self._most_bytes = held, held_bytes
        self._blocks: list[Block] = []
        self._firsts: list[int] = []
        self._bytes = 0
        self._whole: list[LabelledPost] = []
        self._whole_first = self._packed = self.first = self.end = store.end
        self._oldest = max(0, store.end - held)

    @property
    def loading(self) -> bool:
        """Whether there are older posts that `load` would take in."""
        return self.first > self._oldest

    def extend(self, posts: Sequence[LabelledPost]) -> None:
        """Add the newest posts of the store; where the room is full, a tenth of it is freed."""
        self._whole.extend(posts)
        self.end += len(posts)
        while count := self._full():
            begin = self._packed - self._whole_first
            self._put(Block(self._packed, self._whole[begin : begin + count]), newest=True)
            self._packed += count
        if len(self._whole) > 2 * WHOLE:
            spare = min(len(self._whole) - WHOLE, self._packed - self._whole_first)
            del self._whole[:spare]
            self._whole_first += spare
        if self._is_over(1.0):
            self._free()

    def _full(self) -> int:
        """How many of the posts in no block yet make a block; 0 while they are too few."""
        letters = 0
        begin = self._packed - self._whole_first
        for count, post in enumerate(self._whole[begin : begin + MOST_POSTS], 1):
            letters += min(len(post.text), TEXT_LETTERS_MAX)
            if letters >= MOST_LETTERS:
                return count
        return MOST_POSTS if self.end - self._packed >= MOST_POSTS else 0

    def _put(self, block: Block, *, newest: bool) -> None:
        at = len(self._blocks) if newest else 0
        self._blocks.insert(at, block)
        self._firsts.insert(at, block.first)
        self._bytes += block.bytes

    def _is_over(self, share: float) -> bool:
        """Whether more than this share of the room is taken."""
        return self.end - self.first > share * self._most or self._bytes > share * self._most_bytes

    def _free(self) -> None:
        gone = 0
        while gone < len(self._blocks) and self._is_over(0.9):
            self._bytes -= self._blocks[gone].bytes
            self.first = self._blocks[gone].end
            gone += 1
        del self._blocks[:gone], self._firsts[:gone]
        self._oldest = self.first

    def load(self) -> bool:
        """Take in the next older posts of the store; False where none are left, or no room."""
        if not self.loading:
            return False
        posts = self._store.between(max(self._oldest, self.first - MOST_POSTS), self.first)
        letters = 0
        for count, post in enumerate(reversed(posts), 1):
            letters += min(len(post.text), TEXT_LETTERS_MAX)
            if letters >= MOST_LETTERS:
                posts = posts[-count:]
                break
        block = Block(self.first - len(posts), posts)
        if not posts or self._bytes + block.bytes > self._most_bytes:
            self._oldest = self.first
            return False
        self._put(block, newest=False)
        self.first = block.first
        return True

    def replace(self, number: int, post: LabelledPost) -> None:
        """A post is another one now, in the store as well: its author has deleted its words."""
        if number >= self._whole_first:
            self._whole[number - self._whole_first] = post
        if self.first <= number < self._packed:
            at = bisect_right(self._firsts, number) - 1
            before = self._blocks[at]
            block = Block(before.first, self._store.between(before.first, before.end))
            self._bytes += block.bytes - before.bytes
            self._blocks[at] = block

    def at_s(self, number: int) -> float:
        """When the post of this number was written, in seconds since 1970."""
        if number >= self._whole_first:
            return self._whole[number - self._whole_first].created_at.timestamp()
        return self._block_of(number).at_s(number)

    def _block_of(self, number: int) -> Block:
        return self._blocks[bisect_right(self._firsts, number) - 1]

    def posts(self, numbers: Sequence[int]) -> list[LabelledPost]:
        """The posts of these numbers, which rise."""
        split = bisect_left(numbers, self._whole_first)
        stored = self._store.numbered(numbers[:split])
        return stored + [self._whole[number - self._whole_first] for number in numbers[split:]]

    def hits(self, wanted: Filter, first: int, end: int) -> tuple[int, list[int]]:
        """Of the posts from `first` to `end`, up to how far they were looked at, and which fit."""
        if first >= self._packed:
            begin = first - self._whole_first
            some = self._whole[begin : min(begin + MOST_POSTS, end - self._whole_first)]
            return first + len(some), [
                number for number, post in enumerate(some, first) if wanted(Folded(post))
            ]
        return self._in_block(wanted, self._block_of(first), first, end)

    def hits_before(self, wanted: Filter, first: int, end: int) -> tuple[int, list[int]]:
        """As `hits`, from `end` backwards: down to how far they were looked at."""
        if end > self._packed:
            first = max(first, self._packed, end - MOST_POSTS)
            return first, self.hits(wanted, first, end)[1]
        block = self._block_of(end - 1)
        first = max(first, block.first)
        return first, self._in_block(wanted, block, first, end)[1]

    def _in_block(
        self, wanted: Filter, block: Block, first: int, end: int
    ) -> tuple[int, list[int]]:
        end = min(end, block.end)
        found = [block.first + at for at in block.hits(wanted)]
        if first > block.first or end < block.end:
            found = [number for number in found if first <= number < end]
        whole = [term for term in wanted.terms if term.part == "whole"]
        if whole and found:
            posts = map(Folded, self.posts(found))
            found = [
                number
                for number, post in zip(found, posts, strict=True)
                if all(term.holds(post) for term in whole)
            ]
        return end, found


class Search:
    """What of all that is held fits a filter: looked at slice by slice, new posts and older ones.

    The numbers from `low` up to `high` have been looked at.
    """

    def __init__(self, held: Held, wanted: Filter) -> None:
        self._held = held
        self._wanted = wanted
        self.low = self.high = held.end

    @property
    def behind(self) -> bool:
        """Whether there are posts that came since."""
        return self.high < self._held.end

    @property
    def counting(self) -> bool:
        """Whether there are older posts, held or still to be loaded, to be looked at."""
        return self.low > self._held.first or self._held.loading

    def newer(self) -> list[int]:
        """Look at the next posts that came since; which of them fit, rising."""
        held = self._held
        if self.high < held.first:
            self.low = self.high = held.first
        self.high, found = held.hits(self._wanted, self.high, held.end)
        return found

    def older(self) -> list[int]:
        """Look at the next older posts; which of them fit, rising. Loads what is not held yet."""
        held = self._held
        if self.low <= held.first and not held.load():
            return []
        self.low, found = held.hits_before(self._wanted, held.first, self.low)
        return found


async def in_turns(look: Callable[[], bool]) -> None:
    """Do `look` until it has nothing left to do, and let others have their turn in between."""
    until_s = time.monotonic() + TURN_S
    while look():
        if time.monotonic() >= until_s:
            await asyncio.sleep(0)
            until_s = time.monotonic() + TURN_S
