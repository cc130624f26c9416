"""One keyword set, checked key by key; a fault is noted and reading goes on.

The keys, and what each may hold, are those of the tables in `rules.keys`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from rules.errors import Fault, Source, choices
from rules.keys import (
    CONTEXT_KEYS,
    CUES,
    FILE_KEYS,
    MAY_BE_EMPTY,
    NAME,
    POINTS,
    RULE_KEYS,
    TEST_KEYS,
    Key,
)
from rules.pack import FACTS, NOTHING, Context, Evidence, Rule, RuleTest
from rules.phrase import Phrase, PhraseError, Vocabulary, parse_entry, parse_phrase
from rules.positions import Path, Positions

_KINDS: dict[type, str] = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}
Entries = tuple[tuple[str, Source], ...]
"""The texts of a vocabulary, each with its place."""


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
        if "language" not in data:
            self._fault((), 'the file has no language: begin with language = "en", "it" or "es"')
        self.language = str(self._values((), data, FILE_KEYS[:1]).get("language"))
        if not any(data.get(key) for key in ("rule", "vocabulary", "context")):
            self._fault((), "nothing to read: write a [[rule]] with id, label and any")

    def vocabulary(self) -> Iterator[tuple[str, Entries, Source]]:
        """Each vocabulary of the file: name, entries (valid ones and `$name`), place."""
        for path, name, entries in self._named("vocabulary"):
            if entries == []:
                self._fault(path, f"vocabulary '{name}' is empty: write one word or more")
            good = []
            for i, entry in self._texts(path, entries):
                try:
                    if not is_reference(entry):
                        parse_entry(entry, language=self.language)
                    good.append((entry, self._source((*path, i))))
                except PhraseError as error:
                    self._fault((*path, i), str(error))
            yield name, tuple(good), self._source(path, key=True)

    def contexts(self, vocabulary: Vocabulary) -> Iterator[Context]:
        """Each context of the file."""
        for path, name, table in self._named("context"):
            if name in FACTS:
                message = f"context '{name}' is already known to the program"
                self._fault(path, f"{message}: give yours another name", key=True)
            if not self._is(path, table, dict):
                continue
            values = self._values(path, table, CONTEXT_KEYS, vocabulary)
            if not any(table.get(cue) for cue in CUES):
                message = f"context '{name}' has no cue: write {', '.join(CUES[:-1])} or {CUES[-1]}"
                self._fault(path, message)
            source = self._source(path, key=True)
            yield Context(name=name, language=self.language, source=source, **values)

    def rules(self, vocabulary: Vocabulary, contexts: Collection[str]) -> Iterator[Rule]:
        """Each rule of the file that has an id; `contexts` are the names of its language."""
        known = (*FACTS, *(name for name in contexts if name not in FACTS))
        keys = tuple(
            key._replace(choices=known) if key.name in ("when", "unless") else key
            for key in RULE_KEYS
        )
        for path, table in self._tables(("rule",), self._data.get("rule", [])):
            values = self._values(path, table, keys, vocabulary)
            self._check_found(path, table)
            values["evidence"] = values.pop("points", ())
            values["tests"] = tuple(self._tests((*path, "test"), table.get("test", [])))
            if values.get("label") == NOTHING:
                values.setdefault("priority", 1)
            if "id" in values:
                values.setdefault("label", "")
                yield Rule(language=self.language, source=self._source((*path, "id")), **values)

    def _check_found(self, path: Path, table: dict[str, Any]) -> None:
        """A rule looks for `any` or for points, and points need a sum."""
        points = table.get("points")
        if "any" not in table and points is None:
            self._fault(path, "the rule has no 'any': write any = …, or points")
        if points is None and "need" in table:
            self._fault((*path, "need"), "'need' goes with points: write [rule.points]")
        if points is not None and "need" not in table:
            self._fault((*path, "points"), "the points need a sum to come to: write need = …")
        if isinstance(points, dict) and all(key.startswith("-") for key in points):
            message = "no phrase gives points: write one or more that count above 0"
            self._fault((*path, "points"), message)

    def _tests(self, path: Path, tables: object) -> Iterator[RuleTest]:
        for test_path, table in self._tables(path, tables):
            values = self._values(test_path, table, TEST_KEYS)
            if "text" in values and "match" in values:
                yield RuleTest(source=self._source((*test_path, "text")), **values)

    def _values(
        self,
        path: Path,
        table: dict[str, Any],
        keys: tuple[Key, ...],
        vocabulary: Vocabulary | None = None,
    ) -> dict[str, Any]:
        """The sound values of `table`, without its tables; each as a `Struct` field takes it."""
        if path:
            self._unknown_keys(path, table, keys)
        values = {}
        for key in keys:
            if key.name not in table:
                if key.needed and path:
                    thing = "test" if path[-2] == "test" else path[0]
                    self._fault(path, f"the {thing} has no '{key.name}': write {key.name} = …")
                continue
            at, value = (*path, key.name), table[key.name]
            read: Any = None
            if key.kind == "text" and self._is(at, value, str):
                read = self._text(at, value, key)
            elif key.kind == "flag" and self._is(at, value, bool):
                read = value
            elif key.kind in ("whole", "number"):
                read = self._number(at, value, key)
            elif key.kind == "texts":
                read = tuple(self._text((*at, i), text, key) for i, text in self._texts(at, value))
            elif key.kind == "phrases":
                read = self._phrases(at, value, vocabulary or {})
            elif key.kind == "points" and self._is(at, value, dict):
                read = tuple(self._evidence(at, value, vocabulary or {}))
            if read is not None:
                values[key.name] = read
        return values

    def _text(self, path: Path, text: str, key: Key) -> str:
        if key.choices and text not in key.choices:
            noun = key.noun or key.name
            self._fault(path, f"unknown {noun} '{text}': {choices(text, key.choices)}")
        if key.form and not re.fullmatch(key.form.pattern, text):
            self._fault(path, f"'{_shown(text)}' {key.form.fault}")
        return text

    def _number(self, path: Path, value: object, key: Key) -> float | None:
        kind: type = int if key.kind == "whole" else float
        fits = isinstance(value, int) or (kind is float and isinstance(value, float))
        if isinstance(value, bool) or not isinstance(value, int | float) or not fits:
            message = f"'{_shown(value)}' is not {_KINDS[kind]} from {key.low} to {key.high}"
            self._fault(path, message)
            return None
        if not key.low <= value <= key.high:
            message = f"{key.name} = {value} is out of range: give {key.low} to {key.high}"
            self._fault(path, message)
            return None
        return kind(value)  # type: ignore[no-any-return]

    def _evidence(
        self, path: Path, table: dict[str, Any], vocabulary: Vocabulary
    ) -> Iterator[Evidence]:
        for points, phrases in table.items():
            if re.fullmatch(POINTS.pattern, points):
                yield Evidence(int(points), self._phrases((*path, points), phrases, vocabulary))
            else:
                message = f"'{_shown(points)}' can't be points: {POINTS.fault}"
                self._fault((*path, points), message, key=True)

    def _phrases(self, path: Path, items: object, vocabulary: Vocabulary) -> tuple[Phrase, ...]:
        if items == [] and path[-1] not in MAY_BE_EMPTY:
            self._fault(path, f"'{path[-1]}' is empty: write one phrase or more")
        phrases = []
        for i, text in self._texts(path, items):
            try:
                source = self._source((*path, i))
                phrases.append(parse_phrase(text, vocabulary, source, language=self.language))
            except PhraseError as error:
                self._fault((*path, i), str(error))
        return tuple(phrases)

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

    def _named(self, thing: str) -> Iterator[tuple[Path, str, Any]]:
        """What the file's table `thing` holds by name."""
        table = self._data.get(thing, {})
        if not self._is((thing,), table, dict):
            return
        for name, value in table.items():
            if not re.fullmatch(NAME.pattern, name):
                self._fault((thing, name), f"'{name}' can't name a {thing}: {NAME.fault}", key=True)
            yield (thing, name), name, value

    def _unknown_keys(self, path: Path, table: dict[str, Any], keys: tuple[Key, ...]) -> None:
        known = [key.name for key in keys]
        for key in table:
            if key == "test" and not path:
                mend = "a test stands under its rule: write [[rule.test]]"
                self._fault((key,), mend, key=True)
            elif key not in known:
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


def is_reference(entry: str) -> bool:
    """Whether a vocabulary's entry is `$name` alone, all entries of another one."""
    return re.fullmatch(rf"\${NAME.pattern}", entry.strip()) is not None


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
