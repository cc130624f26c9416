"""Rules of X's filtered stream that bring what a desk would label, by its packs and territory.

A post must hold a word of the packs and tell that it is of the territory; or name, answer or be
from an own account. Each rule is a row of words and a row of places, cut so that as few rules as
possible hold them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import zip_longest
from typing import NamedTuple

from desk.feeds.surroundings import Surroundings
from desk.feeds.x.places import Places, condition, places_of
from desk.feeds.x.words import Room, spellings, wanted_words

MOST_RULES = 1000
LONGEST_RULE = 1024
"""Of X's pay-per-use access; Enterprise may have more and longer ones."""
ROOM = Room(share=0.16, signs=7000)
"""For the words of one language: more of them brings hardly more that is labelled."""
MINE = "stormdesk:"
"""What the tags of these rules begin with: rules without it are somebody else's."""
CORE_ROWS = 3
"""Rows of words, the most worthwhile, that are looked for beside a faint hint of a place."""
NO_RETWEETS = " -is:retweet"
OR = " OR "


class StreamRule(NamedTuple):
    """A rule as X takes it; `tag` comes back with each post that the rule has matched."""

    value: str
    tag: str


class Wish(NamedTuple):
    """What is asked for beside the surroundings; no `languages` are those of all packs.

    `by` says by what kinds of `Places` a post may tell that it is of the territory.
    """

    languages: tuple[str, ...] = ()
    retweets: bool = False
    most_rules: int = MOST_RULES
    longest: int = LONGEST_RULE
    by: tuple[str, ...] = ("named", "there", "home", "faint")


ALL = Wish()


def stream_rules(surroundings: Surroundings, wish: Wish = ALL) -> list[StreamRule]:
    """The rules for `surroundings`, the own accounts first; the same always gives the same."""
    packs = [
        pack for pack in surroundings.packs if not wish.languages or pack.language in wish.languages
    ]
    languages = [pack.language for pack in packs]
    places = places_of(surroundings.territory, surroundings.accounts, languages)
    written = spellings(packs, surroundings.vocabularies)
    words = _words([wanted_words(pack, ROOM) for pack in packs], written)
    tail = "" if wish.retweets else NO_RETWEETS
    rules = [_rule("own", row + tail) for row in _rows(places.own, wish.longest - len(tail))]
    told = places._replace(**{kind: () for kind in ALL.by if kind not in wish.by})
    left = wish.most_rules - len(rules)
    return rules + _crossed(words, told, wish.longest - len(tail), left, tail)


def _rule(kind: str, value: str) -> StreamRule:
    return StreamRule(value, f"{MINE}{kind}:{blake2b(value.encode(), digest_size=4).hexdigest()}")


def _crossed(
    words: Sequence[str], places: Places, longest: int, most: int, tail: str
) -> list[StreamRule]:
    """Each row of words with each row of places, the rows cut where that takes fewest rules.

    Where they are more than `most`, the words that are worth least go.
    """
    kinds = (("named", places.named), ("there", places.there), ("home", places.home))
    room_for_both = longest - len("() ()")
    crossed: list[list[tuple[str, str, str]]] = []
    for room in range(longest // 4, 3 * longest // 4, 16):
        rows = _rows(words, room)
        sure = [(kind, row) for kind, each in kinds for row in _rows(each, room_for_both - room)]
        faint = [("faint", row) for row in _rows(places.faint, room_for_both - room)]
        if sure:
            rows = rows[: max(1, most // len(sure))]
        pairs = [(kind, place, row) for kind, place in sure for row in rows]
        pairs += [(kind, place, row) for kind, place in faint for row in rows[:CORE_ROWS]]
        crossed.append(pairs)
    fewest = min(crossed, key=len)[:most]
    return [_rule(kind, f"({row}) ({place}){tail}") for kind, place, row in fewest]


def _words(found: Iterable[Sequence[str]], written: Mapping[str, set[str]]) -> list[str]:
    """Conditions for the words of all languages in turn, the most worthwhile first."""
    rows = [[sign for word in words for sign in _written(word, written)] for words in found]
    in_turn = (sign for turn in zip_longest(*rows) for sign in turn if sign)
    return list(dict.fromkeys(in_turn))


def _written(word: str, written: Mapping[str, set[str]]) -> list[str]:
    """A folded word as people write it: X tells `apagon` from `apagón`."""
    forms = (condition(form) for form in (word, *sorted(written.get(word, ()))))
    # of "power's" X looks for two words in a row, and one of them is wanted itself
    return [form for form in forms if form and '"' not in form]


def _rows(conditions: Sequence[str], longest: int) -> list[str]:
    """The conditions joined by OR, in as few rows as hold them in their order."""
    rows: list[str] = []
    for each in conditions:
        if rows and len(rows[-1]) + len(OR) + len(each) <= longest:
            rows[-1] += OR + each
        else:
            rows.append(each)
    return rows
