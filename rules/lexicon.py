"""What single words stand for: atoms of phrases, found exactly, by stem or within a few edits."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain

from rules.language import LONG_RUN, CommonWords, abbreviations
from rules.pack import LANGUAGES
from rules.phrase import STEM_LETTERS_MIN, Atom
from rules.typos import Typos

TOKEN_LETTERS_MAX = 40
TYPO_LETTERS_MIN = 4
_PART_LETTERS_MIN = 2
_SPLIT_LETTERS_MIN = 6
_FRAGMENT_FREQUENCY_MAX = 1 / 8_000  # so that few posts are searched for words written in two
JOINED_LETTERS_MIN = 6
_TAG_WORD_LETTERS_MAX = 20
_DRAWN_OUT_LETTERS_MIN = 4

Atoms = dict[Atom, int]
"""Atoms that a word stands for, with the edits that separate the two."""


class Lexicon:
    """All atoms of a set of rules; typos are forgiven in those that are `tolerant` (None: all).

    A word of the phrases or a common word is real: it is never taken for a typo. What is mistyped
    is looked up with `typos`.
    """

    def __init__(
        self,
        atoms: Iterable[Atom],
        common: CommonWords,
        *,
        tolerant: Collection[Atom] | None = None,
        typos: type[Typos] = Typos,
    ) -> None:
        atoms = set(atoms)
        forgiving = atoms if tolerant is None else atoms.intersection(tolerant)
        self.common = common
        self.exact: dict[str, tuple[Atom, ...]] = {}
        self._stems: dict[str, Atom] = {}
        typed: list[str] = []
        for atom in sorted(atoms):
            if atom.kind == "stem":
                self._stems[atom.spelling] = atom
            elif atom.kind in ("word", "exact"):
                self.exact[atom.spelling] = (*self.exact.get(atom.spelling, ()), atom)
                if atom.kind == "word" and atom in forgiving:
                    typed.append(atom.spelling)
        self.short: dict[str, tuple[Atom, ...]] = {}
        for language in LANGUAGES:
            for short, meant in abbreviations(language).items():
                atoms_meant = (atom for atom in self.exact.get(meant, ()) if atom.kind == "word")
                self.short[short] = (*self.short.get(short, ()), *atoms_meant)
        self.stem_heads = frozenset(stem[:STEM_LETTERS_MIN] for stem in self._stems)
        self._stemmed = self._words_with_stems(forgiving)
        self.typos = typos([*typed, *sorted(self._stemmed)])
        self._stem_letters_max = max(map(len, self._stems), default=0)
        self.words_in_tags = frozenset(word for word in self.exact if len(word) > 1)
        self.splittable = {
            atom.spelling: {atom: 1}
            for atom in forgiving
            if atom.kind == "word"
            and len(atom.spelling) >= _SPLIT_LETTERS_MIN
            and atom.spelling.isalpha()
        }
        self.fragments = frozenset(
            part
            for word in self.splittable
            for cut in range(_PART_LETTERS_MIN, len(word) - _PART_LETTERS_MIN + 1)
            for part in (word[:cut], word[cut:])
            if common.frequency(part) < _FRAGMENT_FREQUENCY_MAX
        )

    def _words_with_stems(self, forgiving: Collection[Atom]) -> dict[str, tuple[Atom, ...]]:
        """Common words that begin with a stem: a typo of one of them is one of the stem."""
        found: dict[str, tuple[Atom, ...]] = {}
        for word in chain.from_iterable(map(self.common.beginning_with, self.stem_heads)):
            stems = [self._stems.get(word[:end]) for end in range(STEM_LETTERS_MIN, len(word))]
            atoms = tuple(atom for atom in stems if atom and atom in forgiving)
            if atoms:
                found[word] = atoms
        return found

    def __contains__(self, word: str) -> bool:
        return word in self.exact

    def idle_words(self) -> frozenset[str]:
        """The common words that stand for no atom and no part of one."""
        listed = (self.exact, self.short, self.fragments, self.common.drawn_out())
        begun = map(self.common.beginning_with, self.stem_heads)
        return self.common.words.difference(*listed, *begun)

    def read(self, word: str) -> Atoms:
        """The atoms that a folded word stands for; nothing for an idle word."""
        found = self._literal(word)
        if found or len(word) > TOKEN_LETTERS_MAX or not word.isalpha():
            return found
        # Before the common words: some drawn-out ones ("noooo") are among them.
        if LONG_RUN.search(word) and len(word) >= _DRAWN_OUT_LETTERS_MIN:
            return self._squeezed(word)
        if word in self.common or len(word) < TYPO_LETTERS_MIN:
            return {}
        return self._typo(word)

    def literal_of(self, spellings: Iterable[str]) -> Atoms:
        """The atoms that one of these folded spellings stands for to the letter."""
        return next(filter(None, map(self._literal, spellings)), {})

    def is_fragment(self, word: str) -> bool:
        """Whether a folded word is a rare word or none, and the begin or end of a phrase's word."""
        return word in self.fragments

    def in_two(self, first: str, second: str) -> Atoms:
        """The atoms of a word that was written in two ("out age"): that is one edit."""
        return self.splittable.get(first + second, {})

    def is_literal(self, word: str) -> bool:
        """Whether a folded word stands in the phrases to the letter."""
        return word in self.exact

    def joined(self, word: str) -> int:
        """Where a folded word that has lost its blank ("nopower") falls into two of the phrases.

        0 where it is a common word, or does not.
        """
        if len(word) < JOINED_LETTERS_MIN or word in self.common:
            return 0
        words = self.words_in_tags
        for cut in range(_PART_LETTERS_MIN, len(word) - _PART_LETTERS_MIN + 1):
            if (
                word[:cut] in words
                and word[cut:] in words
                and max(cut, len(word) - cut) > STEM_LETTERS_MIN
            ):
                return cut
        return 0

    def _literal(self, word: str) -> Atoms:
        found: Atoms = dict.fromkeys(self.exact.get(word, ()), 0)
        if word in self.short:
            found |= dict.fromkeys(self.short[word], 0)
        if word[:STEM_LETTERS_MIN] not in self.stem_heads:
            return found
        for end in range(STEM_LETTERS_MIN, min(len(word), self._stem_letters_max) + 1):
            stem = self._stems.get(word[:end])
            if stem:
                found[stem] = 0
        return found

    def _squeezed(self, word: str) -> Atoms:
        """A drawn-out word ("poooower"): runs of three letters or more stand for one or two."""
        forms = [LONG_RUN.sub(run, word) for run in (r"\1", r"\1\1")]
        found = self._literal(forms[0]) | self._literal(forms[1])
        if found or any(form in self.common for form in forms):
            return found
        return self._typo(word) or self._typo(forms[0])

    def _typo(self, word: str) -> Atoms:
        near, edits = self.typos.near(word)
        atoms = {Atom("word", one): edits for one in near if one in self.exact}
        for one in near:
            atoms |= dict.fromkeys(self._stemmed.get(one, ()), edits)
        return atoms

    def split(self, tag: str) -> list[tuple[int, int]]:
        """Spans of the words in a joined lower-case tag, or its whole span where it can't be split.

        The split has the fewest letters outside words of the phrases (a letter outside common words
        counts twice), then the fewest words. Words of the phrases make up half of it at least.
        """
        whole = [(0, len(tag))]
        if len(tag) > TOKEN_LETTERS_MAX or tag in self.exact or tag in self.common:
            return whole
        size = len(tag)
        parts = {
            tag[begin:end]
            for begin in range(size - 1)
            for end in range(begin + 2, min(size, begin + _TAG_WORD_LETTERS_MAX) + 1)
        }
        if 2 * sum(map(len, parts & self.words_in_tags)) < size:  # however it may be split
            return whole
        # other letters, words, begin of the last word: the best way to each place
        best: list[tuple[int, int, int]] = [(2 * end, end, end - 1) for end in range(size + 1)]
        own, common = self.words_in_tags, self.common.frequencies
        for begin in range(size):
            other, words, _ = best[begin]
            words += 1
            option = (other + 2, words, begin)
            if option < best[begin + 1]:
                best[begin + 1] = option
            for end in range(begin + 2, min(size, begin + _TAG_WORD_LETTERS_MAX) + 1):
                part = tag[begin:end]
                if part in own:
                    option = (other, words, begin)
                elif end - begin >= STEM_LETTERS_MIN and part in common:
                    option = (other + end - begin, words, begin)
                else:
                    continue
                if option < best[end]:
                    best[end] = option
        spans = self._spans(tag, best)
        known = sum(end - begin for begin, end in spans if tag[begin:end] in self.words_in_tags)
        return spans if 2 * known >= size else whole

    def _spans(self, tag: str, best: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
        """The words of the best split; letters that are no word stay together."""
        spans: list[tuple[int, int]] = []
        end = len(tag)
        last_is_stray = False
        while end:
            begin = best[end][2]
            stray = end - begin == 1
            if stray and last_is_stray:
                spans[-1] = (begin, spans[-1][1])
            else:
                spans.append((begin, end))
            last_is_stray = stray
            end = begin
        spans.reverse()
        return spans
