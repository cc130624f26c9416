"""A list as a table: CSV of any delimiter and of the usual encodings."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from desk.oms.columns import fields
from desk.oms.record import NoListError, Record, known_columns

DELIMITERS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes) -> str:
    """The text of a file: as its byte order mark says, else UTF-8, else Windows-1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_table(text: str) -> Iterator[Record]:
    """The records of a table; its first line names the columns.

    A row whose cells are not as many as the columns is a fault: which is which would be a guess.

    Raises:
        NoListError: there is no header, or none of its names says when an outage began.
    """
    rows = _rows(text)
    number, header = next(rows, (0, []))
    if not any(cell.strip() for cell in header):
        raise NoListError("it is empty: the first line must name the columns")
    found = known_columns(header)
    for number, row in rows:
        place = str(number)
        if row == _UNREADABLE:
            yield Record(place, fault="no row of a table: mend its quotes")
        elif len(row) != len(header):
            yield Record(
                place,
                fault=f"{len(row)} cells where the header names {len(header)} columns:"
                " quote a cell that holds the delimiter",
            )
        elif any(cell.strip() for cell in row):
            yield Record(place, fields(dict(zip(header, row, strict=True)), found))


_UNREADABLE = ["\0"]


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their line; empty lines are passed over."""
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.strip().lower().startswith("sep="):  # a hint that Excel writes
        text, skipped = rest, 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = _UNREADABLE
        if row:
            yield reader.line_num + skipped, row


def _delimiter(text: str) -> str:
    """The delimiter that the first line has the most of."""
    first = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    return max(DELIMITERS, key=first.count)
