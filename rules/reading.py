"""What each distinct token means to a set of rules, worked out once and remembered."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import msgspec

from rules.language import CommonWords
from rules.lexicon import TOKEN_LETTERS_MAX, Atoms, Lexicon
from rules.phrase import Atom
from rules.text import LINK, MENTION, NUMBER, QUESTION, fold, humps, owner, pieces

MEMO_TOKENS = 50_000
"""How many tokens each of the memo's two generations remembers."""
_MEMO_LETTERS_MAX = 64
_PARTS_HELD = 4_096

Word = dict[int, int]
"""One word of a text: the elements of phrases that it can stand for, each with its edits."""


class Reading(msgspec.Struct, frozen=True):
    """A token as words; `cuts` are their spans within the token, None where the token is one word.

    `elements` are those of all words as a bit set, `anchors` the ones by which phrases are looked
    up, `votes` the language's.
    """

    words: tuple[Word, ...]
    cuts: tuple[tuple[int, int], ...] | None
    elements: int
    anchors: tuple[int, ...]
    votes: int


class Readings(dict[str, Reading]):
    """Token as received → reading; a miss is worked out by `work_out` and kept.

    The memo has two generations, so that an endless stream of new words can't fill the memory:
    when the young one is full it becomes the old one, and what is used again comes back.
    """

    def __init__(self, work_out: Callable[[str], Reading], limit: int = MEMO_TOKENS) -> None:
        super().__init__()
        self._work_out = work_out
        self._limit = limit
        self._old: dict[str, Reading] = {}

    def __missing__(self, token: str) -> Reading:
        reading = self._old.get(token) or self._work_out(token)
        # Links and handles seldom come twice; long tokens would make a count no bound of memory.
        if len(token) > _MEMO_LETTERS_MAX or token[0] == "@" or "/" in token:
            return reading
        if len(self) >= self._limit:
            self._old = dict(self)
            self.clear()
        self[token] = reading
        return reading

    @property
    def held(self) -> int:
        """How many readings both generations hold."""
        return len(self) + len(self._old)


class TokenReader:
    """Works out readings: pure, so that a verdict never depends on what was seen before."""

    def __init__(
        self,
        lexicon: Lexicon,
        common: CommonWords,
        elements_of: dict[Atom, tuple[int, ...]],
        anchors: frozenset[int],
    ) -> None:
        self._lexicon = lexicon
        self._common = common
        self._elements_of = elements_of
        self._anchors = anchors
        self._marks = {
            mark: self.word({Atom("mark", mark): 0}) for mark in (LINK, MENTION, NUMBER, QUESTION)
        }
        self._link, self._mention, self._question = (
            self._reading([self._marks[mark]]) for mark in (LINK, MENTION, QUESTION)
        )
        self._nothing = Reading((), (), 0, (), 0)
        self._idle: dict[int, Reading] = {}
        # Long texts may say one word in thousands of tags: the engine groups equal words by object.
        self._part = lru_cache(_PARTS_HELD)(self._tag_word)

    def word(self, atoms: Atoms) -> Word:
        """The elements that hold one of `atoms`, each with the fewest edits."""
        word: Word = {}
        for atom, edits in atoms.items():
            for element in self._elements_of.get(atom, ()):
                word[element] = min(edits, word.get(element, edits))
        return word

    def read(self, token: str) -> Reading:
        """The reading of a token as `rules.text.tokens` cuts it."""
        first = token[0]
        if first == "@":
            return self._mention
        if first in "#＃" or "_" in token:
            return self._tag(token)
        if first in "?¿？؟":
            return self._question
        if "/" in token or token[:4].lower() == "www.":
            return self._link
        if first.isdigit():
            folded = fold(token)
            literal = self.word({Atom("word", folded): 0, Atom("exact", folded): 0})
            return self._reading([self._marks[NUMBER] | literal])
        if first == "&" and not fold(token).isalnum():
            return self._nothing
        return self._plain(token)

    def _plain(self, token: str) -> Reading:
        if len(token) > _MEMO_LETTERS_MAX:
            return self._idle_word(0)
        folded = fold(token)
        atoms = self._lexicon.read(folded)
        before = None if token.isalnum() else owner(token)
        if before:
            atoms = self._lexicon.read(fold(before)) | atoms
        votes = self._common.votes(folded)
        word = self.word(atoms)
        return self._reading([word], votes=votes) if word else self._idle_word(votes)

    def _idle_word(self, votes: int) -> Reading:
        """The reading of every word that no phrase holds, one object for equal votes."""
        return self._idle.setdefault(votes, Reading(({},), None, 0, (), votes))

    def _tag(self, token: str) -> Reading:
        words: list[Word] = []
        cuts: list[tuple[int, int]] = []
        for begin, end in pieces(token):
            for start, stop in self._tag_words(token[begin:end]):
                part = fold(token[begin + start : begin + stop])
                short = len(part) <= _MEMO_LETTERS_MAX
                words.append(self._part(part) if short else self._tag_word(part))
                cuts.append((begin + start, begin + stop))
        return self._reading(words, cuts)

    def _tag_word(self, part: str) -> Word:
        word = self.word(self._lexicon.read(part))
        return word | self._marks[NUMBER] if part.isdigit() else word

    def _tag_words(self, tag: str) -> list[tuple[int, int]]:
        """Spans of the words of one tag: itself, its camel humps, or words of the phrases."""
        if len(tag) > TOKEN_LETTERS_MAX or fold(tag) in self._lexicon:
            return [(0, len(tag))]
        return [
            (begin + start, begin + stop)
            for begin, end in humps(tag)
            for start, stop in self._hump_words(tag[begin:end])
        ]

    def _hump_words(self, hump: str) -> list[tuple[int, int]]:
        folded = fold(hump)
        # A span in the folded tag is one in the tag only while both have the same letters.
        return self._lexicon.split(folded) if len(folded) == len(hump) else [(0, len(hump))]

    def _reading(
        self,
        words: list[Word],
        cuts: list[tuple[int, int]] | None = None,
        votes: int = 0,
    ) -> Reading:
        distinct = {id(word): word for word in words}.values()
        elements = {element for word in distinct for element in word}
        bits = 0
        for element in elements:
            bits |= 1 << element
        anchors = sorted(elements & self._anchors)
        spans = None if cuts is None else tuple(cuts)
        return Reading(tuple(words), spans, bits, tuple(anchors), votes)
