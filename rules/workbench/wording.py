"""Phrases of packs as somebody may write them: the words that variants and streams are made of."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from rules.language import frequent_words
from rules.pack import Pack, Rule
from rules.phrase import Atom, Phrase
from rules.text import END, LINK, MENTION, NUMBER, QUESTION, START

_MARKS = {
    LINK: "https://news.example/a1",
    MENTION: "@somebody",
    NUMBER: "240",
    QUESTION: "?",
    START: "",
    END: "",
}
_STEM_ENDINGS = 3


class Speller:
    """Writes phrases out: of each place one word that may stand there, by chance of `random`."""

    def __init__(self, language: str, random: Random) -> None:
        self._random = random
        self._by_stem: dict[str, list[str]] = {}
        self._words = frequent_words(language)

    def spell(self, phrase: Phrase) -> list[str]:
        """The words of one variant of `phrase`, marks written as a text would hold them."""
        return [word for word, _ in self.spell_out(phrase)]

    def spell_out(self, phrase: Phrase) -> list[tuple[str, bool]]:
        """The same words, and of each whether the phrase wants it to the letter (`=word`)."""
        variant = self._random.choice(phrase.variants)
        atoms = [self._random.choice(sorted(place)) for place in variant]
        words = [(self._word(atom), atom.kind == "exact") for atom in atoms]
        return [(word, exact) for word, exact in words if word]

    def _word(self, atom: Atom) -> str:
        if atom.kind == "mark":
            return _MARKS[atom.spelling]
        if atom.kind == "stem":
            return self._random.choice(self._stemmed(atom.spelling))
        return f"@{atom.spelling}" if atom.kind == "mention" else atom.spelling

    def _stemmed(self, stem: str) -> list[str]:
        """The most common words that begin with a stem; the stem itself where none does."""
        if stem not in self._by_stem:
            found = [word for word in self._words if word.startswith(stem)]
            self._by_stem[stem] = found[:_STEM_ENDINGS] or [stem]
        return self._by_stem[stem]


def live_rules(packs: Sequence[Pack]) -> list[Rule]:
    """The rules of the packs that are in use and are found by phrases."""
    return [rule for pack in packs for rule in pack.rules if rule.status == "live" and rule.any]
