"""When a screen is painted: as soon as what a key has set going has come to rest."""

from __future__ import annotations

from asyncio import sleep

from textual.timer import EventTargetGone, Timer

HOPS = 12
"""Turns of the event loop that are waited for: what a key changes is told widget by widget, each
message some turns behind the last, and one paint of all takes less than two of the parts."""


class Prompt(Timer):
    """Calls back some turns after it is resumed, and is then resumed anew.

    Textual 8.2.8 paints by a clock of 60 frames a second, of which it skips one where it has
    rested: what was not yet there at the first paint came 17 to 33 ms later.
    """

    async def _run(self) -> None:
        while True:
            await self._active.wait()
            for _ in range(HOPS):
                await sleep(0)
            try:
                await self._tick(next_timer=0.0, count=0)
            except EventTargetGone:
                return
