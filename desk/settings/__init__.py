"""Settings of a desk: how it works, in files that a utility makes its own.

Each field of `Settings` is a file of that name, `policy.toml` and so on. To add one: a msgspec
struct in a module of its name, the built-in file beside it, and the field here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from desk.errors import SettingsError
from desk.settings.accounts import Accounts
from desk.settings.macros import Macros
from desk.settings.policy import Policy
from desk.settings.reading import read_setting
from desk.settings.voice import Voice

__all__ = ["BUILT_IN", "Accounts", "Macros", "Policy", "Settings", "Voice", "load_settings"]

BUILT_IN = Path(__file__).parent


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a desk, one field a file."""

    policy: Policy
    macros: Macros
    voice: Voice
    accounts: Accounts


def load_settings(folder: Path | None = None) -> Settings:
    """The settings in `folder`; a file that is not there: the built-in one.

    Raises:
        SettingsError: one line for each fault of each file, as `path:line:col: …`.
    """
    if folder is None:
        return _built_in()
    if not folder.is_dir():
        raise SettingsError(f"no folder '{folder}': give a folder of settings ({_names()})")
    return _read(folder)


@cache
def _built_in() -> Settings:
    return _read(BUILT_IN)


def _read(folder: Path) -> Settings:
    found: dict[str, Any] = {}
    faults = _strangers(folder)
    for name, kind in get_type_hints(Settings).items():
        own = folder / f"{name}.toml"
        path = own if own.exists() else BUILT_IN / own.name
        found[name] = read_setting(path, kind, faults)
    if faults:
        raise SettingsError("\n".join(faults))
    return Settings(**found)


def _names() -> str:
    return ", ".join(f"{name}.toml" for name in Settings.__struct_fields__)


def _strangers(folder: Path) -> list[str]:
    """Faults of TOML files that nobody would read: a misspelled name must not go unseen."""
    known = {f"{name}.toml" for name in Settings.__struct_fields__}
    return [
        f"{path}: no file of settings has this name: write {_names()}"
        for path in sorted(folder.glob("*.toml"))
        if path.name not in known
    ]
