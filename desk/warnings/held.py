"""The warnings that a desk knows of, each feed's own list, through restarts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from desk.feeds.warning import WeatherWarning, worst_first
from desk.territories import Territory
from desk.warnings.placing import Placing

KIND = "warnings"
"""Of the states in the store; the id is the feed's."""
MOST = 300
"""Warnings of a feed that are held: those that touch the territory and are worst."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[WeatherWarning, ...]).decode


class _Said(NamedTuple):
    """A warning as the feed told it, and with its communities."""

    told: WeatherWarning
    placed: WeatherWarning


class Warnings:
    """Each feed says all warnings that hold now; what it no longer says is over."""

    def __init__(self, territory: Territory) -> None:
        self._placing = Placing(territory)
        self._of: dict[str, tuple[WeatherWarning, ...]] = {}
        self._said: dict[str, dict[str, _Said]] = {}
        self._dirty: set[str] = set()

    def restore(self, states: Mapping[str, bytes]) -> None:
        """Go on with what was stored.

        Raises:
            msgspec.MsgspecError: it was written by another version.
        """
        self._of = {feed: _decode(state) for feed, state in states.items()}

    def replace(self, feed: str, warnings: Sequence[WeatherWarning]) -> list[WeatherWarning]:
        """Hold what `feed` says, each with the communities that it touches; those that are new."""
        before = self._said.get(feed, {})
        said: dict[str, _Said] = {}
        for each in warnings:
            known = before.get(each.id)
            same = known is not None and known.told == each
            said[each.id] = known if known and same else _Said(each, self._placing.place(each))
        self._said[feed] = said
        placed = worst_first(each.placed for each in said.values())[:MOST]
        if self._of.get(feed) != placed:
            self._of[feed] = placed
            self._dirty.add(feed)
        return [each.told for id_, each in said.items() if id_ not in before]

    def at(self, now: datetime | None, *, exercise: bool) -> tuple[WeatherWarning, ...]:
        """The warnings that hold at `now`, the worst first; those of an exercise, or real ones."""
        return worst_first(
            each
            for warnings in self._of.values()
            for each in warnings
            if each.exercise == exercise and (now is None or each.until > now)
        )

    def dirty(self) -> dict[tuple[str, str], bytes | None]:
        """What has changed since the last call, to be stored."""
        states: dict[tuple[str, str], bytes | None] = {
            (KIND, feed): _encode(self._of[feed]) for feed in sorted(self._dirty)
        }
        self._dirty.clear()
        return states

    def forget(self) -> None:
        """Begin again with the desk."""
        self._of, self._said = {}, {}
        self._dirty.clear()
