"""What is wrong with a storm's data, in words of the storm file: each fault says how to mend it."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect

from desk.errors import choices
from desk.territories import built_in as territories
from simulator.physics_faults import Fault, physics_faults
from simulator.storm import LONGEST_H, Storm, Voice

LANGUAGES = get_args(get_type_hints(Voice)["language"])


def faults(data: dict[str, Any], folder: Path) -> Iterator[Fault]:
    """Everything that is wrong with a storm file in `folder`."""
    shape = list(_check(Storm, data, ""))
    yield from shape
    name = data.get("territory")
    if isinstance(name, str) and name not in territories() and not (folder / name).is_file():
        known = choices(name, territories())
        yield "territory", f"unknown territory '{name}': {known}; or a territory file beside it"
    yield from _locale_faults(data.get("voice"))
    if shape:
        return
    storm = msgspec.convert(data, Storm)
    yield from physics_faults(storm)
    if storm.first_hours is not None and storm.first_hours > storm.hours:
        yield "first_hours", _beyond("first_hours", storm.first_hours, storm.hours)
    for key in ("channels", "late_channels"):
        if sum(getattr(storm.crowd, key).values()) <= 0:
            yield f"crowd.{key}", "at least one channel needs a share above 0"


def change_faults(changes: dict[str, Any], data: dict[str, Any]) -> Iterator[str]:
    """What is wrong with `changes` to the top-level keys of the storm in `data`.

    `hours` there means the first hours of the day.
    """
    hints = get_type_hints(Storm, include_extras=True)
    for key, value in changes.items():
        found = [fault for _, fault in _check_value(hints[key], value, key)]
        day = data.get("hours")
        whole = isinstance(day, int | float) and 0 < day <= LONGEST_H
        if key == "hours" and whole and (found or value > day):
            found = [_beyond(key, value, day)]
        yield from found


def _beyond(key: str, value: object, day: object) -> str:
    return (
        f"{key} = {_shown(value)}: the day of this storm has {_shown(day)} hours: "
        f"must be above 0 and at most {_shown(day)}; for a longer day raise 'hours' in its file"
    )


@cache
def locales() -> frozenset[str]:
    """The locales of which Faker has names or streets."""
    # Looked up in its folders: to import Faker costs a second that listing storms should not.
    spec = find_spec("faker")
    folders = (spec.submodule_search_locations or ()) if spec else ()
    return frozenset(
        path.parent.name
        for folder in folders
        for kind in ("person", "address")
        for path in Path(folder, "providers", kind).glob("*_*/__init__.py")
    )


def _locale_faults(voices: object) -> Iterator[Fault]:
    for number, voice in enumerate(voices if isinstance(voices, list) else ()):
        locale = voice.get("locale") if isinstance(voice, dict) else None
        if isinstance(locale, str) and locale and locale.replace("-", "_") not in locales():
            spoken = [name for name in locales() if name.partition("_")[0] in LANGUAGES]
            at = f"voice[{number}].locale"
            known = f"{choices(locale, spoken)}; or a locale of Faker in another language"
            yield at, f"{at} = {_shown(locale)}: Faker has no names from there: {known}"


def _check(kind: type, data: object, where: str) -> Iterator[Fault]:
    """Faults of a table against a Struct: unknown keys, missing ones, wrong values."""
    if not isinstance(data, dict):
        yield where, f"{where} = {_shown(data)}: must be one table, such as [{where}]"
        return
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for key, value in data.items():
        at = f"{where}.{key}" if where else key
        if key not in fields:
            yield at, f"unknown key '{key}': {choices(key, fields)}"
        else:
            yield from _check_value(hints[key], value, at)
    for field in fields.values():
        if field.required and field.name not in data:
            at = f"{where}.{field.name}" if where else field.name
            missing = f"the key '{field.name}' is missing" + (f" in {where}" if where else "")
            yield at, f"{missing}: {_wanted(hints[field.name], None, at)}"


def _check_value(hint: Any, value: object, at: str) -> Iterator[Fault]:  # noqa: ANN401
    inner = _struct_of(hint)
    if inner is not None and isinstance(value, list) and value and not _is_table(hint):
        for number, item in enumerate(value):
            yield from _check(inner, item, f"{at}[{number}]")
        return
    if inner is not None and _is_table(hint):
        yield from _check(inner, value, at)
        return
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        yield at, f"{at} = {_shown(value)}: {_wanted(hint, value, at)}"


def _is_table(hint: Any) -> bool:  # noqa: ANN401 - any annotation
    return isinstance(hint, (type, types.UnionType))


def _struct_of(hint: Any) -> type | None:  # noqa: ANN401 - any annotation
    """The Struct that `hint` is, or is a tuple or an option of."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    if get_origin(hint) is None and not get_args(hint):
        return None
    return next(filter(None, map(_struct_of, get_args(hint))), None)


def _wanted(hint: Any, value: object, at: str) -> str:  # noqa: ANN401 - any annotation
    """What the value of the key `at` must be; for one of a few words, the nearest to `value`."""
    kind = inspect.type_info(hint)
    if _struct_of(hint) is not None:
        return f"write a table [{at}]" if _is_table(hint) else f"write one or several [[{at}]]"
    if isinstance(kind, inspect.LiteralType):
        return choices("" if value is None else str(value), map(str, kind.values))
    return f"must be {_described(kind)}"


def _described(kind: inspect.Type) -> str:
    match kind:
        case inspect.UnionType():
            return _described(kind.types[0])
        case inspect.FloatType():
            return f"a number{_range(kind)}"
        case inspect.IntType():
            return f"a whole number{_range(kind)}"
        case inspect.StrType(pattern=str()):
            return "small letters, digits and hyphens in quotes, such as 'my-storm'"
        case inspect.StrType():
            return "words in quotes" + (", at least one letter" if kind.min_length else "")
        case inspect.DateTimeType():
            return "a date and time with its zone, such as 2026-09-17T16:00:00Z"
        case inspect.VarTupleType():
            return f"a list in brackets, each item {_described(kind.item_type)}"
        case inspect.DictType():
            return f"a table of names, each with {_described(kind.value_type)}"
        case _:
            return "a table"


def _range(kind: inspect.FloatType | inspect.IntType) -> str:
    low, high = kind.ge, kind.le
    if low is not None and high is not None:
        return f" from {low:,} to {high:,}"
    above = f" above {kind.gt:,}" if kind.gt is not None else ""
    if high is not None:
        return f"{above} and at most {high:,}"
    return above or (f" of at least {low:,}" if low is not None else "")


def _shown(value: object) -> str:
    """`value` about as the file has it, on one line."""
    shown = repr(value)
    if isinstance(value, dict):
        shown = "a table"
    elif isinstance(value, list):
        shown = f"a list of {len(value)}"
    elif isinstance(value, bool):
        shown = str(value).lower()
    elif isinstance(value, date | datetime):
        shown = value.isoformat()
    elif isinstance(value, float):
        shown = re.sub(r"\.0$", "", shown)
    return shown if len(shown) < 60 else f"{shown[:57]}…"
