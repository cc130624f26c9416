"""What Mastodon's streams and lists bring, as posts.

- An `update` is a post, and so is what it boosts, if that is new.
- A `status.update` is a post of its own where its words have changed ("power is back"): what it
  said before stays said, and was perhaps answered. Other changes are ignored.
- A `notification` of a mention or a quote is a post to the account whose token this is; likes,
  boosts and follows are ignored.
- A `delete` names a status by its number at this instance: it is one that was heard before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

import msgspec

from desk.errors import PostError
from desk.feeds import MOST_RAW_BYTES, Deleted, Fault
from desk.feeds.mastodon.server import age, printable
from desk.feeds.mastodon.status import (
    CHANNEL,
    LONGEST_ID,
    ORIGINAL_WITHIN,
    Conversation,
    Kind,
    Notification,
    Status,
    edited,
    post_of,
    read_record,
    text_of,
)
from desk.post import Post

REMEMBERED = 50_000
ADDRESSED = ("mention", "quote")
"""Notifications that are posts to the account."""

_Value = TypeVar("_Value")


class Said(NamedTuple):
    """A status on its way to be a post: to which account it came, and whether it is a change."""

    status: Status
    account: str | None = None
    change: bool = False


class Taken(NamedTuple):
    """Faults, how many records were ignored, and what was deleted, as of a batch."""

    faults: tuple[Fault, ...]
    ignored: int
    deleted: tuple[Deleted, ...]


class Recent(Generic[_Value]):
    """What was put in last: at least `most` of it, at most twice as much."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._new: dict[str, _Value] = {}
        self._old: dict[str, _Value] = {}

    def __setitem__(self, key: str, value: _Value) -> None:
        self._new[key] = value
        if len(self._new) >= self._most:
            self._old, self._new = self._new, {}

    def get(self, key: str) -> _Value | None:
        """What is known under `key`."""
        found = self._new.get(key)
        return self._old.get(key) if found is None else found


class Statuses:
    """Reads records of the instance of `domain`, whose token is that of `account`.

    `drill` says that a server on this machine is asked: only there is a mark of an exercise taken
    for one. `faults` and `ignored` are as in a batch.
    """

    def __init__(self, domain: str, account: str, *, drill: bool) -> None:
        self.domain = domain
        self.faults: list[Fault] = []
        self._gone: list[str] = []
        self.ignored = 0
        self._marked = False
        self._account = account
        self._drill = drill
        self._addresses: Recent[str] = Recent()
        self._texts: Recent[int] = Recent()

    def heard(self, event: str, data: bytes) -> tuple[str, list[Said]]:
        """What an event of a stream says, and the id of its record; none and '' for many."""
        match event:
            case "update":
                return self.listed(data, Status)
            case "notification":
                return self.listed(data, Notification)
            case "conversation":
                return self.listed(data, Conversation)
            case "status.update":
                _, said = self.listed(data, Status)
                return "", [one._replace(change=True) for one in said]
            case "delete":
                self._delete(data)
            case "":
                self.fault("a message of a stream", "no event", data)
            case _:
                self.ignored += 1
        return "", []

    def _delete(self, data: bytes) -> None:
        """A status is gone: the stream names it by its number here alone."""
        self.ignored += 1
        self._gone.append(data[:LONGEST_ID].decode("utf-8", "replace").strip())

    def listed(self, record: bytes, kind: Kind) -> tuple[str, list[Said]]:
        """What a record of a list says, and its id there."""
        try:
            if kind is Notification:
                return self._notified(read_record(record, Notification))
            if kind is Conversation:
                status = read_record(record, Conversation).last_status
            else:
                status = read_record(record, Status)
        except PostError as error:
            self.fault(kind.__name__.lower(), str(error), record)
            return "", []
        if status is None:
            self.ignored += 1
            return "", []
        account = self._account if kind is Conversation else None
        return status.id, [Said(status, account or None)]

    def _notified(self, notification: Notification) -> tuple[str, list[Said]]:
        if notification.type not in ADDRESSED or notification.status is None:
            self.ignored += 1
            return notification.id, []
        return notification.id, [Said(notification.status, self._account or None)]

    def unknown(self, said: Iterable[Said]) -> list[str]:
        """Take down what was said under which id; the ids of what is answered, and not known."""
        statuses = [status for one in said for status in (one.status, one.status.reblog) if status]
        for status in statuses:
            self._addresses[status.id] = status.uri
        answered = (status.in_reply_to_id for status in statuses)
        wanted = {id_ for id_ in answered if id_ and len(id_) <= LONGEST_ID}
        return sorted((id_ for id_ in wanted if self._addresses.get(id_) is None), key=age)

    def learn(self, asked: list[str], addresses: dict[str, str]) -> None:
        """The `uri` of statuses by their ids here; who is not told is not `asked` for again."""
        for id_ in asked:
            self._addresses[id_] = addresses.get(id_) or self._number(id_)

    def taken(self) -> Taken:
        """What was no post since this was asked last."""
        # one that came just before may be among them: its address is known only now
        addresses = filter(None, map(self._addresses.get, self._gone))
        deleted = tuple(Deleted(CHANNEL, address, self._marked) for address in addresses)
        taken = Taken(tuple(self.faults), self.ignored, deleted)
        self.faults, self.ignored, self._gone = [], 0, []
        return taken

    def posts(self, said: Said) -> Iterator[Post]:
        """What was said, as posts; the first may be one that it boosts."""
        status, original = said.status, said.status.reblog
        self._marked = marked = status.exercise or bool(original and original.exercise)
        try:
            self._check_mark(marked)
            if original is not None and status.created_at - original.created_at < ORIGINAL_WITHIN:
                yield from self._post(Said(original), marked)
            yield from self._post(said, marked)
        except PostError as error:
            self.fault(f"status {status.uri[:200]}", str(error))

    def _check_mark(self, marked: bool) -> None:
        """Nobody elsewhere can talk a real desk into being an exercise, nor bring it one."""
        if marked and not self._drill:
            raise PostError("marked as an exercise by a server that is not on this machine")

    def _post(self, said: Said, exercise: bool) -> Iterator[Post]:
        status = said.status
        post = post_of(status, self.domain, self._reply_to(status), exercise=exercise)
        text = hash(text_of(status.reblog or status))
        before = self._texts.get(post.id)
        self._texts[post.id] = text
        if before == text and (said.change or status.edited_at is not None):
            self.ignored += 1
            return
        if said.change or (status.edited_at is not None and before not in (None, text)):
            post = edited(post, status)
        yield msgspec.structs.replace(post, account=said.account) if said.account else post

    def _reply_to(self, status: Status) -> str | None:
        """The post that is answered; where nobody tells its address, its number here names it."""
        local = status.in_reply_to_id
        if not local:
            return None
        return self._addresses.get(local) or self._number(local)

    def _number(self, id_: str) -> str:
        return f"{self.domain}/{id_[:LONGEST_ID]}"

    def fault(self, what: str, reason: str, raw: bytes = b"") -> None:
        """Note a record that was no post."""
        place = printable(f"{self.domain}: {what}")
        self.faults.append(Fault(place, printable(reason), raw[:MOST_RAW_BYTES]))
