"""The kinds of feed that the desk itself knows; others are registered where things are joined.

Feeds over a network are imported only when they are asked for: it costs time to start.
"""

from __future__ import annotations

from desk.feeds import Opener
from desk.feeds.file import FileFeed
from desk.lazily import lazily

_jetstream = lazily("desk.feeds.jetstream.feed", "open_jetstream")
_mastodon = lazily("desk.feeds.mastodon.feed", "MastodonFeed")
_nws = lazily("desk.feeds.nws.feed", "NwsFeed")
_rss = lazily("desk.feeds.rss.feed", "RssFeed")
_x = lazily("desk.feeds.x.feed", "XFeed")

KINDS: dict[str, Opener] = {
    "file": FileFeed,
    "jetstream+ws": _jetstream,
    "jetstream+wss": _jetstream,
    "mastodon+http": _mastodon,
    "mastodon+https": _mastodon,
    "meta": lazily("desk.feeds.meta.feed", "MetaFeed"),
    "nws+http": _nws,
    "nws+https": _nws,
    "rss+http": _rss,
    "rss+https": _rss,
    "x+http": _x,
    "x+https": _x,
}
