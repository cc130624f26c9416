"""What a user would pick instead of the engine: each finds a list of plain phrases in posts.

Every contender is given the phrases and the posts as `plain` writes them, and answers the same
question as the engine: the labels of each post. A matcher whose package is not installed raises
ImportError when it is made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial, reduce
from operator import or_
from typing import Any, Protocol

from rules import Engine
from rules.pack import Pack

Labels = frozenset[str]
Phrases = Mapping[str, Labels]
"""Plain phrases, and the labels that each gives."""

SCORE_MIN = 85.0
"""The `score_cutoff` (0-100) of the partial ratio."""
FUZZY_LETTERS_MIN = 5
"""A shorter phrase must stand as it is: with one edit it would be found in nearly every post."""
SPACY_LETTERS_MIN = 4
_NONE: Labels = frozenset()


def _plain_table() -> bytes:
    """Latin-1 to lower case ASCII: accents away, whatever is no letter or digit a blank."""
    table = bytearray(b" " * 256)
    for letters in (b"abcdefghijklmnopqrstuvwxyz", b"0123456789"):
        for code in letters:
            table[code] = code
            table[ord(chr(code).upper())] = code
    for accented, bare in (
        *(("àáâãäå", "a"), ("èéêë", "e"), ("ìíîï", "i"), ("òóôõöø", "o"), ("ùúûü", "u")),
        *(("ñ", "n"), ("ç", "c"), ("ýÿ", "y")),
    ):
        for letter in accented + accented.replace("ÿ", "").upper():
            table[ord(letter)] = ord(bare)
    return bytes(table)


_TABLE = _plain_table()


def plain(text: str) -> bytes:
    """`text` in lower case without accents, apostrophes and signs, emoji as blanks.

    It costs under a microsecond a post, so that no contender loses by it.
    """
    written = text.replace("’", "'").encode("latin-1", "replace")
    return written.translate(_TABLE, b"'`\xb4")


class Matcher(Protocol):
    """Tells the labels of posts."""

    def labels(self, texts: Sequence[str]) -> Sequence[Collection[str]]:
        """The labels of each text."""
        ...


class Ours:
    """This project's engine with the whole keyword sets: rules, contexts, spans."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._engine = Engine(packs)

    def labels(self, texts: Sequence[str]) -> Sequence[Collection[str]]:
        return [verdict.labels for verdict in self._engine.classify(texts)]


class RapidfuzzExtract:
    """A loop over rapidfuzz's `process.extract`."""

    def __init__(self, phrases: Phrases) -> None:
        from rapidfuzz import fuzz, process

        self._extract, self._scorer = process.extract, fuzz.partial_ratio
        self._phrases, self._labels = list(phrases), list(phrases.values())

    def labels(self, texts: Sequence[str]) -> Sequence[Collection[str]]:
        found = []
        for text in texts:
            hits = self._extract(
                plain(text).decode("ascii"),
                self._phrases,
                scorer=self._scorer,
                score_cutoff=SCORE_MIN,
                limit=None,
            )
            found.append(_joined([self._labels[at] for _, _, at in hits]))
        return found


class RapidfuzzCdist:
    """Rapidfuzz's `process.cdist`, one worker: all posts of a batch against all phrases at once."""

    def __init__(self, phrases: Phrases) -> None:
        import numpy as np
        from rapidfuzz import fuzz, process

        self._numpy: Any = np
        self._cdist, self._scorer = process.cdist, fuzz.partial_ratio
        self._phrases, self._labels = list(phrases), list(phrases.values())

    def labels(self, texts: Sequence[str]) -> Sequence[Collection[str]]:
        scores = self._cdist(
            [plain(text).decode("ascii") for text in texts],
            self._phrases,
            scorer=self._scorer,
            score_cutoff=SCORE_MIN,
            dtype=self._numpy.uint8,
            workers=1,
        )
        found = [_NONE] * len(texts)
        rows, columns = self._numpy.nonzero(scores)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            found[row] |= self._labels[column]
        return found


class RegexFuzzy:
    """The `regex` package: for each label one alternation that allows one edit."""

    def __init__(self, phrases: Phrases) -> None:
        import regex

        by_label: dict[str, list[str]] = {}
        for phrase, labels in phrases.items():
            for label in labels:
                by_label.setdefault(label, []).append(phrase)
        self._search: dict[str, Callable[[str], object]] = {}
        for label, listed in by_label.items():
            long = "|".join(each for each in listed if len(each) >= FUZZY_LETTERS_MIN)
            short = [each for each in listed if len(each) < FUZZY_LETTERS_MIN]
            parts = [f"(?:{long}){{e<=1}}"] * bool(long) + short
            self._search[label] = regex.compile(rf"\b(?:{'|'.join(parts)})\b").search

    def labels(self, texts: Sequence[str]) -> Sequence[Collection[str]]:
        found = []
        for text in texts:
            written = plain(text).decode("ascii")
            found.append({label for label, search in self._search.items() if search(written)})
        return found


class SpacyFuzzy:
    """spaCy's `Matcher` with FUZZY1 for words of four letters and more, on a blank pipeline."""

    def __init__(self, phrases: Phrases) -> None:
        import spacy
        from spacy.matcher import Matcher as SpacyMatcher

        pipeline = spacy.blank("xx")
        self._make_doc, self._names = pipeline.make_doc, pipeline.vocab.strings
        self._matcher: Any = SpacyMatcher(pipeline.vocab)
        by_label: dict[str, list[list[dict[str, Any]]]] = {}
        for phrase, labels in phrases.items():
            pattern = [_spacy_word(word) for word in phrase.split()]
            for label in labels:
                by_label.setdefault(label, []).append(pattern)
        for label, patterns in by_label.items():
            self._matcher.add(label, patterns)

    def labels(self, texts: Sequence[str]) -> Sequence[Collection[str]]:
        found = []
        for text in texts:
            hits = self._matcher(self._make_doc(plain(text).decode("ascii")))
            found.append({self._names[label] for label, _, _ in hits})
        return found


def _spacy_word(word: str) -> dict[str, Any]:
    return {"TEXT": {"FUZZY1": word} if len(word) >= SPACY_LETTERS_MIN else word}


class Hyperscan:
    """Hyperscan, all phrases in one database, each with `edits` edits."""

    def __init__(self, phrases: Phrases, edits: int) -> None:
        import hyperscan

        self._labels = list(phrases.values())
        flag = hyperscan.HS_EXT_FLAG_EDIT_DISTANCE
        expressions, limits = [], []
        for phrase in phrases:
            fuzzy = edits and len(phrase) >= FUZZY_LETTERS_MIN
            # Hyperscan allows no word boundaries where it allows edits.
            expressions.append((phrase if fuzzy else rf"\b{phrase}\b").encode())
            limits.append(
                hyperscan.ExpressionExt(flags=flag, edit_distance=edits)
                if fuzzy
                else hyperscan.ExpressionExt(flags=0)
            )
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=expressions,
            ids=list(range(len(expressions))),
            elements=len(expressions),
            flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(expressions),
            ext=limits,
        )
        self._hits: list[int] = []

    def _on_match(self, phrase: int, *_place: object) -> None:
        self._hits.append(phrase)

    def labels(self, texts: Sequence[str]) -> Sequence[Collection[str]]:
        scan, hits, on_match = self._database.scan, self._hits, self._on_match
        found = []
        for text in texts:
            hits.clear()
            scan(plain(text), match_event_handler=on_match)
            found.append(_joined([self._labels[at] for at in hits]))
        return found


class AhoCorasick:
    """pyahocorasick: the phrases as they are, between blanks."""

    def __init__(self, phrases: Phrases) -> None:
        import ahocorasick

        automaton = ahocorasick.Automaton()
        for phrase, labels in phrases.items():
            automaton.add_word(f" {phrase} ", labels)
        automaton.make_automaton()
        self._iter = automaton.iter

    def labels(self, texts: Sequence[str]) -> Sequence[Collection[str]]:
        found = []
        for text in texts:
            hits = self._iter(f" {plain(text).decode('ascii')} ")
            found.append(_joined([labels for _, labels in hits]))
        return found


class FlashText:
    """flashtext: the phrases as they are, word by word."""

    def __init__(self, phrases: Phrases) -> None:
        from flashtext import KeywordProcessor

        processor = KeywordProcessor(case_sensitive=True)
        for phrase, labels in phrases.items():
            processor.add_keyword(phrase, labels)
        self._extract = processor.extract_keywords

    def labels(self, texts: Sequence[str]) -> Sequence[Collection[str]]:
        return [_joined(self._extract(plain(text).decode("ascii"))) for text in texts]


def _joined(found: Collection[Labels]) -> Labels:
    return reduce(or_, found, _NONE)


OURS = "stormdesk"
EXTRACT = "rapidfuzz extract"
HYPERSCAN_FUZZY = "hyperscan edit 1"

_ALL = sys.maxsize

CONTENDERS: Mapping[str, tuple[Callable[[Phrases], Matcher], int]] = {
    EXTRACT: (RapidfuzzExtract, 16),
    "rapidfuzz cdist": (RapidfuzzCdist, 16),
    "regex e<=1": (RegexFuzzy, 4),
    "spaCy FUZZY1": (SpacyFuzzy, 4),
    HYPERSCAN_FUZZY: (partial(Hyperscan, edits=1), _ALL),
    "hyperscan exact": (partial(Hyperscan, edits=0), _ALL),
    "pyahocorasick": (AhoCorasick, _ALL),
    "flashtext": (FlashText, _ALL),
}
"""How each is made, and how many posts of a turn it reads: the slow ones read fewer."""
