"""Posts at the desk's border: decoded, checked and encoded in one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec

from desk.errors import PostError
from rules import Match

NO_CHANNEL = "file"
"""The channel of a post whose feed names none; ids are then unique in that feed only."""
FILL_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 1990, 2200
"""Posts of other years are mistakes, and at the ends of the calendar no zone can show them."""

_ESCAPE = re.compile(
    rb"\\(?:(?P<pair>u[dD][89abAB]..\\u[dD][c-fC-F]..)|(?P<lone>u[dD][89a-fA-F]..)|.)", re.DOTALL
)


# None of these can be part of a cycle (gc=False): the collector need not walk the many that a desk
# holds, which would be a stutter under load.
class Author(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Who wrote a post; `id` is unique within its channel, `location` is the profile's own word.

    `followers` is how many people follow them, where the channel tells.
    """

    id: str
    handle: str = ""
    name: str = ""
    location: str = ""
    followers: int | None = None


class Geo(msgspec.Struct, frozen=True, gc=False):
    """WGS 84 degrees."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Media(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A picture or film of a post: never fetched by itself."""

    kind: str
    url: str = ""
    alt: str = ""


class Reference(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What Bluesky wants to hear of a post that is answered, beside its id, which is its address.

    `cid` is the version of the post; `root` and `root_cid` are of the thread's first one, empty
    where the post is that itself (lexicon com.atproto.repo.strongRef).
    """

    cid: str
    root: str = ""
    root_cid: str = ""


class Post(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One message of an author in a channel; `created_at` is aware UTC, `text` as received.

    `visibility` is public, unlisted, private or direct, where a channel knows such: an answer is
    never seen by more people. `mentions` are handles; who is quoted is among them.
    """

    id: str
    channel: str
    author: Author | None = None
    text: str
    created_at: datetime
    lang: str | None = None
    geo: Geo | None = None
    place: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    mentions: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    url: str | None = None
    account: str | None = None
    visibility: str | None = None
    reference: Reference | None = None
    exercise: bool = False

    @property
    def author_key(self) -> str:
        """Who counts as one person: the author within the channel, or the post itself."""
        return f"{self.channel}:{self.author.id}" if self.author else f"post:{self.id}"


class Location(msgspec.Struct, frozen=True, gc=False):
    """Where a post is about: a community of the territory, and how that is known.

    `source` is coordinates, place, zip, street, landmark, text, thread, profile or history;
    `confidence` lies in 0-1.
    """

    community: str
    lat: float
    lon: float
    radius_km: float
    source: str
    confidence: float


class LabelledPost(
    Post,
    frozen=True,
    omit_defaults=True,
    kw_only=True,
    gc=False,
    tag_field="type",
    tag="post",
):
    """A post with what the rules and the places say of it; the line that `tail` prints.

    Of one that its author has `deleted` no words are left.
    """

    labels: tuple[str, ...]
    matches: tuple[Match, ...]
    location: Location | None
    deleted: bool = False


class _Wire(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post as feeds send it: an id may be a number, and `--fill` supplies what is missing."""

    id: str | int | None = None
    channel: str = NO_CHANNEL
    author: Author | None = None
    text: str
    created_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    lang: str | None = None
    geo: Geo | None = None
    place: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    mentions: tuple[str, ...] | None = None
    media: tuple[Media, ...] | None = None
    url: str | None = None
    account: str | None = None
    visibility: str | None = None
    reference: Reference | None = None
    exercise: bool | None = None


_Decoded = TypeVar("_Decoded")

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding JSON of a stranger may raise."""

_decode = msgspec.json.Decoder(_Wire).decode
_decode_ready = msgspec.json.Decoder(Post).decode
_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines
_decode_lines = msgspec.json.Decoder(Post).decode_lines


def decode_post(line: bytes, number: int, *, fill: bool = False) -> Post:
    """The post that JSON text `line` holds; `number` (from 1) is its line in the feed.

    With `fill`, a missing id is the line number, a missing `created_at` lies `number - 1` seconds
    after 2000-01-01T00:00:00Z, and a missing author is made from the id. Half of a surrogate pair
    (an emoji that an export has cut) becomes U+FFFD.

    Raises:
        PostError: the line is not JSON, or not a post, or of a year that can't be.
    """
    try:
        post = _decode_ready(line)
    except UNREADABLE:
        return _completed(line, number, fill=fill)
    # most posts come as our own are written, and nothing need be done to them
    if _is_ready(post) and (post.author is not None or not fill):
        return post
    return _completed(line, number, fill=fill)


def decode_ready(lines: bytes) -> list[Post] | None:
    """The posts of whole lines that are as our own are written, at half the cost of each by itself.

    None where any is not: they are to be decoded one by one.
    """
    try:
        posts = _decode_lines(lines)
    except UNREADABLE:
        return None
    # two posts in a line, or one over several, are none of a feed's lines
    are_lines = len(posts) == lines.count(b"\n")
    return posts if are_lines and all(map(_is_ready, posts)) else None


def _is_ready(post: Post) -> bool:
    at = post.created_at
    is_timed = at.tzinfo is UTC and FIRST_YEAR <= at.year <= LAST_YEAR
    return is_timed and post.id != "" and post.channel != ""


def _completed(line: bytes, number: int, *, fill: bool) -> Post:
    """The post of a line that lacks something, or holds it in another form."""
    wire = decode_mended(_decode, line)
    id_ = wire.id
    created_at = wire.created_at
    author = wire.author
    if fill:
        id_ = number if id_ is None else id_
        created_at = created_at or FILL_EPOCH + timedelta(seconds=number - 1)
        author = author or Author(id=str(id_))
    if id_ is None or id_ == "" or created_at is None:
        missing = "id" if id_ is None or id_ == "" else "created_at"
        raise PostError(f"not a post: no `{missing}` (--fill supplies what is missing)")
    if not FIRST_YEAR <= created_at.year <= LAST_YEAR:
        raise PostError(
            f"not a post: created_at {created_at.isoformat()} lies outside the years"
            f" {FIRST_YEAR} to {LAST_YEAR}"
        )
    return Post(
        id=str(id_),
        channel=wire.channel or NO_CHANNEL,
        author=author,
        text=wire.text,
        created_at=created_at.astimezone(UTC),
        lang=wire.lang,
        geo=wire.geo,
        place=wire.place,
        reply_to=wire.reply_to,
        repost_of=wire.repost_of,
        mentions=wire.mentions or (),
        media=wire.media or (),
        url=wire.url,
        account=wire.account,
        visibility=wire.visibility,
        reference=wire.reference,
        exercise=bool(wire.exercise),
    )


def decode_mended(
    decode: Callable[[bytes], _Decoded], line: bytes, otherwise: str = "not a post"
) -> _Decoded:
    """What JSON text holds, by `decode`; half of a surrogate pair in it becomes U+FFFD.

    Raises:
        PostError: it holds something else, with the words `otherwise`.
    """
    try:
        return decode(line)
    except UNREADABLE as error:
        whole = without_lone(line)
        if whole == line:
            raise PostError(f"{otherwise}: {error}") from None
    try:
        return decode(whole)
    except UNREADABLE as error:
        raise PostError(f"{otherwise}: {error}") from None


def without_lone(line: bytes) -> bytes:
    """JSON text with U+FFFD in the place of each half of a surrogate pair."""
    return _ESCAPE.sub(_mended, line)


def _mended(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape["lone"] else escape[0]


def labelled(
    post: Post, labels: tuple[str, ...], matches: tuple[Match, ...], location: Location | None
) -> LabelledPost:
    """`post` together with its labels, matches and location."""
    fields: dict[str, Any] = msgspec.structs.asdict(post)
    return LabelledPost(**fields, labels=labels, matches=matches, location=location)


def encode(item: msgspec.Struct) -> bytes:
    """One line of JSON without its newline; times as RFC 3339 in UTC."""
    return _encode(item)


def encode_lines(posts: Sequence[Post]) -> bytes:
    """Posts as `encode` writes them, each with a newline behind it."""
    return _encode_lines(posts)


def decode_lines(lines: bytes) -> list[Post]:
    """The posts that `encode_lines` has written."""
    return _decode_lines(lines)
