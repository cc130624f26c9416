from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rules import Engine, load_packs
from rules.workbench.lint import warnings
from rules.workbench.proof import failures

Write = Callable[..., Path]

HEAD = 'language = "en"\n[[rule]]\nid = "a"\nlabel = "outage"\n'
TEST = '\n[[rule.test]]\ntext = "power out"\nmatch = true\n'


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
    ],
)
def test_doubtful_places_are_warned_of(write: Write, keys: str, expected: list[str]) -> None:
    path = write(HEAD + keys)
    found = [str(one).removeprefix(f"{path}:") for one in warnings(load_packs(path))]
    assert len(found) == len(expected), found
    for warning, beginning in zip(found, expected, strict=True):
        assert warning.startswith(beginning)


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
        "10:8: 'a' fires on 'power fine', but nothing fired",
        f"13:8: 'a' does not fire on 'the power is out', but {fired}",
        "16:8: 'a' fires on 'no lights', but it did not; fired: b (outage)",
    ]
