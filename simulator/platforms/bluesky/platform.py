"""Bluesky for a storm: Jetstream, versions 1 and 2, and the server of the utility's account.

```
GET  /subscribe                                         Jetstream 1   (WebSocket)
GET  /xrpc/network.bsky.jetstream.subscribeEvents       Jetstream 2   (WebSocket)
GET  /xrpc/network.bsky.jetstream.getZstdDictionary
POST /xrpc/com.atproto.server.createSession, refreshSession · GET getSession
POST /xrpc/com.atproto.repo.createRecord, putRecord     · GET getRecord
GET  /xrpc/com.atproto.identity.resolveHandle, app.bsky.actor.getProfile, app.bsky.feed.getPosts
```
"""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from simulator.platforms.bluesky.repo import Repo
from simulator.platforms.bluesky.session import ACCESS_S
from simulator.platforms.bluesky.stream import Jetstream, Pace
from simulator.platforms.bluesky.wants import LOOKBACK_S
from simulator.platforms.bluesky.wire import UTILITY_DID, Wire, told_posts, wire_id
from simulator.platforms.stage import Stage

__all__ = ["UTILITY_DID", "bluesky", "told_posts", "wire_id"]


def bluesky(
    stage: Stage,
    *,
    lookback_s: float = LOOKBACK_S,
    pace: Pace | None = None,
    access_s: float = ACCESS_S,
) -> Iterable[web.AbstractRouteDef]:
    """The routes of a storm; an access token is good for `access_s` wall seconds.

    `lookback_s` is how long a stream can be read again, in seconds of the storm, `pace` how slowly.
    """
    wire = Wire(stage)
    jetstream = Jetstream(wire, lookback_s, pace or Pace())
    repo = Repo(wire, access_s)
    return [
        web.get("/subscribe", jetstream.v1),
        web.get("/xrpc/network.bsky.jetstream.subscribeEvents", jetstream.v2),
        web.get("/xrpc/network.bsky.jetstream.getZstdDictionary", jetstream.dictionary),
        web.post("/xrpc/com.atproto.server.createSession", repo.create_session),
        web.post("/xrpc/com.atproto.server.refreshSession", repo.refresh_session),
        web.get("/xrpc/com.atproto.server.getSession", repo.get_session),
        web.post("/xrpc/com.atproto.repo.createRecord", repo.create_record),
        web.post("/xrpc/com.atproto.repo.putRecord", repo.put_record),
        web.get("/xrpc/com.atproto.repo.getRecord", repo.get_record),
        web.get("/xrpc/com.atproto.identity.resolveHandle", repo.resolve_handle),
        web.get("/xrpc/app.bsky.actor.getProfile", repo.get_profile),
        web.get("/xrpc/app.bsky.feed.getPosts", repo.get_posts),
    ]
