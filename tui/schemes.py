"""The colours of each theme: its grounds, its words, and the hues that signs are drawn in.

Dark and light are for everybody. Two dark ones are for eyes that see fewer hues: one for those who
take red for green (deuteranopia and protanopia), one for those who take blue for green
(tritanopia). tests/tui/test_schemes.py simulates such eyes and holds the signs apart.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Hue = Literal[
    "red",
    "pink",
    "orange",
    "amber",
    "yellow",
    "olive",
    "green",
    "sage",
    "blue",
    "slate",
    "violet",
    "brown",
    "grey",
    "dim",
]
"""A colour of signs, by the name that it has in the dark theme."""


class Scheme(msgspec.Struct, frozen=True):
    """The colours of a theme, each as #rrggbb; `alarm` is the ground of what must be seen."""

    name: str
    words: str
    dark: bool
    ground: str
    surface: str
    panel: str
    cursor: str
    text: str
    quiet: str
    faint: str
    accent: str
    alarm: str
    hues: dict[Hue, str]


DARK = Scheme(
    name="stormdesk-dark",
    words="dark",
    dark=True,
    ground="#11161c",
    surface="#171e26",
    panel="#1e2731",
    cursor="#263445",
    text="#dfe5ec",
    quiet="#8c99a7",
    faint="#5d6a78",
    accent="#7cc4ff",
    alarm="#ffb000",
    hues={
        "red": "#ff7a70",
        "pink": "#ff94dc",
        "orange": "#ffa54d",
        "amber": "#ffc145",
        "yellow": "#e8d36a",
        "olive": "#b6d77a",
        "green": "#4fd6a0",
        "sage": "#a3c4b6",
        "blue": "#7cc4ff",
        "slate": "#a9c1d9",
        "violet": "#d4a5ff",
        "brown": "#e6ab78",
        "grey": "#a7b2bf",
        "dim": "#98a4b0",
    },
)
LIGHT = Scheme(
    name="stormdesk-light",
    words="light",
    dark=False,
    ground="#fbfaf6",
    surface="#f1efe8",
    panel="#e7e4da",
    cursor="#dfe6f0",
    text="#1d2329",
    quiet="#5a646e",
    faint="#838c94",
    accent="#0056a3",
    alarm="#8a3b00",
    hues={
        "red": "#b00020",
        "pink": "#a3006f",
        "orange": "#944500",
        "amber": "#855000",
        "yellow": "#6b5b00",
        "olive": "#4b6200",
        "green": "#00664a",
        "sage": "#3a5a4c",
        "blue": "#0056a3",
        "slate": "#3d5368",
        "violet": "#6b2fa3",
        "brown": "#7a4a1e",
        "grey": "#505a65",
        "dim": "#5a646e",
    },
)
DEUTERANOPIA = Scheme(
    name="stormdesk-deuteranopia",
    words="for those who take red for green (deuteranopia)",
    dark=True,
    ground="#11161c",
    surface="#171e26",
    panel="#1e2731",
    cursor="#263445",
    text="#dfe5ec",
    quiet="#8c99a7",
    faint="#5d6a78",
    accent="#69acff",
    alarm="#ffb000",
    hues={
        "red": "#fc8510",
        "pink": "#fee5ee",
        "orange": "#ffbf43",
        "amber": "#ffe23c",
        "yellow": "#fff3aa",
        "olive": "#d6d588",
        "green": "#9cddfb",
        "sage": "#c0bbae",
        "blue": "#69acff",
        "slate": "#a8bedf",
        "violet": "#8a89ff",
        "brown": "#b4884d",
        "grey": "#999a99",
        "dim": "#97a2ab",
    },
)
TRITANOPIA = Scheme(
    name="stormdesk-tritanopia",
    words="for those who take blue for green (tritanopia)",
    dark=True,
    ground="#11161c",
    surface="#171e26",
    panel="#1e2731",
    cursor="#263445",
    text="#dfe5ec",
    quiet="#8c99a7",
    faint="#5d6a78",
    accent="#5cc8f0",
    alarm="#ff9c80",
    hues={
        "red": "#ff5950",
        "pink": "#fdb2d7",
        "orange": "#ff9c80",
        "amber": "#ffdac5",
        "yellow": "#fde3d9",
        "olive": "#bfede8",
        "green": "#33e0cc",
        "sage": "#7dbfb3",
        "blue": "#239fce",
        "slate": "#a9bac7",
        "violet": "#d09bd9",
        "brown": "#d98f70",
        "grey": "#a5a3a8",
        "dim": "#9c9ea1",
    },
)
SCHEMES = {each.name: each for each in (DARK, LIGHT, DEUTERANOPIA, TRITANOPIA)}
"""The themes by name, in the order in which `t` goes through them."""


def scheme_of(name: str, *, dark: bool) -> Scheme:
    """The scheme of a theme; of one that is not ours, the dark or the light one."""
    return SCHEMES.get(name, DARK if dark else LIGHT)
