"""Where keys and values stand in a TOML text: tomllib reads it, but tells no places.

The scanner walks a text that tomllib has accepted, so it needs to know where things end, not
whether they are right. Grammar: https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]
Place = tuple[int, int]

_IDLE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]*")
_STRINGS = {
    '"""': re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL),
    "'''": re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
    '"': re.compile(r'"(?:[^"\\]|\\.)*"'),
    "'": re.compile(r"'[^']*'"),
}


class Positions:
    """Places (line and column from 1, columns in code points) of a valid TOML text.

    `values` holds where the value at a path begins (a table: its header), `keys` where the key
    that names it stands. A path is made of keys and, within arrays, indexes.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._last: dict[Path, int] = {}
        self.values: dict[Path, Place] = {(): (1, 1)}
        self.keys: dict[Path, Place] = {}
        self._document()

    def place(self, offset: int) -> Place:
        """Line and column of a code point of the text."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def nearest(self, path: Path) -> Place:
        """Where `path` stands, or the innermost table or array around it that has a place."""
        while path not in self.values:
            path = path[:-1]
        return self.values[path]

    def _document(self) -> None:
        table: Path = ()
        while True:
            self._skip(_IDLE)
            if self._at >= len(self._text):
                return
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _header(self) -> Path:
        start = self._at
        is_array = self._text.startswith("[[", start)
        self._at += 2 if is_array else 1
        keys = self._dotted_key()
        self._skip(_BLANK)
        self._at += 2 if is_array else 1
        path: Path = ()
        for depth, (key, offset) in enumerate(keys):
            path = (*path, key)
            self.keys.setdefault(path, self.place(offset))
            self.values.setdefault(path, self.place(start))
            if is_array and depth == len(keys) - 1:
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = (*path, self._last[path])
                self.values.setdefault(path, self.place(start))
        # `[a]` may come after `[a.b]`: its own header is the better place.
        self.values[path] = self.place(start)
        return path

    def _dotted_key(self) -> list[tuple[str, int]]:
        keys = []
        while True:
            self._skip(_BLANK)
            start = self._at
            if self._text[start] in "\"'":
                self._at = self._string_end(start)
                keys.append((tomllib.loads("k=" + self._text[start : self._at])["k"], start))
            else:
                self._skip(_BARE_KEY)
                keys.append((self._text[start : self._at], start))
            self._skip(_BLANK)
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _pair(self, table: Path) -> None:
        path = table
        for key, offset in self._dotted_key():
            path = (*path, key)
            self.keys.setdefault(path, self.place(offset))
            self.values.setdefault(path, self.place(offset))
        self._at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: Path) -> None:
        self.values[path] = self.place(self._at)
        first = self._text[self._at]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        elif first in "\"'":
            self._at = self._string_end(self._at)
        else:
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while True:
            self._skip(_IDLE)
            if self._text[self._at] == "]":
                break
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while True:
            self._skip(_IDLE)
            if self._text[self._at] == "}":
                break
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._pair(path)
        self._at += 1

    def _string_end(self, start: int) -> int:
        for quotes, pattern in _STRINGS.items():
            if self._text.startswith(quotes, start) and (match := pattern.match(self._text, start)):
                return match.end()
        raise ValueError(f"not a valid TOML text: no string at {self.place(start)}")
