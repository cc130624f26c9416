"""territory.toml read with all its faults at once, and written."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from rapidfuzz import process

from desk.errors import TerritoryError
from desk.territories.outline import read_outline, write_outline
from desk.territories.territory import Community, Territory, slug
from rules.bounded import read_text_bounded

_RANGES = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 180.0),
    "radius_km": (0.01, 1000.0),
    "customers": (0, 1_000_000_000),
}
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_HEADER = re.compile(r"^[ \t]*\[\[\s*community\s*\]\]", re.MULTILINE)
_TYPES = get_type_hints(Community)
_TOP = ("name", "timezone", "aliases", "outline", "community")
_REQUIRED = ("id", "name", "lat", "lon", "radius_km", "customers")


def read_territory(path: Path) -> Territory:
    """The territory in this file, its outline included; unknown keys are ignored.

    Raises:
        TerritoryError: one line for each fault, as `path:line:col: …`.
    """
    text, data = _parse(path)
    faults: list[str] = []
    top = _top(data, str(path), text, faults)
    communities = _communities(data, str(path), text, faults)
    lines: tuple[Any, ...] = ()
    if isinstance(outline := top.get("outline"), str):
        try:
            lines = read_outline(path.parent / outline)
        except TerritoryError as error:
            faults.append(str(error))
    if faults:
        raise TerritoryError("\n".join(faults))
    return Territory(**top, community=tuple(communities), lines=lines)


def _parse(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = read_text_bounded(path)
        return text, tomllib.loads(text)
    except OSError as error:
        raise TerritoryError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise TerritoryError(f"{path}: not UTF-8 text at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        place = f"{path}:{at[1]}:{at[2]}" if at else str(path)
        words = message[: at.start()] if at else message
        raise TerritoryError(f"{place}: not TOML: {words}") from None
    except RecursionError:
        raise TerritoryError(f"{path}: not TOML that can be read: nested too deeply") from None


def _top(data: dict[str, Any], path: str, text: str, faults: list[str]) -> dict[str, Any]:
    top: dict[str, Any] = {}
    first = _HEADER.search(text)
    head = text[: first.start()] if first else text
    for key, kind in (
        ("name", str),
        ("timezone", str),
        ("aliases", tuple[str, ...]),
        ("outline", str),
    ):
        if key not in data:
            if key in ("name", "timezone"):
                faults.append(_missing(key, data, _TOP, (path, head, 0), ""))
            continue
        place = _place(path, head, 0, key)
        try:
            top[key] = msgspec.convert(data[key], kind)
        except msgspec.ValidationError as error:
            faults.append(f"{place}: `{key}`: {_plain(error)}")
    zone = top.get("timezone")
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (KeyError, OSError, ValueError):
            faults.append(
                f"{_place(path, head, 0, 'timezone')}: unknown timezone '{zone}': "
                "write it as in 'Europe/Rome' or 'America/New_York'"
            )
    if "name" in top and not top["name"].strip():
        faults.append(f"{_place(path, head, 0, 'name')}: `name` is empty")
    return top


def _communities(data: dict[str, Any], path: str, text: str, faults: list[str]) -> list[Community]:
    tables = data.get("community", [])
    if not isinstance(tables, list) or not tables:
        faults.append(_no_community(data, path, text))
        return []
    starts = [match.start() for match in _HEADER.finditer(text)]
    if len(starts) != len(tables):
        starts = []  # inline tables, or a header inside a string: better no line than a wrong one
    found: list[Community] = []
    ids: dict[str, str] = {}
    for number, table in enumerate(tables):
        block, offset = "", 0
        if starts:
            end = starts[number + 1] if number + 1 < len(starts) else len(text)
            block, offset = text[starts[number] : end], text.count("\n", 0, starts[number]) + 1
        id_ = table.get("id") if isinstance(table, dict) else None
        if isinstance(id_, str) and _ID.fullmatch(id_):
            place = _place(path, block, offset, "id")
            if id_ in ids:
                faults.append(f"{place}: community '{id_}': the id is taken, see {ids[id_]}")
            ids.setdefault(id_, place)
        community = _community(table, number, (path, block, offset), faults)
        if community is not None:
            found.append(community)
    return found


def _no_community(data: dict[str, Any], path: str, text: str) -> str:
    """The fault of a file without communities, with the header that may be meant for them."""
    wanted = "write at least one [[community]] table"
    if "community" in data:
        at = _place(path, text, 0, "community")
        return f"{at}: `community` = {_shown(data['community'])}: {wanted}"
    near = _nearest("community", data, _TOP)
    if near is None:
        return f"{path}: no community: {wanted}"
    place = _place(path, text, 0, near)
    if header := re.search(rf"^[ \t]*(\[\[?)\s*{re.escape(near)}\s*\]", text, re.MULTILINE):
        line = 1 + text.count("\n", 0, header.start())
        place = f"{path}:{line}:{1 + header.start(1) - header.start()}"
    return f"{place}: no community, but an unknown `{near}`: did you mean [[community]]?"


def _missing(
    key: str, table: dict[str, Any], known: Iterable[str], where: tuple[str, str, int], shown: str
) -> str:
    """The fault of a key that is not there, with the key that may be meant for it."""
    path, block, offset = where
    near = _nearest(key, table, known)
    if near is None:
        place = f"{path}:{offset}:{_indent(block)}" if offset else path
        return f"{place}: {shown}no `{key}`"
    place = _place(path, block, offset, near)
    return f"{place}: {shown}no `{key}`, but an unknown `{near}`: did you mean `{key}`?"


def _nearest(key: str, table: dict[str, Any], known: Iterable[str]) -> str | None:
    unknown = [name for name in table if name not in known]
    found = process.extractOne(key, unknown, processor=str.lower, score_cutoff=75)
    return found[0] if found else None


def _community(
    table: object, number: int, where: tuple[str, str, int], faults: list[str]
) -> Community | None:
    path, block, offset = where
    if not isinstance(table, dict):
        faults.append(f"{path}: community {number + 1} is not a table")
        return None
    id_ = table.get("id")
    known = isinstance(id_, str) and _ID.fullmatch(id_)
    shown = f"community '{id_}'" if known else f"community {number + 1}"
    before = len(faults)
    faults += [
        _missing(key, table, _TYPES, where, f"{shown}: ") for key in _REQUIRED if key not in table
    ]
    fields: dict[str, Any] = {}
    for key, kind in _TYPES.items():
        if key in table:
            try:
                fields[key] = msgspec.convert(table[key], kind)
                fault = _out_of_range(key, fields[key])
            except msgspec.ValidationError as error:
                fault = f"{_shown(table[key])}: {_plain(error)}"
            if fault:
                faults.append(f"{_place(path, block, offset, key)}: {shown}: `{key}` = {fault}")
    return Community(**fields) if len(faults) == before else None


def _out_of_range(key: str, value: str | float | dict[str, tuple[float, float]]) -> str:
    if isinstance(value, dict):
        return _points_out_of_range(value)
    if key == "id" and isinstance(value, str):
        return "" if _ID.fullmatch(value) else f"{_shown(value)}: {_mended(value)}"
    if isinstance(value, str):
        empty = key == "name" and not value.strip()
        return f"{_shown(value)}: must not be empty" if empty else ""
    if key in _RANGES:
        low, high = _RANGES[key]
        if not (math.isfinite(value) and low <= value <= high):
            return f"{value}: must lie in {low} to {high}"
    return ""


def _points_out_of_range(points: dict[str, tuple[float, float]]) -> str:
    for name, (lat, lon) in points.items():
        if not name.strip():
            return f"{_shown(name)}: a name must not be empty"
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            return f"{_shown(name)} at {lat}, {lon}: must be latitude and longitude in degrees"
    return ""


def _mended(id_: str) -> str:
    """How to write an id that is none."""
    must = "must be small letters, digits and hyphens"
    return f"{must}, such as '{near}'" if (near := slug(id_)) else must


def _place(path: str, block: str, offset: int, key: str) -> str:
    """`path:line:col` of a key in a block that starts at line `offset` (0: the top of the file)."""
    at = re.search(rf"^[ \t]*({re.escape(key)})[ \t]*=", block, re.MULTILINE)
    if at:
        line = max(offset, 1) + block.count("\n", 0, at.start())
        return f"{path}:{line}:{1 + at.start(1) - at.start()}"
    return f"{path}:{offset}:{_indent(block)}" if offset else path


def _indent(block: str) -> int:
    """The column at which a block begins."""
    return 1 + len(block) - len(block.lstrip(" \t"))


def _plain(error: msgspec.ValidationError) -> str:
    words = str(error).split(" - at ")[0]
    return words[0].lower() + words[1:]


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=True, default=str)
    return shown if len(shown) <= 40 else f"{shown[:37]}…"


def save_territory(
    territory: Territory, folder: Path, *, stem: str, header: tuple[str, ...]
) -> Path:
    """Write `STEM.toml`, and `STEM.geojson` where there are lines; see `write_territory`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"# {line}".rstrip() for line in header]
    rows += [""] if rows else []
    rows += [f"name = {_toml(territory.name)}", f"timezone = {_toml(territory.timezone)}"]
    if territory.aliases:
        rows.append(f"aliases = {_toml(territory.aliases)}")
    if territory.lines:
        rows.append(f"outline = {_toml(f'{stem}.geojson')}")
        write_outline(folder / f"{stem}.geojson", territory.lines)
    for community in territory.community:
        rows += ["", "[[community]]"]
        rows += [
            f"{key} = {_toml(value)}"
            for key in _TYPES
            if (value := getattr(community, key)) is not None and value not in ((), {})
        ]
    path = folder / f"{stem}.toml"
    path.write_text("\n".join(rows) + "\n", "utf-8", newline="\n")
    return path


def _toml(value: str | float | tuple[str | float, ...] | dict[str, tuple[float, float]]) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(at)}" for key, at in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        # JSON strings are TOML basic strings but for DEL, which TOML wants escaped
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
