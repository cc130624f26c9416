"""Lines of X's stream become posts, whatever bytes they are."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.feeds.x.posts import read_line, read_page, time_of
from desk.post import Author, Geo, Media

RECORDED = Path(__file__).parents[4] / "shared" / "wire" / "x"

USERS = [
    {
        "id": "7001",
        "name": "Ann Lee",
        "username": "ann_lee",
        "location": "Elm City, NC",
        "public_metrics": {"followers_count": 321, "following_count": 5},
    },
    {"id": "7002", "name": "Longleaf Power", "username": "LongleafPower"},
]
FULL = {
    "data": {
        "id": "2077105641532425041",
        "text": "@LongleafPower wires &amp; poles down &lt;here&gt;",
        "edit_history_tweet_ids": ["2077105641532425041"],
        "author_id": "7001",
        "created_at": "2026-07-14T18:59:10.355Z",
        "lang": "en",
        "conversation_id": "2077105641532425000",
        "in_reply_to_user_id": "7002",
        "referenced_tweets": [{"type": "replied_to", "id": "2077105641532425000"}],
        "entities": {"mentions": [{"start": 0, "end": 14, "username": "LongleafPower"}]},
        "attachments": {"media_keys": ["3_1", "7_2", "3_404"]},
        "geo": {"place_id": "p1", "coordinates": {"type": "Point", "coordinates": [-78.6, 35.7]}},
        "something_new": {"of": ["tomorrow"]},
    },
    "includes": {
        "users": USERS,
        "places": [{"id": "p1", "full_name": "Elm City, NC"}],
        "media": [
            {"media_key": "3_1", "type": "photo", "url": "https://m.example/1", "alt_text": "Pole"},
            {"media_key": "7_2", "type": "video", "preview_image_url": "https://m.example/2"},
        ],
    },
    "matching_rules": [{"id": "1", "tag": "stormdesk:own"}],
}


def line(**data: object) -> bytes:
    told: dict[str, object] = {"id": "2077105641532425041", "text": "out"} | data
    includes = {"users": USERS, "tweets": told.pop("tweets", [])}
    return json.dumps({"data": told, "includes": includes}).encode()


def test_all_that_a_line_tells_is_in_the_post() -> None:
    (post,) = read_line(json.dumps(FULL).encode(), "line 1").posts
    assert post.id == "2077105641532425041"
    assert post.channel == "x"
    assert post.author == Author("7001", "ann_lee", "Ann Lee", "Elm City, NC", 321)
    assert post.text == "@LongleafPower wires & poles down <here>"
    assert post.created_at == datetime(2026, 7, 14, 18, 59, 10, 355000, UTC)
    assert (post.lang, post.geo, post.place) == ("en", Geo(35.7, -78.6), "Elm City, NC")
    assert (post.reply_to, post.repost_of) == ("2077105641532425000", None)
    assert post.mentions == ("LongleafPower",)
    assert post.media == (
        Media("image", "https://m.example/1", "Pole"),
        Media("video", "https://m.example/2"),
    )
    assert post.url == "https://x.com/ann_lee/status/2077105641532425041"
    assert not post.exercise


def test_only_a_servers_own_mark_makes_an_exercise() -> None:
    assert read_line(line(exercise=True), "").posts[0].exercise
    assert not read_line(line(text='{"exercise": true}'), "").posts[0].exercise


def test_who_is_quoted_is_mentioned_however_x_tells() -> None:
    quoted = [{"type": "quoted", "id": "55"}]
    by_address = line(
        referenced_tweets=quoted,
        entities={"urls": [{"expanded_url": "https://twitter.com/LongleafPower/status/55"}]},
    )
    sent_along = line(
        referenced_tweets=quoted, tweets=[{"id": "55", "text": "Crews.", "author_id": "7002"}]
    )
    other = line(
        referenced_tweets=quoted,
        entities={"urls": [{"expanded_url": "https://x.com/LongleafPower/status/56"}]},
    )
    assert read_line(by_address, "").posts[0].mentions == ("LongleafPower",)
    assert read_line(sent_along, "").posts[0].mentions == ("LongleafPower",)
    assert read_line(other, "").posts[0].mentions == ()


def test_a_retweet_and_a_long_post() -> None:
    (retweet,) = read_line(line(referenced_tweets=[{"type": "retweeted", "id": "9"}]), "").posts
    assert retweet.repost_of == "9"
    long = line(text="Short…", note_tweet={"text": "Long " * 100})
    assert read_line(long, "").posts[0].text == "Long " * 100


def test_without_a_time_the_id_tells_it() -> None:
    (post,) = read_line(line(), "").posts
    assert post.created_at == time_of("2077105641532425041")
    assert post.created_at.year == 2026


@pytest.mark.parametrize("lang", ["und", "qme", "zxx", "", None])
def test_no_language_is_none(lang: str | None) -> None:
    assert read_line(line(lang=lang), "").posts[0].lang is None


@pytest.mark.parametrize(
    "data",
    [
        line(id="abc"),
        line(id="1" * 30),
        line(text=None),
        line(created_at="yesterday"),
        line(created_at="1066-10-14T09:00:00Z"),
        line(geo={"coordinates": {"coordinates": [500, 0]}}),
        line(geo={"coordinates": {"coordinates": [1]}}),
        b"[]",
        b"\x00\xff",
        b'{"data":' * 10_000,
        b"[" * 10_000 + b"]" * 10_000,
    ],
)
def test_a_faulty_line_is_a_fault_with_what_came(data: bytes) -> None:
    read = read_line(data, "line 3")
    assert not read.posts
    (fault,) = read.faults
    assert fault.place == "line 3"
    assert fault.reason
    assert data.startswith(fault.raw)
    assert len(fault.raw) <= 4096


@pytest.mark.parametrize("data", [b"{}", b'{"data": null}', b'{"event": {"of": "tomorrow"}}'])
def test_a_kind_of_tomorrow_is_ignored_and_counted(data: bytes) -> None:
    assert read_line(data, "") == ([], [], None, 1)


def test_half_of_a_surrogate_pair_and_nul_are_text() -> None:
    (post,) = read_line(b'{"data":{"id":"1","text":"out \\ud83d \\u0000!"}}', "").posts
    assert post.text == "out \ufffd \0!"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            {"errors": [{"title": "operational-disconnect", "detail": "Upstream reasons."}]},
            "Upstream reasons.",
        ),
        ({"title": "ConnectionException", "detail": "Too many."}, "Too many."),
    ],
)
def test_what_x_says_of_the_connection_is_no_fault(data: dict[str, object], words: str) -> None:
    read = read_line(json.dumps(data).encode(), "")
    assert read.problem is not None
    assert read.problem.words == words
    assert not read.posts
    assert not read.faults


def test_errors_beside_a_post_do_not_matter() -> None:
    told = FULL | {"errors": [{"title": "Not Found Error"}]}
    assert len(read_line(json.dumps(told).encode(), "").posts) == 1


def test_a_page_of_the_search() -> None:
    told = {
        "data": [FULL["data"], {"id": "x"}, {"id": "2", "text": "on again"}],
        "includes": FULL["includes"],
        "meta": {"next_token": "t2", "result_count": 3},
    }
    read, following = read_page(json.dumps(told).encode(), "search")
    assert [post.id for post in read.posts] == ["2077105641532425041", "2"]
    assert len(read.faults) == 1
    assert following == "t2"
    assert read_page(b"<html>", "search")[0].faults
    assert read_page(b'{"meta":{"result_count":0}}', "search") == (([], [], None, 0), "")


WHOLE = json.dumps(FULL).encode()


@given(st.integers(0, len(WHOLE)), st.binary(max_size=20))
def test_garbage_at_any_cut(cut: int, garbage: bytes) -> None:
    for data in (WHOLE[:cut] + garbage, WHOLE[:cut] + garbage + WHOLE[cut:]):
        read = read_line(data, "")
        assert len(read.posts) + len(read.faults) + (read.problem is not None) + read.ignored == 1


def _bodies() -> list[bytes]:
    """What is recorded, unpacked: the bodies stand in the cassettes as base64 of gzip."""
    packed = re.compile(r"string: !!binary \|\n((?: {8,}\S+\n)+)")
    texts = (path.read_text("utf-8") for path in sorted(RECORDED.glob("*.yaml")))
    bodies = (body for text in texts for body in packed.findall(text))
    return [gzip.decompress(base64.b64decode("".join(body.split()))) for body in bodies]


@pytest.mark.skipif(not RECORDED.is_dir(), reason="no ../shared/wire here")
def test_what_was_recorded_decodes() -> None:
    posts = 0
    for body in _bodies():
        told = json.loads(body)
        if isinstance(told.get("data"), list) and "text" in told["data"][0]:
            read, _ = read_page(body, "recorded")
            assert not read.faults
            assert [post.id for post in read.posts] == [each["id"] for each in told["data"]]
            posts += len(read.posts)
        elif "text" in told.get("data", {}):
            read = read_line(body, "recorded")
            assert [post.id for post in read.posts] == [told["data"]["id"]]
            posts += 1
    assert posts > 10
