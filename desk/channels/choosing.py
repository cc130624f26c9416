"""Which channel a reply goes to, and the dry run that sends nowhere.

Nothing simulated can reach a real channel: an exercise goes to the dry run, or to a channel behind
which a drill's server stands and says so itself (desk/channels/live.py).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from desk.channels import Channel, Errand
from desk.channels.live import Live
from desk.replies.reply import Reply
from desk.store import Commit, Store

DRY = "dry-run"
DRY_RUN = f"{DRY}:"
"""What `remote` of a reply begins with that was recorded and sent nowhere."""


class Recorded(msgspec.Struct, frozen=True):
    """A reply that the dry run has taken, and how often: more than once would be a fault."""

    reply: Reply
    times: int = 1


class DryRun:
    """Records replies in the store and sends them nowhere."""

    exercise = True

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open(self) -> None:
        """Nobody to log in to."""

    async def close(self) -> None:
        """No connections."""

    async def send(self, errand: Errand) -> str:
        """Record a reply, at once and by itself, as a platform would."""
        reply = errand.reply
        before = self._recorded(reply.id)
        times = before.times + 1 if before else 1
        piece = msgspec.json.encode(Recorded(reply, times))
        self._store.commit(Commit(states={(DRY, reply.id): piece}))
        return f"{DRY_RUN}{reply.id}"

    async def look_up(self, errand: Errand) -> str | None:
        """Whether a reply was recorded."""
        id_ = errand.reply.id
        return f"{DRY_RUN}{id_}" if self._recorded(id_) else None

    def recorded(self) -> list[Recorded]:
        """Everything that was recorded, by the ids of the replies."""
        pieces = self._store.states(DRY).values()
        return [msgspec.json.decode(piece, type=Recorded) for piece in pieces]

    def _recorded(self, id_: str) -> Recorded | None:
        piece = self._store.state(DRY, id_)
        return msgspec.json.decode(piece, type=Recorded) if piece else None


class Channels:
    """The accounts that are switched on, by their keys, and the dry run for everything else."""

    def __init__(self, dry_run: Channel, live: Iterable[Live] = ()) -> None:
        self.dry_run = dry_run
        self.live = {one.account.key: one for one in live}

    def live_of(self, reply: Reply) -> Live | None:
        """The account that is switched on from which `reply` would go out, or was being sent."""
        return self.live.get(reply.via if reply.state == "sending" else reply.account)

    def is_dry(self, reply: Reply, *, exercise: bool) -> bool:
        """Whether `reply` is only recorded; `exercise` says that the whole desk is one."""
        live = self.live.get(reply.account)
        if live is None:
            return not reply.live
        return not live.may(exercise=exercise or reply.exercise)
