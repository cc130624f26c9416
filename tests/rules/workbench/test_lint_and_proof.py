from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rules import Engine, load_packs
from rules.loader import load_sets
from rules.workbench.lint import warnings
from rules.workbench.proof import failures, proofs

Write = Callable[..., Path]

HEAD = 'language = "en"\n[[rule]]\nid = "a"\nlabel = "outage"\n'
TEST = (
    '\n[[rule.test]]\ntext = "power out"\nmatch = true'
    '\n[[rule.test]]\ntext = "power on"\nmatch = false\n'
)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ('any = ["power out"]' + TEST, []),
        ('any = ["power out"]', ["3:6: rule 'a' has no test"]),
        (
            'any = ["power out"]' + TEST.replace("true", "false"),
            ["3:6: rule 'a' has no test that matches"],
        ),
        (
            'any = ["power out"]' + TEST.replace("false", "true"),
            ["3:6: rule 'a' has no test of what it must not catch: add a text that comes close"],
        ),
        ('any = ["power out"]\nstatus = "draft"' + TEST.replace("false", "true"), []),
        ('any = ["out", "out"]\nnone = ["out"]\nstatus = "retired"', []),
        (
            'any = ["power out", "Power OUT"]' + TEST,
            ["5:21: phrase 'Power OUT' of 'a' is already said by 'power out' in line 5"],
        ),
        (
            'any = ["power|lights out", "lights out"]\nnone = ["x", "x"]' + TEST,
            ["6:14: phrase 'x' of 'a' is already said by 'x' in line 6: remove one from 'none'"],
        ),
        (
            'any = ["power out"]\nnone = ["POWER out"]' + TEST,
            ["5:8: phrase 'power out' of 'a' can never give its label: 'POWER out' in 'none'"],
        ),
        (
            "need = 2\npoints = { 2 = ['power out'], -1 = ['game', 'power out'] }" + TEST,
            ["6:45: phrase 'power out' of 'a' is already said by 'power out' in line 6: remove"],
        ),
        (
            "need = 4\npoints = { 3 = ['power out'], -1 = ['game'] }" + TEST,
            ["3:6: rule 'a' can never fire: its points come to 3 at most, and it needs 4"],
        ),
        (
            'any = ["power out"]\nwhen = ["link", "reply"]\nunless = ["reply"]' + TEST,
            ["3:6: rule 'a' can never fire: 'reply' is in 'when' and in 'unless'"],
        ),
        ('any = ["out", "back|off"]' + TEST, ["3:6: rule 'a' fires on common words alone"]),
        ('any = ["out", "blackout"]' + TEST, []),
        ('any = ["out*"]' + TEST, []),
        ('any = ["out"]\nnear = ["power"]' + TEST, []),
        ('any = ["out"]\nall = ["power"]' + TEST, []),
        ('any = ["out"]\nwhen = ["question"]' + TEST, []),
        (
            'any = ["sitting out|in the dark"]' + TEST,
            ["5:8: 'out|in the' is read as 'out' or 'in', and then 'the': if 'in the …' is one"],
        ),
        ('any = ["sitting at|in the dark", "out|off the grid", "lit|in doubt"]' + TEST, []),
        ('any = ["sitting out|(in the dark)", "(lights out)|in (the dark)"]' + TEST, []),
        (
            'any = ["(all alone)|in the dark"]' + TEST,
            ["5:8: '(all alone)|in the' is read as '(all alone)' or 'in', and then 'the': if"],
        ),
    ],
)
def test_doubtful_places_are_warned_of(write: Write, keys: str, expected: list[str]) -> None:
    path = write(HEAD + keys)
    found = [str(one).removeprefix(f"{path}:") for one in warnings(load_packs(path))]
    assert len(found) == len(expected), found
    for warning, beginning in zip(found, expected, strict=True):
        assert warning.startswith(beginning)


def test_a_rule_for_nothing_needs_no_test(write: Write) -> None:
    path = write(HEAD.replace("outage", "nothing") + 'any = ["power bank"]')
    assert warnings(load_packs(path)) == []


def test_what_nothing_uses_is_warned_of(write: Write) -> None:
    path = write(
        """language = "en"
[vocabulary]
used = ["power", "$inner"]
inner = ["grid"]
cue = ["any idea"]
idle = ["$idle_inner"]
idle_inner = ["lamp"]
[context.asked]
before = ["$cue"]
[context.idle]
anywhere = ["game"]
[[rule]]
id = "a"
label = "outage"
any = ["no|$used here"]
unless = ["asked"]
"""
        + TEST
    )
    loaded = load_sets(path)
    found = warnings(loaded.packs, loaded.vocabularies)
    assert [str(one).removeprefix(f"{path}:").split(":")[:2] for one in found] == [
        ["6", "1"],
        ["7", "1"],
        ["10", "10"],
    ]
    assert [one.message.partition(":")[0] for one in found] == [
        "no phrase uses vocabulary 'idle'",
        "no phrase uses vocabulary 'idle_inner'",
        "no rule uses context 'idle'",
    ]


def test_a_test_that_does_not_hold_says_what_fired_instead(write: Write) -> None:
    tests = "".join(
        f'[[rule.test]]\ntext = "{text}"\nmatch = {match}\n'
        for text, match in [
            ("power out", "true"),
            ("power fine", "true"),
            ("the power is out", "false"),
            ("no lights", "true"),
        ]
    )
    other = '[[rule]]\nid = "b"\nlabel = "outage"\nany = ["no lights"]\n'
    path = write(HEAD + 'any = ["power out"]\n' + tests + other)
    packs = load_packs(path)
    found = [str(failure).removeprefix(f"{path}:") for failure in failures(packs, Engine(packs))]
    fired = "it fired: 'power out' on 'power is out' (99)"
    assert found == [
        "10:8: 'a' is to fire on 'power fine', but nothing fired",
        f"13:8: 'a' is not to fire on 'the power is out', but {fired}",
        "16:8: 'a' is to fire on 'no lights', but it did not; fired: b (outage)",
    ]


@pytest.mark.parametrize(
    ("keys", "told", "holds"),
    [
        ('channels = ["x"]', 'channel = "x"', True),
        ('channels = ["x"]', 'channel = "y"', False),
        ('channels = ["x"]', "", False),
        ('languages = ["es"]', 'lang = "es"', True),
        ('languages = ["es"]', "", False),
        ('when = ["media", "reply"]', 'facts = ["media", "reply"]', True),
        ('when = ["media", "reply"]', 'facts = ["media"]', False),
        ('when = ["own_account"]', 'facts = ["own_account"]', True),
        ('when = ["repost"]', 'facts = ["repost"]', True),
        ('when = ["repost"]', 'facts = ["own_account"]', False),
    ],
)
def test_a_test_is_held_against_the_post_that_it_speaks_of(
    write: Write, keys: str, told: str, holds: bool
) -> None:
    test = f'[[rule.test]]\ntext = "power out"\nmatch = true\n{told}\n'
    packs = load_packs(write(f'{HEAD}any = ["power out"]\n{keys}\n{test}'))
    assert (failures(packs, Engine(packs)) == []) is holds


def test_drafts_are_tested_at_work_and_can_not_break_live_rules(write: Write) -> None:
    draft = (
        '[[rule]]\nid = "draft"\nlabel = "nothing"\nany = ["power out"]\nstatus = "draft"\n'
        '[[rule]]\nid = "other"\nlabel = "etr"\nany = ["no lights"]\nstatus = "draft"\n'
        '[[rule.test]]\ntext = "no lights"\nmatch = true\n'
        '[[rule.test]]\ntext = "lights"\nmatch = true\n'
    )
    packs = load_packs(write(f'{HEAD}any = ["power out"]{TEST}{draft}'))
    (failure,) = failures(packs, Engine(packs))
    assert (failure.rule.id, failure.test.text) == ("other", "lights")
    at_work = failures(packs, Engine(packs, drafts=True))
    assert [each.rule.id for each in at_work] == ["a", "other"]


def test_a_retired_rule_is_not_tested(write: Write) -> None:
    packs = load_packs(write(f'{HEAD}any = ["no lights"]\nstatus = "retired"\n{TEST}'))
    assert failures(packs, Engine(packs)) == []
    assert proofs(packs) == []
