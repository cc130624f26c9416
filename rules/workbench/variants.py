"""How people disfigure what they write, and how much of it the rules still find."""

from __future__ import annotations

from random import Random
from string import ascii_lowercase


def mistyped(word: str, random: Random) -> str:
    """`word` with one letter put in, left out, replaced, or swapped with its neighbour."""
    at = random.randrange(len(word))
    kind = random.randrange(4)
    if kind == 0:
        return word[:at] + random.choice(ascii_lowercase) + word[at:]
    if kind == 1 and len(word) > 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        others = ascii_lowercase.replace(word[at], "")
        return word[:at] + random.choice(others) + word[at + 1 :]
    at = min(at, len(word) - 2) if len(word) > 1 else 0
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
