"""The palette: every key, filter, theme, screen, outage and place, found by a few letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rich.text import Text
from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape

from desk.serving.filters import fold

FOUND_MOST = 30
"""Commands shown for what was typed."""
UNSEARCHED_MOST = 60
"""Commands shown before anything is typed."""
ALIKE = 65.0
"""Least likeness (rapidfuzz WRatio, 0-100) of a name that does not hold the words as typed."""
NAME_CHARS = 90


class Ranked(NamedTuple):
    """A command by its place in the list, and how well it fits, 0 to 1."""

    at: int
    score: float


def ranked(query: str, names: Sequence[str]) -> list[Ranked]:
    """The best of folded `names` for what was typed, the best first.

    Names that begin with it come before those that hold all its words, and these before those that
    are merely like it.
    """
    wanted = fold(query)
    words = wanted.split()
    scores: dict[int, float] = {}
    for at, name in enumerate(names):
        if name.startswith(wanted):
            scores[at] = 1.0 - len(name) / 1_000_000
        elif all(word in name for word in words):
            begun = sum(f" {name}".count(f" {word}") > 0 for word in words)
            scores[at] = 0.8 + 0.1 * begun / len(words) - len(name) / 1_000_000
    if len(scores) < FOUND_MOST:
        like = process.extract(
            wanted, names, scorer=fuzz.WRatio, score_cutoff=ALIKE, limit=FOUND_MOST
        )
        for _, likeness, at in like:
            scores.setdefault(at, 0.7 * likeness / 100)
    best = sorted(scores, key=lambda at: (-scores[at], at))[:FOUND_MOST]
    return [Ranked(at, scores[at]) for at in best]


class Found(Provider):
    """The commands of the app, read once each time the palette is opened."""

    async def startup(self) -> None:
        """Take the commands as they are now."""
        commands = self.app.get_system_commands(self.screen)
        self._commands: list[SystemCommand] = list(commands)
        self._names = [fold(command.title) for command in self._commands]

    async def discover(self) -> Hits:
        """What is shown before anything is typed."""
        shown = [command for command in self._commands if command.discover]
        for command in shown[:UNSEARCHED_MOST]:
            title = _title(command)
            yield DiscoveryHit(title, command.callback, title.plain, escape(command.help))

    async def search(self, query: str) -> Hits:
        """What fits the words that were typed, the best first."""
        for at, score in ranked(query, self._names):
            command = self._commands[at]
            title = _title(command)
            yield Hit(score, title, command.callback, title.plain, escape(command.help))


def _title(command: SystemCommand) -> Text:
    """The name as rich text: markup in a name of a place or filter is no markup."""
    return Text(command.title[:NAME_CHARS])
