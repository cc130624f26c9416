"""Entries of RSS and Atom as posts: newsrooms, agencies, a city's blog.

feedparser reads what such feeds really hold; it is given bytes alone, so that it opens nothing, and
no more of them and of tags than it reads in a moment. An entity that would unfold to more is left
as it stands.
"""

from __future__ import annotations

import calendar
import io
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

import feedparser
import msgspec

from desk.feeds import MOST_RAW_BYTES, Fault
from desk.feeds.markup import plain_text
from desk.post import FIRST_YEAR, LAST_YEAR, Author, Post

MOST_ENTRIES = 1_000
MOST_TAGS = 60_000
MOST_SEEN = 5_000
"""Entries of which it is known what they said."""
LONGEST_TEXT = 4_000
LONGEST_ID = 500
OLDEST = timedelta(days=7)
EDITED = "#edited-"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:\S+")
_ENTRY = re.compile(rb"<(?:[a-zA-Z]+:)?(?:item|entry)[\s>]", re.IGNORECASE)


class TooMuchError(Exception):
    """A feed that no newsroom would send: what there is too much of."""


class Read(msgspec.Struct):
    """What is new in a feed; `ttl_s` is how long it wants to be left alone, 0 for no word.

    A document that is not `sound` may have lost entries on its way.
    """

    posts: list[Post] = []
    faults: list[Fault] = []
    ignored: int = 0
    ttl_s: float = 0.0
    sound: bool = True


class Source(NamedTuple):
    """Which feed this is: `place` stands before ids that are of no use elsewhere."""

    place: str
    exercise: bool = False


class Entries:
    """Sorts out entries that came before, from those that say something else now."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._seen: dict[str, bytes] = {}

    def read(self, body: bytes, source: Source) -> Read:
        """The new entries of a document, the oldest first; takes up to a second.

        Raises:
            TooMuchError: it has too many entries or tags.
        """
        parsed = _parsed(body)
        found = Read(ttl_s=_ttl_s(parsed), sound=not parsed.get("bozo"))
        if not parsed.get("version"):
            reason = "it is neither RSS nor Atom"
            found.faults.append(Fault(source.place, reason, body[:MOST_RAW_BYTES]))
            return found
        title = plain_text(_text(parsed.feed.get("title"))) or source.place
        author = Author(source.place, "", title[:200])
        posts = []
        for number, entry in enumerate(parsed.entries, 1):
            marked = _text(entry.get("stormdesk_exercise")) == "true"
            if marked != source.exercise:
                reason = (
                    "it says that it is an exercise, and no drill has sent it"
                    if marked
                    else "a drill has sent it, and it is not marked as an exercise"
                )
                found.faults.append(Fault(f"{source.place} entry {number}", reason))
                continue
            post = self._post(entry, source, author)
            if post is None:
                found.ignored += 1
            else:
                posts.append(post)
        self._forget_old(found, posts, source)
        return found

    def _forget_old(self, found: Read, posts: list[Post], source: Source) -> None:
        """What is older than a week was news once."""
        newest = max((post.created_at for post in posts), default=self._now())
        since = (newest if source.exercise else self._now()) - OLDEST
        # feeds begin with the newest
        recent = [post for post in reversed(posts) if post.created_at >= since]
        found.ignored += len(posts) - len(recent)
        found.posts = sorted(recent, key=lambda post: post.created_at)

    def _post(self, entry: Any, source: Source, author: Author) -> Post | None:  # noqa: ANN401
        title = plain_text(_text(entry.get("title"))).replace("\n", " ")
        summary = plain_text(_text(entry.get("summary")) or _content(entry))
        text = title if not summary or summary.startswith(title) else f"{title}\n{summary}"
        text = (summary if title and summary.startswith(title) else text)[:LONGEST_TEXT].strip()
        if not text:
            return None
        link = _text(entry.get("link"))
        id_ = _id(_text(entry.get("id")) or link or text, source)
        said = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
        before = self._seen.pop(id_, None)
        self._seen[id_] = said
        if len(self._seen) > MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        if before == said:
            return None
        at = _time(entry, "published_parsed", "updated_parsed") or self._now()
        if before is not None:
            at = _time(entry, "updated_parsed") or self._now()
            id_ = f"{id_}{EDITED}{at:%Y-%m-%dT%H:%M:%SZ}"
        web = link if link.startswith(("https://", "http://")) and len(link) <= LONGEST_ID else None
        return Post(
            id=id_,
            channel="rss",
            author=author,
            text=text,
            created_at=at,
            url=web,
            exercise=source.exercise,
        )


def _parsed(body: bytes) -> Any:  # noqa: ANN401  feedparser has no types
    if body.count(b"<") > MOST_TAGS:
        raise TooMuchError(f"more than {MOST_TAGS:,} tags")
    if sum(1 for _ in _ENTRY.finditer(body)) > MOST_ENTRIES:
        raise TooMuchError(f"more than {MOST_ENTRIES:,} entries")
    return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def _text(value: object) -> str:
    """A value as text that can be stored; feeds hold anything anywhere."""
    text = value if isinstance(value, str) else ""
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()


def _content(entry: Any) -> str:  # noqa: ANN401
    held = entry.get("content")
    return _text(held[0].get("value")) if isinstance(held, list) and held else ""


def _id(said: str, source: Source) -> str:
    """An address is unique everywhere, a number in its feed alone."""
    id_ = said if _ADDRESS.fullmatch(said) else f"{source.place}#{said}"
    if len(id_) <= LONGEST_ID:
        return id_
    return f"{source.place}#{blake2b(said.encode(), digest_size=16).hexdigest()}"


def _time(entry: Any, *names: str) -> datetime | None:  # noqa: ANN401
    for name in names:
        told = dict.get(entry, name)  # its own `get` takes one date for another, with a warning
        if isinstance(told, time.struct_time):
            try:
                at = datetime.fromtimestamp(calendar.timegm(told), UTC)
            except (ValueError, OverflowError, OSError):
                continue
            if FIRST_YEAR <= at.year <= LAST_YEAR:
                return at
    return None


def _ttl_s(parsed: Any) -> float:  # noqa: ANN401
    text = _text(parsed.feed.get("ttl"))
    return (
        min(24 * 60, int(text)) * 60.0
        if text.isascii() and text.isdigit() and len(text) < 6
        else 0.0
    )


def documents(found: list[Post], most: int) -> Iterator[tuple[Post, ...]]:
    """Posts in pieces of at most `most`; one piece where there are none."""
    for start in range(0, max(1, len(found)), most):
        yield tuple(found[start : start + most])
