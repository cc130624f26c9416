from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from rules import PackError, load_packs
from rules.keys import CONTEXT_KEYS, FILE_KEYS, RULE_KEYS, TEST_KEYS, Key
from rules.loader import BUILT_IN
from rules.pack import FACTS, Context, Rule, RuleTest
from rules.text import MARKS
from rules.workbench.schema import meaning, schema

Write = Callable[..., Path]

HEAD = 'language = "en"\n'
RULE = '[[rule]]\nid = "a"\nlabel = "outage"\n'
FOUND = HEAD + RULE + 'any = ["power out"]\n'
POINTS = HEAD + RULE + "need = 2\n"

EVERYTHING = """
language = "es"
[vocabulary]
luz = ["luz", "$red"]
red = ["corriente", "energía eléctrica"]
[context.dicho-por_otros]
before = ["dicen que"]
after = ["según"]
around = ["parece"]
anywhere = ["me contaron"]
stop = ["pero"]
reach = 0
gap = 20
note = "de oídas"
[[rule]]
id = "es-1.luz_x"
label = "nothing"
any = ["sin $luz", "@electrica sin $luz"]
all = []
none = ["sin $luz propia"]
near = ["barrio|casa"]
not_near = ["vela*"]
when = ["question", "dicho-por_otros", "exclaims"]
unless = ["media", "headline"]
need = 99
languages = ["es", "und"]
channels = ["facebook", "mi-canal.2"]
gap = 0
reach = 50
tolerance = 0
limit = 62.5
priority = 9
status = "draft"
owner = "mesa"
note = "nada"
[rule.points]
9 = ["se fue la $luz"]
-9 = ["luz del sol"]
[[rule.test]]
text = "¿sin luz en casa?"
match = false
channel = "facebook"
lang = "es"
facts = ["media", "own_account", "reply", "repost"]
"""


def complaints(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema())
    return [error.message for error in validator.iter_errors(tomllib.loads(text))]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", sorted(BUILT_IN.rglob("*.toml")), ids=str)
def test_every_pack_that_comes_with_the_program_is_valid(path: Path) -> None:
    assert complaints(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        FOUND,
        HEAD + '[vocabulary]\nx = ["a"]\n',
        HEAD + '[context.x]\nafter = ["a"]\n',
        POINTS + 'points = { 2 = ["power out"] }',
        EVERYTHING,
    ],
)
def test_a_sound_set_is_taken_by_the_schema_and_the_parser(write: Write, text: str) -> None:
    assert complaints(text) == []
    load_packs(write(text))


BAD = [
    "",
    HEAD,
    HEAD + "rule = []",
    HEAD + "[vocabulary]",
    HEAD + "[context]",
    RULE + "any = ['a']",
    FOUND.replace('"en"', '"fr"'),
    FOUND.replace('"en"', "3"),
    FOUND + "[[rules]]",
    HEAD + "rule = 3",
    HEAD + "[rule]\nid = 'a'",
    HEAD + "rule = [3]",
    HEAD + RULE,
    HEAD + "[[rule]]\nid = 'a'\nany = ['a']",
    HEAD + "[[rule]]\nlabel = 'outage'\nany = ['a']",
    HEAD + RULE + "any = []",
    HEAD + RULE + "any = 'a'",
    HEAD + RULE + "any = [' ']",
    HEAD + RULE + "any = [3]",
    FOUND.replace('"a"', '"a b"'),
    FOUND.replace('"a"', '""'),
    FOUND.replace("outage", "outtage"),
    *(
        FOUND + key
        for key in (
            "nnone = []",
            "all = 'a'",
            "none = ['']",
            "near = [1]",
            "not_near = {}",
            "when = 'question'",
            "unless = [3]",
            "need = 3",
            "languages = ['fr']",
            "languages = 'en'",
            "channels = ['Face Book']",
            "channels = ['']",
            "gap = -1",
            "gap = 21",
            "gap = 1.5",
            "gap = true",
            "reach = 51",
            "reach = '3'",
            "tolerance = 3",
            "limit = 0.5",
            "limit = 101",
            "priority = 10",
            "status = 'old'",
            "owner = 3",
            "note = []",
            "test = 3",
            "[rule.test]",
            "[[rule.test]]",
            "[[rule.test]]\ntext = 'a'",
            "[[rule.test]]\ntext = 'a'\nmatch = 'yes'",
            "[[rule.test]]\ntext = 3\nmatch = true",
            "[[rule.test]]\ntext = 'a'\nmatch = true\nlabel = 'outage'",
            "[[rule.test]]\ntext = 'a'\nmatch = true\nchannel = 1",
            "[[rule.test]]\ntext = 'a'\nmatch = true\nlang = []",
            "[[rule.test]]\ntext = 'a'\nmatch = true\nfacts = ['question']",
        )
    ),
    POINTS,
    HEAD + RULE + "points = { 2 = ['a'] }",
    HEAD + RULE + "need = 0\npoints = { 2 = ['a'] }",
    HEAD + RULE + "need = 100\npoints = { 2 = ['a'] }",
    *(
        POINTS + points
        for points in (
            "points = {}",
            "points = 3",
            "points = { -1 = ['a'] }",
            "points = { 0 = ['a'] }",
            "points = { 10 = ['a'], 1 = ['b'] }",
            "points = { '+1' = ['a'], 1 = ['b'] }",
            "points = { two = ['a'], 1 = ['b'] }",
            "points = { 1 = [] }",
            "points = { 1 = 'a' }",
        )
    ),
    *(
        HEAD + context
        for context in (
            "context = 3",
            "context.x = 3",
            "[context.x]",
            "[context.x]\nbefore = []",
            "[context.x]\nstop = ['a']",
            "[context.x]\nbefore = 'a'",
            "[context.x]\nbfore = ['a']\nafter = ['b']",
            "[context.x]\nafter = ['b']\nreach = 51",
            "[context.x]\nafter = ['b']\ngap = 21",
            "[context.x]\nafter = ['b']\nnote = 1",
            "[context.reply]\nafter = ['b']",
            "[context.headline]\nafter = ['b']",
            "[context.1x]\nafter = ['b']",
        )
    ),
    *(
        HEAD + vocabulary
        for vocabulary in (
            "vocabulary = 3",
            "[vocabulary]\n1 = ['a']",
            "[vocabulary]\nx = []",
            "[vocabulary]\nx = 'a'",
            "[vocabulary]\nx = ['']",
            "[vocabulary]\nx = [1]",
        )
    ),
]


@pytest.mark.parametrize("text", BAD)
def test_a_bad_set_is_refused_by_the_schema_and_the_parser(write: Write, text: str) -> None:
    assert complaints(text)
    with pytest.raises(PackError):
        load_packs(write(text))


def test_the_schema_says_what_each_key_means() -> None:
    properties = schema()["properties"]
    assert isinstance(properties, dict)
    rule = properties["rule"]["items"]["properties"]
    context = properties["context"]["additionalProperties"]["properties"]
    test = rule["test"]["items"]["properties"]
    for keys, told in (
        (FILE_KEYS, properties),
        (RULE_KEYS, rule),
        (CONTEXT_KEYS, context),
        (TEST_KEYS, test),
    ):
        assert {key.name: meaning(key) for key in keys} == {
            name: value["description"] for name, value in told.items()
        }


def test_the_schema_names_the_facts_where_contexts_are_asked_for() -> None:
    properties: dict[str, Any] = schema()["properties"]  # type: ignore[assignment]
    rule = properties["rule"]["items"]["properties"]
    for key in ("when", "unless"):
        assert rule[key]["items"]["examples"] == list(FACTS)


def test_the_schema_tells_how_phrases_are_written() -> None:
    properties: dict[str, Any] = schema()["properties"]  # type: ignore[assignment]
    rule = properties["rule"]["items"]["properties"]
    told = rule["any"]["items"]["description"]
    assert all(mark in told for mark in ("`=word`", "`word~`", "`@text`", "`$name`", *MARKS))


@pytest.mark.parametrize("reader", [Rule, Context, RuleTest])
def test_the_table_of_keys_holds_every_field_of_what_is_read(
    reader: type[Rule | Context | RuleTest],
) -> None:
    keys = {Rule: RULE_KEYS, Context: CONTEXT_KEYS, RuleTest: TEST_KEYS}[reader]
    spelled = {"points": "evidence", "test": "tests"}
    names = {spelled.get(key.name, key.name) for key in keys}
    by_itself = {"source"} if reader is RuleTest else {"source", "language"}
    by_itself |= {"name"} if reader is Context else set()
    assert names | by_itself == set(reader.__struct_fields__)


@pytest.mark.parametrize(
    ("defaults", "keys"),
    [
        (Rule(id="a", label="outage", language="en"), RULE_KEYS),
        (Context(name="a", language="en"), CONTEXT_KEYS),
    ],
)
def test_what_holds_without_a_key_is_what_the_table_says(
    defaults: Rule | Context, keys: tuple[Key, ...]
) -> None:
    told = {key.name: key.default for key in keys if key.default is not None}
    assert told == {name: getattr(defaults, name) for name in told}
