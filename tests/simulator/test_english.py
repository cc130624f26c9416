"""The English grammar: whole, in each weather, varied, and its own."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import simulator.voices
from simulator.truth import LABELS
from simulator.voices import FACTS, WEATHERS, grammar

FOLDER = Path(simulator.voices.__file__).parent / "en"
CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
LONGEST = 500
RUN = 6
ACTS = {
    *("loss", "flicker", "ask", "etr", "still", "angry", "helpline", "claim", "crews", "relative"),
    *("etr_missed", "wrong_back", "nested_out", "planned_off", "prep", "all_clear", "me_too"),
    *("thread_ask", "thread_tip", "answer_back", "back", "thanks", "back_angry", "left_out"),
    *("hazard_lineDown", "hazard_treeDown", "hazard_poleDown", "hazard_lightingStrike"),
    *("hazard_animal", "hazard_ice", "hazard_flood", "vulnerable", "damage_wind", "damage_water"),
    *("hurt", "flood_help", "billing", "service", "grumble", "kudos", "life", "storm_talk"),
    *("utility_outage", "utility_back", "utility_etr", "utility_etr_moved", "utility_prep"),
    *("utility_planned", "utility_crews", "reply_outage", "reply_where", "reply_hazard"),
    *("reply_back", "reply_service", "reply_billing", "news_outage", "news_line", "news_back"),
    *("news_total", "news_damage", "news_hurt", "news_forecast", "news_advice", "news_other"),
    *("news_bulletin_wind", "news_bulletin_thunder", "news_bulletin_ice", "news_bulletin_flood"),
    *("news_all_clear", "trap", "elsewhere", "trap_rumour", "trap_scam", "trap_old_photo"),
    *("trap_drill", "trap_bot", "trap_late_repost"),
}
TRAPS = {
    *("hypothetical", "sport", "game", "song", "show", "series", "sarcasm", "internet"),
    *("metaphor", "history", "planned"),
}
_SLOT = re.compile(r"\{([a-z0-9_]+)\}")


def files() -> list[dict[str, Any]]:
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml")]


def blocks() -> list[dict[str, Any]]:
    return [block for file in files() for block in file.get("act", [])]


def weathered() -> list[tuple[str, dict[str, list[str]]]]:
    return [pair for file in files() for pair in file.get("weather", {}).items()]


def told(act: str, weather: str, count: int, seed: int = 1) -> list[str]:
    """`count` texts; a place is named in one of five."""
    voice, draw = grammar("en", weather), random.Random(seed)
    texts = []
    for _ in range(count):
        facts = {fact: f"<{fact}>" for fact in FACTS} | {"zip": "28401", "number": "4"}
        facts |= {"landmark": "", "side": ""}
        texts.append(voice.say(act, facts, draw, located=draw.random() < 0.2).text)
    return texts


def bare(text: str) -> str:
    """`text` without its numbers, as they make no text another."""
    return re.sub(r"\d+", "0", text.lower())


def test_every_act_and_every_ambient_trap_has_texts() -> None:
    assert set(grammar("en").acts) >= ACTS
    assert {block["trap"] for block in blocks() if block["name"] == "trap"} == TRAPS
    assert all(block["texts"] for block in blocks())


def test_labels_and_weathers_are_known() -> None:
    for block in blocks():
        assert len(set(block["labels"])) == len(block["labels"])
        assert set(block["labels"]) <= set(LABELS)
        assert set(block.get("weather", ())) <= set(WEATHERS)
    assert {weather for weather, _ in weathered()} <= set(WEATHERS)


def test_every_slot_is_a_fact_or_a_word_and_no_word_is_idle() -> None:
    words: Counter[str] = Counter()
    texts = [text for block in blocks() for text in block["texts"]]
    for slots in [file.get("words", {}) for file in files()] + [more for _, more in weathered()]:
        for slot, alternatives in slots.items():
            assert alternatives, slot
            texts += alternatives
    for file in files():
        words.update(file.get("words", {}).keys())
    asked = {slot for text in texts for slot in _SLOT.findall(text)}
    assert [slot for slot, times in words.items() if times > 1] == []
    assert asked <= FACTS | set(words)
    by_name = {"where_town", "where_zip", "where_vague", "near_vague", "a_street"}
    assert set(words) - asked == by_name | {"intown_town", "intown_vague"}
    assert {slot for _, more in weathered() for slot in more} <= set(words)


def test_no_text_is_written_twice() -> None:
    texts = Counter((block["name"], text) for block in blocks() for text in block["texts"])
    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.parametrize("weather", WEATHERS)
def test_no_text_is_longer_than_people_write(weather: str) -> None:
    for act in grammar("en").acts:
        assert max(map(len, told(act, weather, 60))) <= LONGEST


@pytest.mark.parametrize(
    ("weather", "never"),
    [
        ("ice", r"\b(hurricane|winds?|gusts?|tropical|lightning|sauna)\b"),
        ("calm", r"\b(hurricane|gusts?|tropical|lightning|storms?|rain\w*|icy?|<storm>)\b"),
        ("thunder", r"\b(hurricane|tropical|icy|ice storm|freezing rain)\b"),
    ],
)
def test_nobody_speaks_of_weather_that_is_not_there(weather: str, never: str) -> None:
    spoken = ("loss", "still", "etr", "angry", "back", "thanks", "vulnerable", "relative")
    for act in (*spoken, "ask", "flicker", "storm_talk", "all_clear", "kudos", "grumble"):
        for text in told(act, weather, 200):
            assert not re.search(never, text, re.IGNORECASE), text


def test_each_weather_has_its_own_talk() -> None:
    for weather in WEATHERS:
        only = [b for b in blocks() if b["name"] == "storm_talk" and b["weather"] == [weather]]
        assert sum(len(block["texts"]) for block in only) >= 8
    calm, wind = (set(map(bare, told("storm_talk", day, 300))) for day in ("calm", "wind"))
    assert len(calm & wind) < 0.02 * len(calm)


@pytest.mark.parametrize(
    ("act", "share"),
    [("life", 0.95), ("storm_talk", 0.88), ("loss", 0.95), ("etr", 0.95), ("still", 0.95),
     ("angry", 0.97), ("back", 0.95), ("trap", 0.75), ("damage_wind", 0.85)],
)  # fmt: skip
def test_an_act_is_hardly_ever_said_in_the_same_words(act: str, share: float) -> None:
    texts = [bare(text) for text in told(act, "wind", 3000)]
    assert len(set(texts)) > share * len(texts)


def test_two_seeds_tell_other_everyday_lives() -> None:
    one, other = (set(map(bare, told("life", "wind", 8000, seed))) for seed in (1, 2))
    assert len(one & other) < 0.1 * len(one)


def test_reports_are_as_long_as_real_ones() -> None:
    # Words of 372 reports of private people in three collections: p10 9, p50 20, p90 43.
    words = sorted(len(text.split()) for act in ("loss", "etr", "still", "angry")
                   for text in told(act, "wind", 500))  # fmt: skip
    assert words[len(words) // 10] <= 13
    assert 15 <= words[len(words) // 2] <= 25
    assert words[len(words) * 9 // 10] >= 28


@pytest.mark.skipif(not CORPORA.is_dir(), reason="needs the corpora in ../shared")
def test_no_template_shares_a_run_of_words_with_a_real_post() -> None:
    ours: set[tuple[str, ...]] = set()
    for file in files():
        texts = [text for block in file.get("act", []) for text in block["texts"]]
        texts += [text for words in file.get("words", {}).values() for text in words]
        for text in texts:
            for piece in _SLOT.split(text)[::2]:
                tokens = re.findall(r"[a-z0-9']+", piece.lower())
                ours |= {tuple(tokens[at : at + RUN]) for at in range(len(tokens) - RUN + 1)}
    real: set[tuple[str, ...]] = set()
    for name in ("labelled", "ga_outage_five_states", "ga_outage_dc_2019", "crisislex_t6"):
        for line in (CORPORA / f"{name}.jsonl").read_text(encoding="utf-8").split("\n"):
            tokens = re.findall(r"[a-z0-9']+", json.loads(line or "{}").get("text", "").lower())
            real |= {
                run
                for at in range(len(tokens) - RUN + 1)
                if (run := tuple(tokens[at : at + RUN])) in ours
            }
    assert real == set()
