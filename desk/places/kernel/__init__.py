"""How texts are cut into words, compiled; `desk.places.plain` names what means the same."""

from desk.places.kernel.cuts import FORM, Idle, parts_of, pieces_of

__all__ = ["FORM", "Idle", "parts_of", "pieces_of"]
