"""What one labelled post witnesses of an outage."""

from __future__ import annotations

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
from desk.post import LabelledPost

EXACT_KM = 0.5
"""No position of a post counts as more exact: people post from where they are, not the fault."""

STRAGGLER_SHARE = 0.02
"""Of the authors of an outage that has ended, about so many still speak of it in half an hour."""

STRAGGLERS_S = 2 * 3600
"""After an outage its own authors go on talking of it; only new voices make a new one so soon."""


def hear(post: LabelledPost, now_s: int) -> Heard | None:
    """`post` as evidence, if it is any; one from after `now_s` counts as from now.

    A repost tells of no danger that its original has not told of.
    """
    kind = _kind(post.labels)
    if kind is None:
        return None
    repost = post.repost_of is not None
    echo = repost or "news" in post.labels
    place = post.location
    return Heard(
        at_s=min(int(post.created_at.timestamp()), now_s),
        author=ECHO if echo else digest(post.author_key),
        kind=kind,
        post=post.id,
        community=place.community if place else "",
        lat=place.lat if place else 0.0,
        lon=place.lon if place else 0.0,
        weight=place.confidence / max(place.radius_km, EXACT_KM) ** 2 if place else 0.0,
        hazard="hazard" in post.labels and not repost,
        vulnerable="vulnerable" in post.labels and not repost,
        damage="damage" in post.labels and not repost,
        cause=cause_of(post),
        repost=repost,
    )


def _kind(labels: tuple[str, ...]) -> int | None:
    """What a post witnesses; one that tells of an outage and its end tells of the end."""
    if "restored" in labels:
        return RESTORED
    if "outage" in labels:
        return REPORT
    if any(label in labels for label in ("hazard", "vulnerable", "etr")):
        return SUPPORT
    return DAMAGE if "damage" in labels else None


def of_the_past(heard: Heard, past: Cluster | None) -> bool:
    """Whether a post, in a community without an outage, makes no new one.

    Words of restoration and damage make none, nor does what is said of the `past` outage: from
    before its end, or soon after it by one of its authors who has not said that power was back. A
    copy of a post of that outage is told by its id: dated ahead, it may seem to come after the end.
    """
    if heard.kind in (RESTORED, DAMAGE):
        return True
    if past is None:
        return False
    if heard.at_s > past.turned_s + STRAGGLERS_S:
        return digest(heard.post) in past.seen
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
