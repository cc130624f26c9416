"""What people post, made harmless for a terminal: every character is visible text or nothing.

Posts are hostile input: escape sequences, bidi overrides, NUL, marks piled on marks. The store
keeps them as received; whatever is painted goes through `paint`, which shows what could steer a
terminal as a picture (ESC as ␛) or a code point (‹U+202E›), and leaves out what a terminal would
draw in another number of cells than it was counted with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec
from rich.cells import cell_len, get_character_cell_size

NEWLINE = "⏎"
MARKS_PER_LETTER = 3
"""Combining marks shown on one letter; more would run over the lines above."""

_PLAIN = re.compile(r"[ -~\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*").fullmatch
"""Letters of western Europe and their marks of punctuation: visible as they are, a cell each."""
_ZWJ = "\u200d"
_HOLDER = "◌"
_REGIONAL_A = 0x1F1E6


class Painted(msgspec.Struct, frozen=True):
    """Text that is safe to paint; `starts[i]` is where source character `i` begins in `text`.

    `starts` has one entry more than the source has characters: its last is the length of `text`.
    """

    text: str
    starts: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the source characters `start` to `end` (half-open) stand in `text`."""
        last = len(self.starts) - 1
        low = min(max(start, 0), last)
        return self.starts[low], self.starts[min(max(end, low), last)]

    @property
    def width(self) -> int:
        """Cells that the text takes on one line of a terminal."""
        return cell_len(self.text)


def paint(text: str, *, newline: str = NEWLINE) -> Painted:
    """`text` as visible characters; a line break becomes `newline`."""
    if _PLAIN(text):
        return Painted(text, range(len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    length = marks = 0
    before = ""
    for index, char in enumerate(text):
        starts.append(length)
        if char == "\r" and text[index + 1 : index + 2] == "\n":
            continue
        if char == "\n":
            piece, marks = newline, 0
        elif _is_restyling(char):
            piece = ""
        elif char.isprintable() and get_character_cell_size(char) == 0:
            piece, marks = _mark(char, before, marks)
        else:
            piece, marks = _visible(char, before), 0
        if piece:
            before = char
        pieces.append(piece)
        length += len(piece)
    starts.append(length)
    return Painted("".join(pieces), starts)


def visible(text: str, *, keep: str = "\n") -> str:
    """`text` as `paint` shows it, with the control characters in `keep` left as they are."""
    if not any(char in text for char in keep):
        return paint(text).text
    parts = re.split(f"([{re.escape(keep)}])", text)
    return "".join(part if index % 2 else paint(part).text for index, part in enumerate(parts))


def clip(text: str, width: int) -> str:
    """As much of painted `text` as `width` cells hold."""
    cells = 0
    for index, char in enumerate(text):
        cells += get_character_cell_size(char)
        if cells > width:
            return text[:index]
    return text


def cut(text: str, width: int) -> str:
    """Painted `text` in at most `width` cells, with … where something is missing."""
    if cell_len(text) <= width:
        return text
    return clip(text, width - 1) + "…" if width > 0 else ""


def fit(text: str, width: int) -> str:
    """Painted `text` in exactly `width` cells: cut, or filled with spaces."""
    short = cut(text, width)
    return short + " " * (width - cell_len(short))


def _is_restyling(char: str) -> bool:
    """Whether `char` only dresses the one before it, and terminals differ in the cells they take.

    Variation selectors, skin tones, enclosing marks (Unicode Technical Standard 51).
    """
    return (
        "\ufe00" <= char <= "\ufe0f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0100" <= char <= "\U000e01ef"
        or unicodedata.category(char) == "Me"
    )


def _mark(char: str, before: str, marks: int) -> tuple[str, int]:
    """A printable character without width: it stands on the one before it."""
    if marks >= MARKS_PER_LETTER:
        return "", marks
    held = before.isprintable() and bool(before.strip())
    return (char if held else _HOLDER + char), marks + 1


def _visible(char: str, before: str) -> str:
    code = ord(char)
    if _REGIONAL_A <= code < _REGIONAL_A + 26:
        return chr(ord("A") + code - _REGIONAL_A)
    if char.isprintable():
        return char
    if char == _ZWJ and before and get_character_cell_size(before) == 2:
        return ""
    if unicodedata.category(char) == "Zs":
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹U+{code:04X}›"
