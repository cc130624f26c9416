"""The shapes of Jetstream's frames, as far as the desk reads them; everything else is left out.

The `Raw…` ones are for frames that are not of their shape: each part of a record is then looked at
by itself. Sources are named in jetstream_frames.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Strong(msgspec.Struct, frozen=True, gc=False):
    """A record of somebody's and its version; in a quote with media it lies one level deeper."""

    uri: str = ""
    cid: str = ""
    record: Strong | None = None


class Thread(msgspec.Struct, frozen=True, gc=False):
    """What a post answers, and the first post of that conversation."""

    parent: Strong
    root: Strong | None = None


class Feature(msgspec.Struct, frozen=True, gc=False):
    """What a part of a text is: of somebody mentioned it has the DID."""

    did: str = ""


class Index(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A part of a text in bytes of UTF-8, half-open."""

    byte_start: int = 0
    byte_end: int = 0


class Facet(msgspec.Struct, frozen=True, gc=False):
    """A mention, link or tag in a text."""

    features: tuple[Feature, ...] = ()
    index: Index = Index()


class Link(msgspec.Struct, frozen=True, gc=False):
    """The content id of a blob."""

    link: str = msgspec.field(default="", name="$link")


class Blob(msgspec.Struct, frozen=True, gc=False):
    """A file of a picture or film."""

    ref: Link = Link()


class Image(msgspec.Struct, frozen=True, gc=False):
    """A picture."""

    image: Blob = Blob()
    alt: str = ""


class Embed(msgspec.Struct, frozen=True, gc=False):
    """Pictures, a film, a link or a post that is quoted, or that with one of the others."""

    images: tuple[Image, ...] = ()
    video: Blob | None = None
    alt: str = ""
    record: Strong | None = None
    media: Embed | None = None


class Record(msgspec.Struct, frozen=True, gc=False):
    """A post as its author's server keeps it; `created_at` is the author's own word."""

    text: str = ""
    created_at: str = msgspec.field(default="", name="createdAt")
    langs: tuple[str, ...] | None = None
    reply: Thread | None = None
    facets: tuple[Facet, ...] | None = None
    embed: Embed | None = None


class RawRecord(msgspec.Struct, frozen=True, gc=False):
    """A record of which nothing is sure but its text."""

    text: str
    created_at: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="createdAt")
    langs: msgspec.Raw = msgspec.Raw()
    reply: msgspec.Raw = msgspec.Raw()
    facets: msgspec.Raw = msgspec.Raw()
    embed: msgspec.Raw = msgspec.Raw()


class Commit(msgspec.Struct, frozen=True, gc=False):
    """A record that was made, changed or deleted."""

    operation: str = ""
    collection: str = ""
    rkey: str = ""
    cid: str = ""
    record: Record | None = None


class RawCommit(msgspec.Struct, frozen=True, gc=False):
    """A commit whose record is to be looked at by itself."""

    operation: str = ""
    collection: str = ""
    rkey: str = ""
    cid: str = ""
    record: msgspec.Raw = msgspec.Raw()


class Identity(msgspec.Struct, frozen=True, gc=False):
    """What is new of somebody's name; without a handle, only that something is."""

    handle: str = ""


class FrameV1(msgspec.Struct, frozen=True, gc=False):
    """A frame of version 1; `exercise` is the server's own mark."""

    did: str
    time_us: int
    commit: Commit | None = None
    identity: Identity | None = None
    exercise: bool = False


class RawFrameV1(msgspec.Struct, frozen=True, gc=False):
    """A frame of version 1 whose record is to be looked at by itself."""

    did: str
    time_us: int
    commit: RawCommit | None = None
    exercise: bool = False


class Payload(Commit, frozen=True, gc=False):
    """What a frame of version 2 brings; the fields of all its types."""

    type: str = msgspec.field(default="", name="$type")
    seq: int = 0
    did: str = ""
    time: Moment | None = None
    identity: Identity | None = None
    name: str = ""
    message: str = ""
    exercise: bool = False


class RawPayload(RawCommit, frozen=True, gc=False, kw_only=True):
    """The same whose record is to be looked at by itself."""

    seq: int = 0
    did: str = ""
    time: Moment
    exercise: bool = False


class FrameV2(msgspec.Struct, frozen=True, gc=False):
    """A frame of version 2: a message with a payload, or an error, which is the last one."""

    type: str = msgspec.field(default="", name="$type")
    payload: Payload | None = None
    error: str = ""
    message: str = ""
    exercise: bool = False


class RawFrameV2(msgspec.Struct, frozen=True, gc=False):
    """A message of version 2 whose record is to be looked at by itself."""

    payload: RawPayload
    exercise: bool = False
