"""A reply as Bluesky's record: its key, and the parts of its text that are links and mentions."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.channels import Errand
from desk.channels.bluesky_record import MOST_MENTIONS, mentioned, record, record_key
from desk.channels.bluesky_server import LONGEST_WAIT_S, reset_after_s
from desk.replies.reply import Reply

MEANT = {"ann.example.com": "did:plc:ann", "bsky.app": "did:plc:bsky"}
AT = "2026-07-14T18:20:00.000Z"


def made(text: str, lang: str = "en") -> dict[str, Any]:
    reply = Reply(
        id="r-1",
        case="c-1",
        channel="bluesky",
        to_post="",
        author_key="",
        text=text,
        by="ann",
        state="sending",
        at=datetime(2026, 7, 14, tzinfo=UTC),
        lang=lang,
    )
    return record(Errand(reply, None, "ab" * 16), AT, None, MEANT)


def pointed(text: str) -> list[tuple[str, str]]:
    """The parts of a text that point somewhere, and where."""
    found = []
    for facet in made(text).get("facets", []):
        ((_, where),) = [each for each in facet["features"][0].items() if each[0] != "$type"]
        index = facet["index"]
        found.append((text.encode()[index["byteStart"] : index["byteEnd"]].decode(), where))
    return found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("no link at all, e.g. 3.5 miles. ok", []),
        ("see https://a.example/x?y=1.", [("https://a.example/x?y=1", "https://a.example/x?y=1")]),
        ("map (longleaf.com/map) here", [("longleaf.com/map", "https://longleaf.com/map")]),
        ("¡Ya! 🔌 longleaf.com, ok", [("longleaf.com", "https://longleaf.com")]),
        ("https://a.com/b_(c)", [("https://a.com/b_(c)", "https://a.com/b_(c)")]),
        ("Hola @ann.example.com, ya", [("@ann.example.com", "did:plc:ann")]),
        ("é @Ann.Example.com.", [("@Ann.Example.com", "did:plc:ann")]),
        ("@nobody.example hello", []),
        ("mail me@ann.example.com", []),
        ("#outage now #2nd #1", [("#outage", "outage"), ("#2nd", "2nd")]),
    ],
)
def test_links_mentions_and_tags_point_at_their_bytes(
    text: str, parts: list[tuple[str, str]]
) -> None:
    assert pointed(text) == parts


@given(st.text(max_size=120))
def test_whatever_is_written_its_parts_lie_in_it_in_order(text: str) -> None:
    whole = made(text.encode("utf-8", "ignore").decode())
    length = len(whole["text"].encode())
    starts = [facet["index"]["byteStart"] for facet in whole.get("facets", [])]
    assert starts == sorted(starts)
    for facet in whole.get("facets", []):
        index = facet["index"]
        assert 0 <= index["byteStart"] < index["byteEnd"] <= length
        assert whole["text"].encode()[index["byteStart"] : index["byteEnd"]].decode()


@given(st.integers(0, 2**128 - 1))
def test_a_key_is_a_tid_and_the_same_each_time(number: int) -> None:
    key = record_key(f"{number:032x}")
    assert re.fullmatch(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", key)
    assert record_key(f"{number:032x}") == key


def test_keys_of_many_replies_are_all_others() -> None:
    keys = {
        record_key(f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}")
        for number in range(5000)
    }
    assert len(keys) == 5000


def test_a_record_says_its_language_and_time_and_mentions_are_not_without_end() -> None:
    assert made("hi", "es")["langs"] == ["es"]
    assert "langs" not in made("hi", "")
    assert made("hi")["createdAt"] == AT
    many = " ".join(f"@a{number}.example" for number in range(40))
    assert len(mentioned(many)) == MOST_MENTIONS


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"RateLimit-Reset": "1060"}, 60.0),
        ({"RateLimit-Reset": "900"}, 1.0),
        ({"RateLimit-Reset": "99999999999"}, LONGEST_WAIT_S),
        ({"RateLimit-Reset": "soon", "Retry-After": "30"}, 30.0),
        ({"Retry-After": "-1"}, 0.0),
        ({}, 0.0),
    ],
)
def test_how_long_a_server_wants_to_be_left_alone(headers: dict[str, str], wait_s: float) -> None:
    assert reset_after_s(headers, 1000.0) == wait_s
