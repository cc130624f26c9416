"""Which mentions hold a text that phrases ask for (`@power`: @GulfPower, @duke_power)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rules.phrase import Atom
from rules.text import handle_of


class Handles:
    """Finds mention atoms in the handles of mentions; there must be one atom at least.

    Most mentions hold none of them, and no mention is remembered: one search tells.
    """

    def __init__(self, atoms: Iterable[Atom]) -> None:
        self.atoms = tuple(sorted(atoms))
        self._search = re.compile("|".join(re.escape(atom.spelling) for atom in self.atoms)).search

    def held(self, mention: str) -> tuple[Atom, ...]:
        """The atoms that the handle of a mention holds, always in the same order."""
        handle = mention[1:]
        handle = handle.lower() if handle.isalnum() and handle.isascii() else handle_of(mention)
        if self._search(handle) is None:
            return ()
        return tuple(atom for atom in self.atoms if atom.spelling in handle)
