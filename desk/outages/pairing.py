"""Which predicted outage is which true one: the most pairs, and of these the cheapest."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush

Options = Mapping[int, Mapping[int, int]]


def assign(costs: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """The pairing (left to right) with the most pairs and, among those, the least total cost.

    `costs` holds every pair that may be made; costs are whole numbers >= 0. To stay alone costs
    more than all pairs together, so it is the last resort; with that, it is an assignment of least
    cost, solved by shortest augmenting paths (D. F. Crouse, "On implementing 2D rectangular
    assignment algorithms", IEEE Transactions on Aerospace and Electronic Systems 52(4), 2016).
    """
    alone = 1 + sum(costs.values())
    options: dict[int, dict[int, int]] = {}
    for (left, right), cost in sorted(costs.items()):
        options.setdefault(left, {_nobody(left): alone})[right] = cost
    pairing = _Pairing(options)
    for left in options:
        pairing.add(left)
    return {left: right for left, right in pairing.right_of.items() if right >= 0}


def _nobody(left: int) -> int:
    """What a left is paired with that stays alone: rights are counted from 0."""
    return -1 - left


class _Pairing:
    """The cheapest pairing of the lefts added so far; `owner` and `right_of` are its two ways.

    `left_price` and `right_price` are the prices that make every pair in it free, and no pair
    cheaper than that.
    """

    def __init__(self, options: Options) -> None:
        self.owner: dict[int, int] = {}
        self.right_of: dict[int, int] = {}
        self._options = options
        self._left_price = dict.fromkeys(options, 0)
        self._right_price: dict[int, int] = {}

    def add(self, new: int) -> None:
        """Pair one left more, along the cheapest path of pairs that change."""
        came_from: dict[int, int] = {}
        reached: dict[int, int] = {}
        settled: dict[int, int] = {}
        waiting: list[tuple[int, int]] = []
        left, way = new, 0
        while True:
            base = way - self._left_price[left]
            for right, cost in self._options[left].items():
                length = base + cost - self._right_price.get(right, 0)
                if right not in settled and length < reached.get(right, length + 1):
                    reached[right] = length
                    came_from[right] = left
                    heappush(waiting, (length, right))
            way, right = heappop(waiting)
            while right in settled:
                way, right = heappop(waiting)
            if right not in self.owner:
                break
            settled[right] = way
            left = self.owner[right]
        self._left_price[new] += way
        for passed, length in settled.items():
            self._left_price[self.owner[passed]] += way - length
            self._right_price[passed] = self._right_price.get(passed, 0) - (way - length)
        self._turn(right, came_from, new)

    def _turn(self, right: int, came_from: Mapping[int, int], new: int) -> None:
        """Change the pairs along the path from `new` to `right`."""
        left = came_from[right]
        while left != new:
            before = self.right_of[left]
            self.owner[right], self.right_of[left] = left, right
            right, left = before, came_from[before]
        self.owner[right], self.right_of[left] = left, right
