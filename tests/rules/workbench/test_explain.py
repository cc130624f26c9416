from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest

from rules import load_packs
from rules.pack import FACTS
from rules.workbench.explain import Explainer, Explanation

Write = Callable[..., Path]

HEAD = """[context.planned]
before = ["planned"]
after = ["for works"]
around = ["tomorrow"]
anywhere = ["press release"]
stop = ["but"]
reach = 3
"""

Case = tuple[str, str, list[str]]
"""A phrase, or the keys of a rule; a text; and what is told of it."""


def numbered(cases: list[Case]) -> list[tuple[int, str, list[str]]]:
    """The cases with their numbers for their rules."""
    return [(number, text, told) for number, (_, text, told) in enumerate(cases)]


@cache  # one engine for all cases: making it takes half a second
def among(name: Literal["said", "kept"]) -> Explainer:
    """The rules of all cases of a table, `r0` and so on."""
    rules = (
        [f'any = ["{phrase}"]\ngap = 3' for phrase, _, _ in SAID]
        if name == "said"
        else [keys for keys, _, _ in KEPT]
    )
    sets = [f'[[rule]]\nid = "r{i}"\nlabel = "outage"\n{keys}\n' for i, keys in enumerate(rules)]
    vocabulary = '[vocabulary]\nsupply = ["power", "electricity"]\n'
    with TemporaryDirectory() as folder:
        path = Path(folder) / "set.toml"
        path.write_text(f'language = "en"\n{vocabulary}{HEAD}{"".join(sets)}', encoding="utf-8")
        return Explainer(load_packs(path))


def explained(write: Write, keys: str, text: str, *, head: str = "") -> Explanation:
    """What is told of one English rule `r` with label outage."""
    path = write(f'language = "en"\n{head}\n[[rule]]\nid = "r"\nlabel = "outage"\n{keys}\n')
    return Explainer(load_packs(path)).explain(text, rule="r")


SAID: list[Case] = [
    ("power out", "POWER is oút", ["POWER=power", "oút=out+1"]),
    ("$supply out", "pwoer out", ["pwoer=power of $supply -1", "out=out"]),
    ("no power", "n0 powerrrr", ["n0=no", "powerrrr=power"]),
    ("no power", "#NoPower", ["No=no", "Power=power"]),
    ("no power", "nopower", ["no=no", "power=power"]),
    ("total blackout", "total blac kout", ["total=total", "blac kout=blackout -1"]),
    ("lose~ power", "we lost power", ["lost=lost of lose~", "power=power"]),
    ("flicker* lights", "flickering lights", ["flickering=flicker*", "lights=lights"]),
    ("power out", "power's out", ["power's=power", "out=out"]),
    ("electricity gone", "elec gone", ["elec=electricity", "gone=gone"]),
    ("don't have", "don’t have", ["don’t=dont", "have=have"]),
    ("<number> without", "2,300 without", ["2,300=<number>", "without=without"]),
    ("two|<number> without", "two without", ["two=two of two|<number>", "without=without"]),
    ("<start> dark <end>", "dark", ["=<start>", "dark=dark", "=<end>"]),
    (
        "see|<link>|<mention> <question>",
        "http://a.example/1 ?",
        ["http://a.example/1=<link> of see|<link>|<mention>", "?=<question>"],
    ),
    (
        "see|<link>|<mention> now",
        "@desk now",
        ["@desk=<mention> of see|<link>|<mention>", "now=now"],
    ),
]


@pytest.mark.parametrize(("number", "text", "expected"), numbered(SAID))
def test_each_word_is_told_with_what_it_was_taken_for(
    number: int, text: str, expected: list[str]
) -> None:
    (fired,) = among("said").explain(text, rule=f"r{number}").fired
    assert [
        f"{word.text}={word.meant}"
        + (f" of {word.of}" if word.of else "")
        + (f" -{word.edits}" if word.edits else "")
        + (f"+{word.idle}" if word.idle else "")
        for word in fired.words
    ] == expected
    assert all(text[word.start : word.end] == word.text for word in fired.words)


KEPT: list[Case] = [
    ('any = ["power out|off"]', "the power dipped", ["word: the post lacks 'out|off'"]),
    (
        'any = ["power out"]',
        "tower is out",
        [
            (
                "word: the post lacks 'power'; "
                "\"tower\" is a word of its own, never taken for a typo of 'power'"
            )
        ],
    ),
    (
        'any = ["=power out"]',
        "the powxer is out",
        [
            (
                "word: the post lacks '=power'; "
                "\"powxer\" is 1 edit from 'power', which is wanted to the letter"
            )
        ],
    ),
    (
        'any = ["wreckage again", "those awful old wreckages"]',  # nearer
        "wreckagges again",
        ["word: the post lacks 'wreckage'; \"wreckagges\" is not taken for 'wreckage'"],
    ),
    ('any = ["power out"]', "out of power", ["order: its words stand in another order"]),
    (
        'any = ["power out"]\ngap = 1',
        "power has gone right out",
        ['gap: 3 idle words stand between "power" and "out"; the rule\'s gap allows 1'],
    ),
    (
        'any = ["power out"]',
        "Power. We went out",
        ['sentence: a sentence ends between "Power" and "out"'],
    ),
    ('any = ["<start> power out"]', "oh power out", ['gap: 1 idle word stands before "power"']),
    ('any = ["power out <end>"]', "power out oh no", ['gap: 2 idle words stand behind "out"']),
    (
        'any = ["power out"]\ntolerance = 0',
        "pwoer out",
        ['typo: "pwoer" has 1 edit; the rule\'s tolerance is 0'],
    ),
    (
        'any = ["power out"]',
        "la pwoer out para que no se nos vaya",
        [
            "typo: \"pwoer\" is not taken for a typo: the post is in 'es'",
            "language: the post is in 'es', and has no word that only 'en' has",
        ],
    ),
    (
        'any = ["power out"]\nlimit = 92',
        "pwoer is out",
        ["score: its score is 91, the rule's limit is 92"],
    ),
    ('any = ["power out"]\nall = ["now"]', "power out", ["all: the post lacks 'now'"]),
    (
        'any = ["power out"]\nnone = ["power bank*"]',
        "power out, power banks here",
        ["none: \"power banks\" stands in the post ('power bank*')"],
    ),
    (
        'any = ["power out"]\nnear = ["street"]\nreach = 1',
        "power out in my street",
        ["near: none of 'street' stands within 1 word of it"],
    ),
    (
        'any = ["power out"]\nnot_near = ["bank"]',
        "power out at the bank",
        ['not_near: "bank" stands near it'],
    ),
    (
        'any = ["power out"]\nwhen = ["planned", "question", "link"]',
        "power out",
        [
            "when: planned: none of its cues stands where it counts",
            "when: question: its sentence has no question mark",
            "when: link: the post has no link",
        ],
    ),
    (
        'any = ["power out"]\nunless = ["planned"]',
        "planned power out",
        ['unless: planned: "planned" stands before "power out"'],
    ),
    (
        'any = ["power out"]\nunless = ["planned"]',
        "power out for works",
        ['unless: planned: "for works" stands behind "power out"'],
    ),
    (
        'any = ["power out"]\nunless = ["planned"]',
        "power, tomorrow, out",
        ['unless: planned: "tomorrow" stands around "power, tomorrow, out"'],
    ),
    (
        'any = ["power out"]\nunless = ["planned"]',
        "Press release. I say, power out",
        ['unless: planned: "Press release" stands somewhere with "power out"'],
    ),
    (
        'any = ["power out"]\nunless = ["question", "mention"]',
        "power out @desk?",
        [
            "unless: question: its sentence has a question mark",
            "unless: mention: the post has an @account",
        ],
    ),
    (
        "need = 5\npoints = { 3 = ['no light*'], 1 = ['again', 'dark'], -1 = ['party'] }",
        "no lights again at the party",
        ['points: 3 of 5: "no lights" +3, "again" +1, "party" -1'],
    ),
    (
        'any = ["power out"]\nlanguages = ["it", "es"]',
        "the power is out",
        ["language: the post is in 'en', the rule reads it, es"],
    ),
    (
        'any = ["power out"]\nchannels = ["facebook"]',
        "power out",
        ["channel: the post names no channel, the rule reads facebook"],
    ),
    (
        'any = ["power out"]\nstatus = "draft"',
        "power out",
        ["status: it is a draft, and gives labels only with --drafts"],
    ),
    (
        'any = ["power out"]\nstatus = "retired"\nnone = ["bank"]',
        "power out bank",
        ['none: "bank" stands in the post', "status: it is retired, and never runs"],
    ),
    ('any = ["power out"]', "lovely day", ["word: the post has no word of its phrases"]),
    ('any = ["power out"]', "", ["word: the post has no word of its phrases"]),
]


@pytest.mark.parametrize(("number", "text", "expected"), numbered(KEPT))
def test_what_keeps_a_rule_from_firing_is_told(number: int, text: str, expected: list[str]) -> None:
    told = among("kept").explain(text, rule=f"r{number}")
    (missed,) = told.missed
    assert not told.fired
    assert [f"{reason.kind}: {reason.message}" for reason in missed.missing] == expected
    for reason in missed.missing:
        if reason.start is not None and reason.kind != "typo":
            assert f'"{text[reason.start : reason.end]}"' in reason.message


def test_a_rule_of_higher_priority_is_named(write: Write) -> None:
    other = '[[rule]]\nid = "bank"\nlabel = "nothing"\nany = ["power bank out"]'
    (missed,) = explained(write, f'any = ["power out"]\n{other}', "my power bank is out").missed
    (reason,) = missed.missing
    assert reason.message == "\"power bank is out\" belongs to rule 'bank' of priority 1"


def test_what_a_rule_asked_for_beside_its_phrase_is_told(write: Write) -> None:
    keys = (
        'any = ["power out"]\nall = ["storm"]\nnear = ["street"]\nwhen = ["planned", "link"]\n'
        "need = 2\npoints = { 2 = ['candles'] }"
    )
    text = "planned: power out in our street, candles, storm http://a.example/1"
    (fired,) = explained(write, keys, text, head=HEAD).fired
    assert [f"{reason.kind}: {reason.message}" for reason in fired.because] == [
        'all: "storm" stands in the post',
        'near: "street" stands near it',
        'when: planned: "planned" stands before "power out"',
        "when: link: the post has a link",
        'points: 2 of 2: "candles" +2',
    ]


def test_the_nearest_rules_come_first_and_common_words_make_none_near(write: Write) -> None:
    path = write(
        'language = "en"\n'
        + "".join(
            f'[[rule]]\nid = "{name}"\nlabel = "outage"\n{keys}\n'
            for name, keys in [
                ("half", 'any = ["transformer exploded"]'),
                ("common", 'any = ["the meadow"]'),
                ("other", 'any = ["substation flooded"]'),
                ("stopped", 'any = ["the transformer"]\nnone = ["neighbours"]'),
            ]
        )
    )
    told = Explainer(load_packs(path)).explain("the neighbours heard the transformer hum")
    assert [missed.rule for missed in told.missed] == ["stopped", "half"]
    assert [missed.found for missed in told.missed] == [True, False]


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_is_told_where_it_stops_a_rule_and_where_it_lets_it_fire(
    write: Write, fact: str
) -> None:
    path = write(
        'language = "en"\n'
        + "".join(
            f'[[rule]]\nid = "{key}"\nlabel = "news"\nany = ["storm"]\n{key} = ["{fact}"]\n'
            for key in ("when", "unless")
        )
    )
    told = Explainer(load_packs(path)).explain("#storm")
    (fired,), (missed,) = told.fired, told.missed
    assert {fired.rule, missed.rule} == {"when", "unless"}
    (reason,) = missed.missing
    assert reason.kind == missed.rule
    assert reason.message.startswith(f"{fact}: ")
    assert [one.phrase for one in fired.because] == [fact] * (fired.rule == "when")


def test_a_headline_is_told_as_one(write: Write) -> None:
    rule = '[[rule]]\nid = "r"\nlabel = "news"\nany = ["storm"]\nwhen = ["headline"]\n'
    explainer = Explainer(load_packs(write(f'language = "en"\n{rule}')))
    (fired,) = explainer.explain("Storm Cuts Power Across Harbour County").fired
    (missed,) = explainer.explain("storm cuts power across harbour county").missed
    assert fired.because[0].message.startswith("headline: the post reads like a title")
    assert missed.missing[0].message.startswith("headline: the post reads like no title")


def test_a_first_word_that_was_written_in_two_stands_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    phrase = "<start> generator <end>"
    path.write_text(
        f'language = "en"\n[[rule]]\nid = "r"\nlabel = "outage"\nany = ["{phrase}"]\n', "utf-8"
    )
    (fired,) = Explainer(load_packs(path)).explain("gener ator").fired
    assert (fired.start, fired.end, fired.score) == (0, 10, 92)
