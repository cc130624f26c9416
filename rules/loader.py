"""Keyword sets from files to packs, with every fault of every file reported at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from rules.errors import Fault, PackError, RulesError, in_order
from rules.keyword_set import KeywordSet
from rules.pack import LANGUAGES, Pack, Rule
from rules.positions import Positions

BUILT_IN = Path(__file__).parent / "packs"
_SYNTAX = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<col>\d+)|end of .*)\)$")


def load_packs(*folders: str | os.PathLike[str]) -> tuple[Pack, ...]:
    """The packs of all keyword sets (`*.toml`) in these folders and below, one a language.

    Without a folder: the built-in packs. A path of one file is taken as well.

    Raises:
        RulesError: a folder does not exist, can't be read or holds no keyword set.
        PackError: all faults of all files.
    """
    faults: list[Fault] = []
    sets = [
        each
        for path in _files([Path(folder) for folder in folders] or [BUILT_IN])
        if (each := _read(path, faults))
    ]
    rules = _assemble(sets, faults)
    if faults:
        raise PackError(in_order(faults))
    by_language: dict[str, list[Rule]] = {}
    for rule in rules:
        by_language.setdefault(rule.language, []).append(rule)
    return tuple(
        Pack(language, tuple(by_language[language]))
        for language in LANGUAGES
        if language in by_language
    )


def _files(folders: Iterable[Path]) -> list[Path]:
    found: dict[Path, Path] = {}  # by where they really are: a folder may be named in several ways
    for folder in folders:
        if folder.is_file():
            found.setdefault(folder.resolve(), folder)
            continue
        if not folder.is_dir():
            raise RulesError(f"no folder '{folder}': give a folder of keyword sets (*.toml)")
        inside = sorted(path for path in folder.rglob("*.toml") if path.is_file())
        if not inside:
            raise RulesError(f"no keyword set in '{folder}': give a folder that holds *.toml files")
        for path in inside:
            found.setdefault(path.resolve(), path)
    return list(found.values())


def _read(path: Path, faults: list[Fault]) -> KeywordSet | None:
    """A file as checked TOML; None, with its fault noted, where it is not TOML at all."""
    shown = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RulesError(f"can't read '{shown}': {error.strerror}") from None
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line_start = before.rfind(b"\n") + 1
        col = len(before[line_start:].decode("utf-8", "replace")) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8"
        faults.append(Fault(shown, before.count(b"\n") + 1, col, message))
        return None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(_syntax_fault(shown, text, str(error)))
        return None
    except RecursionError:
        faults.append(Fault(shown, 1, 1, "nested too deeply: a keyword set needs two levels"))
        return None
    return KeywordSet(shown, data, Positions(text), faults)


def _syntax_fault(path: str, text: str, error: str) -> Fault:
    match = _SYNTAX.match(error)
    lines = text.split("\n")
    if match is None:
        return Fault(path, 1, 1, f"not TOML: {error}")
    if match["line"] is None:
        return Fault(path, len(lines), len(lines[-1]) + 1, f"not TOML: {match['what']} at the end")
    line, col = int(match["line"]), int(match["col"])
    shown = lines[line - 1].strip() if line <= len(lines) else ""
    return Fault(path, line, col, f"not TOML: {match['what']} in '{shown}'")


def _assemble(sets: list[KeywordSet], faults: list[Fault]) -> list[Rule]:
    """All rules, once every vocabulary of their language is known."""
    vocabularies: dict[str, dict[str, tuple[str, ...]]] = {}
    defined: dict[tuple[str, str], str] = {}
    for each in sets:
        for name, entries, source in each.vocabulary():
            first = defined.setdefault((each.language, name), str(source))
            if first != str(source):
                message = f"vocabulary '{name}' is already defined at {first}: join the two"
                faults.append(source.fault(message))
            else:
                vocabularies.setdefault(each.language, {})[name] = entries
    rules: list[Rule] = []
    first_of: dict[str, Rule] = {}
    for each in sets:
        for rule in each.rules(vocabularies.get(each.language, {})):
            first_rule = first_of.setdefault(rule.id, rule)
            if first_rule is not rule:
                message = (
                    f"rule id '{rule.id}' is already taken at {first_rule.source}: "
                    "give each rule its own id"
                )
                faults.append(rule.source.fault(message))
            rules.append(rule)
    return rules
