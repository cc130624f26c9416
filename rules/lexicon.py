"""What single words stand for: atoms of phrases, found exactly, by stem or within a few edits."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain

from rules.language import LONG_RUN, CommonWords, abbreviations
from rules.pack import LANGUAGES
from rules.parts import Parts
from rules.phrase import STEM_LETTERS_MIN, Atom
from rules.typos import Typos

TOKEN_LETTERS_MAX = 40
TYPO_LETTERS_MIN = 4
_PART_LETTERS_MIN = 2
_SPLIT_LETTERS_MIN = 6
_FRAGMENT_FREQUENCY_MAX = 1 / 8_000  # so that few posts are searched for words written in two
_DRAWN_OUT_LETTERS_MIN = 4

Atoms = dict[Atom, int]
"""Atoms that a word stands for, with the edits that separate the two."""


class Lexicon:
    """All atoms of a set of rules; typos are forgiven in those that are `tolerant` (None: all).

    A word of the phrases or a common word is real: it is never taken for a typo. What is mistyped
    is looked up with `typos`, and what is joined with `parts`.
    """

    def __init__(
        self,
        atoms: Iterable[Atom],
        common: CommonWords,
        *,
        tolerant: Collection[Atom] | None = None,
        typos: type[Typos] = Typos,
        parts: type[Parts] = Parts,
    ) -> None:
        atoms = set(atoms)
        forgiving = atoms if tolerant is None else atoms.intersection(tolerant)
        self.common = common
        self.exact: dict[str, tuple[Atom, ...]] = {}
        self.stems: dict[str, Atom] = {}
        typed: list[str] = []
        for atom in sorted(atoms):
            if atom.kind == "stem":
                self.stems[atom.spelling] = atom
            elif atom.kind in ("word", "exact"):
                self.exact[atom.spelling] = (*self.exact.get(atom.spelling, ()), atom)
                if atom.kind == "word" and atom in forgiving:
                    typed.append(atom.spelling)
        self.short: dict[str, tuple[Atom, ...]] = {}
        for language in LANGUAGES:
            for short, meant in abbreviations(language).items():
                atoms_meant = (atom for atom in self.exact.get(meant, ()) if atom.kind == "word")
                self.short[short] = (*self.short.get(short, ()), *atoms_meant)
        self.stem_heads = frozenset(stem[:STEM_LETTERS_MIN] for stem in self.stems)
        self.stemmed = self._words_with_stems(forgiving)
        self.typos = typos([*typed, *sorted(self.stemmed)])
        self.stem_letters_max = max(map(len, self.stems), default=0)
        self.parts = parts(self.exact, common)
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
            stems = [self.stems.get(word[:end]) for end in range(STEM_LETTERS_MIN, len(word))]
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

    def _literal(self, word: str) -> Atoms:
        found: Atoms = dict.fromkeys(self.exact.get(word, ()), 0)
        if word in self.short:
            found |= dict.fromkeys(self.short[word], 0)
        if word[:STEM_LETTERS_MIN] not in self.stem_heads:
            return found
        for end in range(STEM_LETTERS_MIN, min(len(word), self.stem_letters_max) + 1):
            stem = self.stems.get(word[:end])
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
            atoms |= dict.fromkeys(self.stemmed.get(one, ()), edits)
        return atoms
