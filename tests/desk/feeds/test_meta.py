"""Meta's webhooks: signed or refused, stored or sent again, each post once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import FeedError, SecretError
from desk.feeds import open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.meta import feed as meta_feed
from desk.feeds.meta import port as meta_port
from desk.feeds.meta.feed import MOST_POSTS
from desk.feeds.meta.wire import decode_webhook
from tests.desk.feeds.metaland import (
    APP_SECRET,
    AT_S,
    PAGE,
    VERIFY_TOKEN,
    comment,
    listening,
    secrets_set,
    signed,
    until,
    webhook,
)

RECORDED = Path(__file__).parents[4] / "shared" / "wire" / "meta" / "webhooks"


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets_set(monkeypatch)


async def test_a_challenge_is_answered_only_to_who_knows_the_word() -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    async with listening() as land:
        right = await land.http.get(land.url, params=asked | {"hub.verify_token": VERIFY_TOKEN})
        assert (right.status, await right.text()) == (200, "1158201444")
        assert right.content_type == "text/plain"
        for word in ("", "another", VERIFY_TOKEN + " ", "é\ud83d"):
            wrong = asked | {"hub.verify_token": word.encode("utf-8", "replace").decode()}
            assert (await land.http.get(land.url, params=wrong)).status == 403
        nothing = await land.http.get(land.url, params={"hub.verify_token": VERIFY_TOKEN})
        assert nothing.status == 403
        assert "5 with another verify token" in land.feed.condition.error


async def test_only_the_bytes_that_were_signed_are_taken() -> None:
    body = webhook(comment(1, "¡Sin luz! 😟 «Calle Olmo»"))
    assert b"\\u00a1" in body
    plain = json.dumps(json.loads(body), ensure_ascii=False).encode()
    async with listening() as land:
        assert await land.post(body) == 200
        for headers in (signed(plain), signed(body, "another"), {}, {"X-Hub-Signature-256": "x"}):
            answer = await land.http.post(land.url, data=body, headers=headers)
            assert answer.status == 403
        sha1 = {"X-Hub-Signature": "sha1=" + "0" * 40}
        assert (await land.http.post(land.url, data=body, headers=sha1)).status == 403
        assert len(land.ids) == 1
        assert land.batches[0].posts[0].text == "¡Sin luz! 😟 «Calle Olmo»"
        assert "5 without the right signature" in land.feed.condition.error
        assert APP_SECRET not in land.feed.condition.error + repr(land.feed.__dict__)


async def test_what_is_taken_is_a_post_of_its_page_and_thread() -> None:
    async with listening() as land:
        assert await land.post(webhook(comment(1), comment(2, parent_id="7001_1"))) == 200
        first, second = land.batches[0].posts
    assert (first.id, first.channel, first.account) == ("7001_1", "facebook", PAGE)
    assert (first.reply_to, second.reply_to) == (f"{PAGE}_7001", "7001_1")
    assert first.author is not None
    assert (first.author.id, first.author.name) == ("551", "Rae Tillman")
    assert first.created_at.timestamp() == AT_S + 1
    assert first.url == f"https://www.facebook.com/{PAGE}_7001?comment_id=1"
    assert not first.exercise


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "edited", "message": ""},
        {"verb": "remove"},
        {"verb": "hide"},
        {"item": "reaction"},
        {"item": "like"},
        {"item": "share"},
        {"item": "kind-of-tomorrow"},
        {"published": 0},
        {"is_hidden": True},
    ],
)
def test_what_is_no_new_post_is_counted(change: dict[str, object]) -> None:
    found = decode_webhook(webhook(comment(1, "", **change)), "w", exercise=False)
    assert (found.posts, found.faults, found.ignored) == ([], [], 1)


def test_what_is_removed_is_named() -> None:
    gone = comment(1, "", verb="remove")
    post = comment(2, "", verb="remove", item="status")
    hidden = comment(3, "", verb="hide")
    found = decode_webhook(webhook(gone, post, hidden), "w", exercise=False)
    assert [(each.channel, each.id) for each in found.deleted] == [
        ("facebook", "7001_1"), ("facebook", f"{PAGE}_7001"),
    ]  # fmt: skip
    drill = decode_webhook(webhook(gone), "w", exercise=True)
    assert (drill.deleted, len(drill.faults)) == ([], 1)  # not marked as an exercise


async def test_an_edit_is_a_post_of_its_moment_if_it_says_something_else() -> None:
    first, same, other = (comment(1), comment(1, verb="edited"), comment(1, "it is back!"))
    other["value"]["verb"] = "edited"
    async with listening() as land:
        for change in (first, same, other, other):
            assert await land.post(webhook(change)) == 200
        assert land.ids == ["7001_1", "7001_1#edited-2026-09-04T18:00:05Z"]
        assert land.batches[2].posts[0].created_at.timestamp() == AT_S + 5
        assert sum(batch.ignored for batch in land.batches) == 2


def test_a_mention_and_a_comment_at_instagram_are_posts() -> None:
    said = {"item": "post", "verb": "add", "post_id": "9_8", "message": "thanks to the line crews"}
    mention = {"field": "mention", "value": {**said, "created_time": AT_S}}
    found = decode_webhook(webhook(mention), "w", exercise=False)
    assert (found.posts[0].author, found.posts[0].account) == (None, PAGE)
    said_there = {
        "id": "17900",
        "text": "dark in Ashby since six",
        "from": {"id": "88", "username": "ashby.rae"},
        "media": {"id": "17800"},
    }
    body = webhook({"field": "comments", "value": said_there}, object_="instagram", page="17841")
    post = decode_webhook(body, "w", exercise=False).posts[0]
    assert (post.channel, post.id, post.reply_to) == ("instagram", "17900", "17800")
    assert post.author is not None
    assert (post.author.handle, post.created_at.timestamp()) == ("ashby.rae", AT_S + 5)


def test_one_malformed_change_loses_no_other() -> None:
    bad = {"field": "feed", "value": {"item": "comment", "verb": "add", "message": "x"}}
    worse = {"field": "feed", "value": [1]}
    found = decode_webhook(webhook(bad, comment(1), worse, comment(2)), "w", exercise=False)
    assert [post.id for post in found.posts] == ["7001_1", "7001_2"]
    assert [bool(fault.raw) for fault in found.faults] == [True, True]
    assert found.faults[0].place == "w entry 1"


def test_marks_must_agree_with_who_has_sent_them() -> None:
    marked, plain = webhook(comment(1, exercise=True)), webhook(comment(1))
    assert decode_webhook(marked, "w", exercise=True).posts[0].exercise
    assert not decode_webhook(plain, "w", exercise=False).posts[0].exercise
    for body, drill in ((marked, False), (plain, True)):
        found = decode_webhook(body, "w", exercise=drill)
        assert not found.posts
        assert "exercise" in found.faults[0].reason


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_bytes_of_any_kind_become_posts_or_faults(body: bytes) -> None:
    found = decode_webhook(body, "w", exercise=False)
    assert found.faults or found.ignored or found.posts or b"entry" in body or b"{" in body


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(comment(1)["value"])), _JSON), _JSON)
def test_values_of_any_kind_are_posts_faults_or_ignored(
    value: dict[str, object], whole: object
) -> None:
    changes = [comment(1, "", **value), {"field": "feed", "value": whole}]
    body = json.dumps({"object": "page", "entry": [{"id": PAGE, "time": 1, "changes": changes}]})
    found = decode_webhook(body.encode(), "w", exercise=False)
    assert len(found.posts) + len(found.faults) + found.ignored == 2


@pytest.mark.parametrize(
    "body",
    [
        b'{"object":"page","entry":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        webhook(comment(1)).replace(b'"no power', b'"\\ud83d\\u0000no power'),
        b"\xff\xfe" + webhook(comment(1)),
        webhook(comment(1)).replace(str(AT_S + 1).encode(), b"1e300"),
    ],
    ids=["deep", "half an emoji", "not UTF-8", "a year that can't be"],
)
def test_hostile_bodies_do_no_harm(body: bytes) -> None:
    found = decode_webhook(body, "w", exercise=False)
    assert len(found.posts) + len(found.faults) == 1


def test_every_recorded_webhook_decodes() -> None:
    if not RECORDED.is_dir():
        pytest.skip("no recorded webhooks here: ../shared/wire/meta")
    paths = sorted(RECORDED.glob("*.json"))
    taken = {}
    for path in paths:
        found = decode_webhook(path.read_bytes(), path.name, exercise=False)
        assert not found.faults, path.name
        assert found.posts or found.ignored
        taken[path.name] = len(found.posts)
    assert len(paths) == 54
    new = {name for name in taken if "-add" in name}
    none = ("like", "reaction", "share", "album", "event", "mention-post-add.json")
    edited = {name for name in taken if "-edited" in name or name == "feed-post-edit.json"}
    silent = {"feed-photo-edited.json", "feed-album-edited.json"}
    assert {name for name, posts in taken.items() if posts} == (edited - silent) | {
        name for name in new if not any(word in name for word in none)
    }


async def test_it_is_acknowledged_after_it_is_stored_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with listening() as land:
        land.stores = False
        sending = asyncio.create_task(land.post(webhook(comment(1))))
        await until(lambda: bool(land.batches))
        await asyncio.sleep(0.05)
        assert not sending.done()
        land.feed.stored(land.batches[0])
        assert await sending == 200
        monkeypatch.setattr(meta_feed, "STORE_S", 0.05)
        assert await land.post(webhook(comment(2))) == 503


async def test_a_thousand_updates_come_in_batches_and_the_last_is_waited_for() -> None:
    async with listening() as land:
        land.stores = False
        body = webhook(*(comment(number) for number in range(1000)))
        sending = asyncio.create_task(land.post(body))
        await until(lambda: len(land.ids) == 1000)
        assert max(len(batch.posts) for batch in land.batches) == MOST_POSTS
        assert [batch.cursor for batch in land.batches] == [""] * 7 + [str(AT_S + 999)]
        for batch in land.batches[:-1]:
            land.feed.stored(batch)
        await asyncio.sleep(0.02)
        assert not sending.done()
        land.feed.stored(land.batches[-1])
        assert await sending == 200


async def test_what_is_too_long_packed_or_slow_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meta_port, "MOST_BODY_BYTES", 1 << 16)
    monkeypatch.setattr(meta_port, "BODY_S", 0.1)
    body = webhook(comment(1, "x" * (1 << 17)))

    async def endless() -> object:
        while True:
            yield b"x" * 4096

    async with listening() as land:
        assert (await land.http.post(land.url, data=body, headers=signed(body))).status == 413
        packed = signed(b"") | {"Content-Encoding": "gzip"}
        assert (await land.http.post(land.url, data=b"", headers=packed)).status == 415
        with contextlib.suppress(aiohttp.ClientError):  # cut off while it is still sending
            answer = await land.http.post(land.url, data=endless(), headers=signed(b""))
            assert answer.status in (408, 413)
        reader, writer = await asyncio.open_connection("127.0.0.1", land.feed.listening_on)
        head = "".join(f"{name}: {text}\r\n" for name, text in signed(b"").items())
        writer.write(
            f"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n{head}\r\n{{".encode()
        )
        assert b"408" in await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        assert await land.post(webhook(comment(2))) == 200
        assert land.ids == ["7001_2"]


async def test_who_announces_much_and_sends_little_takes_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meta_port, "MOST_HELD_BYTES", 1 << 16)
    async with listening() as land:
        head = "".join(f"{name}: {text}\r\n" for name, text in signed(b"").items())
        slow = [await asyncio.open_connection("127.0.0.1", land.feed.listening_on) for _ in "12345"]
        for _, writer in slow:
            writer.write(f"POST /hook HTTP/1.1\r\nContent-Length: 8000000\r\n{head}\r\n{{".encode())
        assert await land.post(webhook(comment(1))) == 200
        # more at once than there is room for is sent again later, and then taken
        much = webhook(comment(2, "dark " * 20_000))
        assert await land.post(much) == 503
        for _, writer in slow:
            writer.close()
        monkeypatch.setattr(meta_port, "MOST_HELD_BYTES", 1 << 20)
        assert await land.post(much) == 200


async def test_connections_that_say_nothing_are_few_and_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meta_port, "IDLE_S", 0.2)
    monkeypatch.setattr(meta_port, "MOST_CONNECTIONS", 5)
    async with listening() as land:
        port = land.feed.listening_on
        open_ = [await asyncio.open_connection("127.0.0.1", port) for _ in range(12)]
        for _, writer in open_[:2]:
            writer.write(b"POST /hook HTTP/1.1\r\nHost: x\r\nX-Slow:")
        begin_s = time.monotonic()
        for reader, _ in open_:
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), 5) == b""
        assert time.monotonic() - begin_s < 5
        for _, writer in open_:
            writer.close()
        assert await land.post(webhook(comment(1))) == 200


async def test_several_pages_share_a_port_and_one_path_is_of_one_feed() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    feeds = [open_feed(f"meta://127.0.0.1:{port}/{path}", KINDS) for path in ("one", "two", "one")]
    first, second, third = (feed.batches(None) for feed in feeds)
    tasks = [asyncio.ensure_future(anext(aiter(each))) for each in (first, second)]
    await asyncio.sleep(0.05)
    with pytest.raises(FeedError, match="two feeds on meta:"):
        await anext(aiter(third))
    body = webhook(comment(1))
    async with aiohttp.ClientSession() as http:
        for path, task in zip(("two", "one"), reversed(tasks), strict=True):
            sending = asyncio.ensure_future(
                http.post(f"http://127.0.0.1:{port}/{path}", data=body, headers=signed(body))
            )
            assert (await asyncio.wait_for(task, 5)).posts[0].id == "7001_1"
            sending.cancel()
        lost = await http.post(f"http://127.0.0.1:{port}/three", data=body, headers=signed(body))
        assert lost.status == 404
    for each in (first, second):
        await each.aclose()


async def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        url = f"meta://127.0.0.1:{taken.getsockname()[1]}/hook"
        with pytest.raises(FeedError, match="Address already in use; choose another port"):
            await anext(aiter(open_feed(url, KINDS).batches(None)))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("meta:", "write meta://127.0.0.1"),
        ("meta://127.0.0.1/hook", "no address to listen on"),
        ("meta://0.0.0.0:8443/hook", "anywhere=yes"),
        ("meta://me:pw@127.0.0.1:8443/", "no user belongs"),
        ("meta://127.0.0.1:8443/?tokn=env:X", "unknown option 'tokn'.*did you mean 'token'"),
        ("meta://127.0.0.1:8443/?graph=http://graph.example", "is no server"),
        ("meta://127.0.0.1:8443/?backfill=soon", "whole hours"),
    ],
)
def test_a_faulty_url_is_told_with_its_mend(url: str, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        open_feed(url, KINDS)


def test_a_secret_is_never_in_a_url_nor_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    for option in ("secret", "verify", "token", "access_token"):
        with pytest.raises((SecretError, FeedError)) as told:
            open_feed(f"meta://127.0.0.1:8443/?{option}=EAABsecret", KINDS)
        assert "EAAB" not in str(told.value)
    monkeypatch.delenv("STORMDESK_META_APP_SECRET")
    with pytest.raises(SecretError, match="export STORMDESK_META_APP_SECRET"):
        open_feed("meta://127.0.0.1:8443/", KINDS)
