"""Statuses as posts: what is the same at every instance, and whatever else a server sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import PostError
from desk.feeds.mastodon.events import Recent, Statuses
from desk.feeds.mastodon.status import Notification, Status, read_record
from desk.feeds.sse import Events
from desk.post import Post

RECORDED = Path(__file__).parents[4] / "shared" / "wire" / "mastodon"
DOMAIN = "toot.example"


def account(acct: str = "ann", **more: object) -> dict[str, Any]:
    return {"id": "7", "acct": acct, "display_name": "Ann", "followers_count": 12, **more}


def status(**more: object) -> dict[str, Any]:
    return {
        "id": "116919641690472486",
        "created_at": "2026-07-14T18:02:29.818Z",
        "uri": "https://toot.example/users/ann/statuses/116919641690472486",
        "url": "https://toot.example/@ann/116919641690472486",
        "visibility": "public",
        "language": "en",
        "content": "<p>no power in Alderton</p>",
        "account": account(),
        **more,
    }


def heard(event: str, record: object, statuses: Statuses | None = None) -> list[Post]:
    known = statuses or Statuses(DOMAIN, "power@toot.example", drill=True)
    _, said = known.heard(event, json.dumps(record).encode())
    known.unknown(said)
    return [post for one in said for post in known.posts(one)]


def test_a_status_is_a_post() -> None:
    (post,) = heard(
        "update",
        status(
            spoiler_text="storm",
            content='<p>no power<br>at <a href="https://a.example/very/long"><span class='
            '"invisible">https://</span>a.example/ve</a> &amp; here</p>',
            poll={"options": [{"title": "yes", "votes_count": 3}, {"title": "no"}]},
            mentions=[{"acct": "power"}, {"acct": "bob@else.example"}, {"acct": "power"}],
            quote={"quoted_status": {"account": {"acct": "eve"}}},
            media_attachments=[
                {"type": "image", "url": "https://m.example/1.jpg", "description": "a line down"},
                {"type": "video", "url": None, "remote_url": "https://m.example/2.mp4"},
            ],
            account=account(fields=[{"name": "Location", "value": "<p>Alderton &amp; Bell</p>"}]),
            tags=[{"name": "outage"}],
            card={"title": "?"},
            of_tomorrow={"unknown": True},
        ),
    )
    assert post.id == "https://toot.example/users/ann/statuses/116919641690472486"
    assert post.text == "storm\n\nno power\nat https://a.example/very/long & here\n\n- yes\n- no"
    assert post.created_at == datetime(2026, 7, 14, 18, 2, 29, 818_000, tzinfo=UTC)
    assert post.author is not None
    assert (post.author.id, post.author.handle) == ("ann@toot.example", "ann@toot.example")
    assert (post.author.name, post.author.followers) == ("Ann", 12)
    assert post.author.location == "Alderton & Bell"
    assert post.mentions == ("power@toot.example", "bob@else.example", "eve@toot.example")
    assert [(each.kind, each.url, each.alt) for each in post.media] == [
        ("image", "https://m.example/1.jpg", "a line down"),
        ("video", "https://m.example/2.mp4", ""),
    ]
    assert (post.lang, post.visibility, post.exercise) == ("en", "public", False)


def test_the_same_status_at_two_instances_is_one_post_by_one_person() -> None:
    there = status(id="999", account=account("ann@toot.example"))
    here = heard("update", status())
    elsewhere = Statuses("power.example", "", drill=False)
    (seen,) = heard("update", there, elsewhere)
    assert (seen.id, seen.author) == (here[0].id, here[0].author)


def test_a_boost_brings_what_it_boosts_unless_that_is_old() -> None:
    wrapper = status(
        id="2",
        uri="https://toot.example/users/bob/statuses/2/activity",
        created_at="2026-07-14T19:00:00Z",
        account=account("bob"),
        content="",
        reblog=status(),
    )
    original, boost = heard("update", wrapper)
    assert original.id == boost.repost_of
    assert (original.author_key, boost.author_key) == (
        "mastodon:ann@toot.example",
        "mastodon:bob@toot.example",
    )
    assert boost.text == original.text == "no power in Alderton"
    wrapper["created_at"] = "2026-07-16T19:00:00Z"
    assert [post.id for post in heard("update", wrapper)] == [boost.id]


def test_an_answer_names_the_post_that_it_answers() -> None:
    statuses = Statuses(DOMAIN, "", drill=True)
    heard("update", status(), statuses)
    (answer,) = heard(
        "update", status(id="3", uri="https://b.example/3", in_reply_to_id=status()["id"]), statuses
    )
    assert answer.reply_to == status()["uri"]
    _, said = statuses.heard("update", json.dumps(status(id="4", in_reply_to_id="1")).encode())
    assert statuses.unknown(said) == ["1"]
    statuses.learn(["1"], {})
    assert statuses.unknown(said) == []
    assert next(statuses.posts(said[0])).reply_to == "toot.example/1"


def test_an_edit_is_a_post_of_its_own_where_the_words_change() -> None:
    statuses = Statuses(DOMAIN, "", drill=True)
    heard("update", status(), statuses)
    changed = status(edited_at="2026-07-14T20:00:00.5Z", content="<p>power is back</p>")
    (edit,) = heard("status.update", changed, statuses)
    assert edit.id == status()["uri"] + "#edited-2026-07-14T20:00:00.500Z"
    assert edit.text == "power is back"
    assert edit.created_at == datetime(2026, 7, 14, 20, 0, 0, 500_000, tzinfo=UTC)
    again = changed | {"edited_at": "2026-07-14T21:00:00Z", "sensitive": True}
    assert heard("status.update", again, statuses) == []
    assert statuses.taken()[:2] == ((), 1)
    # the list of what was missed has it as it is now
    assert heard("update", again, statuses) == []


def test_mentions_are_posts_to_the_account_and_other_notifications_none() -> None:
    told = {"id": "21", "type": "mention", "status": status(visibility="direct")}
    (post,) = heard("notification", told)
    assert (post.account, post.visibility) == ("power@toot.example", "direct")
    statuses = Statuses(DOMAIN, "power@toot.example", drill=True)
    for kind in ("favourite", "reblog", "follow", "update", "of_tomorrow"):
        assert heard("notification", told | {"type": kind}, statuses) == []
    assert statuses.taken()[:2] == ((), 5)
    (post,) = heard("conversation", {"id": "1", "last_status": status()}, statuses)
    assert post.account == "power@toot.example"


def test_a_deletion_names_a_status_that_was_heard() -> None:
    statuses = Statuses(DOMAIN, "", drill=True)
    _, said = statuses.heard("update", json.dumps(status()).encode())
    # both come at once: only then is it known which status has this number
    statuses.heard("delete", str(status()["id"]).encode())
    statuses.heard("delete", b"404")
    statuses.unknown(said)
    list(statuses.posts(said[0]))
    (deleted,) = statuses.taken().deleted
    assert (deleted.channel, deleted.id) == ("mastodon", status()["uri"])
    assert statuses.taken().deleted == ()


@pytest.mark.parametrize("event", ["delete", "filters_changed", "announcement", "of_tomorrow"])
def test_other_events_are_ignored_and_counted(event: str) -> None:
    statuses = Statuses(DOMAIN, "", drill=True)
    assert statuses.heard(event, b"undefined") == ("", [])
    assert statuses.taken()[:2] == ((), 1)


@pytest.mark.parametrize(
    ("visibility", "seen"),
    [("unlisted", "unlisted"), ("local", "private"), (None, "private"), ("direct", "direct")],
)
def test_what_nobody_knows_of_who_sees_it_is_taken_for_the_narrower(
    visibility: str | None, seen: str
) -> None:
    assert heard("update", status(visibility=visibility))[0].visibility == seen


@pytest.mark.parametrize(
    "record",
    [
        {},
        [],
        None,
        "oops",
        status(uri=""),
        status(uri="x" * 3000),
        status(id=""),
        status(id=1),
        status(created_at="yesterday"),
        status(created_at="2026-07-14T18:02:29"),
        status(created_at="0001-01-01T00:00:00Z"),
        status(created_at="9999-12-31T23:59:59-12:00"),
        status(account=None),
        status(account=account("")),
        status(content=5),
        status(mentions={}),
        status(reblog=[]),
    ],
)
def test_what_is_no_status_is_a_fault_and_kept(record: object) -> None:
    statuses = Statuses(DOMAIN, "", drill=True)
    assert heard("update", record, statuses) == []
    faults = statuses.taken().faults
    assert len(faults) == 1
    assert faults[0].place.startswith(DOMAIN)


def test_hostile_records_break_nothing() -> None:
    statuses = Statuses(DOMAIN, "", drill=True)
    deep = b'{"reblog":' * 10_000 + b"{}" + b"}" * 10_000
    assert statuses.heard("update", deep) == ("", [])
    lone = json.dumps(status(content="<p>no power \ud83d\x00 &#0; &#xD800;</p>")).encode()
    _, said = statuses.heard("update", lone)
    (post,) = statuses.posts(said[0])
    assert post.text == "no power \ufffd\x00 \ufffd \ufffd"
    assert len(statuses.taken()[0]) == 1


@given(
    st.binary(), st.sampled_from(["update", "status.update", "notification", "conversation", ""])
)
def test_no_bytes_break_it(data: bytes, event: str) -> None:
    statuses = Statuses(DOMAIN, "", drill=True)
    _, said = statuses.heard(event, data)
    assert [post for one in said for post in statuses.posts(one)] == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.just(status()),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(status())), inner),
        max_leaves=12,
    ),
    st.sampled_from(list(status())),
)
def test_no_values_break_it(value: object, field: str) -> None:
    posts = heard("update", status() | {field: value})
    assert all(isinstance(post, Post) for post in posts)


def test_nobody_elsewhere_can_make_a_desk_an_exercise() -> None:
    marked = status(exercise=True)
    assert heard("update", marked)[0].exercise
    real = Statuses(DOMAIN, "", drill=False)
    assert heard("update", marked, real) == []
    assert heard("update", status(reblog=marked), real) == []
    assert "not on this machine" in real.taken()[0][0].reason


def test_memory_of_the_past_is_bounded() -> None:
    recent: Recent[int] = Recent(100)
    for number in range(1000):
        recent[str(number)] = number
    assert len(recent._new) + len(recent._old) <= 200
    assert [recent.get(str(number)) for number in (999, 901, 0)] == [999, 901, None]


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="no recorded answers here: ../shared/wire/mastodon"
)
def test_recorded_payloads_become_posts() -> None:
    found = [each for path in sorted(RECORDED.glob("*.yaml")) for each in _recorded(path)]
    statuses = Statuses("localhost:3000", "admin@localhost:3000", drill=False)
    posts = [post for event, record in found for post in heard(event, record, statuses)]
    assert {event for event, _ in found} == {"update", "notification", "conversation"}
    assert len(posts) > 40
    assert statuses.taken()[0] == ()
    for post in posts:
        assert post.author is not None
        assert post.author.handle.endswith("@localhost:3000")
        assert "<" not in post.text


def _recorded(path: Path) -> list[tuple[str, Any]]:
    """Events, and records of lists, of a cassette: the single-quoted scalars of its YAML."""
    found: list[tuple[str, Any]] = []
    for piece in path.read_text("utf-8").split("      string: '")[1:]:
        # a quote is doubled inside
        body = _unfolded(piece.replace("''", "\0").partition("'")[0].replace("\0", "'"))
        if body.startswith(":)"):
            events = Events().feed(f"{body}\n\n".encode())
            found += [(event.name, json.loads(event.data or b"null")) for event in events]
        elif body.startswith(("{", "[")):
            told = json.loads(body)
            found += [
                (_event_of(each), each) for each in (told if isinstance(told, list) else [told])
            ]
    return [each for each in found if each[0] in ("update", "notification", "conversation")]


def _unfolded(scalar: str) -> str:
    """Lines are folded at spaces; each empty one is a newline."""
    first, *lines = [line.strip() for line in scalar.split("\n")]
    text, newlines = first, 0
    for line in lines:
        if line:
            text += ("\n" * newlines or " ") + line
        newlines = 0 if line else newlines + 1
    return text


def _event_of(record: object) -> str:
    if not isinstance(record, dict):
        return ""
    fields = {
        "in_reply_to_id": "update",
        "last_status": "conversation",
        "group_key": "notification",
    }
    return next((event for field, event in fields.items() if field in record), "")


def test_a_record_of_another_kind_is_refused() -> None:
    with pytest.raises(PostError, match="no status of Mastodon"):
        read_record(b'{"id": "1", "type": "mention"}', Status)
    assert read_record(b'{"id": "1", "type": "mention"}', Notification).status is None
