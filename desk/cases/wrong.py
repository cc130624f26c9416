"""Posts that people say are labelled wrong, kept in files for the authors of rules.

In a folder of its own: `wrong-labels.jsonl`, a labelled corpus that `rules score` reads, and in
`wrong-labels/` keyword sets whose tests fail until the rules are mended (desk/cases/mending.py).
Every file is written whole and put in place at once, so that none is ever half written.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from desk.cases.mending import Lacking, keyword_sets
from desk.errors import CaseError
from desk.post import LabelledPost
from rules import LABELS
from rules.loader import Loaded

CORPUS = "wrong-labels.jsonl"
SETS = "wrong-labels"
_ORDER = {label: rank for rank, label in enumerate(LABELS)}


class CorpusLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A post with the labels that it should have."""

    text: str
    labels: tuple[str, ...]
    lang: str
    id: str
    exercise: bool = False


class WrongLabels:
    """The files in `folder`; `load` gives the keyword sets that the desk labels by."""

    def __init__(self, folder: Path, load: Callable[[], Loaded]) -> None:
        self._folder = folder
        self._load = load

    def add(self, post: LabelledPost, labels: Sequence[str], lang: str, by: str, why: str) -> None:
        """Note that `post` should have `labels`; what was noted of it before is replaced.

        Raises:
            CaseError: these are its labels, or the files can't be written.
        """
        right = tuple(sorted(set(labels), key=_ORDER.__getitem__))
        if set(right) == set(post.labels):
            raise CaseError("these are the labels that it has: say which ones are right")
        told = f"{by}: {why}" if why else by
        sets = keyword_sets(post, Lacking(right, lang), told, self._load())
        line = CorpusLine(post.text, right, lang, post.id, exercise=post.exercise)
        with self._writing():
            others = [other for other in self._lines() if not _same(other, post)]
            self._put(self._folder / CORPUS, _joined([*others, line]))
            self._drop(post)
            for language, text in sets.items():
                path = self._folder / SETS / f"{_name(post)}-{language}.toml"
                self._put(path, text.encode())

    def remove(self, post: LabelledPost) -> None:
        """Take back what was noted of `post`.

        Raises:
            CaseError: the files can't be written.
        """
        with self._writing():
            lines = self._lines()
            others = [line for line in lines if not _same(line, post)]
            if len(others) < len(lines):
                self._put(self._folder / CORPUS, _joined(others))
            self._drop(post)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """The files for oneself: several desks may share them."""
        try:
            (self._folder / SETS).mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self._folder / SETS, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
            finally:
                os.close(lock)
        except OSError as error:
            raise CaseError(
                f"can't note it for the rule authors in {self._folder}: {error.strerror}"
            ) from None

    def _lines(self) -> list[bytes]:
        path = self._folder / CORPUS
        return path.read_bytes().splitlines() if path.exists() else []

    def _drop(self, post: LabelledPost) -> None:
        for path in (self._folder / SETS).glob(f"{_name(post)}-*.toml"):
            path.unlink()

    def _put(self, path: Path, data: bytes) -> None:
        """Put a file in place at once, for its owner alone: posts are people's words."""
        new = path.with_name(f".{path.name}.new")
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as open_file:
            open_file.write(data)
            open_file.flush()
            os.fsync(open_file.fileno())
        new.replace(path)


def _joined(lines: Sequence[bytes | CorpusLine]) -> bytes:
    return b"".join(
        (line if isinstance(line, bytes) else msgspec.json.encode(line)) + b"\n" for line in lines
    )


def _same(line: bytes, post: LabelledPost) -> bool:
    """Whether a line of the corpus is of `post`; lines of others stay as they are."""
    try:
        noted = msgspec.json.decode(line, type=CorpusLine)
    except msgspec.MsgspecError:
        return False
    return (noted.id, noted.text) == (post.id, post.text)


def _name(post: LabelledPost) -> str:
    """What the files of a post are called: nothing of it can lead out of the folder."""
    told = f"{post.channel}\0{post.id}\0{post.text}".encode("utf-8", "replace")
    return f"post-{hashlib.sha256(told).hexdigest()[:16]}"
