"""Sets of small numbers as one big number: with thousands of them far quicker to join than sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def bit_set(numbers: Iterable[int]) -> int:
    """The bit set of `numbers`."""
    room = bytearray()
    for number in numbers:
        at = number >> 3
        if at >= len(room):
            room.extend(bytes(at + 1 - len(room)))
        room[at] |= 1 << (number & 7)
    return int.from_bytes(room, "little")


def bits(numbers: int) -> Iterator[int]:
    """The numbers of a bit set, the highest first."""
    while numbers:
        number = numbers.bit_length() - 1
        yield number
        numbers ^= 1 << number
