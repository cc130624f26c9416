"""An explanation says what the verdict says, whatever the text and the rules."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Engine, RulesError, load_packs
from rules.pack import NOTHING, Pack
from rules.workbench.explain import Explainer
from rules.workbench.proof import Example
from rules.workbench.wording import Speller

WHOLE = """language = "en"
[vocabulary]
supply = ["power", "electricity", "the lights"]
[context.planned]
before = ["scheduled", "planned"]
after = ["for maintenance"]
around = ["tomorrow"]
anywhere = ["press release"]
stop = ["but"]
reach = 4
[context.others]
before = ["neighbour*"]
[[rule]]
id = "outage"
label = "outage"
any = ["$supply is|was out|off", "no $supply", "<start> dark", "@energy|grid gone"]
none = ["power bank", "no power over"]
unless = ["planned", "question"]
[[rule]]
id = "etr"
label = "etr"
any = ["back when", "how long <end>"]
near = ["$supply"]
not_near = ["bus"]
reach = 3
gap = 0
[[rule]]
id = "damage"
label = "damage"
any = ["tree on =line"]
all = ["street", "storm*"]
tolerance = 0
limit = 95
[[rule]]
id = "billing"
label = "billing"
need = 4
languages = ["en"]
[rule.points]
3 = ["bill too high", "overcharged"]
2 = ["meter", "invoice"]
1 = ["again"]
-2 = ["thanks"]
[[rule]]
id = "nothing"
label = "nothing"
any = ["power out of", "is off today"]
[[rule]]
id = "news"
label = "news"
any = ["lights out", "customers without $supply"]
when = ["link"]
channels = ["x"]
priority = 2
[[rule]]
id = "hearsay"
label = "outage"
any = ["has no $supply"]
when = ["others"]
status = "draft"
[[rule]]
id = "old"
label = "outage"
any = ["gone dark"]
status = "retired"
"""
RARE = [
    ". ",
    "? ",
    "\n",
    " but ",
    " #NoPower ",
    " pwoer ",
    " http://news.example/1 ",
    " @desk ",
    " .@ElmEnergy's ",
    "  ",
]


class Bench(NamedTuple):
    """Packs, and what explains and judges posts by them."""

    packs: tuple[Pack, ...]
    explainer: Explainer
    engine: Engine


@cache  # no fixture: hypothesis would print the packs with each failure
def bench(name: Literal["whole", "drafts", "built in"]) -> Bench:
    """The set above, without and with its drafts, or the packs that come with the program."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "set.toml"
        path.write_text(WHOLE, encoding="utf-8")
        packs = load_packs() if name == "built in" else load_packs(path)
    drafts = name == "drafts"
    return Bench(packs, Explainer(packs, drafts=drafts), Engine(packs, drafts=drafts))


def test_drafts_work_on_request() -> None:
    text = "our neighbours say the street has no power"
    (draft,) = bench("whole").explainer.explain(text, rule="hearsay").missed
    assert [reason.kind for reason in draft.missing] == ["status"]
    assert bench("drafts").explainer.explain(text, rule="hearsay").fired
    assert bench("drafts").explainer.explain("gone dark", rule="old").missed


def test_an_unknown_rule_is_named_with_the_nearest_one() -> None:
    with pytest.raises(RulesError, match="unknown rule 'biling': did you mean 'billing'"):
        bench("whole").explainer.explain("x", rule="biling")


def holds(by: Bench, item: str | Example) -> None:
    """An explanation says what the verdict says, and adds up."""
    text = item if isinstance(item, str) else item.text
    told = by.explainer.explain(item, most=None)
    (verdict,) = by.engine.classify([item])
    fired = [one for one in told.fired if one.label != NOTHING]
    assert (told.labels, told.lang) == (verdict.labels, verdict.lang)
    assert [
        (one.rule, one.label, one.phrase, one.text, one.start, one.end, one.score) for one in fired
    ] == [msgspec.structs.astuple(match) for match in verdict.matches]
    for one in told.fired:
        assert text[one.start : one.end] == one.text
        assert one.score == 100 - sum(word.edits_cost + word.idle_cost for word in one.words)
    for missed in told.missed:
        assert missed.missing
        assert 0 <= missed.nearness <= 1
        assert all(text[word.start : word.end] == word.text for word in missed.words)
    assert not {one.rule for one in told.fired} & {one.rule for one in told.missed}
    msgspec.json.encode(told)


def written(packs: tuple[Pack, ...], random: Random) -> str:
    """A text of the words that the phrases and cues of packs look for."""
    pack = random.choice(packs)
    speller = Speller(pack.language, random)
    lists = [
        phrases
        for rule in pack.rules
        for phrases in (rule.any, rule.all, rule.none, rule.near, rule.not_near)
    ]
    lists += [one.phrases for rule in pack.rules for one in rule.evidence]
    for context in pack.contexts:
        lists += [context.before, context.after, context.around, context.anywhere, context.stop]
    lists = [phrases for phrases in lists if phrases]
    words: list[str] = []
    for _ in range(random.randint(1, 6)):
        words += speller.spell(random.choice(random.choice(lists)))
        words += random.choices(RARE, k=1) if random.random() < 0.4 else []
    return " ".join(words)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    drafts=st.booleans(),
    facts=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_what_fires_is_what_the_verdict_says(seed: int, drafts: bool, facts: list[bool]) -> None:
    random = Random(seed)
    channel = random.choice(["x", "facebook", None])
    by = bench("drafts" if drafts else "whole")
    holds(by, Example(written(by.packs, random), channel, None, *facts))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_fires_of_the_packs_is_what_the_verdict_says(seed: int) -> None:
    by = bench("built in")
    holds(by, written(by.packs, Random(seed)))


STRANGE = ["power", "\x1b[2J", "\u202eout", "p\u0336ower", "\x00", "#", "@", "?", "<end>", "ﬁ", "İ"]
STRANGE += ["no", "is", "out", "0²", "&amp;no", "$0ut"]


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=80) | st.lists(st.sampled_from(STRANGE)).map(" ".join))
def test_no_text_is_too_strange(text: str) -> None:
    holds(bench("whole"), text)


@pytest.mark.parametrize("word", ["power out ", "#NoPower", "pwoer ", "no ", "dark? "])
def test_no_text_is_too_long(word: str) -> None:
    holds(bench("whole"), word * 30_000)
