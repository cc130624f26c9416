"""Where replies go: one small interface, one file a platform.

```
DeskError
├── NotSentError      a channel did not take a reply, and surely has not published it
├── LaterError        ... and wants to be asked again later
└── FateUnknownError  a channel may have published a reply or not
```
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec

from desk.errors import DeskError
from desk.post import Post
from desk.replies.reply import Reply


class NotSentError(DeskError):
    """A channel did not take a reply, and surely has not published it: why, in one line."""


class LaterError(DeskError):
    """A channel did not take a reply, surely has not published it, and may do so later.

    `after_s` is how many wall seconds from now; the reply stays queued until then.
    """

    def __init__(self, reason: str, after_s: float) -> None:
        super().__init__(reason)
        self.after_s = after_s


class FateUnknownError(DeskError):
    """A channel may have published a reply or not: why that can't be told, in one line."""


class Errand(msgspec.Struct, frozen=True):
    """A reply on its way out: what a channel must know to publish it once.

    `post` is the one that is answered, None for an announcement. `key` is 32 hexadecimal digits,
    the same at each attempt and of no other reply of any desk: a platform's own means against
    sending twice are made from it.
    """

    reply: Reply
    post: Post | None
    key: str


class Allowance(msgspec.Struct, frozen=True):
    """What a platform said last of its rate limit: `left` of `most` until `resets_at`."""

    left: int
    most: int
    resets_at: datetime | None = None


class Channel(Protocol):
    """An own account at a platform, from which replies and announcements go out.

    `exercise` says that the server behind it is a drill's: known once it is open, by the server's
    own word (desk/channels/drill.py). A channel that is told its rate limit may have `allowance`,
    an `Allowance` or None, which the settings screen shows; one whose server says how long a text
    may be there has `most_characters`.
    """

    exercise: bool

    async def open(self) -> None:
        """Log in, before anything else; called again where that has failed.

        Raises:
            NotSentError: the platform refuses these credentials.
            LaterError: it can't be reached now.
        """
        ...

    async def send(self, errand: Errand) -> str:
        """Publish a reply; its id or address there.

        Raises:
            NotSentError: it was not published.
            LaterError: it was not, and may be later.
            FateUnknownError: it may have been.
        """
        ...

    async def look_up(self, errand: Errand) -> str | None:
        """The id or address of a reply that may have been published; None if it surely was not.

        Raises:
            LaterError: the platform can't be asked now.
            FateUnknownError: the platform can't tell.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
