"""What the form of a text shows, whatever its words are: that it reads like a title, or exclaims.

A title is told by its capitals, as English media write them; those of Italy and Spain seldom do.
"""

from __future__ import annotations

import re

from rules.text import tokens

TITLE_WORDS_MIN = 5
TITLE_LETTERS_MIN = 4
_CAPITALS_MIN = 2, 3
# The one of "#!/" belongs to a web address.
_EXCLAMATION = re.compile("!(?!/)|[¡！❗❕‼⁉]")


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


def _is_title_word(token: str) -> bool:
    if not token[0].isalpha() or "/" in token or token[:4].lower() == "www.":
        return False
    return sum(map(str.isalpha, token)) >= TITLE_LETTERS_MIN
