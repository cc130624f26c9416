"""Switching: which customers are out when, piece by piece of each feeder.

A feeder that fails is fed again up to the fault, by a tie from its neighbour or by hand, before it
is mended. A branch that broke meanwhile stays out when the feeder returns. Each piece of a feeder
that fails and returns as one has its runs: from the first fault that takes it to the end of the
last one that holds it. So nobody is counted twice, and all who are lost come back.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from simulator.grid import Device, Feeder, Network
from simulator.restoration.crews import Repair
from simulator.storm import Storm, layer_random

SWITCHED_SHARE = 0.55
AUTOMATIC_SHARE = 0.15
"""Feeders with switches that find another way by themselves, within minutes."""
WORTH_SWITCHING = 300
LONG_ENOUGH_S = 2400.0


Piece = tuple[int, Device, int]
"""The part of a feeder that fails and returns as one: its feeder, what it hangs on, its place."""


class Run(NamedTuple):
    """`customers` of a piece without supply from `lost_s` to `back_s`; `first` took it."""

    first: int
    lost_s: float
    back_s: float
    customers: int
    piece: Piece


class _Block(NamedTuple):
    """A whole feeder that is dead; by `stages` (second, customers) its beginning is fed again."""

    repair: int
    at_s: float
    stages: tuple[tuple[float, int], ...]
    done_s: float

    def end_s(self, place: int) -> float:
        """When the customer at `place` is fed again."""
        return next((at_s for at_s, upto in self.stages if place < upto), self.done_s)


class Switched(NamedTuple):
    """The runs of every feeder that lost customers, and when each repair gave them back."""

    runs: dict[int, list[Run]]
    restored_s: tuple[float, ...]


def switched(storm: Storm, grid: Network, repairs: tuple[Repair, ...]) -> Switched:
    """What the repairs mean for the customers."""
    draw = layer_random(storm, "switching")
    blocks: dict[int, list[_Block]] = {}
    parts: dict[int, list[int]] = {}
    for number, repair in enumerate(repairs):
        fault = repair.fault
        if fault.device == "substation":
            for feeder, block in _fed_one_by_one(grid, number, repair, draw):
                blocks.setdefault(feeder, []).append(block)
        elif fault.device == "feeder":
            stages = tuple(_stages(grid.feeders[fault.feeder], repair, draw))
            block = _Block(number, fault.at_s, stages, repair.done_s)
            blocks.setdefault(fault.feeder, []).append(block)
        else:
            parts.setdefault(fault.feeder, []).append(number)
    runs = {
        number: list(
            _runs(grid.feeders[number], repairs, blocks.get(number, []), parts.get(number, []))
        )
        for number in sorted(blocks.keys() | parts.keys())
    }
    restored = (_restored_s(number, r, blocks) for number, r in enumerate(repairs))
    return Switched(runs, tuple(restored))


def _stages(feeder: Feeder, repair: Repair, draw: random.Random) -> Iterator[tuple[float, int]]:
    """Parts of a feeder that are fed again before it is mended."""
    at_s, crew_s, done_s = repair.fault.at_s, repair.crew_s, repair.done_s
    if feeder.customers < WORTH_SWITCHING or not feeder.laterals:
        return
    upto = 0
    if draw.random() < AUTOMATIC_SHARE:
        upto = _switch(feeder, 0.25 + 0.3 * draw.random())
        yield min(at_s + 90 + 500 * draw.random(), done_s), upto
    if draw.random() < SWITCHED_SHARE and done_s - crew_s > LONG_ENOUGH_S:
        further = _switch(feeder, 0.5 + 0.35 * draw.random())
        if further > upto:
            yield crew_s + (done_s - crew_s) * (0.25 + 0.4 * draw.random()), further


def _switch(feeder: Feeder, share: float) -> int:
    """The place of a switch, where a branch begins: up to there `share` or more are fed."""
    wanted = feeder.customers * share
    return next((b.first for b in feeder.laterals if b.first >= wanted), feeder.laterals[-1].first)


def _fed_one_by_one(
    grid: Network, number: int, repair: Repair, draw: random.Random
) -> Iterator[tuple[int, _Block]]:
    """A substation's feeders come back one after the other, some from a neighbour's."""
    feeders = grid.substations[repair.fault.part]
    spared = int(draw.random() * len(feeders))
    for rank, feeder in enumerate(feeders):
        share = 1.0 if rank == spared else 0.35 + 0.65 * draw.random()
        end_s = repair.crew_s + (repair.done_s - repair.crew_s) * share
        yield feeder, _Block(number, repair.fault.at_s, (), end_s)


def _runs(
    feeder: Feeder, repairs: tuple[Repair, ...], blocks: list[_Block], parts: list[int]
) -> Iterator[Run]:
    """The runs of all pieces of a feeder."""
    branches: dict[int, tuple[int, list[int]]] = {}
    homes: dict[int, list[int]] = {}
    for number in parts:
        fault = repairs[number].fault
        if fault.device == "lateral":
            branches.setdefault(fault.part, (fault.customers, []))[1].append(number)
        else:
            homes.setdefault(fault.part, []).append(number)
    inside = {
        place: next((at for at, (n, _) in branches.items() if at <= place < at + n), None)
        for place in homes
    }
    for place, numbers in homes.items():
        at = inside[place]
        above = branches[at][1] if at is not None else []
        piece: Piece = (feeder.number, "service", place)
        yield from _merged(piece, 1, blocks, repairs, [*numbers, *above])
    for at, (customers, numbers) in branches.items():
        alone = customers - sum(branch == at for branch in inside.values())
        yield from _merged((feeder.number, "lateral", at), alone, blocks, repairs, numbers)
    # What hangs on nothing that broke has only the feeder's own losses, section by section.
    cuts = sorted({0, feeder.customers, *(upto for b in blocks for _, upto in b.stages)})
    for begin, end in pairwise(cuts) if blocks else ():
        apart = sum(n for at, (n, _) in branches.items() if begin <= at < end)
        apart += sum(at is None and begin <= place < end for place, at in inside.items())
        piece = (feeder.number, "feeder", begin)
        yield from _merged(piece, end - begin - apart, blocks, repairs, [])


def _merged(
    piece: Piece, customers: int, blocks: list[_Block], repairs: tuple[Repair, ...], own: list[int]
) -> Iterator[Run]:
    """The runs of a piece: its own faults and those of the whole feeder together."""
    if customers <= 0:
        return
    spans = [(repairs[n].fault.at_s, repairs[n].done_s, n) for n in own]
    spans += [(block.at_s, block.end_s(piece[2]), block.repair) for block in blocks]
    spans.sort()
    lost_s, back_s, first = spans[0]
    for at_s, end_s, number in spans[1:]:
        if at_s > back_s:
            yield Run(first, lost_s, back_s, customers, piece)
            lost_s, back_s, first = at_s, end_s, number
        else:
            back_s = max(back_s, end_s)
    yield Run(first, lost_s, back_s, customers, piece)


def _restored_s(number: int, repair: Repair, blocks: dict[int, list[_Block]]) -> float:
    """When what was mended has supply again: not before the feeder has."""
    fault, back_s = repair.fault, repair.done_s
    if fault.device == "substation":
        return back_s
    above = sorted(b for b in blocks.get(fault.feeder, ()) if b.repair != number)
    for block in above:
        if block.at_s <= back_s < block.end_s(fault.part):
            back_s = block.end_s(fault.part)
    return back_s
