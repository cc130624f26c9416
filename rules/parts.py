"""Words that longer ones are made of: joined hashtags, and words that lost the blank between them.

The plain form of `rules.kernel.parts`.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.language import CommonWords

SPLIT_LETTERS_MAX = 40
PART_LETTERS_MIN = 2
PART_LETTERS_MAX = 20
COMMON_LETTERS_MIN = 3
JOINED_LETTERS_MIN = 6

Spans = list[tuple[int, int]]


class Parts:
    """Folded `words` to look for in longer ones; `common` words are real whatever they hold."""

    def __init__(self, words: Iterable[str], common: CommonWords) -> None:
        self._words = frozenset(word for word in words if len(word) >= PART_LETTERS_MIN)
        self._common = common

    def within(self, text: str) -> bool:
        """Whether a word of three letters or more is a part of a text."""
        letters = len(text)
        parts = {
            text[begin:end]
            for begin in range(letters - COMMON_LETTERS_MIN + 1)
            for end in range(begin + COMMON_LETTERS_MIN, letters + 1)
        }
        return not self._words.isdisjoint(parts)

    def joined(self, word: str) -> int:
        """Where a word that has lost its blank ("nopower") falls into two.

        0 where it is a common word, or does not.
        """
        if len(word) < JOINED_LETTERS_MIN or word in self._common:
            return 0
        words = self._words
        for cut in range(PART_LETTERS_MIN, len(word) - PART_LETTERS_MIN + 1):
            if (
                word[:cut] in words
                and word[cut:] in words
                and max(cut, len(word) - cut) > COMMON_LETTERS_MIN
            ):
                return cut
        return 0

    def split(self, tag: str) -> Spans:
        """Spans of the words in a joined lower-case tag, or its whole span where it can't be split.

        The split has the fewest letters outside the words (a letter outside common words counts
        twice), then the fewest words. The words make up half of it at least.
        """
        whole = [(0, len(tag))]
        if len(tag) > SPLIT_LETTERS_MAX or tag in self._words or tag in self._common:
            return whole
        size = len(tag)
        parts = {
            tag[begin:end]
            for begin in range(size - 1)
            for end in range(begin + 2, min(size, begin + PART_LETTERS_MAX) + 1)
        }
        if 2 * sum(map(len, parts & self._words)) < size:  # however it may be split
            return whole
        # other letters, words, begin of the last word: the best way to each place
        best: list[tuple[int, int, int]] = [(2 * end, end, end - 1) for end in range(size + 1)]
        own, common = self._words, self._common.frequencies
        for begin in range(size):
            other, words, _ = best[begin]
            words += 1
            option = (other + 2, words, begin)
            if option < best[begin + 1]:
                best[begin + 1] = option
            for end in range(begin + 2, min(size, begin + PART_LETTERS_MAX) + 1):
                part = tag[begin:end]
                if part in own:
                    option = (other, words, begin)
                elif end - begin >= COMMON_LETTERS_MIN and part in common:
                    option = (other + end - begin, words, begin)
                else:
                    continue
                if option < best[end]:
                    best[end] = option
        spans = spans_of([begin for _, _, begin in best])
        known = sum(end - begin for begin, end in spans if tag[begin:end] in own)
        return spans if 2 * known >= size else whole


def spans_of(begins: list[int]) -> Spans:
    """The words of a split; letters that are no word stay together.

    `begins` has for each place where a word may end where it begins, first that of no letters.
    """
    spans: Spans = []
    end = len(begins) - 1
    last_is_stray = False
    while end:
        begin = begins[end]
        stray = end - begin == 1
        if stray and last_is_stray:
            spans[-1] = (begin, spans[-1][1])
        else:
            spans.append((begin, end))
        last_is_stray = stray
        end = begin
    spans.reverse()
    return spans
