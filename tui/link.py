"""What a screen needs of a desk: messages, and how the wire itself does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, Protocol

import msgspec

from desk.serving.protocol import FromDesk, FromScreen


class LinkState(msgspec.Struct, frozen=True):
    """The wire has changed: words for the person at the screen stand in `reason`.

    After `connected` a `Hello` follows, and every view must be opened again: the desk may be a
    new one. `lost` means that the link is mending itself; `failed` that it has given up.
    """

    state: Literal["connecting", "connected", "lost", "failed"]
    reason: str = ""


class Link(Protocol):
    """What the app needs of a desk."""

    def messages(self) -> AsyncIterator[FromDesk | LinkState]:
        """Everything that the desk says, until the link is closed."""
        ...

    async def send(self, message: FromScreen) -> None:
        """Say `message`; dropped while the wire is down."""
        ...

    async def close(self) -> None:
        """End the link, and the desk where it is this screen's own child."""
        ...
