"""Own accounts: which posts are the utility's own, and to which of its accounts a post came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec

from desk.post import Author, Post

DID = "did:"
"""What an account's id begins with on Bluesky, where handles change."""
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A profile of the utility's own in a channel.

    `handle` is written without @; `id` is the platform's own for it, where it is known: then
    somebody else under the same handle is not taken for it. `kind` says in a word what it is for.
    Replies from an account that is not `on` are recorded and sent nowhere. `server` is the address
    of its platform, where that has more than one or it is a drill's; `secret` says where its
    password or token is found: env:NAME or file:PATH, never the secret itself.
    From an account that is `summoned_only` X takes a reply only to who has named it: all but those
    with Enterprise access are.
    """

    channel: Word
    handle: Word
    name: str = ""
    id: str = ""
    kind: str = "service"
    on: bool = False
    server: str = ""
    secret: str = ""
    summoned_only: bool = True

    @property
    def key(self) -> str:
        """The account's name among all of them."""
        return f"{self.channel}:{self.handle}"


class LookAlikePolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How accounts that look like own ones are told.

    `on` says whether at all; `harmless` are known ones, as channel:handle; `claims` are further
    words with which somebody says to speak for a utility.
    """

    on: bool = True
    harmless: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


class Own:
    """The own accounts, found by who wrote a post and by whom it names."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self.accounts = tuple(dict.fromkeys(accounts))
        # of two under one name the first counts: the settings' own before a storm's
        known = self.accounts[::-1]
        self._by_id = {(one.channel, one.id): one for one in known if one.id}
        self._by_handle = {(one.channel, plain_handle(one.handle)): one for one in known}

    def wrote(self, post: Post) -> Account | None:
        """The own account that wrote `post`.

        A page that its feed is of is an own one, whether or not the settings know it.
        """
        if post.author is None:
            return None
        known = self.is_own(post.channel, post.author)
        if known is None and post.author.id and post.author.id == post.account:
            return Account(channel=post.channel, handle=post.author.id, name=post.author.name)
        return known

    def is_own(self, channel: str, author: Author) -> Account | None:
        """The own account that `author` is; one of another id only looks like it."""
        found = self._by_id.get((channel, author.id))
        if found is None:
            found = self._by_handle.get((channel, plain_handle(author.handle)))
            if found is not None and found.id:
                return None
        return found

    def named(self, channel: str, handle: str) -> Account | None:
        """The own account of this handle, or of this DID: Bluesky says by that whom it means."""
        if handle.startswith(DID):
            return self._by_id.get((channel, handle))
        return self._by_handle.get((channel, plain_handle(handle)))

    def addressed(self, post: Post) -> str | None:
        """The account that `post` came to: the one its feed names, or the first that it mentions.

        As channel:handle; None where it is addressed to nobody of the utility's.
        """
        if post.account is not None:
            told = post.account.removeprefix(f"{post.channel}:")
            known = self._by_id.get((post.channel, told)) or self.named(post.channel, told)
            return known.key if known else f"{post.channel}:{told}"
        for mention in post.mentions:
            known = self.named(post.channel, mention)
            if known is not None:
                return known.key
        return None


def plain_handle(handle: str) -> str:
    """A handle as platforms compare it: no @ before it, and no capitals."""
    return handle.removeprefix("@").lower()
