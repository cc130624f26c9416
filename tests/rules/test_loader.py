from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Engine, PackError, RulesError, load_packs
from rules.bounded import MOST_BYTES
from rules.loader import BUILT_IN, load_sets

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
        ("language = “en”", ["1:12: not TOML: Invalid value in 'language = “en”'; write straight"]),
        (
            HEAD + RULE + "any = ['a']\n[[test]]\ntext = 'a'\nmatch = true",
            ["6:3: a test stands under its rule: write [[rule.test]]"],
        ),
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
        (HEAD + RULE, ["2:1: the rule has no 'any': write any = …, or points"]),
        (HEAD + RULE + "any = ['a']\nneed = 2", ["6:8: 'need' goes with points: write [rule."]),
        (HEAD + RULE + "points = { 1 = ['a'] }", ["5:10: the points need a sum to come to"]),
        (
            HEAD + RULE + "need = 1\n[rule.points]\n-1 = ['a']",
            ["6:1: no phrase gives points: write one or more that count above 0"],
        ),
        (
            HEAD + RULE + "need = 100\n[rule.points]\n0 = ['a']\n10 = ['b']\n1 = []",
            [
                "5:8: need = 100 is out of range: give 1 to 99",
                "7:1: '0' can't be points: give a whole number from -9 to 9, not 0",
                "8:1: '10' can't be points",
                "9:5: '1' is empty: write one phrase or more",
            ],
        ),
        (
            HEAD + RULE + "any = ['a']\nwhen = [3, 'qestion']\nunless = ['link', 'mine']",
            [
                "6:9: '3' is not a text in quotes",
                "6:12: unknown context 'qestion': did you mean 'question'",
                "7:19: unknown context 'mine'",
            ],
        ),
        (
            HEAD + RULE + "any = ['a']\nlanguages = ['eng']\nchannels = ['My page']",
            ["6:14: unknown language 'eng': did you mean 'en'", "7:13: 'My page' is no channel"],
        ),
        (
            HEAD + RULE + "any = ['a']\nstatus = 'life'\npriority = -1\ntolerance = 3",
            [
                "6:10: unknown status 'life': did you mean 'live'",
                "7:12: priority = -1 is out of range: give 0 to 9",
                "8:13: tolerance = 3 is out of range: give 0 to 2",
            ],
        ),
        (
            HEAD + RULE + "any = ['a']\nnear = ['#x']\nnot_near = 'a'\nreach = 51\nowner = 3",
            ["6:9: '#x' is no word", "7:12: 'a' is not a list", "8:9: reach = 51", "9:9: '3' is"],
        ),
        (
            HEAD + RULE + "status = 'retired'\nany = ['#x']",
            ["6:8: '#x' is no word"],
        ),
        (
            HEAD + RULE + "any = ['a']\n[[rule.test]]\ntext = 'a'\nmatch = true\nfacts = ['link']",
            ["9:10: unknown fact 'link': valid: media, own_account, reply, repost"],
        ),
        (HEAD + "context = 3", ["2:11: '3' is not a table"]),
        (HEAD + "context.x = 3", ["2:13: '3' is not a table"]),
        (HEAD + "[context.x]\nstop = ['a']", ["2:1: context 'x' has no cue: write before, after"]),
        (
            HEAD + "[context.reply]\nafter = ['a']",
            ["2:10: context 'reply' is already known to the program: give yours another name"],
        ),
        (
            HEAD + "[context.1x]\nafter = ['$a']\nbfore = []",
            ["2:10: '1x' can't name a context", "3:10: unknown vocabulary '$a'", "4:1: unknown"],
        ),
        (
            HEAD + "[vocabulary]\na = ['$b', '$a b', '$']\nb = ['c']\n",
            ["3:12: entry '$a b' holds '|' or '$'", "3:20: entry '$' holds"],
        ),
        (
            HEAD + "[vocabulary]\nsupply = ['$suply', 'a']\nx = ['$supply']",
            ["3:11: unknown vocabulary '$suply': did you mean 'supply'"],
        ),
        (
            HEAD + "[vocabulary]\na = ['w', '$b']\nb = ['$c', '$b']\nc = ['$a', '$d']\nd = ['w']",
            [
                "3:11: vocabularies go round in a circle, $a → $b → $c → $a: take one out",
                "4:12: vocabularies go round in a circle, $b → $b: take one out",
            ],
        ),
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


EVERY_KEY = """language = "en"
[[rule]]
id = "a"
label = "outage"
near = ["street"]
not_near = ["festival", "concert"]
when = ["own_account"]
unless = ["asked", "link"]
need = 4
languages = ["en", "und"]
channels = ["facebook"]
gap = 0
reach = 9
tolerance = 1
limit = 90
priority = 3
status = "draft"
owner = "storm desk"
note = "on trial"
[rule.points]
3 = ["$supply out"]
1 = ["dark", "candle*"]
-2 = ["game"]
[[rule.test]]
text = "power out, all dark"
match = true
channel = "facebook"
lang = "en"
facts = ["own_account"]
[context.asked]
before = ["any idea if"]
stop = ["but"]
reach = 3
gap = 1
note = "somebody wants to know"
[vocabulary]
supply = ["power"]
"""


def test_every_key_of_a_rule_is_read(write: Write) -> None:
    (pack,) = load_packs(write(EVERY_KEY))
    (rule,), (context,) = pack.rules, pack.contexts
    assert [phrase.text for phrase in (*rule.near, *rule.not_near)] == [
        "street",
        "festival",
        "concert",
    ]
    assert (rule.when, rule.unless) == (("own_account",), ("asked", "link"))
    assert [(one.points, [phrase.text for phrase in one.phrases]) for one in rule.evidence] == [
        (3, ["$supply out"]),
        (1, ["dark", "candle*"]),
        (-2, ["game"]),
    ]
    assert (rule.need, rule.any) == (4, ())
    assert (rule.languages, rule.channels) == (("en", "und"), ("facebook",))
    assert (rule.gap, rule.reach, rule.tolerance, rule.limit) == (0, 9, 1, 90.0)
    assert (rule.priority, rule.status) == (3, "draft")
    assert (rule.owner, rule.note) == ("storm desk", "on trial")
    (test,) = rule.tests
    assert (test.channel, test.lang, test.facts) == ("facebook", "en", ("own_account",))
    assert (context.name, context.language, context.source.line) == ("asked", "en", 30)
    assert [cue.text for cue in (*context.before, *context.stop)] == ["any idea if", "but"]
    assert (context.after, context.around, context.anywhere) == ((), (), ())
    assert (context.reach, context.gap, context.note) == (3, 1, "somebody wants to know")


def test_a_rule_without_a_label_stands_above_those_that_have_one(write: Write) -> None:
    rule = '[[rule]]\nid = "{}"\nlabel = "{}"\nany = ["a"]\n'
    text = rule.format("a", "nothing") + rule.format("b", "outage") + rule.format("c", "nothing")
    (pack,) = load_packs(write(HEAD + text + "priority = 0"))
    assert [rule.priority for rule in pack.rules] == [1, 0, 0]


def test_contexts_are_shared_by_the_files_of_a_language_alone(write: Write) -> None:
    context = "[context.asked]\nbefore = ['$ask']\n[vocabulary]\nask = ['any idea']\n"
    folder = write(HEAD + context, "packs/one").parent
    write(HEAD + RULE + "any = ['a']\nunless = ['asked']", "packs/two")
    (pack,) = load_packs(folder)
    assert [one.name for one in pack.contexts] == ["asked"]
    italian = write(HEAD.replace("en", "it") + RULE + "any = ['b']\nunless = ['asked']", "packs/it")
    again = write(HEAD + "[context.asked]\nafter = ['a']", "packs/six")
    with pytest.raises(PackError) as caught:
        load_packs(folder)
    unknown, taken, twice = caught.value.faults
    assert str(unknown).startswith(f"{italian}:6:11: unknown context 'asked'")
    assert str(twice) == (
        f"{folder / 'two.toml'}:3:6: rule id 'a' is already taken at {italian}:3:6: "
        "give each rule its own id"
    )
    assert str(taken) == (
        f"{again}:2:10: context 'asked' is already defined at {folder / 'one.toml'}:2:10: "
        "join the two"
    )


def test_a_vocabulary_holds_the_entries_of_those_that_it_names(write: Write) -> None:
    words = "[vocabulary]\nall = ['$few', 'gas', '$more']\nmore = ['$few', 'the water']\n"
    write(HEAD + words + RULE + "any = ['$all|wind out']", "packs/one")
    folder = write(HEAD + "[vocabulary]\nfew = ['power', 'lights']", "packs/two").parent
    loaded = load_sets(folder)
    ((phrase,),) = [rule.any for rule in loaded.packs[0].rules]
    spelled = [[{atom.spelling for atom in place} for place in row] for row in phrase.variants]
    assert spelled == [
        [{"power", "lights", "gas", "wind"}, {"out"}],
        [{"the"}, {"water"}, {"out"}],
    ]
    assert [(one.name, len(one.entries)) for one in loaded.vocabularies] == [
        ("all", 3),
        ("more", 2),
        ("few", 2),
    ]


def test_a_long_chain_of_vocabularies_is_no_trouble(write: Write) -> None:
    chain = "".join(f"v{i} = ['$v{i + 1}']\n" for i in range(3000))
    text = HEAD + RULE + "any = ['$v0']\n[vocabulary]\n" + chain
    assert load_packs(write(text + "v3000 = ['power']"))[0].rules[0].any[0].variants
    assert len(faults(write(text + "v3000 = ['$v0']"))) == 1


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
    with (tmp_path / "image.toml").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(RulesError, match=r"can't read '.*image.toml': it is over 16 MiB"):
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
[context.c]
before = ['$x']
before = 1
when = ['c', 'link', 'd']
unless = 2
[rule.points]
points = {2 = ['a'], 0 = [1]}
points = 1
-1 = ['$x']
need = 2
x = ['$x', '$y']
y = ['$x']
status = 'draft'
channels = ['A', 1]
facts = ['media', 'link']
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


def test_built_in_sets_have_each_long_phrase_on_a_line_of_its_own() -> None:
    string = re.compile(r'"(?:[^"\\]|\\.)*"')
    crowded = [
        f"{path.name}:{number}"
        for path in sorted(BUILT_IN.rglob("*.toml"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 100 and len(string.findall(line)) > 1
    ]

    assert not crowded
