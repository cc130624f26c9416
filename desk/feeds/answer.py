"""Bodies of answers and requests, read up to a limit however they are packed.

Unpacking is done here and not by the HTTP library: a kilobyte can unpack to a gigabyte, and each
piece is held back before it does.
"""

from __future__ import annotations

import zlib

import aiohttp

READ_BYTES = 1 << 16
PACKED = "gzip, deflate"
"""What `whole` can unpack, for Accept-Encoding; the session must not do so (auto_decompress)."""
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class TooLongError(Exception):
    """A body that is longer than what was asked for."""


class NotPackedError(Exception):
    """A body that is not packed as its header says."""


async def whole(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """The unpacked body of `answer`.

    Raises:
        TooLongError: it has more than `most_bytes`.
        NotPackedError: it can't be unpacked.
        aiohttp.ClientError, TimeoutError: it broke off.
    """
    packed = await held(answer.content, most_bytes)
    how = answer.headers.get("Content-Encoding", "").strip().lower()
    return packed if how in ("", "identity") else _unpacked(packed, how, most_bytes)


async def held(stream: aiohttp.StreamReader, most_bytes: int) -> bytes:
    """The bytes of a stream to its end; errors as of `whole`."""
    read = bytearray()
    while chunk := await stream.read(READ_BYTES):
        read += chunk
        if len(read) > most_bytes:
            raise TooLongError(f"longer than {most_bytes >> 20} MiB")
    return bytes(read)


def _unpacked(packed: bytes, how: str, most_bytes: int) -> bytes:
    if how not in _WINDOWS:
        raise NotPackedError(f"packed as '{how[:20]}', which was not asked for")
    for window in (_WINDOWS[how], -zlib.MAX_WBITS):  # some servers send deflate without its head
        unpacker = zlib.decompressobj(window)
        try:
            plain = unpacker.decompress(packed, most_bytes + 1)
        except zlib.error:
            continue
        if len(plain) > most_bytes:
            raise TooLongError(f"longer than {most_bytes >> 20} MiB when unpacked")
        if not unpacker.eof:
            raise NotPackedError("packed, and cut off")
        return plain
    raise NotPackedError(f"not packed as {how}")
