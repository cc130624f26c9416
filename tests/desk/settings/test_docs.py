"""docs/settings.md names every file and every key of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from desk.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "settings.md").read_text("utf-8")


def keys(kind: Any) -> set[str]:  # noqa: ANN401
    """The keys of a struct and of those within it."""
    if get_origin(kind) in (tuple, dict):
        return {key for inner in get_args(kind) for key in keys(inner)}
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return set()
    hints = get_type_hints(kind)
    return {*hints, *(key for hint in hints.values() for key in keys(hint))}


def test_every_file_and_every_key_is_described() -> None:
    for name, kind in get_type_hints(Settings).items():
        assert f"## {name}.toml" in PAGE
        section = PAGE.split(f"## {name}.toml")[1].split("\n## ")[0]
        for key in keys(kind):
            assert f"`{key}`" in section or f"[{key}]`" in section, (name, key)
