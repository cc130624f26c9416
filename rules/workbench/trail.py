"""How a phrase lies over the words of a text: which word was taken for which of its places."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from rapidfuzz.distance import OSA

from rules.errors import listed
from rules.hits import WordSpans
from rules.index import Row
from rules.language import common_words
from rules.page import EDIT_COST, IDLE_COST, Page, Site
from rules.phrase import Atom, Phrase, Place, written_places
from rules.plan import Limits
from rules.scan import Scan
from rules.text import LINK, MENTION, NUMBER, QUESTION, fold, handle_of, owner, unleet

_ALTERNATIVES_TOLD = 4
_PART_LETTERS_TOLD = 40
_LONG_RUN = re.compile(r"(.)\1{2,}")

Trail = tuple[int, ...]
"""The word that each element of a row stands at, in order; 0 is <start>, the one too many <end>."""


class Piece(msgspec.Struct, frozen=True):
    """A word of a text and what it was taken for.

    `start` and `end` count code points of the text as received, half-open; `text` is that slice.
    `meant` is the word of the phrase, `of` the part of the phrase that holds it, where that says
    more; `idle` counts the idle words before it.
    """

    text: str
    start: int
    end: int
    meant: str
    of: str = ""
    edits: int = 0
    idle: int = 0

    @property
    def edits_cost(self) -> int:
        """What the edits take from the score of 100."""
        return self.edits * EDIT_COST

    @property
    def idle_cost(self) -> int:
        """What the idle words take from the score of 100."""
        return self.idle * IDLE_COST


class View:
    """A text under explanation: its words, where they stand, and what phrases look for."""

    def __init__(
        self, page: Page, scan: Scan, spans: WordSpans, text: str, elements: Sequence[Place]
    ) -> None:
        self.page = page
        self.scan = scan
        self.text = text
        self.elements = elements
        self.held = frozenset[int]().union(*page.words)
        """The elements that some word stands for."""
        self._spans = spans

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where words stand in the text, as a match reports it."""
        first = self.page.joined.get(first, first)
        return self._spans[first][0], self._spans[last][1]

    def said(self, first: int, last: int) -> str:
        """The text of words, as received."""
        start, end = self.span(first, last)
        return self.text[start:end]

    def pieces(
        self, elements: Sequence[int], written: Sequence[str], trail: Trail
    ) -> tuple[Piece, ...]:
        """What each element was found in; `written` are the parts of the phrase they stand for."""
        found = []
        before = trail[0] if trail else 0
        for element, part, place in zip(elements, written, trail, strict=True):
            idle = max(self.page.idle_between(before, place), 0)
            before = place
            found.append(self._piece(element, place, part, idle))
        return tuple(found)

    def _piece(self, element: int, place: int, written: str, idle: int) -> Piece:
        edits = self.page.words[place][element]
        atoms = self.elements[element]
        if not 0 < place < len(self.page.words) - 1:
            mark = next(atom.spelling for atom in sorted(atoms) if atom.kind == "mark")
            at = len(self.text) if place else 0
            return Piece("", at, at, mark, idle=idle)
        start, end = self.span(place, place)
        own = self._spans[place][0]
        atom = taken_for((self.text[start:end], self.text[own:end]), atoms, edits)
        meant = _spelled(atom)
        of = "" if written == meant or len(atoms) == 1 else written
        return Piece(self.text[start:end], start, end, meant, of, edits, idle)


def taken_for(said: Sequence[str], atoms: Place, edits: int) -> Atom:
    """The atom, one of `atoms`, that a word was read as; `said` is what it may be spelled as."""
    if said[-1].startswith("@"):
        handle = handle_of(said[-1])
        held = [atom for atom in atoms if atom.kind == "mention" and atom.spelling in handle]
        if held:
            return max(held, key=lambda atom: (len(atom.spelling), atom))
    spelled = [fold(one) for one in said if one]
    forms = [*spelled, *(fold(before) for before in map(owner, said) if before)]
    forms += [form for word in spelled for form in unleet(word)]
    forms += [_LONG_RUN.sub(run, word) for word in spelled for run in (r"\1", r"\1\1")]

    def far(atom: Atom) -> tuple[int, Atom]:
        if atom.kind == "stem" and any(form.startswith(atom.spelling) for form in forms):
            return 0, atom
        return min(OSA.distance(atom.spelling, form) for form in forms), atom

    words = [atom for atom in atoms if atom.kind not in ("mention", "mark")]
    marks = {atom.spelling: atom for atom in atoms if atom.kind == "mark"}
    if not marks or (words and far(min(words, key=far))[0] <= edits):
        return min(words, key=far)
    first = said[-1][:1]
    meant = MENTION if first == "@" else QUESTION if first in "?¿？؟" else LINK
    return marks.get(NUMBER if first.isdigit() else meant) or min(marks.values())


def _spelled(atom: Atom) -> str:
    if atom.kind == "mention":
        return f"@{atom.spelling}"
    return f"{atom.spelling}*" if atom.kind == "stem" else atom.spelling


def as_written(phrase: Phrase, row: Row) -> tuple[str, ...]:
    """The part of a phrase that each place of a row was written as; empty where none is alone."""
    parts = written_places(phrase.text)
    if len(parts) != len(row.elements):  # an alternative of several words stands in between
        return ("",) * len(row.elements)
    return tuple(parts)


def choice(atoms: Place, written: str) -> str:
    """What may stand at a place, for people: its part of the phrase, or the words."""
    if written and "$" not in written and len(written) <= _PART_LETTERS_TOLD:
        return f"'{written}'"
    common = common_words()
    often = sorted(atoms, key=lambda atom: (-common.frequency(atom.spelling), atom))
    words = listed([_spelled(atom) for atom in often], _ALTERNATIVES_TOLD)
    return f"'{written}' ({words})" if written.startswith("$") and "|" not in written else words


def trail_to(page: Page, row: Row, limits: Limits, site: Site) -> Trail:
    """The way of a row to a site that `Page.sites` found for it."""
    cost, first, last = site
    words = page.words
    end = len(words) - 1
    head, *others = row.elements
    ways: dict[int, tuple[int, Trail]] = {
        place: (words[place][head] * EDIT_COST, (place,))
        for place in ({0, first} if page.joined.get(first, first) == 1 else {first})
        if head in words[place]
    }
    for element in others:
        longer: dict[int, tuple[int, Trail]] = {}
        for place, (spent, way) in ways.items():
            reach = place + (limits.gap if place else 0) + 1
            for following in range(place + 1, min(reach + bool(page.joined), end) + 1):
                edits = words[following].get(element)
                idle = page.idle_between(place, following)
                if (
                    edits is None
                    or place + 1 + idle > reach
                    or edits > limits.tolerance
                    or (idle and (following == end or page.parted(place, following)))
                ):
                    continue
                option = spent + edits * EDIT_COST + idle * IDLE_COST, (*way, following)
                longer[following] = min(option, longer.get(following, option))
        ways = longer
    found = [(spent, min(place, end - 1), way) for place, (spent, way) in ways.items()]
    return min(way for spent, place, way in found if (spent, place) == (cost, last))


def loosest(page: Page, elements: Sequence[int]) -> Trail | None:
    """The cheapest way of elements over a text in order, however far apart their words stand."""
    ways: list[tuple[int, Trail]] = []
    for number, element in enumerate(elements):
        longer: list[tuple[int, Trail]] = []
        best: tuple[int, Trail] | None = None
        waiting = iter(ways)
        coming = next(waiting, None)
        for place in standing(page, element):
            # Spent so far less its last place: what is idle up to here can then be added.
            while coming and coming[1][-1] < place:
                option = coming[0] - coming[1][-1] * IDLE_COST, coming[1]
                best = min(option, best or option)
                coming = next(waiting, None)
            edits = page.words[place][element] * EDIT_COST
            if not number:
                longer.append((edits, (place,)))
            elif best:
                longer.append((best[0] + (place - 1) * IDLE_COST + edits, (*best[1], place)))
        ways = longer
    return min(ways)[1] if ways else None


def standing(page: Page, element: int) -> list[int]:
    """The words that an element can stand for, in order."""
    return [place for place, word in enumerate(page.words) if element in word]
