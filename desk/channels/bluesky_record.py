"""A reply as the record that Bluesky keeps of it: its key, its text and what the text points to.

Lexicons `app.bsky.feed.post`, `app.bsky.richtext.facet` and `com.atproto.repo.strongRef`; record
keys after atproto.com/specs/tid; links and mentions are found where Bluesky's own app finds them
(packages/api/src/rich-text/detection.ts of bluesky-social/atproto).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from desk.channels import Errand
from desk.replies.measure import is_domain

COLLECTION = "app.bsky.feed.post"
MOST_MENTIONS = 10
"""Each handle that is mentioned is a question to the server."""

_TID = "234567abcdefghijklmnopqrstuvwxyz"
_FIRST_US = 1_577_836_800_000_000
_SPAN_US = 5 * 365 * 86_400_000_000
_MENTION = re.compile(r"(?:^|(?<=[\s(]))@([a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+)")
_LINK = re.compile(
    r"(?:^|(?<=[\s(]))(?:https?://\S+|[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+(?::[0-9]+)?(?:/\S*)?)",
    re.IGNORECASE,
)
_TAG = re.compile(r"(?:^|(?<=\s))[#＃]([^\s#＃]*[^\s#＃\d.,;:!?)\]'\"][^\s#＃.,;:!?)\]'\"]*)")
LONGEST_TAG = 64

Json = dict[str, Any]


def record_key(key: str) -> str:
    """The record key of an errand's `key`: a TID that says nothing but that, the same each time.

    Its microseconds lie between 2020 and 2025: a key of tomorrow might be refused.
    """
    number = int(key, 16)
    us = _FIRST_US + number % _SPAN_US
    bits = us << 10 | (number >> 100) & 1023
    return "".join(_TID[bits >> shift & 31] for shift in range(60, -1, -5))


def record(errand: Errand, created_at: str, reply: Json | None, meant: dict[str, str]) -> Json:
    """What is written; `meant` are the DIDs of the handles that the text mentions."""
    text = errand.reply.text
    made: Json = {"$type": COLLECTION, "text": text, "createdAt": created_at}
    if errand.reply.lang and errand.reply.lang != "und":
        made["langs"] = [errand.reply.lang]
    if reply is not None:
        made["reply"] = reply
    facets = sorted(_facets(text, meant), key=lambda facet: int(facet["index"]["byteStart"]))
    if facets:
        made["facets"] = facets
    if errand.reply.exercise:
        made["exercise"] = True
    return made


def mentioned(text: str) -> list[str]:
    """The handles that a text mentions, in small letters, each once."""
    found = dict.fromkeys(_clean(match[1]) for match in _MENTION.finditer(text))
    return list(found)[:MOST_MENTIONS]


def _clean(handle: str) -> str:
    return handle.rstrip(".-").lower()


def _facets(text: str, meant: dict[str, str]) -> Iterator[Json]:
    for match in _MENTION.finditer(text):
        did = meant.get(_clean(match[1]))
        if did:
            end = match.start() + 1 + len(_clean(match[1]))
            yield _facet(text, match.start(), end, {"$type": f"{_FACET}#mention", "did": did})
    for match in _LINK.finditer(text):
        shown = match[0].rstrip(".,;:!?'\"")
        if shown.endswith(")") and "(" not in shown:
            shown = shown[:-1]
        sure = shown.lower().startswith(("http://", "https://"))
        if not sure and not is_domain(re.split("[:/]", shown)[0]):
            continue
        uri = shown if sure else f"https://{shown}"
        end = match.start() + len(shown)
        yield _facet(text, match.start(), end, {"$type": f"{_FACET}#link", "uri": uri})
    for match in _TAG.finditer(text):
        if len(match[1]) <= LONGEST_TAG:
            tag = {"$type": f"{_FACET}#tag", "tag": match[1]}
            yield _facet(text, match.start(), match.end(), tag)


_FACET = "app.bsky.richtext.facet"


def _facet(text: str, start: int, end: int, feature: Json) -> Json:
    """A part of a text in bytes of UTF-8, half-open, and what it is."""
    first = len(text[:start].encode())
    index = {"byteStart": first, "byteEnd": first + len(text[start:end].encode())}
    return {"index": index, "features": [feature]}
