"""How texts are cut into words, in plain form: what `desk.places.kernel` has compiled."""

from __future__ import annotations

import re

from desk.places.words import pieces_of, plain

__all__ = ["FORM", "Idle", "parts_of", "pieces_of"]

FORM = 1
"""Goes up with every change of what these functions take or give, here and in the kernel."""

Parts = tuple[list[str], list[str], list[str]]

_PARTS = re.compile(r"([^\W_]+)")
_ASCII_PARTS = re.compile(r"([A-Za-z0-9]+)")
"""The same for texts in ASCII, a third faster."""


def parts_of(text: str) -> Parts:
    """What stands before each word of a text and behind the last, the words, and these plain."""
    parts = (_ASCII_PARTS if text.isascii() else _PARTS).split(text)
    raw = parts[1::2]
    return parts[::2], raw, plain("\0".join(raw)).split("\0") if raw else []


class Idle(set[bytes]):
    """Pieces of texts of which nothing is to be done."""

    def rare(self, text: str) -> set[bytes]:
        """The pieces of a text that are none of these."""
        return pieces_of(text).difference(self)
