"""Whether a reply can reach anybody, and whom it would reach beside them.

What a platform does not let us answer is told before anybody begins to write. A name in a text
calls whoever has it: the one who is answered is called anyway, and nobody else by accident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from desk.accounts import Account, Own
from desk.accounts.account import plain_handle
from desk.cases import Case
from desk.channels.kinds import WHY_NOT
from desk.deletions import WHY_NOT as DELETED
from desk.post import LabelledPost, Post
from desk.replies.ground import Ground
from desk.replies.reply import Problem
from desk.serving.address import is_here

NOT_ANSWERED = ("rss",)
"""Channels in which nobody can be answered."""

NAMED_ONE_BY_ONE = 3
"""Strangers that a text names of whom each is marked; more are told together."""

_NAME = re.compile(r"(?<![\w@/.])@\w++(?:[.-]++\w++)*+(?:@\w++(?:[.-]++\w++)*+)?")


def answering(ground: Ground, case: Case) -> str:
    """The own account that answers a case, as channel:handle; empty where there is none.

    It is the one that the case came to, or the channel's first.
    """
    own = ground.own
    if case.account:
        name = case.account.removeprefix(f"{case.channel}:")
        known = own.named(case.channel, name)
        return known.key if known is not None else f"{case.channel}:{name}"
    return next((one.key for one in own.accounts if one.channel == case.channel), "")


def switched_on(ground: Ground, key: str) -> Account | None:
    """The account of this key, if its replies really go out; those of a storm never do."""
    for one in ground.settings.accounts.account:
        if one.key == key and one.on:
            here = is_here(urlsplit(one.server).hostname or "")
            return one if here or not ground.store.exercise else None
    return None


def why_not(ground: Ground, case: Case, post: LabelledPost | None) -> str:
    """Why the writer of `post` can't be answered, in one line; empty where they can."""
    if case.channel in NOT_ANSWERED:
        return f"nobody can be answered in {case.channel}"
    if post is not None and post.deleted:
        return DELETED
    rule = WHY_NOT.get(case.channel)
    if rule is None or post is None:
        return ""
    account = switched_on(ground, answering(ground, case))
    return "" if account is None else rule(post, account)


def out_of_reach(ground: Ground, case: Case, post: LabelledPost | None) -> tuple[Problem, ...]:
    """What `why_not` says, as a problem that no other words mend."""
    reason = why_not(ground, case, post)
    return (Problem(kind="channel", words=reason, blocks=True),) if reason else ()


def strangers(text: str, channel: str, own: Own, post: Post | None) -> Iterator[Problem]:
    """Who is named in a text beside the one who is answered and the utility itself."""
    called = {plain_handle(one.handle) for one in own.accounts if one.channel == channel}
    if post is not None and post.author is not None:
        called.add(plain_handle(post.author.handle))
    named = [match for match in _NAME.finditer(text) if not _is_one_of(match[0], called)]
    if len(named) > NAMED_ONE_BY_ONE:
        words = f"names {len(named)} others, who all hear of it"
        yield Problem(kind="mention", words=words, start=named[0].start(), end=named[-1].end())
        return
    for match in named:
        words = f"names {match[0][:60]}, who is not the one you answer: they hear of it"
        yield Problem(kind="mention", words=words, start=match.start(), end=match.end())


def _is_one_of(name: str, called: set[str]) -> bool:
    """Whether a name in a text is one of those; on its own server it goes without the server."""
    plain = plain_handle(name)
    return plain in called or ("@" in plain and plain.partition("@")[0] in called)
