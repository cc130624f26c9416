"""The newsfeeds of a storm as RSS 2.0 and Atom (RFC 4287): `/rss`, `/atom`, with ETag and 304.

`/rss/HANDLE` and `/atom/HANDLE` are those of one newsroom.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from hashlib import blake2b
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from desk.post import Post
from simulator.platforms.stage import Stage, Staged

MARK = "https://stormdesk.example/exercise"
"""Namespace of the element that says of each entry that it is an exercise."""
MOST_ENTRIES = 200
"""The newest; a desk that looks every few minutes misses none of them."""

Entry = tuple[Post, datetime]


def wire_id(staged: Staged) -> str:
    """The id of a post there, which is that of the desk's post."""
    return f"urn:exercise:{staged.post.id}"


def rss(stage: Stage) -> Iterator[web.AbstractRouteDef]:
    """The newsfeeds of the storm of `stage`."""
    room = _Newsroom(stage)
    for name, shape in (("rss", _as_rss), ("atom", _as_atom)):
        handler = room.serving(name, shape)
        yield web.get(f"/{name}", handler)
        yield web.get(f"/{name}/{{handle}}", handler)


class _Newsroom:
    """Reads the storm's own feeds, each post once."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._run = ""
        self._upto = 0
        self._told: list[Staged] = []

    def serving(
        self, name: str, shape: Callable[[str, str, list[Entry]], str]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        kind = "application/rss+xml" if name == "rss" else "application/atom+xml"

        async def serve(request: web.Request) -> web.Response:
            handle = request.match_info.get("handle", "")
            titles = {o.handle: o.name for o in self._stage.storm.outlet if o.channel == "rss"}
            if handle and handle not in titles:
                raise web.HTTPNotFound(text=f"no newsfeed of {handle}")
            entries = self._entries(handle)
            title = titles.get(handle) or f"{self._stage.territory.name}: newsrooms"
            body = shape(f"EXERCISE: {title}", str(request.url), entries).encode()
            tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
            at = entries[0][1] if entries else self._stage.storm.starts_at
            headers = {"ETag": tag, "Last-Modified": format_datetime(at, usegmt=True)}
            if tag in request.headers.get("If-None-Match", ""):
                return web.Response(status=304, headers=headers)
            return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)

        return serve

    def _entries(self, handle: str) -> list[Entry]:
        """The newest first."""
        run = self._stage.conductor.run_id
        if run != self._run or self._stage.end < self._upto:
            self._run, self._upto, self._told = run, 0, []
        self._told += self._stage.read(self._upto, channel="rss")
        self._upto = self._stage.end
        own = [each for each in self._told if not handle or _handle(each.post) == handle]
        newest = own[-MOST_ENTRIES:][::-1]
        return [(each.post, self._stage.shown("rss", each.post.created_at)) for each in newest]


def _handle(post: Post) -> str:
    return post.author.handle if post.author else ""


def _words(post: Post) -> tuple[str, str]:
    """Headline and summary: the first sentence, and all of it without its address."""
    text = post.text.replace(post.url, "").strip() if post.url else post.text
    head, mark, rest = text.partition(". ")
    return (f"{head}{mark.strip()}", text) if rest else (text, "")


def _as_rss(title: str, address: str, entries: list[Entry]) -> str:
    items = "".join(
        f"<item><title>{escape(head)}</title>"
        + (f"<description>{escape(escape(rest))}</description>" if rest else "")
        + (f"<link>{escape(post.url)}</link>" if post.url else "")
        + f'<guid isPermaLink="false">urn:exercise:{escape(post.id)}</guid>'
        f"<pubDate>{format_datetime(at, usegmt=True)}</pubDate>"
        "<stormdesk:exercise>true</stormdesk:exercise></item>"
        for (post, at) in entries
        for head, rest in (_words(post),)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<rss version="2.0" xmlns:stormdesk={quoteattr(MARK)}><channel>'
        f"<title>{escape(title)}</title><link>{escape(address)}</link>"
        f"<description>EXERCISE</description>{items}</channel></rss>"
    )


def _as_atom(title: str, address: str, entries: list[Entry]) -> str:
    items = "".join(
        f"<entry><title>{escape(head)}</title><id>urn:exercise:{escape(post.id)}</id>"
        + (f'<summary type="html">{escape(escape(rest))}</summary>' if rest else "")
        + (f"<link href={quoteattr(post.url)}/>" if post.url else "")
        + f"<published>{at.isoformat()}</published><updated>{at.isoformat()}</updated>"
        "<stormdesk:exercise>true</stormdesk:exercise></entry>"
        for (post, at) in entries
        for head, rest in (_words(post),)
    )
    updated = f"<updated>{entries[0][1].isoformat()}</updated>" if entries else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:stormdesk={quoteattr(MARK)}>'
        f"<title>{escape(title)}</title><id>{escape(address)}</id>{updated}{items}</feed>"
    )
