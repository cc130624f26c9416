"""Lines of JSON from a file that `tail` printed or a folder that `storm generate` wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from desk.errors import DeskError

Line = TypeVar("Line", bound=msgspec.Struct)


class BadLineError(Exception):
    """A line that is not what it should be."""


def lines(path: Path, type_: type[Line]) -> Iterator[Line]:
    """The lines of a storm's file, each of which must be right: without it, it is another storm.

    Raises:
        DeskError: the file can't be read, or has a line that is none of it.
    """
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            try:
                if line.strip():
                    yield decode(line, type_)
            except BadLineError as error:
                raise DeskError(
                    f"{path}:{number}:1: no line of a storm's {path.name}: {error}; "
                    "generate the storm again"
                ) from None


@contextmanager
def opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    """The file, or the stream itself, which stays open.

    Raises:
        DeskError: it can't be opened or read.
    """
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                yield file
        else:
            yield source
    except OSError as error:
        raise DeskError(
            f"can't read {name_of(source)}: {error.strerror}; `--predicted` is a file that `tail`"
            " printed, or - for standard input; `--truth` a folder that `storm generate` wrote"
        ) from None


def name_of(source: Path | BinaryIO) -> str:
    """What the user called it."""
    return str(source) if isinstance(source, Path) else "-"


def decode(line: bytes, type_: type[Line]) -> Line:
    """One line.

    Raises:
        BadLineError: it is no such record.
    """
    try:
        return msgspec.json.decode(line, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadLineError(str(error)) from None
