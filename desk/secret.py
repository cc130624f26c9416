"""Secrets: read from the environment or a file, and never shown."""

from __future__ import annotations

import os
from pathlib import Path

from desk.errors import SecretError

KINDS = ("env", "file")
SHORTEST = 12
"""Characters of a secret that is looked for in what others send: of shorter ones, words hold many.
"""
DOTS = "••••"

_known: set[str] = set()


class Secret:
    """A password, token or key; what is printed or logged of it is a row of dots.

    `where` says from where it came, as it is written in settings: `env:NAME` or `file:PATH`.
    """

    def __init__(self, value: str, where: str = "") -> None:
        self.where = where
        self._value = value
        if len(value) >= SHORTEST:
            _known.add(value)

    def reveal(self) -> str:
        """The secret itself: for a header or the body of a request, and for nothing else."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.where or '…'})"

    __str__ = __repr__


def read_secret(where: str, folder: Path | None = None) -> Secret:
    """The secret that `env:NAME` or `file:PATH` names; a path is seen from `folder`.

    Raises:
        SecretError: there is none, or `where` is neither; the secret itself is never in its text.
    """
    kind, _, name = where.partition(":")
    if kind not in KINDS or not name:
        # what stands there may be the secret itself, so it is not repeated
        raise SecretError(
            "a secret is never written down in settings, a URL or a command:"
            " write env:NAME or file:PATH, where it is found"
        )
    value = os.environ.get(name, "") if kind == "env" else _in_file(name, folder)
    if not value.strip():
        raise SecretError(f"no secret in {where}: {_mend(kind, name)}")
    return Secret(value.strip(), where)


def masked(text: str) -> str:
    """`text` without any secret that this program has read: for errors and records of others."""
    for value in _known:
        text = text.replace(value, DOTS)
    return text


def masked_bytes(data: bytes) -> bytes:
    """As `masked`, for a record as it came."""
    for value in _known:
        data = data.replace(value.encode(), DOTS.encode())
    return data


def _in_file(name: str, folder: Path | None) -> str:
    path = (folder or Path()) / Path(name).expanduser()
    try:
        if path.stat().st_mode & 0o077:
            raise SecretError(f"others can read the secret in {path}: chmod 600 '{path}'")
        return path.read_text("utf-8")
    except OSError as error:
        raise SecretError(f"can't read the secret in {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SecretError(f"can't read the secret in {path}: it is not UTF-8") from None


def _mend(kind: str, name: str) -> str:
    return f"export {name}=…" if kind == "env" else "write it into that file"
