"""How keys are bound: each has an id that a keymap can name, and words for the help screen."""

from __future__ import annotations

from textual.binding import Binding


def key(
    keys: str,
    action: str,
    meaning: str,
    name: str,
    does: str,
    *,
    shown: bool = False,
    face: str | None = None,
    always: bool = False,
) -> Binding:
    """A binding of `keys` to `action`; `meaning` is its id, `name` its word in the footer.

    `does` says in full what it does; `face` is how the key is shown where its name is no help;
    `always` keys come before those of the pane.
    """
    return Binding(
        keys, action, name, show=shown, key_display=face, priority=always, tooltip=does, id=meaning
    )


MOVES = [
    key("j,down", "move(1)", "move.down", "Down", "One line down"),
    key("k,up", "move(-1)", "move.up", "Up", "One line up"),
    key("pagedown", "page(1)", "move.pagedown", "Page down", "One screen down"),
    key("pageup", "page(-1)", "move.pageup", "Page up", "One screen up"),
    key("g,home", "edge(-1)", "move.first", "First", "To the first line"),
    key("G,end", "edge(1)", "move.last", "Last", "To the last line; in the feed, follow"),
]
"""Keys of everything that scrolls; an id is one meaning, so a keymap changes it everywhere."""
