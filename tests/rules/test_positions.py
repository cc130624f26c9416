from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.positions import Path, Positions

bare_keys = st.text("abcdefgXYZ019_-", min_size=1, max_size=6)
any_keys = st.one_of(bare_keys, st.text("a.b #[]='\"é", min_size=1, max_size=5))
texts = st.text("ab\\\"'#[]{},=\n é🙂", max_size=8)


def basic(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def written_key(key: str) -> str:
    is_bare = all(char.isascii() and (char.isalnum() or char in "_-") for char in key)
    return key if is_bare else basic(key)


@st.composite
def strings(draw: st.DrawFn) -> str:
    text = draw(texts)
    style = draw(st.sampled_from(["basic", "literal", "long", "long literal"]))
    if style == "literal" and not set(text) & set("'\n"):
        return f"'{text}'"
    if style == "long":
        return '"""' + basic(text)[1:-1].replace("\\n", "\n") + '"""'
    if style == "long literal" and "'" not in text:
        return f"'''{text}'''"
    return basic(text)


gaps = st.sampled_from(["", " ", "\n", ' # idle ]},"\n', "\n\t"])


@st.composite
def arrays(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(inner, max_size=3))
    body = ",".join(draw(gaps) + item + draw(gaps) for item in items)
    trailing = "," if items and draw(st.sampled_from([True, False])) else ""
    return "[" + body + trailing + draw(gaps) + "]"


@st.composite
def inline_tables(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    keys = draw(st.lists(any_keys, max_size=3, unique=True))
    return "{ " + ", ".join(f"{written_key(key)} = {draw(inner)}" for key in keys) + " }"


scalars = st.one_of(
    strings(), st.integers().map(str), st.sampled_from(["true", "1.5e3", "2020-01-02 03:04:05"])
)
values = st.recursive(
    scalars, lambda inner: st.one_of(arrays(inner), inline_tables(inner)), max_leaves=6
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    def pairs() -> Iterator[str]:
        for key in draw(st.lists(any_keys, max_size=3, unique=True)):
            yield f"{written_key(key)} = {draw(values)}{draw(st.sampled_from(['', ' # c', '']))}"

    lines = list(pairs())
    for i in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["[t{}]", "[[ list ]]", "[[list.inner]]", '["q.{}"]']))
        if kind == "[[list.inner]]" and "[[ list ]]" not in lines:
            kind = "[[ list ]]"
        lines += [kind.format(i), *pairs()]
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


def paths(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from paths(inner, (*path, i))


def offset(text: str, place: tuple[int, int]) -> int:
    line, col = place
    return sum(map(len, text.splitlines(keepends=True)[: line - 1])) + col - 1


@given(documents())
def test_every_path_of_a_document_has_a_place_and_no_other_path_has(document: str) -> None:
    try:
        data = tomllib.loads(document)
    except tomllib.TOMLDecodeError:  # two keys of the same name, or a key that is a table already
        return
    found = Positions(document)
    assert set(found.values) == {path for path, _ in paths(data)}


@given(st.lists(st.tuples(any_keys, values), max_size=5, unique_by=lambda pair: pair[0]))
def test_a_place_is_where_the_value_is_written(pairs: list[tuple[str, str]]) -> None:
    lines = [f"{written_key(key)} = {value}" for key, value in pairs]
    document = "\n".join(lines)
    tomllib.loads(document)
    found = Positions(document)
    at = 0
    for (key, value), line in zip(pairs, lines, strict=True):
        before = document[:at]
        line_number = before.count("\n") + 1
        assert found.keys[key,] == (line_number, 1)
        col = len(line) - len(value) + 1
        assert found.values[key,] == (line_number, col)
        at += len(line) + 1


def test_places_of_a_keyword_set() -> None:
    text = 'language = "en"\n[[rule]]\nany = [\n  "é", "b",\n]\n[[rule.test]]\ntext = "x"\n'
    found = Positions(text)
    assert found.values["rule", 0, "any", 1] == (4, 8)
    assert found.values["rule", 0, "test", 0] == (6, 1)
    assert found.values["rule", 0, "test", 0, "text"] == (7, 8)
    assert found.nearest(("rule", 0, "id")) == (2, 1)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_columns_count_code_points(newline: str) -> None:
    text = f'a = 1{newline}"🙂" = ["é", "b"]'
    assert Positions(text).values["🙂", 1] == (2, 13)
