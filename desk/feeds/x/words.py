"""The words that X must look for, so that it sends what the keyword packs label.

A rule of X's stream knows words, but neither their forms nor typos, nor how far they stand apart.
So of each phrase of a pack one word at least is wanted, of those that may stand at its places: one
that catches much of many phrases, and that everyday posts seldom hold. They are chosen greedily,
each by what it still adds for what it costs (weighted set cover: Chvatal 1979).
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rules.language import HEAD_LETTERS, CommonWords, common_words
from rules.loader import VocabularyList
from rules.pack import Pack, Rule
from rules.phrase import Phrase, Place
from rules.text import fold, tokens

WEIGHTS = {
    **dict.fromkeys(("hazard", "vulnerable", "damage"), 4.0),
    **dict.fromkeys(("outage", "restored", "etr"), 2.0),
    **dict.fromkeys(("complaint", "billing", "service", "praise"), 0.5),
}
"""What a phrase of each label counts. Who praises or complains mostly names the utility, and is
caught by that; of damage there are few phrases, and many things that can be damaged. Labels that
are not here are a voice, or what the packs take back."""

WORDS_A_POST = 15
ALL_FREQUENCIES = 11.0
"""What the frequencies of all common words sum up to: then one of them is a word's share."""
RAREST = 1 / 50_000
BETWEEN = len(" OR ")
ENOUGH = 1e-6

Group = frozenset[str]
"""Words of which one stands at a place of a phrase, folded."""


class Room(NamedTuple):
    """What the words of a language may cost: the share of its posts that come in vain, and signs.

    Signs are the characters that they take in rules.
    """

    share: float
    signs: int


class _Told:
    """One way to say a phrase: what it counts, its places, and how much of each is caught.

    `missing` is how likely none of the words chosen so far stands in it.
    """

    __slots__ = ("caught", "missing", "places", "weight")

    def __init__(self, weight: float, places: list[Group]) -> None:
        self.weight = weight
        self.places = places
        self.caught = [0.0] * len(places)
        self.missing = 1.0


def wanted_words(pack: Pack, room: Room) -> list[str]:
    """The words that catch most of the phrases of `pack`, the most worthwhile first, folded."""
    return _Cover(pack).choose(room)


def spellings(packs: Iterable[Pack], lists: Iterable[VocabularyList]) -> Mapping[str, set[str]]:
    """How words are written that the packs hold folded: with their accents and apostrophes."""
    written: defaultdict[str, set[str]] = defaultdict(set)
    texts = [entry for each in lists for entry, _ in each.entries]
    texts += [phrase.text for pack in packs for rule in pack.rules for phrase in _phrases(rule)]
    for text in texts:
        for token in tokens(text):
            small = token.lower()
            if small != (folded := fold(token)):
                written[folded].add(small)
    return written


class _Cover:
    """The phrases of a pack, and how much of each the words chosen so far catch."""

    def __init__(self, pack: Pack) -> None:
        self._language = pack.language
        self._common = common_words()
        self._odds: dict[Group, dict[str, float]] = {}
        self._holders: defaultdict[str, list[_Told]] = defaultdict(list)
        for rule in pack.rules:
            if rule.status == "live" and rule.label in WEIGHTS:
                for phrase in _phrases(rule):
                    self._add(phrase, WEIGHTS[rule.label])

    def _add(self, phrase: Phrase, weight: float) -> None:
        for variant in phrase.variants:
            places = list(dict.fromkeys(filter(None, map(self._group, variant))))
            told = _Told(weight / len(phrase.variants), places)
            for word in frozenset[str]().union(*places):
                self._holders[word].append(told)

    def _group(self, place: Place) -> Group:
        """The words of a place; none where something else may stand there."""
        words: set[str] = set()
        for atom in place:
            if atom.kind == "stem":
                words.update(_beginning_with(atom.spelling, self._common))
            elif atom.kind in ("word", "exact"):
                words.add(atom.spelling)
            else:
                return frozenset()
        return frozenset(words)

    def _share(self, word: str) -> float:
        """The share of posts of the language that hold a word."""
        known = self._common.frequency_in(word, self._language) or RAREST
        return min(1.0, known * WORDS_A_POST / ALL_FREQUENCIES)

    def _odds_in(self, group: Group) -> dict[str, float]:
        """How likely each word of a place is the one that stands there."""
        if group not in self._odds:
            odds = {word: math.sqrt(self._share(word)) for word in group}
            total = sum(odds.values())
            self._odds[group] = {word: each / total for word, each in odds.items()}
        return self._odds[group]

    def _changes(self, told: _Told, word: str) -> Iterator[tuple[int, float]]:
        """The places at which `word` may stand, and how much of each is caught with it."""
        for at, group in enumerate(told.places):
            if word in group:
                yield at, min(1.0, told.caught[at] + self._odds_in(group)[word])

    def _gain(self, word: str) -> float:
        gain = 0.0
        for told in self._holders[word]:
            if told.missing > ENOUGH:
                left = told.missing
                for at, caught in self._changes(told, word):
                    left *= (1.0 - caught) / (1.0 - told.caught[at])
                gain += told.weight * (told.missing - left)
        return gain

    def _take(self, word: str) -> None:
        for told in self._holders[word]:
            for at, caught in list(self._changes(told, word)):
                told.caught[at] = caught
            told.missing = math.prod(1.0 - each for each in told.caught)

    def choose(self, room: Room) -> list[str]:
        """Words one after the other, by what each still adds for what it costs."""

        def worth(word: str) -> float:
            signs = len(word) + BETWEEN
            return self._gain(word) / (self._share(word) / room.share + signs / room.signs)

        heap = [(-worth(word), word) for word in self._holders]
        heapq.heapify(heap)
        words: list[str] = []
        share, signs = room
        while heap:
            before, word = heapq.heappop(heap)
            costs = Room(self._share(word), len(word) + BETWEEN)
            now = -worth(word)
            if now > -ENOUGH or costs.share > share or costs.signs > signs:
                continue
            if now > before:  # others catch some of it meanwhile: it may no longer be the best
                heapq.heappush(heap, (now, word))
                continue
            self._take(word)
            share, signs = share - costs.share, signs - costs.signs
            words.append(word)
        return words


def _phrases(rule: Rule) -> Sequence[Phrase]:
    told = (phrase for each in rule.evidence if each.points > 0 for phrase in each.phrases)
    return rule.any or tuple(told)


def _beginning_with(stem: str, common: CommonWords) -> list[str]:
    return [word for word in common.beginning_with(stem[:HEAD_LETTERS]) if word.startswith(stem)]
