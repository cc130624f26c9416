"""Parsed keyword sets are kept between runs, and nothing depends on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import Engine, load_packs
from rules.errors import PackError
from rules.parsed import BYTES_MIN

RULE = '[[rule]]\nid = "r"\nlabel = "outage"\nany = ["{phrase}"]\n'


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of parsed sets of a user who has none yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "stormdesk" / "keyword-sets"


def large(folder: Path, phrase: str) -> Path:
    """A keyword set that is large enough to be kept."""
    folder.mkdir(exist_ok=True)
    path = folder / "set.toml"
    path.write_text(f'language = "en"\n#{"x" * BYTES_MIN}\n{RULE.format(phrase=phrase)}', "utf-8")
    return path


def labels(path: Path, text: str) -> tuple[str, ...]:
    return Engine(load_packs(path)).classify([text])[0].labels


def test_what_is_kept_is_what_was_parsed(kept: Path) -> None:
    fresh = load_packs()
    assert len(list(kept.iterdir())) == 1
    assert load_packs() == fresh
    assert kept.stat().st_mode & 0o077 == 0


def test_a_kept_set_is_really_used(kept: Path, tmp_path: Path) -> None:
    path, other = large(tmp_path / "a", "no power"), large(tmp_path / "b", "lights off")
    load_packs(path)
    (first,) = kept.iterdir()
    load_packs(other)
    (second,) = set(kept.iterdir()) - {first}
    first.write_bytes(second.read_bytes())  # so that what is read back shows where it comes from
    assert labels(path, "lights off") == ("outage",)


def test_a_changed_set_is_parsed_again(kept: Path, tmp_path: Path) -> None:
    assert labels(large(tmp_path / "a", "no power"), "no power") == ("outage",)
    assert labels(large(tmp_path / "a", "lights off"), "no power") == ()
    assert len(list(kept.iterdir())) == 2


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x80\x05}\x94.", b"cos\nno_such_name\n."])
def test_a_damaged_file_only_costs_time(junk: bytes, kept: Path, tmp_path: Path) -> None:
    path = large(tmp_path / "a", "no power")
    load_packs(path)
    (file,) = kept.iterdir()
    file.write_bytes(junk)
    assert labels(path, "no power") == ("outage",)


def test_what_others_may_write_is_not_read(kept: Path, tmp_path: Path) -> None:
    path, other = large(tmp_path / "a", "no power"), large(tmp_path / "b", "lights off")
    load_packs(path)
    (first,) = kept.iterdir()
    load_packs(other)
    (second,) = set(kept.iterdir()) - {first}
    first.write_bytes(second.read_bytes())
    kept.chmod(0o777)
    assert labels(path, "lights off") == ()


def test_a_folder_that_cannot_be_made_is_done_without(kept: Path, tmp_path: Path) -> None:
    kept.parents[1].write_text("a file where the folder should be", "utf-8")
    assert labels(large(tmp_path / "a", "no power"), "no power") == ("outage",)


def test_faulty_and_small_sets_are_not_kept(kept: Path, tmp_path: Path) -> None:
    path = large(tmp_path / "a", "no power")
    path.write_text(path.read_text("utf-8").replace("outage", "nonsense"), "utf-8")
    with pytest.raises(PackError):
        load_packs(path)
    small = tmp_path / "small.toml"
    small.write_text('language = "en"\n' + RULE.format(phrase="no power"), "utf-8")
    load_packs(small)
    assert not kept.exists()


def test_only_the_newest_few_are_kept(kept: Path, tmp_path: Path) -> None:
    for number in range(7):
        load_packs(large(tmp_path / "a", f"no power {number}"))
    assert len(list(kept.iterdir())) == 4
