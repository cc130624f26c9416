"""The folder of a desk's data: its owner's alone, and one desk's at a time."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from desk.errors import StoreError, StoreFullError


def private(path: Path) -> Path:
    """`path` as a file that only its owner can read: posts are people's words."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    return path


def no_room(data: Path) -> str:
    """What to do where a store can't be begun."""
    return (
        f"the disk of {data} is full, so a store can't be begun: free some room (10 MB to begin"
        " with), or give a folder on another disk as --data"
    )


def locked(data: Path) -> int:
    """A lock on the folder, freed by the system when the process ends in any way.

    Raises:
        StoreError: another desk has it, or it can't be used.
        StoreFullError: its disk is full.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except FileExistsError:
        raise StoreError(f"can't use {data} as --data: it is a file; name a folder") from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFullError(no_room(data)) from None
        raise StoreError(f"can't use {data} as --data: {error.strerror}") from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise StoreError(
            f"another desk is using {data}: end it, attach to it with --desk, or use another --data"
        ) from None
    return fd
