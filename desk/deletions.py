"""Posts whose authors have deleted them: their words leave the desk, what they told it stays.

Platforms ask for that of everybody who keeps posts (Bluesky's and Mastodon's streams tell of each
deletion, Meta's webhooks of what is removed). Labels and place stay, since an outage and its
history were built on them; words, pictures and what was found in them go, in the store as well.
"""

from __future__ import annotations

import sqlite3

import msgspec

from desk.feeds import Deleted
from desk.post import LabelledPost, encode

TEXT = "(deleted by its author)"
"""What is shown, and stored, in the place of a deleted post's words."""

WHY_NOT = "the post was deleted by its author: there is nothing left to answer"

EDITED = "#edited-"
"""What stands between the id of a post and the time of a change of it."""

_AFTER = "#edited."
"""Behind all ids of changes: the sign that follows the hyphen."""

TABLE = "(seq INTEGER PRIMARY KEY, id TEXT NOT NULL)"
"""The columns of the table of what was deleted last."""

_post = msgspec.json.Decoder(LabelledPost).decode


def without_words(post: LabelledPost) -> LabelledPost:
    """What is kept of a post that was deleted."""
    return msgspec.structs.replace(
        post, text=TEXT, media=(), mentions=(), matches=(), url=None, deleted=True
    )


class Deletions:
    """Takes the words of posts out of a store; changes of a post go with it.

    Of the sample of unlabelled posts nothing can be taken out: what is deleted there is remembered,
    the newest `most`, and not shown; it goes with its block.
    """

    def __init__(self, db: sqlite3.Connection, most: int) -> None:
        self._db = db
        self._most = most
        self._blanked: list[tuple[int, LabelledPost]] = []

    def take(self, deleted: Deleted) -> None:
        """Let the words of a post go, within the transaction of others."""
        for seq, post in self._kept(deleted):
            if not post.deleted:
                bare = without_words(post)
                self._db.execute("UPDATE posts SET json = ? WHERE seq = ?", (encode(bare), seq))
                self._blanked.append((seq - 1, bare))
        self._db.execute("INSERT INTO deleted (id) VALUES (?)", (deleted.id,))
        self._db.execute(
            "DELETE FROM deleted WHERE seq <= (SELECT max(seq) FROM deleted) - ?", (self._most,)
        )

    def blanked(self) -> list[tuple[int, LabelledPost]]:
        """The posts that have lost their words since the last call, by their numbers."""
        told, self._blanked = self._blanked, []
        return told

    def ids(self, deleted: Deleted) -> list[str]:
        """Under which ids a post, and its changes, are kept with their words."""
        return [post.id for _, post in self._kept(deleted) if not post.deleted]

    def has(self, id_: str) -> bool:
        """Whether a post, or that of which it is a change, was deleted lately."""
        first = id_.partition(EDITED)[0]
        query = "SELECT 1 FROM deleted WHERE id IN (?, ?) LIMIT 1"
        return self._db.execute(query, (id_, first)).fetchone() is not None

    def _kept(self, deleted: Deleted) -> list[tuple[int, LabelledPost]]:
        rows = self._db.execute(
            "SELECT seq, json FROM posts WHERE id = ?1 OR (id >= ?2 AND id < ?3)",
            (deleted.id, f"{deleted.id}{EDITED}", f"{deleted.id}{_AFTER}"),
        ).fetchall()
        posts = ((seq, _post(json)) for seq, json in rows)
        return [(seq, post) for seq, post in posts if post.channel == deleted.channel]
