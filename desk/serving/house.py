"""Houses of a desk: each has a part of the work, and answers the requests of that part.

A house is made once, by `Monitor` (desk/serving/monitor.py, `houses`). Every attached screen gets a
visit of each house, which holds what that screen has open there; `Screen` hands each request to
the visit that has its type among `requests`. To add a part of the work: a module `…_desk.py` with
a house and its visit, and one line in `Monitor.houses`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from desk.outages import OutageChange
from desk.pipeline import Outcome, Pipeline
from desk.serving.case_messages import Attach, CaseWindow
from desk.serving.protocol import FromDesk

Done = TypeVar("Done")


class Desk(Protocol):
    """What houses need of the desk at work that they are part of; `Monitor` is it."""

    pipeline: Pipeline

    @property
    def names(self) -> Mapping[str, str]:
        """The names of communities by their ids."""
        ...

    def time(self) -> datetime | None:
        """The time that clocks of cases go by; None before the first post.

        The event clock, and at a real desk the wall seconds since it last moved.
        """
        ...

    def do(self, work: Callable[[], Outcome]) -> Outcome:
        """Do `work`, which stores what it does, and let every house know its outcome.

        Raises:
            StoreError: the disk failed; the desk ends then.
            DeskError: whatever else `work` raises; nothing has changed.
        """
        ...

    def do_for(self, work: Callable[[], tuple[Done, Outcome]]) -> Done:
        """As `do`, for work that also says what it did."""
        ...

    def outage(self, id_: str) -> OutageChange | None:
        """The outage of this id as it is now, or as it was last told of."""
        ...

    def place(self, communities: Sequence[str]) -> str:
        """The first community by its name, and how many more there are."""
        ...


class Guest(Protocol):
    """An attached screen as houses see it: who is there, and how to tell them something.

    `who` is what the screen has said of itself, its name clean; empty before it has.
    """

    who: Attach

    async def say(self, message: FromDesk) -> None:
        """Tell `message` now."""
        ...


class Visit:
    """One screen at a house. A house's own visit overrides what it needs."""

    requests: ClassVar[tuple[type, ...]] = ()
    """The types of requests that it meets."""

    async def meet(self, request: Any) -> FromDesk | None:  # noqa: ANN401  one of `requests`
        """Do what is asked; the answer, if there is one.

        Raises:
            DeskError: it can't be done: told as `Refused`, in one line.
        """
        raise NotImplementedError

    def news(self) -> Iterable[FromDesk]:
        """What has changed for this screen since the last call, asked for at each tick."""
        return ()

    def windows(self) -> tuple[CaseWindow, ...]:
        """Lists of cases that have changed since the last call, told within the tick."""
        return ()

    def begin_again(self) -> None:
        """The desk has begun again: what was open is closed."""

    def leave(self) -> None:
        """The screen is gone."""


class House(Protocol):
    """A part of the desk's work."""

    def visit(self, guest: Guest) -> Visit:
        """A new screen has come."""
        ...

    def took(self, outcome: Outcome) -> None:
        """A batch, or what somebody did, has led to `outcome`."""
        ...

    def begin_again(self) -> None:
        """The feed has begun again, and everything before is forgotten."""
        ...
