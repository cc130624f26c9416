"""How a phrase of a keyword set is written, and what it stands for.

A phrase is a row of places, separated by blanks; at each place stands one of several alternatives,
separated by `|`. An alternative is a word, `=word` (no typo tolerance), `stem*` (any word that
begins so), `$name` (any entry of a vocabulary) or a mark such as `<link>`. Alternatives of several
words are expanded: a phrase becomes one or more variants in which each place is a set of atoms.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from rules.errors import Source, choices
from rules.text import END, MARKS, START, fold, tokens

VARIANTS_MAX = 1000
STEM_LETTERS_MIN = 3
_NO_WORD = re.compile(r"^(?:[@#?¿]|https?://|www\.)", re.IGNORECASE)


class Atom(NamedTuple):
    """What one place of a text may be held against; `spelling` is folded."""

    kind: Literal["word", "exact", "stem", "mark"]
    spelling: str


_START, _END = Atom("mark", START), Atom("mark", END)
_EDGES = frozenset((_START, _END))

Place = frozenset[Atom]
Variant = tuple[Place, ...]
Vocabulary = Mapping[str, Sequence[str]]


class Phrase(msgspec.Struct, frozen=True):
    """A phrase as written, and its variants without vocabularies and several-word alternatives."""

    text: str
    variants: tuple[Variant, ...]
    source: Source = Source("", 1, 1)


class PhraseError(ValueError):
    """A phrase that can't be understood; its text is one plain line with the mend."""


def parse_phrase(text: str, vocabulary: Vocabulary, source: Source) -> Phrase:
    """The phrase that `text` writes at `source`.

    Raises:
        PhraseError: unknown vocabulary or mark, a stem that is too short, nothing to look for, or
            more than `VARIANTS_MAX` variants.
    """
    parts = text.split()
    if not parts:
        raise PhraseError("the phrase is empty: write the words to look for")
    places = [_alternatives(part, vocabulary) for part in parts]
    total = 1
    for runs in places:
        total *= len(_widths(runs))
    if total > VARIANTS_MAX:
        raise PhraseError(
            f"phrase '{text}' stands for {total:,} variants, at most {VARIANTS_MAX:,}: "
            "use fewer alternatives of several words, or split it"
        )
    rows = itertools.product(*map(_widths, places))
    variants = tuple(dict.fromkeys(tuple(itertools.chain(*row)) for row in rows))
    if any(not _EDGES.isdisjoint(run) for runs in places for run in runs):
        for variant in variants:
            _check_marks(text, variant)
    return Phrase(text, variants, source)


def _alternatives(part: str, vocabulary: Vocabulary) -> list[tuple[Atom, ...]]:
    runs: list[tuple[Atom, ...]] = []
    for written in part.split("|"):
        if not written:
            raise PhraseError(f"'{part}' has an empty alternative: write words around each '|'")
        if written.startswith("$"):
            name = written[1:]
            if name not in vocabulary:
                known = choices(name, vocabulary) if vocabulary else "none is defined"
                raise PhraseError(f"unknown vocabulary '${name}': {known}")
            runs.extend(parse_entry(entry) for entry in vocabulary[name])
        else:
            runs.append(_run(written))
    return runs


def parse_entry(entry: str) -> tuple[Atom, ...]:
    """The atoms of one vocabulary entry: words, stems, exact words and marks, but no choices.

    Raises:
        PhraseError: the entry is empty or can't be understood.
    """
    if not entry.split():
        raise PhraseError("the entry is empty: write a word")
    if "|" in entry or "$" in entry:
        raise PhraseError(f"entry '{entry}' holds '|' or '$': write each choice as its own entry")
    return tuple(itertools.chain.from_iterable(map(_run, entry.split())))


@lru_cache(maxsize=4096)  # packs say the same words again and again: a third of the loading time
def _run(written: str) -> tuple[Atom, ...]:
    if written.startswith("<") and written.endswith(">"):
        if written not in MARKS:
            raise PhraseError(f"unknown mark '{written}': {choices(written, MARKS)}")
        return (Atom("mark", written),)
    if written.startswith("="):
        return tuple(Atom("exact", word) for word in _words(written[1:], written))
    if written.endswith("*"):
        return _stem(written)
    return tuple(Atom("word", word) for word in _words(written, written))


def _stem(written: str) -> tuple[Atom, ...]:
    *before, stem = _words(written[:-1], written)
    if len(stem) < STEM_LETTERS_MIN:
        raise PhraseError(
            f"stem '{written}' is too short: give {STEM_LETTERS_MIN} letters or more before '*'"
        )
    return (*(Atom("word", word) for word in before), Atom("stem", stem))


def _words(written: str, shown: str) -> list[str]:
    if _NO_WORD.match(written):
        raise PhraseError(
            f"'{shown}' is no word: write a hashtag as its words, "
            "<mention>, <link> or <question> for the others"
        )
    if any(sign in written for sign in "*=$<>"):
        raise PhraseError(
            f"'{shown}' is no word: '=' and '$' stand before, '*' stands behind a word, "
            f"marks are {', '.join(MARKS)}"
        )
    words = [word for word in map(fold, tokens(written)) if word and word.isalnum()]
    numbers = [word for word in map(fold, tokens(written)) if word and not word.isalnum()]
    if not words and not numbers:
        raise PhraseError(f"'{shown}' holds no letter and no digit: write a word")
    return words if not numbers else [fold(token) for token in tokens(written)]


def _widths(runs: Iterable[tuple[Atom, ...]]) -> list[Variant]:
    """Alternatives as rows of places: all one-word ones share a place, others get their own row."""
    distinct = list(dict.fromkeys(runs))
    single = frozenset(run[0] for run in distinct if len(run) == 1)
    rows: list[Variant] = [(single,)] if single else []
    rows.extend(tuple(frozenset({atom}) for atom in run) for run in distinct if len(run) > 1)
    return rows


def _check_marks(text: str, variant: Variant) -> None:
    if all(place & _EDGES for place in variant):
        raise PhraseError(f"phrase '{text}' holds no word to look for beside <start> and <end>")
    for i, place in enumerate(variant):
        if (_START in place and i) or (_END in place and i < len(variant) - 1):
            raise PhraseError(f"phrase '{text}': <start> stands first and <end> last")
