"""A server of Jetstream that does nothing but send bytes: a process of its own, on its own core."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from wire_stock import Stock

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
_PING, _PONG = 0x89, b"\x8a"
_MASK = slice(2, 6)


class Sender:
    """Sends all of `stock`, as fast as it is read, to each who connects to `port`."""

    def __init__(self, stock: Stock, core: int | None) -> None:
        context = get_context("spawn")
        mine, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(stock, theirs, core), daemon=True)
        self._process.start()
        self.port: int = mine.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.join()


def _serve(stock: Stock, told: Connection, core: int | None) -> None:
    if core is not None:
        os.sched_setaffinity(0, {core})
    frames = Path(stock.path).read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as server:
        told.send(server.getsockname()[1])
        while True:
            client, _ = server.accept()
            with client:
                _tell(client, frames, stock.chunks)


def _tell(client: socket.socket, frames: bytes, chunks: tuple[int, ...]) -> None:
    """One connection, from its handshake until the client leaves."""
    try:
        client.sendall(_upgraded(client))
        turn = threading.Lock()
        answering = threading.Thread(target=_answer, args=(client, turn))
        answering.start()
        begin = 0
        for end in chunks:
            with turn:
                client.sendall(memoryview(frames)[begin:end])
            begin = end
        answering.join()
    except OSError:
        return


def _upgraded(client: socket.socket) -> bytes:
    asked = b""
    while b"\r\n\r\n" not in asked:
        asked += client.recv(4096)
    lines = dict(line.split(b": ", 1) for line in asked.split(b"\r\n") if b": " in line)
    key = next(value for name, value in lines.items() if name.lower() == b"sec-websocket-key")
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %b\r\n\r\n" % accept
    )


def _answer(client: socket.socket, turn: threading.Lock) -> None:
    """Answer pings until the client leaves; other frames of a client mean nothing here."""
    while True:
        try:
            heard = client.recv(4096)
            if not heard:
                return
            for payload in _pings(heard):
                with turn:
                    client.sendall(_PONG + bytes((len(payload),)) + payload)
        except OSError:
            return


def _pings(heard: bytes) -> Iterator[bytes]:
    """What pings hold: a client's frames are masked, and those of control are short."""
    at = 0
    while at + 6 <= len(heard):
        frame = heard[at:]
        size = frame[1] & 0x7F
        mask, masked = frame[_MASK], frame[6 : 6 + size]
        if frame[0] == _PING:
            yield bytes(byte ^ mask[n % 4] for n, byte in enumerate(masked))
        at += 6 + size
