from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from simulator.errors import FolderError
from simulator.folder import generate
from simulator.realism.figures import figures
from simulator.storm_file import load_storm
from tui.commands.storm import app
from tui.commands.storm_realism import LABELLED


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("realism") / "made"
    generate(load_storm("flood", hours=4, scale=0.3, background=0.5), out)
    return out


def run(*args: object, env: dict[str, str] | None = None) -> Result:
    arguments = ["realism", *map(str, args)]
    return CliRunner(env={LABELLED: "", **(env or {})}).invoke(
        app, arguments, catch_exceptions=False
    )


def test_the_card_names_every_figure_with_its_source_and_mark(folder: Path) -> None:
    result = run(folder, "--other", folder)
    assert result.exit_code == 0
    for figure in figures():
        line = next(line for line in result.stdout.splitlines() if figure.title in line)
        marks = ("in range", "out of range", "no published figure", "nothing to measure")
        assert any(mark in line for mark in marks)
    assert "  [1] " in result.stdout
    assert "--labelled FILE" in result.stdout
    assert LABELLED in result.stdout


def test_as_json_it_is_one_object(folder: Path) -> None:
    card = msgspec.json.decode(run(folder, "--other", folder, "--format", "json").stdout)
    assert [row["id"] for row in card["rows"]] == [figure.id for figure in figures()]
    assert card["engine"] is None
    assert {mix["phase"] for mix in card["channels"]} == {"before", "rise", "after"}


def test_check_ends_with_1_when_something_is_out_of_range(folder: Path) -> None:
    # Against its own texts, none is new.
    result = run(folder, "--other", folder, "--check")
    assert result.exit_code == 1
    assert "out of range: " in result.stderr
    assert "not met under another seed" in result.stderr


def test_labelled_posts_come_from_the_option_or_the_environment(
    folder: Path, tmp_path: Path
) -> None:
    row = '{"text":"manca la luce","labels":["outage"],"lang":"it"}\n'
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "outage.toml").write_text(
        'language = "it"\n[[rule]]\nid = "out"\nlabel = "outage"\nany = ["manca la luce"]\n'
    )
    path = tmp_path / "labelled.jsonl"
    path.write_text(row * 30 + '{"text":"ciao","labels":[],"lang":"it"}\nnone of it\n')
    given = run(folder, "--other", folder, "--rules", rules, "--labelled", path)
    assert "outage within 0.07" in given.stdout
    assert f"{path}:32:" in given.stderr
    by_name = run(folder, "--other", folder, "--rules", rules, env={LABELLED: str(path)})
    assert by_name.stdout == given.stdout


def test_a_sample_shows_posts_with_their_truth(folder: Path) -> None:
    lines = run(folder, "--sample", 12).stdout.splitlines()
    assert len(lines) == 24
    assert all(text.startswith("    ") for text in lines[1::2])
    rows = run(folder, "--sample", 12, "--format", "json").stdout.splitlines()
    read = [msgspec.json.decode(row) for row in rows]
    assert len(read) == 12
    for one, head in zip(read, lines[::2], strict=True):
        assert one["post"]["id"] == one["truth"]["id"]
        assert ", ".join(one["truth"]["labels"]) in head
    assert run(folder, "--sample", 12, "--of", "background").stdout.count("\n    ") == 12
    with pytest.raises(FolderError, match="no folder 'flood': give one"):
        run("flood", "--sample", 1)
