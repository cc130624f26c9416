"""One keyword set, checked key by key; a fault is noted and reading goes on.

The tables of keys below are the rule language: this module checks by them, the JSON Schema
(`rules.workbench.schema`) and the page for rule authors are held to them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Literal, NamedTuple

from rules.errors import Fault, Source, choices
from rules.language import UNKNOWN
from rules.pack import (
    FACTS,
    GAP_DEFAULT,
    GAP_MAX,
    LANGUAGES,
    LIMIT_DEFAULT,
    NEED_MAX,
    NOTHING,
    POINTS_MAX,
    PRIORITY_MAX,
    REACH_DEFAULT,
    REACH_MAX,
    STATUSES,
    TOLERANCE_MAX,
    Context,
    Evidence,
    Rule,
    RuleTest,
)
from rules.phrase import Phrase, PhraseError, Vocabulary, parse_entry, parse_phrase
from rules.positions import Path, Positions
from rules.verdict import LABELS


class Form(NamedTuple):
    """How a name must be spelled, and what to say where it is not."""

    pattern: str
    fault: str


class Key(NamedTuple):
    """One key of a keyword set: what it takes and what it means.

    `choices` (or `form`) bind a text, or each text of a list; `low` and `high` a number; `noun`
    is what one of the choices is called in a fault.
    """

    name: str
    kind: Literal[
        "text", "flag", "whole", "number", "texts", "phrases", "points", "tables", "named"
    ]
    means: str
    needed: bool = False
    choices: tuple[str, ...] = ()
    form: Form | None = None
    low: int = 0
    high: int = 0
    default: float | str | None = None
    noun: str = ""


NAME = Form(r"[A-Za-z][A-Za-z0-9_-]*", "begin with a letter, then letters, digits, _ or -")
POINTS = Form(
    rf"-?[1-{POINTS_MAX}]", f"give a whole number from -{POINTS_MAX} to {POINTS_MAX}, not 0"
)
_ID = Form(r"[A-Za-z0-9][A-Za-z0-9._-]*", "can't be an id: use letters, digits, '-', '_' and '.'")
_CHANNEL = Form(r"[^\sA-Z]+", "is no channel: write one word in lower case, such as 'facebook'")
SPOKEN = (*LANGUAGES, UNKNOWN)
"""What the language of a post may be."""
TOLD_FACTS = ("media", "own_account", "reply", "repost")
"""The facts that a test must state: its text does not show them."""

FILE_KEYS = (
    Key("language", "text", "the language of the whole file", needed=True, choices=LANGUAGES),
    Key("vocabulary", "named", "lists of words, each under a name; for all files of the language"),
    Key("context", "named", "a circumstance that rules can ask for; for all files of the language"),
    Key("rule", "tables", "begins a rule"),
)
RULE_KEYS = (
    Key(
        "id",
        "text",
        "its own name: letters, digits, `-`, `_`, `.`; once in all sets",
        needed=True,
        form=_ID,
    ),
    Key(
        "label",
        "text",
        f"the label that it gives, or `{NOTHING}`",
        needed=True,
        choices=(*LABELS, NOTHING),
    ),
    Key("any", "phrases", "phrases; one must be found (needed where there are no points)"),
    Key("all", "phrases", "phrases; every one must be found too, anywhere in the post"),
    Key(
        "none",
        "phrases",
        "phrases; where one is found, anywhere in the post, the rule does not fire",
    ),
    Key("near", "phrases", "phrases; one must stand near the match, in its sentence"),
    Key("not_near", "phrases", "phrases; none may stand near the match, in its sentence"),
    Key("when", "texts", "contexts; all must hold of the match", noun="context"),
    Key("unless", "texts", "contexts; none may hold of the match", noun="context"),
    Key("points", "points", "phrases by the points that each gives, or takes where below 0"),
    Key(
        "need",
        "whole",
        "the points that must come together; goes with points",
        low=1,
        high=NEED_MAX,
    ),
    Key(
        "languages",
        "texts",
        "a list; only posts in these languages count",
        choices=SPOKEN,
        noun="language",
    ),
    Key(
        "channels",
        "texts",
        "a list, in lower case; only posts from these channels count",
        form=_CHANNEL,
        noun="channel",
    ),
    Key(
        "gap",
        "whole",
        "the most idle words between two neighbouring words of a phrase; 0 means side by side",
        high=GAP_MAX,
        default=GAP_DEFAULT,
    ),
    Key(
        "reach",
        "whole",
        "the most words between the match and what `near` and `not_near` look for",
        high=REACH_MAX,
        default=REACH_DEFAULT,
    ),
    Key(
        "tolerance",
        "whole",
        "the most typing errors (edits) that one word forgives",
        high=TOLERANCE_MAX,
        default=TOLERANCE_MAX,
    ),
    Key(
        "limit",
        "number",
        "the lowest score that counts; 100 means exact and side by side",
        low=1,
        high=100,
        default=LIMIT_DEFAULT,
    ),
    Key(
        "priority",
        "whole",
        f"of matches that overlap only the highest stand (1 without it for `{NOTHING}`)",
        high=PRIORITY_MAX,
        default=0,
    ),
    Key(
        "status",
        "text",
        "`live` works; `draft` is tested but gives no label yet; `retired` never runs",
        choices=STATUSES,
        default="live",
    ),
    Key("owner", "text", "who answers for the rule"),
    Key("note", "text", "words for the next author"),
    Key("test", "tables", "begins a test of the rule above"),
)
CONTEXT_KEYS = (
    Key("before", "phrases", "cues (phrases) before the match, in its sentence"),
    Key("after", "phrases", "cues behind the match, in its sentence"),
    Key("around", "phrases", "cues on either side of the match or in it, in its sentence"),
    Key("anywhere", "phrases", "cues anywhere in the post"),
    Key("stop", "phrases", "words that end a cue's reach where they stand in between"),
    Key(
        "reach",
        "whole",
        "the most words between the match and a cue",
        high=REACH_MAX,
        default=REACH_DEFAULT,
    ),
    Key("gap", "whole", "the most idle words within a cue", high=GAP_MAX, default=0),
    Key("note", "text", "words for the next author"),
)
CUES = ("before", "after", "around", "anywhere")
MAY_BE_EMPTY = ("all", "none", "near", "not_near", *CUES, "stop")
"""Lists of phrases that may hold nothing; `any` and points may not."""
TEST_KEYS = (
    Key("text", "text", "what somebody posts", needed=True),
    Key("match", "flag", "true where this rule must fire on it, else false", needed=True),
    Key("channel", "text", "the channel that it comes from"),
    Key("lang", "text", "the language that the post itself states"),
    Key("facts", "texts", "a list of what the text does not show", choices=TOLD_FACTS, noun="fact"),
)
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


def is_reference(entry: str) -> bool:
    """Whether a vocabulary's entry is `$name` alone, all entries of another one."""
    return re.fullmatch(rf"\${NAME.pattern}", entry.strip()) is not None


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
