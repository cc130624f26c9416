"""What the instance of a storm knows: its statuses by number, and the lists that it keeps of them.

Who asks is always the utility. Its account follows everybody, so its home has all that was posted.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from desk.post import Author, Post
from simulator.crowd.utility import own_account
from simulator.platforms.mastodon.statuses import (
    Record,
    account,
    account_id,
    acct,
    at,
    name_of,
    post_author,
    status,
    status_id,
    tags_of,
    uri,
)
from simulator.platforms.stage import Stage, Staged

CHANNEL = "mastodon"
HOME, NOTIFICATIONS = "home", "notifications"


class Shelf:
    """Statuses in the order of their numbers, each put there as the storm comes to it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.me: Author = own_account(stage.conductor.day.scene, CHANNEL)
        self.visibility: dict[str, str] = {}
        self._clear()
        self._shelved = lru_cache(4096)(self._read)

    def _clear(self) -> None:
        self._run = self.stage.conductor.run_id
        self._next = 0
        self._order: list[tuple[int, int]] = []
        self._numbers: dict[int, int] = {}
        self._lists: defaultdict[str, list[int]] = defaultdict(list)
        self._notified: dict[int, int] = {}
        self._answers: defaultdict[int, list[int]] = defaultdict(list)
        self._people: dict[str, Author] = {account_id(self.me): self.me}

    def read_on(self) -> None:
        """Put what was posted since on the shelf; a rewound storm begins again."""
        if self._run != self.stage.conductor.run_id:
            self._clear()
            self._shelved.cache_clear()
        for staged in self.stage.read(self._next, channel=CHANNEL):
            self._order.append((staged.number, self._put(staged)))
        self._next = self.stage.end

    def between(self, start: int, stop: int) -> list[int]:
        """The ids of what has the numbers from `start` up to `stop` in the storm."""
        begin, end = (bisect_left(self._order, number, key=_first) for number in (start, stop))
        return [id_ for _, id_ in self._order[begin:end]]

    def _put(self, staged: Staged) -> int:
        id_, author = status_id(staged), post_author(staged.post)
        self._numbers[id_] = staged.number
        self._people.setdefault(account_id(author), author)
        answered = self._answered(staged.post)
        for name in self._lists_of(staged.post, answered):
            held = self._lists[name]
            # almost always the last; a post may be told a little late
            held.insert(len(held) if not held or held[-1] < id_ else bisect_left(held, id_), id_)
        if self._is_told_me(staged.post, answered):
            self._notified[id_] = len(self._notified) + 1
        if answered is not None:
            self._answers[status_id(answered)].append(id_)
        return id_

    def _answered(self, post: Post) -> Staged | None:
        return self.stage.find(post.reply_to) if post.reply_to else None

    def _lists_of(self, post: Post, answered: Staged | None) -> Iterator[str]:
        author = post_author(post)
        yield f"account:{account_id(author)}"
        visibility = self.visibility_of(post)
        if visibility != "direct":
            yield HOME
        if visibility != "public" or post.repost_of:
            return
        where = "local" if "@" not in acct(author) else "remote"
        if answered is None or post_author(answered.post).id == author.id:
            yield from ("public", f"public:{where}")
        for tag in tags_of(post.text):
            yield f"hashtag:{tag}"
            if where == "local":
                yield f"hashtag:local:{tag}"

    def _is_told_me(self, post: Post, answered: Staged | None) -> bool:
        """Whether a post names the utility, or answers it."""
        if post_author(post).id == self.me.id:
            return False
        own = "@".join(name_of(self.me)).lower()
        named = {"@".join(name_of(Author(id="", handle=each))).lower() for each in post.mentions}
        return own in named or (
            answered is not None and post_author(answered.post).id == self.me.id
        )

    def visibility_of(self, post: Post) -> str:
        """Who may see a post."""
        return self.visibility.get(post.id) or post.visibility or "public"

    # What is asked for

    def find(self, id_: str) -> int | None:
        """The number of a status that is known here."""
        self.read_on()
        number = int(id_) if id_.isascii() and id_.isdecimal() and len(id_) < 20 else -1
        return number if number in self._numbers else None

    def by_address(self, address: str) -> int | None:
        """The status at an address of the network, or at that which people see."""
        tail = address.removesuffix("/activity").rpartition("/")[2]
        found = self.find(tail)
        if found is None:
            return None
        staged = self.staged(found)
        name, domain = name_of(post_author(staged.post))
        shown = f"https://{domain}/@{name}/{found}"
        plain = uri(post_author(staged.post), found)
        return found if address.removesuffix("/activity") in (shown, plain) else None

    def staged(self, id_: int) -> Staged:
        """The storm's post behind a status."""
        return next(self.stage.read(self._numbers[id_], self._numbers[id_] + 1))

    def status(self, id_: int) -> Record:
        """A status as the instance tells it."""
        return self._shelved(id_)[0]

    def status_bytes(self, id_: int) -> bytes:
        """The same as JSON."""
        return self._shelved(id_)[1]

    def _read(self, id_: int) -> tuple[Record, bytes]:
        staged = self.staged(id_)
        post = staged.post
        boosted = self.stage.find(post.repost_of) if post.repost_of else None
        told = status(staged, self.visibility_of(post), self._answered(post), boosted)
        told["created_at"] = at(self.stage.shown(CHANNEL, post.created_at))
        return told, msgspec.json.encode(told)

    def lists_of(self, id_: int) -> set[str]:
        """The lists in which a status is."""
        post = self.staged(id_).post
        return set(self._lists_of(post, self._answered(post)))

    def notification_of(self, id_: int) -> Record | None:
        """The notification that a status has caused."""
        number = self._notified.get(id_)
        if number is None:
            return None
        told = self.status(id_)
        return {
            "id": str(number),
            "type": "mention",
            "created_at": told["created_at"],
            "group_key": f"ungrouped-{number}",
            "account": told["account"],
            "status": told,
        }

    def notifications(self) -> list[tuple[int, int]]:
        """The number of each notification, and of its status."""
        self.read_on()
        return [(number, id_) for id_, number in self._notified.items()]

    def listed(self, name: str) -> list[int]:
        """The ids of a list, the oldest first."""
        self.read_on()
        return self._lists.get(name, [])

    def thread(self, id_: int) -> tuple[list[int], list[int]]:
        """What came before a status in its thread, and what followed."""
        before: list[int] = []
        answered = self._answered(self.staged(id_).post)
        while answered is not None and len(before) < 40:
            before.insert(0, status_id(answered))
            answered = self._answered(answered.post)
        after: list[int] = []
        waiting = list(self._answers.get(id_, ()))
        while waiting and len(after) < 60:
            each = waiting.pop(0)
            after.append(each)
            waiting += self._answers.get(each, ())
        return before, sorted(after)

    def person(self, id_: str) -> Record | None:
        """An account by its number."""
        self.read_on()
        author = self._people.get(id_)
        return account(author) if author else None

    def now(self) -> str:
        """The time of the storm day."""
        return at(self.stage.now())


def _first(pair: tuple[int, int]) -> int:
    return pair[0]


def page(
    ids: list[int], limit: int, *, min_id: int | None, since_id: int | None, max_id: int | None
) -> list[int]:
    """A page of ascending `ids`, the newest first (app/models/concerns/paginable.rb).

    `min_id` gives those right behind it, `since_id` the newest that are behind it.
    """
    stop = len(ids) if max_id is None else bisect_left(ids, max_id)
    if min_id is not None:
        start = bisect_right(ids, min_id)
        return ids[start : min(stop, start + limit)][::-1]
    start = 0 if since_id is None else bisect_right(ids, since_id)
    return ids[max(start, stop - limit) : stop][::-1]
