"""Where replies go: the one small interface of a channel, and the dry run that sends nowhere.

Nothing simulated can reach a real channel: `Channels` alone says where a reply goes, and gives an
exercise to the dry run whatever else is switched on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from desk.errors import DeskError
from desk.replies.reply import Reply
from desk.store import Commit, Store

DRY = "dry-run"
DRY_RUN = f"{DRY}:"
"""What `remote` of a reply begins with that was recorded and sent nowhere."""


class NotSentError(DeskError):
    """A channel did not take a reply, and surely has not published it: why, in one line."""


class FateUnknownError(DeskError):
    """A channel may have published a reply or not: why that can't be told, in one line."""


class Channel(Protocol):
    """An own account at a platform, from which replies and announcements go out."""

    async def send(self, reply: Reply) -> str:
        """Publish `reply`; its id or address there. `reply.id` is the same at each attempt.

        Raises:
            NotSentError: it was not published.
            FateUnknownError: it may have been.
        """
        ...

    async def look_up(self, reply: Reply) -> str | None:
        """The id or address of a reply that may have been published; None if it surely was not.

        Raises:
            FateUnknownError: the platform can't tell.
        """
        ...


class Recorded(msgspec.Struct, frozen=True):
    """A reply that the dry run has taken, and how often: more than once would be a fault."""

    reply: Reply
    times: int = 1


class DryRun:
    """Records replies in the store and sends them nowhere."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def send(self, reply: Reply) -> str:
        """Record `reply`, at once and by itself, as a platform would."""
        before = self._recorded(reply.id)
        times = before.times + 1 if before else 1
        piece = msgspec.json.encode(Recorded(reply, times))
        self._store.commit(Commit(states={(DRY, reply.id): piece}))
        return f"{DRY_RUN}{reply.id}"

    async def look_up(self, reply: Reply) -> str | None:
        """Whether `reply` was recorded."""
        return f"{DRY_RUN}{reply.id}" if self._recorded(reply.id) else None

    def recorded(self) -> list[Recorded]:
        """Everything that was recorded, by the ids of the replies."""
        pieces = self._store.states(DRY).values()
        return [msgspec.json.decode(piece, type=Recorded) for piece in pieces]

    def _recorded(self, id_: str) -> Recorded | None:
        piece = self._store.state(DRY, id_)
        return msgspec.json.decode(piece, type=Recorded) if piece else None


class Channels:
    """The channels that are switched on, by own account as `channel:handle`; the dry run else."""

    def __init__(self, dry_run: Channel, live: Mapping[str, Channel] | None = None) -> None:
        self._dry_run = dry_run
        self._live = dict(live or {})

    def of(self, reply: Reply, *, exercise: bool) -> Channel:
        """Where `reply` goes; `exercise` says that the whole desk is one."""
        if exercise or reply.exercise:
            return self._dry_run
        return self._live.get(reply.account, self._dry_run)

    def is_dry(self, reply: Reply, *, exercise: bool) -> bool:
        """Whether `reply` is only recorded."""
        return self.of(reply, exercise=exercise) is self._dry_run
