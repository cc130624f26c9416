"""The URL of X's stream: `x+https://api.x.com?recover=search&languages=en,es`."""

from __future__ import annotations

from typing import Literal, NamedTuple, cast
from urllib.parse import urlsplit

from desk.errors import FeedError, SecretError, choices
from desk.feeds import Options
from desk.feeds.x.rules import Wish
from desk.secret import Secret, read_secret
from desk.serving.address import is_here

STREAM = "/2/tweets/search/stream"
TOKEN = "env:STORMDESK_X_BEARER_TOKEN"  # noqa: S105  where it is found, not what it is
EXPANSIONS = ("author_id", "geo.place_id", "attachments.media_keys")
"""What is asked for beside the posts: X charges users and media that it sends as well."""
ALLOWED = (*EXPANSIONS, "referenced_tweets.id", "referenced_tweets.id.author_id", "none")

Recovery = Literal["none", "search", "backfill"]


class Asked(NamedTuple):
    """What the URL asks for; without `keeps_rules` those at X are left as they are."""

    base: str
    token: Secret
    expansions: tuple[str, ...]
    recovery: Recovery
    keeps_rules: bool
    wish: Wish

    @property
    def here(self) -> bool:
        """Whether the server stands on this machine: then it is no X."""
        return is_here(urlsplit(self.base).hostname or "")


_OPTIONS = ("secret", "expansions", "recover", "rules", "languages", "retweets")


def read_url(url: str, options: Options) -> Asked:
    """What `url` asks for.

    Raises:
        FeedError: an option is unknown or wrong, or there is no token.
    """
    scheme = url.partition(":")[0].removeprefix("x+")
    try:
        parts = urlsplit(f"{scheme}:{options.target}")
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise FeedError(f"can't read the address in '{url}': write x+https://api.x.com") from None
    if not host or parts.username is not None or parts.path.rstrip("/") not in ("", STREAM):
        raise FeedError(f"no address of X's API in '{url}': write x+https://api.x.com")
    for name in options.query:
        if name not in _OPTIONS:
            raise FeedError(f"unknown option '{name}' in '{url}': {choices(name, _OPTIONS)}")
    given = options.query
    try:
        token = read_secret(given.get("secret", TOKEN))
    except SecretError as error:
        raise FeedError(f"the feed {url} needs X's bearer token: {error}") from None
    expansions = _one_of(url, "expansions", given.get("expansions", ",".join(EXPANSIONS)), ALLOWED)
    languages = _one_of(url, "languages", given.get("languages", ""), ("en", "es", "it"))
    recovery = _single(url, "recover", given.get("recover", "none"), ("none", "search", "backfill"))
    return Asked(
        base=f"{scheme}://{parts.netloc}",
        token=token,
        expansions=tuple(each for each in expansions if each != "none"),
        recovery=cast("Recovery", recovery),
        keeps_rules=_single(url, "rules", given.get("rules", "keep"), ("keep", "leave")) == "keep",
        wish=Wish(
            languages,
            _single(url, "retweets", given.get("retweets", "no"), ("yes", "no")) == "yes",
        ),
    )


def _one_of(url: str, name: str, told: str, known: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(filter(None, told.split(",")))
    for each in found:
        if each not in known:
            raise FeedError(f"{name}={each} in '{url}': {choices(each, known)}")
    return found


def _single(url: str, name: str, told: str, known: tuple[str, ...]) -> str:
    if told not in known:
        raise FeedError(f"{name}={told} in '{url}': {choices(told, known)}")
    return told
