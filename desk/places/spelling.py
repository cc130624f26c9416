"""What a misspelt word may mean: the one word of a name that is an edit or two away.

Words are found by what they have in common when letters are left out (symmetric deletion, after
Wolf Garbe's SymSpell), which costs a lookup for each letter however many names there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
        self._left: dict[str, tuple[str, ...]] = {}
        for word in sorted(set(names)):
            if SHORTEST <= len(word) <= LONGEST and word.isalpha():
                for left in _left_out(word, self._edits(word)):
                    self._left[left] = (*self._left.get(left, ()), word)

    def meant(self, word: str) -> str | None:
        """The one name that the plain `word` is a misspelling of, or None."""
        if not SHORTEST - 1 <= len(word) <= LONGEST or word in self._taken or word in self._known:
            return None
        if not word.isalpha():
            return None
        near: dict[str, int] = {}
        for left in _left_out(word, 2 if len(word) >= TWO_EDITS_FROM - 1 else 1):
            for name in self._left.get(left, ()):
                if name in near or name[0] != word[0]:
                    continue
                most = self._edits(name)
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


def _left_out(word: str, edits: int) -> Iterator[str]:
    """The word, and what is left of it without any one, or any two, of its letters."""
    seen = {word}
    yield word
    level = [word]
    for _ in range(edits):
        following = []
        for one in level:
            for at in range(len(one)):
                left = one[:at] + one[at + 1 :]
                if left not in seen:
                    seen.add(left)
                    following.append(left)
                    yield left
        level = following
