"""Parsed keyword sets, kept between runs: parsing the built-in ones takes most of a second.

A file in the user's cache folder holds what was made of just these bytes by just this program; it
is nobody's only copy, so whatever is wrong with it or its folder only costs the time of parsing.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

BYTES_MIN = 100_000
"""Smaller sets are parsed about as fast as they would be looked for."""
_FILES_KEPT = 4
_ERRORS = (
    OSError,
    pickle.PickleError,
    EOFError,
    AttributeError,
    ImportError,
    ValueError,
    TypeError,
)


def place(files: Sequence[tuple[Path, bytes]]) -> Path | None:
    """Where the parsed form of these files is kept; None for sets too small to be."""
    if sum(len(raw) for _, raw in files) < BYTES_MIN:
        return None
    digest = sha256(f"{sys.version} {_program()}".encode())
    for path, raw in files:
        digest.update(f"\0{path}\0{len(raw)}\0".encode("utf-8", "surrogatepass"))
        digest.update(raw)
    return user_cache_path("stormdesk") / "keyword-sets" / f"{digest.hexdigest()}.pickle"


def fetch(kept: Path) -> Any:  # noqa: ANN401 whoever put it there knows what it is
    """What was put there, or None."""
    with contextlib.suppress(*_ERRORS):
        # The folder is the user's own, for him alone: who can write there needs no pickle.
        if kept.parent.stat().st_mode & 0o022 == 0:
            return pickle.loads(kept.read_bytes())  # noqa: S301
    return None


def put(kept: Path, value: object) -> None:
    """Keeps a value, and forgets all but the newest few."""
    with contextlib.suppress(*_ERRORS):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}.draft")
        draft.write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        draft.replace(kept)
        old = sorted(kept.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in old[_FILES_KEPT:]:
            path.unlink()


def _program() -> str:
    """What changes with the code that parses."""
    digest = sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    for path in sorted((Path(__file__).parent / "words").iterdir()):
        digest.update(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()
