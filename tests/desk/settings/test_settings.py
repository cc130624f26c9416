"""Settings: own files replace the built-in ones, and every fault is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.errors import SettingsError
from desk.settings import BUILT_IN, Settings, load_settings

MODE = """
otherwise = 60
skip_below_reach = 100
return_after = 10
"""


def test_the_built_in_settings_are_sound_and_promise_dangers_first() -> None:
    policy = load_settings().policy
    for mode in (policy.calm, policy.storm):
        assert mode.promise["hazard"] <= min(mode.promise.values())
        assert not {"hazard", "vulnerable"} & set(mode.skip)


def test_a_file_of_ones_own_replaces_the_built_in_one(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == load_settings()
    (tmp_path / "policy.toml").write_text(f"[calm]{MODE}[storm]{MODE}skip = ['praise']\n")
    policy = load_settings(tmp_path).policy
    assert (policy.calm.otherwise, policy.storm.skip) == (60, ("praise",))


def test_every_setting_has_a_built_in_file() -> None:
    names = {path.stem for path in BUILT_IN.glob("*.toml")}
    assert names == set(Settings.__struct_fields__)


def test_all_faults_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        "[calm]\notherwise = 0\nskip = ['prase']\nreturn_after = 'soon'\nskip_below_reach = 5\n"
        "[calm.promise]\nhazzard = 5\n[storm]\nsnooze = 1\n"
    )
    with pytest.raises(SettingsError) as raised:
        load_settings(tmp_path)
    lines = str(raised.value).splitlines()
    for expected in (
        f"{path}:2:13: 'calm.otherwise' = 0: expected `int` >= 1",
        f"{path}:3:9: 'calm.skip[1]' = \"prase\": unknown: did you mean 'praise'?",
        f"{path}:4:16: 'calm.return_after' = \"soon\": expected `int`, got `str`",
        f"{path}:7:11: unknown 'calm.promise' 'hazzard': did you mean 'hazard'?",
        f"{path}:8:1: 'storm' has no 'otherwise': write otherwise = …",
        f"{path}:9:10: unknown key 'snooze': ",
    ):
        assert any(line.startswith(expected) for line in lines), (expected, lines)
    assert len(lines) == 8


def test_nobody_in_danger_may_be_skipped(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(f"[calm]{MODE}[storm]{MODE}skip = ['praise', 'hazard']\n")
    with pytest.raises(SettingsError, match=r"policy.toml:9:19: 'hazard' can't be skipped"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("calm = 3\n[storm]", "policy.toml:1:8: 'calm' = 3: write a table"),
        ("[calm\n", "policy.toml:1:6: not TOML: "),
        ("\xff", "policy.toml: not UTF-8 text at byte 0"),
    ],
)
def test_a_file_that_can_not_be_read_is_one_plain_line(
    text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError) as raised:
        load_settings(tmp_path)
    assert said in str(raised.value)


def test_a_misspelled_file_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "polcy.toml").write_text("")
    with pytest.raises(SettingsError, match=r"polcy\.toml: no file of settings has this name"):
        load_settings(tmp_path)
    with pytest.raises(SettingsError, match="no folder"):
        load_settings(tmp_path / "none")
