"""The voice check: a text held against the utility's rules, before it is sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache

import msgspec

from desk.channels.wording import outgoing
from desk.outages.etr import etr_of
from desk.replies.facts import same_time
from desk.replies.fill import GAP
from desk.replies.measure import limit, measure
from desk.replies.reply import Facts, Problem
from desk.replies.times import until
from desk.settings.macros import PLACEHOLDER
from desk.settings.voice import Voice, VoiceRule
from rules.language import LANE, LANE_BITS, common_words, elected
from rules.text import fold

LONGEST_READ = 10_000
"""Characters of a text that are held against the rules: no channel takes more."""

CAPITALS_FROM = 12
"""Letters below which capitals are no shouting: "OK", "USA"."""

SURE_VOTES = 24
"""A language is named only where common words speak for it this clearly."""

_SIGNED = r"{}[A-Za-zÀ-ÿ]{{1,4}}\s*$"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_HIDDEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_ANY_WORDS = r"(?:\S+\s+){0,4}?"
Span = tuple[int, int]


class Draftable(msgspec.Struct, frozen=True, kw_only=True):
    """A text and what it answers; `lang` is the customer's language, empty where not known.

    `mention` is whom it names in front as it goes out (desk/channels/wording.py); `most` is how
    long it may be, 0 for what its channel takes.
    """

    text: str
    channel: str
    lang: str
    labels: tuple[str, ...]
    facts: Facts
    mention: str = ""
    most: int = 0


class VoiceCheck:
    """Holds texts against the rules of `voice`; times are read in `zone`."""

    def __init__(self, voice: Voice, zone: tzinfo) -> None:
        self._rules = [rule for rule in voice.rule if rule.on]
        self._zone = zone
        self._checks: dict[str, Callable[[VoiceRule, Draftable], Iterator[Span]]] = {
            "banned": self._banned,
            "required": self._required,
            "safety": self._required,
            "promise": self._promise,
            "sign-off": self._sign_off,
            "capitals": self._capitals,
            "language": self._language,
        }

    def problems(self, draft: Draftable) -> tuple[Problem, ...]:
        """What is wrong with a text: those that block first, then in the order of the rules."""
        found = [*_of_form(draft)]
        for rule in self._rules:
            if not _holds(rule, draft):
                continue
            found += (
                Problem(
                    kind=rule.kind,
                    words=rule.say,
                    start=start,
                    end=end,
                    blocks=rule.block,
                    rule=rule.id,
                )
                for start, end in self._checks[rule.kind](rule, draft)
            )
        return tuple(sorted(found, key=lambda problem: not problem.blocks))

    def _banned(self, rule: VoiceRule, draft: Draftable) -> Iterator[Span]:
        text = GAP.sub(lambda gap: " " * len(gap[0]), draft.text[:LONGEST_READ])
        excused = [match.span() for match in _phrases(rule, draft.lang, "unless").finditer(text)]
        if rule.anywhere and excused:
            return
        for match in _phrases(rule, draft.lang, "words").finditer(text):
            start, end = match.span()
            if not any(a <= start and end <= b for a, b in excused):
                yield start, end

    def _required(self, rule: VoiceRule, draft: Draftable) -> Iterator[Span]:
        if not _phrases(rule, draft.lang, "words").search(draft.text[:LONGEST_READ]):
            yield 0, 0

    def _promise(self, rule: VoiceRule, draft: Draftable) -> Iterator[Span]:  # noqa: ARG002
        promised = promise_of(draft.text, draft.facts, self._zone)
        if promised is not None and not same_time(promised, draft.facts.etr):
            yield 0, 0

    def _sign_off(self, rule: VoiceRule, draft: Draftable) -> Iterator[Span]:
        if not re.search(_SIGNED.format(re.escape(rule.mark)), draft.text):
            yield len(draft.text), len(draft.text)

    def _capitals(self, rule: VoiceRule, draft: Draftable) -> Iterator[Span]:
        letters = [char for char in draft.text[:LONGEST_READ] if char.isalpha()]
        capitals = sum(1 for char in letters if char.isupper())
        if len(letters) >= CAPITALS_FROM and capitals > rule.share * len(letters):
            yield 0, 0

    def _language(self, rule: VoiceRule, draft: Draftable) -> Iterator[Span]:  # noqa: ARG002
        spoken = language_of(draft.text)
        if draft.lang and spoken and spoken != draft.lang:
            yield 0, 0


def promise_of(text: str, facts: Facts, zone: tzinfo) -> datetime | None:
    """The time by which `text` says that power will be back, read as people's words are."""
    if facts.etr is not None:
        for lang in ("en", "it", "es"):
            words = until(facts.etr, facts.at, zone, lang)
            # the desk's own words for a date, more than a week ahead, can't be read like others
            if words in text and not same_time(etr_of(words, facts.at, zone), facts.etr):
                return facts.etr
    return etr_of(text, facts.at, zone)


def language_of(text: str) -> str:
    """The language that a text is surely in: en, it or es; empty where that can't be told."""
    known = common_words()
    votes = sum(known.votes(fold(word)) for word in _WORD.findall(text[:LONGEST_READ]))
    winner = elected(votes)
    lanes = sorted(votes >> lane * LANE_BITS & LANE for lane in range(3))
    return winner if winner != "und" and lanes[-1] - lanes[-2] >= SURE_VOTES else ""


def _of_form(draft: Draftable) -> Iterator[Problem]:
    """What no rule has to say: an empty text, gaps, hidden characters, too long a text."""
    text = draft.text
    if not text.strip():
        yield Problem(kind="length", words="there is nothing to send", blocks=True)
    long, most = measure(outgoing(text, draft.mention), draft.channel), _most(draft)
    if long > most:
        words = f"{long:,} of {most:,} that {draft.channel} takes: shorten it by {long - most:,}"
        yield Problem(kind="length", words=words, blocks=True)
    for pattern in (GAP, PLACEHOLDER):
        for match in pattern.finditer(text[:LONGEST_READ]):
            words = f"fill in the {match[1]}, or take it out"
            start, end = match.span()
            yield Problem(kind="placeholder", words=words, start=start, end=end, blocks=True)
    for match in _HIDDEN.finditer(text[:LONGEST_READ]):
        words = f"a character that nobody sees (U+{ord(match[0]):04X}): take it out"
        start, end = match.span()
        yield Problem(kind="hidden", words=words, start=start, end=end, blocks=True)


def _most(draft: Draftable) -> int:
    return draft.most or limit(draft.channel)


def _holds(rule: VoiceRule, draft: Draftable) -> bool:
    if rule.labels and not set(rule.labels) & set(draft.labels):
        return False
    return not rule.channels or draft.channel in rule.channels


def _phrases(rule: VoiceRule, lang: str, table: str) -> re.Pattern[str]:
    """The phrases of a rule in a language, or in all of them where none is known or has any."""
    by_lang: dict[str, tuple[str, ...]] = dict(getattr(rule, table))
    phrases = by_lang.get(lang) or tuple(phrase for some in by_lang.values() for phrase in some)
    return _pattern(phrases)


@lru_cache(maxsize=512)
def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """One pattern for all phrases, whatever their case and accents; it finds nothing for none."""
    written = "|".join(map(_written, sorted(phrases, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)" if phrases else r"(?!)", re.IGNORECASE)


def _written(phrase: str) -> str:
    words = ""
    for word in phrase.split():
        if word == "*":
            words += _ANY_WORDS
        else:
            words += r"\w*".join(map(_letters, word.split("*"))) + r"\s+"
    return words.removesuffix(r"\s+")


def _letters(word: str) -> str:
    return "".join(map(_letter, word))


def _letter(char: str) -> str:
    """A letter with or without its accent; any apostrophe."""
    if char in "'’":
        return "['’]"
    plain = unicodedata.normalize("NFD", char)[0]
    return re.escape(char) if plain == char else f"[{char}{plain}]"
