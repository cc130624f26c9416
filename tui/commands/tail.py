"""`stormdesk tail`: the pipeline without a screen, posts and outage changes as JSON Lines."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from desk.oms.follow import OmsList as FollowedList
from desk.outages import OutageChange
from desk.pipeline import Outcome, Pipeline
from desk.post import encode
from desk.reading import Reading
from tui.commands.options import Data, Feeds, Fill, OmsList, Processes, Rules, TerritoryName
from tui.console import BAD_USAGE, NoReaderError, bad_lines, emit, flush, say
from tui.setup import Setup, build_pipeline, follow_oms, labelling, open_feeds

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def tail(
    feed: Feeds = None,
    posts: Annotated[bool, typer.Option("--posts", help="Print posts only.")] = False,
    outages: Annotated[bool, typer.Option("--outages", help="Print outage changes only.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Print accepted posts without a label too.")
    ] = False,
    fill: Fill = False,
    territory: TerritoryName = None,
    rules: Rules = None,
    data: Data = None,
    processes: Processes = 1,
    oms: OmsList = None,
) -> None:
    """Labelled posts and outage changes of one or more feeds, as JSON Lines."""
    if not feed:
        raise typer.BadParameter("which posts? Give --feed, such as --feed file:posts.jsonl")
    setup = Setup(feed, territory, rules or (), data, fill, processes, oms)
    feeds = open_feeds(setup)
    pipeline = build_pipeline(setup, feeds, every_post=every)
    printer = Printer(posts=posts or not outages, outages=outages or not posts)
    heard = True
    reading: Reading | None = None
    try:
        file = follow_oms(setup, pipeline, say)
        with labelling(setup, pipeline) as labellers:
            reading = Reading(pipeline, feeds, printer.took, say, labellers)
            asyncio.run(_read(reading, pipeline, file))
    except NoReaderError:
        heard = False  # who has left wants no summary either
        raise
    finally:
        pipeline.store.close()
        gauges = list(reading.gauges.values()) if reading else []
        bad = sum(gauge.bad for gauge in gauges)
        if heard:
            say(f"{printer.summary()}, {bad_lines(bad)} skipped")
    if any(gauge.state == "failed" or gauge.refused for gauge in gauges):
        raise typer.Exit(BAD_USAGE)


async def _read(reading: Reading, pipeline: Pipeline, oms: FollowedList | None) -> None:
    """Read the feeds to their end, and the utility's list whenever it changes on the way."""
    if oms is None:
        await reading.run()
        return
    following = asyncio.create_task(oms.follow(pipeline.oms.replace))
    try:
        await reading.run()
    finally:
        following.cancel()


class Printer:
    """Prints outcomes as they come, and counts what it saw."""

    def __init__(self, *, posts: bool, outages: bool) -> None:
        self._posts = posts
        self._outages = outages
        self._accepted = 0
        self._duplicates = 0
        self._labelled = 0
        self._located = 0
        self._changes = 0

    def took(self, outcome: Outcome) -> None:
        """Print the events of one batch."""
        self._accepted += outcome.accepted
        self._duplicates += outcome.duplicates
        for event in outcome.events:
            if isinstance(event, OutageChange):
                self._changes += 1
                wanted = self._outages
            else:
                self._labelled += bool(event.labels)
                self._located += bool(event.labels and event.location)
                wanted = self._posts
            if wanted:
                emit(encode(event))
        flush()

    def summary(self) -> str:
        """One line for people: what came in, and what was made of it."""
        return (
            f"{self._accepted:,} posts, {self._labelled:,} labelled, {self._located:,} of these"
            f" located, {self._changes:,} outage changes, {self._duplicates:,} duplicates"
        )
