"""What a `meta:` URL asks for: where to listen, and where each secret is found."""

from __future__ import annotations

import os
import time
from typing import NamedTuple
from urllib.parse import urlsplit

from desk.channels.graph import SERVER
from desk.errors import FeedError, SecretError, choices
from desk.feeds import Options
from desk.secret import Secret, read_secret
from desk.serving.address import is_here

APP_SECRET = "STORMDESK_META_APP_SECRET"  # noqa: S105  where it is found
VERIFY_TOKEN = "STORMDESK_META_VERIFY_TOKEN"  # noqa: S105
PAGE_TOKEN = "STORMDESK_META_PAGE_TOKEN"  # noqa: S105
OPTIONS = ("secret", "verify", "token", "graph", "anywhere", "backfill")
MOST_HOURS = 24 * 30
SHAPE = "write meta://127.0.0.1:8443/PATH"


class Target(NamedTuple):
    """Where webhooks come in, and where the page is read; `token` None: it is not."""

    host: str
    port: int
    path: str
    app_secret: Secret
    verify_token: Secret
    token: Secret | None
    graph: str
    backfill_hours: int

    def since_s(self) -> int:
        """The Unix second from which a desk begins that has heard nothing yet; 0 for now."""
        return int(time.time()) - 3600 * self.backfill_hours if self.backfill_hours else 0


def target_of(url: str, options: Options) -> Target:
    """The target of a feed; `url` is never shown with its query: a secret may stand there.

    Raises:
        FeedError: it can't be used.
        SecretError: a secret is not where it is said to be.
    """
    shown = url.partition("?")[0]
    for name in options.query:
        if name not in OPTIONS:
            raise FeedError(f"unknown option '{name}' in '{shown}': {choices(name, OPTIONS)}")
    host, port, path = _address(shown, options.target)
    if not is_here(host) and options.query.get("anywhere") != "yes":
        raise FeedError(
            f"'{shown}' can be reached from other machines, and is not encrypted: {SHAPE} and let a"
            " proxy with a certificate speak to it, or add ?anywhere=yes if the proxy is elsewhere"
        )
    return Target(
        host,
        port,
        path,
        read_secret(options.query.get("secret", f"env:{APP_SECRET}")),
        read_secret(options.query.get("verify", f"env:{VERIFY_TOKEN}")),
        _token(options),
        _graph(shown, options.query.get("graph", SERVER)),
        _hours(shown, options.query.get("backfill", "0")),
    )


def _address(shown: str, target: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port is None or not target.startswith("//"):
        raise FeedError(f"no address to listen on in '{shown}': {SHAPE}")
    if parts.username is not None:
        raise FeedError(f"no user belongs into an address to listen on: {SHAPE}")
    return host, port, parts.path or "/"


def _token(options: Options) -> Secret | None:
    where = options.query.get("token")
    if where is None and not os.environ.get(PAGE_TOKEN, "").strip():
        return None
    try:
        return read_secret(where or f"env:{PAGE_TOKEN}")
    except SecretError as error:
        raise SecretError(f"no token to read what a page missed: {error}") from None


def _graph(shown: str, server: str) -> str:
    try:
        parts = urlsplit(server)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    good = parts.scheme == "https" or (parts.scheme == "http" and is_here(host)) if host else False
    if not good or parts.username is not None or parts.query or parts.fragment:
        raise FeedError(f"graph= in '{shown}' is no server: write graph={SERVER}")
    return server


def _hours(shown: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 4 or int(text) > MOST_HOURS:
        raise FeedError(f"backfill={text[:10]} in '{shown}': write whole hours, up to {MOST_HOURS}")
    return int(text)
