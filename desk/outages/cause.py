"""What broke, in the words of people who stand before it."""

from __future__ import annotations

import re

from desk.outages.cues import Cues, begins_of, cues
from desk.post import LabelledPost

LONGEST_TEXT = 1000
"""Characters read of a post, so that work stays bounded."""

_ANIMAL = r"""squirrels?|raccoons?|o?possums?|snakes?|birds?|hawks?|ospreys?|owls?|geese|goose
 |crows?|vultures?|beavers?|critters?|mouse|rats?|scoiattol[oi]|uccell[oi]|gabbian[oi]|cicogn[ae]
 |serpent[ei]|top[oi]|ratt[oi]|ghiro|ardillas?|pájaros?|pajaros?|culebras?|serpientes?|ratas?
 |cigüeñas?|palomas?|gaviotas?|mapaches?"""
_TREE = r"""trees?|oaks?|pines?|poplars?|maples?|sweetgums?|magnolias?|pecans?|cedars?|branch(?:es)?
 |limbs?|alber[oi]|ram[oi]|pin[oi]|querc[ei]a?|eucalipt[oi]|piopp[oi]|olivastr[oi]|palm[ae]|pioppo
 |árbol(?:es)?|arbol(?:es)?|ramas?|palmeras?|encinas?|olmos?|chopos?|eucaliptos?|naranjos?"""
_STREET = r"(?:st|street|ave?|avenue|rd|road|blvd|dr|drive|ln|lane|way|ct|hwy|creek|grove|hills?)\b"
_POLE = r"(?:poles?|pylons?|palo|pali|tralicci[o]?|postes?|torres?)"
_FALLEN = r"""(?:down(?:ed)?|took\sout|taken\sout|snap\w*|broke\w*|crack\w*|lean\w*
 |f[ea]ll\w*|topp\w*|split|in\s(?:two|half)|hit|sheared|bent|tilt\w*|cadut\w*|spezzat\w*|abbattut\w*|inclinat\w*|pieg\w*|storto|giù|a\sterra
 |ca[ií]d\w*|tumbad\w*|rot[oa]s?|partid\w*|inclinad\w*|doblad\w*|(?:en\sel|al)\ssuelo)"""
_LINE = r"""(?:power\s?lines?|lines?|wires?|cables?|conductors?|cav[oi]|fil[oi]|line[ae]|l[ií]neas?
 |hilos?|tendidos?)"""

CAUSES: dict[str, str] = {
    "lightingStrike": r"lightning|fulmin[ei]|fulminat[oa]|saett[ae]|rayos?",
    "animal": _ANIMAL,
    "treeDown": rf"(?:{_TREE})(?!\s{_STREET})",
    "poleDown": rf"{_POLE}(?:'s)?\s(?:\S+\s){{0,6}}{_FALLEN}|{_FALLEN}\s(?:\S+\s){{0,2}}{_POLE}",
    "lineDown": _LINE,
}
"""CIM's words for a cause (IEC 61968-3, `lightingStrike` as it is spelt there), the surer first:
a tree on a line is a tree that fell; a pole must be said to be broken, for every line hangs on one;
a line on the ground may be anything."""

_CAUSE = {
    cause: re.compile(rf"\b(?:{words})\b", re.IGNORECASE | re.VERBOSE)
    for cause, words in CAUSES.items()
}


CUES: dict[str, Cues] = {
    "lightingStrike": cues("lightning fulmine saetta rayo"),
    "animal": cues(
        "squirrel raccoon opossum possum snake bird hawk osprey owl geese goose crow vulture beaver"
        " critter mouse rat scoiattolo uccello gabbiano cicogna serpente topo ghiro ardilla pájaro"
        " pajaro culebra cigüeña paloma gaviota mapache"
    ),
    "treeDown": cues(
        "tree oak pine poplar maple sweetgum magnolia pecan cedar branch limb albero ramo quercia"
        " eucalipto pioppo olivastro palma árbol arbol encina olmo chopo naranjo"
    ),
    "poleDown": cues("pole pylon palo traliccio poste torre"),
    "lineDown": cues("power line wire cable conductor cavo filo línea hilo tendido"),
}


def cause_of(post: LabelledPost) -> str | None:
    """The cause that a post on a danger names, if it names one; headlines and replies repeat it."""
    if "hazard" not in post.labels or "news" in post.labels:
        return None
    text = post.text[:LONGEST_TEXT]
    begins = begins_of(text)
    likely = (cause for cause in _CAUSE if not CUES[cause].isdisjoint(begins))
    return next((cause for cause in likely if _CAUSE[cause].search(text)), None)
