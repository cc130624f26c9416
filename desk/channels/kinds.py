"""The platforms that replies can go out to: each opens an account with its secret.

To add one: its file in this folder, and a line in `OPENERS`. A platform is imported only when an
account of it is switched on, and openers connect to nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from desk.accounts import Account
from desk.channels import Channel
from desk.lazily import lazily
from desk.post import Post
from desk.secret import Secret

ChannelOpener = Callable[[Account, Secret], Channel]
"""Makes the channel of an account; raises SettingsError where the account can't be right."""


_meta = lazily("desk.channels.meta", "meta")

OPENERS: dict[str, ChannelOpener] = {
    "bluesky": lazily("desk.channels.bluesky", "open_bluesky"),
    "facebook": _meta,
    "instagram": _meta,
    "mastodon": lazily("desk.channels.mastodon", "open_mastodon"),
    "x": lazily("desk.channels.x", "open_x"),
}

WHY_NOT: dict[str, Callable[[Post, Account], str]] = {
    "x": lazily("desk.channels.summons", "why_not")
}
"""Why somebody can't be answered from an account, where a platform has rules for that."""
