"""Replies on Bluesky: a record in the own account's repository, under a key made of the errand.

The key is the same at each attempt, and a record is only ever made where there is none: whatever
breaks in between, a reply is there once, and can be looked up.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NoReturn

import aiohttp

from desk.accounts import Account
from desk.channels import Allowance, Errand, FateUnknownError, LaterError, NotSentError
from desk.channels.bluesky_record import COLLECTION, Json, mentioned, record, record_key
from desk.channels.bluesky_server import Server, XrpcError
from desk.channels.drill import is_drill
from desk.errors import SettingsError
from desk.feeds.lasting import plainly
from desk.replies.measure import limit, measure
from desk.secret import Secret

UNREACHED_S = 10.0
LIMITED_S = 300.0
REMEMBERED = 1_000
"""Errands whose first attempt is remembered, for what its record said of the time."""
MEND = "make a new app password (Settings, Privacy and security, App passwords) and put it there"

_Trouble = (aiohttp.ClientError, OSError)  # TimeoutError is an OSError


class BlueskyChannel:
    """An own account on Bluesky; `account.id` is its DID, where it is known."""

    exercise = False

    def __init__(self, account: Account, password: Secret) -> None:
        self._account = account
        self._password = password
        name = account.id if account.id.startswith("did:") else account.handle.removeprefix("@")
        self._server = Server(account.server, name, password)
        self._created: dict[str, str] = {}

    @property
    def allowance(self) -> Allowance | None:
        """What the server said last of its rate limit."""
        return self._server.allowance

    async def open(self) -> None:
        """Log in.

        Raises:
            NotSentError: the server refuses the account or its password.
            LaterError: it can't be reached now.
        """
        server = self._server
        try:
            self.exercise = await is_drill(server.http, server.address)
            await server.log_in()
        except _Trouble as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except XrpcError as error:
            if error.is_unsure:
                raise LaterError(str(error), UNREACHED_S) from None
            self._refused(error)

    async def send(self, errand: Errand) -> str:
        """Publish a reply; the address of its record.

        Raises:
            NotSentError: it was not published.
            LaterError: it was not, and may be later.
            FateUnknownError: it may have been.
        """
        text = errand.reply.text
        if (length := measure(text, "bluesky")) > limit("bluesky"):
            raise NotSentError(f"the text has {length} characters: Bluesky takes 300")
        try:
            did = (self._server.session or await self._server.log_in()).did
            reply = await self._answered(errand)
            meant = await self._meant(errand)
        except _Trouble as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except XrpcError as error:
            if error.is_unsure:
                raise LaterError(str(error), UNREACHED_S) from None
            self._refused(error)
        key = record_key(errand.key)
        body = {
            "repo": did,
            "collection": COLLECTION,
            "rkey": key,
            # none may be there: what an attempt before has published is not written again
            "swapRecord": None,
            "record": record(errand, self._created_at(errand), reply, meant),
        }
        try:
            await self._server.post("com.atproto.repo.putRecord", body)
        except aiohttp.ClientConnectorError as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except _Trouble as error:
            return await self._looked_up(errand, plainly(error))
        except XrpcError as error:
            if error.is_unsure:
                return await self._looked_up(errand, str(error))
            if error.name != "InvalidSwap":
                self._refused(error)
        return f"at://{did}/{COLLECTION}/{key}"

    async def look_up(self, errand: Errand) -> str | None:
        """The address of a reply that may have been published; None if it surely was not.

        Raises:
            LaterError: the server can't be asked now.
            FateUnknownError: it can't tell.
        """
        try:
            did = (self._server.session or await self._server.log_in()).did
            key = record_key(errand.key)
            await self._server.get(
                "com.atproto.repo.getRecord", repo=did, collection=COLLECTION, rkey=key
            )
        except _Trouble as error:
            raise LaterError(plainly(error), UNREACHED_S) from None
        except XrpcError as error:
            if error.name == "RecordNotFound":
                return None
            if error.is_unsure or error.name == "RateLimitExceeded":
                raise LaterError(str(error), error.after_s or UNREACHED_S) from None
            raise FateUnknownError(str(error)) from None
        return f"at://{did}/{COLLECTION}/{key}"

    async def close(self) -> None:
        """Let go of connections."""
        await self._server.close()

    async def _looked_up(self, errand: Errand, trouble: str) -> str:
        """The address of a record whose writing was not answered."""
        try:
            address = await self.look_up(errand)
        except LaterError as error:
            raise FateUnknownError(f"{trouble}, and it can't be looked up: {error}") from None
        if address is None:
            raise LaterError(f"{trouble}; it was looked up, and is not there", UNREACHED_S)
        return address

    async def _answered(self, errand: Errand) -> Json | None:
        """The post that is answered and the first of its thread; None for an announcement."""
        if errand.post is None and not errand.reply.to_post:
            return None
        address = errand.post.id if errand.post else errand.reply.to_post
        if not address.startswith("at://"):
            raise NotSentError(
                f"'{address[:80]}' is no post of Bluesky: it can't be answered there"
            )
        known = errand.post.reference if errand.post else None
        if known is not None:
            parent = {"uri": address, "cid": known.cid}
            root = {"uri": known.root, "cid": known.root_cid} if known.root else parent
            return {"root": root, "parent": parent}
        said = await self._server.get("app.bsky.feed.getPosts", uris=address)
        for view in said.get("posts") or ():
            if isinstance(view, dict) and view.get("uri") == address and view.get("cid"):
                parent = {"uri": address, "cid": str(view["cid"])}
                return {"root": _root(view) or parent, "parent": parent}
        raise NotSentError("the post that is answered is no longer there")

    async def _meant(self, errand: Errand) -> dict[str, str]:
        """The DIDs of the handles that a text mentions; of those that nobody has, none."""
        author = errand.post.author if errand.post else None
        meant = {author.handle.lower(): author.id} if author and author.handle else {}
        for handle in mentioned(errand.reply.text):
            if handle in meant:
                continue
            try:
                said = await self._server.get("com.atproto.identity.resolveHandle", handle=handle)
            except XrpcError as error:
                if error.status == 400:
                    continue
                raise
            meant[handle] = str(said.get("did", ""))
        return meant

    def _created_at(self, errand: Errand) -> str:
        """When an errand was first tried, by the clock on the wall."""
        while len(self._created) >= REMEMBERED:
            del self._created[next(iter(self._created))]
        now = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
        return self._created.setdefault(errand.key, now)

    def _refused(self, error: XrpcError) -> NoReturn:
        """What an answer means for a reply, which was not published."""
        if error.name == "RateLimitExceeded" or error.status == 429:
            raise LaterError(f"Bluesky's limit is reached: {error}", error.after_s or LIMITED_S)
        if error.status in {401, 403} or error.name in {"ExpiredToken", "InvalidToken"}:
            where = self._password.where
            mend = f"{MEND} ({where})" if where else MEND
            raise NotSentError(f"Bluesky refuses '{self._account.key}': {error}; {mend}")
        raise NotSentError(f"Bluesky refuses it: {error}")


def _root(view: Json) -> Json | None:
    """The first post of the thread of a post that getPosts has shown."""
    found = view.get("record")
    for name in ("reply", "root"):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, dict) and found.get("uri") and found.get("cid"):
        return {"uri": str(found["uri"]), "cid": str(found["cid"])}
    return None


def open_bluesky(account: Account, password: Secret) -> BlueskyChannel:
    """The channel of an account.

    Raises:
        SettingsError: its handle can't be one of Bluesky's.
    """
    handle = account.handle.removeprefix("@")
    if "." not in handle and not account.id.startswith("did:"):
        raise SettingsError(
            f"'{account.handle}' is no handle of Bluesky's: write it whole, {handle}.bsky.social"
        )
    return BlueskyChannel(account, password)
