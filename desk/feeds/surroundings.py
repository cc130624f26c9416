"""What a feed may want to know of the desk that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import msgspec

from desk.accounts import Account
from desk.territories import Territory
from rules.loader import VocabularyList
from rules.pack import Pack


class Surroundings(msgspec.Struct, frozen=True):
    """The territory, the own accounts, the keyword packs and the vocabularies of their phrases."""

    territory: Territory
    accounts: Sequence[Account] = ()
    packs: Sequence[Pack] = ()
    vocabularies: Sequence[VocabularyList] = ()


@runtime_checkable
class Adapting(Protocol):
    """A feed that asks its platform for what matters to this desk alone."""

    def adapt(self, surroundings: Surroundings) -> None:
        """Ask for what `surroundings` call for, from now on; also while the feed is read."""
        ...
