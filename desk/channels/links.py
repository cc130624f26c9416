"""Where on the web a post or a reply stands, for a person to look at."""

from __future__ import annotations

import re

from desk.post import Post
from desk.replies.reply import Reply

_AT = re.compile(r"at://(did:[a-z0-9:._-]+)/app\.bsky\.feed\.post/([A-Za-z0-9._~-]+)")
_PLAIN = re.compile(r"[A-Za-z0-9_]+")
_BY_ID = {
    "x": "https://x.com/i/status/{}",
    "facebook": "https://www.facebook.com/{}",
}


def address_of(id_: str, channel: str) -> str:
    """The web address of what has this id in a channel; empty where it can't be told from it."""
    if id_.startswith("https://"):
        return id_
    if (record := _AT.fullmatch(id_)) is not None:
        return f"https://bsky.app/profile/{record[1]}/post/{record[2]}"
    template = _BY_ID.get(channel, "")
    return template.format(id_) if template and _PLAIN.fullmatch(id_) else ""


def reply_address(reply: Reply) -> str:
    """Where a reply stands that was sent; at a drill its id there: it is nowhere on the web."""
    return (
        reply.remote if reply.exercise else address_of(reply.remote, reply.channel) or reply.remote
    )


def post_address(post: Post) -> str:
    """Where a post stands."""
    return post.url or address_of(post.id, post.channel)
