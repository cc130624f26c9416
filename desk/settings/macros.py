"""macros.toml: canned replies and announcements, by language, with places to be filled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from desk.errors import choices
from desk.settings.policy import Label

Lang = Literal["en", "it", "es"]
"""Languages of replies: those of the rules."""

Mode = Literal["calm", "storm"]
When = Literal["outage", "no-outage", "etr", "no-etr", "restored"]
"""What must be known of a customer's outage: whether it is open or over, and has a time."""

PLACEHOLDERS = (
    *("name", "place", "outage", "etr", "crews", "safety", "since", "utility", "emergency"),
)
PLACEHOLDER = re.compile(r"\{([^{}\s]{1,40})\}")
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=5000)]
Cue = Annotated[str, msgspec.Meta(min_length=2, max_length=40)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class Home(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a territory lies, by the begin of its time zone's name: `zone` "" is anywhere.

    `language` is that of a customer whose own is not known; `emergency` is the number to call.
    """

    zone: str
    language: Lang
    emergency: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


class Macro(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A canned reply: `text` by language, `storm` its shorter form for the storm mode.

    Empty `channels`, `modes` and `labels` mean all of them; `when` says what must be known of the
    customer's outage. A `loop` macro tells people who were promised a time that power is back, an
    `update` those who were promised another time than the one known now. An `announcement` is for
    everybody. Of macros for the same labels those come first of whose `cues`, the begins of words
    by language, the customer's post has one.
    """

    id: Id
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    text: dict[Lang, Text]
    storm: dict[Lang, Text] = {}
    channels: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()
    labels: tuple[Label, ...] = ()
    when: tuple[When, ...] = ()
    loop: bool = False
    update: bool = False
    cues: dict[Lang, tuple[Cue, ...]] = {}
    announcement: bool = False

    def written(self, lang: str, mode: str) -> str:
        """The text in a language and mode; empty where there is none in that language."""
        forms = self.text | self.storm if mode == "storm" else self.text
        return next((text for known, text in forms.items() if known == lang), "")


class Macros(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All macros, and the words that fill the same place in each of them.

    `utility` is what the utility calls itself, `safety` the line for dangers, both by language;
    `{emergency}` in it is the number of the first `home` that fits the territory.
    """

    utility: dict[Lang, Text]
    safety: dict[Lang, Text]
    home: Annotated[tuple[Home, ...], msgspec.Meta(min_length=1)]
    macro: tuple[Macro, ...]

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Macros of one id, places that nothing fills, a language without its safety line."""
        if self.home[-1].zone:
            yield ("home",), "the last 'home' is for every other zone: write zone = \"\" there"
        for table in ("utility", "safety"):
            for lang in ("en", "it", "es"):
                if lang not in getattr(self, table):
                    yield (table,), f"'{table}' has no '{lang}': write {lang} = …"
        seen: set[str] = set()
        for number, macro in enumerate(self.macro):
            at = ("macro", number)
            if macro.id in seen:
                yield (*at, "id"), f"there is another macro '{macro.id}': give it an id of its own"
            seen.add(macro.id)
            yield from _faults(macro, at)

    def at_home(self, zone: str) -> Home:
        """Where a territory of this time zone lies."""
        return next(home for home in self.home if zone.startswith(home.zone))

    def find(self, id_: str) -> Macro | None:
        """The macro of this id."""
        return next((macro for macro in self.macro if macro.id == id_), None)


def _faults(macro: Macro, at: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if not macro.text:
        yield (*at, "text"), f"macro '{macro.id}' has no text: write it in one language at least"
    for form in ("text", "storm"):
        texts: dict[str, str] = getattr(macro, form)
        for lang, text in texts.items():
            if form == "storm" and lang not in macro.text:
                yield (*at, form, lang), f"no 'text' in '{lang}': write that one first"
            for found in PLACEHOLDER.finditer(text):
                if found[1] not in PLACEHOLDERS:
                    words = f"unknown place '{{{found[1]}}}': {choices(found[1], PLACEHOLDERS)}"
                    yield (*at, form, lang), words
    if {"outage", "no-outage"} <= set(macro.when) or {"etr", "no-etr"} <= set(macro.when):
        yield (*at, "when"), f"macro '{macro.id}' asks for what can't be: take one out"
