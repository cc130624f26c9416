"""What of a storm reaches the utility's page at Facebook, in the shapes of Meta.

The page sees its own posts, what visitors write on it, comments and their threads, and where others
mention it; of what people write on their own walls it sees nothing: there is no search.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

from desk.post import Post
from simulator.platforms.stage import Stage, Staged

PAGE = "104400000000001"
"""The page's number, in every storm: a drill has one utility."""
FIELDS = ("feed", "mention")

Field = Literal["feed", "mention"]


class Reached(NamedTuple):
    """A post that the page sees: its ids there, and by which field webhooks tell of it.

    `at` is when it was written by the clock of Meta, which may be wrong in a drill. `parent` and
    `top` are the ids of what it answers and of the post that begins its thread, both empty where it
    is that itself.
    """

    staged: Staged
    id: str
    field: Field
    at: datetime
    parent: str = ""
    top: str = ""

    @property
    def post(self) -> Post:
        """What is posted."""
        return self.staged.post


def number(id_: str) -> str:
    """The number that Meta gives to what has this id in the storm."""
    return str(10**14 + int.from_bytes(blake2b(id_.encode(), digest_size=6).digest()))


def wire_id(staged: Staged) -> str:
    """The id of a post there, which is that of the desk's post: PAGE_POST, or OVER_COMMENT."""
    post = staged.post
    return f"{PAGE if post.reply_to is None else number(post.reply_to)}_{number(post.id)}"


class Wall:
    """Everything that has reached the page so far, in its order; wound back with the storm."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._handle = stage.storm.utility.handle.lower()
        self._run = ""
        self._upto = 0
        self.seen: list[Reached] = []
        self.by_id: dict[str, Reached] = {}
        self.below: dict[str, list[Reached]] = {}
        self._by_post: dict[str, Reached] = {}

    def look(self) -> None:
        """Take in what the storm has sent since the last look."""
        run = self._stage.conductor.run_id
        if run != self._run or self._stage.end < self._upto:
            self._run, self._upto = run, 0
            for held in (self.seen, self.by_id, self.below, self._by_post):
                held.clear()
        for staged in self._stage.read(self._upto, channel="facebook"):
            reached = self._reached(staged)
            if reached is None:
                continue
            self.seen.append(reached)
            self.by_id[reached.id] = self._by_post[reached.post.id] = reached
            for over in {reached.parent, reached.top} - {""}:
                self.below.setdefault(over, []).append(reached)
        self._upto = self._stage.end

    def posts(self) -> list[Reached]:
        """The posts on the page itself, the newest first."""
        return [each for each in reversed(self.seen) if not each.top and each.field == "feed"]

    def _reached(self, staged: Staged) -> Reached | None:
        post, id_ = staged.post, wire_id(staged)
        if post.repost_of is not None:
            return None
        at = self._stage.shown("meta", post.created_at)
        named = any(mention.lower() == self._handle for mention in post.mentions)
        own = is_own(post)
        if post.reply_to is None:
            if own or (named and post.text.lower().startswith(f"@{self._handle}")):
                return Reached(staged, id_, "feed", at)
            return Reached(staged, id_, "mention", at) if named else None
        over = self._by_post.get(post.reply_to)
        if over is None:
            elsewhere = f"{PAGE}_{number(post.reply_to)}"
            return Reached(staged, id_, "mention", at, elsewhere, elsewhere) if named else None
        if own or over.field == "feed" or named:
            field: Field = "feed" if own or over.field == "feed" else "mention"
            return Reached(staged, id_, field, at, over.id, over.top or over.id)
        return None


def is_own(post: Post) -> bool:
    """Whether the utility wrote it."""
    return post.author is not None and post.author.id == "facebook-utility"


def writer(post: Post) -> dict[str, str]:
    """Who wrote a post: the page, or a person of whom the number says nothing."""
    if post.author is None:
        return {}
    id_ = PAGE if is_own(post) else number(post.author.id)
    return {"id": id_, "name": post.author.name}


def change(reached: Reached) -> dict[str, Any]:
    """A change as webhooks tell it; `from` is never told of a mention."""
    post = reached.post
    value: dict[str, Any] = {}
    if reached.field == "feed" and post.author is not None:
        value["from"] = writer(post)
    value |= {"message": post.text, "created_time": int(reached.at.timestamp())}
    photos = [each.url for each in post.media if each.kind == "image" and each.url]
    if reached.top:
        value |= {"item": "comment", "verb": "add", "comment_id": reached.id}
        value |= {"post_id": reached.top, "parent_id": reached.parent}
        value |= {"photo": photos[0]} if photos else {}
    else:
        plain = "status" if is_own(post) else "post"
        value |= {"item": "photo" if photos else plain, "verb": "add", "post_id": reached.id}
        value |= {"link": photos[0]} if photos else {}
    value |= {"published": 1, "exercise": True} if reached.field == "feed" else {"exercise": True}
    return {"value": value, "field": reached.field}


def node(reached: Reached) -> dict[str, Any]:
    """A post or comment as the Graph API gives it."""
    post = reached.post
    told: dict[str, Any] = {
        "id": reached.id,
        "message": post.text,
        "created_time": graph_time(reached.at),
        "from": writer(post),
        "exercise": True,
    }
    if reached.parent and reached.parent != reached.top:
        told["parent"] = {"id": reached.parent}
    return told


def graph_time(at: datetime) -> str:
    """A time as the Graph API writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}+0000"


def changes(reached: list[Reached], fields: tuple[str, ...] = FIELDS) -> Iterator[dict[str, Any]]:
    """The changes of those whose field is subscribed."""
    return (change(each) for each in reached if each.field in fields)
