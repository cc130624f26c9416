"""Plain text of HTML as posts are written in it: in linear time, whatever it is.

Nothing here is a browser: what comes out is read by rules and painted as text, so a tag that is
broken costs at most some words. Python's own parser takes quadratic time on some broken ones
(CVE-2025-6069).
"""

from __future__ import annotations

import html
import re

_PARAGRAPHS = {"p", "div", "ul", "ol", "blockquote", "pre", "table", "h1", "h2", "h3", "h4", "h5"}
_LINES = {"br", "li", "tr", "hr", "h6", "dt", "dd"}
_UNREAD = {"script", "style", "head", "title"}
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,20})")
_HREF = re.compile(r"""\bhref\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_CLASS = re.compile(r"""\bclass\s*+=\s*+["']([^"']*+)["']""", re.IGNORECASE)
_WHITE = re.compile(r"[\t\r\n\f]++")
_LONG_NUMBER = re.compile(r"&#[xX]?+[0-9a-fA-F]{9,}+;?+")
_UNREAD_END = re.compile(r"</(?:script|style|head|title)", re.IGNORECASE)
_NAMES = ("mention", "hashtag")
_ELLIPSIS = "…"


class _Reader:
    """Text so far, in pieces; `link` is where the words of an open link begin, and its address."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._link: tuple[int, str] | None = None

    def text(self, words: str) -> None:
        self.pieces.append(_plain_words(words))

    def tag(self, tag: str, name: str) -> None:
        closes = tag.startswith("/")
        if name == "a":
            self.end_link()
            if not closes:
                self._begin_link(tag)
        elif name in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif name in _LINES and not closes:
            self.pieces.append("\n- " if name == "li" else "\n")

    def _begin_link(self, tag: str) -> None:
        of_class = _CLASS.search(tag)
        named = of_class is not None and any(name in of_class[1].split() for name in _NAMES)
        href = None if named else _HREF.search(tag)
        if href is not None:
            address = _plain_words(href[1] or href[2] or href[3] or "").strip()
            if address.startswith(("http://", "https://")):
                self._link = len(self.pieces), address

    def end_link(self) -> None:
        """Say where an open link really leads: instead of its words, or behind them."""
        if self._link is None:
            return
        begin, address = self._link
        self._link = None
        words = "".join(self.pieces[begin:])
        shown = _bare(words.strip().removesuffix(_ELLIPSIS))
        if words.lstrip().startswith(("@", "#")):
            return
        whole = address if _bare(address).startswith(shown) else f"{words} ({address})"
        self.pieces[begin:] = [whole]


def plain_text(markup: str) -> str:
    """The words of HTML `markup`: a blank line between paragraphs, links as their real addresses.

    A mention or a hashtag is written as people see it; a link whose words are no address has that
    behind them, in brackets.
    """
    if "<" not in markup and "&" not in markup:
        return _tidy(_WHITE.sub(" ", markup))
    reader = _Reader()
    at = end = 0
    while (start := markup.find("<", at)) >= 0:
        # looked for once: a thousand "<" before one ">" are no thousand searches
        end = end if end > start else markup.find(">", start)
        if end < 0:
            break
        named = _NAME.match(markup, start + 1)
        if named is None and markup[start + 1] not in "!?/":
            reader.text(markup[at : start + 1])  # "a < b"
            at = start + 1
            continue
        reader.text(markup[at:start])
        at = end + 1
        if named is None:
            continue
        name = named[1].lower()
        if name in _UNREAD and markup[start + 1] != "/":
            closing = _UNREAD_END.search(markup, at)
            if closing is None:
                at = len(markup)
                break
            at = closing.start()
        else:
            reader.tag(markup[start + 1 : end], name)
    reader.text(markup[at:])
    reader.end_link()
    return _tidy("".join(reader.pieces))


def _plain_words(words: str) -> str:
    """Characters of entities; a number that none can have is U+FFFD."""
    if "&" in words:
        # each whitespace that is written as an entity is meant
        return html.unescape(_LONG_NUMBER.sub("\ufffd", _WHITE.sub(" ", words)))
    return _WHITE.sub(" ", words)


def _bare(address: str) -> str:
    """An address as people write it: no scheme, no www."""
    return address.removeprefix("https://").removeprefix("http://").removeprefix("www.")


def _tidy(text: str) -> str:
    """Lines without spaces around them, at most one empty between them."""
    lines: list[str] = []
    for line in text.split("\n"):
        kept = line.strip()
        if kept or (lines and lines[-1]):
            lines.append(kept)
    return "\n".join(lines).strip()
