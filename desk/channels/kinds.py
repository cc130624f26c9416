"""The platforms that replies can go out to: each opens an account with its secret.

To add one: its file in this folder, and a line in `OPENERS`. Openers import their platform only
when an account of it is switched on, and connect to nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from desk.accounts import Account
from desk.channels import Channel
from desk.post import Post
from desk.secret import Secret

ChannelOpener = Callable[[Account, Secret], Channel]
"""Makes the channel of an account; raises SettingsError where the account can't be right."""


def _bluesky(account: Account, password: Secret) -> Channel:
    from desk.channels.bluesky import open_bluesky  # aiohttp costs start-up time

    return open_bluesky(account, password)


def _mastodon(account: Account, token: Secret) -> Channel:
    from desk.channels.mastodon import open_mastodon

    return open_mastodon(account, token)


def _meta(account: Account, secret: Secret) -> Channel:
    from desk.channels.meta import meta

    return meta(account, secret)


def _x(account: Account, secret: Secret) -> Channel:
    from desk.channels.x import open_x

    return open_x(account, secret)


OPENERS: dict[str, ChannelOpener] = {
    "bluesky": _bluesky,
    "facebook": _meta,
    "instagram": _meta,
    "mastodon": _mastodon,
    "x": _x,
}


def _not_summoned(post: Post, account: Account) -> str:
    from desk.channels.summons import why_not

    return why_not(post, account)


WHY_NOT: dict[str, Callable[[Post, Account], str]] = {"x": _not_summoned}
"""Why somebody can't be answered from an account, where a platform has rules for that."""
