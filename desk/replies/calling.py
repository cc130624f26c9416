"""What a person can be called by in a reply: a first name, or a handle; never what they slipped in.

Names and handles are hostile input: one may be a link, mention somebody else, or turn the line
around. What is not plainly a name or a handle is left out, and the greeting goes without.
"""

from __future__ import annotations

import re

from desk.post import Author

LONGEST_NAME, LONGEST_HANDLE = 20, 60
_HANDLE = re.compile(r"@?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?(?:@[A-Za-z0-9.-]+)?")
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
_TITLES = {"dr", "mr", "mrs", "ms", "prof", "sig", "dott", "ing", "avv", "don", "doña", "sra", "sr"}
_NO_NAMES = {
    *("the", "anonymous", "user", "admin", "official", "support", "news", "breaking", "help"),
    *("account", "deleted", "unknown", "utente", "usuario", "team", "city", "county", "town"),
    *("post", "times", "herald", "journal", "daily", "weather", "radio", "fire", "police"),
    *(
        "energy",
        "electric",
        "dept",
        "department",
        "service",
        "services",
        "office",
        "info",
        "notizie",
    ),
    *("all", "everyone", "everybody", "here", "channel", "tutti", "todos", "storm", "power"),
}


def called(author: Author | None) -> str:
    """The first name of `author`, else the handle with its @; empty where neither can be used."""
    if author is None:
        return ""
    return _first_name(author.name) or _handle(author.handle)


def _first_name(name: str) -> str:
    words = name[:200].split()
    if not 1 < len(words) <= 4:
        return ""
    if not all(_NAME.fullmatch(word) and word.casefold() not in _NO_NAMES for word in words):
        return ""
    first = next((w for w in words if w.rstrip(".").casefold() not in _TITLES), "")
    if not (2 <= len(first) <= LONGEST_NAME and first[0].isupper() and first[-1].isalpha()):
        return ""
    return first if not first.isupper() else first.title()


def _handle(handle: str) -> str:
    if len(handle) > LONGEST_HANDLE or not _HANDLE.fullmatch(handle):
        return ""
    return handle if handle.startswith("@") else f"@{handle}"
