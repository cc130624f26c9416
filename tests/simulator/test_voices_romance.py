"""The Italian and Spanish voices, and those that fall back to them."""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import simulator.voices
from simulator.truth import LABELS
from simulator.voices import FACTS, NAMES_THE_PLACE, WEATHERS, grammar

VOICES = ("it", "es", "es-419", "es-en", "it-en")
GIVEN = {fact: f"<{fact}>" for fact in FACTS - {"where", "near", "side", "landmark"}} | {
    "zip": "09124",
    "hours": "12",
    "clock": "21:30",
    "since": "18:10",
    "street": "Via Giuseppe Garibaldi",
    "cross": "Via delle Grazie",
}
LONGEST = 500
SLOT = re.compile(r"\{([a-z0-9_]+)\}")
TRAPS = {
    *("hypothetical", "sport", "game", "song", "show", "series", "sarcasm", "internet"),
    *("metaphor", "history", "planned"),
}


def facts() -> dict[str, str]:
    return dict(GIVEN, where="", near="", side="", landmark="")


@cache
def files(name: str) -> dict[str, dict[str, Any]]:
    """The parts of a grammar, by the name of their file."""
    place = Path(simulator.voices.__file__).parent
    paths = sorted(place.glob(f"{name}/*.toml")) or [place / f"{name}.toml"]
    return {path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}


def acts(name: str) -> list[dict[str, Any]]:
    return [block for part in files(name).values() for block in part.get("act", [])]


def words(name: str) -> dict[str, list[str]]:
    """The words of a grammar with those that it falls back to."""
    own: dict[str, list[str]] = {}
    for part in files(name).values():
        own |= part.get("words", {})
        if base := part.get("falls_back_to"):
            own = words(base) | own
    return own


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize("weather", WEATHERS)
def test_every_act_speaks_in_every_weather_and_never_at_length(name: str, weather: str) -> None:
    voice, draw = grammar(name, weather), random.Random(11)
    for act in voice.acts:
        for located in (True, False) * 8:
            said = voice.say(act, facts(), draw, located=located)
            assert 1 < len(said.text) <= LONGEST, said.text
            assert "{" not in said.text
            assert "  " not in said.text
            assert " ," not in said.text
            assert set(said.labels) <= set(LABELS)


@pytest.mark.parametrize("name", VOICES)
def test_no_text_is_there_twice(name: str) -> None:
    texts = Counter(
        (block["name"], block.get("trap"), text, weather)
        for block in acts(name)
        for text in block["texts"]
        for weather in block.get("weather", WEATHERS)
    )
    assert [key for key, times in texts.items() if times > 1] == []


@pytest.mark.parametrize("name", VOICES)
def test_every_slot_is_a_word_or_a_fact(name: str) -> None:
    known = set(words(name)) | FACTS
    asked = {slot for block in acts(name) for text in block["texts"] for slot in SLOT.findall(text)}
    asked |= {slot for texts in words(name).values() for t in texts for slot in SLOT.findall(t)}
    assert asked - known == set()


@pytest.mark.parametrize("name", ["it", "es"])
def test_a_text_names_a_place_always_or_never(name: str) -> None:
    """Or the truth would say that a post is located when its words are not, by chance."""
    own = words(name)

    @cache
    def names(text: str) -> frozenset[bool]:
        asked = SLOT.findall(text)
        if NAMES_THE_PLACE.intersection(asked):
            return frozenset({True})
        found = {False}
        for slot in asked:
            ways = frozenset().union(*(names(t) for t in own.get(slot, [""])))
            found = {a or b for a in found for b in ways}
        return frozenset(found)

    sometimes = [
        text
        for block in acts(name)
        for text in block["texts"]
        if block["name"] not in {"life", "elsewhere"} and len(names(text)) > 1
    ]
    assert sometimes == []


@pytest.mark.parametrize("name", ["it", "es", "es-419"])
def test_every_trap_has_texts(name: str) -> None:
    voice = grammar("es" if name.startswith("es") else name)
    blocks = acts(voice.language)
    assert {block["trap"] for block in blocks if block["name"] == "trap"} == TRAPS
    for act in ("rumour", "scam", "old_photo", "drill", "bot", "late_repost"):
        assert f"trap_{act}" in grammar(name).acts


@pytest.mark.parametrize(
    ("name", "weather", "share"),
    [("it", "rain", 0.85), ("es", "calm", 0.85), ("es-419", "wind", 0.8), ("es-en", "wind", 0.7)],
)
@pytest.mark.parametrize("act", ["life", "storm_talk", "loss", "still", "back"])
def test_few_say_the_same(name: str, weather: str, share: float, act: str) -> None:
    voice, draw = grammar(name, weather), random.Random(12)
    texts = {
        re.sub(r"\d+|@\S+", "", voice.say(act, facts(), draw, located=n % 2 == 0).text)
        for n in range(3000)
    }
    assert len(texts) > share * 3000


@pytest.mark.parametrize("name", ["it", "es", "es-419"])
def test_nobody_speaks_of_rain_under_a_clear_sky(name: str) -> None:
    wet = re.compile(
        r"(?i)\b(piov\w+|pioggia|diluvi\w+|llueve|lluvia|lloviendo|tuon\w+|truen\w+)\b"
    )
    voice, draw = grammar(name, "calm"), random.Random(13)
    for act in ("loss", "still", "ask", "storm_talk", "back", "angry", "news_damage"):
        for _ in range(400):
            text = voice.say(act, facts(), draw, located=False).text
            assert not wet.search(text), text


def test_america_does_not_speak_as_spain_does() -> None:
    spain = re.compile(r"(?i)\b(vosotros|os|móvil|coches?|ordenador|\w+[áé]is)\b")
    draw = random.Random(14)
    heard = {"es": 0, "es-419": 0}
    for name in heard:
        voice = grammar(name, "wind")
        for act in ("loss", "ask", "etr", "still", "angry", "back", "thread_ask", "life"):
            for _ in range(300):
                text = voice.say(act, facts(), draw, located=False).text
                heard[name] += bool(spain.search(text.replace("consulado móvil", "")))
    assert heard["es"] > 60
    assert heard["es-419"] == 0
