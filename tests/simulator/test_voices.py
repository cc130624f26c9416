from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from faker import Faker

import simulator.voices
from simulator.truth import LABELS
from simulator.voices import (
    FACTS,
    GRAMMARS,
    LANGUAGES,
    Grammar,
    UtilityPosts,
    grammar,
    in_weather,
    spoken_in,
)

GIVEN = {fact: f"<{fact}>" for fact in FACTS} | {"zip": "28401"}
TIMES = 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_speaks_with_all_its_slots_filled(language: str) -> None:
    voice, draw = grammar(language), random.Random(1)
    for act in voice.acts:
        for located in (True, False) * (TIMES // 10):
            said = voice.say(act, dict(GIVEN), draw, located=located)
            assert said.text
            assert "{" not in said.text
            assert "  " not in said.text
            assert set(said.labels) <= set(LABELS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_spoken_in_every_language(language: str) -> None:
    voice, draw = grammar(language), random.Random(2)
    labels = {
        label
        for act in voice.acts
        for _ in range(40)
        for label in voice.say(act, dict(GIVEN), draw, located=True).labels
    }
    assert labels == set(LABELS)


@pytest.mark.parametrize("name", GRAMMARS)
def test_whatever_is_done_in_english_is_done_in_every_voice(name: str) -> None:
    # A voice that has nothing which may follow anything says another everyday thing.
    assert set(grammar(name).acts) >= set(grammar("en").acts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_located_text_names_the_place_and_no_other_does(language: str) -> None:
    voice, draw = grammar(language), random.Random(3)
    names = ("<town>", "<tag>", "28401")
    about_a_place = [act for act in voice.acts if act not in {"life", "elsewhere"}]
    for act in about_a_place:
        for located in (True, False) * (TIMES // 10):
            said = voice.say(act, dict(GIVEN), draw, located=located)
            assert said.located == any(name in said.text for name in names), said.text
            if not located and act in {"loss", "etr", "still", "back", "damage_wind"}:
                assert not said.located


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_loss_of_supply_is_told_in_hundreds_of_ways(language: str) -> None:
    voice, draw = grammar(language), random.Random(4)
    texts = [voice.say("loss", dict(GIVEN), draw, located=False).text for _ in range(TIMES)]
    assert len(set(texts)) > 0.85 * TIMES


@pytest.mark.parametrize(
    ("language", "locale"), [("en", "en_US"), ("it", "it_IT"), ("es", "es_ES")]
)
def test_the_faker_provider_writes_the_same_posts_for_the_same_seed(
    language: str, locale: str
) -> None:
    def posts() -> list[str]:
        fake = Faker(locale)
        fake.seed_instance(5)
        fake.add_provider(UtilityPosts)
        return [fake.utility_post("still", language=language, town="Quarrytown") for _ in range(9)]

    assert posts() == posts()
    assert all("Quarrytown" in post for post in posts())


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("es_ES", "es"),
        ("es", "es"),
        ("en_US", "en"),
        ("en_GB", "en-gb"),
        ("es_MX", "es-419"),
        ("es-CO", "es-419"),
        ("it_IT", "it"),
    ],
)
def test_a_locale_has_its_own_way_to_speak(locale: str, name: str) -> None:
    assert spoken_in(locale) == name


@pytest.mark.parametrize("name", ["es-419", "es-en", "it-en"])
def test_a_mix_speaks_every_act_of_the_language_that_it_falls_back_to(name: str) -> None:
    mix = grammar(name)
    assert mix.language == name[:2]
    assert set(mix.acts) >= set(grammar(mix.language).acts)
    assert mix.key_words >= grammar(mix.language).key_words


def test_a_text_for_one_weather_is_said_in_no_other() -> None:
    data = {
        "language": "en",
        "words": {"sky": ["grey"]},
        "weather": {"ice": {"sky": ["frozen"]}},
        "slang": {},
        "key_words": [],
        "emoji": [],
        "act": [
            {"name": "talk", "labels": [], "texts": ["{sky} skies"]},
            {"name": "talk", "labels": [], "weather": ["wind", "thunder"], "texts": ["gusts"]},
            {"name": "calm", "labels": [], "weather": ["calm"], "texts": ["nothing"]},
        ],
    }

    def said(act: str, weather: str) -> set[str]:
        voice, draw = Grammar("en", in_weather(data, weather)), random.Random(6)
        return {voice.say(act, {"zip": ""}, draw, located=False).text for _ in range(40)}

    assert said("talk", "wind") == {"grey skies", "gusts"}
    assert said("talk", "ice") == {"grey skies", "frozen skies"}
    assert said("talk", "") == {"grey skies"}
    assert said("calm", "ice") == {"nothing"}


def test_whoever_goes_on_stays_with_the_thing_and_labels_as_they_are() -> None:
    block = {
        "name": "loss",
        "labels": ["outage"],
        "texts": ["dark {where0}"],
        "then": ["So is {who}."],
    }
    data = {
        "words": {"where0": ["here"], "who": ["Bo"]},
        "slang": {},
        "key_words": [],
        "emoji": ["x"],
        "act": [block],
    }
    draw = random.Random(1)
    said = Counter(
        Grammar("en", data).say("loss", {}, draw, located=False).text for _ in range(400)
    )
    assert set(said) == {"dark here", "dark here. So is Bo."}
    assert 150 < said["dark here"] < 250


@pytest.mark.parametrize("name", ["en", "it", "es"])
def test_second_sentences_name_no_place(name: str) -> None:
    for file in (Path(simulator.voices.__file__).parent / name).glob("*.toml"):
        for block in tomllib.loads(file.read_text(encoding="utf-8")).get("act", []):
            for text in block.get("then", ()):
                assert not re.search(r"\{(town|tag|zip|where|near|intown)\}", text), text
