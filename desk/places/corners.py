"""Streets and corners that a text names, resolved to the communities that have them."""

from __future__ import annotations

from desk.places.choice import MOST_NAMED
from desk.places.reading import Findings, Found, Note, Reading, StreetMention
from desk.places.streets import kind_of
from desk.places.words import WORDS
from desk.territories.territory import Community

CORNER, WITH_COMMUNITY, ALONE = 0.9, 0.95, 0.6

_SKIPPED = frozenset(["the", "of", "la", "el", "los", "las", "de", "del", "della", "le", "lo"])
_BETWEEN = frozenset("&/+@")


Meeting = dict[int, set[str]]
"""Streets that meet another one, by their place in a list, with the ids of who has both."""


def resolve(
    reading: Reading,
    streets: list[StreetMention],
    corner: Meeting,
    found: Findings,
    notes: list[Note] | None,
    *,
    sure: bool,
) -> None:
    """Add the communities of `streets`, of which some meet at a `corner`, to what was found.

    A street that several have means the one that the text names, of two at a corner the one with
    both. A territory knows only some of its streets, so that one alone proves little.
    """
    named = [item.community for item in found.communities[:MOST_NAMED]]
    for at, mention in enumerate(streets):
        having = mention.street.communities
        confidence, why = 0.0, "several communities have it"
        here = [one for one in named if any(one.id == other.id for other in having)]
        if at in corner:
            having = tuple(one for one in having if one.id in corner[at])
        if here:
            community, confidence, why = here[0], WITH_COMMUNITY, "the text names its community"
            if not (mention.formal or at in corner or _is_raised(reading, mention)):
                confidence, why = 0.0, "a word, and no street is spoken of"
        elif named:
            community, why = having[0], "the text names another community"
        elif len(having) > 1 or not having:
            community = mention.street.communities[0]
        else:
            community = having[0]
            confidence, why = _alone(mention, corner=at in corner, sure=sure)
        if found.elsewhere and not found.region and confidence:
            confidence, why = 0.0, "another region is named"
        _tell(notes, reading, mention, community, confidence, why)
        if confidence:
            point = community.points.get(mention.street.shown)
            found.communities.append(Found(community, confidence, "street", point))


def _alone(mention: StreetMention, *, corner: bool, sure: bool) -> tuple[float, str]:
    """The confidence in a street that one community has, where no community is named."""
    if corner:
        return CORNER, "the corner of two streets that only this community has"
    if not mention.formal:
        return 0.0, "nothing says that it is a street"
    if mention.street.frequent:
        return 0.0, "streets of this name are everywhere"
    if sure:
        return ALONE, "the one community that is known to have it"
    return 0.0, "other regions have such a street, and nothing names this one"


def _is_raised(reading: Reading, mention: StreetMention) -> bool:
    written = reading.raw[mention.start : mention.end]
    return not reading.shouted and all(word[0].isupper() or word[0].isdigit() for word in written)


def meetings(reading: Reading, streets: list[StreetMention]) -> Meeting:
    """The streets that meet another one, by their place in the list, with who has both."""
    found: Meeting = {}
    for at in range(len(streets) - 1):
        one, other = streets[at], streets[at + 1]
        both = {a.id for a in one.street.communities} & {b.id for b in other.street.communities}
        if both and one.street is not other.street and _meet(reading, one, other):
            found.setdefault(at, both).intersection_update(both)
            found.setdefault(at + 1, set(both)).intersection_update(both)
    return found


def _meet(reading: Reading, one: StreetMention, other: StreetMention) -> bool:
    """Whether nothing but "and", "&", "esquina" and the like stands between two streets."""
    if not 0 <= other.start - one.end <= 4:
        return False
    between = [
        word
        for word in reading.words[one.end : other.start]
        if not kind_of(word) and word not in _SKIPPED
    ]
    if between:
        return all(word in WORDS.corner_between or word in WORDS.corner_before for word in between)
    return not _BETWEEN.isdisjoint("".join(reading.gaps[one.end : other.start + 1]))


def _tell(
    notes: list[Note] | None,
    reading: Reading,
    mention: StreetMention,
    community: Community,
    confidence: float,
    why: str,
) -> None:
    if notes is not None:
        notes.append(
            Note(
                reading.phrase(mention.start, mention.end),
                f"street '{mention.street.shown}' in {community.name}",
                community.id,
                round(confidence, 3),
                why,
            )
        )
