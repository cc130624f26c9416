"""The health of the feeds as rows: on their screen, and printed by `stormdesk report feeds`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.serving.feed_messages import FaultsTold
from desk.serving.protocol import DeskHealth, FeedHealth
from tui.columns import age_s
from tui.console import bad_lines
from tui.feed_words import again, feed_name, silence
from tui.paint import paint
from tui.reports.rows import EXERCISE, GAP, Row
from tui.signs import FEED_SIGNS, UNKNOWN

RAW_CHARS = 400
"""Of a bad record that a listing shows; all that is kept stands in the JSON."""


def desk_rows(health: DeskHealth, zone: ZoneInfo | None = None) -> list[Row]:
    """All of a desk's health, for print."""
    mark = f"{EXERCISE}  " if health.exercise else ""
    head = "healthy" if health.healthy else "NOT HEALTHY"
    return [
        Row(f"{mark}Feeds · {head} · as of {_moment(health.at, zone)}", "head"),
        *(Row(f"! {each}", "alarm") for each in health.troubles),
        GAP,
        *feed_rows(health.feeds, health.silent_since, zone),
    ]


def feed_rows(
    feeds: Sequence[FeedHealth], silent_since: datetime | None, zone: ZoneInfo | None
) -> list[Row]:
    """The feeds, the worst first; enter on one opens its bad records."""
    rows: list[Row] = []
    if silent_since is not None:
        rows += [Row(f"! {silence(silent_since, zone)}: no feed brings anything", "alarm"), GAP]
    ranks = {state: rank for rank, state in enumerate(FEED_SIGNS)}
    for feed in sorted(feeds, key=lambda feed: ranks.get(feed.state, -1)):
        rows += [*_feed(feed, zone), GAP]
    return rows[:-1] if rows else [Row("this desk reads no feed", "quiet")]


def _feed(feed: FeedHealth, zone: ZoneInfo | None) -> Iterator[Row]:
    sign = FEED_SIGNS.get(feed.state, UNKNOWN)
    well = feed.state in ("live", "ended", "starting")
    when = f" · {again(feed)}" if again(feed) else ""
    yield Row(
        f"{sign.glyph} {feed_name(feed.url)} · {sign.word}{when}",
        "text" if well else "alarm",
        "faults",
        feed.url,
    )
    yield Row(f"    {feed.url}", "quiet")
    yield from _list(feed) if feed.outages is not None else _posts(feed)
    heard = f"heard of at {_time(feed.heard_at, zone)}" if feed.heard_at else "nothing has come"
    since = f" · counted since {_time(feed.since, zone)}" if feed.since else ""
    yield Row(f"    {heard}{since}", "quiet")
    if feed.last_error:
        yield Row(f"    last error: {feed.last_error[:300]}", "text" if well else "alarm")


def _list(feed: FeedHealth) -> Iterator[Row]:
    yield Row(
        f"    the utility's own list: {feed.outages:,} outages · {bad_lines(feed.bad)}"
        f" · {feed.reconnects:,} times not to be had"
    )


def _posts(feed: FeedHealth) -> Iterator[Row]:
    rate = f"{feed.posts_per_second:,.1f} posts/s · {feed.received:,} received"
    lag = f" · {age_s(feed.lag_s)} behind itself" if feed.lag_s >= 1 else " · not behind itself"
    wall = "" if feed.behind_s is None else f" · newest post {age_s(feed.behind_s)} old"
    yield Row(f"    {rate}{lag}{wall}")
    yield Row(
        f"    {feed.bad:,} bad · {feed.duplicates:,} duplicates · {feed.ignored:,} ignored"
        f" · {feed.refused:,} refused · {feed.reconnects:,} reconnects"
    )
    yield Row(f"    {feed.lost:,} lost", "alarm" if feed.lost else "text")


def fault_rows(told: FaultsTold) -> list[Row]:
    """The bad records of a feed, the newest first, for print."""
    rows = [GAP, Row(f"{feed_name(told.feed)}: {len(told.faults):,} bad records", "head")]
    for fault in told.faults:
        rows.append(Row(f"  {fault.at or 'before any post'} · {fault.place} · {fault.reason}"))
        if fault.raw:
            more = "…" if len(fault.raw) > RAW_CHARS else ""
            rows.append(Row(f"      {paint(fault.raw[:RAW_CHARS]).text}{more}", "quiet"))
    return rows


def _time(at: datetime, zone: ZoneInfo | None) -> str:
    local = at.astimezone(zone) if zone else at
    return f"{local:%a %H:%M:%S %Z}"


def _moment(at: datetime, zone: ZoneInfo | None) -> str:
    local = at.astimezone(zone) if zone else at
    return f"{local:%a %d %b %H:%M:%S %Z}"
