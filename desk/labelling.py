"""Labelling in several processes: the rules are most of a desk's work, and the easiest to share.

What a post is labelled hangs on that post alone, so any process may label it; the rest of a post's
way stays in one process and in order. The desk speaks to each over a socket that its event loop
watches: a pool of `concurrent.futures` has three threads between them, each of which waits for the
interpreter's lock, and that was most of a busy desk's delay.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import thread_time
from typing import BinaryIO

import msgspec

from desk.errors import LabellingError
from desk.garbage import setting_up
from desk.orphans import end_with_parent
from desk.post import Media, Post
from rules import Engine, Match, Verdict, load_packs

MOST_PROCESSES = 64
NICE = 5
"""They yield to the desk, whose single process answers screens: behind, they catch up."""
ATTEMPTS = 3
"""So often posts are tried, when the processes that were to label them die."""
MEMO_CHUNKS = 75_000
"""Words of posts that a desk's rules know, twice as many at most: a storm's posts are read as fast
as with 250,000, in 40 MB less."""
_NO_LABEL = Verdict(None, (), "und", ())


class Asked(msgspec.Struct, gc=False):
    """What the rules look at in a post."""

    text: str
    id: str
    lang: str | None = None
    channel: str | None = None
    account: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    mentions: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()


_LENGTH_BYTES = 4
_END_S = 5.0


class _Found(msgspec.Struct, array_like=True, gc=False):
    """The verdict of one post of a batch that has any label."""

    at: int
    labels: tuple[str, ...]
    lang: str
    matches: tuple[Match, ...]


class _Verdicts(msgspec.Struct, array_like=True):
    """The answer to a batch: CPU seconds that it took, and the posts that have any label."""

    seconds: float
    found: list[_Found]


class _GoneError(Exception):
    """The process at the other end has died."""


class Labellers:
    """Engines of the keyword sets in `folders` (none: the built-in ones), in so many processes.

    `accounts` are the handles of the utility's own accounts. A process that dies is replaced, and
    its posts are labelled again. `work_s` counts the CPU seconds of the engines.
    """

    def __init__(
        self, folders: Sequence[Path], processes: int, accounts: Iterable[str] = ()
    ) -> None:
        self.processes = processes
        self.work_s = 0.0
        self._made_of = tuple(folders), tuple(accounts)
        self._all = [_Labeller(*self._made_of) for _ in range(processes)]
        self._asked: set[asyncio.Task[bytes]] = set()

    def start(self) -> None:
        """Load the engines, so that the first posts need not wait.

        Raises:
            LabellingError: they can't be loaded.
        """
        try:
            for one in self._all:
                one.wait()
        except _GoneError:
            raise LabellingError(_ENDED) from None

    async def classify(self, posts: Sequence[Post]) -> list[Verdict]:
        """One verdict for each post, in order, without its id.

        Raises:
            LabellingError: the processes died again and again.
        """
        if not posts:
            return []
        asked = msgspec.msgpack.encode(posts)
        for _ in range(ATTEMPTS):
            one = min(self._all, key=lambda each: each.waiting)
            asking = asyncio.create_task(one.ask(asked))
            self._asked.add(asking)
            asking.add_done_callback(self._asked.discard)
            try:
                # who stops waiting must not stop the talk: the next one would hear the answer
                told = await asyncio.shield(asking)
            except _GoneError:
                self._replace(one)
                continue
            return self._verdicts(told, len(posts))
        raise LabellingError(_ENDED)

    def _verdicts(self, told: bytes, count: int) -> list[Verdict]:
        answer = _decode_answer(told)
        self.work_s += answer.seconds
        verdicts = [_NO_LABEL] * count
        for found in answer.found:
            verdicts[found.at] = Verdict(None, found.labels, found.lang, found.matches)
        return verdicts

    def _replace(self, one: _Labeller) -> None:
        if one in self._all:
            one.close()
            self._all[self._all.index(one)] = _Labeller(*self._made_of)

    def close(self) -> None:
        """End the processes."""
        for one in self._all:
            one.leave()
        for one in self._all:
            one.close()


class _Labeller:
    """One process and the socket to it; asked in order, it answers in order."""

    def __init__(self, folders: Sequence[Path], accounts: Sequence[str]) -> None:
        # spawn: a desk has threads and open sockets, which a fork would copy half
        context = multiprocessing.get_context("spawn")
        self._socket, theirs = socket.socketpair()
        self._process = context.Process(target=_work, args=(folders, accounts, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._sending, self._hearing = asyncio.Lock(), asyncio.Lock()
        self.waiting = 0

    def wait(self) -> None:
        """Block until it has loaded its engine.

        Raises:
            _GoneError: it has ended.
        """
        try:
            _send(self._socket, _NOTHING)
            heard = _hear(self._socket)
        except OSError:
            heard = None
        if heard is None:
            raise _GoneError

    async def ask(self, asked: bytes) -> bytes:
        """The answer to a message.

        Raises:
            _GoneError: it has ended.
        """
        loop = asyncio.get_running_loop()
        self.waiting += 1
        try:
            self._socket.setblocking(False)  # closed, where another batch has found it dead
            async with self._sending:
                await loop.sock_sendall(self._socket, _framed(asked))
            async with self._hearing:  # locks are fair: who has sent first hears first
                length = int.from_bytes(await self._read(loop, _LENGTH_BYTES))
                return await self._read(loop, length)
        except OSError:
            raise _GoneError from None
        finally:
            self.waiting -= 1

    async def _read(self, loop: asyncio.AbstractEventLoop, length: int) -> bytes:
        heard = bytearray()
        while len(heard) < length:
            more = await loop.sock_recv(self._socket, length - len(heard))
            if not more:
                raise _GoneError
            heard += more
        return bytes(heard)

    def leave(self) -> None:
        """Ask no more: at the end of its socket the process ends itself."""
        self._socket.close()

    def close(self) -> None:
        """End the process."""
        self.leave()
        self._process.join(_END_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


_ENDED = (
    "the labelling processes end again and again: the machine may be out of memory;"
    " give fewer --processes"
)
_NOTHING = msgspec.msgpack.encode([])
_decode = msgspec.msgpack.Decoder(list[Asked]).decode
_decode_answer = msgspec.msgpack.Decoder(_Verdicts).decode


def _framed(message: bytes) -> bytes:
    return len(message).to_bytes(_LENGTH_BYTES) + message


def _send(wire: socket.socket, message: bytes) -> None:
    wire.sendall(_framed(message))


def _hear(wire: socket.socket) -> bytes | None:
    """The next message; None at the end."""
    with wire.makefile("rb") as stream:
        return _next(stream)


def _next(stream: BinaryIO) -> bytes | None:
    head = stream.read(_LENGTH_BYTES)
    message = stream.read(int.from_bytes(head))
    return message if len(head) == _LENGTH_BYTES else None


def _work(folders: Sequence[Path], accounts: Sequence[str], wire: socket.socket) -> None:
    """The labelling process: answers until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the desk ends its processes itself
    end_with_parent()
    os.nice(NICE)
    with setting_up():
        engine = Engine(load_packs(*folders), accounts=accounts, memo_chunks=MEMO_CHUNKS)
        engine.classify(["xqzv #xq"])  # of no known language: makes every language ready
    with contextlib.suppress(OSError), wire.makefile("rb") as stream:
        while (asked := _next(stream)) is not None:
            _send(wire, _classified(engine, asked))


def _classified(engine: Engine, asked: bytes) -> bytes:
    begin_s = thread_time()
    verdicts = engine.classify(_decode(asked))
    found = [
        _Found(at, verdict.labels, verdict.lang, verdict.matches)
        for at, verdict in enumerate(verdicts)
        if verdict.labels
    ]
    return msgspec.msgpack.encode(_Verdicts(thread_time() - begin_s, found))
