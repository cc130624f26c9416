"""What a storm that is run by hand and the desks on it say to each other: JSON, one record a line.

A desk speaks first and says how far it was (`Where`), and says so again after each batch. The storm
answers with `About`, then sends `Posts`; `Restart` says that it was rewound: the desk is to begin
again, from the first post. `End` is the last record. Cursors are RUN:POSITION; a run ends with a
rewind.
"""

from __future__ import annotations

import msgspec

from desk.accounts import Account
from desk.post import Post

RECORD_BYTES = 1 << 20
"""The longest record: a batch, or one post of the largest size."""
BATCH_BYTES = 1 << 16
BATCH_POSTS = 128
"""As a file's batches: so that screens are served between them."""


class Where(msgspec.Struct, frozen=True):
    """The desk's only record: the cursor of the last batch that it has taken, if any."""

    cursor: str | None = None


class About(msgspec.Struct, frozen=True, tag="storm"):
    """Which storm this is; `territory` is a built-in one, or a file's absolute path.

    `accounts` are those of its utility.
    """

    name: str
    title: str
    territory: str
    accounts: tuple[Account, ...] = ()


class Posts(msgspec.Struct, frozen=True, tag="posts"):
    """Posts that are due, and the cursor behind them."""

    cursor: str
    posts: tuple[Post, ...]


class RawPosts(msgspec.Struct, frozen=True, tag="posts"):
    """`Posts` as they are sent: each is JSON already."""

    cursor: str
    posts: list[msgspec.Raw]


class Restart(msgspec.Struct, frozen=True, tag="restart"):
    """What was sent never was."""

    cursor: str


class End(msgspec.Struct, frozen=True, tag="end"):
    """The trainer has ended the storm."""


FromStorm = About | Posts | Restart | End

encode = msgspec.json.Encoder().encode
decode_where = msgspec.json.Decoder(Where).decode
decode_storm = msgspec.json.Decoder(FromStorm).decode
