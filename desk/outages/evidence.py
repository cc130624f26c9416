"""What one labelled post witnesses of an outage."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from desk.outages.cause import cause_of
from desk.outages.cluster import (
    DAMAGE,
    ECHO,
    REPORT,
    RESTORED,
    SUPPORT,
    Cluster,
    Heard,
    digest,
)
from desk.outages.ladder import fell_silent
from desk.outages.onset import LONGEST_TEXT
from desk.post import LabelledPost

EXACT_KM = 0.5
"""No position of a post counts as more exact: people post from where they are, not the fault."""

STRAGGLER_SHARE = 0.02
"""Of the authors of an outage that has ended, about so many still speak of it in half an hour."""

STRAGGLERS_S = 2 * 3600
"""After an outage its own authors go on talking of it; only new voices make a new one so soon."""

_CUSTOMERS = re.compile(
    r"""(?<![\d.,])(\d{1,3}(?:[.,]\d{3})+|\d{3,6})\s(?:\w+\s){0,2}
    (?:customers|homes|households|businesses|clienti|utenti|utenze|famiglie
    |clientes|abonados|usuarios|suministros|hogares)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""A hundred customers and more, counted by who knows."""

_UPDATE = re.compile(
    r"""\b(?:still|back|remain\w*|moved|ancora|torn[aei]\w*|slitta\w*|siguen?|vuelt\w+|vuelve\w*
    |a[uú]n|todav[ií]a)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words of headlines about an outage that is known: its customers are those who are left."""


class _Meaning(NamedTuple):
    """What the labels of a post make of it; the marks of a repost are its original's."""

    kind: int | None
    news: bool
    hazard: bool
    vulnerable: bool
    damage: bool


@lru_cache(maxsize=4096)
def _meaning(labels: tuple[str, ...]) -> _Meaning:
    """What labels say; a post that tells of an outage and its end tells of the end."""
    said = set(labels)
    kind = None
    if "restored" in said:
        kind = RESTORED
    elif "outage" in said:
        kind = REPORT
    elif said & {"hazard", "vulnerable", "etr"}:
        kind = SUPPORT
    elif "damage" in said:
        kind = DAMAGE
    return _Meaning(kind, *(name in said for name in ("news", "hazard", "vulnerable", "damage")))


def hear(post: LabelledPost, now_s: int) -> Heard | None:
    """`post` as evidence, if it is any; one from after `now_s` counts as from now.

    A repost tells of no danger that its original has not told of.
    """
    kind, news, hazard, vulnerable, damage = _meaning(post.labels)
    if kind is None:
        return None
    at_s = int(post.created_at.timestamp())
    place = post.location
    first = post.repost_of is None
    if not first or news:
        author = ECHO
    elif post.author is not None:
        author = _person(post.channel, post.author.id)
    else:
        author = digest(post.author_key)
    return Heard(
        at_s if at_s < now_s else now_s,  # noqa: FURB136  twice as fast as `min`
        author,
        kind,
        post.id,
        place.community if place else "",
        place.lat if place else 0.0,
        place.lon if place else 0.0,
        place.confidence / max(place.radius_km, EXACT_KM) ** 2 if place else 0.0,
        hazard and first,
        vulnerable and first,
        damage and first,
        cause_of(post) if hazard else None,
        not first,
        digest(post.id),
        announced=_announced(post) if news and kind == REPORT and first else 0,
    )


def _announced(post: LabelledPost) -> int:
    """How many customers a headline counts, 1 where they are those left of more; 0 where none."""
    text = post.text[:LONGEST_TEXT]
    found = _CUSTOMERS.search(text) if post.reply_to is None else None
    if found is None:
        return 0
    return 1 if _UPDATE.search(text) else int(re.sub(r"\D", "", found[1]))


@lru_cache(maxsize=16_384)
def _person(channel: str, author: str) -> int:
    return digest(f"{channel}:{author}")


def of_the_past(heard: Heard, past: Cluster | None) -> bool:
    """Whether a post, in a community without an outage, makes no new one.

    Words of restoration and damage make none, nor does what is said of the `past` outage: from
    before its end, or soon after it by one of its authors who has not said that power was back;
    but a suspicion that fell silent goes on with whatever comes. A
    copy of a post of that outage is told by its id: dated ahead, it may seem to come after the end.
    """
    if heard.kind in (RESTORED, DAMAGE):
        return True
    if past is None or fell_silent(past):
        return False
    if heard.at_s > past.turned_s + STRAGGLERS_S:
        return heard.copy in past.seen
    return heard.at_s <= past.turned_s or past.whole.authors.get(heard.author) == 0


def stragglers(past: Cluster | None, now_s: int) -> float:
    """How many strangers may still speak of the `past` outage: its authors are known in part.

    Of one that a person has dismissed, as many again as had spoken of it.
    """
    if past is None or now_s > past.turned_s + STRAGGLERS_S:
        return 0.0
    if past.dismissed:
        return float(past.whole.authors_seen)
    return STRAGGLER_SHARE * past.whole.authors_seen
