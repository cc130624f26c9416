"""The line of cases stays in order, whatever comes and goes, and tells places in it."""

from __future__ import annotations

import random
from bisect import bisect_left

from desk.cases.line import BLOCK, Line, Turn


def test_a_line_is_what_sorting_would_make_of_it() -> None:
    chance = random.Random(7)
    turns = [(chance.randrange(50), chance.randrange(4), f"c{number}") for number in range(6_000)]
    line, held = Line(turns[:1_500]), sorted(turns[:1_500])
    for number, turn in enumerate(turns[1_500:]):
        line.add(turn)
        held.insert(bisect_left(held, turn), turn)
        if number % 3 == 0:
            gone = held.pop(chance.randrange(len(held)))
            line.remove(gone)
    ids = [turn[-1] for turn in held]
    assert (list(line), len(line)) == (ids, len(ids))
    for start in (0, 1, BLOCK - 1, BLOCK, 2_345, len(ids) - 3, len(ids) + 5):
        assert line.part(start, 7) == ids[start : start + 7]
    places: list[Turn] = [held[0], held[777], held[-1], (25,), (99,), (-1,)]
    for place in places:
        assert line.before(place) == bisect_left(held, place)
    for turn in held:
        line.remove(turn)
    assert (list(line), len(line), line.part(0, 5), line.before((9,))) == ([], 0, [], 0)
    line.add((1, 1, "again"))
    assert list(line) == ["again"]
