"""What people are called by, whatever they call themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.post import Author
from desk.replies.calling import LONGEST_HANDLE, called


@pytest.mark.parametrize(
    ("handle", "name", "words"),
    [
        ("@annb", "Ann Bowman", "Ann"),
        ("annb", "ANN BOWMAN", "Ann"),
        ("@jl", "Jean-Luc Pérez", "Jean-Luc"),
        ("@drj", "Dr. Jane Roe", "Jane"),
        ("@ann", "ann", "@ann"),
        ("ann.bsky.social", "", "@ann.bsky.social"),
        ("ann@storm.example", "", "@ann@storm.example"),
        ("@news", "The Daily Post", "@news"),
        ("@post", "Piedmont Post", "@post"),
        ("@x", "Buy at evil.example now", "@x"),
        ("@x", "@mayor Ann", "@x"),
        ("@x", "http://evil.example Ann", "@x"),
        ("@x", "\u202eann Ann", "@x"),
        ("http://evil.example", "x", ""),
        ("@a b", "", ""),
        ("@a\x1b[2J", "", ""),
        ("@" + "a" * 70, "", ""),
        ("", "", ""),
    ],
)
def test_a_first_name_or_a_handle_or_nothing(handle: str, name: str, words: str) -> None:
    assert called(Author(id="1", handle=handle, name=name)) == words


def test_nobody_is_called_nothing() -> None:
    assert called(None) == ""


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_name_is_never_a_link_a_line_or_something_hidden(handle: str, name: str) -> None:
    words = called(Author(id="1", handle=handle, name=name))
    assert len(words) <= LONGEST_HANDLE + 1
    assert all(char.isalnum() or char in "@._-'’" for char in words)
    assert "//" not in words
