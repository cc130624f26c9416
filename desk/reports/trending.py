"""Terms that many people use now and did not before, and that no rule knows.

A term is a word, a hashtag or two words in a row. Counted are authors, not posts: one who writes it
a hundred times counts once, and so does one text from a hundred accounts; reposts count nothing.
Held against each other are the posts of the last hours and those before, labelled and unlabelled,
as far as they were kept. A term trends when so many authors would hardly use it by chance (the
likelihood ratio of Dunning, Accurate Methods for the Statistics of Surprise and Coincidence, 1993)
and at least twice as large a share of them as before. Places, names of the utility and what a
rule's phrase holds are no news to anybody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log

import msgspec

from desk.post import LabelledPost, Post
from desk.reports.records import Records, Steps
from rules.text import tokens

WINDOW_H, BACKGROUND_H = 2.0, 24.0
MOST_POSTS = 20_000
"""Labelled posts looked at, the newest; the unlabelled ones are those that were kept."""
TERMS_PER_AUTHOR = 400
MOST_TERMS = 300_000
"""Beyond, those of one author are forgotten: there is no trend in them."""
FEWEST_AUTHORS = 5
LEAST_G2 = 15.1
"""Chance alone gets there once in ten thousand terms."""
LEAST_RATIO = 2.0
SHOWN = 30
EXAMPLES = 3
SLICE, TURNED = 300, 2_000
"""Authors whose terms are gathered at a stretch, and posts that are only looked through."""

_WORD = re.compile(r"[^\W\d_][\w'’-]{2,29}$")
_TAG = re.compile(r"[#＃][^\W\d_]\w{2,39}$")
_FOLD = str.maketrans({"’": "'", "＃": "#"})


class Trend(msgspec.Struct, frozen=True, omit_defaults=True):
    """A term: `authors` use it now, `before` is how many did.

    `ratio` is by how much the share has grown, `g2` how surprising that is; `examples` are posts.
    """

    term: str
    authors: int
    before: int
    ratio: float
    g2: float
    first_at: datetime
    examples: tuple[str, ...]
    channels: tuple[str, ...] = ()


class Trending(msgspec.Struct, frozen=True, kw_only=True, tag="trending"):
    """What trends since `since`, the most surprising first; of how many authors, now and before."""

    territory: str
    zone: str
    exercise: bool
    since: datetime
    end: datetime
    authors: int
    authors_before: int
    trends: tuple[Trend, ...]


Known = Callable[[str], bool]
"""Whether a rule knows a term."""


class Side:
    """The terms of one side, by how many authors use them."""

    def __init__(self) -> None:
        self.authors: Counter[str] = Counter()
        self.people = 0

    def add(self, terms: Iterable[str]) -> None:
        """One author with all terms that they used."""
        self.people += 1
        self.authors.update(terms)
        if len(self.authors) > MOST_TERMS:
            self.authors = Counter({term: n for term, n in self.authors.items() if n > 1})


def trending(
    records: Records, known: Known, own: Iterable[str] = (), hours: float = WINDOW_H
) -> Steps[Trending]:
    """What trends in the last `hours`, as steps; `own` are names that are no news.

    Without unlabelled posts of before, the labelled ones alone are the background.
    """
    end = records.clock() or datetime.fromtimestamp(0, UTC)
    since = end - timedelta(hours=hours)
    labelled = yield from records.posts(end - timedelta(hours=BACKGROUND_H), MOST_POSTS)
    sampled = yield from records.sample()
    posts = yield from _told_once([*labelled, *sampled])
    stale = {folded for name in (*records.names.values(), *own) for folded in words_of(name)}
    now_by, before_by = _by_author(posts, since)
    now, before = Side(), Side()
    for side, authors in ((now, now_by), (before, before_by)):
        for number, theirs in enumerate(authors.values(), 1):
            side.add(_terms(theirs, stale))
            if number % SLICE == 0:
                yield
    found = yield from _surprising(now, before)
    chosen = _without_parts([each for each in found if not known(each[0])][: 2 * SHOWN])[:SHOWN]
    examples = yield from _examples(chosen, now_by, stale)
    return Trending(
        territory=records.territory,
        zone=records.zone.key,
        exercise=records.exercise,
        since=since,
        end=end,
        authors=now.people,
        authors_before=before.people,
        trends=tuple(
            _trend(term, g2, ratio, now, before, examples[term]) for term, g2, ratio in chosen
        ),
    )


def _told_once(posts: Iterable[Post]) -> Steps[list[Post]]:
    """The posts without reposts and without copies of a text, the oldest first."""
    seen: set[str] = set()
    kept = []
    for number, post in enumerate(sorted(posts, key=lambda post: (post.created_at, post.id)), 1):
        if number % TURNED == 0:
            yield
        text = " ".join(word for word in post.text[:400].lower().split() if word[0] != "@")
        if post.repost_of is None and text not in seen:
            seen.add(text)
            kept.append(post)
    return kept


def _by_author(
    posts: Sequence[Post], since: datetime
) -> tuple[dict[str, list[Post]], dict[str, list[Post]]]:
    """The posts of each author, from `since` on and before."""
    now: dict[str, list[Post]] = {}
    before: dict[str, list[Post]] = {}
    for post in posts:
        side = now if post.created_at >= since else before
        side.setdefault(post.author_key, []).append(post)
    return now, before


def words_of(text: str) -> list[str]:
    """The words of a text as terms are made of them; '' where two don't belong together."""
    found = []
    for token in tokens(text[:2_000]):
        word = token.translate(_FOLD).lower()
        found.append(word if _WORD.match(word) or _TAG.match(word) else "")
    return found


def _terms(posts: Sequence[Post], stale: set[str]) -> set[str]:
    """The terms of one author, bounded; what a rule has matched in a post is left out."""
    terms: set[str] = set()
    for post in reversed(posts):
        words = [("" if w in stale else w) for w in words_of(_unmatched(post))]
        terms.update(word for word in words if word)
        terms.update(f"{one} {other}" for one, other in pairwise(words) if one and other)
        if len(terms) > TERMS_PER_AUTHOR:
            return set(sorted(terms)[:TERMS_PER_AUTHOR])
    return terms


def _unmatched(post: Post) -> str:
    """The text of a post with a gap for what a rule has matched in it."""
    if not isinstance(post, LabelledPost) or not post.matches:
        return post.text
    text = post.text[:2_000]
    for match in sorted(post.matches, key=lambda match: -match.start):
        text = f"{text[: match.start]} | {text[match.end :]}"
    return text


def _surprising(now: Side, before: Side) -> Steps[list[tuple[str, float, float]]]:
    """(term, g2, ratio) of the terms that trend, the most surprising first."""
    found = []
    for number, (term, authors) in enumerate(now.authors.items(), 1):
        if number % (20 * TURNED) == 0:
            yield
        if authors < FEWEST_AUTHORS:
            continue
        was = before.authors.get(term, 0)
        ratio = ((authors + 0.5) / (now.people + 1)) / ((was + 0.5) / (before.people + 1))
        if ratio < LEAST_RATIO:
            continue
        g2 = _g2(authors, now.people, was, before.people)
        if g2 >= LEAST_G2:
            found.append((term, g2, ratio))
    return sorted(found, key=lambda each: (-each[1], each[0]))


def _g2(a: int, of_a: int, b: int, of_b: int) -> float:
    """How surprising it is that `a` of `of_a` authors use a term where `b` of `of_b` did."""
    share = (a + b) / (of_a + of_b)
    cells = (
        (a, of_a * share),
        (of_a - a, of_a * (1 - share)),
        (b, of_b * share),
        (of_b - b, of_b * (1 - share)),
    )
    return 2 * sum(n * log(n / expected) for n, expected in cells if n and expected)


def _without_parts(found: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """One of a pair of words and its parts: the one that is more surprising."""
    kept: list[tuple[str, float, float]] = []
    for each in found:
        parts = set(each[0].split())
        if not any(parts & set(other[0].split()) for other in kept):
            kept.append(each)
    return kept


def _examples(
    chosen: Sequence[tuple[str, float, float]], now: dict[str, list[Post]], stale: set[str]
) -> Steps[dict[str, list[Post]]]:
    """The posts of now with each of the chosen terms, the newest of each author, newest first."""
    found: dict[str, list[Post]] = {term: [] for term, _, _ in chosen}
    for number, posts in enumerate(now.values(), 1):
        for term in found.keys() & _terms(posts, stale):
            found[term].append(next(p for p in reversed(posts) if term in _terms([p], stale)))
        if number % SLICE == 0:
            yield
    return found


def _trend(term: str, g2: float, ratio: float, now: Side, before: Side, posts: list[Post]) -> Trend:
    order = sorted(posts, key=lambda post: (post.created_at, post.id))
    channels = Counter(post.channel for post in order)
    return Trend(
        term,
        now.authors[term],
        before.authors.get(term, 0),
        round(ratio, 1),
        round(g2, 1),
        order[0].created_at,
        tuple(post.id for post in order[: -EXAMPLES - 1 : -1]),
        tuple(channel for channel, _ in channels.most_common(3)),
    )
