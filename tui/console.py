"""How commands speak: data on stdout, words on stderr, nothing hostile on a terminal."""

from __future__ import annotations

import contextlib
import enum
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, TextIO

import msgspec

from tui.paint import visible

if TYPE_CHECKING:
    from rich.text import Text

OK = 0
CHECK_FAILED = 1
BAD_USAGE = 2


class Format(enum.StrEnum):
    """How a listing is printed."""

    text = "text"
    json = "json"


class OutputError(Exception):
    """Standard output can't be written; the text says why, in one plain line.

    It and its kin are no OSError, of which typer would make an exit code of its own.
    """


class NoReaderError(OutputError):
    """The reader of standard output has gone, as `head` does: that is no fault."""


def emit(data: str | bytes) -> None:
    """Write one line of data to stdout: JSON as bytes, text for people as str.

    Nothing in it can steer a terminal: what is not printable becomes visible in a text, and an
    escape of JSON's own in JSON, which stays the same JSON.

    Raises:
        NoReaderError: the reader of stdout has gone.
        OutputError: stdout is closed or full.
    """
    line = _escaped(data) if isinstance(data, bytes) else visible(data, keep="").encode()
    with _stdout() as out:
        out.write(line + b"\n")


def bad_lines(count: int) -> str:
    """How many lines of a file could not be read, in words."""
    return f"{count:,} bad line{'' if count == 1 else 's'}"


def emit_styled(line: Text, *, colour: bool) -> None:
    """Write one line of text for people to stdout, in colour where `colour` says so.

    What is not printable in it becomes visible as by `emit`, and the line loses its colour.
    Raises as `emit`.
    """
    if not (colour and line.plain.isprintable()):
        emit(line.plain)
        return
    from rich.console import Console

    console = Console(
        force_terminal=True, color_system="standard", no_color=False, width=len(line.plain) * 2 + 1
    )
    with console.capture() as painted:
        console.print(line, end="")
    with _stdout() as out:
        out.write(painted.get().encode() + b"\n")


def colour_wanted() -> bool:
    """Whether stdout is a terminal that shows colour, and nobody asked for none (NO_COLOR)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stdout is not None and sys.stdout.isatty()


def emit_json(item: object) -> None:
    """Write `item` to stdout as one line of JSON."""
    emit(msgspec.json.encode(item))


def emit_document(document: bytes) -> None:
    """Write a whole document to stdout as it is: who made it let nothing hostile in.

    Raises as `emit`.
    """
    with _stdout() as out:
        out.write(document)


def flush() -> None:
    """Let a reader of stdout see what was emitted so far; errors as of `emit`."""
    if sys.stdout is not None:
        with _stdout() as out:
            sys.stdout.flush()
            out.flush()


@contextlib.contextmanager
def _stdout() -> Iterator[BinaryIO]:
    if sys.stdout is None:  # it was closed before the program began
        raise OutputError("can't write the output: it is closed")
    try:
        yield sys.stdout.buffer
    except BrokenPipeError:
        raise NoReaderError("can't write the output: its reader has gone") from None
    except OSError as error:
        raise OutputError(f"can't write the output: {error.strerror or error}") from None


def _escaped(line: bytes) -> bytes:
    """`line` of JSON with every character that is not printable as an escape of JSON."""
    if line.isascii():
        return line.replace(b"\x7f", b"\\u007f")
    text = line.decode()
    return line if text.isprintable() else "".join(map(_escape, text)).encode()


def _escape(char: str) -> str:
    if char.isprintable():
        return char
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def say(words: str) -> None:
    """Write words for people to stderr; control characters in them become visible."""
    if sys.stderr is None:  # print() would take stdout then, which is for data
        return
    try:
        print(visible(words), file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)  # nobody can hear it; the data go on


def rewrite(words: str, *, end: bool = False) -> bool:
    """Write words over the last ones of `rewrite` on stderr, if that is a terminal; say whether.

    With `end` what is written next begins on a line of its own.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        return False
    try:
        # To the line's end what was longer before is wiped out (ECMA-48, EL).
        print(f"\r{visible(words)}\x1b[K", end="\n" if end else "", file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)
    return True


def unexpected(error: BaseException) -> str:
    """One line about an error that nobody foresaw; its traceback goes to a file for the report."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="stormdesk-error-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    return f"unexpected error, please report it: {error!r}; details: {file.name}"


def close_quietly() -> None:
    """Write no more to stdout: its reader has gone, as `head` does, or it is full."""
    if sys.stdout is not None:
        _discard(sys.stdout)


def _discard(stream: TextIO) -> None:
    """Let `stream` end in nothing: what it still holds would fail again at the end of Python."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, stream.fileno())
    os.close(devnull)
