"""Posts at the border: what is taken, what is refused, what is filled in."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import PostError
from desk.post import FILL_EPOCH, LabelledPost, decode_post, encode, labelled


def line(**fields: object) -> bytes:
    whole = {"id": "a", "text": "no power", "created_at": "2024-05-01T10:00:00+02:00", **fields}
    return json.dumps({k: v for k, v in whole.items() if v is not None}).encode()


def test_times_are_converted_to_utc() -> None:
    assert decode_post(line(), 1).created_at == datetime(2024, 5, 1, 8, tzinfo=UTC)


def test_a_post_without_channel_is_of_a_file_and_its_own_author() -> None:
    post = decode_post(line(), 1)
    assert (post.channel, post.author_key) == ("file", "post:a")


def test_unknown_fields_and_nulls_are_ignored() -> None:
    post = decode_post(
        b'{"id":7,"text":"","created_at":"2024-05-01T10:00:00Z","x":{},"media":null}', 1
    )
    assert (post.id, post.media) == ("7", ())


def test_fill_supplies_what_is_missing_always_the_same_way() -> None:
    post = decode_post(b'{"text":"dark here"}', 5, fill=True)
    assert post.id == "5"
    assert post.created_at == FILL_EPOCH + timedelta(seconds=4)
    assert post.author is not None
    assert post.author.id == "5"


def test_fill_leaves_what_is_there() -> None:
    assert decode_post(line(author={"id": "me"}), 9, fill=True) == decode_post(
        line(author={"id": "me"}), 1
    )


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"not json", "not a post"),
        (b"[1, 2]", "not a post"),
        (b'{"id":"a"}', "text"),
        (line(id=None), "no `id`"),
        (line(id=""), "no `id`"),
        (line(created_at=None), "--fill"),
        (line(created_at="2024-05-01T10:00:00"), "not a post"),
        (line(created_at="yesterday"), "not a post"),
        (line(geo={"lat": 91, "lon": 0}), "geo"),
        (line(author="me"), "author"),
        (line(created_at="0001-01-01T00:00:00+14:00"), "outside the years 1990 to 2200"),
        (line(created_at="0001-01-01T00:00:00Z"), "0001-01-01T00:00:00[+]00:00 lies outside"),
        (line(created_at="9999-12-31T23:59:59Z"), "outside the years 1990 to 2200"),
        (line(created_at="1989-12-31T23:59:59Z"), "outside the years"),
        (line(created_at="2201-01-01T00:00:00Z"), "outside the years"),
        (b'{"id":"a","text":"\xff","created_at":"2024-05-01T10:00:00Z"}', "not a post"),
        (b'{"id":"a","text":"\\ud800', "not a post"),
        (b'{"id":"a","text":"\\ud8', "not a post"),
    ],
)
def test_what_is_no_post_is_refused_with_the_reason(bad: bytes, reason: str) -> None:
    with pytest.raises(PostError, match=reason):
        decode_post(bad, 3)


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (rb"cut \ud83d", "cut \ufffd"),
        (rb"cut \uD83D here", "cut \ufffd here"),
        (rb"\udca1 the other half", "\ufffd the other half"),
        (rb"\ud83d\ud83d\udca1", "\ufffd\U0001f4a1"),
        (rb"\ud83d\ud83d\u0041", "\ufffd\ufffdA"),
        (rb"whole \ud83d\udca1, cut \ud83d", "whole \U0001f4a1, cut \ufffd"),
        (rb"no escape: \\ud83d, cut \ud83d", "no escape: \\ud83d, cut \ufffd"),
    ],
)
def test_half_an_emoji_is_replaced_and_the_post_kept(escaped: bytes, text: str) -> None:
    raw = b'{"id":"a","text":"%s","created_at":"2024-05-01T10:00:00Z"}' % escaped
    assert decode_post(raw, 1).text == text


@pytest.mark.parametrize("at", ["1990-01-01T00:00:00+14:00", "2200-12-31T23:59:59-12:00"])
def test_times_at_the_ends_of_the_years_are_taken(at: str) -> None:
    assert decode_post(line(created_at=at), 1).created_at == datetime.fromisoformat(at)


@given(st.text())
def test_any_text_of_a_python_writer_is_a_post(text: str) -> None:
    shown = decode_post(json.dumps({"text": text}).encode(), 1, fill=True).text
    assert shown == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@pytest.mark.parametrize("deep", [b'{"a":', b"["])
def test_a_bottomless_line_is_no_post(deep: bytes) -> None:
    with pytest.raises(PostError, match="not a post"):
        decode_post(b'{"id":"1","text":"x","extra":' + deep * 100_000, 1, fill=True)


@given(st.binary())
def test_any_bytes_are_a_post_or_a_post_error(data: bytes) -> None:
    with contextlib.suppress(PostError):
        assert decode_post(data, 1, fill=True).id


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_text_is_kept_as_received(text: str) -> None:
    post = decode_post(line(text=text), 1)
    assert post.text == text
    again = msgspec.json.decode(encode(labelled(post, (), (), None)), type=LabelledPost)
    assert again.text == text


def test_a_printed_post_says_its_type_and_its_place_even_if_unknown() -> None:
    printed = json.loads(encode(labelled(decode_post(line(), 1), ("outage",), (), None)))
    assert printed == {
        "type": "post",
        "id": "a",
        "channel": "file",
        "text": "no power",
        "created_at": "2024-05-01T08:00:00Z",
        "labels": ["outage"],
        "matches": [],
        "location": None,
    }
