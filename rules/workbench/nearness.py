"""Which rules come near a text that does not hold their phrases, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import log10
from typing import NamedTuple

import msgspec
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from rules.index import Row
from rules.language import UNKNOWN, common_words
from rules.page import EDIT_COST
from rules.phrase import Atom, Phrase, Place
from rules.plan import Plan, Test
from rules.text import END, START, fold, token_spans
from rules.typos import tolerance
from rules.workbench.reasons import Reason
from rules.workbench.trail import Piece, Trail, View, as_written, choice, loosest, standing

_STEM_FREQUENCY = 0.002
_MENTION_FREQUENCY = 0.002
_MARK_FREQUENCY = 0.1
_TELLS_LEAST = 0.1
_TOKENS_COMPARED = 300
_ALIKE_LETTERS_MIN = 4
_TWO_EDITS_LETTERS_MIN = 7
_TELLS_ALIKE_MIN = 2.0
_FAR_APART = 0.05

_LACKS = {"order": 2.0, "gap": 1.0, "sentence": 1.0, "typo": 0.7, "score": 0.7}
"""What the lack of something that is no word counts, beside words at -log10 of how frequent."""


class Written(msgspec.Struct, frozen=True):
    """One variant of a phrase of a rule; `rule` is the number of its test in the plan."""

    rule: int
    phrase: Phrase
    row: Row
    tells: float


class Partial(msgspec.Struct, frozen=True):
    """A phrase that a text does not hold as it must: its words there, and what is missing.

    `found` and `lacking` say how much the words tell that are there and those that are not: rare
    words tell more.
    """

    written: Written
    pieces: tuple[Piece, ...]
    missing: tuple[Reason, ...]
    found: float
    lacking: float


class Alike(NamedTuple):
    """A word of a text that is spelled much like an atom that it was not taken for."""

    edits: int
    start: int
    end: int
    atom: Atom


class Phrasebook:
    """All phrases of `any` of a plan, to be looked up by the words that a text has of them."""

    def __init__(self, plan: Plan) -> None:
        self._elements = plan.elements
        self._tells = [_tells(place) for place in self._elements]
        self._written: list[Written] = []
        self._with: dict[int, list[int]] = {}
        self._atoms: dict[str, list[tuple[Atom, int]]] = {}
        for shelf in plan.any.shelves.values():
            for filed in shelf.rows.values():
                for rule, number, row in filed:
                    phrase = plan.tests[rule].rule.any[number]
                    tells = sum(self._tells[element] for element in set(row.elements))
                    for element in set(row.elements):
                        self._with.setdefault(element, []).append(len(self._written))
                    self._written.append(Written(rule, phrase, row, tells))
        for element in self._with:
            if self._tells[element] >= _TELLS_ALIKE_MIN:
                for atom in self._elements[element]:
                    if atom.kind in ("word", "exact") and len(atom.spelling) >= _ALIKE_LETTERS_MIN:
                        self._atoms.setdefault(atom.spelling, []).append((atom, element))
        self._of_length: dict[int, list[str]] = {}
        for spelling in sorted(self._atoms):
            self._of_length.setdefault(len(spelling), []).append(spelling)

    def tells(self, row: Row) -> float:
        """How much the words of a row tell: the rarer, the more."""
        return sum(self._tells[element] for element in set(row.elements))

    def alike(self, view: View) -> dict[int, Alike]:
        """The elements that words of a text nearly spell, each with its nearest word."""
        found: dict[int, Alike] = {}
        seen: set[str] = set()
        for token in islice(token_spans(view.text), _TOKENS_COMPARED):
            word = fold(token[0])
            if word in seen or not word.isalpha() or len(word) < _ALIKE_LETTERS_MIN:
                continue
            seen.add(word)
            most = 1 if len(word) < _TWO_EDITS_LETTERS_MIN else 2
            lengths = range(len(word) - most, len(word) + most + 1)
            spellings = [one for length in lengths for one in self._of_length.get(length, ())]
            for near, edits, _ in extract(
                word, spellings, scorer=OSA.distance, score_cutoff=most, limit=None
            ):
                for atom, element in self._atoms[near] if edits else ():
                    option = Alike(edits, *token.span(), atom)
                    if element not in view.held:
                        found[element] = min(option, found.get(element, option))
        return found

    def nearest(self, view: View, alike: Iterable[int] = ()) -> Iterator[tuple[Written, float]]:
        """For each rule the phrase of which the text has most, and how much the words tell.

        Elements that words are `alike` to count half.
        """
        found: dict[int, float] = {}
        half = frozenset(alike)
        for element in view.held | half:
            tells = self._tells[element] * (0.5 if element in half else 1)
            for number in self._with.get(element, ()):
                found[number] = found.get(number, 0) + tells
        best: dict[int, tuple[float, float, int]] = {}
        for number, tells in found.items():
            written = self._written[number]
            option = tells / written.tells, tells, -number
            if option > best.get(written.rule, (0, 0, 0)):
                best[written.rule] = option
        for _, tells, number in best.values():
            yield self._written[-number], tells

    def partial(self, view: View, test: Test, written: Written, found: float) -> Partial:
        """What a text has of a phrase, and what it lacks."""
        row = written.row
        parts = as_written(written.phrase, row)
        here = [number for number, one in enumerate(row.elements) if one in view.held]
        elements = [row.elements[number] for number in here]
        trail = loosest(view.page, elements)
        reasons: list[Reason] = []
        lacking = 0.0
        if trail is None:
            # Each where it first stands: no order puts them right.
            trail = tuple(standing(view.page, element)[0] for element in elements)
            reasons.append(Reason("order", "its words stand in another order"))
        elif len(here) == len(row.elements):
            reasons.extend(_apart(view, test, elements, trail))
        pieces = view.pieces(elements, [parts[number] for number in here], trail)
        lacking += sum(_LACKS[reason.kind] for reason in reasons)
        lacking += max(0, trail[-1] - trail[0] - 2 * len(trail)) * _FAR_APART if trail else 0
        for number, element in enumerate(row.elements):
            if number not in here:
                atoms = self._elements[element]
                wanted = choice(atoms, parts[number])
                reasons.append(Reason("word", f"the post lacks {wanted}", wanted))
        lacking += max(0.0, written.tells - found)
        return Partial(written, pieces, tuple(reasons), found, lacking)

    def hints(self, view: View, partial: Partial, alike: Mapping[int, Alike]) -> Partial:
        """The same, with words told that look like missing ones, and why they were not taken."""
        missing = list(partial.missing)
        used = {piece.start for piece in partial.pieces}
        row = partial.written.row
        lacking = [one for one in row.elements if one not in view.held]
        for number, element in enumerate(lacking, len(missing) - len(lacking)):
            hint = alike.get(element)
            if not hint or hint.start in used:
                continue
            said = view.text[hint.start : hint.end]
            message = f"{missing[number].message}; {_why_not(fold(said), said, hint)}"
            missing[number] = msgspec.structs.replace(
                missing[number], message=message, start=hint.start, end=hint.end
            )
        return msgspec.structs.replace(partial, missing=tuple(missing))


def _tells(place: Place) -> float:
    """How much it tells to find a place's word: 0.1 for the everyday ones, up to 4.7."""
    often = sum(_frequency(atom) for atom in place)
    return max(_TELLS_LEAST, -log10(often))


def _frequency(atom: Atom) -> float:
    if atom.kind == "mark":
        return 1.0 if atom.spelling in (START, END) else _MARK_FREQUENCY
    if atom.kind == "mention":
        return _MENTION_FREQUENCY
    return _STEM_FREQUENCY if atom.kind == "stem" else common_words().frequency(atom.spelling)


def _apart(view: View, test: Test, elements: Sequence[int], trail: Trail) -> Iterator[Reason]:
    """Why words that are all there, in order, do not make the phrase."""
    page, limits, rule = view.page, test.limits, test.rule
    final = len(page.words) - 1
    edits = idle = 0
    told = False
    for number, (element, place) in enumerate(zip(elements, trail, strict=True)):
        mine = page.words[place][element]
        alone = len(elements) == 1
        most = min(limits.tolerance, page.words[place].lone_edits) if alone else limits.tolerance
        edits += mine
        if mine and (mine > most or page.language not in (limits.language, UNKNOWN)):
            told = True
            yield _typo(view, test, place, mine, most)
        between = place - trail[number - 1] - 1 if number else 0
        idle += between
        if not between:
            continue
        before = trail[number - 1]
        if not before or place == final:
            told = True
            side = "before" if not before else "behind"
            near = before or place
            yield Reason("gap", f'{_stand(between)} {side} "{view.said(near, near)}"')
            continue
        where = f'between "{view.said(before, before)}" and "{view.said(place, place)}"'
        if between > limits.gap:
            told = True
            least = f"the rule's gap allows {limits.gap}"
            yield Reason("gap", f"{_stand(between)} {where}; {least}")
        if page.parted(before, place):
            told = True
            yield Reason("sentence", f"a sentence ends {where}")
    if not told:
        score = 100 - edits * EDIT_COST - idle
        yield Reason("score", f"its score is {score}, the rule's limit is {rule.limit:g}")


def _typo(view: View, test: Test, place: int, edits: int, most: int) -> Reason:
    start, end = view.span(place, place)
    said = view.text[start:end]
    if edits > test.limits.tolerance:
        why = f"has {_edits(edits)}; the rule's tolerance is {test.limits.tolerance}"
    elif edits > most:
        why = f"has {_edits(edits)}; a phrase of one word forgives {most} in a short one"
    else:
        why = f"is not taken for a typo: the post is in '{view.page.language}'"
    return Reason("typo", f'"{said}" {why}', "", start, end)


def _stand(idle: int) -> str:
    return f"{idle:,} idle words stand" if idle > 1 else "1 idle word stands"


def _edits(count: int) -> str:
    return f"{count} edit{'' if count == 1 else 's'}"


def _why_not(word: str, said: str, alike: Alike) -> str:
    """Why a word was not taken for the one of a phrase that it is spelled much like."""
    atom = alike.atom
    if word in common_words():
        why = f"is a word of its own, never taken for a typo of '{atom.spelling}'"
    elif atom.kind == "exact":
        why = f"is {_edits(alike.edits)} from '{atom.spelling}', which is wanted to the letter"
    elif alike.edits > tolerance(atom.spelling):
        why = (
            f"is {_edits(alike.edits)} from '{atom.spelling}', "
            f"which forgives {tolerance(atom.spelling) or 'none'}"
        )
    else:
        why = f"is not taken for '{atom.spelling}'"
    return f'"{said}" {why}'
