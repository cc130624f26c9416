"""One file of settings as a struct, with all its faults at once and the place of each."""

from __future__ import annotations

import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from desk.errors import choices
from rules.bounded import read_text_bounded
from rules.positions import Path as Key
from rules.positions import Positions

T = TypeVar("T", bound=msgspec.Struct)

_SYNTAX = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<col>\d+)|end of .*)\)$")


def read_setting(path: Path, kind: type[T], faults: list[str]) -> T | None:
    """The struct in the TOML file at `path`; None where it has faults, one line of `faults` each.

    Fields are checked by their types and msgspec's `Meta`. A struct may have a method `faults`
    that yields (key path, words) for what types can't say; it is asked once the types are right.
    """
    try:
        text = read_text_bounded(path).removeprefix("\ufeff")
        data = tomllib.loads(text)
    except OSError as error:
        faults.append(f"{path}: can't be read: {error.strerror}")
        return None
    except UnicodeDecodeError as error:
        faults.append(f"{path}: not UTF-8 text at byte {error.start}: save the file as UTF-8")
        return None
    except tomllib.TOMLDecodeError as error:
        faults.append(_syntax(path, text, str(error)))
        return None
    except RecursionError:
        faults.append(f"{path}:1:1: not TOML that can be read: nested too deeply")
        return None
    found = list(_table(data, kind, ()))
    if not found:
        setting = msgspec.convert(data, kind)
        found = list(getattr(setting, "faults", lambda: ())())
        if not found:
            return setting
    positions = Positions(text)
    placed = [(*_place(positions, key), words) for key, words in found]
    faults += [f"{path}:{line}:{col}: {words}" for line, col, words in sorted(placed)]
    return None


def _syntax(path: Path, text: str, message: str) -> str:
    found = _SYNTAX.match(message)
    if found is None:
        return f"{path}:1:1: not TOML: {message}"
    line = int(found["line"]) if found["line"] else text.count("\n") + 1
    return f"{path}:{line}:{found['col'] or 1}: not TOML: {found['what']}"


def _place(positions: Positions, key: Key) -> tuple[int, int]:
    return positions.nearest(key)


def _table(data: object, kind: Any, at: Key) -> Iterator[tuple[Key, str]]:  # noqa: ANN401  any type
    """The faults of a table that should be a struct of `kind`."""
    if not isinstance(data, dict):
        yield at, f"{_name(at)} = {_shown(data)}: write a table"
        return
    types = get_type_hints(kind, include_extras=True)
    for key in data:
        if key not in types:
            yield (*at, key), f"unknown key '{key}': {choices(key, types)}"
    for field in msgspec.structs.fields(kind):
        here = (*at, field.encode_name)
        if field.encode_name in data:
            yield from _value(data[field.encode_name], types[field.name], here)
        elif field.required:
            begun = _begun(field.encode_name, types[field.name])
            yield at, f"{_name(at)} has no '{field.encode_name}': write {begun}"


def _begun(name: str, kind: Any) -> str:  # noqa: ANN401
    """How what is wanting is written: `[calm]`, `[[macro]]`, `say = …`."""
    if get_origin(kind) is typing.Annotated:
        kind = get_args(kind)[0]
    inner = _inner(kind)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        return f"[[{name}]]"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return f"[{name}]"
    return f"{name} = …"


def _value(value: object, kind: Any, at: Key) -> Iterator[tuple[Key, str]]:  # noqa: ANN401
    """The faults of a value that should be of `kind`."""
    inner = _inner(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _table(value, kind, at)
    elif get_origin(kind) in (tuple, list) and isinstance(value, list) and inner:
        for number, item in enumerate(value):
            yield from _value(item, inner, (*at, number))
    elif get_origin(kind) is dict and isinstance(value, dict) and inner:
        yield from _named(value, kind, inner, at)
    else:
        yield from _plain(value, kind, at)


def _named(value: dict[str, Any], kind: Any, inner: Any, at: Key) -> Iterator[tuple[Key, str]]:  # noqa: ANN401
    names = get_args(kind)[0]
    valid = get_args(names) if get_origin(names) is typing.Literal else ()
    for key, item in value.items():
        if valid and key not in valid:
            yield (*at, key), f"unknown {_name(at)} '{key}': {choices(key, valid)}"
        else:
            yield from _value(item, inner, (*at, key))


def _inner(kind: Any) -> Any:  # noqa: ANN401
    """What a list or table holds."""
    found = [one for one in get_args(kind) if one is not Ellipsis]
    return found[-1] if found and get_origin(kind) in (tuple, list, dict) else None


def _plain(value: object, kind: Any, at: Key) -> Iterator[tuple[Key, str]]:  # noqa: ANN401
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        valid = get_args(kind) if get_origin(kind) is typing.Literal else ()
        said = str(error)
        if valid and isinstance(value, str):
            said = f"unknown: {choices(value, valid)}"
        yield at, f"{_name(at)} = {_shown(value)}: {said[:1].lower()}{said[1:]}"


def _name(at: Key) -> str:
    """What a key path is called: `calm.promise`, the 3rd of `macro`."""
    words = ""
    for key in at:
        words += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if words else key
    return f"'{words}'" if words else "the file"


def _shown(value: object) -> str:
    shown = msgspec.json.encode(value, enc_hook=str).decode("utf-8", "replace")
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
