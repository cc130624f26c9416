"""One screen at the house of reports: the reports that it waits for, and what it was told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from desk.errors import DeskError
from desk.serving.house import Guest, Visit
from desk.serving.protocol import FromDesk, Refused
from desk.serving.report_messages import (
    HandOver,
    JudgeLookAlike,
    ReadLookAlikes,
    ReadReport,
    ReadSettings,
    WatchLookAlikes,
)

if TYPE_CHECKING:
    from desk.serving.report_desk import ReportDesk


class ReportVisit(Visit):
    """One screen at the house of reports."""

    requests: ClassVar[tuple[type, ...]] = (
        ReadReport,
        HandOver,
        ReadLookAlikes,
        JudgeLookAlike,
        WatchLookAlikes,
        ReadSettings,
    )

    def __init__(self, house: ReportDesk, guest: Guest) -> None:
        self._house = house
        self._guest = guest
        self._asked: dict[str, ReadReport] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._told_version: int | None = None

    async def meet(self, request: Any) -> FromDesk | None:  # noqa: ANN401  one of `requests`
        """Do what is asked; a report comes when it is built, and what people do goes before it."""
        house = self._house
        match request:
            case ReadReport():
                self._build(request)
                return None
            case HandOver():
                return await house.hand_over(request)
            case ReadLookAlikes():
                self._told_version = house.look_alikes_version
                return house.look_alikes()
            case JudgeLookAlike():
                return house.judge(request)
            case WatchLookAlikes():
                house.watch(request)
                return house.settings()
            case _:
                return house.settings()

    def news(self) -> Iterable[FromDesk]:
        """The look-alikes, where they have changed since they were told."""
        version = self._house.look_alikes_version
        if self._told_version is None or version == self._told_version:
            return ()
        self._told_version = version
        return (self._house.look_alikes(),)

    def begin_again(self) -> None:
        """The desk has begun again: nothing that was told holds."""
        self._told_version = None

    def leave(self) -> None:
        """The screen is gone."""
        for task in self._tasks.values():
            task.cancel()

    def _build(self, request: ReadReport) -> None:
        """At most one of a kind at a time: the one that is on the way, unless another is asked."""
        before = self._tasks.get(request.kind)
        if before is not None and not before.done():
            if self._asked[request.kind] == request:
                return
            before.cancel()
        self._asked[request.kind] = request
        self._tasks[request.kind] = asyncio.create_task(self._tell(request))

    async def _tell(self, request: ReadReport) -> None:
        with contextlib.suppress(ConnectionError):
            try:
                await self._guest.say(await self._house.report(request))
            except DeskError as error:
                await self._guest.say(Refused(None, str(error)))
