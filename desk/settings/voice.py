"""voice.toml: how the utility speaks, as rules that each reply is held against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from desk.settings.macros import Id, Lang, Text
from desk.settings.policy import Label

Kind = Literal["banned", "required", "promise", "safety", "sign-off", "capitals", "language"]
"""What a rule looks for: words that must not, or must, be there; a time that the desk does not
know; a danger without its safety line; a reply that nobody has signed; shouting; another language
than the customer's."""

_WITH_WORDS = ("banned", "required", "safety")


class VoiceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: `say` tells the agent what is wrong; with `block` it must be mended, else it warns.

    `words` are phrases by language; in them `*` is any end of a word. A place in the text that lies
    within a phrase of `unless` does not count; with `anywhere`, such a phrase excuses all of it.
    `labels` and `channels` say in which cases the rule holds, in all where they are empty; `on` can
    switch it off. `share` is how much of a text may be capitals; `mark` is what a sign-off begins
    with.
    """

    id: Id
    kind: Kind
    say: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    block: bool = False
    on: bool = True
    words: dict[Lang, tuple[Text, ...]] = {}
    unless: dict[Lang, tuple[Text, ...]] = {}
    anywhere: bool = False
    labels: tuple[Label, ...] = ()
    channels: tuple[str, ...] = ()
    share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5
    mark: Annotated[str, msgspec.Meta(min_length=1, max_length=5)] = "^"


class Voice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules, in the order in which their problems are told."""

    rule: tuple[VoiceRule, ...]

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Rules of one id, and rules that could find nothing."""
        seen: set[str] = set()
        for number, rule in enumerate(self.rule):
            at = ("rule", number)
            if rule.id in seen:
                yield (*at, "id"), f"there is another rule '{rule.id}': give it an id of its own"
            seen.add(rule.id)
            if rule.kind in _WITH_WORDS and not any(rule.words.values()):
                yield (*at,), f"rule '{rule.id}' has no words: write [rule.words] with en = […]"
            if rule.kind not in _WITH_WORDS and rule.words:
                yield (*at, "words"), f"a rule of kind '{rule.kind}' has no words: take them out"
            for table in ("words", "unless"):
                for lang, phrases in getattr(rule, table).items():
                    for place, phrase in enumerate(phrases):
                        if not any(char.isalnum() for char in phrase):
                            yield (*at, table, lang, place), f"'{phrase}' has no letters"
