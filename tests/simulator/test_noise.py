from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.crowd.people import People
from simulator.noise import decorated, roughen, without_accents
from simulator.storm import NoisePlan
from simulator.storm_file import load_storm
from simulator.truth import Told
from simulator.voices import FACTS, grammar

EN = grammar("en")
PLAN = NoisePlan()


def spoken(count: int) -> list[str]:
    draw = random.Random(1)
    given = dict.fromkeys(FACTS, "Quarry")
    return [EN.say("loss", dict(given), draw, located=False).text for _ in range(count)]


def typed(count: int, storm: str = "hurricane") -> list[tuple[str, str]]:
    """Each word of `count` texts with what became of it, as the storm's people type."""
    draw, people = random.Random(2), People(load_storm(storm))
    pairs: list[tuple[str, str]] = []
    for number, text in enumerate(spoken(count)):
        rough = people.person(3, "x", number).rough
        pairs += zip(text.split(), roughen(text, rough, "", PLAN, EN, draw).split(), strict=True)
    return pairs


def is_slip(before: str, after: str) -> bool:
    """Whether letters went wrong, as against a short form or a lost apostrophe."""
    bare = before.strip(".,!?").lower()
    drawn_out = bare in {"so", "no", "please", "ugh", "help", "why", "stop", "omg"}
    return (
        before.lower() != after.lower()
        and bare not in EN.slang
        and not ("'" in before or before == "I" or drawn_out)
    )


def test_most_non_standard_tokens_are_whole_words_and_few_are_slips() -> None:
    pairs = typed(4000)
    changed = sum(before != after and before.lower() != after for before, after in pairs)
    slips = sum(is_slip(before, after) for before, after in pairs)
    assert 0.04 < changed / len(pairs) < 0.11
    assert 0.008 < slips / len(pairs) < 0.02
    assert slips < changed / 2


def test_no_post_is_garbled() -> None:
    draw = random.Random(5)
    for text in spoken(1500):
        after = roughen(text, 1.8, "", PLAN, EN, draw).split()
        slipped = [(b, a) for b, a in zip(text.split(), after, strict=True) if is_slip(b, a)]
        assert len(slipped) <= 2
        assert all(a[:2].lower() == b[:2].lower() for b, a in slipped if b.isascii()), slipped


def test_the_words_that_matter_are_rarely_mistyped(hurricane: tuple[Told, ...]) -> None:
    words = [word.strip(".,!?") for told in hurricane for word in told.post.text.lower().split()]
    whole = sum(word == "outage" for word in words)
    typos = {"outge", "outag", "otage", "ouage", "outae", "otuage"}
    off_by_one = sum(word in typos for word in words)
    assert whole > 300
    assert off_by_one < 0.02 * whole


@given(st.text(max_size=200), st.floats(0, 5), st.sampled_from(["as is", "lower", "shout"]))
def test_any_text_can_be_typed_carelessly(text: str, rough: float, case: str) -> None:
    typed = roughen(text, rough, case, PLAN, EN, random.Random(3))
    assert isinstance(typed, str)
    assert len(typed.split(" ")) >= len(text.split(" "))


@pytest.mark.parametrize("case", ["as is", "lower", "shout"])
def test_handles_tags_and_links_lead_where_they_led(case: str) -> None:
    text = "look at #QuarryTown with @QuarryPower on https://Quarry.example/Ab"
    for seed in range(60):
        words = roughen(text, 2.6, case, PLAN, EN, random.Random(seed)).split(" ")
        assert {"#QuarryTown", "@QuarryPower", "https://Quarry.example/Ab"} <= set(words)


def test_names_of_places_keep_their_letters() -> None:
    for seed in range(200):
        typed = roughen("no lights in Quarrytown", 5, "", PLAN, EN, random.Random(seed))
        assert "Quarrytown" in typed


@pytest.mark.parametrize(
    ("typed", "plain"), [("Alcúdia", "Alcudia"), ("già", "gia"), ("lol", "lol")]
)
def test_accents_can_be_left_out(typed: str, plain: str) -> None:
    assert without_accents(typed) == plain


def test_emoji_and_tags_come_as_often_as_the_plan_says() -> None:
    draw = random.Random(4)
    texts = [decorated("x", ("Quarry",), PLAN, EN, draw) for _ in range(5000)]
    assert sum("#Quarry" in text for text in texts) / 5000 == pytest.approx(0.14, abs=0.02)
    assert sum(any(e in text for e in EN.emoji) for text in texts) / 5000 == pytest.approx(
        PLAN.emoji, abs=0.02
    )


def test_an_emoji_fits_what_a_post_means() -> None:
    draw, plan = random.Random(6), NoisePlan(emoji=1.0)
    for labels, fitting in (("complaint", EN.sorry), ("praise", EN.glad)):
        for _ in range(200):
            end = decorated("x", (), plan, EN, draw, labels=(labels,)).removeprefix("x ")
            assert any(end in {emoji, 2 * emoji, 3 * emoji} for emoji in fitting)
    assert "🎉" not in EN.sorry
    assert "😤" not in EN.glad
