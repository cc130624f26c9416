"""Storm files: found by name, read with all their faults at once, written to be read again."""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from desk.errors import choices
from desk.territories import built_in as territories
from simulator.errors import StormError
from simulator.storm import Storm, WeatherPlan
from simulator.weather import AMBIENT_HPA

BUILT_IN = Path(__file__).parent / "storms"
FILE_NAME = "storm.toml"
_WHERE = re.compile(r" - at `\$(.*)`$")


def built_in() -> dict[str, Path]:
    """Storms that come with the program, by name."""
    return {path.stem: path for path in sorted(BUILT_IN.glob("*.toml"))}


def load_storm(name_or_path: str, **changes: object) -> Storm:
    """The built-in storm of this name, or the one in this file (or folder of a generated storm).

    `changes` replace top-level keys, such as `seed` or `hours`; None leaves a key as it is.

    Raises:
        StormError: the name is unknown, or the file is no storm; the message then has one line for
            each fault.
    """
    known = built_in()
    path = known.get(name_or_path) or Path(name_or_path)
    if path.is_dir() and (path / FILE_NAME).is_file():
        path = path / FILE_NAME
    if not path.is_file():
        raise StormError(
            f"unknown storm '{name_or_path}': {choices(name_or_path, known)}; "
            "or the path of a storm file"
        )
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise StormError(f"{path}: can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise StormError(_syntax(path, str(error))) from None
    given = {name: value for name, value in changes.items() if value is not None}
    faults = [f"{_place(path, text, where)}: {fault}" for where, fault in _faults(data, path)]
    faults += [f"{fault}" for _, fault in _check(Storm, given, "") if "missing" not in fault]
    if faults:
        raise StormError("\n".join(faults))
    storm = msgspec.convert(data | given, Storm)
    beside = path.parent / storm.territory
    if storm.territory not in territories() and beside.is_file():
        storm = msgspec.structs.replace(storm, territory=str(beside))
    return storm


def _faults(data: dict[str, Any], path: Path) -> Iterator[tuple[str, str]]:
    """(key, fault) of everything that is wrong, each with how to mend it."""
    shape = list(_check(Storm, data, ""))
    yield from shape
    name = data.get("territory")
    if isinstance(name, str) and name not in territories() and not (path.parent / name).is_file():
        known = choices(name, territories())
        yield "territory", f"unknown territory '{name}': {known}; or a territory file beside it"
    if shape:
        return
    storm = msgspec.convert(data, Storm)
    yield from _weather_faults(storm.weather)
    for key in ("channels", "late_channels"):
        if sum(getattr(storm.crowd, key).values()) <= 0:
            yield f"crowd.{key}", "at least one channel needs a share above 0"
    collapse = storm.grid.collapse
    if collapse and not collapse.hour < collapse.first_back_hour <= collapse.last_back_hour:
        yield "grid.collapse", "hour < first_back_hour <= last_back_hour must hold"


def _weather_faults(weather: WeatherPlan) -> Iterator[tuple[str, str]]:
    """What contradicts itself, or would be without effect."""
    hours = [point.hour for point in weather.track]
    if hours != sorted(set(hours)):
        yield "weather.track", "the hours of the track must rise from point to point"
    if weather.kind == "calm" and hours:
        yield "weather.track", "calm weather has no track: leave it out, or choose another kind"
    if weather.kind != "calm" and len(hours) < 2:
        yield "weather.track", f"a {weather.kind} needs a track of at least two points"
    for number, point in enumerate(weather.track):
        if weather.kind == "cyclone" and point.gust_kmh:
            where = f"weather.track[{number}].gust_kmh"
            yield where, "a cyclone's wind follows from its pressure_hpa: leave gust_kmh out"
        if weather.kind == "rain" and point.pressure_hpa != AMBIENT_HPA:
            where = f"weather.track[{number}].pressure_hpa"
            yield where, "the wind of a rain cell is its gust_kmh: leave pressure_hpa out"


def _check(kind: type, data: object, where: str) -> Iterator[tuple[str, str]]:
    """Faults of a table against a Struct: unknown keys, missing ones, wrong values."""
    if not isinstance(data, dict):
        yield where, f"{where} must be one table, not {_shown(data)}"
        return
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for key, value in data.items():
        at = f"{where}.{key}" if where else key
        if key not in fields:
            yield at, f"unknown key '{key}': {choices(key, fields)}"
        else:
            yield from _check_value(hints[key], value, at)
    # A change from the command line is a part of a storm, so only tables are asked to be whole.
    for field in fields.values():
        if field.required and field.name not in data:
            at = f"{where}.{field.name}" if where else field.name
            yield at, f"the key '{field.name}' is missing"


def _check_value(hint: Any, value: object, at: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    inner = _struct_of(hint)
    if inner is not None and isinstance(value, list) and not _is_table(hint):
        for number, item in enumerate(value):
            yield from _check(inner, item, f"{at}[{number}]")
        return
    if inner is not None and _is_table(hint):
        yield from _check(inner, value, at)
        return
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        yield at, f"{at} = {_shown(value)}: {_WHERE.sub('', str(error)).lower()}"


def _is_table(hint: Any) -> bool:  # noqa: ANN401 - any annotation
    return isinstance(hint, (type, types.UnionType))


def _struct_of(hint: Any) -> type | None:  # noqa: ANN401 - any annotation
    """The Struct that `hint` is, or is a tuple or an option of."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    if get_origin(hint) is None and not get_args(hint):
        return None
    return next(filter(None, map(_struct_of, get_args(hint))), None)


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) < 60 else f"{shown[:57]}…"


def _syntax(path: Path, fault: str) -> str:
    found = re.search(r"^(.*?) \(at (?:line (\d+), column (\d+)|(end of document))\)$", fault)
    if not found:
        return f"{path}: not TOML: {fault}"
    line, column = found[2] or "1", found[3] or "1"
    return f"{path}:{line}:{column}: not TOML: {found[1]}{' at the end' if found[4] else ''}"


def _place(path: Path, text: str, where: str) -> str:
    """`path:line:col` of a key such as `weather.track[2].hour`, or of the nearest one above it."""
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
    return f"{path}:{best[0]}:{best[1]}"


def _common(here: list[tuple[str, str]], names: list[tuple[str, str]]) -> int:
    count = 0
    for (name, number), (wanted, index) in zip(here, names, strict=False):
        if name != wanted or (number and number != index):
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
    lines += [f"{key} = {_toml(value)}" for key, value in data.items() if key not in tables]
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
