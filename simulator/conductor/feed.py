"""A storm that somebody runs by hand as a feed: `drill:unix:PATH`, or `drill:HOST:PORT`."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from functools import cached_property
from pathlib import Path

import msgspec

from desk.accounts import Account
from desk.errors import FeedError
from desk.feeds import Batch, Options
from desk.serving.address import loopback
from desk.territories import Territory, load_territory
from simulator.conductor.wire import (
    RECORD_BYTES,
    About,
    End,
    FromStorm,
    Posts,
    Restart,
    Where,
    decode_storm,
    encode,
)

PATIENCE_S = 5.0
"""How long a storm may take to say what it is: it works in steps of some 20 ms."""


class DrillFeed:
    """The posts of a storm at `address`, as its trainer lets them out; ends with the storm."""

    exercise = True

    def __init__(self, url: str, address: str) -> None:
        self.url = url
        self._address = address

    @cached_property
    def territory(self) -> Territory:
        """The territory of the storm, which says so itself.

        Raises:
            FeedError: no storm is there.
            TerritoryError: its territory can't be read here.
        """
        return load_territory(self._about.territory)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts of the storm's utility; errors as of `territory`."""
        return self._about.accounts

    @cached_property
    def _about(self) -> About:
        try:
            with _connected(self._address) as wire:
                wire.settimeout(PATIENCE_S)
                wire.sendall(encode(Where()) + b"\n")
                with wire.makefile("rb") as lines:
                    about = self._record(lines.readline(RECORD_BYTES))
        except OSError as error:
            raise self._nobody(error) from None
        if not isinstance(about, About):
            raise self._stranger()
        return about

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Batches from behind `cursor` until the storm is ended.

        Raises:
            FeedError: no storm is there, or it went away without a word.
        """
        try:
            reader, writer = await self._open()
        except OSError as error:
            raise self._nobody(error) from None
        try:
            writer.write(encode(Where(cursor)) + b"\n")
            while True:
                match self._record(await reader.readline()):
                    case Posts(behind, posts):
                        yield Batch(posts, behind)
                    case Restart(behind):
                        yield Batch((), behind, restart=True)
                    case End():
                        return
                    case About():
                        continue
                writer.write(encode(Where(behind)) + b"\n")
        except (OSError, ValueError):
            raise self._gone() from None
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("unix:"):
            path = self._address.removeprefix("unix:")
            return await asyncio.open_unix_connection(path, limit=RECORD_BYTES)
        return await asyncio.open_connection(*loopback(self._address), limit=RECORD_BYTES)

    def _record(self, line: bytes) -> FromStorm:
        if not line.endswith(b"\n"):
            raise self._gone()
        try:
            record: FromStorm = decode_storm(line)
        except msgspec.MsgspecError:
            raise self._stranger() from None
        return record

    def _nobody(self, error: OSError) -> FeedError:
        return FeedError(
            f"no storm runs at {self._address} ({error.strerror or error}): begin one with"
            f" `stormdesk storm run NAME --listen {self._address}`"
        )

    def _gone(self) -> FeedError:
        return FeedError(
            f"the storm at {self._address} has gone without a word: run it again, then this desk"
        )

    def _stranger(self) -> FeedError:
        return FeedError(
            f"what listens at {self._address} is no storm of this version: give the address that"
            " `stormdesk storm run --listen` was given"
        )


def _connected(address: str) -> socket.socket:
    if not address.startswith("unix:"):
        return socket.create_connection(loopback(address), PATIENCE_S)
    wire = socket.socket(socket.AF_UNIX)
    try:
        wire.settimeout(PATIENCE_S)
        wire.connect(str(Path(address.removeprefix("unix:"))))
    except OSError:
        wire.close()
        raise
    return wire


def open_drill(url: str, options: Options) -> DrillFeed:
    """The feed of `drill:unix:PATH` or `drill:HOST:PORT`.

    Raises:
        FeedError: it is no address, or has options: the trainer alone decides.
    """
    if options.query:
        raise FeedError(
            f"unknown option '{next(iter(options.query))}' in '{url}': none is valid; speed and"
            " seed are the trainer's"
        )
    address = options.target
    if address.startswith("unix:"):
        if not address.removeprefix("unix:"):
            raise FeedError(f"no path in '{url}': write drill:unix:PATH")
    else:
        host, colon, port = address.rpartition(":")
        if not colon or not host or not port.isdecimal():
            raise FeedError(f"no address in '{url}': write drill:unix:PATH or drill:HOST:PORT")
    return DrillFeed(url, address)
