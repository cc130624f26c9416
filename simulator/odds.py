"""Draws that the layers share: one of several words by weight, and Poisson numbers."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from itertools import accumulate

NORMAL_ABOVE = 50.0


class Odds:
    """Words with weights that need not add up to anything."""

    def __init__(self, **weights: float) -> None:
        pairs = [(word, weight) for word, weight in weights.items() if weight > 0]
        self._words = tuple(word for word, _ in pairs)
        self._upto = tuple(accumulate(weight for _, weight in pairs))
        self._total = self._upto[-1] if self._upto else 0.0

    def draw(self, draw: random.Random) -> str:
        """One of the words."""
        return self.at(draw.random())

    def at(self, share: float) -> str:
        """The word at a share of all weights, 0 to below 1."""
        return self._words[bisect_right(self._upto, share * self._total)]


def poisson(mean: float, draw: random.Random) -> int:
    """A Poisson number; of a large mean by the normal law, which is then the same to the eye."""
    if mean <= 0:
        return 0
    if mean > NORMAL_ABOVE:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    limit = math.exp(-mean)
    count, product = 0, draw.random()
    while product > limit:
        count += 1
        product *= draw.random()
    return count
