from __future__ import annotations

import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from rules.language import common_words
from rules.lexicon import Lexicon
from rules.phrase import Atom
from rules.typos import tolerance

WORDS = ("power", "outage", "electricity", "transformer", "back", "no", "off", "out")
LEXICON = Lexicon(
    [Atom("word", word) for word in WORDS] + [Atom("stem", "flicker"), Atom("exact", "blackout")],
    common_words(),
)


def read(word: str) -> dict[str, int]:
    return {atom.spelling: edits for atom, edits in LEXICON.read(word).items()}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("power", {"power": 0}),
        ("pwoer", {"power": 1}),
        ("powr", {"power": 1}),
        ("ppower", {"power": 1}),
        ("eletricity", {"electricity": 1}),
        ("eletrcity", {"electricity": 2}),
        ("trasnfromer", {"transformer": 2}),
        ("outagee", {"outage": 1}),
        ("ouut", {}),
        ("poooower", {"power": 0}),
        ("noooo", {"no": 0}),
        ("offff", {"off": 0}),
        ("baaaack", {"back": 0}),
        ("pooowr", {"power": 1}),
        ("flickering", {"flicker": 0}),
        ("flickring", {"flicker": 1}),
        ("flick", {}),
        ("bakc", {"back": 1}),
        ("pwr", {"power": 0}),
        ("blackout", {"blackout": 0}),
        ("blackot", {}),
        ("p0wer", {}),
        ("x" * 50, {}),
        ("", {}),
    ],
)
def test_what_a_word_is_taken_for(word: str, found: dict[str, int]) -> None:
    assert read(word) == found


@pytest.mark.parametrize(
    "word",
    [
        "tower",
        "lower",
        "powder",
        "outrage",
        "powers",
        "shower",
        "pack",
        "our",
        "outages",
        "dont",
        "cant",
        "gonna",
        "wanna",
        "ur",
        "pls",
        "lol",
        "poder",
        "potere",
        "fuera",
    ],
)
def test_a_common_real_word_is_never_a_typo(word: str) -> None:
    assert word in common_words()
    assert read(word) == {}


@given(st.sampled_from(WORDS), st.data())
def test_one_edit_in_a_longer_word_is_forgiven(word: str, data: st.DataObject) -> None:
    assume(tolerance(word))
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    other = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            ]
        )
    )
    assume(len(other) > 3 and other not in common_words() and other not in WORDS)
    is_drawn_out = re.search(r"(.)\1\1", other) is not None
    assert read(other).get(word) in ((0, 1) if is_drawn_out else (1,))


@given(st.sampled_from(WORDS), st.text("poweutagn", max_size=3), st.integers(0, 8))
def test_the_look_up_finds_what_measuring_every_word_finds(
    word: str, letters: str, at: int
) -> None:
    other = word[:at] + letters + word[at + len(letters) // 2 :]
    assume(len(other) > 3 and other.isalpha() and other not in common_words())
    assume(other not in LEXICON and not re.search(r"(.)\1\1", other))
    assume("flicker" not in other and other != "pwr")
    distances = {near: OSA.distance(other, near) for near in WORDS}
    forgiven = {
        near: edits
        for near, edits in distances.items()
        if edits <= tolerance(near)
        and (edits < 2 or (len(other) >= 5 and (len(near) > 5 or near[0] == other[0])))
    }
    least = min(forgiven.values(), default=0)
    assert read(other) == {near: edits for near, edits in forgiven.items() if edits == least}


@given(st.text(string.ascii_lowercase, min_size=1, max_size=12))
def test_no_word_is_read_beyond_its_tolerance(word: str) -> None:
    for found, edits in read(word).items():
        assert edits <= tolerance(found)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("poweroutage", ["power", "outage"]),
        ("nopower", ["no", "power"]),
        ("poweroutagedc", ["power", "outage", "dc"]),
        ("dcpoweroutage", ["dc", "power", "outage"]),
        ("poweroutage2019", ["power", "outage", "2019"]),
        ("blackout", ["blackout"]),
        ("football", ["football"]),
        ("xqzvk", ["xqzvk"]),
    ],
)
def test_a_joined_tag_falls_into_words_of_the_phrases(tag: str, words: list[str]) -> None:
    assert [tag[start:end] for start, end in LEXICON.parts.split(tag)] == words


@given(st.text("poweroutagenback1é", max_size=45))
def test_a_split_tag_loses_no_letter(tag: str) -> None:
    assert "".join(tag[start:end] for start, end in LEXICON.parts.split(tag)) == tag


def test_a_word_written_in_two_or_joined_with_its_neighbour_is_read_as_meant() -> None:
    assert LEXICON.in_two("out", "age") == {Atom("word", "outage"): 1}
    assert LEXICON.in_two("black", "out") == {}  # =blackout is wanted to the letter
    assert LEXICON.is_fragment("tricity")
    assert not LEXICON.is_fragment("out")  # a common word is none
    assert LEXICON.parts.joined("nopower") == 2
    assert LEXICON.parts.joined("powerplant") == 0
    assert LEXICON.parts.joined("nooff") == 0  # two words as short as these are more often chance
