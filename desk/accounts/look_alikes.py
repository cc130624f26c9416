"""Finds accounts that look like own ones among everybody who posts or is mentioned.

Only who was not seen before is looked at, and of those only a name that holds a part of an own one
is compared letter by letter: some microseconds for each new author. Nobody is looked up anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from desk.accounts.account import DID, Account, LookAlikePolicy, Own, plain_handle
from desk.accounts.asks import asks
from desk.accounts.likeness import Likeness, Likenesses
from desk.accounts.look_alike import LookAlike, Standing, Verdict
from desk.digests import Digests
from desk.errors import AccountError, choices
from desk.post import Author, Post

SEEN_HELD = 200_000
"""Accounts that are known to look like nobody; half as many at least."""
HASH = (1 << 63) - 1
"""The bits of a hash by which they are known."""
HELD = 1_000
"""Look-alikes held; of more, those that nobody has judged and that were quiet longest go."""
POSTS_HELD = 10
"""Posts of each that are named as evidence, the newest."""
STANDINGS_HELD = 20
NAME_HELD = 100
"""Characters of a handle or name."""


class LookAlikes:
    """All accounts found so far that look like one of `own`, in bounded memory."""

    def __init__(
        self, own: Iterable[Account] = (), policy: LookAlikePolicy | None = None, held: int = HELD
    ) -> None:
        self.policy = policy or LookAlikePolicy()
        self.version = 0
        self.on = self.policy.on
        self._held = held
        self._found: dict[str, LookAlike] = {}
        self._dirty: set[str] = set()
        self.know(own)

    def know(self, own: Iterable[Account]) -> None:
        """Let these be the own accounts from now on; who was found stays found."""
        self._own = Own(own)
        self._likenesses = Likenesses(self._own.accounts, self.policy.claims)
        self._harmless = {key.lower() for key in self.policy.harmless}
        # by their hash: their names would be 70 MB
        self._like_nobody = Digests(SEEN_HELD)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def unjudged(self) -> int:
        """How many there are of which nobody has said anything."""
        return sum(not one.verdict for one in self._found.values())

    def all(self) -> tuple[LookAlike, ...]:
        """All of them: first those that nobody has judged, the newest in front."""
        order = sorted(self._found.values(), key=lambda one: (one.last_at, one.id), reverse=True)
        return tuple(sorted(order, key=lambda one: ("", "reported", "harmless").index(one.verdict)))

    def find(self, id_: str) -> LookAlike | None:
        """The one of this id."""
        return self._found.get(id_)

    def observe(self, post: Post) -> bool:
        """Look at who wrote `post` and whom it names; whether its author is a look-alike.

        One that people have said to be harmless is none.
        """
        if not self.on or not self._own.accounts:
            return False
        for mention in post.mentions:
            if mention.startswith(DID):
                continue  # an id looks like nobody
            likeness = self._likeness(post.channel, mention)
            if likeness is not None and not likeness.weak:
                self._name(post, mention, likeness)
        author = post.author
        if author is None or not (author.handle or author.name):
            return False  # who has no name looks like nobody
        likeness = self._likeness(post.channel, author.handle, author.name, author.id)
        return likeness is not None and self._tell(post, author, likeness)

    def watch(self, *, on: bool) -> None:
        """Look at everybody from now on, or at nobody."""
        self.on = on
        self.version += 1

    def judge(self, id_: str, verdict: Verdict, by: str, at: datetime) -> LookAlike:
        """Keep what `by` says of one; an empty `verdict` takes back what was said last.

        Raises:
            AccountError: there is none of this id, or nothing was said of it.
        """
        one = self._found.get(id_)
        if one is None:
            raise AccountError(f"no look-alike '{id_}' at this desk: {choices(id_, self._found)}")
        if not verdict and not one.standings:
            raise AccountError(f"nothing was said of {one.handle}: there is nothing to take back")
        said = (*one.standings, Standing(verdict, by, at)) if verdict else one.standings[:-1]
        return self._keep(msgspec.structs.replace(one, standings=said[-STANDINGS_HELD:]))

    def dirty(self) -> dict[str, bytes | None]:
        """What changed since the last call, by id; None for those that left."""
        changed = sorted(self._dirty)
        self._dirty.clear()
        found = ((id_, self._found.get(id_)) for id_ in changed)
        return {id_: msgspec.json.encode(one) if one else None for id_, one in found}

    def restore(self, pieces: Iterable[bytes]) -> None:
        """Go on from the pieces that were stored."""
        for piece in pieces:
            one = msgspec.json.decode(piece, type=LookAlike)
            self._found[one.id] = one
        self.version += 1

    def _likeness(
        self, channel: str, handle: str, name: str = "", id_: str = ""
    ) -> Likeness | None:
        known_by = hash((channel, handle, name, id_)) & HASH
        if known_by in self._like_nobody:
            return None
        likeness = self._compare(channel, handle, name, id_)
        if likeness is None:
            self._like_nobody.add(known_by)
        return likeness

    def _compare(self, channel: str, handle: str, name: str, id_: str) -> Likeness | None:
        likeness = self._likenesses.of(channel, handle, name)
        if likeness is None or f"{channel}:{plain_handle(handle)}" in self._harmless:
            return None
        own = self._own
        mine = own.is_own(channel, Author(id_, handle, name)) if id_ else own.named(channel, handle)
        return None if mine else likeness

    def _tell(self, post: Post, author: Author, likeness: Likeness) -> bool:
        id_ = _id(post.channel, author.handle or author.id)
        one = self._found.get(id_)
        wanted = asks(post.text)
        if one is None:
            # who only may be one must ask for something that no newsroom asks for
            if likeness.weak and not {"money", "message", "secrets"} & set(wanted):
                return False
            one = _new(id_, post, author.handle, likeness)
        self._keep(
            msgspec.structs.replace(
                one,
                name=author.name[:NAME_HELD],
                score=likeness.score,
                differs=likeness.differs,
                first_at=min(one.first_at, post.created_at),
                last_at=max(one.last_at, post.created_at),
                told=one.told + 1,
                posts=(*one.posts, post.id)[-POSTS_HELD:],
                asks=one.asks + tuple(each for each in wanted if each not in one.asks),
            )
        )
        return one.verdict != "harmless"

    def _name(self, post: Post, handle: str, likeness: Likeness) -> None:
        id_ = _id(post.channel, handle)
        one = self._found.get(id_) or _new(id_, post, handle, likeness)
        self._keep(
            msgspec.structs.replace(
                one,
                first_at=min(one.first_at, post.created_at),
                last_at=max(one.last_at, post.created_at),
                named=one.named + 1,
                named_in=(*one.named_in, post.id)[-POSTS_HELD:],
            )
        )

    def _keep(self, one: LookAlike) -> LookAlike:
        self._found[one.id] = one
        self._dirty.add(one.id)
        self.version += 1
        if len(self._found) > self._held:
            self._let_go(one.id)
        return one

    def _let_go(self, new: str) -> None:
        """Forget a tenth: those that nobody has judged first, those quiet longest first."""
        others = (one for one in self._found.values() if one.id != new)
        order = sorted(others, key=lambda one: (bool(one.verdict), one.last_at, one.id))
        for one in order[: max(1, self._held // 10)]:
            del self._found[one.id]
            self._dirty.add(one.id)


def _id(channel: str, handle: str) -> str:
    return f"{channel}:{plain_handle(handle)[:NAME_HELD]}"


def _new(id_: str, post: Post, handle: str, likeness: Likeness) -> LookAlike:
    return LookAlike(
        id=id_,
        channel=post.channel,
        handle=handle.removeprefix("@")[:NAME_HELD],
        account=likeness.account,
        score=likeness.score,
        differs=likeness.differs,
        first_at=post.created_at,
        last_at=post.created_at,
        exercise=post.exercise,
    )
