"""Files that people write, read whole, but never without end."""

from __future__ import annotations

import errno
from pathlib import Path

MOST_BYTES = 16 << 20
"""The largest built-in file, a territory, has 100 kB."""


def read_bounded(path: Path) -> bytes:
    """What is in the file at `path`.

    Raises:
        OSError: it can't be read, or is longer than anybody writes: a disk image, a log.
    """
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"it is over {MOST_BYTES >> 20} MiB")
    return data


def read_text_bounded(path: Path) -> str:
    """The same as text, each line ended by a newline alone.

    Raises:
        OSError: as `read_bounded`.
        UnicodeDecodeError: it is not UTF-8.
    """
    return read_bounded(path).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
