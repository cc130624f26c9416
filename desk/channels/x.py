"""Replies on X: posts of an own account, to who has summoned it.

X has no key that tells attempts of one reply apart. So what may have been published is looked for
among the account's newest posts; and X itself refuses the same words to the same post twice.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, NoReturn

import aiohttp

from desk.accounts import Account
from desk.accounts.account import plain_handle
from desk.channels import Allowance, Errand, FateUnknownError, LaterError, NotSentError
from desk.channels.drill import is_drill
from desk.channels.summons import why_not
from desk.channels.x_server import Server, XError
from desk.feeds.lasting import plainly
from desk.feeds.x.posts import plain
from desk.replies.measure import limit, measure
from desk.secret import Secret

UNREACHED_S = 10.0
NO_CREDITS_S = 900.0
SHOWN_S = 3.0
"""After how long a post surely stands among the newest; X is asked twice, so far apart."""
A_PAGE, MOST_PAGES = 20, 5
TWICE = "duplicate content"

_URL = re.compile(r"https?://\S+")
_NAMED = re.compile(r"^(?:@\w{1,15}\s+)+")
_Trouble = (aiohttp.ClientError, OSError)  # TimeoutError is an OSError


class XChannel:
    """An own account on X; `account.id` is its number there, where it is known."""

    exercise = False

    def __init__(self, account: Account, secret: Secret, *, shown_s: float = SHOWN_S) -> None:
        self._account = account
        self._server = Server(account.server, secret)
        self._shown_s = shown_s
        self._id = ""

    @property
    def allowance(self) -> Allowance | None:
        """What X said last of its rate limit for posts."""
        return self._server.allowance

    async def open(self) -> None:
        """Ask X whose credentials these are.

        Raises:
            NotSentError: X refuses them, or they are somebody else's.
            LaterError: it can't be reached now.
        """
        server = self._server
        try:
            self.exercise = await is_drill(server.http, server.address)
            me = (await server.get("/2/users/me")).get("data")
        except _Trouble as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except XError as error:
            if error.why == "unsure":
                raise LaterError(str(error), UNREACHED_S) from None
            self._refused(error)
        told = me if isinstance(me, dict) else {}
        id_, name = str(told.get("id", "")), str(told.get("username", ""))
        if not id_.isascii() or not id_.isdigit():
            raise LaterError("X does not say whose credentials these are", UNREACHED_S)
        account = self._account
        if (account.id and account.id != id_) or plain_handle(account.handle) != name.lower():
            raise NotSentError(
                f"the credentials are those of @{name[:20]} ({id_}), not of '{account.key}':"
                " change the secret, or the account"
            )
        self._id = id_

    async def send(self, errand: Errand) -> str:
        """Publish a reply; its id.

        Raises:
            NotSentError: it was not published.
            LaterError: it was not, and may be later.
            FateUnknownError: it may have been.
        """
        reply, post = errand.reply, errand.post
        if (length := measure(reply.text, "x")) > limit("x"):
            raise NotSentError(f"the text counts {length} on X, which takes {limit('x')}")
        if post is not None and (reason := why_not(post, self._account)):
            raise NotSentError(reason)
        said: dict[str, Any] = {"text": reply.text}
        if post is not None:
            said["reply"] = {"in_reply_to_tweet_id": post.id}
        try:
            told = (await self._server.post("/2/tweets", said)).get("data")
        except aiohttp.ClientConnectorError as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except _Trouble as error:
            return await self._looked_up(errand, plainly(error))
        except XError as error:
            if error.why == "unsure" or TWICE in str(error):
                return await self._looked_up(errand, str(error))
            self._refused(error)
        id_ = told.get("id") if isinstance(told, dict) else None
        return str(id_) if id_ else await self._looked_up(errand, "X does not say its id")

    async def look_up(self, errand: Errand) -> str | None:
        """The id of a reply that may have been published; None if it surely was not.

        Raises:
            LaterError: X can't be asked now.
            FateUnknownError: it does not tell.
        """
        for again in (False, True):
            if again:
                await asyncio.sleep(self._shown_s)
            found = await self._find(errand)
            if found is not None:
                return found
        return None

    async def close(self) -> None:
        """Let go of connections."""
        await self._server.close()

    async def _looked_up(self, errand: Errand, why: str) -> str:
        """The id of what may just have been published.

        Raises:
            LaterError: it was not.
            FateUnknownError: nobody can tell.
        """
        try:
            found = await self.look_up(errand)
        except LaterError as error:
            raise FateUnknownError(f"{why}; and it can't be looked up: {error}") from None
        if found is not None:
            return found
        if TWICE in why:
            raise NotSentError(f"X takes it for words that were posted before: {why}")
        raise LaterError(f"{why}; it is not among the account's newest posts", UNREACHED_S)

    async def _find(self, errand: Errand) -> str | None:
        asked = {"max_results": str(A_PAGE), "tweet.fields": "referenced_tweets,note_tweet"}
        if errand.post is not None:
            asked["since_id"] = errand.post.id  # an answer is newer than what it answers
        for _ in range(MOST_PAGES):
            try:
                page = await self._server.get(f"/2/users/{self._id}/tweets", **asked)
            except _Trouble as error:
                raise LaterError(plainly(error), UNREACHED_S) from None
            except XError as error:
                if error.why in ("unsure", "limit"):
                    raise LaterError(str(error), error.after_s or UNREACHED_S) from None
                raise FateUnknownError(f"X does not show the account's posts: {error}") from None
            for each in _listed(page.get("data")):
                if _is_it(each, errand):
                    return str(each.get("id"))
            meta = page.get("meta")
            following = meta.get("next_token") if isinstance(meta, dict) else None
            if not isinstance(following, str):
                return None
            asked["pagination_token"] = following
        return None

    def _refused(self, error: XError) -> NoReturn:
        """What a refusal means for the reply: later, or never, and what would mend it."""
        match error.why:
            case "limit":
                raise LaterError(str(error), error.after_s)
            case "credits":
                raise LaterError(f"{error}; add some in X's developer console", NO_CREDITS_S)
            case "token":
                where = self._account.secret or "its secret's place"
                raise NotSentError(f"{error}: put valid ones into {where}")
            case _:
                raise NotSentError(f"X does not take it: {error}")


def _listed(data: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


def _is_it(told: dict[str, Any], errand: Errand) -> bool:
    """Whether a post of the account is this reply: it answers the same with the same words."""
    refers = _listed(told.get("referenced_tweets"))
    to = next((each.get("id") for each in refers if each.get("type") == "replied_to"), None)
    if to != (errand.post.id if errand.post is not None else None):
        return False
    note = told.get("note_tweet")
    text = (note.get("text") if isinstance(note, dict) else None) or told.get("text")
    return isinstance(text, str) and _words(plain(text)) == _words(errand.reply.text)


def _words(text: str) -> str:
    """A text without what X changes in it: addresses, blanks, and who is named in front."""
    return " ".join(_NAMED.sub("", _URL.sub("<url>", text.strip())).split())


def open_x(account: Account, secret: Secret) -> XChannel:
    """The channel of an account on X.

    Raises:
        SettingsError: the secret has not the parts that X wants.
    """
    return XChannel(account, secret)
