"""What is told of a post whatever its words are: by the form of its text, or by what is around it.

A title is told by its capitals, as English media write them; those of Italy and Spain seldom do.
"""

from __future__ import annotations

import re

from rules.text import PICTURE_HOSTS, tokens

REPOST = "RT @"
TITLE_WORDS_MIN = 5
TITLE_LETTERS_MIN = 4
_CAPITALS_MIN = 2, 3
TITLE_CAPITALS_MIN = -(-TITLE_WORDS_MIN * _CAPITALS_MIN[0] // _CAPITALS_MIN[1])
"""How many words of the shortest title begin with a capital: two thirds of them, rounded up."""
# The one of "#!/" belongs to a web address.
_EXCLAMATION = re.compile("!(?!/)|[¡！❗❕‼⁉]")


class PostFacts(dict[str, bool]):
    """Facts of a post as a whole, by their names: worked out once, where they are asked for.

    Those that hang on the words of its `text` are told elsewhere. `accounts` are the handles of the
    utility's own accounts.
    """

    def __init__(self, text: str, item: object, accounts: frozenset[str]) -> None:
        super().__init__()
        self._text = text
        self._item = item
        self._accounts = accounts

    def __missing__(self, name: str) -> bool:
        holds = self[name] = self._holds(name)
        return holds

    def _holds(self, name: str) -> bool:
        item, text = self._item, self._text
        if name == "headline":
            return is_headline(text)
        if name == "exclaims":
            return exclaims(text)
        if name == "media":
            return bool(getattr(item, "media", None)) or _holds_picture(text)
        if name == "reply":
            return bool(getattr(item, "reply_to", None))
        if name == "repost":
            return bool(getattr(item, "repost_of", None)) or text.startswith(REPOST)
        return bool(getattr(item, "account", None)) or self._mentions_own()

    def _mentions_own(self) -> bool:
        if not self._accounts:
            return False
        named = {
            str(one).lstrip("@").casefold() for one in getattr(self._item, "mentions", ()) or ()
        }
        named |= {token[1:].casefold() for token in tokens(self._text) if token[0] == "@"}
        return not self._accounts.isdisjoint(named)


def is_headline(text: str) -> bool:
    """Whether a text reads like a title.

    It has `TITLE_WORDS_MIN` words or more of at least `TITLE_LETTERS_MIN` letters, links, mentions
    and hashtags aside, and two thirds of them begin with a capital. A shout is none: there each of
    them is in capitals throughout.
    """
    words: list[str] = [token for token in tokens(text) if _is_title_word(token)]
    if len(words) < TITLE_WORDS_MIN or all(map(str.isupper, words)):
        return False
    share, of = _CAPITALS_MIN
    return of * sum(word[0].isupper() for word in words) >= share * len(words)


def exclaims(text: str) -> bool:
    """Whether a text holds an exclamation mark, be it an emoji."""
    return _EXCLAMATION.search(text) is not None


def _holds_picture(text: str) -> bool:
    return "/" in text and any(host in text for host in PICTURE_HOSTS)


def _is_title_word(token: str) -> bool:
    if not token[0].isalpha() or "/" in token or token[:4].lower() == "www.":
        return False
    letters = len(token) if token.isalpha() else sum(map(str.isalpha, token))
    return letters >= TITLE_LETTERS_MIN
