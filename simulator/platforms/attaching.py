"""How a desk is attached to a storm on the wire: addresses, feed URLs, accounts that are on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from desk.accounts import Account
from simulator.crowd.utility import own_account
from simulator.platforms import EXERCISE_PATH
from simulator.platforms.stage import Stage

SECRET_NAME = "STORMDESK_EXERCISE"  # noqa: S105  where it is found
"""The environment variable that the feeds and accounts of a drill find their secret in."""
FOUND = f"env:{SECRET_NAME}"
NWS_S, RSS_S, ODIN_S = 30.0, 300.0, 900.0
"""How often a desk asks for a list, in the storm's time."""


class Way(NamedTuple):
    """One platform: its addresses, feed URLs of which the first is the usual one, own account.

    `oms` is the URL of a list of outages, where it has one.
    """

    endpoints: dict[str, str]
    feeds: tuple[str, ...] = ()
    account: Account | None = None
    oms: str | None = None


class Place(NamedTuple):
    """Where a storm is served: `http://HOST:PORT`, and where a desk hears Meta's webhooks.

    `speed` is storm seconds a second, None as fast as possible.
    """

    base: str
    callback: str = ""
    speed: float | None = 1.0

    def every(self, seconds: float) -> int:
        """So many seconds of the storm on the wall's clock, as whole seconds."""
        return max(1, round(seconds / self.speed)) if self.speed else 1

    @property
    def host(self) -> str:
        """HOST:PORT."""
        return urlsplit(self.base).netloc


def ways(stage: Stage, place: Place, platforms: Iterable[str]) -> dict[str, Way]:
    """How a desk is attached to each of `platforms`."""
    return {name: WAYS[name](stage, place) for name in platforms if name in WAYS}


def accounts_toml(found: dict[str, Way]) -> str:
    """An accounts.toml that switches on the utility's accounts of a drill."""
    return "\n".join(_toml(found))


def _toml(found: dict[str, Way]) -> Iterator[str]:
    yield "# The utility's accounts at a storm that is served on this machine: an exercise."
    yield f"# Their secret is in the environment variable {SECRET_NAME}."
    for way in found.values():
        if way.account is not None:
            yield "\n[[account]]"
            for key in ("channel", "handle", "name", "id", "server", "secret"):
                yield f"{key} = {json.dumps(getattr(way.account, key))}"
            yield "on = true"
    yield "\n[look_alikes]\non = true\n"


def _account(stage: Stage, place: Place, channel: str, handle: str, id_: str) -> Account:
    name = stage.storm.utility.name
    return Account(
        channel=channel, handle=handle, name=name, id=id_, on=True, server=place.base, secret=FOUND
    )


def _with_secret(feed: str, name: str = "secret") -> str:
    """`feed` with the place where its secret is found."""
    sign = "&" if "?" in feed else "?"
    return f"{feed}{sign}{name}={quote(FOUND, safe=':')}"


def _bluesky(stage: Stage, place: Place) -> Way:
    from simulator.platforms.bluesky.wire import UTILITY_DID, handle

    v2 = f"ws://{place.host}/xrpc/network.bsky.jetstream.subscribeEvents"
    name = handle(own_account(stage.conductor.day.scene, "bluesky"))
    return Way(
        {
            "jetstream-1": f"ws://{place.host}/subscribe",
            "jetstream-2": v2,
            "xrpc": f"{place.base}/xrpc",
        },
        # from the beginning: the wall's time says nothing of where a storm is
        (f"jetstream+ws://{place.host}?cursor=0", f"jetstream+{v2}?cursor=0"),
        _account(stage, place, "bluesky", name, UTILITY_DID),
    )


def _meta(stage: Stage, place: Place) -> Way:
    from simulator.platforms.meta.page import PAGE

    feed = ""
    if place.callback:
        parts = urlsplit(place.callback)
        feed = f"meta://{parts.netloc}{parts.path}?graph={quote(place.base, safe=':/')}"
        for name in ("secret", "verify", "token"):
            feed = _with_secret(feed, name)
    return Way(
        {"graph": f"{place.base}/v26.0/{PAGE}"},
        (feed,) if feed else (),
        _account(stage, place, "facebook", stage.storm.utility.handle, PAGE),
    )


def _mastodon(stage: Stage, place: Place) -> Way:
    from simulator.platforms.mastodon.statuses import name_of

    handle = "@".join(name_of(own_account(stage.conductor.day.scene, "mastodon")))
    base = f"mastodon+{place.base}"
    return Way(
        {
            "api": f"{place.base}/api/v1",
            "sse": f"{place.base}/api/v1/streaming/user",
            "websocket": f"ws://{place.host}/api/v1/streaming",
        },
        tuple(_with_secret(f"{base}/{name}") for name in ("user", "public")),
        _account(stage, place, "mastodon", handle, handle.lower()),
    )


def _x(stage: Stage, place: Place) -> Way:
    from simulator.platforms.x.wire import UTILITY_ID

    stream = f"{place.base}/2/tweets/search/stream"
    feed = _with_secret(f"x+{place.base}")
    return Way(
        {"stream": stream, "rules": f"{stream}/rules", "tweets": f"{place.base}/2/tweets"},
        (f"{feed}&recover=backfill", feed),
        _account(stage, place, "x", stage.storm.utility.handle, UTILITY_ID),
    )


def _nws(_: Stage, place: Place) -> Way:
    feed = f"nws+{place.base}?every={place.every(NWS_S)}"
    return Way({"alerts": f"{place.base}/alerts/active"}, (feed,))


def _odin(_: Stage, place: Place) -> Way:
    from simulator.platforms.odin import DATASET

    records = f"{place.base}{DATASET}/records"
    ends = {"records": records, "export": f"{place.base}{DATASET}/exports/json"}
    return Way(ends, oms=f"odin+{records}?every={place.every(ODIN_S)}")


def _rss(_: Stage, place: Place) -> Way:
    every = place.every(RSS_S)
    shapes = ("rss", "atom")
    return Way(
        {shape: f"{place.base}/{shape}" for shape in shapes},
        tuple(f"rss+{place.base}/{shape}?every={every}" for shape in shapes),
    )


WAYS = {
    "bluesky": _bluesky,
    "mastodon": _mastodon,
    "meta": _meta,
    "nws": _nws,
    "x": _x,
    "odin": _odin,
    "rss": _rss,
}


def endpoints(place: Place, found: dict[str, Way]) -> dict[str, dict[str, str]]:
    """All addresses, also those of the exercise itself."""
    own = {
        "mark": f"{place.base}{EXERCISE_PATH}",
        **{
            name: f"{place.base}/exercise/{name}"
            for name in ("posts", "truth", "outages", "replies", "faults", "run", "pause")
        },
    }
    return {**{name: way.endpoints for name, way in found.items()}, "exercise": own}
