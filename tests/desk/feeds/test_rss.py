"""Newsrooms' feeds: each entry once, asked for politely, and no document does harm."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.errors import FeedError
from desk.feeds import Batch, Options, open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.rss import feed as rss_module
from desk.feeds.rss.entry import EDITED, Entries, Source, TooMuchError
from desk.feeds.rss.feed import RssFeed
from desk.post import Author
from simulator.platforms import rss as served
from simulator.platforms.stage import Landing
from tests.simulator.platforms.pageland import told
from tests.simulator.platforms.stageland import staged

NOW = datetime(2026, 9, 4, 18, 0, tzinfo=UTC)
SOURCE = Source("news.example/feed")


def item(number: int, title: str = "", **more: str) -> str:
    told_ = {
        "title": title or f"Line down on Route {number}",
        "guid": f"https://news.example/{number}",
        "pubDate": f"Fri, 04 Sep 2026 17:{number % 60:02d}:00 GMT",
        **more,
    }
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in told_.items() if text)
    return f"<item>{inner}</item>"


def document(*items: str, head: str = "") -> bytes:
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Coastal &amp; Inland News</title>'
        f"{head}{''.join(items)}</channel></rss>"
    ).encode()


def entries() -> Entries:
    return Entries(lambda: NOW)


def test_entries_are_posts_with_plain_words_the_oldest_first() -> None:
    body = document(
        item(2, description="&lt;p&gt;Power is &lt;b&gt;out&lt;/b&gt; in Tyro&lt;/p&gt;"),
        item(1, "AT&amp;amp;T", link="https://news.example/a?b=1"),
        head="<ttl>30</ttl>",
    )
    read = entries().read(body, SOURCE)
    assert [post.id for post in read.posts] == ["https://news.example/1", "https://news.example/2"]
    first, second = read.posts
    assert (first.text, second.text) == ("AT&T", "Line down on Route 2\nPower is out in Tyro")
    assert second.author is not None
    assert (second.author.name, second.channel) == ("Coastal & Inland News", "rss")
    assert second.created_at == datetime(2026, 9, 4, 17, 2, tzinfo=UTC)
    assert first.url == "https://news.example/a?b=1"
    assert read.ttl_s == 1800


def test_atom_is_read_too_and_what_has_no_date_is_of_now() -> None:
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>City</title><entry><id>urn:x:1</id>'
        b'<title>Boil water</title><content type="html">&lt;p&gt;Until noon&lt;/p&gt;</content>'
        b'<link href="https://city.example/1"/></entry></feed>'
    )
    post = entries().read(body, SOURCE).posts[0]
    assert (post.id, post.text, post.created_at) == ("urn:x:1", "Boil water\nUntil noon", NOW)


def test_an_entry_comes_once_and_again_when_it_says_something_else() -> None:
    feed = entries()
    assert len(feed.read(document(item(1), item(2)), SOURCE).posts) == 2
    assert feed.read(document(item(1), item(2)), SOURCE).posts == []
    changed = feed.read(document(item(1, "Power is back on Route 1"), item(2)), SOURCE).posts
    assert [post.id for post in changed] == [f"https://news.example/1{EDITED}2026-09-04T18:00:00Z"]
    assert changed[0].created_at == NOW


def test_numbers_are_unique_in_their_feed_and_old_news_is_none() -> None:
    numbered = entries().read(document(item(1, guid="77")), SOURCE).posts[0]
    assert numbered.id == "news.example/feed#77"
    old = item(1, pubDate="Fri, 28 Aug 2026 10:00:00 GMT")
    read = entries().read(document(old, item(2)), SOURCE)
    assert ([post.id for post in read.posts], read.ignored) == (["https://news.example/2"], 1)


def test_marks_must_agree_with_who_serves_them() -> None:
    marked = document(item(1)).replace(
        b"</item>", b'<stormdesk:exercise xmlns:stormdesk="x">true</stormdesk:exercise></item>'
    )
    drill = Source("127.0.0.1:7500/rss", exercise=True)
    for body, source in ((document(item(1)), drill), (marked, SOURCE)):
        read = entries().read(body, source)
        assert not read.posts
        assert "exercise" in read.faults[0].reason


LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10) for number in range(1, 12)
)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE r [<!ENTITY l0 'ha'>" + LAUGHS + b"]>" + document(item(1, "&l11;")),
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + document(item(1, "&x;")),
        document(item(1, "<a>" * 15_000)),
        document(item(1, "<" * 50_000)),
        document(item(1, "&amp;lt;" * 100_000)),
        b"<!DOCTYPE " * 20_000,
        document(item(1, "\0\x1b[31m\xed\xa0\x80")),
        b"\xff\xfe\x00\xd8" + document(item(1)),
        b"http://127.0.0.1:9/feed",
        b"/etc/hostname",
        b"",
    ],
    ids=[
        "laughs",
        "file",
        "deep",
        "tags",
        "entities",
        "doctypes",
        "bytes",
        "utf-16",
        "address",
        "path",
        "empty",
    ],
)
def test_no_document_does_harm(body: bytes) -> None:
    begin_s = time.process_time()
    try:
        read = entries().read(body, SOURCE)
    except TooMuchError:
        return
    assert time.process_time() - begin_s < 20
    assert sum(len(post.text) for post in read.posts) <= 4_000
    assert not any("root:" in post.text for post in read.posts)


def test_more_than_a_newsroom_would_send_is_refused_at_once() -> None:
    for body in (document(*(item(number) for number in range(1001))), b"<a>" * 70_000):
        with pytest.raises(TooMuchError, match="more than"):
            entries().read(body, SOURCE)


@settings(deadline=None, max_examples=60)
@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from([*"<>&;/\"'=![]- ", "item", "title", "guid", "CDATA", "x"])).map(
        lambda parts: document("".join(parts))
    )
)
def test_bytes_of_any_kind_are_read_or_refused(body: bytes) -> None:
    read = entries().read(body, SOURCE)
    assert all(post.channel == "rss" and post.id for post in read.posts)
    json.dumps([post.text for post in read.posts]).encode()


class Server:
    """A newsroom that answers what it is told to."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answers: list[Callable[[web.Request], web.Response]] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append({"path": str(request.rel_url), **request.headers})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request)


@contextlib.asynccontextmanager
async def newsroom() -> AsyncIterator[tuple[str, Server]]:
    server = Server()
    app = web.Application()
    app.router.add_get("/{tail:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"127.0.0.1:{runner.addresses[0][1]}", server
    finally:
        await runner.cleanup()


class Waits:
    """Sleeps no longer than a moment, and remembers how long it was to be."""

    def __init__(self) -> None:
        self.wanted: list[float] = []

    async def __call__(self, wait_s: float) -> None:
        self.wanted.append(wait_s)
        await asyncio.sleep(0.002)


async def read(
    host: str,
    count: int,
    waits: Waits,
    cursor: str | None = None,
    path: str = "/feed",
    **query: str,
) -> tuple[list[Batch], RssFeed]:
    url = f"rss+http://{host}{path}"
    feed = RssFeed(url, Options(f"//{host}{path}", query), sleep=waits)
    found = []
    async with contextlib.aclosing(feed.batches(cursor)) as batches:
        async for batch in batches:
            found.append(batch)
            if len(found) == count:
                break
    return found, feed


def ok(body: bytes, **headers: str) -> Callable[[web.Request], web.Response]:
    return lambda _: web.Response(body=body, headers={"Content-Type": "text/xml", **headers})


def status(code: int, **headers: str) -> Callable[[web.Request], web.Response]:
    return lambda _: web.Response(status=code, headers=headers)


async def test_what_has_not_changed_is_not_sent_again_also_after_a_restart() -> None:
    async with newsroom() as (host, server):
        tags = {"ETag": '"v1"', "Last-Modified": "Fri, 04 Sep 2026 17:00:00 GMT"}
        recent = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        server.answers = [status(404), ok(document(item(1, pubDate=recent)), **tags), status(304)]
        waits = Waits()
        batches, feed = await read(host, 2, waits, every="7")
        assert [len(batch.posts) for batch in batches] == [1, 0]
        assert batches[0].cursor == batches[1].cursor
        assert (feed.condition.state, feed.condition.reconnects) == ("live", 0)
        assert 7 <= waits.wanted[0] <= 7.7
        await read(host, 1, waits, batches[0].cursor)
        for asked in server.asked[-2:]:
            if asked["path"].startswith("/feed"):
                assert asked["If-None-Match"] == '"v1"'
                assert asked["If-Modified-Since"] == tags["Last-Modified"]


async def test_a_broken_document_is_asked_for_whole_again() -> None:
    recent = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    both = [item(number, pubDate=recent) for number in (1, 2)]
    tag = {"ETag": '"v1"'}
    async with newsroom() as (host, server):
        broken = document(*both)[: -len(both[1]) - 10]
        server.answers = [status(404), ok(broken, **tag), ok(document(*both), **tag), status(304)]
        batches, _ = await read(host, 3, Waits())
        assert [len(batch.posts) for batch in batches] == [1, 1, 0]
        assert "If-None-Match" not in server.asked[2]
        assert server.asked[3]["If-None-Match"] == '"v1"'


async def test_limits_and_wishes_of_the_server_are_obeyed() -> None:
    async with newsroom() as (host, server):
        body = document(head="<ttl>20</ttl>")
        refused = [status(429, **{"Retry-After": "2000"}), status(500), status(404), ok(body)]
        server.answers = [status(404), *(each for pair in refused for each in (pair, status(404)))]
        server.answers.pop()
        server.answers.append(ok(body))
        waits = Waits()
        _, feed = await read(host, 2, waits, every="5")
        assert waits.wanted[0] >= 2000
        assert waits.wanted[1] >= 60
        assert waits.wanted[2] >= 120
        assert waits.wanted[3] >= 1200
        assert feed.condition.reconnects == 3


async def test_bombs_and_endless_answers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rss_module, "MOST_BYTES", 1 << 20)
    packed = {"Content-Encoding": "gzip"}
    good = gzip.compress(document(item(1)))
    async with newsroom() as (host, server):
        for body in (gzip.compress(b" " * (30 << 20)), good[:-9], b"no gzip"):
            server.answers = [status(404), ok(body, **packed), status(404), ok(good, **packed)]
            waits = Waits()
            batches, feed = await read(host, 1, waits)
            assert not batches[0].faults
            assert feed.condition.reconnects == 1
            assert "what it sends is" in feed.condition.error


async def test_redirects_are_followed_but_not_everywhere() -> None:
    async with newsroom() as (host, server):
        moved = status(301, Location="/elsewhere")
        server.answers = [status(404), moved, ok(document())]
        await read(host, 1, Waits())
        assert server.asked[-1]["path"] == "/elsewhere"
        for to in ("ftp://news.example/x", "gopher:x"):
            server.answers = [status(404), status(302, Location=to), status(404), ok(document())]
            _, feed = await read(host, 1, Waits())
            assert "is not followed" in feed.condition.error
        server.answers = [status(404), *[moved] * 9, ok(document())]
        _, feed = await read(host, 1, Waits())
        assert "moves on" in feed.condition.error
        server.answers = [status(404), status(410)]
        with pytest.raises(FeedError, match="gone for good"):
            await read(host, 1, Waits())
    public = RssFeed("rss+https://news.example/f", Options("//news.example/f", {}))
    for to in ("http://news.example/f", "https://127.0.0.1/admin", "https://localhost/"):
        with pytest.raises(Exception, match="is not followed"):
            public._moved("https://news.example/f", to)
    assert public._moved("https://news.example/f", "/g") == "https://news.example/g"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("rss+https:", "no server in"),
        ("rss+https:///feed", "no server in"),
        ("rss+https://me:pw@news.example/feed", "no password"),
        ("rss+https://news.example/feed?every=5", "whole seconds from 60"),
        ("rss+https://news.example/feed?every=soon", "whole seconds"),
    ],
)
def test_a_faulty_url_is_told_with_its_mend(url: str, words: str) -> None:
    with pytest.raises(FeedError, match=words) as told_:
        open_feed(url, KINDS)
    assert "pw" not in str(told_.value)


async def test_the_query_of_a_feed_is_its_own() -> None:
    async with newsroom() as (host, server):
        server.answers = [ok(document())]
        await read(host, 1, Waits(), every="5", section="storm news", format="")
        assert server.asked[-1]["path"] == "/feed?section=storm+news&format="


@pytest.mark.parametrize("path", ["/rss", "/atom"])
async def test_the_newsfeeds_of_a_storm_come_whole_and_once(path: str) -> None:
    async with staged(served.rss) as (url, stage):
        await told(stage)
        room = Author("rss-coastal", "coastal-radio", "Coastal Radio Newsfeed")
        for number in range(3):
            text = f"Outage {number} in Tyro. Crews <are> there & working."
            stage.land(Landing("rss", text, author=room))
        expected = [served.wire_id(each) for each in stage.read(0, channel="rss")]
        batches, feed = await read(url.removeprefix("http://"), 3, Waits(), path=path, every="1")
        posts = [post for batch in batches for post in batch.posts]
        assert [post.id for post in posts] == expected
        assert posts[-1].text == "Outage 2 in Tyro. Crews <are> there & working."
        assert all(post.exercise for post in posts)
        assert not any(batch.faults or batch.ignored for batch in batches[:1])
        assert feed.condition.state == "live"
