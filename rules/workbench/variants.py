"""How people disfigure what they write, and how much of it the rules still find.

Texts are phrases of the packs written out by chance of a seed, each disfigured in one way. Only
phrases that give their rule's label when they are written rightly are used, so recall tells how
well damage is undone, not how well the phrases cover what people write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from string import ascii_lowercase
from typing import NamedTuple

import msgspec
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from rules.engine import Engine
from rules.language import abbreviations, frequent_words
from rules.pack import Pack, Rule
from rules.phrase import Phrase
from rules.workbench.wording import Speller, live_rules

TEXTS_A_KIND = 1_000
"""So many that recall is told to within three points: with 400 it would be five."""
_TYPED_LETTERS_MIN = 4
_SPLIT_LETTERS_MIN = 6
_NEAR_RANKS = 20_000
_TRIES = 12
_NO_WORD = "zzqxvzz"
_LEET = {"o": "0", "e": "3", "a": "4", "i": "1", "s": "5"}
_ACCENTED = dict(zip("aeiou", "àéìóù", strict=True))
_EMOJI = "🔥😂🙏💡⚡😡👍🌧🥶❤"

_CONTRACTIONS = {
    written.replace("'", ""): written
    for written in (
        *("don't", "doesn't", "didn't", "haven't", "hasn't", "hadn't", "isn't", "aren't", "wasn't"),
        *("weren't", "can't", "couldn't", "won't", "wouldn't", "shouldn't", "ain't", "i'm", "it's"),
        *("they're", "you're", "that's", "there's", "what's", "i've", "we've", "they've", "it'll"),
    )
}

Words = list[str]


class Sample(NamedTuple):
    """A phrase of a rule as written; at the places `exact` it wants the word to the letter."""

    rule: Rule
    words: Words
    exact: frozenset[int]

    def places(self, letters: int) -> list[int]:
        """The places of words of `letters` or more that need not be to the letter."""
        return [
            at
            for at, word in enumerate(self.words)
            if len(word) >= letters and word.isalpha() and at not in self.exact
        ]

    def with_word(self, at: int, word: str) -> str:
        """The text with another word at a place."""
        return " ".join([*self.words[:at], word, *self.words[at + 1 :]])


Disfigure = Callable[[Sample, Random], str | None]
"""Writes a sample otherwise; None where it can't be disfigured that way."""


class Recall(msgspec.Struct, frozen=True):
    """How many texts of a kind got the label they should have."""

    texts: int
    found: int
    recall: float


class FalseHits(msgspec.Struct, frozen=True):
    """How many texts got the label of a phrase that they only resemble by a real word."""

    texts: int
    hits: int
    share: float


def mistyped(word: str, random: Random) -> str:
    """`word` with one letter put in, left out, replaced, or swapped with its neighbour."""
    at = random.randrange(len(word))
    kind = random.randrange(4)
    if kind == 0:
        return word[:at] + random.choice(ascii_lowercase) + word[at:]
    if kind == 1 and len(word) > 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        others = ascii_lowercase.replace(word[at], "")
        return word[:at] + random.choice(others) + word[at + 1 :]
    at = min(at, len(word) - 2) if len(word) > 1 else 0
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def _typos(count: int) -> Disfigure:
    def disfigure(sample: Sample, random: Random) -> str | None:
        places = sample.places(_TYPED_LETTERS_MIN)
        if not places:
            return None
        written = list(sample.words)
        for _ in range(count):
            (at,) = random.choices(places, [len(sample.words[each]) for each in places])
            written[at] = mistyped(written[at], random)
        return " ".join(written) if written != sample.words else None

    return disfigure


def _one_word(change: Callable[[str, Random], str | None], letters: int = 1) -> Disfigure:
    """Changes one word of `letters` or more, whichever can be changed."""

    def disfigure(sample: Sample, random: Random) -> str | None:
        places = sample.places(letters)
        for at in random.sample(places, len(places)):
            changed = change(sample.words[at], random)
            if changed is not None and changed != sample.words[at]:
                return sample.with_word(at, changed)
        return None

    return disfigure


def _drawn_out(word: str, random: Random) -> str:
    vowels = [at for at, letter in enumerate(word) if letter in "aeiou"] or [len(word) - 1]
    at = random.choice(vowels)
    return word[:at] + word[at] * random.randint(3, 6) + word[at + 1 :]


def _accented(word: str, random: Random) -> str | None:
    at = [place for place, letter in enumerate(word) if letter in _ACCENTED]
    if not at:
        return None
    place = random.choice(at)
    return word[:place] + _ACCENTED[word[place]] + word[place + 1 :]


def _leet(word: str, random: Random) -> str | None:
    at = [place for place, letter in enumerate(word) if letter in _LEET]
    if not at:
        return None
    chosen = random.sample(at, random.randint(1, min(2, len(at))))
    return "".join(_LEET[c] if place in chosen else c for place, c in enumerate(word))


def _split(word: str, random: Random) -> str:
    cut = random.randint(2, len(word) - 2)
    return f"{word[:cut]} {word[cut:]}"


def _glued_emoji(sample: Sample, random: Random) -> str | None:
    if not all(word.isalnum() for word in sample.words):
        return None
    glue = random.choice(_EMOJI)
    return glue + glue.join(sample.words) + random.choice(_EMOJI)


def _camel_tag(sample: Sample, _random: Random) -> str | None:
    if not all(word.isalpha() for word in sample.words):
        return None
    return "#" + "".join(word.capitalize() for word in sample.words)


def _joined_tag(sample: Sample, _random: Random) -> str | None:
    return "#" + "".join(sample.words) if all(map(str.isalpha, sample.words)) else None


def _joined(sample: Sample, random: Random) -> str | None:
    words, places = sample.words, set(sample.places(1))
    pairs = [
        at
        for at in range(len(words) - 1)
        if {at, at + 1} <= places and len(words[at] + words[at + 1]) > _SPLIT_LETTERS_MIN
    ]
    if not pairs:
        return None
    at = random.choice(pairs)
    return " ".join([*words[:at], words[at] + words[at + 1], *words[at + 2 :]])


def _abbreviated(sample: Sample, random: Random) -> str | None:
    known = abbreviations(sample.rule.language)
    short = [
        (at, abbreviation)
        for abbreviation, meant in known.items()
        for at in sample.places(1)
        if sample.words[at] == meant
    ]
    return sample.with_word(*random.choice(short)) if short else None


def _apostrophe(sample: Sample, random: Random) -> str | None:
    places = [at for at, word in enumerate(sample.words) if word in _CONTRACTIONS]
    if not places:
        return None
    at = random.choice(places)
    written = _CONTRACTIONS[sample.words[at]].replace("'", random.choice("'’`´"))
    return sample.with_word(at, written)


class _Gap:
    """Puts idle words between the words of a phrase, as many as its rule allows at one place."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: dict[str, list[str]] = {}

    def __call__(self, sample: Sample, random: Random) -> str | None:
        words, rule = sample.words, sample.rule
        if len(words) < 2 or not rule.gap:
            return None
        at = random.randrange(1, len(words))
        count = random.randint(1, min(rule.gap, 3))
        idle = random.choices(self._words(rule.language), k=count)
        return " ".join([*words[:at], *idle, *words[at:]])

    def _words(self, language: str) -> list[str]:
        if language not in self._idle:
            self._idle[language] = [
                word for word in frequent_words(language, _NEAR_RANKS) if self._engine.is_idle(word)
            ]
        return self._idle[language]


def _kinds(engine: Engine) -> dict[str, Disfigure]:
    return {
        "as written": lambda sample, _random: " ".join(sample.words),
        "upper case": lambda sample, _random: " ".join(sample.words).upper(),
        "elongation": _one_word(_drawn_out, 3),
        "accents": _one_word(_accented),
        "emoji": _glued_emoji,
        "gap": _Gap(engine),
        "leet": _one_word(_leet, _TYPED_LETTERS_MIN),
        "hashtag CamelCase": _camel_tag,
        "hashtag joined": _joined_tag,
        "abbreviation": _abbreviated,
        "apostrophe": _apostrophe,
        "one typo": _typos(1),
        "two typos": _typos(2),
        "split word": _one_word(_split, _SPLIT_LETTERS_MIN),
        "joined words": _joined,
    }


class Variants:
    """Measures an engine of `packs`, with texts of one `seed`."""

    def __init__(self, packs: Sequence[Pack], engine: Engine, seed: int) -> None:
        self._engine = engine
        self._random = Random(seed)
        self._rules = live_rules(packs)
        self._spellers = {pack.language: Speller(pack.language, self._random) for pack in packs}

    def recall(self, texts: int = TEXTS_A_KIND) -> dict[str, Recall]:
        """Recall for each kind of variant, over `texts` texts where the phrases allow as many."""
        return {
            kind: self._measure(disfigure, texts)
            for kind, disfigure in _kinds(self._engine).items()
        }

    def _measure(self, disfigure: Disfigure, count: int) -> Recall:
        texts: list[str] = []
        labels: list[str] = []
        for sample in self._samples(count * _TRIES):
            text = disfigure(sample, self._random)
            if text is not None:
                texts.append(text)
                labels.append(sample.rule.label)
            if len(texts) == count:
                break
        found = self._labelled(texts, labels)
        return Recall(len(texts), found, found / len(texts) if texts else 0.0)

    def near_words(self, texts: int = TEXTS_A_KIND) -> FalseHits:
        """False hits on phrases with a word replaced by a real one that is one edit away."""
        own = self._words_of_labels()
        written: list[str] = []
        labels: list[str] = []
        for sample in self._samples(texts * _TRIES):
            label = sample.rule.label
            other = self._with_near_word(sample, own[label])
            if other is not None and not self._labelled([other[1]], [label]):
                written.append(other[0])
                labels.append(label)
            if len(written) == texts:
                break
        hits = self._labelled(written, labels)
        return FalseHits(len(written), hits, hits / len(written) if written else 0.0)

    def _samples(self, tries: int) -> Iterator[Sample]:
        """Phrases that give their rule's label when they are written rightly."""
        for _ in range(tries):
            rule = self._random.choice(self._rules)
            spelled = self._spellers[rule.language].spell_out(self._random.choice(rule.any))
            words = [word for word, _ in spelled]
            exact = frozenset(at for at, (_, to_the_letter) in enumerate(spelled) if to_the_letter)
            if any(len(word) >= _TYPED_LETTERS_MIN for word in words) and self._labelled(
                [" ".join(words)], [rule.label]
            ):
                yield Sample(rule, words, exact)

    def _labelled(self, texts: Sequence[str], labels: Sequence[str]) -> int:
        verdicts = self._engine.classify(texts)
        return sum(label in verdict.labels for verdict, label in zip(verdicts, labels, strict=True))

    def _words_of_labels(self) -> dict[str, set[str]]:
        """The words that phrases of each label hold: one of them is no false reading of another."""
        own: dict[str, set[str]] = {}
        for rule in self._rules:
            words = own.setdefault(rule.label, set())
            for phrase in rule.any:
                words |= _spellings(phrase)
        return own

    def _with_near_word(self, sample: Sample, own: set[str]) -> tuple[str, str] | None:
        """The text with a word replaced by a real one near it, and by one that is near nothing.

        Where the label is given without the word, nothing can be learned from what replaces it.
        """
        at = self._random.randrange(len(sample.words))
        word = sample.words[at]
        if len(word) < _TYPED_LETTERS_MIN or not word.isalpha():
            return None
        known = frequent_words(sample.rule.language, _NEAR_RANKS)
        near = [
            other
            for other, _, _ in extract(word, known, scorer=OSA.distance, score_cutoff=1, limit=None)
            if other not in own and not any(other.startswith(each) for each in _stems(own))
        ]
        if not near:
            return None
        return sample.with_word(at, self._random.choice(near)), sample.with_word(at, _NO_WORD)


def _spellings(phrase: Phrase) -> set[str]:
    return {
        atom.spelling + ("*" if atom.kind == "stem" else "")
        for variant in phrase.variants
        for place in variant
        for atom in place
        if atom.kind != "mention"
    }


def _stems(words: set[str]) -> Iterator[str]:
    return (word[:-1] for word in words if word.endswith("*"))
