"""How long to wait before a platform is asked again: by kind of error, with jitter."""

from __future__ import annotations

import random
from typing import Literal, NamedTuple

Trouble = Literal["network", "refused", "limited", "told"]
"""A connection that broke, an HTTP error, 429 (too much was asked), or 429 from a platform that has
said itself when it may be asked again."""


class Growth(NamedTuple):
    """Waits that begin with `first_s` and grow to `most_s`: doubled, or `first_s` longer each."""

    first_s: float
    most_s: float
    doubles: bool = True

    def wait_s(self, attempt: int) -> float:
        """The wait after attempt `attempt`, counted from 1."""
        if not self.doubles:
            return min(self.most_s, self.first_s * attempt)
        return min(self.most_s, self.first_s * 2.0 ** min(attempt - 1, 60))


class Rules(NamedTuple):
    """The waits that a platform asks for."""

    network: Growth = Growth(1.0, 64.0)
    refused: Growth = Growth(5.0, 320.0)
    limited: Growth = Growth(60.0, 960.0)
    told: Growth = Growth(1.0, 60.0)


class Patience:
    """The waits of one feed: each error in a row waits longer, until a connection has worked."""

    def __init__(
        self, rules: Rules, draw: random.Random | None = None, jitter: float = 0.25
    ) -> None:
        self._rules = rules
        self._draw = draw or random.Random()  # noqa: S311  spreads clients, hides nothing
        self._jitter = jitter
        self._attempts = dict.fromkeys(("network", "refused", "limited", "told"), 0)

    def wait_s(self, trouble: Trouble, at_least_s: float = 0.0) -> float:
        """How long to wait now; `at_least_s` is what the platform itself has said (Retry-After)."""
        self._attempts[trouble] += 1
        growth: Growth = getattr(self._rules, trouble)
        wait_s = growth.wait_s(self._attempts[trouble])
        # added only: nobody is asked sooner than they want
        return max(wait_s, at_least_s) * (1.0 + self._jitter * self._draw.random())

    def worked(self) -> None:
        """A connection has brought something: the next error is a first one."""
        for trouble in self._attempts:
            self._attempts[trouble] = 0
