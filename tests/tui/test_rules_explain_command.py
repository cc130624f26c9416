from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import tui
from rules import RulesError
from tui.commands.rules import app

PAGE = Path(tui.__file__).parent.parent / "docs" / "rule-authors.md"
SET = """language = "en"
[vocabulary]
supply = ["power", "electricity"]
[context.planned]
before = ["scheduled"]
[[rule]]
id = "outage-out"
label = "outage"
any = ["$supply is|was out"]
none = ["power bank"]
unless = ["planned", "repost"]
[[rule]]
id = "etr-when"
label = "etr"
any = ["back when"]
when = ["question"]
channels = ["facebook"]
[[rule]]
id = "not-ours"
label = "nothing"
any = ["power out of"]
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "set.toml"
    path.write_text(SET, encoding="utf-8")
    return path


def run(rules: Path, *args: str, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(app, ["explain", *args, "--rules", str(rules)], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_rule_that_fires_is_told_word_by_word(rules: Path) -> None:
    result = run(rules, "Our pwoer really is out")
    assert result.stdout.splitlines() == [
        "outage  (language en)",
        "",
        f"outage-out → outage, score 91  {rules}:7",
        "    phrase: $supply is|was out",
        "      pwoer  → power  ($supply)  1 edit -8",
        "      is     (is|was)  1 idle word before it -1",
        "      out",
    ]


def test_what_stopped_a_rule_is_told(rules: Path) -> None:
    result = run(rules, "Scheduled: power is out. Power bank for sale")
    assert result.stdout.splitlines() == [
        "no label  (language en)",
        "",
        "Why not:",
        "",
        f"outage-out ↛ outage  {rules}:7",
        "    phrase: $supply is|was out",
        "      power  ($supply)",
        "      is     (is|was)",
        "      out",
        '    none: "Power bank" stands in the post',
        '    unless: planned: "Scheduled" stands before "power is out"',
    ]


def test_the_page_for_rule_authors_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    written = re.findall(r"cat > (\S+) <<'END'\n(.*?\n)END\n", page, re.DOTALL)
    shown = re.findall(
        r"^\$ stormdesk rules explain --rules mine ([^\n]*)\n```\n\n```text\n(.*?)```",
        page,
        re.MULTILINE | re.DOTALL,
    )
    assert len(shown) > 2
    (tmp_path / "mine").mkdir()
    for name, text in written:
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for arguments, expected in shown:
        assert run(Path("mine"), *shlex.split(arguments)).stdout == expected


def test_a_rule_for_nothing_says_what_it_does(rules: Path) -> None:
    lines = run(rules, "get the power out of it").stdout.splitlines()
    assert lines[0] == "no label  (language en)"
    does = "nothing: keeps weaker rules from these words"
    assert lines[2] == f"not-ours → {does}, score 100  {rules}:19"


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        (
            [],
            ["channel: the post names no channel", "when: question: its sentence has no question"],
        ),
        (["--channel", "x"], ["channel: the post comes from 'x'", "when: question"]),
        (["--channel", "facebook"], ["when: question"]),
    ],
)
def test_what_the_text_does_not_show_is_taken_from_options(
    rules: Path, options: list[str], missing: list[str]
) -> None:
    found = run(rules, "back when", *options, "--rule", "etr-when").stdout.splitlines()[
        -len(missing) :
    ]
    for line, beginning in zip(found, missing, strict=True):
        assert line.startswith(f"    {beginning}")


def test_the_facts_of_a_post_are_options(tmp_path: Path) -> None:
    facts = ["media", "reply", "repost", "own_account"]
    path = tmp_path / "facts.toml"
    path.write_text(
        'language = "en"\n[[rule]]\nid = "a"\nlabel = "outage"\nany = ["no power"]\n'
        f"when = {json.dumps(facts)}\nlanguages = ['es']\n"
    )
    options = [f"--{fact.replace('_', '-')}" for fact in facts]
    (all_of_them,) = told(run(path, "no power", *options, "--lang", "es", "--format", "json"))
    assert (all_of_them["lang"], all_of_them["labels"]) == ("es", ["outage"])
    assert [one["phrase"] for one in all_of_them["fired"][0]["because"]] == facts
    for option in options:
        others = [one for one in options if one != option]
        (one,) = told(run(path, "no power", *others, "--lang", "es", "--format", "json"))
        (missing,) = one["missed"][0]["missing"]
        assert f"--{missing['phrase'].replace('_', '-')}" == option


def test_posts_are_read_from_stdin(rules: Path) -> None:
    posts = '{"text": "power is out", "repost_of": "1"}\n\n{"text": "power is out", "id": 3}\n'
    reposted, plain = told(run(rules, "-", "--format", "json", stdin=posts))
    assert reposted["missed"][0]["missing"][0]["message"] == "repost: the post repeats another"
    assert plain["labels"] == ["outage"]
    (lines,) = told(run(rules, "-", "--format", "json", stdin="the power is out\nstill\n"))
    assert (lines["text"], lines["labels"]) == ("the power is out\nstill", ["outage"])
    assert run(rules, "-", stdin=posts).stdout.count("(language en)") == 2
    head, _, why = run(rules, "-", stdin="").stdout.splitlines()
    assert (head, why[:20]) == ("no label  (language und)", "No rule comes near: ")


def test_of_all_near_rules_the_nearest_five_are_told(tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text(
        'language = "en"\n'
        + "".join(
            f'[[rule]]\nid = "r{number}"\nlabel = "outage"\n'
            'any = ["power out"]\nnone = ["generator"]\n'
            for number in range(7)
        )
    )
    text = "power out, generator on"
    assert run(path, text).stdout.count("↛") == 5
    assert run(path, text, "--all").stdout.count("↛") == 7
    assert run(path, text, "--rule", "r6").stdout.count("↛") == 1


def test_a_rule_that_is_far_is_explained_on_request(rules: Path) -> None:
    assert "↛" not in run(rules, "a lovely day").stdout
    lines = run(rules, "a lovely day", "--rule", "outage-out").stdout.splitlines()
    assert lines[-1] == "    missing: the post has no word of its phrases"


def test_hostile_text_is_shown_harmless(rules: Path) -> None:
    hostile = "\x1b]0;pwned\x07 power \u202eis\x00 [red]out[/red] \ud83d\udca1".encode(
        "utf-16", "surrogatepass"
    ).decode("utf-16")
    for options in ([], ["--format", "json"]):
        out = run(rules, hostile, *options).stdout
        assert out.replace("\n", "").isprintable()
    (one,) = told(run(rules, hostile, "--format", "json"))
    assert one["text"] == hostile


def test_what_the_shell_hands_over_may_be_no_text(rules: Path) -> None:
    (one,) = told(run(rules, "power is out \udcff", "--format", "json"))
    assert (one["text"], one["labels"]) == ("power is out �", ["outage"])


@pytest.mark.parametrize(
    ("args", "stdin", "complaint"),
    [
        (
            ["x", "--rule", "outage-uot"],
            None,
            "unknown rule 'outage-uot': did you mean 'outage-out'",
        ),
        (["-"], b"\xff", "not a post"),
        (["-"], b'{"text": 3}', "-:1: not a post"),
    ],
)
def test_what_can_not_be_explained_is_one_plain_line(
    rules: Path, args: list[str], stdin: bytes | None, complaint: str
) -> None:
    with pytest.raises(RulesError, match=complaint):
        run(rules, *args, stdin=stdin)
