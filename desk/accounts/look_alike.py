"""An account that looks like an own one, the evidence, and what people say of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Verdict = Literal["", "harmless", "reported"]
"""What people say of it: nothing yet, known and harmless, or reported to its platform."""


class Standing(msgspec.Struct, frozen=True):
    """What was said of it, by whom and when."""

    verdict: Verdict
    by: str
    at: datetime


class LookAlike(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody under a name like that of the own account `account`.

    `score` is 0-100, 100 for the very same name; `differs` says in what it differs. `posts` are the
    newest of its own by id, `named_in` the newest that mention it or pass it on, `told` and `named`
    count all of them. `asks` is what it asks for: of link, money, message, secrets. `standings` are
    what people have said of it, the newest last. Times are event times.
    """

    id: str
    channel: str
    handle: str
    name: str = ""
    account: str
    score: int
    differs: str
    first_at: datetime
    last_at: datetime
    told: int = 0
    named: int = 0
    posts: tuple[str, ...] = ()
    named_in: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    standings: tuple[Standing, ...] = ()
    exercise: bool = False

    @property
    def verdict(self) -> Verdict:
        """What holds of it now."""
        return self.standings[-1].verdict if self.standings else ""
