from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rules import RulesError
from rules.workbench import bench
from tui.commands import rules_bench
from tui.commands.rules import app

SET = """language = "en"
[[rule]]
id = "out"
label = "outage"
any = ["power outage", "no electricity", "electricity gone", "dont have power"]
"""
KINDS = [
    "as written",
    "upper case",
    "elongation",
    "accents",
    "emoji",
    "gap",
    "leet",
    "hashtag CamelCase",
    "hashtag joined",
    "abbreviation",
    "apostrophe",
    "one typo",
    "two typos",
    "split word",
    "joined words",
]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "set.toml"
    path.write_text(SET, encoding="utf-8")
    return path


def run(rules: Path, *args: str) -> Result:
    result = CliRunner().invoke(app, ["bench", "--rules", str(rules), *args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_variants_are_a_table_with_a_line_for_each_kind(rules: Path) -> None:
    result = run(rules, "--variants", "--texts", "10")
    assert (result.exit_code, result.stderr) == (0, "")
    head, *lines, last = result.stdout.splitlines()
    assert head.split() == ["variant", "texts", "found", "recall"]
    assert [line[:18].rstrip() for line in lines] == KINDS
    for line in lines:
        texts, found, recall = line[18:].split()
        assert int(found) <= int(texts) <= 10
        assert recall == (f"{int(found) / int(texts):.3f}" if int(texts) else "–")
    assert last.startswith("near real words")
    assert last.endswith("false hits")
    assert len({line.rindex(".") for line in lines if "." in line}) == 1  # in one column


def test_variants_as_json_are_the_figures_of_the_table(rules: Path) -> None:
    args = ("--variants", "--texts", "10", "--seed", "3")
    told: dict[str, Any] = json.loads(run(rules, *args, "--format", "json").stdout)
    assert told["seed"] == 3
    assert list(told["variants"]) == KINDS
    assert set(told["near_words"]) == {"texts", "hits", "share"}
    assert told["variants"]["as written"] == {"texts": 10, "found": 10, "recall": 1.0}
    table = run(rules, *args).stdout.splitlines()
    for line, (kind, figures) in zip(table[1:], told["variants"].items(), strict=False):
        assert line[18:].split()[:2] == [str(figures["texts"]), str(figures["found"])], kind


def test_the_seed_chooses_the_texts(rules: Path) -> None:
    args = ("--variants", "--texts", "60", "--format", "json", "--seed")
    first, again, other = (run(rules, *args, seed).stdout for seed in ("1", "1", "2"))
    assert first == again
    assert json.loads(first)["variants"] != json.loads(other)["variants"]


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["--posts", "1999"], "--posts 1999 is too few to time: give 2,000 or more"),
        (["--posts", "0"], "--posts 0 is too few to time: give 2,000 or more"),
        (["--posts", "-5"], "--posts -5 is too few to time: give 2,000 or more"),
        (["--format", "text"], "speed is printed as JSON: leave out --format text"),
        (["--rules", "nowhere", "--variants"], "no folder 'nowhere'"),
    ],
)
def test_what_can_not_be_measured_is_one_plain_line(
    rules: Path, args: list[str], complaint: str
) -> None:
    with pytest.raises(RulesError, match=complaint) as caught:
        run(rules, *args)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("args", [["--texts", "0"], ["--texts", "x"], ["--posts", "many"]])
def test_a_count_that_is_none_ends_with_2(rules: Path, args: list[str]) -> None:
    result = run(rules, "--variants", *args)
    assert result.exit_code == 2
    assert args[0] in result.stderr
    assert "Traceback" not in result.stderr


def test_speed_is_one_json_object_and_what_it_takes_is_said_beside_it(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules_bench, "POSTS_MIN", 100)
    monkeypatch.setattr(bench, "SYNTHETIC_PHRASES", 20)
    monkeypatch.setattr(bench, "_LONG_LETTERS", (1_000, 30_000))
    result = run(rules, "--posts", "300", "--seed", "5")
    assert result.exit_code == 0
    assert result.stderr == ("measuring with 300 posts; it takes some minutes, ctrl+c ends it\n")
    (line,) = result.stdout.splitlines()
    told = json.loads(line)
    assert (told["posts"], told["seed"]) == (300, 5)
    assert (told["packs"]["rules"], told["packs"]["phrases"]) == (1, 4)
    for name in ("packs", "synthetic"):
        assert told[name]["posts_per_second"]["unseen"] > 0
        assert told["json_lines"][name]["processes"] == 2
