from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Engine, PackError, RulesError, load_packs

Write = Callable[..., Path]

MINIMUM = """language = "en"
[[rule]]
id = "power-out"
label = "outage"
any = ["power out"]
[[rule.test]]
text = "our power is out"
match = true
"""
HEAD = 'language = "en"\n'
RULE = '[[rule]]\nid = "a"\nlabel = "outage"\n'


def faults(path: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        load_packs(path)
    assert str(caught.value).splitlines() == [str(fault) for fault in caught.value.faults]
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


def test_the_firm_minimum_is_valid_on_its_own(write: Write) -> None:
    (pack,) = load_packs(write(MINIMUM))
    (rule,) = pack.rules
    assert (pack.language, rule.gap, rule.limit, rule.note) == ("en", 2, 80.0, "")
    assert (rule.source.line, rule.source.col) == (3, 6)
    assert rule.tests[0].source.line == 7


def test_a_set_in_an_editor_that_writes_a_byte_order_mark_is_read(write: Write) -> None:
    assert load_packs(write("\ufeff" + MINIMUM))[0].rules


def test_files_below_a_folder_are_one_pack_a_language_and_share_vocabularies(write: Write) -> None:
    write('language = "en"\n[vocabulary]\nsupply = ["power", "the lights"]\n', "en/words")
    write(HEAD + RULE + 'any = ["$supply out"]\n', "en/more/outage")
    path = write(MINIMUM.replace('"en"', '"it"').replace("power-out", "it-out"), "it/outage")
    packs = load_packs(path.parent.parent)
    assert [(pack.language, len(pack.rules)) for pack in packs] == [("en", 1), ("it", 1)]
    assert Engine(packs).classify(["the lights are out"])[0].labels == ("outage",)


def test_folders_are_joined_and_a_file_counts_once(write: Write) -> None:
    one = write(MINIMUM, "one/set")
    two = write(MINIMUM.replace("power-out", "other"), "two/set")
    (pack,) = load_packs(one.parent, str(two), one)
    assert [rule.id for rule in pack.rules] == ["power-out", "other"]


def test_a_folder_counts_once_however_it_is_named(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(MINIMUM, "one/set")
    (tmp_path / "link").symlink_to("one")
    monkeypatch.chdir(tmp_path)
    (pack,) = load_packs("one", tmp_path / "one", "./one/../one", "link", "link/set.toml")
    assert [str(rule.source.path) for rule in pack.rules] == [str(Path("one", "set.toml"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1: the file has no language", "1:1: nothing to read"]),
        (HEAD + "x = [", ["2:6: not TOML: Invalid value at the end"]),
        (HEAD + RULE + "any = ['a'\nall =", ["6:1: not TOML: Unclosed array in 'all ='"]),
        ("language = 'fr'\n" + RULE + "any = ['a']", ["1:12: unknown language 'fr': valid: en"]),
        (HEAD + "langage = 1\n" + RULE + "any = ['a']", ["2:1: unknown key 'langage': did you"]),
        (
            HEAD + RULE + "any = ['a']\nnnone = []",
            ["6:1: unknown key 'nnone': did you mean 'none'"],
        ),
        (
            HEAD + "[[rule]]\n",
            ["2:1: the rule has no 'id'", "2:1: the rule has no 'label'", "2:1: "],
        ),
        (HEAD + RULE + "any = []", ["5:7: 'any' is empty"]),
        (HEAD + RULE + "any = 'a'", ["5:7: 'a' is not a list: write"]),
        (HEAD + RULE + "any = ['a', 1]", ["5:13: '1' is not a text in quotes"]),
        (HEAD + RULE + "any = ['a']\nnone = ['$x']", ["6:9: unknown vocabulary '$x': none is"]),
        (HEAD + RULE + "any = ['a']\ngap = 50", ["6:7: gap = 50 is out of range: give 0 to 20"]),
        (HEAD + RULE + "any = ['a']\ngap = true", ["6:7: 'true' is not a whole number from 0"]),
        (HEAD + RULE + "any = ['a']\ngap = 1.5", ["6:7: '1.5' is not a whole number from 0"]),
        (HEAD + RULE + "any = ['a']\nlimit = 0", ["6:9: limit = 0 is out of range: give 1 to 100"]),
        (HEAD + RULE + "any = ['a']\nnote = 3", ["6:8: '3' is not a text in quotes"]),
        (HEAD + RULE + "any = ['a']\ntest = 3", ["6:8: 'rule.test' is not a list of tables"]),
        (HEAD + RULE + "any = ['a']\n[[rule.test]]", ["6:1: the test has no 'text'", "6:1: the"]),
        (
            HEAD + RULE + "any = ['a']\n[[rule.test]]\ntext = 'a'\nmatch = 'yes'\ntxt = 1",
            ["8:9: 'yes' is not true or false", "9:1: unknown key 'txt': did you mean 'text'"],
        ),
        (HEAD + "rule = 3", ["2:8: 'rule' is not a list of tables: write [[rule]]"]),
        (HEAD + "rule = [3]", ["2:9: '3' is not a table: write [[rule]]"]),
        (HEAD + RULE.replace('"a"', '"a b"') + "any = ['a']", ["3:6: 'a b' can't be an id"]),
        (HEAD + "[vocabulary]\n'1' = ['a']", ["3:1: '1' can't name a vocabulary"]),
        (HEAD + "[vocabulary]\nx = []", ["3:5: vocabulary 'x' is empty"]),
        (HEAD + "[vocabulary]\nx = ['a|b', '']", ["3:6: entry 'a|b' holds", "3:13: the entry is"]),
        (HEAD + "vocabulary = 3", ["2:14: '3' is not a table"]),
        (
            HEAD + RULE.replace("outage", "outtage") + "any = ['#x', 'ok', '$y']",
            ["4:9: unknown label 'outtage': did you mean 'outage'", "5:8: '#x'", "5:20: unknown"],
        ),
        (HEAD + "x = " + "[" * 5000, ["1:1: nested too deeply"]),
    ],
)
def test_each_fault_has_its_place_its_value_and_its_mend(
    write: Write, text: str, expected: list[str]
) -> None:
    found = faults(write(text))
    assert len(found) == len(expected), found
    for fault, beginning in zip(found, expected, strict=True):
        assert fault.startswith(beginning)


def test_faults_of_all_files_are_reported_together(write: Write) -> None:
    write(HEAD + RULE + "any = []", "packs/one")
    write(HEAD + "x = = 1", "packs/two")
    folder = write(MINIMUM, "packs/three").parent
    with pytest.raises(PackError) as caught:
        load_packs(folder)
    assert [Path(fault.path).stem for fault in caught.value.faults] == ["one", "two"]


def test_an_id_or_a_vocabulary_that_comes_twice_is_a_fault_that_names_the_first(
    write: Write,
) -> None:
    words = "[vocabulary]\nx = ['a']\n"
    first = write(HEAD + words + RULE + "any = ['a']", "packs/one")
    second = write(HEAD + words + RULE + "any = ['b']", "packs/two")
    with pytest.raises(PackError) as caught:
        load_packs(first.parent)
    vocabulary, rule = caught.value.faults
    assert str(vocabulary).startswith(f"{second}:3:1: vocabulary 'x' is already defined at")
    assert f"{first}:3:1" in vocabulary.message
    assert str(rule).startswith(f"{second}:5:6: rule id 'a' is already taken at {first}:5:6")


def test_two_languages_may_name_a_vocabulary_alike(write: Write) -> None:
    words = "[vocabulary]\nx = ['a']\n"
    folder = write(HEAD + words + RULE + "any = ['$x']", "packs/one").parent
    write(HEAD.replace("en", "it") + words, "packs/two")
    assert [pack.language for pack in load_packs(folder)] == ["en"]


def test_a_file_that_is_not_utf8_is_a_fault_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    path.write_bytes(b'language = "en"\n# caf\xe9\n')
    assert faults(path) == ["2:6: byte 0xe9 is not UTF-8: save the file as UTF-8"]


def test_a_folder_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"no folder '.*nowhere'"):
        load_packs(tmp_path / "nowhere")
    with pytest.raises(RulesError, match="no keyword set in"):
        load_packs(tmp_path)


LINES = """
[[rule]]
[rule]
[vocabulary]
[[rule.test]]
id = 'a'
label = 'outage'
any = ['a b', '$x']
any = {}
x = ['a']
text = 1
match = true
gap = -1
language = 'en'
language = 3
note = []
'any' = [[]]
limit = nan
= 2
""".strip().splitlines()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.sampled_from(LINES), max_size=8))
def test_any_jumble_of_lines_loads_or_is_a_list_of_places(lines: list[str], write: Write) -> None:
    path = write("\n".join(lines))
    try:
        load_packs(path)
    except PackError as error:
        places = [(fault.line, fault.col) for fault in error.faults]
        assert places == sorted(places)
        assert all(1 <= line <= len(lines) + 1 for line, _ in places)


def test_the_packs_that_come_with_the_program_load() -> None:
    assert {pack.language for pack in load_packs()} <= {"en", "it", "es"}
