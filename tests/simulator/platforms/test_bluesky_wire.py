"""A storm's posts as Bluesky's records, and back: what a desk reads is what the storm said."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.accounts import Account, Own
from desk.feeds.jetstream.frames import Frames
from desk.post import Author, Media, Post
from simulator.conductor.conductor import Conductor
from simulator.platforms.bluesky.platform import UTILITY_DID
from simulator.platforms.bluesky.wire import Wire, _base32, frame_v1, frame_v2, uri
from simulator.platforms.stage import Landing, Stage, Staged
from simulator.truth import PostTruth, Told
from tests.simulator.platforms.stageland import day

AT = datetime(2026, 7, 14, 18, 20, 5, 600_000, tzinfo=UTC)


def read(wire: Wire, post: Post, version: int = 1) -> Post:
    """A post that has gone over the wire."""
    frames = Frames(2 if version == 2 else 1)
    staged = Staged(7, Told(post, PostTruth(post.id, (), None, None, located=False, trap=None)))
    for event in wire.events(staged):
        frames.take(frame_v2(event) if version == 2 else frame_v1(event))
    assert frames.faults == []
    (found,) = frames.posts
    assert found.id == uri(post)
    return found


def written(text: str, **more: object) -> Post:
    author = Author("bluesky-1.1", "ann_b.bsky.example", "Ann")
    fields: dict[str, object] = {"author": author, "created_at": AT, "exercise": True} | more
    return Post(id="s-7-0000001", channel="bluesky", text=text, **fields)  # type: ignore[arg-type]


def test_a_mention_of_the_utility_reaches_its_account_and_an_answer_who_was_answered() -> None:
    stage = Stage(Conductor(day(), None, behind=lambda: 0))
    while not stage.over:
        stage.conductor.resume()
        stage.conductor.step()
    wire = Wire(stage)
    own = Own((Account(channel="bluesky", handle="longleafpower.bsky.example", id=UTILITY_DID),))
    for version in (1, 2):
        found = read(
            wire, written("¡Oye @longleafpower, no power!", mentions=("LongleafPower",)), version
        )
        assert own.addressed(found) == "bluesky:longleafpower.bsky.example"
        assert own.addressed(read(wire, written("@bob", mentions=("bob",)), version)) is None
    asked = next(stage.read(0, channel="bluesky")).post
    landed = stage.land(Landing("bluesky", "Crews are near.", to=asked.id)).post
    answer = read(wire, landed)
    assert own.wrote(answer) == own.accounts[0]
    assert answer.reply_to == uri(asked)
    assert answer.mentions == (read(wire, asked).author.id,)  # type: ignore[union-attr]
    stage.conductor.close()


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    """Of a storm that has not begun."""
    stage = Stage(Conductor(day(), None))
    yield Wire(stage)
    stage.conductor.close()


@given(st.text(max_size=60), st.sampled_from(["en", "es", None]), st.integers(0, 2))
def test_text_language_and_pictures_come_through_as_they_were(
    wire: Wire, text: str, lang: str | None, pictures: int
) -> None:
    text = text.encode("utf-8", "ignore").decode()
    media = tuple(Media("image", f"https://m.example/{n}.jpg", f"alt {n}") for n in range(pictures))
    found = read(wire, written(text, lang=lang, media=media))
    assert (found.text, found.lang, found.created_at) == (text, lang, AT)
    assert [each.alt for each in found.media] == [each.alt for each in media]
    assert found.exercise
    assert found.author is not None
    assert found.author.handle == "ann-b.bsky.example"


@given(st.binary(min_size=1, max_size=50))
def test_base32_is_that_of_the_standard(digest: bytes) -> None:
    assert _base32(digest) == base64.b32encode(digest).decode().lower().rstrip("=")
