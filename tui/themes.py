"""The themes of the app: the chrome around the panes, in the colours of tui.schemes."""

from __future__ import annotations

from textual.theme import Theme

from tui.schemes import SCHEMES, Scheme


def _theme(scheme: Scheme) -> Theme:
    hues = scheme.hues
    return Theme(
        name=scheme.name,
        primary=scheme.accent,
        secondary=hues["green"],
        accent=scheme.alarm,
        warning=hues["orange"],
        error=hues["red"],
        success=hues["green"],
        foreground=scheme.text,
        background=scheme.ground,
        surface=scheme.surface,
        panel=scheme.panel,
        dark=scheme.dark,
    )


THEMES = tuple(map(_theme, SCHEMES.values()))
"""In the order in which `t` goes through them."""
