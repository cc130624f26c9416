"""How a text falls into tokens, and how a word is spelled for comparing.

A token is a link, a mention, a hashtag, an HTML entity, a number, a run of question marks or a
word; everything between tokens is ignored. A word holds an English contraction whole ("don't",
"power's") and ends at any other apostrophe, so that Italian elisions ("l'energia") are two words.
"""

from __future__ import annotations

import html
import re
import unicodedata

LINK, MENTION, NUMBER, QUESTION = "<link>", "<mention>", "<number>", "<question>"
START, END = "<start>", "<end>"
MARKS = (LINK, MENTION, NUMBER, QUESTION, START, END)
"""What a phrase may name that is no word."""

# Combining accents, and characters without width that some writers (or spammers) put into words.
_JOINERS = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufe0f"
_LETTER_ENTITY = r"&[A-Za-z]{1,2}(?:grave|acute|circ|tilde|uml|cedil|lig);"
_APOSTROPHE = r"(?:['’‘ʼ´`＇]|&(?:\#0?39|\#[xX]27|apos|rsquo|\#8217);)"
_ENDING = r"(?:[tTsSdDmM]|[rR][eE]|[vV][eE]|[lL][lL]|[eE][mM]|[aA][lL][lL])"

# Both cases are spelled out: the IGNORECASE flag makes the scan twice as slow.
_TOKEN = re.compile(
    rf"""
    (?:[hH][tT][tT][pP][sS]?://|[wW][wW][wW]\.
      |(?:t\.co|bit\.ly|ow\.ly|buff\.ly|goo\.gl|fb\.me|youtu\.be|dlvr\.it|ift\.tt|tinyurl\.com
         |pic\.twitter\.com)/)\S+
  | [^\W\d_]\w*(?:(?:[{_JOINERS}]|{_LETTER_ENTITY})\w*)*(?:{_APOSTROPHE}{_ENDING}(?![^\W_]))?
  | @\w+(?:[.@-]\w+)*
  | [#＃][\w{_JOINERS}]+
  | [?¿？؟]+
  | \d+(?:[.,:]\d+)*(?:[kKmM](?![^\W_]))?
  | {_LETTER_ENTITY}\w*(?:{_LETTER_ENTITY}\w*)*
  | &(?:[A-Za-z]+|\#\d+|\#[xX][0-9A-Fa-f]+);
    """,
    re.VERBOSE,
)

tokens = _TOKEN.findall
"""The tokens of a text, in order, as received."""
token_spans = _TOKEN.finditer
"""The same tokens with their places in the text."""

_IGNORED = re.compile(f"[{_JOINERS}]|{_APOSTROPHE}", re.VERBOSE)
_POSSESSIVE = re.compile(rf"{_APOSTROPHE}[sS]$", re.VERBOSE)
_PIECE = re.compile(r"[^_#＃]+")


def fold(word: str) -> str:
    """`word` without case, accents, apostrophes and width: how words are compared."""
    if word.isascii() and word.isalnum():
        return word.lower()
    if "&" in word:
        word = html.unescape(word)
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    bare = "".join(char for char in spread if not unicodedata.combining(char))
    return _IGNORED.sub("", bare)


def owner(word: str) -> str | None:
    """What stands before a possessive or clipped "'s" ("power's out"), as received."""
    match = _POSSESSIVE.search(word)
    return word[: match.start()] if match else None


def pieces(token: str) -> list[tuple[int, int]]:
    """Spans of the parts of a token that `_` or a hashtag's sign separate."""
    return [match.span() for match in _PIECE.finditer(token)]


def humps(tag: str) -> list[tuple[int, int]]:
    """Spans of the words of a tag in camel case ("PowerOutageDC"), digits apart."""
    starts = [0]
    for i in range(1, len(tag)):
        before, here = tag[i - 1], tag[i]
        ends_capitals = before.isupper() and here.isupper() and tag[i + 1 : i + 2].islower()
        if (
            (here.isupper() and not before.isupper())
            or ends_capitals
            or (here.isdigit() != before.isdigit())
        ):
            starts.append(i)
    return list(zip(starts, [*starts[1:], len(tag)], strict=True)) if tag else []
