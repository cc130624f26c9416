from __future__ import annotations

import pytest

from simulator.realism.words import Writing, mistyped, small_words


@pytest.mark.parametrize("word", ["powr", "pwoer", "powwer", "outtage", "outge", "ouatge"])
def test_slips_in_short_key_words(word: str) -> None:
    assert mistyped(word, ("power", "outage"))


@pytest.mark.parametrize("word", ["power", "powers", "ower", "pour", "npower", "outages", "pwr"])
def test_what_is_no_slip(word: str) -> None:
    assert not mistyped(word, ("power", "outage"))


def test_two_slips_are_forgiven_in_long_words_alone() -> None:
    assert mistyped("elecricty", ("electricity",))
    assert not mistyped("pwe", ("power",))


def test_names_links_tags_and_numbers_are_no_words() -> None:
    text = "Power out in Durham https://t.co/x #ncwx @LongleafPower since 6pm, don't know why"
    assert list(small_words(text)) == ["out", "in", "since", "don't", "know", "why"]


def writing(language: str, *texts: str) -> Writing:
    counted = Writing()
    for text in texts:
        counted.add(text, language)
    return counted


def test_non_standard_words_are_counted_among_words_in_small_letters() -> None:
    assert writing("en", "we have no light in the house").non_standard == 0
    counted = writing("en", "idk why the lihgts are off, cant see u")
    assert (counted.words, counted.non_standard) == (9, 4)
    assert counted.non_standard_share == 4 / 9
    assert writing("it", "nn c'è luce xke piove").non_standard == 2
    assert writing("es", "q pasa con la luz").non_standard == 1


def test_typos_of_key_words_are_counted_among_their_occurrences() -> None:
    counted = writing("en", "the power is out", "no power", "powr is out", "no electricty")
    assert (counted.short_exact, counted.short_typos, counted.short_typo_share) == (2, 1, 1 / 3)
    assert counted.long_typo_share == 1.0
    nearer = writing("en", "an electricia came, no electricity", "transfomers hum", "no tranformer")
    assert (nearer.long_exact, nearer.long_typos) == (1, 2)


def test_the_short_form_of_power_is_counted_beside_the_word() -> None:
    counted = writing("en", "no pwr", "power out, Power back", "no power")
    assert counted.short_form_share == 1 / 3


def test_nothing_is_measured_of_nothing() -> None:
    assert writing("en").non_standard_share is None
    assert writing("en", "42").short_typo_share is None
    assert writing("fr", "pas de courant").words == 0
