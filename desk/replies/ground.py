"""What replies stand on: the parts of a desk that know customers, outages and posts."""

from __future__ import annotations

from typing import Protocol

from desk.accounts import Own
from desk.cases import Cases
from desk.oms.live import LiveOms
from desk.outages import OutageChange, Outages
from desk.post import LabelledPost
from desk.settings import Settings
from desk.store import Store
from desk.territories import Territory


class Ground(Protocol):
    """The desk's knowledge; `Pipeline` is it. Its parts are other ones after the desk began again.

    So whoever holds a ground asks it each time.
    """

    territory: Territory
    settings: Settings
    store: Store
    outages: Outages
    cases: Cases
    oms: LiveOms
    own: Own


def outage_of(ground: Ground, id_: str | None) -> OutageChange | None:
    """The outage of this id as it is now, or as it was last told of."""
    if not id_:
        return None
    held = ground.outages.find(id_)
    if held is not None:
        return held
    told = ground.store.changes_of(id_)
    return told[-1] if told else None


def post_of(ground: Ground, channel: str, id_: str) -> LabelledPost | None:
    """The newest labelled post of this id in a channel."""
    post = ground.store.post(id_)
    return post if post is not None and post.channel == channel else None
