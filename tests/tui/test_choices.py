"""A person's own choices outlive the program, and nobody's file is ever lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.tui.conftest import CannedDesk
from tui.app import StormdeskApp
from tui.choices import MOST_FILTERS, Choices, ChoicesFile, SavedFilter, own_choices
from tui.schemes import LIGHT

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene


def test_what_is_kept_is_there_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "screen.json"
    ChoicesFile(path).save_filter("wires", "label:hazard wire")
    ChoicesFile(path).keep(theme="stormdesk-light")
    again = ChoicesFile(path).now
    assert again == Choices("stormdesk-light", (SavedFilter("wires", "label:hazard wire"),))
    assert path.stat().st_mode & 0o077 == 0


def test_two_open_screens_do_not_undo_each_other(tmp_path: Path) -> None:
    one, other = ChoicesFile(tmp_path / "c.json"), ChoicesFile(tmp_path / "c.json")
    one.save_filter("a", "label:etr")
    other.keep(theme="stormdesk-light")
    one.save_filter("b", "label:hazard")
    assert [each.name for each in ChoicesFile(tmp_path / "c.json").now.filters] == ["a", "b"]
    assert ChoicesFile(tmp_path / "c.json").now.theme == "stormdesk-light"


def test_a_filter_of_the_same_name_is_replaced_and_can_be_dropped(tmp_path: Path) -> None:
    kept = ChoicesFile(tmp_path / "c.json")
    kept.save_filter("a", "one")
    kept.save_filter("a", "two")
    assert kept.now.filters == (SavedFilter("a", "two"),)
    kept.drop_filter("a")
    assert kept.now.filter_named("a") is None


@pytest.mark.parametrize("text", ["{", '{"theme": 7}', "\xff", "[" * 100_000])
def test_a_faulty_file_is_told_and_never_written_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(text.encode("latin-1"))
    kept = ChoicesFile(path)
    assert str(path) in kept.fault
    assert "mend or delete" in kept.fault
    kept.keep(theme="stormdesk-light")
    assert kept.now.theme == "stormdesk-light"
    assert path.read_bytes() == text.encode("latin-1")


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = ChoicesFile(tmp_path / "file" / "c.json")
    kept.keep(theme="x")
    assert "can't" in kept.fault
    assert kept.now.theme == "x"


def test_too_much_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    kept = ChoicesFile(tmp_path / "c.json")
    with pytest.raises(ValueError, match="can't keep"):
        kept.save_filter("a", "x" * 5_000)
    for number in range(MOST_FILTERS):
        kept.save_filter(f"f{number}", "x")
    with pytest.raises(ValueError, match="can't keep"):
        kept.save_filter("one more", "x")
    assert len(kept.now.filters) == MOST_FILTERS


def test_it_lies_in_the_folder_for_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = own_choices().path
    assert path is not None
    assert tmp_path in path.parents


async def test_the_chosen_theme_is_on_from_the_start_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    ChoicesFile(path).keep(theme=LIGHT.name)
    app = StormdeskApp(CannedDesk(), choices=ChoicesFile(path))
    async with app.run_test():
        assert app.theme == LIGHT.name
        app.action_theme()
        assert ChoicesFile(path).now.theme == app.theme != LIGHT.name


async def test_without_a_file_nothing_is_written(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("t")
        assert s.app.choices.path is None
        assert s.app.choices.now.theme == s.app.theme
