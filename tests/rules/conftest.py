"""Keyword sets for tests: written to a folder, loaded, made into an engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rules import Engine, load_packs
from rules.memo import MEMO_CHUNKS

Write = Callable[..., Path]
Make = Callable[..., Engine]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the text of a keyword set as `NAME.toml`, and returns its path."""

    def write(text: str, name: str = "set") -> Path:
        path = tmp_path / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def make(write: Write) -> Make:
    """An engine of one English rule `r` with label outage, and its other keys as TOML text."""

    def make(
        keys: str, *, vocabulary: str = "", language: str = "en", memo_chunks: int = MEMO_CHUNKS
    ) -> Engine:
        head = f'language = "{language}"\n[vocabulary]\n{vocabulary}\n'
        path = write(f'{head}[[rule]]\nid = "r"\nlabel = "outage"\n{keys}\n')
        return Engine(load_packs(path), memo_chunks=memo_chunks)

    return make
