"""How commands speak: what a terminal may get, and what happens when nobody can be spoken to."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from simulator.storm_file import built_in
from tui import console
from tui.commands.storm import app
from tui.main import COMMANDS
from tui.main import app as main

COMMAND = f"{sys.executable} -P -m tui"
ANY_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(
            '\x00\x1b\x7f\x9b\r\n\t\xad\u061c\u200b\u200d\u202e\u2028\ufeff\U000e0041"\\'
        ),
    )
)


def emitted(data: str | bytes) -> str:
    with pytest.MonkeyPatch.context() as patch:
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
        patch.setattr(sys, "stdout", out)
        console.emit(data)
        out.seek(0)
        line = out.read()
    assert line.endswith("\n")
    return line[:-1]


@given(ANY_TEXT)
def test_json_stays_the_same_json_and_is_printable(text: str) -> None:
    line = emitted(msgspec.json.encode({"text": text}))
    assert line.isprintable()
    assert json.loads(line) == {"text": text}


@given(ANY_TEXT)
def test_a_text_is_one_line_of_visible_characters(text: str) -> None:
    assert emitted(text).isprintable()


@pytest.mark.parametrize(
    "line", ['{"text":"plain"}', '{"text":"caffè 停電 😀"}', '{"text":"\\u001b \\n"}']
)
def test_json_without_anything_hostile_is_left_as_it_is(line: str) -> None:
    assert emitted(line.encode()) == line


def test_a_storm_file_can_not_steer_a_terminal(tmp_path: Path) -> None:
    storm = built_in()["flood"].read_text(encoding="utf-8")
    title = r'title = "\\u001b[2J \\u009b \\u202e"'
    hostile = re.sub(r'^title = ".*"$', title, storm, flags=re.MULTILINE)
    path = tmp_path / "hostile.toml"
    path.write_text(hostile, encoding="utf-8")
    result = CliRunner().invoke(app, ["show", str(path), "--hours", "1"])
    assert result.stdout.startswith("␛[2J ‹U+009B› ‹U+202E› over ")


def shell(command: str) -> subprocess.CompletedProcess[str]:
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in run.stderr
    return run


@pytest.mark.parametrize("command", ["storm list", "storm list --format json", "--version"])
@pytest.mark.parametrize(
    ("out", "reason"), [(">/dev/full", "No space left on device"), (">&-", "it is closed")]
)
def test_an_output_that_can_not_be_written_is_one_plain_line(
    command: str, out: str, reason: str
) -> None:
    run = shell(f"{COMMAND} {command} {out}")
    assert run.stderr == f"stormdesk: can't write the output: {reason}\n"
    assert run.returncode == 2


@pytest.mark.parametrize("err", ["2>&-", "2>/dev/full"])
def test_words_that_nobody_can_hear_do_not_mix_with_data_nor_end_the_run(
    err: str, territory_file: Path, rules_folder: Path
) -> None:
    run = shell(
        f'echo \'{{"text":"no power"}}\' | {COMMAND} tail --feed file:- --fill'
        f" --territory {territory_file} --rules {rules_folder} {err}"
    )
    assert run.returncode == 0
    assert [json.loads(line)["type"] for line in run.stdout.splitlines()] == ["post"]


@pytest.mark.parametrize(
    "arguments", ["storm list", "storm show flood --hours 2", "rules check --help"]
)
def test_a_reader_that_has_gone_is_no_error(arguments: str) -> None:
    run = shell(f"{COMMAND} {arguments} | sleep 0; echo ${{PIPESTATUS[0]}}")
    assert (run.stdout, run.stderr) == ("0\n", "")


@pytest.mark.parametrize(("words", "named"), [("rules scor", "score"), ("storm list2", "list")])
def test_a_mistyped_command_of_a_group_names_the_right_ones(words: str, named: str) -> None:
    told = CliRunner().invoke(main, words.split())

    assert told.exit_code == console.BAD_USAGE
    assert f"unknown command '{words.split()[1]}': valid: " in told.stderr
    assert f"Did you mean '{named}'?" in told.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_has_every_command_and_whole_sentences(command: str) -> None:
    assert f"\n  {command} " in CliRunner().invoke(main, ["--help"]).stdout
    told = CliRunner().invoke(main, [command, "--help"])

    assert told.exit_code == 0
    assert "..." not in told.stdout.partition("Commands:")[2]
    assert "completion" not in told.stdout
