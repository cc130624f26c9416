"""Replies on Mastodon: a status that names whom it answers, seen by no more people than theirs.

The errand's key is the Idempotency-Key: for an hour the instance knows it again, so the same reply
sent twice is there once. Whether one is there can also be looked up, among the account's statuses.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

import aiohttp
import msgspec

from desk.accounts import Account
from desk.accounts.account import plain_handle
from desk.channels import Allowance, Errand, FateUnknownError, LaterError, NotSentError
from desk.channels.drill import is_drill
from desk.channels.mastodon_server import AnswerError, Json, Server
from desk.channels.wording import mention_of, outgoing
from desk.errors import SettingsError
from desk.feeds.lasting import plainly
from desk.feeds.markup import plain_text
from desk.feeds.mastodon.server import age, printable
from desk.feeds.mastodon.status import Status
from desk.post import Post
from desk.replies.measure import MASTODON_LIMIT, measure
from desk.secret import Secret

UNREACHED_S = 10.0
PAGE, MOST_PAGES = 40, 10
"""Of the account's own statuses, in which a reply is looked up: days, even in a storm."""
EARLIER = timedelta(hours=1)
"""How far the clocks of an instance and a desk may be apart."""
SCOPES = "read:accounts read:statuses read:search write:statuses"
MEND = f"make a token (Preferences, Development) with the scopes {SCOPES}, and put it there"

_NARROWER = {"public": "unlisted", "unlisted": "unlisted", "private": "direct", "direct": "direct"}
"""How an answer is seen: unlisted as replies are; what only followers see, ours must not."""
_LOCAL = re.compile(r"/(?:users/[^/]+|ap/users/[0-9]+|@[^/]+)(?:/statuses)?/([0-9]{1,20})")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NAMED = re.compile(r"(@[\w.-]+)@[\w.-]+")

_Trouble = (aiohttp.ClientError, OSError)  # TimeoutError is an OSError


class MastodonChannel:
    """An own account at the instance at `address`."""

    exercise = False

    def __init__(self, account: Account, token: Secret, address: str) -> None:
        self._account = account
        self._token = token
        self._server = Server(address, token)
        self._domain = ""
        self._id = ""
        self.most_characters = MASTODON_LIMIT

    @property
    def allowance(self) -> Allowance | None:
        """What the instance said last of its rate limit."""
        return self._server.allowance

    async def open(self) -> None:
        """See whose token it is, and how long a status may be there.

        Raises:
            NotSentError: the token is refused, or somebody else's.
            LaterError: the instance can't be reached now.
        """
        server = self._server
        try:
            self.exercise = await is_drill(server.http, server.address)
            about = await self._about()
            who = await server.get("/api/v1/accounts/verify_credentials")
        except _Trouble as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except AnswerError as error:
            self._refused(error)
        host = urlsplit(server.address).netloc
        self._domain = str(about.get("domain") or host).lower()
        self.most_characters = _most_characters(about)
        name = str(who.get("acct") or "") if isinstance(who, dict) else ""
        self._check_name(f"{name}@{self._domain}")
        self._id = str(who.get("id") or "")

    async def send(self, errand: Errand) -> str:
        """Publish a reply; the address of its status.

        Raises:
            NotSentError: it was not published.
            LaterError: it was not, and may be later.
            FateUnknownError: it may have been.
        """
        text = outgoing(errand.reply.text, mention_of(errand.post, "mastodon"))
        if (length := measure(text, "mastodon")) > self.most_characters:
            most = self.most_characters
            raise NotSentError(f"the text has {length} characters: this instance takes {most}")
        try:
            body = await self._body(errand, text)
        except _Trouble as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except AnswerError as error:
            self._refused(error)
        try:
            told = await self._server.post("/api/v1/statuses", body, errand.key)
        except aiohttp.ClientConnectorError as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except _Trouble as error:
            raise FateUnknownError(plainly(error)) from None
        except AnswerError as error:
            if error.is_unsure:
                raise FateUnknownError(str(error)) from None
            if error.status == 404 and errand.post is not None:
                raise NotSentError("the post that is answered is no longer there") from None
            self._refused(error)
        uri = told.get("uri") if isinstance(told, dict) else None
        if not isinstance(uri, str) or not uri:
            raise FateUnknownError("the instance's answer is no status")
        return uri

    async def look_up(self, errand: Errand) -> str | None:
        """The address of a reply that may have been published; None if it surely was not.

        Raises:
            LaterError: the instance can't be asked now.
            FateUnknownError: it has too many statuses of the account since then.
        """
        try:
            if not self._id:
                await self.open()
            parent = await self._number(errand.post) if errand.post else ""
            return await self._found(errand, parent)
        except _Trouble as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except AnswerError as error:
            if error.is_unsure or error.status == 429:
                raise LaterError(str(error), error.after_s or UNREACHED_S) from None
            raise FateUnknownError(str(error)) from None
        except NotSentError as error:
            raise FateUnknownError(str(error)) from None

    async def close(self) -> None:
        """Let go of connections."""
        await self._server.close()

    async def _about(self) -> Json:
        """What the instance says of itself; one that is no Mastodon may not."""
        try:
            about = await self._server.get("/api/v2/instance")
        except AnswerError as error:
            if error.status != 404:
                raise
            return {}
        return about if isinstance(about, dict) else {}

    def _check_name(self, name: str) -> None:
        """The token is that of the account, and of no other."""
        wanted = plain_handle(self._account.handle)
        if plain_handle(name) != (wanted if "@" in wanted else f"{wanted}@{self._domain}"):
            where, shown = self._token.where or "the settings", printable(name)
            raise NotSentError(
                f"the token in {where} is that of {shown}, and not of '{self._account.key}':"
                " change the secret, or the handle"
            )

    async def _body(self, errand: Errand, text: str) -> Json:
        """What is posted: the same at each attempt."""
        body: Json = {"status": text, "visibility": visibility(errand.post)}
        if errand.post is not None:
            body["in_reply_to_id"] = await self._number(errand.post)
        if _LANGUAGE.fullmatch(errand.reply.lang) and errand.reply.lang != "und":
            body["language"] = errand.reply.lang
        return body

    async def _number(self, post: Post) -> str:
        """The number that a post has at the account's own instance, which fetches it if need be.

        Raises:
            NotSentError: it is not known there.
        """
        address, _, _ = post.id.partition("#edited-")
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https"):
            shown = printable(address, 80)
            raise NotSentError(f"'{shown}' is no address of a status: it can't be answered")
        local = _LOCAL.fullmatch(parts.path)
        if local and parts.netloc.lower() == self._domain:
            return local[1]
        said = await self._server.get(
            "/api/v2/search", q=address, resolve="true", type="statuses", limit="1"
        )
        statuses = said.get("statuses") if isinstance(said, dict) else None
        for status in statuses if isinstance(statuses, list) else ():
            if isinstance(status, dict) and status.get("uri") == address and status.get("id"):
                return str(status["id"])
        raise NotSentError("the account's instance does not know the post, and can't fetch it")

    async def _found(self, errand: Errand, parent: str) -> str | None:
        """The address of an errand's status among those of the account, the newest first."""
        text = _words(outgoing(errand.reply.text, mention_of(errand.post, "mastodon")))
        before: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            told = await self._server.get(
                f"/api/v1/accounts/{self._id}/statuses",
                limit=str(PAGE),
                exclude_reblogs="true",
                **before,
            )
            statuses = _statuses(told)
            for status in statuses:
                ours = (status.in_reply_to_id or "") == parent
                if ours and _words(plain_text(status.content or "")) == text:
                    return status.uri
            if not statuses or _is_before(statuses[-1], parent, errand.reply.at):
                return None
            before = {"max_id": statuses[-1].id}
        raise FateUnknownError(f"not among the newest {PAGE * MOST_PAGES} statuses of the account")

    def _refused(self, error: AnswerError) -> NoReturn:
        """What an answer means for a reply, which was not published."""
        if error.status == 429:
            raise LaterError(f"the instance's limit is reached: {error}", error.after_s)
        if error.is_unsure:
            raise LaterError(str(error), UNREACHED_S)
        if error.status in (401, 403):
            where = f" ({self._token.where})" if self._token.where else ""
            raise NotSentError(
                f"the instance refuses '{self._account.key}': {error}; {MEND}{where}"
            )
        raise NotSentError(f"the instance refuses it: {error}")


def visibility(post: Post | None) -> str:
    """Who sees an answer to `post`: never anybody who did not see that; all see an announcement."""
    if post is None:
        return "public"
    return _NARROWER.get(post.visibility or "public", "direct")


def _most_characters(about: Json) -> int:
    found: Any = about
    for name in ("configuration", "statuses", "max_characters"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, int) and found > 0 else MASTODON_LIMIT


def _statuses(told: object) -> list[Status]:
    """The statuses of a list; what is none of them is left out."""
    found = []
    for each in told if isinstance(told, list) else ():
        with suppress(msgspec.ValidationError):
            found.append(msgspec.convert(each, Status))
    return found


def _is_before(status: Status, parent: str, at: datetime) -> bool:
    """Whether a status, and all before it, was there before a reply could be."""
    if parent:
        return age(status.id) <= age(parent)
    return status.created_at < at - EARLIER


def _words(text: str) -> list[str]:
    """The words of a text as the instance gives it back: people without their domains."""
    return _NAMED.sub(r"\1", text).lower().split()


def open_mastodon(account: Account, token: Secret) -> MastodonChannel:
    """The channel of an account, at its `server` or at the domain of its handle.

    Raises:
        SettingsError: it says neither.
    """
    _, _, domain = account.handle.removeprefix("@").partition("@")
    if not account.server and not domain:
        raise SettingsError(
            f"where is '{account.handle}'? Write its handle whole (name@instance), or server"
        )
    return MastodonChannel(account, token, (account.server or f"https://{domain}").rstrip("/"))
