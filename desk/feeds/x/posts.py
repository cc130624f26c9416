"""Lines of X's stream, and pages of its search, as posts: X API v2's own shapes.

Unknown fields are ignored; a record that is no post is a fault, whatever bytes it is. The handle of
whom a post quotes stands in the address of the quoted post, which costs nothing: to have the quoted
post itself sent is charged as another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

import msgspec

from desk.errors import PostError
from desk.feeds import MOST_RAW_BYTES, Fault
from desk.post import FIRST_YEAR, LAST_YEAR, Author, Geo, Media, Post, decode_mended, without_lone

CHANNEL = "x"
EPOCH_MS = 1_288_834_974_657
"""When X's ids begin to count milliseconds, since 1970."""
TIME_BITS = 22
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[0-9]{1,19}")
_STATUS = re.compile(r"https?://(?:www\.)?(?:twitter|x)\.com/(\w{1,15})/status/([0-9]+)")
_ESCAPED = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_KINDS = {"photo": "image", "animated_gif": "video"}
_NO_LANGUAGE = ("und", "zxx", "art")


class _Url(msgspec.Struct):
    expanded_url: str | None = None


class _Mention(msgspec.Struct):
    username: str | None = None


class _Entities(msgspec.Struct):
    mentions: list[_Mention] | None = None
    urls: list[_Url] | None = None


class _Note(msgspec.Struct):
    text: str | None = None
    entities: _Entities | None = None


class _Referenced(msgspec.Struct):
    type: str = ""
    id: str = ""


class _Point(msgspec.Struct):
    coordinates: list[float] | None = None


class _WhereTold(msgspec.Struct):
    place_id: str | None = None
    coordinates: _Point | None = None


class _Attachments(msgspec.Struct):
    media_keys: list[str] | None = None


class Tweet(msgspec.Struct, kw_only=True):
    """A post as X sends it; `exercise` is the mark of a drill's server."""

    id: str
    text: str
    author_id: str | None = None
    created_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    lang: str | None = None
    geo: _WhereTold | None = None
    in_reply_to_user_id: str | None = None
    referenced_tweets: list[_Referenced] | None = None
    entities: _Entities | None = None
    attachments: _Attachments | None = None
    note_tweet: _Note | None = None
    exercise: bool | None = None


class _Metrics(msgspec.Struct):
    followers_count: int | None = None


class _User(msgspec.Struct):
    id: str
    username: str = ""
    name: str = ""
    location: str | None = None
    public_metrics: _Metrics | None = None


class _Place(msgspec.Struct):
    id: str
    full_name: str | None = None


class _Medium(msgspec.Struct):
    media_key: str
    type: str = "photo"
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None


class Includes(msgspec.Struct):
    """What posts refer to: who wrote them, where, with which pictures, and whom they quote."""

    users: list[_User] | None = None
    places: list[_Place] | None = None
    media: list[_Medium] | None = None
    tweets: list[Tweet] | None = None


class Problem(msgspec.Struct):
    """What X says instead of a post, or beside it."""

    title: str | None = None
    detail: str | None = None
    disconnect_type: str | None = None
    connection_issue: str | None = None

    @property
    def words(self) -> str:
        """What has happened, in X's own words, fit for one line."""
        told = self.detail or self.title or "an error without words"
        return "".join(char if char.isprintable() else " " for char in told[:300])


class _Line(Problem):
    data: Tweet | None = None
    includes: Includes | None = None
    errors: list[Problem] | None = None


class _Meta(msgspec.Struct):
    next_token: str | None = None


class _Page(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    includes: Includes | None = None
    meta: _Meta | None = None


class Read(NamedTuple):
    """What records held; `problem` is what X says of the connection itself.

    `ignored` counts what is neither: kinds of tomorrow.
    """

    posts: list[Post]
    faults: list[Fault]
    problem: Problem | None = None
    ignored: int = 0


_decode_line = msgspec.json.Decoder(_Line).decode
_decode_page = msgspec.json.Decoder(_Page).decode
_decode_tweet = msgspec.json.Decoder(Tweet).decode


def read_line(data: bytes, place: str) -> Read:
    """The post of one line of the stream, or what is wrong with it, or with the connection."""
    try:
        line = decode_mended(_decode_line, data)
        if line.data is not None:
            return Read([post_of(line.data, line.includes or Includes())], [])
    except PostError as error:
        return Read([], [Fault(place, str(error), data[:MOST_RAW_BYTES])])
    problem = next(iter(line.errors or ()), None) or (line if line.title else None)
    return Read([], [], problem, ignored=problem is None)


def read_page(data: bytes, place: str) -> tuple[Read, str]:
    """The posts of a page of the search, and the token of the next page, empty for none."""
    try:
        page = _decode_page(without_lone(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Read([], [Fault(place, f"not a page: {error}", data[:MOST_RAW_BYTES])]), ""
    posts, faults = [], []
    for raw in page.data or ():
        try:
            posts.append(post_of(_decode_tweet(raw), page.includes or Includes()))
        except (PostError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            faults.append(Fault(place, str(error), bytes(raw)[:MOST_RAW_BYTES]))
    return Read(posts, faults), (page.meta.next_token or "") if page.meta else ""


def time_of(id_: str) -> datetime:
    """When a post of this id was made: X's ids hold it."""
    return _EPOCH + timedelta(milliseconds=(int(id_) >> TIME_BITS) + EPOCH_MS)


def post_of(tweet: Tweet, includes: Includes) -> Post:
    """The post of the desk.

    Raises:
        PostError: its id, time or place can't be.
    """
    if not _ID.fullmatch(tweet.id):
        raise PostError("not a post: `id` is no number")
    created_at = tweet.created_at or time_of(tweet.id)
    if not FIRST_YEAR < created_at.year < LAST_YEAR:
        raise PostError(f"not a post: created_at {created_at.isoformat()} can't be")
    author = _author(tweet, includes)
    note = tweet.note_tweet
    full = note if note is not None and note.text else None
    refers = {each.type: each.id for each in tweet.referenced_tweets or ()}
    return Post(
        id=tweet.id,
        channel=CHANNEL,
        author=author,
        text=plain(full.text if full and full.text else tweet.text),
        created_at=created_at.astimezone(UTC),
        lang=None if _says_nothing(tweet.lang) else tweet.lang,
        geo=_geo(tweet.geo),
        place=_place(tweet.geo, includes),
        reply_to=refers.get("replied_to"),
        repost_of=refers.get("retweeted"),
        mentions=tuple(_mentions(tweet, full, refers, includes)),
        media=tuple(_media(tweet, includes)),
        url=f"https://x.com/{author.handle if author and author.handle else 'i'}/status/{tweet.id}",
        visibility="public",
        exercise=bool(tweet.exercise),
    )


def plain(text: str) -> str:
    """`text` without the three entities that X writes for signs of HTML."""
    if "&" not in text:
        return text
    for written, sign in _ESCAPED.items():
        text = text.replace(written, sign)
    return text


def _says_nothing(lang: str | None) -> bool:
    """Whether X gives no language: `und`, or one of its own codes such as `qme` (media only)."""
    return not lang or lang in _NO_LANGUAGE or (lang[0] == "q" and len(lang) == 3)


def _author(tweet: Tweet, includes: Includes) -> Author | None:
    if tweet.author_id is None:
        return None
    for user in includes.users or ():
        if user.id == tweet.author_id:
            followers = user.public_metrics.followers_count if user.public_metrics else None
            return Author(user.id, user.username, user.name, user.location or "", followers)
    return Author(tweet.author_id)


def _geo(told: _WhereTold | None) -> Geo | None:
    point = told.coordinates.coordinates if told and told.coordinates else None
    if not point:
        return None
    if len(point) < 2 or not (-90 <= point[1] <= 90 and -180 <= point[0] <= 180):
        raise PostError("not a post: `geo` is no point of the globe")
    return Geo(point[1], point[0])


def _place(told: _WhereTold | None, includes: Includes) -> str | None:
    if told is None or told.place_id is None:
        return None
    places = includes.places or ()
    return next((each.full_name for each in places if each.id == told.place_id), None)


def _mentions(
    tweet: Tweet, full: _Note | None, refers: dict[str, str], includes: Includes
) -> Iterable[str]:
    """Whom a post names, answers or quotes, each once."""
    entities = (full.entities if full else None) or tweet.entities or _Entities()
    found = [each.username for each in entities.mentions or () if each.username]
    users = {user.id: user.username for user in includes.users or ()}
    if tweet.in_reply_to_user_id in users:
        found.append(users[tweet.in_reply_to_user_id])
    if quoted := refers.get("quoted"):
        for url in entities.urls or ():
            told = _STATUS.match(url.expanded_url or "")
            if told and told[2] == quoted:
                found.append(told[1])
        sent = (each.author_id for each in includes.tweets or () if each.id == quoted)
        found += [users[author] for author in sent if author in users]
    return {handle.lower(): handle for handle in found if handle}.values()


def _media(tweet: Tweet, includes: Includes) -> Iterable[Media]:
    keys = (tweet.attachments.media_keys if tweet.attachments else None) or ()
    known = {each.media_key: each for each in includes.media or ()}
    for key in keys:
        if each := known.get(key):
            kind = _KINDS.get(each.type, each.type)
            yield Media(kind, each.url or each.preview_image_url or "", each.alt_text or "")
