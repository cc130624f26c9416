"""How long a text is by a channel's own measure, and how long it may be there.

- X: twitter-text's configuration v3: 280, a URL counts 23, an emoji 2, Latin and much else 1, other
  scripts 2; the text is normalised (NFC) first.
- Bluesky: the lexicon `app.bsky.feed.post`: 300 graphemes and 3,000 bytes of UTF-8.
- Mastodon: `StatusLengthValidator`: 500 graphemes, a URL counts 23, of `@name@host` only `@name`;
  a server may allow more.
- Facebook's comments take 8,000 characters, Instagram's 2,200.

Where a platform's reading of a word as a URL can't be told from here, the longer count is taken: a
text that fits here fits there.
"""

from __future__ import annotations

import unicodedata

import regex

URL_LENGTH = 23
"""What a URL counts on X and on Mastodon, however long it is."""

X_LIMIT, BLUESKY_LIMIT, MASTODON_LIMIT = 280, 300, 500
BLUESKY_BYTES_A_UNIT = 10
"""3,000 bytes for 300 graphemes: so one number holds both limits of Bluesky."""

LIMITS = {
    "x": X_LIMIT,
    "bluesky": BLUESKY_LIMIT,
    "mastodon": MASTODON_LIMIT,
    "facebook": 8000,
    "instagram": 2200,
}
OTHER_LIMIT = 5000
"""Of a channel that is not known: no more is read by anybody."""

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that count 1 on X; all others count 2."""

_GRAPHEME = regex.compile(r"\X")
_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Regional_Indicator}|\uFE0F|\u20E3")
_URL = regex.compile(r"https?://[^\s<>\"]+", regex.IGNORECASE)
_DOMAIN = regex.compile(r"(?<![\w@.-])[a-z0-9-]++(?:\.[a-z0-9-]++)++(?:/\S*+)?", regex.IGNORECASE)
_GENERIC = {
    *("com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "name", "pro", "app", "dev"),
    *("energy", "power", "news", "online", "site", "store", "shop", "live", "world", "today"),
    *("social", "cloud", "tech", "xyz", "club", "top", "link", "page", "blog"),
}
_MENTION = regex.compile(r"(@[\w.-]+)@[\w-]+(?:\.[\w-]+)++")


def measure(text: str, channel: str) -> int:
    """The length of `text` as `channel` counts it."""
    match channel:
        case "x":
            return _on_x(unicodedata.normalize("NFC", text))
        case "bluesky":
            return max(graphemes(text), -(-len(text.encode()) // BLUESKY_BYTES_A_UNIT))
        case "mastodon":
            without, urls = _URL.subn("", _MENTION.sub(r"\1", text))
            return graphemes(without) + URL_LENGTH * int(urls)
        case _:
            return len(text)


def limit(channel: str) -> int:
    """The most that a text may measure in `channel`."""
    return LIMITS.get(channel, OTHER_LIMIT)


def graphemes(text: str) -> int:
    """How many characters a reader sees: extended grapheme clusters (UAX #29)."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def _on_x(text: str) -> int:
    count = 0
    rest = text
    for pattern, sure in ((_URL, True), (_DOMAIN, False)):
        pieces, end = [], 0
        for match in pattern.finditer(rest):
            if not sure and not is_domain(match[0]):
                continue
            pieces.append(rest[end : match.start()])
            end = match.end()
            count += URL_LENGTH if sure else max(URL_LENGTH, _weight(match[0]))
        rest = " ".join((*pieces, rest[end:]))
        count -= len(pieces)
    return count + _weight(rest)


def is_domain(word: str) -> bool:
    """Whether X may take a word with a dot in it for a URL: by its last part before a slash."""
    last = word.partition("/")[0].rpartition(".")[2].lower()
    return last.isalpha() and (len(last) == 2 or last in _GENERIC)


def _weight(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(_weight_of(cluster[0]) for cluster in _GRAPHEME.finditer(text))


def _weight_of(cluster: str) -> int:
    if _EMOJI.search(cluster):
        return 2
    return sum(1 if any(a <= ord(c) <= b for a, b in _LIGHT) else 2 for c in cluster)
