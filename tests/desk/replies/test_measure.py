"""Lengths by each channel's own measure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.replies.measure import OTHER_LIMIT, graphemes, limit, measure

FAMILY = "\U0001f468‍\U0001f469‍\U0001f467‍\U0001f466"
LONG_URL = "https://example.org/" + "a" * 80


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Power is back", 13),
        ("perché no", 9),
        ("perche\u0301", 6),  # normalised first
        ("東京", 4),
        ("\U0001f4a1", 2),
        (FAMILY, 2),
        ("\U0001f1ee\U0001f1f9", 2),
        ("1️⃣", 2),
        (LONG_URL, 23),
        (f"see {LONG_URL} now", 31),
        (f"{LONG_URL} {LONG_URL}", 47),
        ("see example.com/outages", 27),
        ("HTTP://EXAMPLE.COM", 23),
        ("bill of 12.50 or 3.5 hours", 26),  # numbers are no domains
        ("write to help@example.com", 25),
        ("“quoted” – and …", 17),  # the ellipsis counts 2
    ],
)
def test_x_weighs_scripts_emoji_and_urls(text: str, count: int) -> None:
    assert measure(text, "x") == count


@pytest.mark.parametrize(
    ("text", "count"),
    [("abc", 3), (FAMILY, 3), ("e\u0301", 1), ("a" * 300, 300), ("\U0001f4a1" * 300, 300)],
)
def test_bluesky_counts_graphemes_and_bytes(text: str, count: int) -> None:
    assert measure(text, "bluesky") == count


def test_what_fits_bluesky_has_at_most_3000_bytes() -> None:
    heavy = FAMILY * 121  # 121 graphemes, 3,025 bytes
    assert graphemes(heavy) == 121
    assert measure(heavy, "bluesky") == 303 > limit("bluesky")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("abc", 3),
        (FAMILY, 1),
        (LONG_URL, 23),
        ("@ann@storm.example hello", 10),
        ("@ann hello", 10),
        ("example.com", 11),  # only a URL with its scheme is one
    ],
)
def test_mastodon_counts_graphemes_urls_and_short_mentions(text: str, count: int) -> None:
    assert measure(text, "mastodon") == count


def test_other_channels_count_characters() -> None:
    assert measure("e\u0301 https://example.org", "facebook") == 22
    assert (limit("x"), limit("bluesky"), limit("mastodon")) == (280, 300, 500)
    assert (limit("facebook"), limit("letter")) == (8000, OTHER_LIMIT)


@given(st.text(max_size=200), st.sampled_from(["x", "bluesky", "mastodon", "facebook"]))
def test_a_longer_text_never_counts_less_than_its_plain_words(text: str, channel: str) -> None:
    assert measure(f"{text} and more", channel) >= measure(" and more", channel)
    assert measure(text, channel) >= 0


@pytest.mark.parametrize("unit", ["a-", "a.", "@a", "http://", "\u0301", "a.b/", "1.2."])
def test_hostile_texts_are_measured_in_linear_time(unit: str) -> None:
    for channel in ("x", "bluesky", "mastodon"):
        assert measure(unit * 20_000, channel) > 0
