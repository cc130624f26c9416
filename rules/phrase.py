"""How a phrase of a keyword set is written, and what it stands for.

A phrase is a row of places, separated by blanks; at each place stands one of several alternatives,
separated by `|`. An alternative is a word, `=word` (no typo tolerance), `stem*` (any word that
begins so), `word~` (any inflected form of it), `@text` (a mention whose handle holds the text),
`$name` (any entry of a vocabulary), a mark such as `<link>`, or a row of these but `$name` in round
brackets, `(up and running)`. Alternatives of several words are expanded: a phrase becomes one or
more variants in which each place is a set of atoms; the forms of a word share a place and cost no
variants.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from rules.errors import Source, choices
from rules.inflection import LETTERS_MIN, forms
from rules.text import END, MARKS, START, fold, handle_of, tokens

VARIANTS_MAX = 1000
STEM_LETTERS_MIN = 3
MENTION_LETTERS_MIN = 3
_BRACKET = re.compile(r"[()]")
_PLACE = re.compile(r"(?:\([^()]*\)|[^\s()])+")
_OUTER_BAR = re.compile(r"\|(?![^(]*\))")
_PART_OF_HANDLE = re.compile(r"@[\w.-]*")
_NO_WORD = re.compile(r"^(?:[#?¿]|https?://|www\.)", re.IGNORECASE)


class Atom(NamedTuple):
    """What one place of a text may be held against; `spelling` is folded.

    Of a mention it is what the handle holds, letters and digits alone.
    """

    kind: Literal["word", "exact", "stem", "mention", "mark"]
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


def parse_phrase(
    text: str, vocabulary: Vocabulary, source: Source, *, language: str = "en"
) -> Phrase:
    """The phrase that `text` writes at `source`; its words are inflected as those of `language`.

    Raises:
        PhraseError: unknown vocabulary or mark, a stem, mention or word to inflect that is too
            short, misplaced brackets, nothing to look for, or more than `VARIANTS_MAX` variants.
    """
    parts = written_places(text)
    if not parts:
        raise PhraseError("the phrase is empty: write the words to look for")
    places = [_widths(_alternatives(part, vocabulary, language)) for part in parts]
    total = math.prod(map(len, places))
    if total > VARIANTS_MAX:
        raise PhraseError(
            f"phrase '{text}' stands for {total:,} variants, at most {VARIANTS_MAX:,}: "
            "use fewer alternatives of several words, or split it"
        )
    rows = itertools.product(*places)
    variants = tuple(dict.fromkeys(tuple(itertools.chain(*row)) for row in rows))
    if any(place & _EDGES for row in places for run in row for place in run):
        for variant in variants:
            _check_marks(text, variant)
    return Phrase(text, variants, source)


def written_places(text: str) -> list[str]:
    """The places of a phrase as written: blanks separate them, but for those in brackets.

    Raises:
        PhraseError: a bracket that is not closed or not open, nested, or joined to a word.
    """
    if "(" not in text and ")" not in text:
        return text.split()
    _check_brackets(text)
    return _PLACE.findall(text)


def _check_brackets(text: str) -> None:
    opened = 0
    for at, sign in ((found.start(), found[0]) for found in _BRACKET.finditer(text)):
        told = f"phrase '{text}': '{sign}' at character {at + 1}"
        if sign == ")" and not opened:
            raise PhraseError(f"{told} closes nothing: write '(' before the first word")
        if sign == "(" and opened:
            raise PhraseError(
                f"{told} stands within the brackets from character {opened} on: "
                "close those first, or leave these out"
            )
        beside = text[at - 1 : at] if sign == "(" else text[at + 1 : at + 2]
        if beside.strip().strip("|"):
            raise PhraseError(
                f"{told} has '{beside}' beside it: brackets hold a whole alternative, "
                "signs such as '=' and '~' go with the words in them"
            )
        opened = at + 1 if sign == "(" else 0
    if opened:
        raise PhraseError(
            f"phrase '{text}': '(' at character {opened} is not closed: "
            "write ')' behind the last word"
        )


def _alternatives(part: str, vocabulary: Vocabulary, language: str) -> tuple[Variant, ...]:
    runs: list[Variant] = []
    for written in _OUTER_BAR.split(part) if "(" in part else part.split("|"):
        if not written:
            raise PhraseError(f"'{part}' has an empty alternative: write words around each '|'")
        if written.startswith("$"):
            name = written[1:]
            if name not in vocabulary:
                known = choices(name, vocabulary) if vocabulary else "none is defined"
                raise PhraseError(f"unknown vocabulary '${name}': {known}")
            runs.extend(_entries(tuple(vocabulary[name]), language))
        else:
            runs.append(_run(written, language))
    return tuple(runs)


@lru_cache(maxsize=1024)
def _entries(entries: tuple[str, ...], language: str) -> tuple[Variant, ...]:
    return tuple(parse_entry(entry, language=language) for entry in entries)


@lru_cache(maxsize=16_384)  # each vocabulary stands in many phrases: a quarter of the loading time
def parse_entry(entry: str, *, language: str = "en") -> Variant:
    """The places of one vocabulary entry: all that a phrase may hold, but no choices.

    Raises:
        PhraseError: the entry is empty or can't be understood.
    """
    if not entry.split():
        raise PhraseError("the entry is empty: write a word")
    if "|" in entry or "$" in entry:
        raise PhraseError(f"entry '{entry}' holds '|' or '$': write each choice as its own entry")
    if "(" in entry or ")" in entry:
        raise PhraseError(
            f"entry '{entry}' holds brackets: leave them out, an entry may be several words anyway"
        )
    return tuple(
        itertools.chain.from_iterable(_run(written, language) for written in entry.split())
    )


@lru_cache(maxsize=4096)  # packs say the same words again and again: a third of the loading time
def _run(written: str, language: str) -> Variant:
    if written.startswith("("):
        return _bracketed(written, language)
    if written.startswith("<") and written.endswith(">"):
        if written not in MARKS:
            raise PhraseError(f"unknown mark '{written}': {choices(written, MARKS)}")
        return (frozenset({Atom("mark", written)}),)
    if written.lstrip("=").startswith("@"):
        return (frozenset({_mention(written)}),)
    if written.endswith("~"):
        return _inflected(written, language)
    if written.startswith("="):
        return _places("exact", _words(written[1:], written))
    if written.endswith("*"):
        return _stem(written)
    return _places("word", _words(written, written))


def _bracketed(written: str, language: str) -> Variant:
    words = written[1:-1].split()
    if not words:
        raise PhraseError("the brackets '()' are empty: write the words of one alternative in them")
    for word in words:
        if "|" in word:
            raise PhraseError(
                f"'{written}' holds '|' in brackets: give each alternative its own, (a b)|(c d)"
            )
        if word.startswith("$"):
            raise PhraseError(
                f"'{written}' holds '{word}' in brackets: a vocabulary stands outside, "
                "or takes the whole of it as an entry"
            )
    return tuple(itertools.chain.from_iterable(_run(word, language) for word in words))


def _places(kind: Literal["word", "exact"], words: Iterable[str]) -> Variant:
    return tuple(frozenset({Atom(kind, word)}) for word in words)


def _stem(written: str) -> Variant:
    *before, stem = _words(written[:-1], written)
    if len(stem) < STEM_LETTERS_MIN:
        raise PhraseError(
            f"stem '{written}' is too short: give {STEM_LETTERS_MIN} letters or more before '*'"
        )
    return (*_places("word", before), frozenset({Atom("stem", stem)}))


def _mention(written: str) -> Atom:
    if not _PART_OF_HANDLE.fullmatch(written):
        raise PhraseError(
            f"'{written}' is no part of a handle: write '@' and letters or digits alone, "
            "'@power' finds @GulfPower and @power_updates"
        )
    text = handle_of(written)
    if len(text) < MENTION_LETTERS_MIN:
        raise PhraseError(
            f"'{written}' is too short: give {MENTION_LETTERS_MIN} letters or digits or more "
            "behind '@', or write <mention> for any @account"
        )
    return Atom("mention", text)


def _inflected(written: str, language: str) -> Variant:
    if written.startswith("="):
        raise PhraseError(
            f"'{written}' asks for one exact word and for all its forms: leave out '=' or '~'"
        )
    *before, word = _words(written[:-1], written)
    known = forms(word, language)
    if len(word) < LETTERS_MIN and len(known) == 1:
        raise PhraseError(
            f"'{written}' is too short to inflect: give {LETTERS_MIN} letters or more before '~', "
            "or write its forms with '|' between them"
        )
    return (*_places("word", before), frozenset(Atom("word", form) for form in known))


def _words(written: str, shown: str) -> list[str]:
    if _NO_WORD.match(written):
        raise PhraseError(
            f"'{shown}' is no word: write a hashtag as its words, "
            "<link> or <question> for the others"
        )
    if any(sign in written for sign in "*~=$<>"):
        raise PhraseError(
            f"'{shown}' is no word: '=' and '$' stand before, '*' and '~' stand behind a word, "
            f"marks are {', '.join(MARKS)}"
        )
    words = [word for word in map(fold, tokens(written)) if word and word.isalnum()]
    numbers = [word for word in map(fold, tokens(written)) if word and not word.isalnum()]
    if not words and not numbers:
        raise PhraseError(f"'{shown}' holds no letter and no digit: write a word")
    return words if not numbers else [fold(token) for token in tokens(written)]


@lru_cache(maxsize=4096)  # lists stand in many phrases
def _widths(runs: tuple[Variant, ...]) -> list[Variant]:
    """Alternatives as rows of places: all one-word ones share a place, others get their own row."""
    distinct = list(dict.fromkeys(runs))
    single = frozenset(atom for run in distinct if len(run) == 1 for atom in run[0])
    rows: list[Variant] = [(single,)] if single else []
    rows.extend(run for run in distinct if len(run) > 1)
    return rows


def _check_marks(text: str, variant: Variant) -> None:
    if all(place & _EDGES for place in variant):
        raise PhraseError(f"phrase '{text}' holds no word to look for beside <start> and <end>")
    for i, place in enumerate(variant):
        if (_START in place and i) or (_END in place and i < len(variant) - 1):
            raise PhraseError(f"phrase '{text}': <start> stands first and <end> last")
