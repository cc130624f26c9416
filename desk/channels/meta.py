"""Replies as comments at Facebook and Instagram, over the Graph API.

Meta knows no key against sending twice: what may have been published is looked for among the
comments of the post, by the page and its words (Meta's "Pages API: comments and mentions",
"Instagram: comment moderation").
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

import aiohttp
import msgspec

from desk.accounts import Account
from desk.channels import Errand, FateUnknownError, LaterError, NotSentError
from desk.channels.drill import is_drill
from desk.channels.graph import SERVER, Graph, GraphError, next_page
from desk.errors import SettingsError
from desk.feeds.lasting import plainly
from desk.feeds.meta.wire import EDITED
from desk.secret import Secret

SETTLE_S = 20.0
"""Wall seconds after which a comment that was taken is seen by whoever asks."""
SLACK = timedelta(minutes=15)
"""By how much the clocks of a desk and of Meta may differ."""
MOST_PAGES = 20
RETRY_S = 30.0
_FIELDS = "id,message,created_time,from{id}"
_MENDS = {
    "token": "make a new Page access token, and put it where 'secret' of the account says",
    "permission": "give the app pages_manage_engagement and pages_read_engagement",
    "gone": "the post is gone, or this page may not see it",
}


class _Own(msgspec.Struct):
    id: str
    name: str = ""
    username: str = ""


class _Comment(msgspec.Struct, rename={"from_": "from"}):
    id: str
    message: str = ""
    text: str = ""
    created_time: str = ""
    timestamp: str = ""
    from_: dict[str, Any] | None = None

    @property
    def at(self) -> datetime | None:
        """When it was published."""
        try:
            return datetime.fromisoformat(self.created_time or self.timestamp)
        except ValueError:
            return None


def meta(account: Account, secret: Secret) -> MetaChannel:
    """The channel of a page, or of an account at Instagram.

    Raises:
        SettingsError: an account at Instagram has no id.
    """
    if account.channel == "instagram" and not account.id:
        raise SettingsError(
            f"'{account.key}' needs id = \"…\", the number of the professional account"
        )
    return MetaChannel(account, secret)


class MetaChannel:
    """One page at Facebook, or one account at Instagram; `secret` is its Page access token."""

    def __init__(self, account: Account, secret: Secret) -> None:
        self.exercise = False
        self._account = account
        self._server = account.server or SERVER
        self._graph = Graph(self._server, secret)
        self._id = account.id
        self._asked_s: dict[str, float] = {}
        self._opened_s = 0.0
        self._quiet_until_s = 0.0

    async def open(self) -> None:
        """Ask the platform whose token this is; errors as of `Channel.open`."""
        path = self._account.id if self._instagram else "me"
        try:
            self.exercise = await is_drill(self._graph.http, self._server)
            asked = "id,username" if self._instagram else "id,name"
            own = msgspec.convert(await self._graph.get(path, fields=asked), _Own)
        except GraphError as error:
            if error.why == "unsure":
                raise LaterError(f"Meta fails: {error}", RETRY_S) from None
            self._refuse(error)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise LaterError(f"Meta can't be asked: {plainly(error)}", RETRY_S) from None
        except msgspec.ValidationError:
            raise NotSentError(f"{self._server} is no Graph API: mend 'server'") from None
        if self._account.id and own.id != self._account.id:
            raise NotSentError(
                f"the token is of page {own.id[:40]}, not of {self._account.id}:"
                " give that page's own, or mend 'id'"
            )
        self._id = own.id
        self._opened_s = time.monotonic()

    async def send(self, errand: Errand) -> str:
        """Publish a comment, or a post of the page; errors as of `Channel.send`."""
        self._check_quiet()
        path = self._path(errand)
        self._asked_s[errand.reply.id] = time.monotonic()
        try:
            said = await self._graph.post(path, message=errand.reply.text)
        except GraphError as error:
            self._refuse(error)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise LaterError(f"Meta can't be reached: {plainly(error)}", RETRY_S) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise FateUnknownError(f"Meta was asked, and {plainly(error)}") from None
        finally:
            self._heed()
        id_ = said.get("id")
        if not isinstance(id_, str) or not id_:
            raise FateUnknownError("Meta has answered without the comment's id")
        self._asked_s.pop(errand.reply.id, None)
        return id_

    async def look_up(self, errand: Errand) -> str | None:
        """Look for a comment of this page with these words; errors as of `Channel.look_up`."""
        self._check_quiet()
        settled_s = self._asked_s.get(errand.reply.id, self._opened_s) + SETTLE_S
        if (early_s := settled_s - time.monotonic()) > 0:
            raise LaterError("Meta may not show yet what it has just been told", early_s)
        try:
            return await self._found(errand)
        except GraphError as error:
            if error.why == "gone":
                return None
            if error.why == "limit":
                raise LaterError(f"Meta asks to wait: {error}", error.after_s) from None
            if error.why == "unsure":
                raise LaterError(f"Meta fails: {error}", RETRY_S) from None
            raise FateUnknownError(f"Meta does not tell: {error}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise LaterError(f"Meta can't be asked: {plainly(error)}", RETRY_S) from None
        finally:
            self._heed()

    async def close(self) -> None:
        """Let go of connections."""
        await self._graph.close()

    @property
    def _instagram(self) -> bool:
        return self._account.channel == "instagram"

    def _path(self, errand: Errand) -> str:
        if errand.post is not None:
            # an id of a post is hostile, and stands in an address here
            id_ = errand.post.id.partition(EDITED)[0]
            if not id_.isascii() or not id_.replace("_", "").isdecimal():
                raise NotSentError(f"'{errand.post.id[:60]}' is no id of a post at Meta")
            return f"{id_}/{'replies' if self._instagram else 'comments'}"
        if self._instagram:
            raise NotSentError("a post at Instagram needs a picture: announce it in the app")
        return f"{self._id}/feed"

    async def _found(self, errand: Errand) -> str | None:
        path = self._path(errand)
        fields = "id,text,timestamp,from{id}" if self._instagram else _FIELDS
        newest_first = {"order": "reverse_chronological", "filter": "stream"}
        sorted_ = newest_first if errand.post is not None and not self._instagram else {}
        asked: dict[str, str] | None = {"fields": fields, "limit": "100", **sorted_}
        since = errand.reply.at - SLACK
        for _ in range(MOST_PAGES):
            if asked is None:
                return None
            said = await self._graph.get(path, **asked)
            comments = list(_comments(said))
            for comment in comments:
                if comment.at is not None and comment.at < since and not self._instagram:
                    return None
                if self._is(comment, errand, since):
                    return comment.id
            asked = next_page(said)
        raise FateUnknownError(f"more than {MOST_PAGES * 100:,} comments since: look for it there")

    def _is(self, comment: _Comment, errand: Errand, since: datetime) -> bool:
        words = comment.message or comment.text
        if words.split() != errand.reply.text.split():
            return False
        if comment.at is None or comment.at < since:
            return False
        if comment.from_ is None:
            raise FateUnknownError("a comment has these words, and Meta does not say whose it is")
        return comment.from_.get("id") == self._id

    def _check_quiet(self) -> None:
        if (wait_s := self._quiet_until_s - time.monotonic()) > 0:
            raise LaterError("nearly all calls that Meta allows this page are used", wait_s)

    def _heed(self) -> None:
        """Ask for nothing while Meta wants to be left alone."""
        self._quiet_until_s = time.monotonic() + self._graph.quiet_s

    def _refuse(self, error: GraphError) -> NoReturn:
        if error.why == "limit":
            raise LaterError(f"Meta asks to wait: {error}", error.after_s) from None
        if error.why in ("unsure", "twice"):
            raise FateUnknownError(f"Meta has answered: {error}") from None
        mend = _MENDS.get(error.why, "")
        raise NotSentError(f"Meta refuses it: {error}{': ' if mend else ''}{mend}") from None


def _comments(said: Mapping[str, Any]) -> list[_Comment]:
    try:
        return msgspec.convert(said.get("data", []), list[_Comment])
    except msgspec.ValidationError:
        raise FateUnknownError("Meta's list of comments can't be read") from None
