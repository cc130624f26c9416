"""Names of people at screens, as they stand in the journal of what was done."""

from __future__ import annotations

from desk.errors import OutageError

NAME_LETTERS = 40
RESERVED = ("oms",)
"""In a change of an outage these stand for no person."""


def clean_name(name: str) -> str:
    """`name` without control characters and spare blanks, cut to `NAME_LETTERS`.

    Raises:
        OutageError: nothing is left, or the name stands for something else.
    """
    printable = "".join(char if char.isprintable() else " " for char in name[: 4 * NAME_LETTERS])
    clean = " ".join(printable.split())[:NAME_LETTERS].strip()
    if not clean:
        raise OutageError("who acts? Begin the screen with --name NAME")
    if clean.casefold() in RESERVED:
        raise OutageError(
            f"'{clean}' stands for the utility's own list: begin the screen with another --name"
        )
    return clean
