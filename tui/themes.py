"""The two themes, dark and light: the chrome around the panes; tui.signs has what they hold."""

from __future__ import annotations

from textual.theme import Theme

from tui.signs import GROUNDS

DARK = Theme(
    name="stormdesk-dark",
    primary="#7cc4ff",
    secondary="#4fd6a0",
    accent="#ffb000",
    warning="#ffa54d",
    error="#ff7a70",
    success="#4fd6a0",
    foreground="#dfe5ec",
    background=GROUNDS[True],
    surface="#171e26",
    panel="#1e2731",
    dark=True,
)
LIGHT = Theme(
    name="stormdesk-light",
    primary="#0056a3",
    secondary="#00664a",
    accent="#8a3b00",
    warning="#944500",
    error="#b00020",
    success="#00664a",
    foreground="#1d2329",
    background=GROUNDS[False],
    surface="#f1efe8",
    panel="#e7e4da",
    dark=False,
)
THEMES = (DARK, LIGHT)
