"""Why the rules say of a post what they say, and why the nearest other rules say nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from rules.engine import Engine
from rules.errors import RulesError, choices
from rules.lasting import lasting
from rules.pack import NOTHING, Pack
from rules.scan import Item
from rules.verdict import URGENCY
from rules.workbench.findings import Fired, Missed, as_missed, in_order
from rules.workbench.hearing import Hearing
from rules.workbench.reasons import Reason

NEAREST_TOLD = 5
_ASLEEP = {
    "draft": "it is a draft, and gives labels only with --drafts",
    "retired": "it is retired, and never runs",
}


class Explanation(msgspec.Struct, frozen=True):
    """The labels of a post, the rules that fired, and the nearest ones that did not."""

    text: str
    lang: str
    labels: tuple[str, ...]
    fired: tuple[Fired, ...]
    missed: tuple[Missed, ...]


class Explainer:
    """Rules, ready to be explained; `accounts` and `drafts` are those of `Engine`.

    Rules that do not run (retired ones, and drafts without `drafts`) are judged as if they did, and
    told as missed.
    """

    @lasting()
    def __init__(
        self, packs: Sequence[Pack], *, accounts: Iterable[str] = (), drafts: bool = False
    ) -> None:
        self._rules = {rule.id: rule for pack in packs for rule in pack.rules}
        awake = {"live", "draft"} if drafts else {"live"}
        self._asleep = {rule.id for rule in self._rules.values() if rule.status not in awake}
        contexts = {(one.language, one.name): one for pack in packs for one in pack.contexts}
        accounts = tuple(accounts)
        self._engine = Engine(packs, accounts=accounts, drafts=drafts)
        self._live = [Hearing(matcher, contexts) for matcher in self._engine.matchers]
        self._whole: list[Hearing] = []
        if self._asleep:
            whole = Engine(_awakened(packs), accounts=accounts)
            self._whole = [Hearing(matcher, contexts) for matcher in whole.matchers]

    def explain(
        self, item: str | Item, *, most: int | None = NEAREST_TOLD, rule: str | None = None
    ) -> Explanation:
        """What fires on an item, and the `most` nearest rules that do not (None: all near ones).

        With `rule`, an id, only this rule is told of, however far it is.

        Raises:
            RulesError: no rule has this id.
        """
        if rule is not None and rule not in self._rules:
            raise RulesError(f"unknown rule '{rule}': {choices(rule, self._rules)}")
        text, language, in_play = self._engine.hear(item)
        near = rule is None
        asked = None if near else [str(rule)]
        asleep = self._asleep if near else self._asleep & {str(rule)}
        fired: list[Fired] = []
        missed: list[Missed] = []
        for hearing in self._live:
            would, short = hearing.judge(hearing.view(item, text, language), asked, most, near=near)
            if hearing.matcher in in_play:
                fired += would
                missed += short
            else:
                own = hearing.matcher.language
                foreign = f"the post is in '{language}', and has no word that only '{own}' has"
                missed += (_because(one, foreign) for one in (*map(as_missed, would), *short))
        for hearing in self._whole if asleep else ():
            view = hearing.view(item, text, language)
            would, short = hearing.judge(view, asleep, most, near=near)
            missed += map(self._sleeping, [*map(as_missed, would), *short])
        labels = {one.label for one in fired}
        return Explanation(
            item if isinstance(item, str) else item.text,
            language,
            tuple(sorted(labels - {NOTHING}, key=URGENCY.__getitem__)),
            tuple(in_order(fired)),
            tuple(sorted(missed, key=lambda one: one.rank)[:most]),
        )

    def _sleeping(self, missed: Missed) -> Missed:
        """The same with the status of its rule among what is missing."""
        status = Reason("status", _ASLEEP[self._rules[missed.rule].status])
        return msgspec.structs.replace(missed, missing=(*missed.missing, status))


def _because(missed: Missed, foreign: str) -> Missed:
    """The same with the post's language among what is missing."""
    return msgspec.structs.replace(missed, missing=(*missed.missing, Reason("language", foreign)))


def _awakened(packs: Sequence[Pack]) -> list[Pack]:
    """The packs with every rule at work."""
    return [
        msgspec.structs.replace(
            pack,
            rules=tuple(msgspec.structs.replace(rule, status="live") for rule in pack.rules),
        )
        for pack in packs
    ]
