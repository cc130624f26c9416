"""One keyword set, checked key by key; a fault is noted and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rules.errors import Fault, Source, choices
from rules.pack import (
    GAP_DEFAULT,
    GAP_MAX,
    LANGUAGES,
    LIMIT_DEFAULT,
    Rule,
    RuleTest,
)
from rules.phrase import Phrase, PhraseError, Vocabulary, parse_entry, parse_phrase
from rules.positions import Path, Positions
from rules.verdict import LABELS

FILE_KEYS = ("language", "vocabulary", "rule")
RULE_KEYS = ("id", "label", "any", "all", "none", "gap", "limit", "note", "test")
TEST_KEYS = ("text", "match")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_KINDS: dict[type, str] = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class KeywordSet:
    """The parsed TOML `data` of the file shown as `path`; faults go to `faults`."""

    def __init__(
        self, path: str, data: dict[str, Any], positions: Positions, faults: list[Fault]
    ) -> None:
        self._path = path
        self._data = data
        self._positions = positions
        self._faults = faults
        self._unknown_keys((), data, FILE_KEYS)
        self.language = self._language()
        if not data.get("rule") and not data.get("vocabulary"):
            self._fault((), "nothing to read: write a [[rule]] with id, label and any")

    def vocabulary(self) -> Iterator[tuple[str, tuple[str, ...], Source]]:
        """Each vocabulary of the file: name, entries (only valid ones), place."""
        table = self._data.get("vocabulary", {})
        if not self._is(("vocabulary",), table, dict):
            return
        for name, entries in table.items():
            path: Path = ("vocabulary", name)
            if not _NAME.fullmatch(name):
                message = f"'{name}' can't name a vocabulary: begin with a letter, then letters,"
                self._fault(path, f"{message} digits, _ or -", key=True)
            if entries == []:
                self._fault(path, f"vocabulary '{name}' is empty: write one word or more")
            good = []
            for i, entry in self._texts(path, entries):
                try:
                    parse_entry(entry)
                    good.append(entry)
                except PhraseError as error:
                    self._fault((*path, i), str(error))
            yield name, tuple(good), self._source(path, key=True)

    def rules(self, vocabulary: Vocabulary) -> Iterator[Rule]:
        """Each rule of the file that is sound enough to be counted."""
        for path, table in self._tables(("rule",), self._data.get("rule", [])):
            rule = self._rule(path, table, vocabulary)
            if rule:
                yield rule

    def _rule(self, path: Path, table: dict[str, Any], vocabulary: Vocabulary) -> Rule | None:
        self._unknown_keys(path, table, RULE_KEYS)
        for key in ("id", "label", "any"):
            if key not in table:
                self._fault(path, f"the rule has no '{key}': write {key} = …")
        phrases = {
            key: self._phrases((*path, key), table[key], vocabulary)
            for key in ("any", "all", "none")
            if key in table
        }
        if "any" in table and table["any"] == []:
            self._fault((*path, "any"), "'any' is empty: write one phrase or more")
        label = self._label((*path, "label"), table.get("label"))
        gap = self._number((*path, "gap"), table.get("gap", GAP_DEFAULT), int, 0, GAP_MAX)
        limit = self._number((*path, "limit"), table.get("limit", LIMIT_DEFAULT), float, 1, 100)
        note = table.get("note", "")
        self._is((*path, "note"), note, str)
        tests = tuple(self._tests((*path, "test"), table.get("test", [])))
        id_ = self._id((*path, "id"), table.get("id"))
        if id_ is None:
            return None
        return Rule(
            id=id_,
            label=label,
            language=self.language,
            any=phrases.get("any", ()),
            all=phrases.get("all", ()),
            none=phrases.get("none", ()),
            gap=int(gap),
            limit=float(limit),
            note=str(note),
            tests=tests,
            source=self._source((*path, "id")),
        )

    def _tests(self, path: Path, tables: object) -> Iterator[RuleTest]:
        for test_path, table in self._tables(path, tables):
            self._unknown_keys(test_path, table, TEST_KEYS)
            for key in TEST_KEYS:
                if key not in table:
                    self._fault(test_path, f"the test has no '{key}': write {key} = …")
            text, match = table.get("text", ""), table.get("match", False)
            text_is_fine = self._is((*test_path, "text"), text, str)
            if self._is((*test_path, "match"), match, bool) and text_is_fine:
                yield RuleTest(text, match, self._source((*test_path, "text")))

    def _phrases(self, path: Path, items: object, vocabulary: Vocabulary) -> tuple[Phrase, ...]:
        phrases = []
        for i, text in self._texts(path, items):
            try:
                phrases.append(parse_phrase(text, vocabulary, self._source((*path, i))))
            except PhraseError as error:
                self._fault((*path, i), str(error))
        return tuple(phrases)

    def _language(self) -> str:
        language = self._data.get("language")
        if language is None:
            self._fault((), 'the file has no language: begin with language = "en", "it" or "es"')
        elif self._is(("language",), language, str) and language not in LANGUAGES:
            message = f"unknown language '{language}': {choices(language, LANGUAGES)}"
            self._fault(("language",), message)
        return str(language)

    def _label(self, path: Path, label: object) -> str:
        if label is not None and self._is(path, label, str) and label not in LABELS:
            self._fault(path, f"unknown label '{label}': {choices(str(label), LABELS)}")
        return str(label)

    def _id(self, path: Path, id_: object) -> str | None:
        if id_ is None or not self._is(path, id_, str):
            return None
        if not _ID.fullmatch(str(id_)):
            message = f"'{id_}' can't be an id: use letters, digits, '-', '_' and '.'"
            self._fault(path, message)
        return str(id_)

    def _number(
        self, path: Path, value: object, kind: type[int | float], low: int, high: int
    ) -> float:
        fits = isinstance(value, int) or (kind is float and isinstance(value, float))
        if isinstance(value, bool) or not isinstance(value, int | float) or not fits:
            self._fault(path, f"'{_shown(value)}' is not {_KINDS[kind]} from {low} to {high}")
            return low
        if not low <= value <= high:
            self._fault(path, f"{path[-1]} = {value} is out of range: give {low} to {high}")
            return low
        return value

    def _texts(self, path: Path, items: object) -> Iterator[tuple[int, str]]:
        if not isinstance(items, list):
            self._fault(path, f'\'{_shown(items)}\' is not a list: write ["…", "…"]')
            return
        for i, item in enumerate(items):
            if self._is((*path, i), item, str):
                yield i, item

    def _tables(self, path: Path, items: object) -> Iterator[tuple[Path, dict[str, Any]]]:
        header = ".".join(str(part) for part in path if isinstance(part, str))
        if not isinstance(items, list):
            self._fault(path, f"'{header}' is not a list of tables: write [[{header}]]")
            return
        for i, item in enumerate(items):
            if isinstance(item, dict):
                yield (*path, i), item
            else:
                self._fault((*path, i), f"'{_shown(item)}' is not a table: write [[{header}]]")

    def _unknown_keys(self, path: Path, table: dict[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                self._fault((*path, key), f"unknown key '{key}': {choices(key, known)}", key=True)

    def _is(self, path: Path, value: object, kind: type) -> bool:
        if isinstance(value, kind):
            return True
        self._fault(path, f"'{_shown(value)}' is not {_KINDS[kind]}")
        return False

    def _fault(self, path: Path, message: str, *, key: bool = False) -> None:
        self._faults.append(self._source(path, key=key).fault(message))

    def _source(self, path: Path, *, key: bool = False) -> Source:
        keys = self._positions.keys
        line, col = keys[path] if key and path in keys else self._positions.nearest(path)
        return Source(self._path, line, col)


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
