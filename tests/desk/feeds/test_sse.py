"""Server-sent events: the same however the bytes are cut, and never more than can be held."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desk.feeds.sse import Event, Events

STREAM = (
    b":)\n"
    b'event: update\ndata: {"id":"1"}\n\n'
    b":thump\n"
    b"event: delete\r\ndata: 12\r\n\r\n"
    b"event:status.update\ndata:two\ndata: lines\n\n"
    b"event: filters_changed\ndata: undefined\n\n"
    b"id: 4\nretry: 10\n\n"
    b"event: nothing\n\n"
    b"data\n\n"
    b"event: cut\ndata: off"
)
EVENTS = [
    Event("update", b'{"id":"1"}'),
    Event("delete", b"12"),
    Event("status.update", b"two\nlines"),
    Event("filters_changed", b"undefined"),
    Event("", b""),
]


@given(st.lists(st.integers(0, len(STREAM))))
def test_events_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    at = sorted({0, *cuts, len(STREAM)})
    events = Events()
    heard = [event for a, b in pairwise(at) for event in events.feed(STREAM[a:b])]
    assert heard == EVENTS


@given(st.lists(st.binary(max_size=200)))
def test_no_bytes_break_it(chunks: list[bytes]) -> None:
    events = Events(most_bytes=50)
    heard = [event for chunk in (*chunks, b"\n\n", STREAM) for event in events.feed(chunk)]
    assert heard[-len(EVENTS) :] == EVENTS
    assert all(event.data is None or len(event.data) <= 100 for event in heard)


def test_what_is_too_long_is_not_held_and_the_next_is_heard() -> None:
    events = Events(most_bytes=1000)
    begun = list(events.feed(b"event: update\ndata: "))
    for _ in range(2000):  # 20 MB in one line
        begun += events.feed(b"x" * 10_000)
    assert begun == []
    assert list(events.feed(b"\n\nevent: update\ndata: 1\n\n")) == [
        Event("update", None, b""),
        Event("update", b"1"),
    ]
    many = [event for _ in range(2000) for event in events.feed(b"data: 123456789\n")]
    assert many == []
    assert events._bytes > 1000
    assert len(events._data) <= 100
    assert list(events.feed(b"\n")) == [Event("", None, b"123456789\n" * 10)]
