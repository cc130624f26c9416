"""What the URL of a Mastodon feed asks for: `mastodon+https://INSTANCE/STREAM?…`.

STREAM is public, public/local, public/remote, hashtag?tag=…, hashtag/local?tag=… (several tags with
commas), list?list=…, user, user/notification or direct; options are `transport=websocket`,
`secret=env:NAME|file:PATH` and `back=MINUTES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from desk.errors import FeedError, SecretError, choices
from desk.feeds import Options
from desk.feeds.mastodon.server import Source
from desk.feeds.mastodon.status import Conversation, Notification
from desk.feeds.mastodon.streams import Stream
from desk.secret import Secret, read_secret
from desk.serving.address import is_here

SECRET = "env:STORMDESK_MASTODON_TOKEN"  # noqa: S105  where it is, not what it is
"""Where the token is, unless `?secret=` says otherwise."""
MOST_TAGS = 20
MOST_BACK_MINUTES = 7 * 24 * 60
STREAMS = (
    *("public", "public/local", "public/remote", "hashtag", "hashtag/local"),
    *("list", "user", "user/notification", "direct"),
)
OPTIONS = ("tag", "list", "transport", "secret", "back")
TRANSPORTS = ("sse", "websocket")

HOME = Source("home", "/api/v1/timelines/home")
NOTIFICATIONS = Source(
    "notifications",
    "/api/v1/notifications",
    (("types[]", "mention"), ("types[]", "quote")),
    Notification,
)
CONVERSATIONS = Source("conversations", "/api/v1/conversations", (), Conversation)
_OF_ACCOUNT = {
    "user": (HOME, NOTIFICATIONS),
    "user/notification": (NOTIFICATIONS,),
    "direct": (CONVERSATIONS,),
}
_TAG = re.compile(r"[\w·]{1,100}")
_LIST = re.compile(r"[\w-]{1,64}")


class Wanted(NamedTuple):
    """An instance at `base`, and the lists that each wanted stream goes on from.

    `back_s` says how much of what was there before the first start is read too, in seconds.
    """

    base: str
    streams: dict[Stream, tuple[Source, ...]]
    secret: Secret
    by_socket: bool
    back_s: float

    @property
    def drill(self) -> bool:
        """Whether the server stands on this machine: one elsewhere can be no exercise."""
        return is_here(urlsplit(self.base).hostname or "")

    @property
    def sources(self) -> list[Source]:
        """All lists."""
        return [source for sources in self.streams.values() for source in sources]

    @property
    def of_account(self) -> bool:
        """Whether something of it comes to the account itself."""
        return any(source in (NOTIFICATIONS, CONVERSATIONS) for source in self.sources)


def wanted(url: str, options: Options) -> Wanted:
    """What `url` asks for.

    Raises:
        FeedError: something that can't be had, or no secret.
    """
    base, name = _address(url, options.target)
    query = parse_qsl(url.partition("?")[2], keep_blank_values=True)
    for key, _ in query:
        if key not in OPTIONS:
            raise FeedError(f"unknown option '{key}' in '{url}': {choices(key, OPTIONS)}")
    transport = options.query.get("transport", TRANSPORTS[0])
    if transport not in TRANSPORTS:
        raise FeedError(f"unknown transport in '{url}': {choices(transport, TRANSPORTS)}")
    streams = dict(_streams(url, name, query))
    back_s = _minutes(url, options.query.get("back", "0")) * 60.0
    try:
        secret = read_secret(options.query.get("secret", SECRET))
    except SecretError as error:
        raise FeedError(f"{error} (each stream of Mastodon wants the token of a user)") from None
    return Wanted(base, streams, secret, transport == "websocket", back_s)


def _address(url: str, target: str) -> tuple[str, str]:
    """Scheme and host of an instance, and the name of the stream."""
    scheme = "http" if url.startswith("mastodon+http:") else "https"
    try:
        parts = urlsplit(f"{scheme}:{target}")
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        raise FeedError(f"no instance in '{url}': write mastodon+https://INSTANCE/public")
    if "@" in parts.netloc:
        raise FeedError("no name or password in a feed's URL: the token is found by ?secret=")
    if scheme == "http" and not is_here(host):
        raise FeedError(
            f"the token would go over the network for all to read: write mastodon+https://{host}/…"
        )
    name = parts.path.strip("/")
    if name not in STREAMS:
        raise FeedError(f"unknown stream '{name}' in '{url}': {choices(name, STREAMS)}")
    return f"{scheme}://{parts.netloc}", name


def _streams(
    url: str, name: str, query: list[tuple[str, str]]
) -> Iterator[tuple[Stream, tuple[Source, ...]]]:
    place, _, where = name.partition("/")
    local = ((where, "true"),) if where in ("local", "remote") else ()
    stream = Stream(name.replace("/", ":"))
    parameter = "tag" if place == "hashtag" else place
    values = [value for key, value in query if key == parameter]
    if name in _OF_ACCOUNT:
        yield stream, _OF_ACCOUNT[name]
    elif place == "public":
        yield stream, (Source(stream.name, "/api/v1/timelines/public", local),)
    elif place == "list":
        if len(values) != 1 or not _LIST.fullmatch(values[0]):
            raise FeedError(f"which list? Write list?list=NUMBER in '{url}'")
        source = Source(f"list:{values[0]}", f"/api/v1/timelines/list/{values[0]}")
        yield stream._replace(parameter=("list", values[0])), (source,)
    else:
        tags = [
            tag.strip().removeprefix("#").lower() for value in values for tag in value.split(",")
        ]
        tags = list(dict.fromkeys(tag for tag in tags if tag))
        if not tags or len(tags) > MOST_TAGS or not all(_TAG.fullmatch(tag) for tag in tags):
            raise FeedError(
                f"which hashtags? Write {name}?tag=ONE,ANOTHER in '{url}', at most {MOST_TAGS}"
            )
        for tag in tags:
            source = Source(f"{stream.name}:{tag}", f"/api/v1/timelines/tag/{quote(tag)}", local)
            yield stream._replace(parameter=("tag", tag)), (source,)


def _minutes(url: str, told: str) -> int:
    if not told.isascii() or not told.isdecimal() or int(told[:9]) > MOST_BACK_MINUTES:
        raise FeedError(f"back=MINUTES in '{url}' is a number up to {MOST_BACK_MINUTES}")
    return int(told)
