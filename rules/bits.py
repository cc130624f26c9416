"""Sets of small numbers as one big number: with thousands of them far quicker to join than sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_


def bit_set(numbers: Iterable[int]) -> int:
    """The bit set of `numbers`."""
    return reduce(or_, (1 << number for number in numbers), 0)


def bits(numbers: int) -> Iterator[int]:
    """The numbers of a bit set, the highest first."""
    while numbers:
        number = numbers.bit_length() - 1
        yield number
        numbers ^= 1 << number
