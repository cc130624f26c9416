"""A record of a list before its values are read: what it says of each field, as text."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from desk.oms.columns import columns, fields

Ring = list[tuple[float, float]]


class Record(msgspec.Struct):
    """`place` says where in the file it stands, `values` are texts by field; empty ones left out.

    `fault` is why it can't be read, where it can't. `ring` is the outline of an area, (longitude,
    latitude).
    """

    place: str
    values: dict[str, str] = {}
    ring: Ring = []
    fault: str = ""


class NoListError(Exception):
    """A file that is no list of outages; the text says why, and how to mend it."""


def known_columns(headers: Iterable[str]) -> dict[str, str]:
    """The header of each field.

    Raises:
        NoListError: none says when an outage began.
    """
    headers = list(headers)
    found = columns(headers)
    if not {"started_at", "recorded_at"} & found.keys():
        named = ", ".join(header[:30] for header in headers[:12])
        raise NoListError(
            f"no column says when an outage began (columns: {named}): name one started_at,"
            " or recorded_at where only the time of the report is known"
        )
    return found


def from_json(place: str, row: dict[str, object]) -> Record:
    """The record of a JSON object.

    Raises:
        NoListError: no key says when an outage began.
    """
    texts = {key: _text(value) for key, value in row.items()}
    return Record(place, fields(texts, known_columns(texts)))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ";".join(_text(item) for item in value)
        case {"ert": ert, **rest} if not rest:
            return _text(ert)
        case dict():
            return msgspec.json.encode(value).decode()
        case str() if value.startswith('{"ert"'):
            return _ert(value)
    return str(value)


def _ert(text: str) -> str:
    """ODIN's public dataset holds the estimate as JSON within JSON."""
    try:
        return _text(msgspec.json.decode(text, type=dict[str, object]).get("ert"))
    except (msgspec.MsgspecError, RecursionError):
        return text
