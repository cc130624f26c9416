"""Where the palette leads beside the keys: themes, screens, filters, outages, places."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from rules import LABELS
from tui.act_words import place_words, posts_words
from tui.columns import since
from tui.paint import paint
from tui.schemes import SCHEMES
from tui.signs import LABEL_SIGNS, STATUS_SIGNS, UNKNOWN

if TYPE_CHECKING:
    from tui.app import StormdeskApp


def destinations(app: StormdeskApp) -> Iterator[SystemCommand]:
    """Every place to go; the long lists are found by typing, not shown before."""
    yield from _screens(app)
    for scheme in SCHEMES.values():
        choose = partial(app.choose_theme, scheme.name)
        yield SystemCommand(f"Theme {scheme.words}", "The colours of every screen", choose)
    for saved in app.choices.now.filters:
        name, query = paint(saved.name).text, paint(saved.query[:200]).text
        yield SystemCommand(f"Filter {name}", query or "everything", _only(app, saved.query))
    for label in LABELS:
        does = f"Only posts labelled {label}: {LABEL_SIGNS[label].meaning}"
        yield SystemCommand(f"Filter {label}", does, _only(app, f"label:{label}"))
    for whose, does, query in REPLIES:
        yield SystemCommand(f"Replies {whose}", does, partial(_cases, app, query))
    yield from _outages(app)
    for place in app.now.hello.places if app.now.hello else ():
        name = place_words(place.name)
        only = _only(app, 'place:"{}"'.format(place.name.replace('"', "")))
        yield SystemCommand(f"Posts about {name}", "Only posts about this place", only, False)


REPLIES = (
    ("that failed", "The channel did not take them: v sends them again", "reply:failed"),
    ("of which nobody knows", "They may have been sent or not: look, then v", "reply:unknown"),
    ("on their way", "They wait to be sent: why stands there, v takes one back", "reply:waiting"),
    ("that wait for a lead", "Y lets them go, D sends them back", "reply:submitted"),
    ("that close the loop", "Promised a time, and power is back: L tells them all", "has:loop"),
)
"""Lists of cases by how it stands with their newest reply."""


def _screens(app: StormdeskApp) -> Iterator[SystemCommand]:
    screens: tuple[tuple[str, str, Callable[[], Awaitable[None]]], ...] = (
        ("the monitor", "Feed, outages and map", app.open_monitor),
        ("the outages", "Every outage, as a list and on a large map", app.open_outages),
        ("the cases", "The cases: list, conversation, reply", app.open_cases),
        ("the feeds", "How each feed does, and its records that were no posts", app.action_feeds),
        ("the warnings", "Official warnings of the weather", app.action_warnings),
        ("the announcements", "Messages to everybody", app.open_announcements),
    )
    for name, does, opens in screens:
        yield SystemCommand(f"Go to {name}", does, partial(_away, app, opens))


async def _cases(app: StormdeskApp, query: str) -> None:
    await app.open_monitor()
    await app.open_cases(filter_=query)


async def _away(app: StormdeskApp, opens: Callable[[], Awaitable[None]]) -> None:
    """From the monitor on, so that screens do not pile up."""
    await app.open_monitor()
    await opens()


def _outages(app: StormdeskApp) -> Iterator[SystemCommand]:
    for row in app.now.ranked():
        sign = STATUS_SIGNS.get(row.outage.status, UNKNOWN)
        old = since(app.now.clock, row.outage.started_at)
        yield SystemCommand(
            f"Outage {place_words(row.place)} {sign.glyph} {sign.word}",
            f"{posts_words(row.outage)} · {old}",
            partial(app.open_outage, row.outage.id),
            False,
        )


def _only(app: StormdeskApp, query: str) -> Callable[[], Awaitable[None]]:
    async def only() -> None:
        await app.open_monitor()
        await app.monitor.filter_by(query)

    return only
