"""How feeds are spoken of: their names, what is wrong, and when they are tried again."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from desk.serving.protocol import FeedHealth
from desk.serving.usual import Usual
from tui.columns import age_s

NAME_CHARS = 40
LATE_S = 30
"""A feed that is tried again is spoken of aloud once it has brought nothing for so long."""


def feed_name(url: str) -> str:
    """The kind of a feed and its host, such as `mastodon social.example`; not yet painted."""
    kind, _, target = url.partition(":")
    try:
        parts = urlsplit(f"x:{target}")
        host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    except ValueError:
        host = None
    name = f"{kind.partition('+')[0]} {host}" if host else url.partition("?")[0]
    return name if len(name) <= NAME_CHARS else name[: NAME_CHARS - 1] + "…"


def again(feed: FeedHealth) -> str:
    """When a feed is tried again, nothing where it need not be."""
    if feed.retry_s is None:
        return ""
    return f"again in {age_s(feed.retry_s)}" if feed.retry_s else "tried now"


def trouble(feed: FeedHealth) -> str:
    """What is wrong with a feed, in one line."""
    reason = feed.last_error[:200] or "no reason given"
    if feed.state == "failed":
        return f"feed {feed.url[:120]} failed: {reason}"
    how = "waits, as the platform asks" if feed.state == "limited" else "is trying again"
    return f"{feed_name(feed.url)} {again(feed) or how}: {reason}"


def is_late(feed: FeedHealth) -> bool:
    """Whether a feed that is tried again has brought nothing for longer than a hiccup lasts."""
    return feed.state in ("retrying", "limited") and feed.silent_s >= LATE_S


def silence(since: datetime, zone: ZoneInfo | None, today: datetime | None = None) -> str:
    """Since when no feed has brought anything."""
    local = since.astimezone(zone or UTC)
    now = today.astimezone(zone or UTC) if today else local
    day = "" if local.date() == now.date() else f"{local:%a} "
    return f"silent since {day}{local:%H:%M %Z}"


def usual_words(usual: Usual) -> str:
    """How many people report an outage in an hour, against what is usual at this time of day."""
    assumed = "" if usual.heard_days else "~"
    return f"{usual.people:,} report an outage, usually {assumed}{usual.usual:,.0f}"
