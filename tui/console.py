"""How commands speak: data on stdout, words on stderr, nothing hostile on a terminal."""

from __future__ import annotations

import enum
import os
import sys
import tempfile
import traceback

import msgspec

from tui.paint import visible

OK = 0
CHECK_FAILED = 1
BAD_USAGE = 2


class Format(enum.StrEnum):
    """How a listing is printed."""

    text = "text"
    json = "json"


def emit(data: str | bytes) -> None:
    """Write one line of data to stdout: JSON as bytes, text for people as str."""
    line = data if isinstance(data, bytes) else data.encode("utf-8", "replace")
    sys.stdout.buffer.write(line + b"\n")


def emit_json(item: object) -> None:
    """Write `item` to stdout as one line of JSON."""
    emit(msgspec.json.encode(item))


def flush() -> None:
    """Let a reader of stdout see what was emitted so far."""
    sys.stdout.buffer.flush()


def say(words: str) -> None:
    """Write words for people to stderr; control characters in them become visible."""
    print(visible(words), file=sys.stderr, flush=True)


def unexpected(error: BaseException) -> str:
    """One line about an error that nobody foresaw; its traceback goes to a file for the report."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="stormdesk-error-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    return f"unexpected error, please report it: {error!r}; details: {file.name}"


def close_quietly() -> None:
    """Stop writing to a stdout whose reader has gone, as `head` does."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
