from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text import fold, humps, owner, pieces, token_spans, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Power's out", ["Power's", "out"]),
        ("don’t don&#39;t don&rsquo;t", ["don’t", "don&#39;t", "don&rsquo;t"]),
        ("manca l'elettricità, c'è buio", ["manca", "l", "elettricità", "c", "è", "buio"]),
        ("2,167 out, 50k left by 5:30pm", ["2,167", "out", "50k", "left", "by", "5:30", "pm"]),
        ("p0wer out@ge 5pm 3lectric", ["p0wer", "out@ge", "5pm", "3lectric"]),
        ("see https://x.example/a?b=1 t.co/aB1", ["see", "https://x.example/a?b=1", "t.co/aB1"]),
        ("@one.example hi", ["@one.example", "hi"]),
        ("wind &amp; rain", ["wind", "&amp;", "rain"]),
        ("citt&agrave; buia", ["citt&agrave;", "buia"]),
        ("¿Luz??", ["¿", "Luz", "??"]),
        ("#NoPower #no_power", ["#NoPower", "#no_power"]),
        ("po\u200bwer po\u00adwer", ["po\u200bwer", "po\u00adwer"]),
        ("\x1b[31mpower\x00out\u202e", ["31mpower", "out"]),
        ("", []),
    ],
)
def test_a_text_falls_into_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("PoWeR", "power"),
        ("elettricità", "elettricita"),
        ("elettricita\u0300", "elettricita"),
        ("citt&agrave;", "citta"),
        ("don&#39;t", "dont"),
        ("DON’T", "dont"),
        ("po\u200bwer", "power"),
        ("ｐｏｗｅｒ", "power"),
        ("𝐩𝐨𝐰𝐞𝐫", "power"),
        ("Straße", "strasse"),
    ],
)
def test_words_are_compared_without_case_accents_and_tricks(word: str, folded: str) -> None:
    assert fold(word) == folded


@given(st.text())
def test_folding_twice_is_folding_once(word: str) -> None:
    once = fold(word)
    if "&" not in once:  # "&amp;amp;" stands for "&amp;"
        assert fold(once) == once


@given(st.text())
def test_tokens_lie_in_the_text_in_order(text: str) -> None:
    spans = [(match.start(), match.end()) for match in token_spans(text)]
    assert [text[start:end] for start, end in spans] == tokens(text)
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("PowerOutageDC", ["Power", "Outage", "DC"]),
        ("DCPowerOutage", ["DC", "Power", "Outage"]),
        ("NoPower2019", ["No", "Power", "2019"]),
        ("ApagónEnQuito", ["Apagón", "En", "Quito"]),
        ("poweroutage", ["poweroutage"]),
        ("", []),
    ],
)
def test_camel_case_is_split_at_its_humps(tag: str, words: list[str]) -> None:
    assert [tag[start:end] for start, end in humps(tag)] == words


@given(st.text("aAbBéÉ1_#"))
def test_pieces_and_humps_lose_no_letter(tag: str) -> None:
    parts = [tag[start:end] for start, end in pieces(tag)]
    assert "".join(parts) == tag.replace("_", "").replace("#", "")
    for part in parts:
        assert "".join(part[start:end] for start, end in humps(part)) == part


@pytest.mark.parametrize(
    ("word", "before"), [("power's", "power"), ("POWER’S", "POWER"), ("powers", None), ("it", None)]
)
def test_a_clipped_is_leaves_its_owner(word: str, before: str | None) -> None:
    assert owner(word) == before
