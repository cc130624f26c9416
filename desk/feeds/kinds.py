"""The kinds of feed that the desk itself knows; others are registered where things are joined.

Openers of feeds over a network import them only when they are asked for: it costs time to start.
"""

from __future__ import annotations

from desk.feeds import Feed, Opener, Options
from desk.feeds.file import FileFeed


def _jetstream(url: str, options: Options) -> Feed:
    from desk.feeds.jetstream.feed import open_jetstream

    return open_jetstream(url, options)


def _mastodon(url: str, options: Options) -> Feed:
    from desk.feeds.mastodon.feed import MastodonFeed

    return MastodonFeed(url, options)


def _meta(url: str, options: Options) -> Feed:
    from desk.feeds.meta.feed import MetaFeed

    return MetaFeed(url, options)


def _nws(url: str, options: Options) -> Feed:
    from desk.feeds.nws.feed import NwsFeed

    return NwsFeed(url, options)


def _rss(url: str, options: Options) -> Feed:
    from desk.feeds.rss.feed import RssFeed

    return RssFeed(url, options)


def _x(url: str, options: Options) -> Feed:
    from desk.feeds.x.feed import XFeed

    return XFeed(url, options)


KINDS: dict[str, Opener] = {
    "file": FileFeed,
    "jetstream+ws": _jetstream,
    "jetstream+wss": _jetstream,
    "mastodon+http": _mastodon,
    "mastodon+https": _mastodon,
    "meta": _meta,
    "nws+http": _nws,
    "nws+https": _nws,
    "rss+http": _rss,
    "rss+https": _rss,
    "x+http": _x,
    "x+https": _x,
}
