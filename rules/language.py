"""Common words: which words are real, how rare a word is, and what language a text is in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

from rules.pack import LANGUAGES
from rules.text import fold

UNKNOWN = "und"
_WORDS = Path(__file__).parent / "words"
_STRONG_RANKS, _STRONG_VOTE = 200, 8
_WEAK_RANKS, _WEAK_VOTE = 5000, 1
CLEAR_LEAD = 2
"""Votes by which the language of a text must lead."""
_RANK_OFFSET = 3  # Zipf-Mandelbrot: the very first words are less frequent than 1/rank says
_RARE = 1 / 50_000
LONG_RUN = re.compile(r"(.)\1{2,}")
"""The same letter three times or more: a word is drawn out."""
HEAD_LETTERS = 3
LANE_BITS = 20
"""Of a number in which several counts stand side by side: each fits the longest text."""
LANE = (1 << LANE_BITS) - 1
VOTES = (1 << len(LANGUAGES) * LANE_BITS) - 1
"""The lanes of votes in a code: see `rules.tongue`."""


class CommonWords:
    """The 40,000 most frequent words of each language, folded.

    A text's language is voted for by its words: 8 votes for each of a language's 200 most frequent
    words, 1 for the rest of its first 5,000; a word that several languages have votes for each. The
    winner leads by 2 votes at least, or the language is und. `compiled` is the kernel's own form.
    """

    def __init__(self) -> None:
        self.compiled: object = None
        self._frequency: dict[str, float] = {}
        self._votes: dict[str, int] = {}
        self._frequency_in: dict[str, dict[str, float]] = {}
        known = self._frequency
        for lane, language in enumerate(LANGUAGES):
            words = frequent_words(language)
            own = {word: 1 / (rank + _RANK_OFFSET) for rank, word in enumerate(words)}
            self._frequency_in[language] = own
            shared = {word: max(own[word], known[word]) for word in own.keys() & known.keys()}
            known.update(own)
            known.update(shared)
            for rank, word in enumerate(words[:_WEAK_RANKS]):
                vote = _STRONG_VOTE if rank < _STRONG_RANKS else _WEAK_VOTE
                self._votes[word] = self._votes.get(word, 0) + (vote << lane * LANE_BITS)

    def __contains__(self, word: str) -> bool:
        return word in self._frequency

    def frequency(self, word: str) -> float:
        """How frequent a folded word is, relative to others; about 1/rank."""
        return self._frequency.get(word, _RARE)

    def frequency_in(self, word: str, language: str) -> float:
        """How frequent a folded word is in one language; 0 where it is none of its common words."""
        return self._frequency_in[language].get(word, 0.0)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every common word."""
        return frozenset(self._frequency)

    @property
    def frequencies(self) -> Mapping[str, float]:
        """Every common word with its frequency."""
        return self._frequency

    @property
    def all_votes(self) -> Mapping[str, int]:
        """Every word that votes, with its votes."""
        return self._votes

    def beginning_with(self, head: str) -> Sequence[str]:
        """The common words that begin with so many letters as `HEAD_LETTERS`."""
        return self._by_head.get(head, ())

    @cached_property
    def _by_head(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self._frequency:
            found.setdefault(word[:HEAD_LETTERS], []).append(word)
        return found

    def drawn_out(self) -> Sequence[str]:
        """The common words with a letter three times in a row ("nooo")."""
        return self._drawn_out

    @cached_property
    def _drawn_out(self) -> list[str]:
        return [word for word in self._frequency if LONG_RUN.search(word)]

    def votes(self, word: str) -> int:
        """The word's votes for each language, packed into one number that can be summed."""
        return self._votes.get(word, 0)


def elected(votes: int) -> str:
    """The language that summed votes speak for, or und."""
    best = second = -1
    winner = UNKNOWN
    for language in LANGUAGES:
        count = votes & LANE
        votes >>= LANE_BITS
        if count > best:
            best, second, winner = count, best, language
        elif count > second:
            second = count
    return winner if best - second >= CLEAR_LEAD else UNKNOWN


def frequent_words(language: str, count: int | None = None) -> list[str]:
    """The `count` (None: 40,000) most frequent words of `language`, folded, most frequent first.

    Of a language without a list there are none.
    """
    path = _WORDS / f"common_{language}.txt"
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")][:count]


@cache
def abbreviations(language: str) -> dict[str, str]:
    """What people write for short in `language`, folded, and the word that each stands for."""
    with (_WORDS / "abbreviations.toml").open("rb") as file:
        short: dict[str, str] = tomllib.load(file).get(language, {})
    return {fold(written): fold(meant) for written, meant in short.items()}


@cache
def common_words() -> CommonWords:
    """The words of the data files, read once."""
    return CommonWords()
