from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Engine
from rules.errors import Source
from rules.inflection import forms
from rules.phrase import (
    VARIANTS_MAX,
    Phrase,
    PhraseError,
    parse_entry,
    parse_phrase,
    written_places,
)

HERE = Source("set.toml", 1, 1)
VOCABULARY = {"supply": ("power", "electricity", "the lights"), "many": ("a b",) * 1}


def spell(phrase: Phrase) -> list[str]:
    return [
        " ".join("|".join(sorted(atom.spelling for atom in place)) for place in variant)
        for variant in phrase.variants
    ]


@pytest.mark.parametrize(
    ("written", "variants"),
    [
        ("power out", ["power out"]),
        ("Power ÓUT", ["power out"]),
        ("out|off", ["off|out"]),
        ("$supply out", ["electricity|power out", "the lights out"]),
        ("@Duke_Energy|@POWER out", ["dukeenergy|power out"]),
        ("(the @power)|@123", ["123", "the power"]),
        ("no $supply|current", ["no current|electricity|power", "no the lights"]),
        ("manca l'elettricità", ["manca l elettricita"]),
        ("don't work", ["dont work"]),
        ("blackout|power-cut", ["blackout", "power cut"]),
        ("call 911", ["call 911"]),
        ("lose~ power", ["lose|loses|losing|lost power"]),
        ("outage~|cut", ["cut|outage|outages"]),
        ("power-cut~|outage", ["outage", "power cut|cuts|cutting"]),
        ("<start> power <question>", ["<start> power <question>"]),
        ("(once more)|again dark", ["again dark", "once more dark"]),
        ("back|(up and running)", ["back", "up and running"]),
        ("no  ( current )|( supply )", ["no current|supply"]),
        ("bank|(mortgage broker)|atm", ["atm|bank", "mortgage broker"]),
        ("(a b)|(c d) (e f)|g", ["a b g", "a b e f", "c d g", "c d e f"]),
    ],
)
def test_a_phrase_stands_for_its_variants(written: str, variants: list[str]) -> None:
    assert spell(parse_phrase(written, VOCABULARY, HERE)) == variants


def test_brackets_hold_all_that_an_alternative_may_be_but_vocabularies() -> None:
    rows = parse_phrase("(=lights lose~ flick* <number>)|dark", {}, HERE).variants
    kinds = [[{atom.kind for atom in place} for place in row] for row in rows]
    assert kinds == [[{"word"}], [{"exact"}, {"word"}, {"stem"}, {"mark"}]]


WRITTEN_ALTERNATIVE = st.one_of(
    st.sampled_from(["power", "=cut", "lose~", "flick*", "<link>", "@grid", "$supply"]),
    st.lists(st.sampled_from(["up", "=and", "lose~", "flick*", "<link>"]), min_size=1).map(
        lambda words: f"({' '.join(words)})"
    ),
)
WRITTEN_PLACE = st.lists(WRITTEN_ALTERNATIVE, min_size=1, max_size=3).map("|".join)


@given(st.lists(WRITTEN_PLACE, min_size=1, max_size=4))
def test_blanks_separate_places_but_in_brackets(places: list[str]) -> None:
    assert written_places("  ".join(places)) == places
    sizes = {len(row) for row in parse_phrase(" ".join(places), VOCABULARY, HERE).variants}
    assert min(sizes) >= len(places)


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("power", {"word"}),
        ("=power", {"exact"}),
        ("electr*", {"stem"}),
        ("@power", {"mention"}),
        ("<link>", {"mark"}),
    ],
)
def test_a_sign_says_what_kind_of_atom_it_is(written: str, kinds: set[str]) -> None:
    variants = parse_phrase(written, VOCABULARY, HERE).variants
    assert {atom.kind for variant in variants for place in variant for atom in place} == kinds


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("  ", "is empty"),
        ("power | out", "empty alternative"),
        ("$suply out", "unknown vocabulary '$suply': did you mean 'supply'?"),
        ("el* out", "too short: give 3 letters"),
        ("<lnk>", "unknown mark '<lnk>': did you mean '<link>'?"),
        ("#poweroutage", "write a hashtag as its words"),
        ("@ out", "'@' is too short: give 3 letters or digits or more behind '@'"),
        ("@me out", "write <mention> for any @account"),
        ("@d_e. out", "'@d_e.' is too short"),
        ("=@power out", "'=@power' is no part of a handle: write '@' and letters or digits alone"),
        ("@power* out", "'@power*' is no part of a handle"),
        ("(the @power~)|out", "'@power~' is no part of a handle"),
        ("@elm@power out", "'@elm@power' is no part of a handle"),
        ("@power's out", "'@power's' is no part of a handle"),
        ("👏 crews", "no letter and no digit"),
        ("po*wer", "'*' and '~' stand behind a word"),
        ("po~wer", "'*' and '~' stand behind a word"),
        ("lose~~ power", "'*' and '~' stand behind a word"),
        ("=lose~ power", "leave out '=' or '~'"),
        ("xq~ power", "give 3 letters or more before '~'"),
        ("~ power", "no letter and no digit"),
        ("<start> <end>", "no word to look for"),
        ("power <start>", "<start> stands first"),
        ("<end> power", "<end> last"),
        ("back|(up and running", "'(' at character 6 is not closed"),
        ("back|up and) running", "')' at character 12 closes nothing"),
        ("(up (and) running)", "'(' at character 5 stands within the brackets from character 1 on"),
        ("=(up and running)", "'(' at character 2 has '=' beside it"),
        ("(switch on)~ lights", "')' at character 11 has '~' beside it"),
        ("(up and)(running)", "')' at character 8 has '(' beside it"),
        ("back|( )", "the brackets '()' are empty"),
        ("(up|back on)", "'(up|back on)' holds '|' in brackets"),
        ("(the $supply) out", "'(the $supply)' holds '$supply' in brackets"),
        ("(po*wer out)", "'*' and '~' stand behind a word"),
        ("(power <start>)|out", "<start> stands first"),
    ],
)
def test_a_phrase_that_can_not_be_understood_says_why(written: str, complaint: str) -> None:
    with pytest.raises(PhraseError) as caught:
        parse_phrase(written, VOCABULARY, HERE)
    assert complaint in str(caught.value)


def test_an_entry_takes_no_brackets() -> None:
    with pytest.raises(PhraseError, match="entry may be several words anyway"):
        parse_entry("power (cut)")


def test_too_many_variants_are_refused_with_their_number() -> None:
    many = {"many": tuple(f"word{chr(97 + i)} x" for i in range(20))}
    with pytest.raises(PhraseError, match=f"8,000 variants, at most {VARIANTS_MAX:,}"):
        parse_phrase("$many $many $many", many, HERE)


@given(st.text(max_size=30))
def test_any_text_is_a_sound_phrase_or_a_plain_complaint(written: str) -> None:
    with contextlib.suppress(PhraseError):
        phrase = parse_phrase(written, VOCABULARY, HERE)
        assert phrase.variants
        assert all(variant and all(variant) for variant in phrase.variants)


@pytest.mark.parametrize(
    ("language", "entry", "forms_of_the_last"),
    [
        ("en", "power cut~", "cut"),
        ("es", "volver~", "volver"),
        ("it", "luce saltare~", "saltare"),
    ],
)
def test_an_entry_inflects_the_word_before_the_sign_in_its_language(
    language: str, entry: str, forms_of_the_last: str
) -> None:
    *before, last = parse_entry(entry, language=language)
    assert {atom.spelling for atom in last} == forms(forms_of_the_last, language)
    assert [len(place) for place in before] == [1] * (len(entry.split()) - 1)


def test_inflected_words_cost_no_variants() -> None:
    vocabulary = {"verb": ("volver~", "cortar~", "llegar~")}
    phrase = parse_phrase("$verb $verb $verb|caer~", vocabulary, HERE, language="es")
    assert len(phrase.variants) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("we just LOST power", True),
        ("losing our power again", True),
        ("she loses power every storm", True),
        ("lossing power", True),
        ("power is lovely", False),
    ],
)
def test_a_post_holds_any_form_of_an_inflected_word(
    make: Callable[..., Engine], text: str, found: bool
) -> None:
    (verdict,) = make('any = ["lose~ power"]').classify([text])
    assert bool(verdict.matches) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("our lights are back", True),
        ("lights up and running", True),
        ("lights up and then runing", True),
        ("lights up", False),
        ("lights running", False),
    ],
)
def test_a_post_holds_an_alternative_in_brackets_as_a_whole(
    make: Callable[..., Engine], text: str, found: bool
) -> None:
    (verdict,) = make('any = ["lights back|(up and running)"]').classify([text])
    assert bool(verdict.matches) == found
