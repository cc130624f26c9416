from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from simulator.errors import StormError
from simulator.storm_file import built_in
from tui.commands.storm import app


def run(*args: str) -> str:
    result = CliRunner().invoke(app, list(args), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def test_list_names_every_built_in_storm() -> None:
    text, data = run("list"), msgspec.json.decode(run("list", "--format", "json"))
    assert [storm["name"] for storm in data] == sorted(built_in())
    assert all(name in text for name in built_in())


def test_generate_writes_a_folder_and_keeps_stdout_for_data(tmp_path: Path) -> None:
    out = tmp_path / "made"
    assert run("generate", "flood", "--hours", "0.3", "--seed", "3", "--out", str(out)) == ""
    assert (out / "posts.jsonl").stat().st_size > 1000


def test_an_unknown_storm_is_a_storm_error() -> None:
    with pytest.raises(StormError):
        run("show", "tornado")
