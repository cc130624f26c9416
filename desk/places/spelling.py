"""What a misspelt word may mean: the one word of a name that is an edit or two away.

The first letter is right nearly always: only names that begin with it are held against a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA

from desk.places.words import known_words

SHORTEST, LONGEST = 6, 18
"""Letters of a word that may be misspelt: below that too much else is one letter away."""

TWO_EDITS_FROM = 9
"""Letters from which two edits still leave no doubt."""


class Spelling:
    """Misspelt words of `names`, each with the edits that it may have at most.

    What is a word of a language or in `taken` is never one.
    """

    def __init__(self, names: Mapping[str, int], taken: Iterable[str]) -> None:
        self._most = names
        self._taken = frozenset(taken)
        self._known = known_words()
        self._by_first: dict[str, list[tuple[str, int, int]]] = {}
        for word in sorted(set(names)):
            if SHORTEST <= len(word) <= LONGEST and word.isalpha():
                entry = word, len(word), self._edits(word)
                self._by_first.setdefault(word[0], []).append(entry)

    def meant(self, word: str) -> str | None:
        """The one name that the plain `word` is a misspelling of, or None."""
        if not SHORTEST - 1 <= len(word) <= LONGEST or word in self._taken or word in self._known:
            return None
        if not word.isalpha():
            return None
        near: dict[str, int] = {}
        letters = len(word)
        for name, size, most in self._by_first.get(word[0], ()):
            if -most <= letters - size <= most:
                edits = OSA.distance(word, name, score_cutoff=most)
                if edits <= most and not _inflected(word, name):
                    near[name] = edits
        if not near:
            return None
        least = min(near.values())
        nearest = [name for name, edits in near.items() if edits == least]
        return nearest[0] if len(nearest) == 1 else None

    def _edits(self, name: str) -> int:
        return min(self._most[name], 2 if len(name) >= TWO_EDITS_FROM else 1)


def _inflected(word: str, name: str) -> bool:
    """Whether it is the name with an ending: another word (Durhams, Valenciana), not a mistake."""
    return word.startswith(name) or (name.startswith(word) and len(name) - len(word) > 1)
