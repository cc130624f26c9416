"""Broken promises call the lead: a line and the bell, once, until somebody has looked."""

from __future__ import annotations

from datetime import datetime, timedelta

QUIET = timedelta(minutes=5)
"""By the desk's clock: so long after a look nobody is called again."""


class Calls:
    """What a lead has seen of the late list, and whether more has come since."""

    def __init__(self) -> None:
        self.open = False
        self._seen = self._late = 0
        self._looked_at: datetime | None = None

    def told(self, late: int, clock: datetime | None) -> bool:
        """So many promises are broken at the desk's `clock`; whether the bell is to ring now."""
        self._late = late
        if late <= self._seen:
            self._seen, self.open = late, False
        elif not self.open and not self._is_quiet(clock):
            self.open = True
            return True
        return False

    def look(self, clock: datetime | None) -> None:
        """The lead looks at the late list."""
        self._seen, self._looked_at, self.open = self._late, clock, False

    def words(self) -> str:
        """What the line says; empty while nobody is called."""
        if not self.open:
            return ""
        promises = "1 promise is" if self._late == 1 else f"{self._late:,} promises are"
        more = f", {self._late - self._seen:,} since you looked" if self._seen else ""
        return f"!! LEAD: {promises} broken{more} · ! shows them, and ends this call"

    def _is_quiet(self, clock: datetime | None) -> bool:
        looked = self._looked_at
        return looked is not None and clock is not None and looked <= clock < looked + QUIET
