"""Frames of Jetstream as posts: as recorded, as wrong as can be, and whatever bytes arrive."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.feeds.jetstream.frames import Frames, Version
from desk.post import Author, Media, Reference

RECORDED = Path(__file__).parents[4] / "shared" / "wire" / "jetstream"
DID = "did:plc:aaaabbbbccccdddd22223333"
OTHER = "did:plc:eeeeffffgggghhhh44445555"
AT_US = 1_783_175_888_090_631
AT = datetime(2026, 7, 4, 14, 38, 8, 90631, tzinfo=UTC)
CID = "bafyreiaexamplecidofthispost"


def record(**more: object) -> dict[str, Any]:
    return {
        "$type": "app.bsky.feed.post",
        "text": "Power is out on Elm Street",
        "createdAt": "2026-07-04T14:38:06.240Z",
        "langs": ["en-US"],
    } | more


def commit(of: object, **more: object) -> dict[str, Any]:
    return {
        "rev": "3mptbypcq372f",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "3mptbyoeyc22k",
        "record": of,
        "cid": CID,
    } | more


def framed(version: Version, what: dict[str, Any], **more: object) -> bytes:
    if version == 1:
        event = {"did": DID, "time_us": AT_US, "kind": "commit", "commit": what}
        return json.dumps(event | more).encode()
    payload = {
        "$type": "network.bsky.jetstream.subscribeEvents#commit",
        "seq": 41,
        "did": DID,
        "time": "2026-07-04T14:38:08.090631Z",
    }
    return json.dumps({"$type": "message", "payload": payload | what} | more).encode()


def taken(frame: bytes, version: Version = 1) -> Frames:
    frames = Frames(version, "jetstream.example")
    frames.take(frame)
    return frames


BOTH = pytest.mark.parametrize("version", [1, 2])


@BOTH
def test_a_post_is_known_by_its_address_and_told_when_the_server_heard_it(version: Version) -> None:
    (post,) = taken(framed(version, commit(record())), version).posts
    assert post.id == f"at://{DID}/app.bsky.feed.post/3mptbyoeyc22k"
    assert (post.channel, post.author, post.lang) == ("bluesky", Author(DID), "en-US")
    assert post.text == "Power is out on Elm Street"
    assert post.created_at == AT
    assert post.url == f"https://bsky.app/profile/{DID}/post/3mptbyoeyc22k"
    assert post.reference == Reference(CID)
    assert not post.exercise


@BOTH
def test_a_reply_knows_its_parent_and_its_thread(version: Version) -> None:
    parent, root = f"at://{OTHER}/app.bsky.feed.post/p", f"at://{OTHER}/app.bsky.feed.post/r"
    reply = {"parent": {"uri": parent, "cid": "cp"}, "root": {"uri": root, "cid": "cr"}}
    (post,) = taken(framed(version, commit(record(reply=reply))), version).posts
    assert post.reply_to == parent
    assert post.reference == Reference(CID, root, "cr")


def test_who_is_mentioned_is_known_by_what_is_shown_and_by_who_is_meant() -> None:
    text = "¡Sin luz! @Piedmont.Example help"
    start = text.encode().index(b"@")
    mention = {"$type": "app.bsky.richtext.facet#mention", "did": OTHER}
    facet = {"index": {"byteStart": start, "byteEnd": start + 17}, "features": [mention]}
    (post,) = taken(framed(1, commit(record(text=text, facets=[facet])))).posts
    assert post.mentions == ("piedmont.example", OTHER)


def test_who_is_quoted_is_mentioned_with_pictures_and_without() -> None:
    quoted = {"uri": f"at://{OTHER}/app.bsky.feed.post/q", "cid": "cq"}
    plain = {"$type": "app.bsky.embed.record", "record": quoted}
    image = {"alt": "a line on the road", "image": {"ref": {"$link": "bafkimage"}}}
    images = {"$type": "app.bsky.embed.images", "images": [image]}
    both = {"$type": "app.bsky.embed.recordWithMedia", "record": plain, "media": images}
    (post,) = taken(framed(1, commit(record(embed=plain)))).posts
    assert (post.mentions, post.media) == ((OTHER,), ())
    (post,) = taken(framed(1, commit(record(embed=both)))).posts
    assert post.mentions == (OTHER,)
    url = f"https://cdn.bsky.app/img/feed_fullsize/plain/{DID}/bafkimage@jpeg"
    assert post.media == (Media("image", url, "a line on the road"),)


def test_a_film_is_one_and_a_link_is_none() -> None:
    video = {"$type": "app.bsky.embed.video", "video": {"ref": {"$link": "bafkv"}}, "alt": "arcing"}
    link = {"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example"}}
    (post,) = taken(framed(1, commit(record(embed=video)))).posts
    assert [(each.kind, each.alt) for each in post.media] == [("video", "arcing")]
    (post,) = taken(framed(1, commit(record(embed=link)))).posts
    assert post.media == ()


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        ("2019-01-31T08:00:00Z", datetime(2019, 1, 31, 8, tzinfo=UTC)),
        ("2026-07-03T10:00:00+02:00", datetime(2026, 7, 3, 8, tzinfo=UTC)),
        ("2026-07-04T02:00:00", AT),
        ("2031-01-01T00:00:00Z", AT),
        ("1970-01-01T00:00:00Z", AT),
        ("0001-01-01T00:00:00+14:00", AT),
        ("yesterday", AT),
        ("", AT),
    ],
)
def test_a_post_brought_over_from_long_ago_counts_for_its_own_time(
    written: str, counts: datetime
) -> None:
    (post,) = taken(framed(1, commit(record(createdAt=written)))).posts
    assert post.created_at == counts


@BOTH
def test_what_is_no_new_post_is_ignored_and_counted(version: Version) -> None:
    for what in (
        commit(record(), operation="update"),
        {"rev": "r", "operation": "delete", "collection": "app.bsky.feed.post", "rkey": "k"},
        commit({"$type": "app.bsky.feed.like", "subject": {"uri": "at://x"}, "text": 7})
        | {"collection": "app.bsky.feed.like"},
        commit({"langs": "en", "reply": []}, collection="app.example.tomorrow"),
    ):
        frames = taken(framed(version, what), version)
        assert (frames.posts, frames.faults, frames.ignored) == ([], [], 1)
        assert frames.at_us == AT_US


@BOTH
def test_a_deletion_names_the_post(version: Version) -> None:
    what = {"rev": "r", "operation": "delete", "collection": "app.bsky.feed.post", "rkey": "k"}
    frames = taken(framed(version, what), version)
    assert [(each.channel, each.id) for each in frames.deleted] == [
        ("bluesky", f"at://{DID}/app.bsky.feed.post/k")
    ]
    frames.cleared()
    assert frames.deleted == []


def test_an_identity_event_tells_a_handle() -> None:
    frames = Frames(1)
    told = {"did": DID, "handle": "elm.example", "seq": 3, "time": "2026-07-04T14:38:08Z"}
    event = {"did": DID, "time_us": AT_US, "kind": "identity", "identity": told}
    frames.take(json.dumps(event).encode())
    frames.take(framed(1, commit(record())))
    assert frames.posts[0].author == Author(DID, "elm.example")
    assert frames.ignored == 1


def test_handles_that_are_held_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.feeds.jetstream.frames.HANDLES_HELD", 10)
    frames = Frames(1)
    for number in range(100):
        told = {"did": f"did:plc:{number}", "time_us": AT_US, "identity": {"handle": "a.example"}}
        frames.take(json.dumps(told).encode())
    assert len(frames._handles) + len(frames._handles_before) <= 20


@BOTH
def test_only_the_servers_own_mark_makes_an_exercise(version: Version) -> None:
    (post,) = taken(framed(version, commit(record(exercise=True))), version).posts
    assert not post.exercise
    (post,) = taken(framed(version, commit(record()), exercise=True), version).posts
    assert post.exercise
    assert post.url is None


@BOTH
@pytest.mark.parametrize("field", ["langs", "reply", "facets", "embed", "createdAt"])
@pytest.mark.parametrize("wrong", [7, "x", [7], {"parent": 7}, [None], {"images": {}}])
def test_a_post_with_one_wrong_field_is_still_a_post(
    version: Version, field: str, wrong: object
) -> None:
    frames = taken(framed(version, commit(record(**{field: wrong}))), version)
    assert [post.text for post in frames.posts] == ["Power is out on Elm Street"]
    assert frames.faults == []


@BOTH
@pytest.mark.parametrize("broken", [record(text=7), {}, None, [], "text"])
def test_a_new_post_without_text_is_a_fault_that_is_kept(version: Version, broken: object) -> None:
    what = commit(broken)
    if broken == {}:
        what["rkey"] = ""
    frame = framed(version, what)
    frames = taken(frame, version)
    assert frames.posts == []
    (fault,) = frames.faults
    assert fault.raw == frame
    assert fault.place.startswith("jetstream.example, behind ")


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff\xfe",
        b"{" * 10_000,
        b'{"did":"d","time_us":1,"commit":' + b'{"record":' * 10_000,
        framed(1, commit(record(embed=None))).replace(b"null", b'{"record":' * 9999 + b"}" * 9999),
        b'{"did":"d","time_us":99999999999999999999}',
        b'"' + b"x" * 1_000_000,
    ],
)
def test_whatever_comes_is_a_fault_at_most(frame: bytes) -> None:
    for version in (1, 2):
        frames = Frames(version)
        frames.take(frame)
        assert len(frames.faults) + len(frames.posts) + frames.ignored == 1
        assert all(len(fault.raw) <= 4096 for fault in frames.faults)


def test_half_an_emoji_is_mended_and_a_null_stays() -> None:
    frame = framed(1, commit(record(text="A"))).replace(b'"A"', b'"out \\ud83d now \\u0000"')
    (post,) = taken(frame).posts
    assert post.text == "out \ufffd now \0"


@given(st.binary(max_size=300))
def test_no_bytes_raise(frame: bytes) -> None:
    for version in (1, 2):
        frames = Frames(version)
        frames.take(frame)
        assert len(frames.faults) + len(frames.posts) + frames.ignored == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(["text", "createdAt", "langs", "reply", "facets", "embed", "$type"])


@given(st.dictionaries(FIELDS, JSON, max_size=6), st.sampled_from([1, 2]), st.data())
def test_no_record_raises(fields: dict[str, Any], version: Version, data: st.DataObject) -> None:
    what = commit(record(**fields))
    spoilt = data.draw(st.sampled_from([*what, "none"]))
    if spoilt != "none":
        what[spoilt] = data.draw(JSON)
    frames = taken(framed(version, what), version)
    assert len(frames.faults) + len(frames.posts) + frames.ignored == 1
    for post in frames.posts:
        assert isinstance(post.text, str)
        assert post.created_at.year >= 1990


def test_one_wrong_time_does_not_let_the_stream_go_on_too_far_ahead() -> None:
    frames = Frames(1)
    frames.take(framed(1, commit(record())))
    frames.take(framed(1, commit(record(), rkey="b"), time_us=AT_US + 1_000_000))
    frames.take(framed(1, commit(record(), rkey="c"), time_us=4_000_000_000_000_000))
    assert frames.at_us == AT_US + 1_000_000


def test_what_the_second_version_says_of_the_stream_is_heard() -> None:
    frames = Frames(2)
    kind = "network.bsky.jetstream.subscribeEvents#info"
    info = {"$type": kind, "name": "OutdatedCursor", "message": "starting at seq 7"}
    frames.take(json.dumps({"$type": "message", "payload": info}).encode())
    assert frames.notices == [("OutdatedCursor", "starting at seq 7")]
    frames.take(b'{"$type":"error","error":"ConsumerTooSlow","message":"reconnect"}')
    assert frames.error == ("ConsumerTooSlow", "reconnect")


@pytest.mark.skipif(not RECORDED.exists(), reason="../shared/wire/jetstream is not here")
@pytest.mark.parametrize(("name", "posts"), [("expected_v1.jsonl", 17), ("golden_v1.jsonl", 1)])
def test_what_was_recorded_is_read_whole(name: str, posts: int) -> None:
    frames = Frames(1)
    lines = (RECORDED / name).read_bytes().splitlines()
    for line in lines:
        frames.take(line)
    assert frames.faults == []
    assert len(frames.posts) == posts
    assert frames.ignored == len(lines) - posts
    for post, line in zip(
        frames.posts, (each for each in map(json.loads, lines) if _is_post(each)), strict=True
    ):
        assert post.text == line["commit"]["record"]["text"]
        assert post.reference is not None
        assert post.reference.cid == line["commit"]["cid"]
        assert (post.reply_to is None) == ("reply" not in line["commit"]["record"])


def _is_post(event: dict[str, Any]) -> bool:
    what = event.get("commit", {})
    return bool(what.get("operation") == "create" and what["collection"] == "app.bsky.feed.post")
