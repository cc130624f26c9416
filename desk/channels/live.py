"""An account that is switched on, at work: opened with patience, and behind a gate.

Nothing simulated can reach a real channel, and no real reply a drill's. The gate stands before
every reply: it asks the server itself, if that is on this machine, whether it is a drill's, and the
channel must be of one mind with it. A server elsewhere is a real one, whatever it says.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp

from desk.accounts import Account
from desk.channels import Allowance, Channel, LaterError, NotSentError
from desk.channels.drill import is_drill
from desk.channels.switched_on import SwitchedOn
from desk.feeds.lasting import plainly
from desk.feeds.patience import Growth
from desk.serving.address import is_here

OPEN_S = 60.0
"""Within so long a platform has let us in, or is asked again."""
CLOSE_S = 1.0
UNREACHED, REFUSED = Growth(2.0, 300.0), Growth(60.0, 900.0)
"""Waits before a platform is asked again that can't be reached, or refuses the credentials."""

MIXED = "its server says that it is a drill's, and this desk is real: change 'server'"


class Live:
    """An account that is switched on, and its channel; `contact_at` is when it last answered."""

    def __init__(self, one: SwitchedOn) -> None:
        self.account: Account = one.account
        self.channel: Channel = one.channel
        self.contact_at: datetime | None = None
        self.state = "not asked so far"
        self._here = is_here(urlsplit(one.account.server).hostname or "")
        self._open = False
        self._attempts = 0
        self._http: aiohttp.ClientSession | None = None

    @property
    def allowance(self) -> Allowance | None:
        """What the platform lets us do until when, where it tells."""
        return getattr(self.channel, "allowance", None)

    @property
    def most_characters(self) -> int | None:
        """How long a text may be there, where the server has said so."""
        return getattr(self.channel, "most_characters", None) if self._open else None

    @property
    def is_open(self) -> bool:
        """Whether the platform has let us in."""
        return self._open

    def may(self, *, exercise: bool) -> bool:
        """Whether a reply may ever go out here: those of an exercise stay on this machine."""
        return self._here or not exercise

    async def ready(self, *, exercise: bool) -> bool:
        """Whether a reply, of an exercise or a real one, goes out here, now; else it is a dry run.

        Raises:
            LaterError: it can't be reached now, or refuses the account; or a real reply would reach
                a drill. Whatever it is, nothing is lost: somebody may mend it.
        """
        if not self.may(exercise=exercise):
            self.state = "EXERCISE: the dry run, this server is not on this machine"
            return False
        drill = await self._says_drill()
        if exercise and not drill:
            self.state = "EXERCISE: the dry run, this server does not say that it is a drill's"
            return False
        if drill and not exercise:
            raise self._barred(MIXED)
        if not self._open:
            await self._open_it()
        if self.channel.exercise is not drill:
            self._open = False
            raise self._barred("its channel and its server differ in whether this is a drill")
        return True

    def answered(self) -> None:
        """The platform has answered."""
        self.contact_at = datetime.now(UTC)
        self.state = "open"

    def troubled(self, reason: str) -> None:
        """The platform has not answered as it should."""
        self.state = reason

    async def close(self) -> None:
        """Let go of everything; a channel that hangs is left alone."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(CLOSE_S):
                await self.channel.close()
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _says_drill(self) -> bool:
        if not self._here:
            return False
        if self._http is None:
            self._http = aiohttp.ClientSession(auto_decompress=False)
        try:
            return await is_drill(self._http, self.account.server)
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            raise self._later(plainly(error)) from None

    async def _open_it(self) -> None:
        try:
            async with asyncio.timeout(OPEN_S):
                await self.channel.open()
        except NotSentError as error:
            raise self._barred(f"refused: {error}") from None
        except LaterError as error:
            raise self._later(str(error), error.after_s) from None
        except Exception as error:  # noqa: BLE001  a fault of one channel must not stop the others
            raise self._later(plainly(error)) from None
        self._open, self._attempts = True, 0
        self.answered()

    def _later(self, reason: str, at_least_s: float = 0.0) -> LaterError:
        self._attempts += 1
        self.state = f"can't be reached: {reason}"
        return LaterError(reason, max(at_least_s, UNREACHED.wait_s(self._attempts)))

    def _barred(self, reason: str) -> LaterError:
        """What a person must mend; asked again now and then, as they may."""
        self._attempts += 1
        self.state = reason
        return LaterError(reason, REFUSED.wait_s(self._attempts))
