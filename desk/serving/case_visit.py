"""One screen at the house of cases: its windows on lists, and the case that it has open."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

import msgspec

from desk.errors import CaseError
from desk.serving.case_lists import CaseList, QueueList
from desk.serving.case_messages import (
    CaseAct,
    CaseDetail,
    CaseWindow,
    LeaveCase,
    OpenCase,
    SetMode,
    UnwatchCases,
    WatchCases,
)
from desk.serving.held import in_turns
from desk.serving.house import Guest, Visit
from desk.serving.protocol import FromDesk

if TYPE_CHECKING:
    from desk.serving.case_desk import CaseDesk

WINDOWS_S = 0.5
"""A window, and a case that is open, is told at most so often."""
FIRST_S = 0.05
"""How long the first telling of a list waits until all cases have been looked at."""
SLICES = 4
"""Slices of what has changed that the lists of a screen look at in one tick."""
MOST_WINDOWS = 16
MOST_ROWS = 500


class Window(msgspec.Struct):
    """A window on a list, and what was told of it: versions of the list and of who looks."""

    request: WatchCases
    shown: CaseList | QueueList
    version: tuple[int, int] = (-1, -1)
    told: CaseWindow | None = None


class CaseVisit(Visit):
    """One screen at the house of cases."""

    requests: ClassVar[tuple[type, ...]] = (
        WatchCases,
        UnwatchCases,
        OpenCase,
        LeaveCase,
        CaseAct,
        SetMode,
    )

    def __init__(self, house: CaseDesk, guest: Guest) -> None:
        self._house = house
        self._guest = guest
        self._windows: dict[int, Window] = {}
        self._windows_at_s = -WINDOWS_S
        self._case = ""
        self._told: CaseDetail | None = None
        self._told_at_s = -WINDOWS_S
        self.stale = False

    @property
    def name(self) -> str:
        """Who is at this screen."""
        return self._guest.who.name

    async def meet(self, request: object) -> FromDesk | None:
        """Do what is asked: `Visit.meet` (desk/serving/house.py)."""
        match request:
            case WatchCases():
                await self._watch(request)
            case UnwatchCases(view):
                self._unwatch(view)
            case OpenCase(id_):
                return self._enter(id_)
            case LeaveCase(id_):
                if id_ == self._case:
                    self._leave()
            case CaseAct():
                return await self._act(request)
            case SetMode():
                self._house.set_mode(request)
        return None

    def news(self) -> Iterable[FromDesk]:
        """The open case, where it has changed."""
        now_s = time.monotonic()
        if not self._case or not self.stale or now_s - self._told_at_s < WINDOWS_S:
            return ()
        detail = self._house.detail(self._case)
        self.stale = False
        if detail == self._told:
            return ()
        self._told, self._told_at_s = detail, now_s
        return (detail,)

    def windows(self) -> tuple[CaseWindow, ...]:
        """Lists of cases that have changed."""
        slices = SLICES
        for window in self._windows.values():
            while slices and window.shown.look():
                slices -= 1
        now_s = time.monotonic()
        if now_s - self._windows_at_s < WINDOWS_S:
            return ()
        changed = [window for window in self._windows.values() if self._has_changed(window)]
        told = [window.told for window in changed if self._tell_anew(window) and window.told]
        if changed:
            self._windows_at_s = now_s
        return tuple(told)

    def begin_again(self) -> None:
        """The desk has begun again: what was open is closed."""
        self._windows.clear()
        self._case, self._told, self.stale = "", None, False

    def leave(self) -> None:
        """The screen is gone."""
        for view in list(self._windows):
            self._unwatch(view)
        self._leave()

    async def _watch(self, request: WatchCases) -> None:
        view = request.view
        if view not in self._windows and len(self._windows) >= MOST_WINDOWS:
            raise CaseError(f"a screen has at most {MOST_WINDOWS} lists of cases: close one")
        before = self._windows.get(view)
        if before is not None and before.request.filter == request.filter:
            self._windows[view] = Window(request, before.shown)
        else:
            shown = self._house.watch(self, request.filter)
            self._unwatch(view)
            self._windows[view] = Window(request, shown)
            until_s = time.monotonic() + FIRST_S
            # the rest of a long list is looked at with the ticks
            await in_turns(lambda: shown.look() and time.monotonic() < until_s)
        self._windows_at_s = -WINDOWS_S

    def _unwatch(self, view: int) -> None:
        window = self._windows.pop(view, None)
        if window is not None:
            self._house.unwatch(self, window.shown)

    def _has_changed(self, window: Window) -> bool:
        version = window.shown.version, self._house.presence
        changed = version != window.version
        window.version = version
        return changed

    def _tell_anew(self, window: Window) -> bool:
        """Make a window as it is now; whether it is to be told."""
        house, request = self._house, window.request
        total = window.shown.total
        start = min(max(request.start, 0), max(total - 1, 0))
        count = min(max(request.count, 0), MOST_ROWS)
        cases = window.shown.part(start, count)
        if not total:
            past = house.desk.pipeline.case(request.filter.strip())
            cases, total = ([past], 1) if past else ([], 0)
        rows = tuple(map(house.row, cases))
        new = CaseWindow(request.view, request.filter, total, start, rows)
        changed = new != window.told
        window.told = new
        return changed

    def _enter(self, id_: str) -> CaseDetail:
        self._leave()
        self._case = id_
        self._house.enter(self, id_)
        self._told = self._house.detail(id_)
        self._told_at_s, self.stale = time.monotonic(), False
        return self._told

    def _leave(self) -> None:
        if self._case:
            self._house.leave(self, self._case)
        self._case, self._told, self.stale = "", None, False

    async def _act(self, act: CaseAct) -> FromDesk:
        acted = await self._house.act(act)
        # who acts sees it with the next tick
        self._windows_at_s = self._told_at_s = -WINDOWS_S
        return acted
