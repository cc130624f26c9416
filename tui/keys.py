"""How keys are bound: each has an id that a keymap can name, and words for the help screen."""

from __future__ import annotations

from textual.binding import Binding


def key(
    keys: str,
    action: str,
    name: str,
    does: str,
    *,
    meaning: str | None = None,
    shown: bool = False,
    face: str | None = None,
    always: bool = False,
) -> Binding:
    """A binding of `keys` to `action`; `meaning` is its id, and the action where none is given.

    `name` is its word in the bottom line, where it stands if `shown`; `does` says in full what it
    does; `face` is how the key is shown where its name is no help; `always` keys come before those
    of the pane.
    """
    id_ = meaning or action
    return Binding(
        keys, action, name, show=shown, key_display=face, priority=always, tooltip=does, id=id_
    )


MOVES = [
    key("j,down", "move(1)", "Down", "One line down", meaning="move.down"),
    key("k,up", "move(-1)", "Up", "One line up", meaning="move.up"),
    key("pagedown", "page(1)", "Page down", "One screen down", meaning="move.pagedown"),
    key("pageup", "page(-1)", "Page up", "One screen up", meaning="move.pageup"),
    key("g,home", "edge(-1)", "First", "To the first line", meaning="move.first"),
    key("G,end", "edge(1)", "Last", "To the last line; in the feed, follow", meaning="move.last"),
]
"""Keys of everything that scrolls; an id is one meaning, so a keymap changes it everywhere."""
