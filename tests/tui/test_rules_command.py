from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rules import LABELS, RulesError
from tui.commands.rules import app

SET = """language = "en"
[[rule]]
id = "power-out"
label = "outage"
any = ["power out", "no power"]
none = ["power bank"]
[[rule.test]]
text = "our power is out"
match = true
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "outage.toml").write_text(SET, encoding="utf-8")
    return folder


def run(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def lines(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_check_says_that_a_sound_folder_is_sound(rules: Path) -> None:
    result = run("check", rules)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "1 rules, 0 faults, 0 warnings\n"


def test_check_lists_faults_with_their_places_and_ends_with_2(rules: Path) -> None:
    (rules / "bad.toml").write_text('language = "xx"\n[[rule]]\nlabel = "outtage"\n')
    result = run("check", rules)
    assert result.exit_code == 2
    found = result.stdout.splitlines()
    assert len(found) == 4
    assert found[0].startswith(f"{rules / 'bad.toml'}:1:12: error: unknown language 'xx'")
    as_json = run("check", "--rules", rules, "--format", "json")
    (listing,) = lines(as_json)
    assert as_json.exit_code == 2
    assert {(one["line"], one["col"]) for one in listing["faults"]} == {(1, 12), (2, 1), (3, 9)}


def test_check_lists_warnings_and_ends_with_0(rules: Path) -> None:
    (rules / "more.toml").write_text(
        'language = "en"\n[[rule]]\nid = "b"\nlabel = "etr"\nany = ["when\\u001b"]\n'
    )
    result = run("check", rules)
    assert result.exit_code == 0
    assert "more.toml:3:6: warning: rule 'b' has no test" in result.stdout
    (listing,) = lines(run("check", rules, "--format", "json"))
    assert (listing["rules"], listing["faults"], len(listing["warnings"])) == (2, [], 1)


def test_test_passes_and_fails_with_the_rules_own_tests(rules: Path) -> None:
    assert run("test", rules).exit_code == 0
    path = rules / "outage.toml"
    path.write_text(SET + '[[rule.test]]\ntext = "the power\\u001b is fine"\nmatch = true\n')
    result = run("test", rules)
    assert result.exit_code == 1
    assert result.stdout == (
        f"{path}:11:8: 'power-out' fires on 'the power␛ is fine', but nothing fired\n"
    )
    assert result.stderr == "2 tests, 1 do not hold\n"
    (listing,) = lines(run("test", rules, "--format", "json"))
    assert listing["tests"] == 2
    (failed,) = listing["failed"]
    assert (failed["line"], failed["col"], failed["rule"]) == (11, 8, "power-out")
    assert (failed["expected"], failed["text"], failed["fired"]) == (
        True,
        "the power\x1b is fine",
        [],
    )


def test_classify_prints_a_verdict_for_each_valid_line_in_order(rules: Path) -> None:
    posts = b"\n".join(
        [
            b"\xef\xbb\xbfno power here\r",
            b'{"id": "x", "text": "power bank, no power", "lang": "es", "created_at": 3}',
            b"",
            b"{not json",
            b'{"id": 9}',
            b"caf\xe9",
            b'{"text": "power\\u001b[31m out", "id": null, "author": {"id": "a"}}',
            b"[red]no power[/red] [@click=app.quit]",
            b"[1, 2]",
        ]
    )
    result = run("classify", "--rules", rules, stdin=posts)
    assert result.exit_code == 0
    verdicts = lines(result)
    assert [verdict["id"] for verdict in verdicts] == [1, "x", 7, 8, 9]
    assert [verdict["labels"] for verdict in verdicts] == [
        ["outage"],
        [],
        ["outage"],
        ["outage"],
        [],
    ]
    assert verdicts[0] == {
        "id": 1,
        "labels": ["outage"],
        "lang": "en",
        "matches": [
            {
                "rule": "power-out",
                "label": "outage",
                "phrase": "no power",
                "text": "no power",
                "start": 0,
                "end": 8,
                "score": 100.0,
            }
        ],
    }
    complaints = result.stderr.splitlines()
    assert [line.split(": ")[0] for line in complaints[:3]] == ["-:4", "-:5", "-:6"]
    assert complaints[3] == "3 bad lines skipped"


def test_classify_reads_a_file_of_any_line_length(rules: Path, tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text("no power " + "x" * 1_000_000 + "\n" + "no power\n" * 600, encoding="utf-8")
    verdicts = lines(run("classify", posts, "--rules", rules))
    assert [verdict["id"] for verdict in verdicts] == list(range(1, 602))
    assert {tuple(verdict["labels"]) for verdict in verdicts} == {("outage",)}


def corpus(folder: Path) -> Path:
    path = folder / "labelled.jsonl"
    rows = [
        {"text": "no power here", "labels": ["outage"], "id": 1},
        {"text": "it is dark", "labels": ["outage", "news"], "id": 2},
        {"text": "no power in this car", "labels": [], "id": 3},
        {"text": "nothing", "labels": ["wether"]},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_score_prints_the_figures_of_every_label(rules: Path, tmp_path: Path) -> None:
    path = corpus(tmp_path)
    result = run("score", path, "--rules", rules, "--format", "json")
    (listing,) = lines(result)
    assert (listing["rows"], list(listing["labels"])) == (3, list(LABELS))
    assert listing["macro_f1"] == 0.25
    outage = listing["labels"]["outage"]
    assert (outage["tp"], outage["fp"], outage["fn"], outage["f1"]) == (1, 1, 1, 0.5)
    assert outage["f1_low"] < 0.5 < outage["f1_high"]
    assert listing["labels"]["praise"]["f1"] is None
    assert "labelled.jsonl:4: unknown label 'wether'" in result.stderr
    text = run("score", path, "--rules", rules)
    assert "outage          0.500   0.500   0.500" in text.stdout
    assert "too few to say" in text.stdout
    assert "macro F1 0.250 over 3 rows" in text.stdout


def test_score_lists_wrong_rows_on_request(rules: Path, tmp_path: Path) -> None:
    path = corpus(tmp_path)
    (listing,) = lines(
        run("score", path, "--rules", rules, "--wrong", "outage", "--format", "json")
    )
    assert [(one["kind"], one["id"]) for one in listing["wrong"]] == [("fn", 2), ("fp", 3)]
    text = run("score", path, "--rules", rules, "--wrong", "all").stdout
    assert "fn news  2  it is dark\n" in text
    assert "fp outage  3  no power in this car  [power-out: no power]\n" in text


def test_the_parts_of_a_fold_are_the_whole(rules: Path, tmp_path: Path) -> None:
    path = corpus(tmp_path)
    parts = [
        lines(run("score", path, "--rules", rules, "--format", "json", "--fold", fold))[0]["rows"]
        for fold in ("1/2", "2/2")
    ]
    assert sum(parts) == 3


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["classify", "nowhere.jsonl"], "can't read 'nowhere.jsonl'"),
        (["score", "nowhere.jsonl"], "can't read 'nowhere.jsonl'"),
        (["score", "x", "--fold", "3/2"], "'3/2' is no fold"),
        (["score", "x", "--wrong", "outtage"], "did you mean 'outage'"),
    ],
)
def test_what_can_not_be_read_is_one_plain_line(
    rules: Path, args: list[str], complaint: str
) -> None:
    with pytest.raises(RulesError, match=complaint):
        run(*args, "--rules", rules)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="no folder"):
        run("test", tmp_path / "nowhere")
