from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from tui.paint import MARKS_PER_LETTER, cut, fit, paint, visible

NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x1b\x07\x7f\x9b\r\n\t\u202e\u2066\u200b\u200d\ufe0f\u0301\u2028\ufeff"
        ),
        st.sampled_from("\U0001f469\U0001f3fd\U0001f1ee\u20e3\u0939\ua9c5\U000e0041電가[]"),
        st.characters(categories=["Cs", "Co", "Mn", "Me", "Cf"]),
    )
)


@pytest.mark.parametrize(
    ("posted", "painted"),
    [
        ("plain words", "plain words"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("bell\x07 nul\x00 del\x7f", "bell␇ nul␀ del␡"),
        ("c1 \x9b2J", "c1 ‹U+009B›2J"),
        ("abc\u202edef", "abc‹U+202E›def"),
        ("zero\u200bwidth\ufeff", "zero‹U+200B›width‹U+FEFF›"),
        ("a\u2028b", "a‹U+2028›b"),
        ("one\ntwo\r\nthree", "one⏎two⏎three"),
        ("lone\rreturn", "lone␍return"),
        ("a\tb", "a␉b"),
        ("no\u00a0break", "no break"),
        ("\ud800", "‹U+D800›"),
        ("[red][@click=app.quit]x[/]", "[red][@click=app.quit]x[/]"),
        ("caf\u0065\u0301", "caf\u0065\u0301"),
        ("\u0301x", "◌\u0301x"),
        ("z" + "\u0335" * 40, "z" + "\u0335" * MARKS_PER_LETTER),
        ("\u2764\ufe0f", "\u2764"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("\U0001f469\u200d\U0001f467", "\U0001f469\U0001f467"),
        ("\U0001f1ee\U0001f1f9", "IT"),
        ("1\ufe0f\u20e3", "1"),
        ("停電", "停電"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_posted_becomes_visible_text(posted: str, painted: str) -> None:
    assert paint(posted).text == painted


@given(NASTY)
def test_painted_text_has_only_characters_that_a_terminal_prints(text: str) -> None:
    painted = paint(text)
    assert painted.text.isprintable()
    categories = {unicodedata.category(char) for char in painted.text}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Me"}


@given(NASTY)
def test_the_width_is_the_sum_of_the_characters(text: str) -> None:
    painted = paint(text)
    assert painted.width == sum(get_character_cell_size(char) for char in painted.text)


@given(NASTY, st.data())
def test_a_span_covers_what_its_characters_became(text: str, data: st.DataObject) -> None:
    painted = paint(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = painted.span(start, end)
    before, inside, after = (
        painted.text[:first],
        painted.text[first:last],
        painted.text[last:],
    )
    assert before + inside + after == painted.text
    for char in text[start:end]:
        if char.isprintable() and get_character_cell_size(char) == 1:
            assert char in inside


@given(NASTY, st.integers(-9, 999), st.integers(-9, 999))
def test_a_span_outside_the_text_stays_within_it(text: str, start: int, end: int) -> None:
    first, last = paint(text).span(start, end)
    assert 0 <= first <= last <= len(paint(text).text)


@given(NASTY, st.integers(0, 40))
def test_fitted_text_takes_exactly_its_cells(text: str, width: int) -> None:
    painted = paint(text).text
    assert cell_len(cut(painted, width)) <= width
    assert cell_len(fit(painted, width)) == width


def test_a_long_post_is_painted_in_one_go() -> None:
    painted = paint("é\x1b" * 500_000)
    assert len(painted.text) == 1_000_000


@pytest.mark.parametrize(
    ("text", "keep", "shown"),
    [
        ("a\nb\x1bc\n", "\n", "a\nb␛c\n"),
        ("a\nb\tc", "\n\t", "a\nb\tc"),
        ("a\nb", "", "a⏎b"),
        ("plain", "\n", "plain"),
    ],
)
def test_visible_keeps_the_named_characters(text: str, keep: str, shown: str) -> None:
    assert visible(text, keep=keep) == shown
