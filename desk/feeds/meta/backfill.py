"""What a page missed while no desk listened: read over the Graph API, once, at the start.

Meta repeats a webhook for 36 hours; what came in a longer gap, or was dropped on the way, is read
from the page itself. Posts of the last week may still be commented on, so their comments are read
too, the newest first, down to the time at which the desk last heard of the page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from desk.channels.graph import Graph, next_page
from desk.feeds import MOST_RAW_BYTES, Fault
from desk.feeds.meta.wire import Decoded, GraphNode, NotTakenError, Page, graph_post

LOOK_BACK_S = 7 * 24 * 3600
"""How old a post may be whose new comments are read."""
OVERLAP_S = 300
"""Clocks differ, and what comes twice is known by its id."""
MOST_PAGES = 200
_COMMENT = "id,message,created_time,from{id,name},parent{id},permalink_url,exercise"
_COMMENTS = f"comments.filter(stream).order(reverse_chronological).limit(100){{{_COMMENT}}}"
_POST = f"id,message,created_time,from{{id,name}},permalink_url,exercise,{_COMMENTS}"


class _PageSaid(msgspec.Struct):
    id: str
    name: str = ""


async def own_page(graph: Graph, *, exercise: bool) -> Page:
    """The page whose token the graph is asked with; errors as of `Graph.get`."""
    said = msgspec.convert(await graph.get("me", fields="id,name"), _PageSaid)
    return Page(said.id, exercise=exercise)


async def missed(graph: Graph, page: Page, since_s: int) -> AsyncIterator[Decoded]:
    """Posts and comments of `page` since a Unix second, a page of the API at a time.

    Raises:
        GraphError, aiohttp.ClientError, TimeoutError: as of `Graph.get`.
    """
    since_s -= OVERLAP_S
    asked: dict[str, str] | None = {
        "fields": _POST,
        "since": str(max(1, since_s - LOOK_BACK_S)),
        "limit": "50",
    }
    left = MOST_PAGES
    while asked is not None and left > 0:
        left -= 1
        said = await graph.get(f"{page.id}/feed", **asked)
        found = Decoded()
        longer: list[tuple[str, dict[str, str]]] = []
        for node in _nodes(said):
            post_id = _take(found, node, page, since_s)
            held = node.get("comments")
            if not post_id or not isinstance(held, dict):
                continue
            new = [_take(found, each, page, since_s, post_id) for each in _nodes(held)]
            more = next_page(held)
            if more is not None and new and new[-1]:
                longer.append((post_id, {"fields": _COMMENT, **more}))
        yield found
        for post_id, more in longer:
            async for found in _further(graph, page, post_id, more, since_s):
                left -= 1
                yield found
        asked = next_page(said)


async def _further(
    graph: Graph, page: Page, post_id: str, asked: dict[str, str] | None, since_s: int
) -> AsyncIterator[Decoded]:
    """Further comments of a post, down to the first that is old."""
    for _ in range(MOST_PAGES):
        if asked is None:
            return
        said = await graph.get(f"{post_id}/comments", **asked)
        found = Decoded()
        new = [_take(found, each, page, since_s, post_id) for each in _nodes(said)]
        yield found
        asked = next_page(said) if new and new[-1] else None


def _nodes(said: dict[str, Any]) -> list[dict[str, Any]]:
    data = said.get("data")
    return [node for node in data if isinstance(node, dict)] if isinstance(data, list) else []


def _take(found: Decoded, raw: dict[str, Any], page: Page, since_s: int, over: str = "") -> str:
    """Take a node that is new enough; its id, empty where it is an old comment or no node."""
    try:
        node = msgspec.convert(raw, GraphNode)
        post = graph_post(node, page, over)
    except (msgspec.ValidationError, NotTakenError) as error:
        shown = msgspec.json.encode(raw)[:MOST_RAW_BYTES]
        found.faults.append(Fault(f"{page.id}/feed", str(error)[:200], shown))
        return ""
    if post is None:
        found.ignored += 1
        return node.id
    if post.created_at.timestamp() >= since_s:
        found.posts.append(post)
        found.newest_s = max(found.newest_s, int(post.created_at.timestamp()))
        return node.id
    return "" if over else node.id
