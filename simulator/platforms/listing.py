"""The server's own list: which posts of a storm its platforms tell, and by which ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from simulator.platforms.stage import Stage, Staged
from simulator.truth import Told

Teller = Callable[[Staged], str | None]
"""The id under which a platform tells a post; None where it does not tell it as one."""


class Listed(NamedTuple):
    """A post that a platform has told, or will tell who asks: `id` is what it has there.

    `asked_for` is false where the platform tells only what somebody has asked it for, as X does by
    the rules of an app, and nobody has asked for this.
    """

    number: int
    platform: str
    id: str
    told: Told
    asked_for: bool = True


def _bluesky(_: Stage) -> Teller:
    from simulator.platforms.bluesky.platform import wire_id

    return lambda staged: None if staged.post.repost_of else wire_id(staged)


def _facebook(stage: Stage) -> Teller:
    from simulator.platforms.meta.page import Wall, wire_id

    wall = Wall(stage)

    def reached(staged: Staged) -> str | None:
        wall.look()
        id_ = wire_id(staged)
        return id_ if id_ in wall.by_id else None

    return reached


def _mastodon(_: Stage) -> Teller:
    from simulator.platforms.mastodon.platform import wire_id

    return wire_id


def _x(_: Stage) -> Teller:
    from simulator.platforms.x.wire import wire_id

    return wire_id


def _rss(_: Stage) -> Teller:
    from simulator.platforms.rss import wire_id

    return wire_id


TELLERS: dict[str, dict[str, Callable[[Stage], Teller]]] = {
    "bluesky": {"bluesky": _bluesky},
    "mastodon": {"mastodon": _mastodon},
    "meta": {"facebook": _facebook},
    "rss": {"rss": _rss},
    "x": {"x": _x},
}
"""By platform, then by channel."""


class Listing:
    """What the platforms of a storm that are served tell of it."""

    def __init__(self, stage: Stage, platforms: Iterable[str]) -> None:
        self._stage = stage
        self._tellers = {
            channel: (name, make(stage))
            for name in platforms
            for channel, make in TELLERS.get(name, {}).items()
        }

    def read(self, start: int = 0) -> Iterator[Listed]:
        """The list from post number `start` on, in the order of the storm."""
        for staged in self._stage.read(start):
            found = self._tellers.get(staged.post.channel)
            id_ = found[1](staged) if found else None
            if found and id_ is not None:
                wanted = self._stage.asked_for.get(found[0])
                asked_for = wanted is None or wanted(staged)
                yield Listed(staged.number, found[0], id_, staged.told, asked_for)

    def wire_id(self, staged: Staged) -> str | None:
        """The id of a post on its platform; None where it is served by none."""
        found = self._tellers.get(staged.post.channel)
        return found[1](staged) if found else None
