"""Frames of Bluesky's Jetstream as posts: version 1 (`/subscribe`) and 2 (`subscribeEvents`).

Both are JSON; 1 after the documentation of the server (bluesky-social/jetstream, docs/README.md), 2
after the lexicon `network.bsky.jetstream.subscribeEvents`, the records in both after the lexicon
`app.bsky.feed.post`. Nobody has held a record against its lexicon before it comes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

import msgspec

from desk.feeds import MOST_RAW_BYTES, Deleted, Fault
from desk.feeds.jetstream.shapes import (
    Commit,
    Embed,
    Facet,
    FrameV1,
    FrameV2,
    RawFrameV1,
    RawFrameV2,
    RawRecord,
    Record,
    Thread,
)
from desk.post import FIRST_YEAR, LAST_YEAR, Author, Media, Post, Reference, without_lone

Version = Literal[1, 2]

CHANNEL = "bluesky"
COLLECTION = "app.bsky.feed.post"
LATE = timedelta(days=1)
"""A post that says to be older than this as it arrives was brought over from elsewhere: it counts
for the time it speaks of. No phone's clock or zone is as wrong as that."""
HANDLES_HELD = 50_000
"""Handles that were told; twice as many at most."""
MOST_MENTIONS = 50
MOST_MEDIA = 10

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_US = (datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - EPOCH) // _MICROSECOND
_LAST_US = (datetime(LAST_YEAR, 1, 1, tzinfo=UTC) - EPOCH) // _MICROSECOND
_HOUR_US = 3_600_000_000
_LONGEST_ZONE = timedelta(hours=15)
_HANDLE = re.compile(r"@?([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})")
_DID = re.compile(r"did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,200}")
_AUTHOR = re.compile(r"at://(did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,200})/")

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_v1 = msgspec.json.Decoder(FrameV1).decode
_v2 = msgspec.json.Decoder(FrameV2).decode
_Piece = TypeVar("_Piece")


class Frames:
    """Takes in frames, and holds what they have brought until `cleared`.

    `posts`, `faults`, `ignored` and `deleted` are as in a batch; `seq` and `at_us` say from where
    the next connection may go on: the sequence number (version 2) and the server's time in
    microseconds. `exercise` says whether the last frame of version 1 was marked as one. `notices`
    are what the server has said about the stream itself, `error` is its last word. Faults are said
    to be from `place`.
    """

    def __init__(self, version: Version, place: str = "jetstream") -> None:
        self.posts: list[Post] = []
        self.faults: list[Fault] = []
        self.deleted: list[Deleted] = []
        self.ignored = 0
        self.seq = 0
        self.at_us = 0
        self.exercise = False
        self.notices: list[tuple[str, str]] = []
        self.error: tuple[str, str] | None = None
        self.take = self._take_v1 if version == 1 else self._take_v2
        self._place = place
        self._last = (0, 0)
        self._handles: dict[str, str] = {}
        self._handles_before: dict[str, str] = {}
        self._hour = 0
        self._late_before = ""

    def begin(self, place: str) -> None:
        """Another connection: only the handles that were told are still known."""
        self.cleared()
        self.seq, self.at_us, self._last = 0, 0, (0, 0)
        self.notices, self.error = [], None
        self._place = place

    def cleared(self) -> None:
        """Forget posts and faults: they were handed on."""
        self.posts, self.faults, self.deleted, self.ignored = [], [], [], 0

    def _take_v1(self, frame: bytes) -> None:
        try:
            came = _v1(frame)
        except _UNREADABLE as error:
            self._mend(frame, error, 1)
            return
        self._came(0, came.time_us)
        self.exercise = came.exercise
        commit = came.commit
        if commit is None:
            if came.identity is not None:
                self._introduce(came.did, came.identity.handle)
            self.ignored += 1
        elif commit.collection != COLLECTION or commit.operation != "create":
            self._no_post(came.did, commit, exercise=came.exercise)
        else:
            self._post(
                frame, came.did, commit.rkey, commit.cid, came.time_us, commit.record, came.exercise
            )

    def _take_v2(self, frame: bytes) -> None:
        try:
            came = _v2(frame)
        except _UNREADABLE as error:
            self._mend(frame, error, 2)
            return
        what = came.payload
        if what is None:
            self._said(frame, came.type, came.error, came.message)
            return
        if what.time is None:
            if what.type.endswith("#info"):
                self.notices.append((what.name, what.message))
            self.ignored += 1
            return
        at_us = (what.time - EPOCH) // _MICROSECOND
        self._came(what.seq, at_us)
        if what.collection == COLLECTION and what.operation == "create":
            exercise = came.exercise or what.exercise
            self._post(frame, what.did, what.rkey, what.cid, at_us, what.record, exercise)
            return
        if what.identity is not None:
            self._introduce(what.did, what.identity.handle)
        self._no_post(what.did, what, exercise=came.exercise or what.exercise)

    def _no_post(self, did: str, commit: Commit, *, exercise: bool) -> None:
        """A record that is no post, or none any longer."""
        self.ignored += 1
        if commit.operation == "delete" and commit.collection == COLLECTION and did and commit.rkey:
            self.deleted.append(
                Deleted(CHANNEL, f"at://{did}/{COLLECTION}/{commit.rkey}", exercise)
            )

    def _said(self, frame: bytes, kind: str, error: str, message: str) -> None:
        if kind == "error":
            self.error = (error, message)
        elif kind == "message":
            self._fault(frame, "a message without a payload")
        else:
            self.ignored += 1

    def _came(self, seq: int, at_us: int) -> None:
        """A wrong number in one frame never lets a connection go on too far ahead."""
        seq_before, at_us_before = self._last
        self.seq = min(seq, seq_before) if seq_before else seq
        self.at_us = min(at_us, at_us_before) if at_us_before else at_us
        self._last = (seq, at_us)

    def _post(
        self,
        frame: bytes,
        did: str,
        rkey: str,
        cid: str,
        at_us: int,
        record: Record | None,
        exercise: bool,
    ) -> None:
        if record is None or not did or not rkey:
            self._fault(frame, "a new post without its record, author or key")
            return
        if not _FIRST_US <= at_us < _LAST_US:
            self._fault(frame, f"time {at_us} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
            return
        hour = at_us // _HOUR_US
        if hour != self._hour:
            self._hour = hour
            surely = EPOCH + timedelta(hours=hour + 1) - LATE + _LONGEST_ZONE
            self._late_before = surely.isoformat()[:19]
        created_at = EPOCH + timedelta(microseconds=at_us)
        # the clocks of a drill's desks are not those of its storm
        if record.created_at < self._late_before and not exercise:
            created_at = _spoken_of(record.created_at, created_at)
        thread = record.reply
        handle = self._handles.get(did) or self._handles_before.get(did, "")
        embed = record.embed
        self.posts.append(
            Post(
                id=f"at://{did}/{COLLECTION}/{rkey}",
                channel=CHANNEL,
                author=Author(did, handle),
                text=record.text,
                created_at=created_at,
                lang=record.langs[0] if record.langs else None,
                reply_to=thread.parent.uri if thread else None,
                mentions=_mentions(record) if record.facets or embed else (),
                media=_media(embed, did, exercise) if embed else (),
                # what leads to the real platform is never made up for a post of a drill
                url=None if exercise else f"https://bsky.app/profile/{did}/post/{rkey}",
                reference=_reference(cid, thread),
                exercise=exercise,
            )
        )

    def _introduce(self, did: str, handle: str) -> None:
        if handle:
            self._handles[did] = handle
        if len(self._handles) >= HANDLES_HELD:
            self._handles_before, self._handles = self._handles, {}

    def _mend(self, frame: bytes, error: Exception, version: Version) -> None:
        """Look at a frame that is not as it should be piece by piece: a post is one by its text."""
        if b"\\u" in frame:
            whole = without_lone(frame)
            if whole != frame:
                self.take(whole)
                return
        try:
            if version == 1:
                self._mend_v1(frame)
            else:
                self._mend_v2(frame)
        except _UNREADABLE as worse:
            self._fault(frame, str(worse) or str(error) or type(error).__name__)

    def _mend_v1(self, frame: bytes) -> None:
        came = msgspec.json.decode(frame, type=RawFrameV1)
        self._came(0, came.time_us)
        commit = came.commit
        if commit is None or commit.collection != COLLECTION or commit.operation != "create":
            self.ignored += 1
            return
        record = _mended(commit.record)
        self._post(frame, came.did, commit.rkey, commit.cid, came.time_us, record, came.exercise)

    def _mend_v2(self, frame: bytes) -> None:
        came = msgspec.json.decode(frame, type=RawFrameV2)
        what = came.payload
        at_us = (what.time - EPOCH) // _MICROSECOND
        self._came(what.seq, at_us)
        if what.collection != COLLECTION or what.operation != "create":
            self.ignored += 1
            return
        record, exercise = _mended(what.record), came.exercise or what.exercise
        self._post(frame, what.did, what.rkey, what.cid, at_us, record, exercise)

    def _fault(self, frame: bytes, reason: str) -> None:
        place = f"{self._place}, behind {self._last[0] or self._last[1]}"
        self.faults.append(Fault(place, reason, frame[:MOST_RAW_BYTES]))

    def unreadable(self, frame: bytes, reason: str) -> None:
        """A frame came that can't even be looked into."""
        self._fault(frame, reason)


def _spoken_of(written: str, came: datetime) -> datetime:
    """The time that a late post speaks of; when it came, where it is not late or tells no time."""
    try:
        at = datetime.fromisoformat(written[:40])
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return came
    return at if at < came - LATE and at.year >= FIRST_YEAR else came


def _reference(cid: str, thread: Thread | None) -> Reference | None:
    if not cid:
        return None
    if thread is None or thread.root is None:
        return Reference(cid)
    return Reference(cid, thread.root.uri, thread.root.cid)


def _mentions(record: Record) -> tuple[str, ...]:
    """Who is mentioned, by the handle that is shown and by DID, and whom the post quotes, by DID.

    What is shown is the author's word alone; the DID is who is really meant.
    """
    found: dict[str, None] = {}
    written = b""
    for facet in record.facets or ():
        for feature in facet.features:
            if not feature.did:
                continue
            written = written or record.text.encode()
            part = written[max(0, facet.index.byte_start) : max(0, facet.index.byte_end)][:260]
            shown = _HANDLE.fullmatch(part.decode("utf-8", "replace"))
            if shown:
                found[shown[1].lower()] = None
            if _DID.fullmatch(feature.did):
                found[feature.did] = None
            if len(found) >= MOST_MENTIONS:
                return tuple(found)
    quoted = record.embed.record if record.embed else None
    if quoted is not None:
        author = _AUTHOR.match((quoted.record or quoted).uri)
        if author:
            found[author[1]] = None
    return tuple(found)


def _media(embed: Embed, did: str, exercise: bool) -> tuple[Media, ...]:
    return tuple(_each_of(embed.media or embed, did, exercise))


def _each_of(embed: Embed, did: str, exercise: bool) -> Iterator[Media]:
    for each in embed.images[:MOST_MEDIA]:
        cid = each.image.ref.link
        known = cid and not exercise
        url = f"https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg" if known else ""
        yield Media("image", url, each.alt)
    if embed.video is not None:
        cid = embed.video.ref.link
        known = cid and not exercise
        url = f"https://video.bsky.app/watch/{did}/{cid}/playlist.m3u8" if known else ""
        yield Media("video", url, embed.alt)


def _mended(raw: msgspec.Raw) -> Record:
    """A record of which only the text is what it should be.

    Raises:
        msgspec.MsgspecError: it has no text either.
    """
    record = msgspec.json.decode(raw, type=RawRecord)
    return Record(
        text=record.text,
        created_at=_piece(record.created_at, str) or "",
        langs=_piece(record.langs, tuple[str, ...]),
        reply=_piece(record.reply, Thread),
        facets=_piece(record.facets, tuple[Facet, ...]),
        embed=_piece(record.embed, Embed),
    )


def _piece(raw: msgspec.Raw, kind: type[_Piece]) -> _Piece | None:
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except _UNREADABLE:
        return None
