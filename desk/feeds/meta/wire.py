"""What Meta's webhooks and its Graph API say, as posts.

Sources: Meta's "Webhooks reference: Page" (fields feed and mention) and "Instagram: comments";
shapes as restfb@ca24c19d has them recorded. New posts and comments are taken; one that is edited
comes once more, as a post of the moment at which it was, with `#edited-TIME` behind its id. What is
removed loses its words. What is hidden or shown again, likes and shares, and unpublished posts are
counted as ignored: what the page's own people hide was said all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from desk.feeds import MOST_RAW_BYTES, Deleted, Fault
from desk.post import FIRST_YEAR, LAST_YEAR, Author, Media, Post

EDITED = "#edited-"
"""Stands behind the id of a post that was changed; nobody is answered by what follows."""
EDITS = ("edited", "edit")
POSTS = ("post", "status", "photo", "video", "link")
COMMENT = "comment"
_T = TypeVar("_T")
_SURROGATE = re.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(\\\\)"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


class Page(NamedTuple):
    """An own page, or an own account at Instagram, as the platform numbers it."""

    id: str
    channel: str = "facebook"
    exercise: bool = False


class Decoded(msgspec.Struct):
    """What one message held; `newest_s` is the latest time in it, in Unix seconds, 0 for none."""

    posts: list[Post] = []
    faults: list[Fault] = []
    deleted: list[Deleted] = []
    ignored: int = 0
    newest_s: int = 0


class NotTakenError(Exception):
    """A record that is malformed: why."""


class _Entry(msgspec.Struct):
    id: str | int
    time: int | float = 0
    changes: list[msgspec.Raw] = []


class _Envelope(msgspec.Struct):
    object: str = ""
    entry: list[msgspec.Raw] = []


class _From(msgspec.Struct):
    id: str | int | None = None
    name: str | None = None
    username: str | None = None


class _Parent(msgspec.Struct):
    id: str | int


class _Value(msgspec.Struct, rename={"from_": "from"}):
    """A change of the fields feed and mention."""

    item: str = ""
    verb: str = ""
    post_id: str | int | None = None
    comment_id: str | int | None = None
    parent_id: str | int | None = None
    from_: _From | None = None
    sender_id: str | int | None = None
    sender_name: str | None = None
    message: str | None = None
    created_time: int | float | str | None = None
    published: int | bool | None = None
    is_hidden: bool | None = None
    link: Any = None
    photo: Any = None
    photos: Any = None
    video: Any = None
    exercise: bool = False


class _InstagramComment(msgspec.Struct, rename={"from_": "from"}):
    id: str | int
    text: str = ""
    from_: _From | None = None
    media: _Parent | None = None
    parent_id: str | int | None = None
    exercise: bool = False


class _Change(msgspec.Struct):
    field: str = ""
    value: msgspec.Raw = msgspec.Raw(b"{}")


class GraphNode(msgspec.Struct, rename={"from_": "from"}):
    """A post or comment as GET /{page}/feed and /{id}/comments give it."""

    id: str
    message: str | None = None
    created_time: str | int | None = None
    from_: _From | None = None
    parent: _Parent | None = None
    permalink_url: str | None = None
    exercise: bool = False


def decode_webhook(body: bytes, place: str, *, exercise: bool) -> Decoded:
    """The posts of a webhook's body; one change that is malformed loses no other.

    `exercise` says that a drill has sent it: then each record must be marked, and else none may be.
    """
    found = Decoded()
    try:
        envelope = _decoded(body, _Envelope)
    except NotTakenError as error:
        found.faults.append(Fault(place, str(error), body[:MOST_RAW_BYTES]))
        return found
    channel = "instagram" if envelope.object == "instagram" else "facebook"
    if envelope.object not in ("page", "instagram"):
        found.ignored += max(1, len(envelope.entry))
        return found
    for number, raw in enumerate(envelope.entry, 1):
        at = f"{place} entry {number}"
        try:
            entry = _decoded(bytes(raw), _Entry)
        except NotTakenError as error:
            found.faults.append(Fault(at, str(error), bytes(raw)[:MOST_RAW_BYTES]))
            continue
        page = Page(str(entry.id), channel, exercise)
        for change in entry.changes:
            _take(found, at, bytes(change), page, entry.time)
    return found


def _take(found: Decoded, place: str, raw: bytes, page: Page, entry_s: float) -> None:
    try:
        change = _decoded(raw, _Change)
        post = _post_of(change, page, entry_s)
        if post is None and (deleted := _deleted(change, page)) is not None:
            found.deleted.append(deleted)
    except NotTakenError as error:
        found.faults.append(Fault(place, str(error), raw[:MOST_RAW_BYTES]))
        return
    if post is None:
        found.ignored += 1
        return
    found.posts.append(post)
    found.newest_s = max(found.newest_s, int(post.created_at.timestamp()))


def _post_of(change: _Change, page: Page, entry_s: float) -> Post | None:
    match page.channel, change.field:
        case "facebook", "feed" | "mention":
            return _facebook(_decoded(bytes(change.value), _Value), page, entry_s)
        case "instagram", "comments" | "live_comments":
            return _instagram(_decoded(bytes(change.value), _InstagramComment), page, entry_s)
    return None


def _deleted(change: _Change, page: Page) -> Deleted | None:
    """What was removed, where a change says so."""
    if page.channel != "facebook" or change.field not in ("feed", "mention"):
        return None
    value = _decoded(bytes(change.value), _Value)
    comment = value.item == COMMENT
    own = value.comment_id if comment else value.post_id
    if value.verb != "remove" or own in (None, "") or not (comment or value.item in POSTS):
        return None
    _check_mark(page, marked=value.exercise)
    return Deleted(page.channel, str(own), page.exercise)


def _facebook(value: _Value, page: Page, entry_s: float) -> Post | None:
    comment = value.item == COMMENT
    if value.verb not in ("add", *EDITS) or not (comment or value.item in POSTS):
        return None
    if value.published == 0 or value.is_hidden:
        return None
    _check_mark(page, marked=value.exercise)
    own = value.comment_id if comment else value.post_id
    if own in (None, ""):
        raise NotTakenError(f"a {value.item} without its {'comment' if comment else 'post'}_id")
    media = tuple(_media(value))
    edited = value.verb in EDITS
    if not (value.message or (media and not edited)):
        return None
    post_id, parent = str(value.post_id or ""), value.parent_id or value.post_id
    writer = value.from_ or _From(value.sender_id, value.sender_name)
    # an edit has the time of the first words, and none of its own but that of the message
    at = _time(entry_s if edited or value.created_time is None else value.created_time)
    return Post(
        id=f"{own}{EDITED}{at:%Y-%m-%dT%H:%M:%SZ}" if edited else str(own),
        channel="facebook",
        author=_author(writer),
        text=value.message or "",
        created_at=at,
        reply_to=str(parent) if comment and parent else None,
        media=media,
        url=None if page.exercise else _address(post_id, str(own) if comment else ""),
        account=page.id,
        exercise=page.exercise,
    )


def _instagram(value: _InstagramComment, page: Page, entry_s: float) -> Post:
    _check_mark(page, marked=value.exercise)
    over = value.parent_id or (value.media.id if value.media else None)
    return Post(
        id=str(value.id),
        channel="instagram",
        author=_author(value.from_),
        text=value.text,
        created_at=_time(entry_s),
        reply_to=None if over is None else str(over),
        account=page.id,
        exercise=page.exercise,
    )


def graph_post(node: GraphNode, page: Page, over: str = "") -> Post | None:
    """The post of a node of the Graph API; `over` is the post that a comment stands under.

    Raises:
        NotTakenError: it is malformed.
    """
    _check_mark(page, marked=node.exercise)
    if not node.message or not node.id:
        return None
    parent = str(node.parent.id) if node.parent else over
    return Post(
        id=node.id,
        channel="facebook",
        author=_author(node.from_),
        text=node.message,
        created_at=_time("" if node.created_time is None else node.created_time),
        reply_to=parent or None,
        url=None if page.exercise else _address(over or node.id, node.id if over else ""),
        account=page.id,
        exercise=page.exercise,
    )


def _check_mark(page: Page, *, marked: bool) -> None:
    if marked and not page.exercise:
        raise NotTakenError("it says that it is an exercise, and no drill has sent it")
    if page.exercise and not marked:
        raise NotTakenError("a drill has sent it, and it is not marked as an exercise")


def _author(writer: _From | None) -> Author | None:
    if writer is None or writer.id in (None, ""):
        return None
    return Author(str(writer.id), writer.username or "", writer.name or "")


def _media(value: _Value) -> Iterator[Media]:
    photos = value.photos if isinstance(value.photos, list) else [value.photo]
    if value.item == "photo":
        photos = [value.link, *photos]
    yield from (Media("image", link) for link in photos if link and isinstance(link, str))
    for film in (value.video, value.link if value.item == "video" else None):
        if film and isinstance(film, str):
            yield Media("video", film)


def _address(post: str, comment: str) -> str | None:
    """Where people see it: numbers alone, so that no id becomes another address."""
    if not re.fullmatch(r"[0-9_]+", post):
        return None
    number = comment.rpartition("_")[2]
    below = f"?comment_id={number}" if re.fullmatch(r"[0-9]+", number) else ""
    return f"https://www.facebook.com/{post}{below}"


def _time(said: float | str) -> datetime:
    """Webhooks tell Unix seconds, the Graph API writes 2026-09-04T18:03:00+0000."""
    try:
        at = (
            datetime.fromisoformat(said).astimezone(UTC)
            if isinstance(said, str)
            else datetime.fromtimestamp(said, UTC)
        )
    except (ValueError, OverflowError, OSError):
        raise NotTakenError(f"'{str(said)[:40]}' is no created_time") from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise NotTakenError(f"created_time {at.isoformat()} lies outside the years")
    return at


def _decoded(raw: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole = _SURROGATE.sub(_whole, raw)
        if whole == raw:
            raise NotTakenError(f"{error}"[:200]) from None
    try:
        return msgspec.json.decode(whole, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotTakenError(f"{error}"[:200]) from None


def _whole(escape: re.Match[bytes]) -> bytes:
    """Half of an emoji becomes U+FFFD; a whole one, and a backslash, stay."""
    return escape[0] if escape[1] or escape[2] else rb"\ufffd"
