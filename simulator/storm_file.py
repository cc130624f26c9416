"""Storm files: found by name, read with all their faults at once, written to be read again."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from desk.errors import choices
from desk.territories import built_in as territories
from rules.bounded import read_text_bounded
from simulator.errors import StormError
from simulator.storm import Storm
from simulator.storm_faults import change_faults, faults

BUILT_IN = Path(__file__).parent / "storms"
FILE_NAME = "storm.toml"


def built_in() -> dict[str, Path]:
    """Storms that come with the program, by name."""
    return {path.stem: path for path in sorted(BUILT_IN.glob("*.toml"))}


def load_storm(name_or_path: str, **changes: float | str | None) -> Storm:
    """The built-in storm of this name, or the one in this file (or folder of a generated storm).

    `changes` replace `seed`, `scale`, `stream` or `background`, and with `hours` only the first
    hours of the day are told; None leaves a key as it is.

    Raises:
        StormError: the name is unknown, or the file is no storm; the message then has one line for
            each fault, in the order of the file.
    """
    path, text, data = _read(name_or_path)
    given = {name: value for name, value in changes.items() if value is not None}
    placed = sorted(
        (*_place(text, where), number, fault)
        for number, (where, fault) in enumerate(faults(data, path.parent))
    )
    told = [f"{path}:{line}:{column}: {fault}" for line, column, _, fault in placed]
    told += change_faults(given, data)
    if told:
        raise StormError("\n".join(told))
    if "hours" in given:
        given["first_hours"] = given.pop("hours")
    storm = msgspec.convert(data | given, Storm)
    beside = path.parent / storm.territory
    if storm.territory not in territories() and beside.is_file():
        storm = msgspec.structs.replace(storm, territory=str(beside))
    return storm


def _read(name_or_path: str) -> tuple[Path, str, dict[str, Any]]:
    path = built_in().get(name_or_path) or Path(name_or_path)
    try:
        if path.is_dir() and (path / FILE_NAME).is_file():
            path = path / FILE_NAME
        elif not name_or_path or not (path.exists() or _like_a_path(name_or_path)):
            raise StormError(
                f"unknown storm '{name_or_path}': {choices(name_or_path, built_in())}; "
                "or the path of a storm file"
            )
        elif path.is_dir():
            raise StormError(f"{path}: can't be read: a folder without a {FILE_NAME}")
        text = read_text_bounded(path)
        return path, text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise StormError(f"{path}: can't be read: not UTF-8 text at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise StormError(_syntax(path, str(error))) from None
    except RecursionError:
        raise StormError(f"{path}: not TOML that can be read: nested too deeply") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise StormError(f"{path}: can't be read: {why}") from None


def _like_a_path(name: str) -> bool:
    return name.endswith(".toml") or "/" in name or os.sep in name


def _syntax(path: Path, fault: str) -> str:
    found = re.search(r"^(.*?) \(at (?:line (\d+), column (\d+)|(end of document))\)$", fault)
    if not found:
        return f"{path}: not TOML: {fault}"
    line, column = found[2] or "1", found[3] or "1"
    return f"{path}:{line}:{column}: not TOML: {found[1]}{' at the end' if found[4] else ''}"


def _place(text: str, where: str) -> tuple[int, int]:
    """Line and column of a key such as `weather.track[2].hour`, or of the nearest one above it."""
    names = re.findall(r"([^.\[\]]+)(?:\[(\d+)\])?", where)
    line, seen, best = 0, dict[str, int](), (1, 1)
    header: list[tuple[str, str]] = []
    depth = 0
    for line, row in enumerate(text.splitlines(), 1):
        found = re.match(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]", row)
        if found:
            name = found[2]
            number = seen[name] = seen.get(name, -1) + 1
            header = [(part, "") for part in name.split(".")]
            if found[1] == "[[":
                header[-1] = (header[-1][0], str(number))
        key = re.match(r"\s*([\w\-]+)\s*=", row)
        here = [*header, (key[1], "")] if key and not found else header
        matched = _common(here, names) if here else 0
        if matched > depth and matched == len(here):
            depth, best = matched, (line, len(row) - len(row.lstrip()) + 1)
    return best


def _common(here: list[tuple[str, str]], names: list[tuple[str, str]]) -> int:
    count = 0
    for (name, number), (wanted, index) in zip(here, names, strict=False):
        if name != wanted or (number and index and number != index):
            break
        count += 1
    return count


def storm_toml(storm: Storm, comments: tuple[str, ...] = ()) -> str:
    """`storm` as a file that gives the same storm again; the same storm gives the same text."""
    lines = [f"# {comment}" if comment else "#" for comment in comments]
    data = {
        name: getattr(storm, name) for name in Storm.__struct_fields__ if name != "versions"
    } | {"versions": storm.versions}
    tables = {k: v for k, v in data.items() if _has_tables(v)}
    # An empty list could not be gone on with by a table of its name ([[inject]]) below.
    plain = {k: v for k, v in data.items() if k not in tables and v is not None and v != ()}
    lines += _rows(plain)
    for key, value in tables.items():
        lines += _table(key, value)
    return "\n".join(lines) + "\n"


def _has_tables(value: object) -> bool:
    return isinstance(value, msgspec.Struct | dict) or (
        isinstance(value, tuple) and bool(value) and isinstance(value[0], msgspec.Struct)
    )


def _items(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    names = type(value).__struct_fields__ if isinstance(value, msgspec.Struct) else ()
    return {name: getattr(value, name) for name in names if getattr(value, name) is not None}


def _table(name: str, value: object) -> list[str]:
    if isinstance(value, tuple):
        return [line for item in value for line in ["", f"[[{name}]]", *_rows(_items(item))]]
    plain = {k: v for k, v in _items(value).items() if not isinstance(v, msgspec.Struct)}
    lines = ["", f"[{name}]", *_rows(plain)]
    for key, inner in _items(value).items():
        if isinstance(inner, msgspec.Struct):
            lines += _table(f"{name}.{key}", inner)
    return lines


def _rows(items: dict[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in items.items()]


def _toml(value: object) -> str:
    """A TOML value; JSON's strings are TOML's basic strings."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007F")
    if isinstance(value, tuple):
        inner = [_toml(item) for item in value]
        if value and isinstance(value[0], msgspec.Struct):
            return "[\n" + "".join(f"  {item},\n" for item in inner) + "]"
        return f"[{', '.join(inner)}]"
    return "{ " + ", ".join(_rows(_items(value))) + " }"
