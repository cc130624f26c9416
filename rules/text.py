"""How a text falls into tokens, and how a word is spelled for comparing.

A text is a row of chunks between blanks, and no token reaches over a blank. A token is a link, a
mention, a hashtag, an HTML entity, a number, a run of question marks or a word; everything between
tokens is ignored, but for the signs that end a sentence. A word holds an English contraction whole
("don't", "power's") and ends at any other apostrophe, so that Italian elisions ("l'energia") are
two words; it may hold digits and signs that stand for letters ("p0wer", "out@ge").
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
  | [A-Za-z]/[A-Za-z]{{1,3}}(?![\w/.])
  | [^\W\d_]\w*(?:(?:[{_JOINERS}]|{_LETTER_ENTITY}|[@$](?=\w))\w*)*
    (?:{_APOSTROPHE}{_ENDING}(?![^\W_]))?
  | @\w+(?:[.@-]\w+)*
  | [#＃][\w{_JOINERS}]+
  | [?¿？؟]+
  | \d+(?:[.,:]\d+)*[kKmM](?![^\W_])
  | \d+[^\W\d_]\w*
  | \d+(?:[.,:]\d+)*
  | {_LETTER_ENTITY}\w*(?:{_LETTER_ENTITY}\w*)*
  | &(?:[A-Za-z]+|\#\d+|\#[xX][0-9A-Fa-f]+);
    """,
    re.VERBOSE,
)

tokens = _TOKEN.findall
"""The tokens of a text, in order, as received."""
token_spans = _TOKEN.finditer
"""The same tokens with their places in the text."""
chunk_spans = re.compile(r"\S+").finditer
"""What stands between blanks, with its places in the text: the chunks that `str.split` gives."""

_SMALL_AND_BLANK = bytes(
    ord(" ") if chr(byte) in ',;!"()[]{}<>|*~+=' else ord(chr(byte).lower()) if byte < 128 else byte
    for byte in range(256)
)
"""For each byte of UTF-8 the one to read in its place: small letters, blanks for signs."""


def rough_words(text: str) -> list[str]:
    """The words of a text as far as a sum over them goes: without capitals and most signs.

    Only where it may matter (tags, HTML entities) they are the chunks as received. That "Power,",
    "POWER!" and "power" are one word makes far fewer that were never seen.
    """
    if "#" in text or "_" in text or "&" in text or "＃" in text:
        return text.split()
    plain = text.encode("utf-8", "surrogatepass").translate(_SMALL_AND_BLANK)
    small = plain.decode("utf-8", "surrogatepass")
    return small.replace("?", " ? ").replace(". ", " ").replace(": ", " ").split()


LINK_STARTS = ("https://", "http://", "Https://", "Http://", "HTTPS://", "HTTP://")
"""What a chunk begins with that is a link as a whole."""

PICTURE_HOSTS = ("pic.twitter.com/", "instagram.com/p/", "twitpic.com/", "yfrog.com/", "flic.kr/")
"""Links that are pictures, as platforms write them into a text."""

_SENTENCE_END = re.compile(r"[.!?…？؟]")
ABBREVIATIONS = frozenset(
    # streets and titles, months and days, measures, firms; not "no.", which is a sentence here
    """st rd dr mr mrs ms jr sr ave av blvd hwy apt nr vs etc approx inc ltd co corp dept est mt ft
    sra dott vle pza avda col dpto nro tel km min hrs hr jan feb mar apr jun jul aug sep sept oct
    nov dec mon tue tues wed thu thur thurs fri gov sen rep""".split()  # noqa: SIM905 it reads better
)
_SIGNS_IN_HANDLES = str.maketrans("", "", "@._-")
_LEET = str.maketrans("03457$@", "oeastsa")
_LEET_ONE = ("i", "l")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*(?:[kKmM](?![^\W_]))?")
_BETWEEN_SIGNS = re.compile(r"[^@$]+")

_FOLDED_AWAY = frozenset("&'`")
_IGNORED = re.compile(f"[{_JOINERS}]|{_APOSTROPHE}", re.VERBOSE)
_POSSESSIVE = re.compile(rf"{_APOSTROPHE}[sS]$", re.VERBOSE)
_PIECE = re.compile(r"[^_#＃]+")


def fold(word: str) -> str:
    """`word` without case, accents, apostrophes and width: how words are compared."""
    if word.isascii() and (word.isalnum() or _FOLDED_AWAY.isdisjoint(word)):
        return word.lower()
    if "&" in word:
        word = html.unescape(word)
    # Apostrophes first: normalising takes some of them for an accent on a blank.
    bare_word = _IGNORED.sub("", word)
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", bare_word).casefold())
    bare = "".join(char for char in spread if not unicodedata.combining(char))
    return _IGNORED.sub("", bare)


def owner(word: str) -> str | None:
    """What stands before a possessive or clipped "'s" ("power's out"), as received."""
    match = _POSSESSIVE.search(word)
    return word[: match.start()] if match else None


def handle_of(mention: str) -> str:
    """The letters and digits of a mention's handle, folded: how handles are compared."""
    handle = mention[1:]
    return fold(handle if handle.isalnum() else mention.translate(_SIGNS_IN_HANDLES))


def pieces(token: str) -> list[tuple[int, int]]:
    """Spans of the parts of a token that `_` or a hashtag's sign separate."""
    return [match.span() for match in _PIECE.finditer(token)]


def humps(tag: str) -> list[tuple[int, int]]:
    """Spans of the words of a tag in camel case ("PowerOutageDC"), digits apart."""
    if tag.isalpha() and tag[1:].islower():
        return [(0, len(tag))]
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


def ends_sentence(word: str, between: str, following: str) -> bool:
    """Whether a sentence ends with `between`, the signs behind a folded word.

    `following` is the next token of the same chunk, or nothing where a blank follows.
    """
    match = _SENTENCE_END.search(between)
    if match is None:
        return ";" in between
    if between.strip("\"')]}”’»") != ".":
        return True
    if following:
        return following[0].isupper() and len(word) > 2
    return len(word) > 1 and word not in ABBREVIATIONS


def unleet(word: str) -> tuple[str, ...]:
    """What a folded word with digits or signs for letters may be meant to say ("p0wer")."""
    plain = word.translate(_LEET)
    if not plain.replace("1", "i").isalpha():
        return ()
    return tuple(dict.fromkeys(plain.replace("1", letter) for letter in _LEET_ONE))


def number_of(token: str) -> int:
    """How many characters of a token its number takes ("5" of "5pm", all of "1,500" and "50k")."""
    match = _NUMBER.match(token)
    return match.end() if match else 0


def sign_parts(token: str) -> list[tuple[int, int]]:
    """Spans of the parts of a token that @ or $ separate."""
    return [match.span() for match in _BETWEEN_SIGNS.finditer(token)]
