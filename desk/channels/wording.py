"""What of a reply is really published: its text, and whom it must name there.

A channel publishes what `outgoing` says; the check of its length and the count that an agent sees
go by the same.
"""

from __future__ import annotations

import re

from desk.post import Post

_ACCT = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?(?:@[A-Za-z0-9.-]+)?")
"""A Mastodon account as others name it; what is anything else is hostile."""


def mention_of(post: Post | None, channel: str) -> str:
    """Whom a reply must name to reach them, as `@name`; empty where the platform does so itself.

    On Mastodon nobody hears of a reply that does not mention them (docs: posting a status).
    """
    if channel != "mastodon" or post is None or post.author is None:
        return ""
    acct = post.author.handle.removeprefix("@")
    return f"@{acct}" if _ACCT.fullmatch(acct) else ""


def outgoing(text: str, mention: str = "") -> str:
    """The text that is published: `mention` stands in front, unless the text names them already."""
    if not mention or _names(text, mention):
        return text
    return f"{mention} {text}"


def _names(text: str, mention: str) -> bool:
    """Whether `text` mentions that very account, and not one whose name begins alike."""
    end = r"(?![\w@]|[.-]\w)"
    return re.search(rf"(?<![\w@/]){re.escape(mention)}{end}", text, re.IGNORECASE) is not None
