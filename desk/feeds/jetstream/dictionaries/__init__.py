"""The dictionaries that Jetstream's frames are compressed with; LICENSE.txt says whose they are."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

import zstandard

Name = Literal["legacy_subscribe", "subscribe_events_20260811"]

LEGACY: Name = "legacy_subscribe"
CURRENT: Name = "subscribe_events_20260811"
CURRENT_ID = 20260811
MOST_BYTES = 1 << 20
"""Of a dictionary that a server offers."""
_MAGIC = b"\x37\xa4\x30\xec"


def dictionary_bytes(name: Name) -> bytes:
    """A dictionary as it is shipped."""
    return (files(__name__) / f"{name}.zdict").read_bytes()


class Decompressor:
    """Makes frames readable that were compressed with `dictionary`, none longer than `most_bytes`.

    Raises ValueError where `dictionary` is none.
    """

    def __init__(self, dictionary: bytes, most_bytes: int) -> None:
        if not dictionary.startswith(_MAGIC):
            raise ValueError("this is no zstd dictionary")
        try:
            data = zstandard.ZstdCompressionDict(dictionary)
            self._decompressor = zstandard.ZstdDecompressor(dict_data=data)
        except zstandard.ZstdError as error:
            raise ValueError(f"this is no zstd dictionary: {error}") from None
        self.id = data.dict_id()
        self._most_bytes = most_bytes

    def __call__(self, frame: bytes) -> bytes:
        """The frame as it was before.

        Raises:
            ValueError: it is none, or too long.
        """
        try:
            # the length that a frame claims is allocated before a byte of it is read
            if zstandard.frame_content_size(frame) > self._most_bytes:
                raise ValueError(f"a frame longer than {self._most_bytes >> 20} MiB")
            return self._decompressor.decompress(frame, max_output_size=self._most_bytes)
        except zstandard.ZstdError as error:
            raise ValueError(f"a compressed frame that can't be read: {error}") from None
