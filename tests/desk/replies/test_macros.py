"""The built-in macros: filled for long names and late times they pass the voice check and fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.replies.facts import NOTHING
from desk.replies.fill import Filler, Filling
from desk.replies.finding import cued, fit, fits, found
from desk.replies.measure import LIMITS
from desk.replies.reply import Facts
from desk.replies.voice import Draftable, VoiceCheck
from desk.settings import load_settings
from desk.settings.macros import PLACEHOLDER, Macro

SETTINGS = load_settings()
MACROS = {macro.id: macro for macro in SETTINGS.macros.macro}
NOW = datetime(2031, 9, 4, 9, 30, tzinfo=UTC)
LANGS = ("en", "it", "es")
ZONES = {"en": "America/New_York", "it": "Europe/Rome", "es": "Europe/Madrid"}
PLACES = {
    "en": "Rutherford College",
    "it": "Sant’Antonio di Gallura",
    "es": "L’Alcúdia de Crespins",
}
NAMES = {
    "x": "@Maximilian_W_23",
    "bluesky": "@alexandria-montgomery.bsky.social",
    "mastodon": "@alexandria_montgomery@storm.example.social",
    "facebook": "Maximiliane-Alexandra",
    "instagram": "@maximiliane.alexandra.of.the.river",
}


def facts(macro: Macro, lang: str, **more: object) -> Facts:
    """What makes a macro fit: all that it asks to be known."""
    known: dict[str, object] = {"version": NOTHING, "at": NOW, "place": PLACES[lang]}
    if macro.when != ("no-outage",):
        known |= {
            "outage": "o-1",
            "version": "o-1|likely|",
            "status": "restored" if "restored" in macro.when else "likely",
            "since": NOW - timedelta(days=2, hours=3, minutes=12),
            "crews": "12",
        }
        if "no-etr" not in macro.when and "restored" not in macro.when:
            known["etr"] = NOW + timedelta(days=5, hours=3, minutes=15)
    return Facts(**(known | more))  # type: ignore[arg-type]


def filled(macro: Macro, lang: str, channel: str, mode: str) -> tuple[str, tuple[str, ...], Facts]:
    zone = ZONES[lang]
    filler = Filler(SETTINGS.macros, ZoneInfo(zone), zone)
    known = facts(macro, lang)
    name = "" if macro.announcement else NAMES[channel]
    filling = Filling(facts=known, name=name, lang=lang, mode=mode)
    return *filler.fill(macro, filling), known


@pytest.mark.parametrize("id_", MACROS)
def test_a_built_in_macro_is_whole_passes_the_voice_check_and_fits_every_channel(id_: str) -> None:
    macro = MACROS[id_]
    assert set(macro.text) == set(LANGS)
    assert not macro.storm or set(macro.storm) == set(LANGS)
    for lang in LANGS:
        check = VoiceCheck(SETTINGS.voice, ZoneInfo(ZONES[lang]))
        for channel in LIMITS:
            for mode in ("calm", "storm"):
                text, missing, known = filled(macro, lang, channel, mode)
                assert missing == ()
                assert "{" not in text
                assert "  " not in text
                draft = Draftable(
                    text=text, channel=channel, lang=lang, labels=macro.labels, facts=known
                )
                problems = check.problems(draft)
                assert problems == (), (lang, channel, mode, text, problems)


def test_the_storm_form_is_shorter() -> None:
    for macro in MACROS.values():
        for lang, text in macro.storm.items():
            assert len(text) < len(macro.text[lang])


def test_a_macro_says_the_same_in_every_language() -> None:
    """The same places are filled, but for the outage, which Italian names by its place."""
    for macro in MACROS.values():
        for texts in (macro.text, macro.storm):
            places = [
                {"place" if word == "outage" else word for word in PLACEHOLDER.findall(text)}
                for text in texts.values()
            ]
            assert all(found == places[0] for found in places), macro.id


def test_what_can_not_be_filled_is_named_and_stands_as_a_gap() -> None:
    filler = Filler(SETTINGS.macros, ZoneInfo("America/New_York"), "America/New_York")
    bare = Facts(version=NOTHING, at=NOW)
    text, missing = filler.fill(MACROS["outage-etr"], Filling(facts=bare, name="Ann", lang="en"))
    assert missing == ("outage", "etr")
    assert text.startswith("Ann, we know of [?outage]")
    assert "back [?etr]." in text
    check = VoiceCheck(SETTINGS.voice, ZoneInfo("America/New_York"))
    problems = check.problems(
        Draftable(text=text, channel="x", lang="en", labels=("etr",), facts=bare)
    )
    assert [(p.kind, text[p.start : p.end], p.blocks) for p in problems] == [
        ("placeholder", "[?outage]", True),
        ("placeholder", "[?etr]", True),
    ]


def test_without_a_name_the_greeting_goes_without() -> None:
    filler = Filler(SETTINGS.macros, ZoneInfo("America/New_York"), "America/New_York")
    bare = Facts(version=NOTHING, at=NOW)
    text, missing = filler.fill(MACROS["praise"], Filling(facts=bare, name="", lang="es"))
    assert missing == ()
    assert text.startswith("¡Gracias!")
    text, _ = filler.fill(MACROS["complaint"], Filling(facts=bare, name="", lang="en"))
    assert text.startswith("We hear you, and")


def test_the_utility_is_called_by_its_own_name_where_it_has_one() -> None:
    macro = Macro(id="who", title="Who", text={"en": "Yours, {utility}"})
    filling = Filling(facts=Facts(version=NOTHING, at=NOW), name="", lang="en")
    for own, words in (("", "Yours, your power company"), ("Tri-Power", "Yours, Tri-Power")):
        filler = Filler(SETTINGS.macros, ZoneInfo("Europe/Rome"), "Europe/Rome", own)
        assert filler.fill(macro, filling) == (words, ())


def test_times_are_those_of_the_territory_and_its_emergency_number_is_named() -> None:
    filler = Filler(SETTINGS.macros, ZoneInfo("Europe/Rome"), "Europe/Rome")
    known = facts(MACROS["outage-etr"], "it", etr=NOW + timedelta(hours=6, minutes=30))
    text, _ = filler.fill(MACROS["outage-etr"], Filling(facts=known, name="Ann", lang="it"))
    assert "entro le 18." in text
    text, _ = filler.fill(MACROS["wire-down"], Filling(facts=known, name="Ann", lang="en"))
    assert "call 112" in text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("3", "3 crews are there"),
        ("1", "a crew is there"),
        ("0", ""),
        ("On Site", "a crew is there"),
        ("Enroute", "a crew is on its way"),
        ("Crew assigned", "a crew is assigned"),
        ("unassigned", ""),
        ("waiting for parts", ""),
        ("", ""),
    ],
)
def test_crews_are_told_only_as_the_list_tells_them(said: str, words: str) -> None:
    filler = Filler(SETTINGS.macros, ZoneInfo("Europe/Rome"), "Europe/Rome")
    known = facts(MACROS["crews"], "en", crews=said)
    text, missing = filler.fill(MACROS["crews"], Filling(facts=known, name="Ann", lang="en"))
    assert missing == (() if words else ("crews",))
    assert (words or "[?crews]") in text


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("wire", "wire-down"),
        ("wier down", "wire-down"),
        ("oxygen", "medical-device"),
        ("scam", "scam-warning"),
        ("loop", "restored"),
        ("payng bill", "billing-help"),
        ("fridge", "food-and-medicine"),
        ("etr moved", "etr-moved"),
    ],
)
def test_macros_are_found_by_what_is_typed_with_its_slips(query: str, first: str) -> None:
    scored = found(SETTINGS.macros.macro, query, "en", "calm")
    best = max(scored, key=lambda each: each[1])
    assert best[0].id == first, sorted(((s, m.id) for m, s in scored), reverse=True)[:4]


@pytest.mark.parametrize(
    ("label", "text", "first"),
    [
        ("hazard", "A cable hangs over the gate", "wire-down"),
        ("hazard", "il quadro del palazzo sta BRUCIANDO", "fire-sparks"),
        ("hazard", "un árbol sobre la casa", "tree-on-line"),
        ("hazard", "that sounds bad", "wire-down"),
        ("vulnerable", "my newborn is freezing", "at-risk-at-home"),
        ("vulnerable", "dad needs his oxygen", "medical-device"),
    ],
)
def test_what_was_written_puts_one_macro_of_its_label_first(
    label: str, text: str, first: str
) -> None:
    macros = [macro for macro in SETTINGS.macros.macro if label in macro.labels]
    best = min(macros, key=lambda m: fit(m, (label,), loop=False, gaps=0, about=cued(m, text)))
    assert best.id == first


def test_nonsense_finds_nothing_and_nothing_finds_all() -> None:
    assert found(SETTINGS.macros.macro, "qwxzj kvvk", "en", "calm") == []
    assert len(found(SETTINGS.macros.macro, "  ", "en", "calm")) == len(MACROS)


def test_a_macro_fits_where_all_that_it_asks_for_is_known() -> None:
    known = facts(MACROS["outage-etr"], "en")
    none = Facts(version=NOTHING, at=NOW)
    over = facts(MACROS["restored"], "en")
    assert fits(MACROS["outage-etr"], known, "x", "calm")
    assert not fits(MACROS["outage-etr"], none, "x", "calm")
    assert not fits(MACROS["outage-no-etr"], known, "x", "calm")
    assert fits(MACROS["outage-where"], none, "x", "calm")
    assert fits(MACROS["restored"], over, "x", "calm")
    assert not fits(MACROS["restored"], known, "x", "calm")
    assert fits(MACROS["how-to-report"], none, "x", "calm")
    assert not fits(MACROS["how-to-report"], none, "x", "storm")
