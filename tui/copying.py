"""What is copied of a post: who, when, where, its text and its link, harmless wherever it lands."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from desk.post import LabelledPost
from desk.serving.protocol import Row
from tui.paint import paint, visible

MOST_CHARS = 50_000
"""Characters copied at once: terminals take some 70 kB by OSC 52."""
TEXT_CHARS = 10_000
FIELD_CHARS = 300


def post_words(post: LabelledPost, zone: ZoneInfo | None) -> str:
    """A post for the clipboard: id, channel, author and time, then the text, then the link."""
    author = post.author
    name = f"@{author.handle.removeprefix('@')}" if author and author.handle else ""
    if author and author.name:
        name += f" ({author.name})" if name else author.name
    head = _head(post.id, post.channel, name, post.created_at, zone, exercise=post.exercise)
    link = [_field(post.url)] if post.url else []
    return "\n".join([head, visible(post.text[:TEXT_CHARS]), *link])


def row_words(row: Row, zone: ZoneInfo | None) -> str:
    """As much of a post as its line in the feed holds: the same without its link."""
    author = f"@{row.author}" if row.author else ""
    head = _head(row.id, row.channel, author, row.at, zone, exercise=row.exercise)
    return f"{head}\n{visible(row.text)}"


def joined(posts: list[str]) -> tuple[str, int]:
    """Posts with a blank line between them, and how many there was room for."""
    taken: list[str] = []
    chars = 0
    for words in posts:
        chars += len(words) + 2
        if chars > MOST_CHARS and taken:
            break
        taken.append(words[:MOST_CHARS])
    return "\n\n".join(taken), len(taken)


def _head(
    id_: str, channel: str, author: str, at: datetime, zone: ZoneInfo | None, *, exercise: bool
) -> str:
    local = at.astimezone(zone) if zone else at
    parts = [
        "EXERCISE" if exercise else "",
        _field(id_),
        _field(channel),
        _field(author),
        f"{local:%Y-%m-%d %H:%M:%S %Z}",
    ]
    return " · ".join(part for part in parts if part)


def _field(value: str) -> str:
    return paint(value[:FIELD_CHARS]).text
