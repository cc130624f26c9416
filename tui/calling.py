"""Broken promises call the lead: a line and the bell, once, until somebody has looked."""

from __future__ import annotations

QUIET_S = 300.0
"""So long after a look nobody is called again; by the wall's clock, as it is about a person."""


class Calls:
    """What a lead has seen of the late list, and whether more has come since."""

    def __init__(self) -> None:
        self.open = False
        self._seen = self._late = 0
        self._looked_s: float | None = None

    def told(self, late: int, now_s: float) -> bool:
        """So many promises are broken at `now_s`; whether the bell is to ring now."""
        self._late = late
        if late <= self._seen:
            self._seen, self.open = late, False
        elif not self.open and not self._is_quiet(now_s):
            self.open = True
            return True
        return False

    def look(self, now_s: float) -> None:
        """The lead looks at the late list."""
        self._seen, self._looked_s, self.open = self._late, now_s, False

    def words(self) -> str:
        """What the line says; empty while nobody is called."""
        if not self.open:
            return ""
        promises = "1 promise is" if self._late == 1 else f"{self._late:,} promises are"
        more = f", {self._late - self._seen:,} since you looked" if self._seen else ""
        return f"!! LEAD: {promises} broken{more} · ! shows them, and ends this call"

    def _is_quiet(self, now_s: float) -> bool:
        return self._looked_s is not None and now_s < self._looked_s + QUIET_S
