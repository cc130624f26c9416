"""What a post makes of a case: pure functions from a case and a post to the case after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from sys import intern

import msgspec

from desk.cases.case import Case, State
from desk.deletions import TEXT as DELETED
from desk.post import LabelledPost
from rules.verdict import URGENCY

POSTS_HELD = 50
"""Posts of a case known by id, the newest; nobody reads more before answering."""

TEXT_HELD = 500
"""Code points of the newest post kept for the queue: one of 1 MB is read from the store."""

LATE = timedelta(hours=2)
"""Nobody counts as waiting since longer before the clock: what a post says of its time is its own
word, and one dated years ago must not stand before everybody."""

_replace = msgspec.structs.replace


def waits_since(post: LabelledPost, now: datetime) -> datetime:
    """Since when the author of a new post waits, at the event clock `now`."""
    return min(max(post.created_at, now - LATE), now)


def opened(post: LabelledPost, id_: str, now: datetime, lang: str = "") -> Case:
    """The case that a post opens; `lang` is that of its words."""
    since = waits_since(post, now)
    at = min(post.created_at, now)
    return Case(
        id=id_,
        opened_at=at,
        updated_at=at,
        channel=intern(post.channel),  # many cases, few channels and accounts
        author_key=post.author_key,
        author=name_of(post),
        community=post.location.community if post.location else None,
        labels=post.labels,
        posts=(post.id,),
        text=post.text[:TEXT_HELD],
        account=intern(post.account) if post.account else post.account,
        lang=intern(lang or post.lang or ""),
        media=1 if post.media else 0,
        reach=followers(post),
        contacts=1,
        waiting_since=since,
        exercise=post.exercise,
    )


def joined(case: Case, post: LabelledPost, now: datetime, lang: str = "") -> Case:
    """`case` with one more post; the newest one that names a place says where.

    Whatever state it was in, it now waits for the desk.
    """
    at = min(post.created_at, now)
    newer = at >= case.updated_at
    place = post.location.community if post.location else None
    since = waits_since(post, now)
    own = post.author_key == case.author_key
    labels = case.labels
    if not set(post.labels) <= set(labels):
        labels = tuple(sorted({*labels, *post.labels}, key=URGENCY.__getitem__))
    return _replace(
        case,
        state=woken(case),
        taken_at=case.taken_at if case.agent is None or case.state == "mine" else now,
        updated_at=at if newer else case.updated_at,
        community=place if place and (newer or case.community is None) else case.community,
        labels=labels,
        posts=(*case.posts, post.id)[-POSTS_HELD:],
        text=post.text[:TEXT_HELD] if newer else case.text,
        account=case.account or post.account,
        lang=(lang or post.lang or case.lang) if own and newer else case.lang,
        media=case.media + (1 if post.media else 0),
        reach=max(case.reach, followers(post)) if own else case.reach,
        contacts=case.contacts + own,
        waiting_since=since if case.waiting_since is None else min(since, case.waiting_since),
        snoozed_until=None,
    )


def without_words(case: Case, post: str) -> Case:
    """`case` without the words of a post of it that its author has deleted."""
    return _replace(case, text=DELETED) if case.posts[-1] == post else case


def woken(case: Case) -> State:
    """The state of a case for which the desk has something to do again."""
    return "mine" if case.agent is not None else "new"


def labels_of(case: Case, post: LabelledPost) -> tuple[str, ...]:
    """The labels of a post of a case, as people have mended them."""
    return dict(case.mended).get(post.id, post.labels)


def relabelled(case: Case, posts: Sequence[LabelledPost], wrong: str, right: Sequence[str]) -> Case:
    """`case` after somebody said that one of its `posts` is labelled wrong.

    A label stays that another post gives, or gave before the oldest of these.
    """
    had = {label for post in posts if post.id == wrong for label in labels_of(case, post)}
    others = {label for post in posts if post.id != wrong for label in labels_of(case, post)}
    labels = {*case.labels, *right} - (had - {*right} - others)
    mended = {**dict(case.mended), wrong: tuple(right)}
    return _replace(
        case,
        labels=tuple(sorted(labels, key=URGENCY.__getitem__)),
        mended=tuple(mended.items())[-POSTS_HELD:],
    )


def merged(case: Case, into: Case) -> Case:
    """`into` with everything of `case`; its state is that of the one that waits."""
    newer = case.updated_at > into.updated_at
    posts = (*into.posts, *case.posts) if newer else (*case.posts, *into.posts)
    waits = [one.waiting_since for one in (case, into) if one.waiting_since is not None]
    agent = into.agent or case.agent
    both = _replace(
        into,
        opened_at=min(case.opened_at, into.opened_at),
        updated_at=max(case.updated_at, into.updated_at),
        community=(case.community if newer else None) or into.community or case.community,
        labels=tuple(sorted({*case.labels, *into.labels}, key=URGENCY.__getitem__)),
        posts=tuple(dict.fromkeys(posts))[-POSTS_HELD:],
        text=case.text if newer else into.text,
        account=into.account or case.account,
        media=case.media + into.media,
        reach=max(case.reach, into.reach),
        contacts=case.contacts + into.contacts,
        outage=into.outage or case.outage,
        waiting_since=min(waits, default=None),
        first_reply_at=_first(case.first_reply_at, into.first_reply_at),
        answered_at=_last(case.answered_at, into.answered_at),
        promised=_last(case.promised, into.promised),
        agent=agent,
        touched_at=_last(case.touched_at, into.touched_at),
        tags=tuple(dict.fromkeys((*into.tags, *case.tags))),
        mended=tuple({**dict(into.mended), **dict(case.mended)}.items())[-POSTS_HELD:],
        loop=case.loop or into.loop,
    )
    if into.waiting_since is None and waits:
        return _replace(both, state=woken(both), snoozed_until=None)
    if both.state == "new" and agent is not None:
        return _replace(both, state="mine")
    return both


def parted(case: Case, posts: Sequence[LabelledPost]) -> Case:
    """What is left of `case` with only these of its posts, the oldest first.

    Counts and times of what nobody has answered follow from the posts.
    """
    last = posts[-1]
    waiting = case.waiting_since
    answered = case.answered_at is not None
    open_ = [
        post
        for post in posts
        if waiting is not None and (not answered or post.created_at >= waiting)
    ]
    since = max(waiting, min(post.created_at for post in open_)) if open_ and waiting else None
    own = [post for post in open_ if post.author_key == case.author_key]
    located = [post.location.community for post in posts if post.location]
    found = {label for post in posts for label in labels_of(case, post)}
    state = case.state
    if since is None and state in ("new", "mine") and waiting is not None:
        state = "answered"
    return _replace(
        case,
        state=state,
        updated_at=min(last.created_at, case.updated_at),
        community=located[-1] if located else None,
        labels=tuple(sorted(found, key=URGENCY.__getitem__)),
        posts=tuple(post.id for post in posts),
        text=last.text[:TEXT_HELD],
        media=sum(1 for post in posts if post.media),
        contacts=len(own),
        waiting_since=since,
    )


def followers(post: LabelledPost) -> int:
    """How many people follow the author, where the channel tells."""
    return max(0, post.author.followers or 0) if post.author else 0


def name_of(post: LabelledPost) -> str:
    """What the author of a post is called."""
    if post.author is None:
        return ""
    return post.author.handle or post.author.name or post.author.id


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _last(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other
