"""The settings of a desk as screens see them: which files, and what is wrong with them now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desk.accounts import Account
from desk.errors import SettingsError
from desk.serving.report_messages import SettingsFile, SettingsTold
from desk.settings import BUILT_IN, Settings, load_settings


def settings_told(
    settings: Settings, folder: Path | None, accounts: Sequence[Account], *, looking: bool
) -> SettingsTold:
    """The `settings` by which the desk goes, read from `folder`; and its files as they are now."""
    faults: tuple[str, ...] = ()
    try:
        now: Settings | None = load_settings(folder)
    except SettingsError as error:
        now, faults = None, tuple(str(error).splitlines())
    files = []
    for name in Settings.__struct_fields__:
        own = folder / f"{name}.toml" if folder is not None else None
        path = own if own is not None and own.exists() else BUILT_IN / f"{name}.toml"
        changed = now is not None and getattr(now, name) != getattr(settings, name)
        files.append(SettingsFile(f"{name}.toml", str(path), path == own, changed))
    policy = settings.accounts.look_alikes
    return SettingsTold(
        folder=str(folder or ""),
        files=tuple(files),
        faults=faults,
        accounts=tuple(accounts),
        look_alikes_on=looking,
        harmless=policy.harmless,
        claims=policy.claims,
    )
