"""How the name of an account looks to a hurried reader, whatever it is written with.

Letters of other scripts that look like Latin ones count as those (after the confusables of Unicode
Technical Standard #39), digits and signs as the letters that they stand in for (l0ngleaf), I and l
as one; blanks, dots and underscores count for nothing.
"""

from __future__ import annotations

import re
import unicodedata

_LOOKS = {
    "a": "аαɑ@4ạ",
    "b": "Ьв8ƅ",
    "c": "сϲᴄ",
    "d": "ԁɗ",
    "e": "еёєҽ3€",
    "g": "ɡց",
    "h": "һհн",
    "j": "јϳ",
    "k": "кκ",
    "l": "iІіӏǀ1ıɪιⅼł",
    "m": "мⅿ",
    "n": "ողп",
    "o": "оοσօ0øθ",
    "p": "рρ",
    "q": "ԛգ",
    "r": "гᴦ",
    "s": "ѕꜱ5$",
    "t": "тτ7",
    "u": "υսʋц",
    "v": "νѵᴠ",
    "w": "ԝωшա",
    "x": "хχ×",
    "y": "уγү",
    "z": "ᴢ2",
}
_FOLD = {ord(sign): letter for letter, signs in _LOOKS.items() for sign in signs}
_ASCII = {
    code: _FOLD.get(code, chr(code).lower() if chr(code).isalnum() else None) for code in range(128)
}
_LOWER = {code: _FOLD.get(ord(chr(code).lower()), letter) for code, letter in _ASCII.items()}
_TWICE = re.compile(r"(.)\1+")
_SERVER = re.compile(r"\.(?:bsky\.social|com|org|net|info|biz|co|io|app|eu|us|uk|it|es)$")
MOST_CHARS = 100
"""Of a name or handle: no platform shows more."""


def folded(text: str) -> str:
    """`text` as it looks, in small Latin letters; doubled ones stay."""
    text = text[:MOST_CHARS]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_FOLD))
        text = text.translate(_FOLD).lower().translate(_FOLD)
        text = "".join(char for char in text if char.isalnum())
    return text.translate(_LOWER)


def once(text: str) -> str:
    """Folded `text` with doubled letters written once, and pairs that look like one letter so."""
    return _TWICE.sub(r"\1", text.replace("rn", "m").replace("vv", "w"))


def shown_letters(text: str) -> str:
    """The letters and digits of `text` as they are."""
    return "".join(char for char in text[:MOST_CHARS] if char.isalnum())


def own_part(handle: str) -> str:
    """What somebody has chosen of a handle: not the server that platforms add to it."""
    name = handle.removeprefix("@").partition("@")[0]
    return _SERVER.sub("", name.lower()) and name[: len(_SERVER.sub("", name.lower()))]
