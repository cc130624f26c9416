from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Engine, load_packs
from rules.language import LANE, LANE_BITS, UNKNOWN
from rules.pack import LANGUAGES
from rules.tongue import Tongues

SETS = {
    "en": 'any = ["no power", "outage", "total"]',
    "es": 'any = ["sin luz", "apagón", "total", "no hay"]',
    "it": 'any = ["manca la corrente", "blackout", "totale"]',
}
ENGLISH = "we had this with our neighbours again and again"
SPANISH = "otra vez en toda la calle desde ayer por la tarde"
ITALIAN = "di nuovo in tutta la via da ieri sera anche per noi"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("sets")
    for language, keys in SETS.items():
        (folder / f"{language}.toml").write_text(
            f'language = "{language}"\n[[rule]]\nid = "{language}"\nlabel = "outage"\n{keys}\n',
            encoding="utf-8",
        )
    return Engine(load_packs(folder))


def in_play(engine: Engine, text: str, lang: str | None = None) -> set[str]:
    """The languages whose rules a text is held against."""
    return {matcher.language for matcher in engine.hear(SimpleNamespace(text=text, lang=lang))[2]}


def fired(engine: Engine, text: str, lang: str | None = None) -> set[str]:
    (verdict,) = engine.classify([SimpleNamespace(text=text, lang=lang)])
    return {match.rule for match in verdict.matches}


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        (ENGLISH, None, {"en"}),
        (SPANISH, None, {"es"}),
        (ITALIAN, None, {"it"}),
        ("zorkx wolfram", None, {"en", "es", "it"}),
        ("", None, {"en", "es", "it"}),
        ("zorkx wolfram", "es", {"es"}),
        ("zorkx wolfram", "es-MX", {"es"}),
        ("zorkx wolfram", "fr", {"en", "es", "it"}),  # no language of the rules
        (ENGLISH, "it", {"it"}),
        (f"{SPANISH} outage", None, {"en", "es"}),
        (f"{SPANISH} Outage!", None, {"en", "es"}),
        (f"{SPANISH} ootage", None, {"es"}),  # a typo is no word of its own
        (f"{SPANISH} total", None, {"es"}),  # a word of several languages
        (f"{ENGLISH} apagón", None, {"en", "es"}),
        (f"{ENGLISH} apagon", None, {"en", "es"}),
        (f"{ENGLISH} corrente outage", None, {"en", "it"}),
        (f"{ITALIAN} outage apagón", None, {"en", "es", "it"}),
        (f"{SPANISH} (outage)", None, {"en", "es"}),
        (f"{SPANISH} storm/outage", None, {"en", "es"}),
        (f"{SPANISH} https://a.example/outage", None, {"es"}),
        (f"{SPANISH} @outage", None, {"es"}),
        (f"{SPANISH} zorkx", None, {"es"}),
    ],
)
def test_a_text_is_held_against_its_language_and_those_whose_own_words_it_holds(
    engine: Engine, text: str, lang: str | None, expected: set[str]
) -> None:
    assert in_play(engine, text, lang) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SPANISH} #Outage", {"en", "es"}),
        (f"{SPANISH} #BigOutage", {"en", "es"}),
        (f"{SPANISH} #big_outage", {"en", "es"}),
        (f"{SPANISH} #outagezork", {"en", "es"}),
        (f"{SPANISH} #zorkx", {"es"}),
        (f"{ENGLISH} #SinLuz", {"en", "es"}),
        (f"{ENGLISH} #sinluz", {"en", "es"}),
        (f"{ENGLISH} #apagonmadrid", {"en", "es"}),
    ],
)
def test_a_hashtag_speaks_for_each_language_whose_phrases_it_fits(
    engine: Engine, text: str, expected: set[str]
) -> None:
    assert expected <= in_play(engine, text)


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        (f"{ENGLISH}, no power", None, {"en"}),
        (f"{SPANISH}, no power lol", None, {"en"}),
        (f"{SPANISH}, sin luz", None, {"es"}),
        (f"{ITALIAN}, manca la corrente", None, {"it"}),
        (f"{ITALIAN} #SinLuz", None, {"es"}),
        (f"{ENGLISH}, apagon", None, {"es"}),
        ("total", None, {"en", "es"}),
        ("total", "en", {"en"}),
        ("total", "it", set()),
        ("totl", "en", {"en"}),
        (f"{SPANISH}, outge outage", None, {"en"}),
        (f"{SPANISH}, outge", None, set()),
        ("sin luz, no power", None, {"en", "es"}),
    ],
)
def test_rules_of_the_languages_in_play_fire(
    engine: Engine, text: str, lang: str | None, expected: set[str]
) -> None:
    assert fired(engine, text, lang) == expected


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        (ENGLISH, "en"),
        (SPANISH, "es"),
        (ITALIAN, "it"),
        ("the", "en"),
        ("zorkx", UNKNOWN),
        ("", UNKNOWN),
        ("the the la la", UNKNOWN),  # eight votes for each time, for two languages
        ("...the!!!", "en"),
        ("#the @the https://the.example/the", UNKNOWN),
        ("THE", "en"),
        ("don't", "en"),
    ],
)
def test_common_words_vote_for_the_language(engine: Engine, text: str, lang: str) -> None:
    assert engine.classify([text])[0].lang == lang


def votes(code: int) -> list[int]:
    """The votes of a code for each language."""
    return [code >> lane * LANE_BITS & LANE for lane in range(len(LANGUAGES))]


@pytest.mark.parametrize(
    ("chunk", "times"),
    [
        ("the", 1),
        ("The,", 1),
        ("(the)", 1),
        ("the/the", 2),
        ("the…the", 2),
        ("zorkx", 0),
        ("https://the.example", 0),
        ("@the", 0),
        ("🔥", 0),
        ("the" + "-the" * 30, 31),  # too long to be remembered
    ],
)
def test_a_chunk_votes_with_its_words(engine: Engine, chunk: str, times: int) -> None:
    # "the" is among the first 200 English words, and the first 5,000 of the others
    assert votes(Tongues(engine.matchers, 10).code(chunk)) == [8 * times, times, times]


@given(texts=st.lists(st.text("theoutagsin# @/.é-", min_size=1, max_size=80), max_size=20))
def test_what_was_seen_before_changes_no_code(texts: list[str], engine: Engine) -> None:
    chunks = [chunk for text in texts for chunk in text.split()]
    forgetful, mindful = Tongues(engine.matchers, 1), Tongues(engine.matchers, 10_000)
    for chunk in (*chunks, *reversed(chunks)):
        assert forgetful.code(chunk) == mindful.code(chunk)
        assert forgetful.held <= 2


def test_a_language_without_rules_is_still_told(tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    path.write_text(
        f'language = "en"\n[[rule]]\nid = "en"\nlabel = "outage"\n{SETS["en"]}\n', encoding="utf-8"
    )
    alone = Engine(load_packs(path))
    assert alone.classify([SPANISH])[0].lang == "es"
    assert in_play(alone, SPANISH) == set()
    assert fired(alone, f"{SPANISH}, no power") == {"en"}


def test_a_very_long_chunk_is_held_against_every_language(engine: Engine) -> None:
    assert in_play(engine, f"{SPANISH} {'zorkx-' * 20}") == {"en", "es", "it"}
