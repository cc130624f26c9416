"""Keys that are typed while the next case is on its way: they are meant for that case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual import events

PATIENCE_S = 2.0
"""A desk that takes longer is said to be late elsewhere: keys do what they do then."""
GAP_S = 0.03
"""Between two keys that were held: what the first one opens has the focus before the second."""
NEVER = ("ctrl+q", "ctrl+c")


class TypedAhead:
    """Holds keys from when a case is asked for until it is there; `post` sends one on its way."""

    def __init__(self, post: Callable[[events.Key], object]) -> None:
        self._post = post
        self._held: list[events.Key] = []
        self._let: events.Key | None = None
        self.waits = False

    def holds(self, event: events.Event) -> bool:
        """Whether a key has to wait; it comes again by itself."""
        if not isinstance(event, events.Key) or event is self._let or event.key in NEVER:
            return False
        if self.waits or self._held:
            self._held.append(event)
            return True
        return False

    async def let_go(self) -> None:
        """The case is there: let the keys do what they are for, one after the other."""
        self.waits = False
        while self._held and not self.waits:
            self._let = self._held.pop(0)
            self._post(self._let)
            await asyncio.sleep(GAP_S)
