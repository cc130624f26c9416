"""Posts as the commands for rules read them: lines of JSON or plain text, of a file or stdin."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from rules import RulesError
from tui.console import say


class PostLine(msgspec.Struct, frozen=True):
    """What rules look at in a post; a plain text has its line number for an id."""

    text: str
    id: str | int | None = None
    lang: str | None = None
    channel: str | None = None
    account: str | None = None
    reply_to: str | int | None = None
    repost_of: str | int | None = None
    mentions: list[Any] | None = None
    media: list[Any] | None = None


def open_lines(file: str, stack: ExitStack) -> BinaryIO:
    """The bytes of a file, or of stdin for `-`.

    Raises:
        RulesError: the file can't be read.
    """
    if file == "-":
        if sys.stdin is None:  # it was closed before the program began
            raise RulesError("can't read -: standard input is closed")
        if sys.stdin.isatty():
            say("reading what you type, a line each; ctrl+d on a new line ends it")
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(file).open("rb"))
    except IsADirectoryError:
        raise RulesError(
            f"can't read '{file}': it is a folder; name a file of posts here, and keyword sets"
            " behind --rules"
        ) from None
    except OSError as error:
        raise RulesError(f"can't read '{file}': {error.strerror}") from None


def numbered(stream: BinaryIO, file: str) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, each with its number from 1.

    Raises:
        RulesError: the file can't be read to its end.
    """
    try:
        for number, raw in enumerate(stream, 1):
            line = raw.removesuffix(b"\n").removesuffix(b"\r")
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if line.strip():
                yield number, line
    except OSError as error:
        raise RulesError(f"can't read '{file}': {error.strerror}") from None


_decode = msgspec.json.Decoder(PostLine).decode


def decode_post(raw: bytes, number: int) -> PostLine:
    """The post of a line: a JSON object with `text`, or else plain text.

    Raises:
        RulesError: it is neither.
    """
    try:
        if not raw.startswith(b"{"):
            return PostLine(raw.decode("utf-8"), number)
        post = _decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RulesError(f"not a post: {error}") from None
    return post if post.id is not None else msgspec.structs.replace(post, id=number)
