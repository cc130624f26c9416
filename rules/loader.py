"""Keyword sets from files to packs, with every fault of every file reported at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import msgspec

from rules import parsed
from rules.bounded import read_bounded
from rules.errors import Fault, PackError, RulesError, Source, choices, in_order
from rules.keyword_set import Entries, KeywordSet, is_reference
from rules.lasting import lasting
from rules.pack import LANGUAGES, Context, Pack, Rule
from rules.positions import Positions

BUILT_IN = Path(__file__).parent / "packs"
_SYNTAX = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<col>\d+)|end of .*)\)$")
_CURLY = set("“”‘’")


class VocabularyList(msgspec.Struct, frozen=True):
    """A vocabulary as written; an entry may be `$name`, another vocabulary."""

    name: str
    language: str
    entries: Entries
    source: Source


class Loaded(msgspec.Struct, frozen=True):
    """What keyword sets hold: the packs, and the vocabularies that their phrases were made of."""

    packs: tuple[Pack, ...]
    vocabularies: tuple[VocabularyList, ...]


def load_packs(*folders: str | os.PathLike[str]) -> tuple[Pack, ...]:
    """The packs of all keyword sets (`*.toml`) in these folders and below, one a language.

    Without a folder: the built-in packs. A path of one file is taken as well.

    Raises:
        RulesError: a folder does not exist, can't be read or holds no keyword set.
        PackError: all faults of all files.
    """
    return load_sets(*folders).packs


@lasting()
def load_sets(*folders: str | os.PathLike[str]) -> Loaded:
    """As `load_packs`, with the vocabularies beside the packs."""
    paths = _files([Path(folder) for folder in folders] or [BUILT_IN])
    files = [(path, _bytes(path)) for path in paths]
    kept = parsed.place(files)
    known = parsed.fetch(kept) if kept else None
    if isinstance(known, Loaded):
        return known
    faults: list[Fault] = []
    sets = [each for path, raw in files if (each := _read(path, raw, faults))]
    loaded = _assemble(sets, faults)
    if faults:
        raise PackError(in_order(faults))
    if kept:
        parsed.put(kept, loaded)
    return loaded


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


def _bytes(path: Path) -> bytes:
    try:
        return read_bounded(path)
    except OSError as error:
        raise RulesError(f"can't read '{path}': {error.strerror}") from None


def _read(path: Path, raw: bytes, faults: list[Fault]) -> KeywordSet | None:
    """A file as checked TOML; None, with its fault noted, where it is not TOML at all."""
    shown = str(path)
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
    mend = "; write straight quotes" if _CURLY & set(shown) else ""
    return Fault(path, line, col, f"not TOML: {match['what']} in '{shown}'{mend}")


def _assemble(sets: list[KeywordSet], faults: list[Fault]) -> Loaded:
    """All rules and contexts, once every vocabulary of their language is known."""
    vocabularies = _vocabularies(sets, faults)
    entries = _expanded(vocabularies, faults)
    contexts: dict[tuple[str, str], Context] = {}
    for each in sets:
        for context in each.contexts(entries.get(each.language, {})):
            first_context = contexts.setdefault((each.language, context.name), context)
            if first_context is not context:
                message = f"context '{context.name}' is already defined at {first_context.source}"
                faults.append(context.source.fault(f"{message}: join the two"))
    rules: list[Rule] = []
    first_of: dict[str, Rule] = {}
    for each in sets:
        names = [name for language, name in contexts if language == each.language]
        for rule in each.rules(entries.get(each.language, {}), names):
            first_rule = first_of.setdefault(rule.id, rule)
            if first_rule is not rule:
                message = (
                    f"rule id '{rule.id}' is already taken at {first_rule.source}: "
                    "give each rule its own id"
                )
                faults.append(rule.source.fault(message))
            rules.append(rule)
    packs = tuple(
        Pack(
            language,
            tuple(rule for rule in rules if rule.language == language),
            tuple(context for context in contexts.values() if context.language == language),
        )
        for language in LANGUAGES
        if any(rule.language == language for rule in rules)
    )
    return Loaded(packs, vocabularies)


def _vocabularies(sets: list[KeywordSet], faults: list[Fault]) -> tuple[VocabularyList, ...]:
    found: dict[tuple[str, str], VocabularyList] = {}
    for each in sets:
        for name, entries, source in each.vocabulary():
            one = VocabularyList(name, each.language, entries, source)
            first = found.setdefault((each.language, name), one)
            if first is not one:
                message = f"vocabulary '{name}' is already defined at {first.source}: join the two"
                faults.append(source.fault(message))
    return tuple(found.values())


def _expanded(
    vocabularies: tuple[VocabularyList, ...], faults: list[Fault]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """By language and name: the entries, with those of other vocabularies in place of `$name`."""
    expanded: dict[str, dict[str, tuple[str, ...]]] = {}
    for language in dict.fromkeys(one.language for one in vocabularies):
        by_name = {one.name: one for one in vocabularies if one.language == language}
        named = {name: _named(one, by_name, faults) for name, one in by_name.items()}
        done = expanded[language] = {}
        for name in _inner_first(by_name, named, faults):
            entries: list[str] = []
            for entry, _ in by_name[name].entries:
                inner = _reference(entry)
                if not inner:
                    entries.append(entry)
                elif inner in named[name]:
                    entries.extend(done[inner])
            done[name] = tuple(dict.fromkeys(entries))
    return expanded


def _named(
    one: VocabularyList, known: dict[str, VocabularyList], faults: list[Fault]
) -> dict[str, Source]:
    """The vocabularies that `one` names, each with its place; unknown ones are faults."""
    named: dict[str, Source] = {}
    for entry, source in one.entries:
        name = _reference(entry)
        if name in known:
            named.setdefault(name, source)
        elif name:
            faults.append(source.fault(f"unknown vocabulary '${name}': {choices(name, known)}"))
    return named


def _inner_first(
    by_name: dict[str, VocabularyList], named: dict[str, dict[str, Source]], faults: list[Fault]
) -> list[str]:
    """The names in an order in which each comes after those that it names.

    A circle is a fault, and is cut open in `named` where its first vocabulary names the next.
    """
    while True:
        try:
            return list(TopologicalSorter(named).static_order())
        except CycleError as error:
            circle = error.args[1][:0:-1]
        at = circle.index(min(circle, key=list(by_name).index))
        circle = [*circle[at:], *circle[:at]]
        chain = " → ".join(f"${name}" for name in (*circle, circle[0]))
        source = named[circle[0]].pop(circle[1 % len(circle)])
        faults.append(source.fault(f"vocabularies go round in a circle, {chain}: take one out"))


def _reference(entry: str) -> str:
    """The name that an entry `$name` holds; empty where it is words."""
    return entry.strip()[1:] if is_reference(entry) else ""
