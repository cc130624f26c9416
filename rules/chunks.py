"""Texts cut into chunks, and chunks remembered: the plain form of `rules.kernel.chunks`.

A chunk is what stands between two blanks. What it means hangs on nothing but its letters, so it is
worked out once, however many texts hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from rules.language import VOTES, elected
from rules.memo import Memo
from rules.reading import Reading
from rules.text import chunk_spans

FORM = 6
"""Goes up, here and in `rules/kernel`, with what the rest asks of either."""


class Chunk:
    """What stands between two blanks of a text.

    `code` is its code for `rules.tongue`; `readings` are its words in each language that it was
    read in, by the language's number.
    """

    __slots__ = ("code", "readings", "text")

    def __init__(self, text: str, code: int) -> None:
        self.text = text
        self.code = code
        self.readings: dict[int, Reading] = {}


class Cut:
    """A text cut into its chunks."""

    def __init__(self, text: str, chunks: Sequence[Chunk]) -> None:
        self.text = text
        self.chunks = chunks

    @cached_property
    def code(self) -> int:
        """The codes of all chunks as one."""
        return together(chunk.code for chunk in self.chunks)

    @property
    def language(self) -> str:
        """The language that the chunks speak for, or und."""
        return elected(self.code)

    @property
    def line_ends(self) -> Sequence[int]:
        """The numbers of the chunks before which a line ends."""
        if "\n" not in self.text:
            return ()
        return list(accumulate(len(line.split()) for line in self.text.split("\n")[:-1]))

    def span(self, number: int) -> tuple[int, int]:
        """Where a chunk stands in the text, in code points; chunks count from 0."""
        return self._spans[number]

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return [match.span() for match in chunk_spans(self.text)]


class Chunks:
    """Makes the chunks of texts, and remembers at most twice `limit` of them.

    `code_of` works out the code of a chunk; `tag_code_of` that of a hashtag, from what is written
    and how it is folded; that of a plain folded word is in `known`, or 0.
    """

    def __init__(
        self,
        code_of: Callable[[str], int],
        tag_code_of: Callable[[str, str], int],
        known: Mapping[str, int],
        limit: int,
    ) -> None:
        del tag_code_of, known  # they say nothing that `code_of` does not
        self._memo = Memo(lambda text: Chunk(text, code_of(text)), limit)

    @property
    def held(self) -> int:
        """How many chunks are remembered."""
        return self._memo.held

    def of(self, text: str) -> Cut:
        """A text cut into its chunks."""
        return Cut(text, list(map(self._memo.__getitem__, text.split())))


def together(codes: Iterable[int]) -> int:
    """Codes as one: votes are summed, flags joined."""
    votes = flags = 0
    for code in codes:
        votes += code & VOTES
        flags |= code
    return votes | flags & ~VOTES
