"""HTML of posts as plain text: what people read, whatever a server sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.feeds.markup import plain_text

LINK = (
    '<a href="https://www.power.example/outages/alderton/map" target="_blank" rel="nofollow'
    ' noopener" translate="no"><span class="invisible">https://www.</span><span class="ellipsis">'
    'power.example/outages/alderton</span><span class="invisible">/map</span></a>'
)
MENTION = (
    '<span class="h-card" translate="no"><a href="https://toot.example/@power" class="u-url'
    ' mention">@<span>power</span></a></span>'
)
TAG = '<a href="https://toot.example/tags/Outage" class="mention hashtag" rel="tag">#<span>Outage'


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("no tags &amp; none needed", "no tags & none needed"),
        ("<p>one</p><p>two<br />three<br>four</p>", "one\n\ntwo\nthree\nfour"),
        (f"<p>{MENTION} no power {TAG}</span></a></p>", "@power no power #Outage"),
        (f"<p>see {LINK}</p>", "see https://www.power.example/outages/alderton/map"),
        ('<a href="https://a.example/x">the map</a>', "the map (https://a.example/x)"),
        (
            '<a href="https://a.example/x?a=1&amp;b=2">a.example/x</a>',
            "https://a.example/x?a=1&b=2",
        ),
        ('<a href="javascript:alert(1)">the map</a>', "the map"),
        ('<a href="https://toot.example/@ann">@ann</a> hello', "@ann hello"),
        (
            "<a href='https://a.example'>first<a href='https://b.example'>second",
            "first (https://a.example)second (https://b.example)",
        ),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("<p>cut <a hre", "cut <a hre"),
        ("<script>alert(1)</script><style>p{}</style><p>power</p>", "power"),
        ("<!-- <p>no --><p>&#x27;yes&#39; &nbsp;&lt;b&gt;</p>", "no -->\n\n'yes' \xa0<b>"),
        ("a\r\n\tb", "a b"),
        ("&#0;&#xD800;&#99999999999999999999;&#x110000;", "\ufffd\ufffd\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_what_people_read(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "a",
                " ",
                "/",
                "=",
                '"',
                "'",
                "&",
                "#",
                ";",
                "!",
                "-",
                "href",
                "https://x",
                "script",
                "p",
                "br",
                "class",
                "9",
                "\n",
            ]
        )
    )
)
def test_no_markup_breaks_it_nor_leaves_a_control_of_its_own(pieces: list[str]) -> None:
    text = plain_text("".join(pieces))
    assert "\n\n\n" not in text
    assert text == text.strip()


@given(st.text())
def test_text_that_is_escaped_comes_back(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    assert plain_text(f"<p>{escaped}</p>").split() == text.split()


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        '<a href="',
        "<a>",
        "<!--",
        "&#",
        "&#9",
        "<script>",
        " ",
        "<p>",
        "</script",
        "< ",
        '<a href="https://x">@',
        '<a href="https://x">q',
        "<a class='",
        "<a href= ",
        "\n ",
    ],
)
@pytest.mark.parametrize("end", ["", ">"])
def test_hostile_markup_is_read_in_linear_time(piece: str, end: str) -> None:
    # quadratic time would be many seconds for each of these, and minutes for all
    assert len(plain_text(piece * 30_000 + end)) <= 20 * 30_000
