"""The voice check: what each built-in rule finds, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.errors import SettingsError
from desk.replies.facts import NOTHING
from desk.replies.reply import Facts, Problem
from desk.replies.times import until
from desk.replies.voice import Draftable, VoiceCheck, language_of
from desk.settings import BUILT_IN, load_settings
from desk.settings.voice import Voice

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2031, 9, 4, 12, 0, tzinfo=UTC)
NONE = Facts(version=NOTHING, at=NOW)
KNOWN = Facts(
    version="o|likely|", at=NOW, outage="o", status="likely", etr=NOW + timedelta(hours=4)
)  # 18:00 in Rome
VOICE = load_settings().voice


def problems(
    text: str,
    lang: str = "en",
    labels: str = "outage",
    facts: Facts = NONE,
    channel: str = "facebook",
    voice: Voice = VOICE,
) -> tuple[Problem, ...]:
    draft = Draftable(
        text=text, channel=channel, lang=lang, labels=tuple(labels.split()), facts=facts
    )
    return VoiceCheck(voice, ROME).problems(draft)


def rules(text: str, lang: str = "en", labels: str = "outage", facts: Facts = NONE) -> list[str]:
    return [problem.rule for problem in problems(text, lang, labels, facts)]


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "We guarantee that crews are coming", ["guarantee"]),
        ("en", "We cannot guarantee anything, sorry", []),
        ("en", "Crews will be there ASAP", ["hasty-words"]),
        ("en", "Please send your account number", ["personal-data"]),
        ("en", "Send your account number by direct message", []),
        ("en", "Please tell us the address", ["personal-data"]),
        ("en", "We passed the address on to our crews", []),
        ("en", "What is your password?", ["secrets"]),
        ("en", "You should have told us; calm down", ["blame", "blame"]),
        ("en", "1,200 customers are out there", ["customers-counted"]),
        ("en", "The feeder tripped", ["jargon"]),
        ("en", "WE KNOW ABOUT THIS AND CREWS ARE WORKING", ["shouting"]),
        ("en", "OK, USA", []),
        ("it", "Garantiamo il ripristino", ["guarantee"]),
        ("it", "non garantiamo un orario", []),
        ("it", "Risolveremo al piu presto", ["hasty-words"]),  # without its accent too
        ("it", "Scrivici l’indirizzo", ["personal-data"]),
        ("it", "Scrivici l’indirizzo in messaggio privato", []),
        ("es", "Lo arreglamos lo antes posible", ["hasty-words"]),
        ("es", "Garantizamos el servicio", ["guarantee"]),
        ("es", "Denos su dirección", ["personal-data"]),
        ("es", "Envíenos la dirección", ["personal-data"]),
        ("es", "Ya tenemos la dirección", []),
        ("es", "Denos su dirección por privado", []),
        ("", "Send your account number; garantiamo", ["guarantee", "personal-data"]),
    ],
)
def test_words_that_must_not_be_there(lang: str, text: str, found: list[str]) -> None:
    assert rules(text, lang) == found


def test_a_problem_says_where_it_is_and_whether_it_blocks() -> None:
    text = "Sorry! We guarantee it, asap"
    first, second = problems(text)
    assert (text[first.start : first.end], first.blocks) == ("guarantee", True)
    assert (text[second.start : second.end], second.blocks) == ("asap", False)


@pytest.mark.parametrize(
    ("lang", "text", "fine"),
    [
        ("en", "We are told of the wire on Elm Street", False),
        ("en", "Please stay well away from that wire", True),
        ("en", "Stay clear of it", True),
        ("it", "Grazie, passiamo la segnalazione", False),
        ("it", "Non avvicinarti a quel cavo", True),
        ("es", "Gracias por el aviso", False),
        ("es", "No se acerque a ese cable", True),
    ],
)
def test_a_danger_needs_its_safety_line(lang: str, text: str, fine: bool) -> None:
    assert ("safety-line" in rules(text, lang, "hazard outage")) is not fine
    assert "safety-line" not in rules(text, lang, "outage")


@pytest.mark.parametrize(
    ("lang", "text", "right"),
    [
        ("en", "We expect power back by 6 pm", True),
        ("en", "We expect power back by 5:55 pm", True),
        ("en", "We expect power back by 4 pm", False),
        ("en", "We expect it back by 6 pm tomorrow", False),
        ("it", "Prevediamo il ripristino entro le 18", True),
        ("it", "Prevediamo il ripristino entro le 16", False),
        ("es", "Servicio previsto antes de las 18:00", True),
        ("es", "Servicio previsto antes de las 20:00", False),
        ("en", "Power has been out since 1 pm", True),
    ],
)
def test_a_time_that_the_desk_does_not_know_is_no_promise(
    lang: str,
    text: str,
    right: bool,
) -> None:
    assert ("promise" not in rules(text, lang, facts=KNOWN)) is right
    promises = "since" not in text
    assert ("promise" in rules(text, lang, facts=NONE)) is promises


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9 * 24 * 60), st.sampled_from(["en", "it", "es"]))
def test_the_desks_own_words_for_its_estimate_always_pass(minutes: int, lang: str) -> None:
    facts = msgspec.structs.replace(KNOWN, etr=NOW + timedelta(minutes=minutes))
    assert facts.etr is not None
    words = {"en": "Back", "it": "Ripristino", "es": "Servicio"}[lang]
    assert rules(f"{words} {until(facts.etr, NOW, ROME, lang)}.", lang, facts=facts) == []


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Our crews are working on it and we will tell you here", "en"),
        ("Le squadre sono al lavoro e ti scriviamo qui appena possibile", "it"),
        ("Las brigadas trabajan en la zona y le avisamos aquí", "es"),
        ("OK", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_text(text: str, lang: str) -> None:
    assert language_of(text) == lang
    for other in ("en", "it", "es"):
        wrong = bool(lang) and other != lang
        assert ("language" in rules(text or "OK", other)) is wrong


def test_a_text_must_fit_its_channel_and_hide_nothing() -> None:
    (long,) = problems("a" * 281, channel="x", lang="")
    assert (long.kind, long.blocks) == ("length", True)
    assert long.words == "281 of 280 that x takes: shorten it by 1"
    assert problems("a" * 281, channel="facebook", lang="") == ()
    assert [p.kind for p in problems("  ")] == ["length"]
    (hidden,) = problems("Hello \u202eolleh")
    assert (hidden.kind, hidden.start, hidden.blocks) == ("hidden", 6, True)
    (place,) = problems("Hello {name}")
    assert (place.kind, place.words) == ("placeholder", "fill in the name, or take it out")


def test_required_words_and_sign_offs_are_rules_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "voice.toml").write_text(
        '[[rule]]\nid = "thanks"\nkind = "required"\nsay = "thank them"\nchannels = ["x"]\n'
        '[rule.words]\nen = ["thank*"]\n'
        '[[rule]]\nid = "signed"\nkind = "sign-off"\nsay = "sign it"\nmark = "^"\nblock = true\n'
    )
    voice = load_settings(tmp_path).voice

    def found(text: str, channel: str) -> list[str]:
        return [problem.rule for problem in problems(text, channel=channel, voice=voice)]

    assert found("Hello", "x") == ["signed", "thanks"]
    assert found("Hello", "facebook") == ["signed"]
    assert found("Thanks for waiting ^AB", "x") == []


def test_faults_of_the_file_are_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "voice.toml").write_text(
        '[[rule]]\nid = "a"\nkind = "banned"\nsay = "no"\n'
        '[[rule]]\nid = "a"\nkind = "promise"\nsay = "no"\n[rule.words]\nen = ["!"]\n'
        '[[rule]]\nid = "b"\nkind = "baned"\nsay = "no"\n'
    )
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert "voice.toml:13:8: 'rule[3].kind' = \"baned\": unknown: " in str(caught.value)
    text = (tmp_path / "voice.toml").read_text().replace("baned", "capitals")
    (tmp_path / "voice.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    lines = [line.removeprefix(f"{tmp_path}/voice.toml:") for line in str(caught.value).split("\n")]
    assert lines == [
        "1:1: rule 'a' has no words: write [rule.words] with en = […]",
        "6:6: there is another rule 'a': give it an id of its own",
        "9:1: a rule of kind 'promise' has no words: take them out",
        "10:7: '!' has no letters",
    ]


def test_faults_of_macros_are_told_plainly(tmp_path: Path) -> None:
    head = (BUILT_IN / "macros.toml").read_text().split("# Dangers")[0]
    (tmp_path / "macros.toml").write_text(
        head + '[[macro]]\nid = "a"\ntitle = "A"\nwhen = ["etr", "no-etr"]\n'
        '[macro.text]\nen = "Hi {nmae}"\n[macro.storm]\nit = "Ciao"\n'
        '[[macro]]\nid = "a"\ntitle = "B"\n[macro.text]\n'
    )
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    told = str(caught.value)
    for words in (
        "unknown place '{nmae}': did you mean 'name'?",
        "no 'text' in 'it': write that one first",
        "there is another macro 'a'",
        "macro 'a' has no text",
        "macro 'a' asks for what can't be",
    ):
        assert words in told


@pytest.mark.parametrize("unit", ["stay ", "a", "by 6 pm ", "[?", "{", "ñ ", "\u202e", "guarante"])
def test_hostile_texts_are_checked_in_linear_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert problems(text, "en", "hazard", KNOWN, "x")
