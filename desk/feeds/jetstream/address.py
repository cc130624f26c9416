"""The URL of a Jetstream feed: which servers, which version, and what is wanted of them.

`jetstream+wss://HOST[/PATH][?OPTION=…]`; the path `/xrpc/network.bsky.jetstream.subscribeEvents` or
`version=2` asks for version 2, all else is version 1 at `/subscribe`.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from desk.errors import FeedError, choices
from desk.feeds.jetstream.frames import COLLECTION, Version

V1_PATH = "/subscribe"
V2_METHOD = "network.bsky.jetstream.subscribeEvents"
V2_PATH = f"/xrpc/{V2_METHOD}"
DICTIONARY_PATH = "/xrpc/network.bsky.jetstream.getZstdDictionary"

MOST_COLLECTIONS = 100
MOST_DIDS = 10_000
MOST_MESSAGE_BYTES = 1 << 20
"""Asked for where nothing else is: no post is as long, and one that is never comes."""
LONGEST_QUERY = 4_000
"""Beyond it filters are sent when the connection stands: no server takes a URL of any length."""

_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_OPTIONS = ("version", "also", "cursor", "compress", "maxMessageSizeBytes", "wantedCollections")
_ALL = (*_OPTIONS, "wantedDids")
_ONCE = _ALL[:5]


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where to connect and what for; `hosts` are tried one after the other.

    `cursor` is where a desk begins that has heard nothing yet: 0 is the oldest that a server has,
    None is now.
    """

    version: Version
    scheme: str
    hosts: tuple[str, ...]
    path: str
    collections: tuple[str, ...]
    dids: tuple[str, ...]
    most_bytes: int
    compress: bool
    cursor: int | None

    def url(self, host: str, cursor: int | None, dictionary: int | None) -> str:
        """What to connect to at `host`, from `cursor` on."""
        query: list[tuple[str, str]] = []
        if cursor is not None:
            query.append(("cursor", str(cursor)))
        query.append(("maxMessageSizeBytes", str(self.most_bytes)))
        if self.version == 1:
            if self.compress:
                query.append(("compress", "true"))
            query += [("requireHello", "true")] if self.says_hello else self._filters()
        else:
            if dictionary is not None:
                query.append(("zstdDictionary", str(dictionary)))
            query += self._filters()
        return f"{self.scheme}://{host}{self.path}?{urlencode(query)}"

    def dictionary_url(self, host: str) -> str:
        """Where `host` keeps its current dictionary."""
        return f"{self.scheme.replace('ws', 'http')}://{host}{DICTIONARY_PATH}"

    @property
    def says_hello(self) -> bool:
        """Whether the filters are too many for a URL; only version 1 can be told them later."""
        return self.version == 1 and len(urlencode(self._filters())) > LONGEST_QUERY

    def hello(self) -> bytes:
        """The message that tells the filters."""
        payload = {
            "wantedCollections": self.collections,
            "wantedDids": self.dids,
            "maxMessageSizeBytes": self.most_bytes,
        }
        return msgspec.json.encode({"type": "options_update", "payload": payload})

    def _filters(self) -> list[tuple[str, str]]:
        collections, dids = (
            ("wantedCollections", "wantedDids") if self.version == 1 else ("collections", "dids")
        )
        return [(collections, one) for one in self.collections] + [(dids, one) for one in self.dids]


def read_address(url: str) -> Address:
    """What the feed URL `url` asks for.

    Raises:
        FeedError: something in it can't be.
    """
    try:
        parts = urlsplit(url.removeprefix("jetstream+"))
        given = parse_qsl(parts.query, keep_blank_values=True)
        host, secret = parts.netloc, parts.username or parts.password
        _ = parts.port
    except ValueError as error:
        raise FeedError(f"can't read the feed '{url}': {error}") from None
    if not parts.hostname or parts.scheme not in {"ws", "wss"}:
        raise FeedError(f"no server in '{url}': write jetstream+wss://HOST")
    if secret is not None:
        raise FeedError(f"a name before '@{parts.hostname}': Jetstream asks for none, leave it out")
    options: dict[str, list[str]] = {}
    for name, value in given:
        if name not in _ALL:
            raise FeedError(f"unknown option '{name}' in '{url}': {choices(name, _ALL)}")
        options.setdefault(name, []).append(value)
    for name in _ONCE:
        if len(options.get(name, ())) > 1:
            raise FeedError(f"'{name}' is given twice in '{url}': once is enough")
    once = {name: values[0] for name, values in options.items() if name in _ONCE}
    version, path = _version(url, parts.path, once.get("version"))
    others = [each.strip() for each in once.get("also", "").split(",") if each.strip()]
    for each in others:
        if not _HOST.fullmatch(each):
            raise FeedError(f"also={each} in '{url}': write HOST or HOST:PORT, with commas between")
    return Address(
        version=version,
        scheme=parts.scheme,
        hosts=tuple(dict.fromkeys((host, *others))),
        path=path,
        collections=_list(url, options, "wantedCollections", MOST_COLLECTIONS) or (COLLECTION,),
        dids=_list(url, options, "wantedDids", MOST_DIDS),
        most_bytes=_number(url, once, "maxMessageSizeBytes") or MOST_MESSAGE_BYTES,
        compress=_yes(url, once, "compress"),
        cursor=_number(url, once, "cursor"),
    )


def _version(url: str, path: str, said: str | None) -> tuple[Version, str]:
    if said not in {None, "1", "2"}:
        raise FeedError(f"version={said} in '{url}': there are 1 and 2")
    by_path = 2 if path.endswith(V2_METHOD) else 1 if path.strip("/") else None
    if said is not None and by_path not in {None, int(said)}:
        raise FeedError(f"version={said} in '{url}': '{path}' is of the other; leave one out")
    if by_path == 2 or said == "2":
        return 2, path if by_path else V2_PATH
    return 1, path if by_path else V1_PATH


def _list(url: str, options: dict[str, list[str]], name: str, most: int) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(each for each in options.get(name, ()) if each))
    if len(values) > most:
        raise FeedError(f"{len(values)} {name} in '{url[:80]}…': a server takes {most} at most")
    return values


def _number(url: str, once: dict[str, str], name: str) -> int | None:
    value = once.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdecimal() or len(value) > 16:
        raise FeedError(f"{name}={value} in '{url}': it must be a number of at most 16 digits")
    return int(value)


def _yes(url: str, once: dict[str, str], name: str) -> bool:
    value = once.get(name, "false")
    if value not in {"true", "false"}:
        raise FeedError(f"{name}={value} in '{url}': it is true or false")
    return value == "true"
