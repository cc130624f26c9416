"""The kinds of feed that the desk itself knows; others are registered where things are joined."""

from __future__ import annotations

from desk.feeds import Feed, Opener, Options
from desk.feeds.file import FileFeed


def _meta(url: str, options: Options) -> Feed:
    from desk.feeds.meta import MetaFeed  # aiohttp costs start-up time

    return MetaFeed(url, options)


KINDS: dict[str, Opener] = {"file": FileFeed, "meta": _meta}
