"""A status of Mastodon as a post: docs.joinmastodon.org/entities/Status.

Each instance numbers the statuses that it knows by itself, and calls accounts of its own by their
bare names. What is the same everywhere is taken for a post: `uri` is its id, and people are
`name@domain`. So a status that is seen at two instances is one post.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import msgspec

from desk.errors import PostError
from desk.feeds.markup import plain_text
from desk.post import FIRST_YEAR, LAST_YEAR, Author, Media, Post, decode_mended

CHANNEL = "mastodon"
LONGEST_ID, LONGEST_URI = 64, 2048
ORIGINAL_WITHIN = timedelta(days=1)
"""What is boosted counts as a post of its own if it is no older than this: who wrote it may wait
for an answer, and may be followed by nobody here."""
VISIBILITIES = ("public", "unlisted", "private", "direct")
_OTHER_VISIBILITY = "private"
_LOCATION = {"location", "city", "town", "where", "luogo", "città", "lugar", "ciudad", "ubicación"}
_LONGEST_LOCATION = 200

Count = Annotated[int, msgspec.Meta(ge=0)]


class Field(msgspec.Struct, gc=False):
    """A line of a profile, in HTML."""

    name: str | None = None
    value: str | None = None


class Profile(msgspec.Struct, gc=False):
    """An account; `acct` is its bare name at its own instance, `name@domain` elsewhere."""

    id: str = ""
    acct: str = ""
    display_name: str | None = None
    followers_count: int | None = None
    fields: list[Field] | None = None


class Mention(msgspec.Struct, gc=False):
    """Whom a status names."""

    acct: str = ""


class Attachment(msgspec.Struct, gc=False):
    """A picture, film or sound."""

    type: str | None = None
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Option(msgspec.Struct, gc=False):
    """What can be voted for."""

    title: str | None = None


class Poll(msgspec.Struct, gc=False):
    """A vote."""

    options: list[Option] | None = None


class Quoted(msgspec.Struct, gc=False):
    """Who wrote what is quoted."""

    account: Profile | None = None


class Quote(msgspec.Struct, gc=False):
    """What is quoted, where its author lets it (Mastodon 4.5)."""

    quoted_status: Quoted | None = None


class Status(msgspec.Struct, kw_only=True, gc=False):
    """A status as an instance tells it; whatever else it tells is ignored."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_ID)]
    uri: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_URI)]
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    account: Profile
    content: str | None = None
    spoiler_text: str | None = None
    visibility: str | None = None
    language: str | None = None
    url: str | None = None
    in_reply_to_id: str | None = None
    edited_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    reblog: Status | None = None
    quote: Quote | None = None
    mentions: list[Mention] | None = None
    media_attachments: list[Attachment] | None = None
    poll: Poll | None = None
    exercise: bool = False


class Notification(msgspec.Struct, gc=False):
    """Something that concerns the account itself: docs.joinmastodon.org/entities/Notification."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_ID)]
    type: str = ""
    status: Status | None = None


class Conversation(msgspec.Struct, gc=False):
    """Direct messages: docs.joinmastodon.org/entities/Conversation."""

    last_status: Status | None = None


Kind = type[Status] | type[Notification] | type[Conversation]
_Record = TypeVar("_Record", Status, Notification, Conversation)


def read_record(raw: bytes, kind: type[_Record]) -> _Record:
    """The status, notification or conversation that JSON text `raw` holds.

    Raises:
        PostError: it holds none.
    """

    def decode(text: bytes) -> _Record:
        return msgspec.json.decode(text, type=kind)

    return decode_mended(decode, raw, f"no {kind.__name__.lower()} of Mastodon")


def text_of(status: Status) -> str:
    """What a status says: its warning, its words, and what can be voted for."""
    options = status.poll.options or [] if status.poll else []
    vote = "\n".join(f"- {option.title}" for option in options if option.title)
    parts = (status.spoiler_text or "", plain_text(status.content or ""), vote)
    return "\n\n".join(part for part in (part.strip() for part in parts) if part)


def acct(profile: Profile | Mention, domain: str) -> str:
    """An account's name as it is the same everywhere: `name@domain`."""
    name = profile.acct.removeprefix("@")
    return name if "@" in name or not name else f"{name}@{domain}"


def author_of(profile: Profile, domain: str) -> Author:
    """Who wrote a status, seen at the instance of `domain`.

    Raises:
        PostError: the account has no name.
    """
    handle = acct(profile, domain)
    if not handle:
        raise PostError("no status of Mastodon: its account has no `acct`")
    followers = profile.followers_count
    return Author(
        # the numbers of accounts are an instance's own, as those of statuses are
        id=handle.lower(),
        handle=handle,
        name=profile.display_name or profile.acct,
        location=_location(profile),
        followers=followers if followers is not None and followers >= 0 else None,
    )


def post_of(status: Status, domain: str, reply_to: str | None, *, exercise: bool) -> Post:
    """`status` as a post, seen at the instance of `domain`; `reply_to` is the id of another post.

    Raises:
        PostError: it is none: no author, or of a year that can't be.
    """
    if not FIRST_YEAR <= status.created_at.year <= LAST_YEAR:
        raise PostError(f"no status of Mastodon: created_at {status.created_at.isoformat()}")
    said = status.reblog or status
    return Post(
        id=status.uri,
        channel=CHANNEL,
        author=author_of(status.account, domain),
        text=text_of(said),
        created_at=status.created_at.astimezone(UTC),
        lang=said.language or None,
        reply_to=reply_to,
        repost_of=status.reblog.uri if status.reblog else None,
        mentions=tuple(dict.fromkeys(_mentions(said, domain))),
        media=tuple(_media(said)),
        url=status.url or status.uri,
        visibility=_visibility(status.visibility),
        exercise=exercise,
    )


def edited(post: Post, status: Status) -> Post:
    """`post` once more, as it was changed: a post of the moment at which that was said.

    Its id is that of the first one with `#edited-TIME`, by which nobody is answered
    (`desk.channels.mastodon` cuts it off).
    """
    at = (status.edited_at or status.created_at).astimezone(UTC)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
    return msgspec.structs.replace(post, id=f"{post.id}#edited-{stamp}", created_at=at)


def _visibility(told: str | None) -> str:
    """One of the four; what another software calls otherwise is taken for the narrower."""
    return told if told in VISIBILITIES else _OTHER_VISIBILITY


def _mentions(status: Status, domain: str) -> Iterator[str]:
    for mention in status.mentions or ():
        if name := acct(mention, domain):
            yield name
    quoted = status.quote.quoted_status if status.quote else None
    if quoted is not None and quoted.account is not None and (name := acct(quoted.account, domain)):
        yield name


def _media(status: Status) -> Iterator[Media]:
    for each in status.media_attachments or ():
        url = each.url or each.remote_url or ""
        yield Media(kind=each.type or "unknown", url=url, alt=each.description or "")


def _location(profile: Profile) -> str:
    """Where somebody says to be, in a line of their profile."""
    for field in profile.fields or ():
        if (field.name or "").strip().lower() in _LOCATION:
            return plain_text((field.value or "")[:2000])[:_LONGEST_LOCATION]
    return ""
