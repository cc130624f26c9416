from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rules import LABELS, RulesError
from rules.workbench.schema import schema
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
[[rule.test]]
text = "our power is on"
match = false
"""
DRAFT = """language = "en"
[[rule]]
id = "dark"
label = "outage"
any = ["pitch black"]
channels = ["facebook"]
status = "draft"
[[rule.test]]
text = "the street went pitch black"
channel = "facebook"
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
    assert result.stderr == "1 rule, 0 faults, 0 warnings\n"


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
        'language = "en"\n[vocabulary]\nlamp = ["lamp"]\n'
        '[[rule]]\nid = "b"\nlabel = "etr"\nany = ["when back\\u001b"]\n'
    )
    result = run("check", rules)
    assert result.exit_code == 0
    path = rules / "more.toml"
    unused = "no phrase uses vocabulary 'lamp': write $lamp in one, or remove it"
    assert result.stdout.splitlines() == [
        f"{path}:3:1: warning: {unused}",
        f"{path}:5:6: warning: rule 'b' has no test: add [[rule.test]] with text and match",
    ]
    (listing,) = lines(run("check", rules, "--format", "json"))
    assert (listing["rules"], listing["faults"], len(listing["warnings"])) == (2, [], 2)


def test_test_passes_and_fails_with_the_rules_own_tests(rules: Path) -> None:
    assert run("test", rules).exit_code == 0
    path = rules / "outage.toml"
    path.write_text(SET + '[[rule.test]]\ntext = "the power\\u001b is fine"\nmatch = true\n')
    result = run("test", rules)
    assert result.exit_code == 1
    assert result.stdout == (
        f"{path}:14:8: 'power-out' is to fire on 'the power␛ is fine', but nothing fired\n"
    )
    assert result.stderr == "3 tests, 1 does not hold\n"
    (listing,) = lines(run("test", rules, "--format", "json"))
    assert listing["tests"] == 3
    (failed,) = listing["failed"]
    assert (failed["line"], failed["col"], failed["rule"]) == (14, 8, "power-out")
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


def test_classify_reads_what_stands_beside_the_text(tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    head = 'language = "en"\n[[rule]]\nlabel = "outage"\nany = ["no power"]\n'
    path.write_text(
        head
        + 'id = "a"\nchannels = ["facebook"]\n'
        + head.partition("\n")[2]
        + 'id = "b"\nwhen = ["reply", "repost", "media", "own_account"]\n'
    )
    post = {
        "text": "no power",
        "channel": "facebook",
        "reply_to": 7,
        "repost_of": "9",
        "media": [{"kind": "image", "url": "https://media.example/1"}],
        "account": "utility",
        "mentions": [3],
    }
    posts = f'{json.dumps(post)}\n{{"text": "no power"}}\n{{"text": "no power", "media": 3}}\n'
    result = run("classify", "--rules", path, stdin=posts)
    found = [[match["rule"] for match in one["matches"]] for one in lines(result)]
    assert found == [["a", "b"], []]
    assert result.stderr.startswith("-:3: not a post:")


def test_drafts_are_tested_and_give_labels_on_request(rules: Path, tmp_path: Path) -> None:
    (rules / "draft.toml").write_text(DRAFT)
    assert run("test", rules).stderr == "3 tests, 0 do not hold\n"
    post = '{"text": "pitch black", "channel": "facebook"}'
    (verdict,) = lines(run("classify", "--rules", rules, stdin=post))
    assert verdict["labels"] == []
    (verdict,) = lines(run("classify", "--rules", rules, "--drafts", stdin=post))
    assert verdict["labels"] == ["outage"]
    labelled = tmp_path / "rows.jsonl"
    labelled.write_text('{"text": "pitch black", "labels": ["outage"]}\n')
    (rules / "draft.toml").write_text(DRAFT.replace('channels = ["facebook"]\n', ""))
    for options, recall in (([], 0.0), (["--drafts"], 1.0)):
        result = run("score", labelled, "--rules", rules, "--format", "json", *options)
        assert lines(result)[0]["labels"]["outage"]["recall"] == recall


def test_the_schema_is_printed_as_json() -> None:
    assert lines(run("schema")) == [schema()]


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
    assert [one["labels"] for one in listing["wrong"]] == [["outage", "news"], []]
    assert [one["given"] for one in listing["wrong"]] == [[], ["outage"]]
    text = run("score", path, "--rules", rules, "--wrong", "all").stdout
    missed = "(labelled outage, news; the rules say nothing)"
    given = "(labelled nothing; the rules say outage)  [power-out: no power]"
    assert f"fn news  2  it is dark  {missed}\n" in text
    assert f"fp outage  3  no power in this car  {given}\n" in text


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
