"""accounts.toml: the utility's own accounts, and how those that look like them are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from desk.accounts.account import Account, LookAlikePolicy, plain_handle

MOST_ACCOUNTS = 500


class Accounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every own account, several to a channel; none where a storm brings its utility's."""

    account: Annotated[tuple[Account, ...], msgspec.Meta(max_length=MOST_ACCOUNTS)] = ()
    look_alikes: LookAlikePolicy = LookAlikePolicy()

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """An account stands there once, and who is harmless by channel and handle."""
        seen: set[tuple[str, str]] = set()
        for number, one in enumerate(self.account):
            key = one.channel, plain_handle(one.handle)
            if key in seen:
                yield ("account", number, "handle"), f"'{one.key}' stands here twice: take one out"
            seen.add(key)
        for number, name in enumerate(self.look_alikes.harmless):
            if not all(name.partition(":")):
                words = f"'{name}' is no account: write it as channel:handle"
                yield ("look_alikes", "harmless", number), words
