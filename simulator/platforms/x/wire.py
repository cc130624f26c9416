"""What X calls the posts of a storm, how it writes them down, and what its rules see of them.

Ids are made from what the storm says and from nothing else: a post's from its time and number (a
snowflake: milliseconds since X's epoch, and 22 bits), a person's from the author's id. Shapes after
X API v2's data dictionary.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from desk.distance import KM_PER_DEGREE
from desk.post import Author, Post
from desk.territories import Community
from simulator.platforms.stage import Stage, Staged
from simulator.platforms.x.rule import Seen, words_of

CHANNEL = "x"
UTILITY = f"{CHANNEL}-utility"
"""The author's id of the utility in a storm."""
EPOCH_MS = 1_288_834_974_657
TIME_BITS = 22
NUMBERS = (1 << TIME_BITS) - 1
FIRST_MS = 1
SHORTENED = "https://t.co/"

_URL = re.compile(r"https?://\S+")
_TAG = re.compile(r"(?<!\w)#(\w+)")
_MENTION = re.compile(r"(?<!\w)@(\w{1,15})")

Json = dict[str, Any]


def wire_id(staged: Staged) -> str:
    """The id that X gives to a post of the storm; a desk's post has the same."""
    return snowflake(staged.post.created_at, staged.number)


def snowflake(at: datetime, number: int) -> str:
    """The id of what is posted at a time; `number` tells those of a millisecond apart."""
    ms = max(FIRST_MS, round(at.timestamp() * 1000) - EPOCH_MS)
    return str((ms << TIME_BITS) | (number & NUMBERS))


@lru_cache(maxsize=50_000)
def user_id(author_id: str) -> str:
    """The number that X gives to an author of the storm."""
    return str(int.from_bytes(blake2b(author_id.encode(), digest_size=7).digest(), "big") | 1 << 40)


UTILITY_ID = user_id(UTILITY)
"""What the utility's own account has for its `id` in the settings of a desk."""


class Fields(NamedTuple):
    """Which fields and expansions a client asks for, beside those that always come."""

    tweet: frozenset[str] = frozenset()
    user: frozenset[str] = frozenset()
    place: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()


class Wire:
    """The posts of a stage in X's words."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._towns = {each.name.lower(): each for each in stage.territory.community}

    def find(self, id_: str) -> Staged | None:
        """The post that X calls so, if it was sent."""
        if not id_.isascii() or not id_.isdigit() or len(id_) > 19:
            return None
        number = int(id_) & NUMBERS
        found = next(self.stage.read(number, number + 1, CHANNEL), None)
        return found if found is not None and wire_id(found) == id_ else None

    def staged(self, storm_id: str | None) -> Staged | None:
        """The post of X that the storm calls so."""
        found = self.stage.find(storm_id) if storm_id else None
        return found if found is not None and found.post.channel == CHANNEL else None

    def seen(self, staged: Staged) -> Seen:
        """What the rules see of a post."""
        post = staged.post
        words = words_of(post.text)
        answered, passed_on = self.staged(post.reply_to), self.staged(post.repost_of)
        place = self._town(post)
        author = post.author
        return Seen(
            words,
            frozenset(words),
            _handle(author),
            mentions=frozenset(name.lower() for name in _mentions(post)),
            hashtags=frozenset(tag.lower() for tag in _TAG.findall(post.text)),
            to=_handle(answered.post.author) if answered else "",
            retweet_of=_handle(passed_on.post.author) if passed_on else "",
            lang=post.lang or "und",
            features=frozenset(_features(post)),
            geo=(post.geo.lat, post.geo.lon) if post.geo else None,
            box=_box(place) if place else None,
            texts={
                "place": words_of(post.place or ""),
                "bio_location": words_of(author.location if author else ""),
                "bio_name": words_of(author.name if author else ""),
            },
            ids={"conversation_id": self._conversation(staged)},
        )

    def data(self, staged: Staged, fields: Fields) -> Json:
        """A post as X writes it, with the fields that were asked for; marked as an exercise."""
        post, id_ = staged.post, wire_id(staged)
        always: Json = {"id": id_, "text": _escaped(post.text), "edit_history_tweet_ids": [id_]}
        asked = fields.tweet | ({"author_id"} if "author_id" in fields.expansions else set())
        asked |= {"geo"} if "geo.place_id" in fields.expansions else set()
        asked |= {"attachments"} if "attachments.media_keys" in fields.expansions else set()
        told = {name: value for name, value in self._all(staged) if name in asked}
        return always | told | {"exercise": True}

    def includes(self, staged: Staged, fields: Fields) -> Json:
        """What a post refers to, as far as it was asked for."""
        post, found = staged.post, {}
        if "author_id" in fields.expansions and post.author:
            found["users"] = [self.user(post.author, fields)]
        if "geo.place_id" in fields.expansions and post.place:
            found["places"] = [self._place(post, fields)]
        if "attachments.media_keys" in fields.expansions and post.media:
            found["media"] = list(_media(staged, fields))
        if "referenced_tweets.id" in fields.expansions:
            named = [self.staged(post.reply_to), self.staged(post.repost_of)]
            found["tweets"] = [self.data(each, fields) for each in named if each]
        return {name: each for name, each in found.items() if each}

    def user(self, author: Author, fields: Fields) -> Json:
        """Who wrote a post."""
        told: Json = {
            "id": user_id(author.id),
            "name": author.name or author.handle,
            "username": author.handle,
        }
        if "location" in fields.user and author.location:
            told["location"] = author.location
        if "public_metrics" in fields.user:
            count = author.followers if author.followers is not None else len(author.handle) * 17
            told["public_metrics"] = {"followers_count": count, "following_count": 100}
            told["public_metrics"] |= {"tweet_count": 500, "listed_count": 1}
        return told

    def _all(self, staged: Staged) -> Iterator[tuple[str, Any]]:
        post, stage = staged.post, self.stage
        at = stage.shown(CHANNEL, post.created_at)  # by a clock that may be wrong
        yield "created_at", at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
        yield "lang", post.lang or "und"
        yield "conversation_id", self._conversation(staged)
        if post.author:
            yield "author_id", user_id(post.author.id)
        referenced = []
        for kind, storm_id in (("replied_to", post.reply_to), ("retweeted", post.repost_of)):
            other = self.staged(storm_id)
            if other is not None:
                referenced.append({"type": kind, "id": wire_id(other)})
                if kind == "replied_to" and other.post.author:
                    yield "in_reply_to_user_id", user_id(other.post.author.id)
        if referenced:
            yield "referenced_tweets", referenced
        other = self.staged(post.reply_to)
        to = other.post.author if other else None
        if entities := _entities(post, to.handle if to else ""):
            yield "entities", entities
        if post.media:
            yield "attachments", {"media_keys": [_key(staged, n) for n in range(len(post.media))]}
        if post.geo or post.place:
            told: Json = {"place_id": _place_id(post.place)} if post.place else {}
            if post.geo:
                point = {"type": "Point", "coordinates": [post.geo.lon, post.geo.lat]}
                told["coordinates"] = point
            yield "geo", told
        yield "public_metrics", dict.fromkeys(("retweet_count", "reply_count", "like_count"), 0)

    def _conversation(self, staged: Staged) -> str:
        """The first post of the thread."""
        for _ in range(50):
            before = self.staged(staged.post.reply_to)
            if before is None:
                break
            staged = before
        return wire_id(staged)

    def _town(self, post: Post) -> Community | None:
        return self._towns.get((post.place or "").partition(",")[0].lower())

    def _place(self, post: Post, fields: Fields) -> Json:
        name = post.place or ""
        told: Json = {"id": _place_id(name), "full_name": name}
        town = self._town(post)
        if "geo" in fields.place and town is not None:
            told["geo"] = {"type": "Feature", "bbox": list(_box(town)), "properties": {}}
        return told


def _handle(author: Author | None) -> str:
    return author.handle.lower() if author else ""


def _mentions(post: Post) -> list[str]:
    return list(dict.fromkeys((*post.mentions, *_MENTION.findall(post.text))))


def _features(post: Post) -> Iterator[str]:
    kinds = {"reply": post.reply_to, "retweet": post.repost_of}
    yield from (f"is:{kind}" for kind, id_ in kinds.items() if id_)
    has = {
        "media": post.media,
        "images": any(each.kind == "image" for each in post.media),
        "video_link": any(each.kind == "video" for each in post.media),
        "geo": post.geo or post.place,
        "links": _URL.search(post.text),
        "hashtags": _TAG.search(post.text),
        "mentions": _mentions(post),
    }
    yield from (f"has:{name}" for name, value in has.items() if value)


def _entities(post: Post, answered: str = "") -> Json:
    text = post.text
    mentions: list[Json] = [
        {"start": m.start(), "end": m.end(), "username": m[1]} for m in _MENTION.finditer(text)
    ]
    urls = [
        {"start": m.start(), "end": m.end(), "url": m[0], "expanded_url": m[0]}
        for m in _URL.finditer(text)
    ]
    tags = [{"start": m.start(), "end": m.end(), "tag": m[1]} for m in _TAG.finditer(text)]
    written = {each["username"].lower() for each in mentions}
    # whom a reply answers is named in front of its text, where nobody sees it
    mentions += [
        {"start": 0, "end": 0, "username": each}
        for each in dict.fromkeys((answered, *post.mentions))
        if each and each.lower() not in written
    ]
    told = {"mentions": mentions, "urls": urls, "hashtags": tags}
    return {name: each for name, each in told.items() if each}


def _media(staged: Staged, fields: Fields) -> Iterator[Json]:
    for number, each in enumerate(staged.post.media):
        told = {"media_key": _key(staged, number)}
        told["type"] = {"image": "photo"}.get(each.kind, each.kind)
        if "url" in fields.media and each.url:
            told["url"] = each.url
        if "alt_text" in fields.media and each.alt:
            told["alt_text"] = each.alt
        yield told


def _key(staged: Staged, number: int) -> str:
    return f"3_{int(wire_id(staged)) + number}"


def _place_id(name: str | None) -> str:
    return blake2b((name or "").encode(), digest_size=8).hexdigest()


def _box(town: Community) -> tuple[float, float, float, float]:
    """West, south, east and north of a square in the circle of a town."""
    lat = town.radius_km / math.sqrt(2) / KM_PER_DEGREE
    lon = lat / math.cos(math.radians(town.lat))
    return town.lon - lon, town.lat - lat, town.lon + lon, town.lat + lat


def _escaped(text: str) -> str:
    """X writes three signs of HTML as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
