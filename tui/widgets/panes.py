"""Boxes that part a screen into panes and never scroll themselves."""

from __future__ import annotations

from textual.containers import Container, Vertical
from textual.geometry import Size
from textual.reactive import Reactive


class Panes(Container):
    """Panes beside or over each other.

    In Textual a box whose contents have become larger has the screen laid out once more, since a
    bar may have to come; here none ever does.
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)


class Pane(Vertical):
    """One pane: heads and lists under each other; as steady as `Panes`."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
