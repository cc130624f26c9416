"""Whether a pattern is worth a search: by the words that a text has, read off once.

A search with a pattern of many words costs ten times as much as to split the text, and most texts
have none of them. So each pattern has its cues, of which whatever it matches has one at least.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

Cues = frozenset[str]
Begins = AbstractSet[str]

_LETTERS = bytes(
    code if chr(code).isalnum() or chr(code) == "_" else ord(" ") for code in range(256)
)
"""Latin-1 with a blank for all that parts words: the cues have no other letters."""

_DIGIT = re.compile(r"\d")


def begins_of(text: str) -> Begins:
    """The first three letters of each word, in lower case; of shorter words all."""
    letters = text.lower().encode("latin-1", "replace").translate(_LETTERS)
    return {word[:3] for word in letters.decode("latin-1").split()}


def cues(words: str) -> Cues:
    """The begins of these words."""
    return frozenset(word[:3] for word in words.split())


def first_digit(text: str) -> int:
    """Where the first digit stands, -1 without."""
    found = _DIGIT.search(text)
    return found.start() if found else -1
