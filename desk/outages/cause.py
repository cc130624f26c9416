"""What broke, in the words that people use of it."""

from __future__ import annotations

from desk.post import LabelledPost

CAUSES: dict[str, tuple[str, ...]] = {
    "lightingStrike": ("lightning", "fulmin", "rayo"),
    "animal": ("squirrel", "raccoon", "snake", "bird", "animal", "scoiattol", "uccell", "pájaro"),
    "treeDown": ("tree", "branch", "limb", "albero", "alberi", "ramo", "rami", "árbol", "arbol"),
    "poleDown": ("pole", "pylon", "palo", "pali", "tralicci", "poste", "torre"),
    "lineDown": ("line", "wire", "cable", "cavo", "cavi", "fili", "linea", "línea"),
}
"""CIM's words for a cause (IEC 61968-3, `lightingStrike` as it is spelt there), the surer first:
a tree on a line is a tree that fell, a line on the ground may be anything."""


def cause_of(post: LabelledPost) -> str | None:
    """The cause that the matched words of a hazard name, if they name one."""
    words = " ".join(match.text for match in post.matches if match.label == "hazard").casefold()
    if not words:
        return None
    for cause, stems in CAUSES.items():
        if any(stem in words for stem in stems):
            return cause
    return None
