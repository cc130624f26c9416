"""What is published of a reply: whom it names, and that it is counted as it goes out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk.channels.wording import mention_of, outgoing
from desk.post import Author, Post


def post(handle: str, channel: str = "mastodon") -> Post:
    author = Author(id="1", handle=handle)
    return Post(
        id="1", channel=channel, author=author, text="", created_at=datetime(2031, 5, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("handle", "mention"),
    [
        ("ann", "@ann"),
        ("@ann@storm.example", "@ann@storm.example"),
        ("ann b@storm.example", ""),
        ("ann\n@bob@evil.example", ""),
        ("", ""),
    ],
)
def test_on_mastodon_who_is_answered_is_named(handle: str, mention: str) -> None:
    assert mention_of(post(handle), "mastodon") == mention
    assert mention_of(post(handle, "bluesky"), "bluesky") == ""
    assert mention_of(None, "mastodon") == ""


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("we know", "@ann@a.example we know"),
        ("@ann@a.example we know", "@ann@a.example we know"),
        ("Hello @Ann@A.example, we know", "Hello @Ann@A.example, we know"),
        ("@ann@a.example.org is another", "@ann@a.example @ann@a.example.org is another"),
        ("@ann@a.example. We know", "@ann@a.example. We know"),
        ("x@ann@a.example", "@ann@a.example x@ann@a.example"),
    ],
)
def test_nobody_is_named_twice(text: str, published: str) -> None:
    assert outgoing(text, "@ann@a.example") == published
    assert outgoing(text) == text
