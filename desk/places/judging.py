"""How sure it is that a name in a text means the community, by the words beside it."""

from __future__ import annotations

from desk.places.reading import Mention, Reading
from desk.places.words import WORDS, is_frequent

REGION_BESIDE = 0.98
HINTED = 0.95
BARE = 0.92
DOUBTFUL_HINTED = 0.91
DOUBTFUL = 0.87
MISSPELT = 0.85
AWAY_FROM = 0.5
"""Times the confidence where so many miles from a town are meant, and not the town."""

INITIALS = 4
"""Capitals that are rather initials than a town in capitals."""

_BREAK = frozenset(".!?;:\n")
_UNITS = frozenset(("miles", "mile", "mi", "km", "kms", "minutes", "min", "millas", "miglia"))

_AT = {"it": "strong", "es": "weak"}
"""What "a" before a name is worth: in Italian it is "at", in Spanish people have it too."""

Judged = tuple[float, str]


def judge(reading: Reading, mention: Mention, *, sure: bool, trusted: bool) -> Judged:
    """The confidence in 0-1 that the words mean the community, 0 where they don't; and why.

    `sure` says that the text is about the region anyhow, `trusted` that every name in it is one of
    a place.
    """
    name, start = mention.name, mention.start
    if mention.tail is not None:
        if mention.tail.region:
            return REGION_BESIDE, "its region is named right behind it"
        end = mention.end_of_tail
        tail = reading.phrase(end - len(mention.tail.words), end)
        return 0.0, f"'{tail}' behind it is elsewhere"
    words, gaps, end = reading.words, reading.gaps, mention.end
    before = words[start - 1] if start and _BREAK.isdisjoint(gaps[start]) else ""
    after = words[end] if end < len(words) and _BREAK.isdisjoint(gaps[end]) else ""
    other = _other(reading, mention, before, after)
    if other:
        return 0.0, other
    if name.eclipsed and not sure:
        return 0.0, "a far larger place elsewhere has the name, and nothing names the region"
    if trusted:
        return HINTED, "a place field names places"
    hint, why = _hint(reading, mention, before, after)
    confidence, why = _weighed(reading, mention, hint, why, sure=sure)
    if confidence and _is_away_from(reading, start, before):
        return confidence * AWAY_FROM, f"some way from it; {why}"
    return confidence, why


def _weighed(reading: Reading, mention: Mention, hint: str, why: str, *, sure: bool) -> Judged:
    name, start = mention.name, mention.start
    capital = not reading.quiet and not reading.shouted and _is_raised(reading, mention)
    if name.doubtful:
        return _doubtful(reading, mention, hint, why, sure=sure, capital=capital)
    firm = hint in ("strong", "said")
    if start in reading.misspelt or mention.end - 1 in reading.misspelt:
        if firm or (sure and (hint or capital)):
            return MISSPELT, f"a misspelling of it; {why or 'the post is about the region'}"
        return 0.0, "it may be a misspelling, but no hint stands beside it"
    if name.code and not hint and not all(map(str.isupper, reading.raw[start : mention.end])):
        return 0.0, "an abbreviation in small letters, and no hint stands beside it"
    if name.landmark and (name.frequent or name.common) and not (sure or (firm and capital)):
        return 0.0, "a common word, and nothing else names the region"
    if firm and (capital or not name.frequent or hint == "strong"):
        return HINTED, why
    if name.frequent and not (hint or capital or reading.shouted):
        return 0.0, "made of common words, in small letters and without a hint"
    if name.common and not sure:
        return 0.0, "a short or common word, and nothing says that it is a place"
    if _is_initials(reading, mention) and not sure:
        return 0.0, "capitals, as of something that is called by its initials"
    if hint:
        return HINTED, why
    if not capital and not reading.shouted and not sure:
        return BARE - 0.15, "in small letters, without a hint"
    return BARE, "without a hint, and nothing speaks against it"


def _ends_name(reading: Reading, mention: Mention) -> bool:
    """Whether a word with a capital stands right before it, as a first name before a surname."""
    start = mention.start
    beside = start > 1 and reading.gaps[start] == " " and reading.words[start - 1] in WORDS.before
    return not beside and reading.gaps[start] == " " and reading.raw[start - 1][0].isupper()


def _is_initials(reading: Reading, mention: Mention) -> bool:
    word = reading.raw[mention.start]
    short = mention.end - mention.start == 1 and len(word) <= INITIALS
    return short and word.isupper() and not reading.shouted and not mention.name.code


def _is_raised(reading: Reading, mention: Mention) -> bool:
    raised = mention.name.raised
    if len(raised) == 1:
        return reading.raw[mention.start][0].isupper()
    written = reading.raw[mention.start : mention.end]
    return all(word[0].isupper() for word, big in zip(written, raised, strict=False) if big)


def _doubtful(
    reading: Reading, mention: Mention, hint: str, why: str, *, sure: bool, capital: bool
) -> Judged:
    name = mention.name
    word = all(map(is_frequent, name.words))
    loud = capital or (reading.shouted and sure)
    if not loud and (word or not (reading.quiet or sure)):
        return 0.0, "it may be a word or a person, and is written in small letters"
    if hint == "strong":
        return (DOUBTFUL_HINTED if sure else DOUBTFUL), why
    if sure and (hint or (capital and mention.start > 0 and not _ends_name(reading, mention))):
        return DOUBTFUL, why or "it may be something else, but the post is about the region"
    if hint == "said" and loud:
        return DOUBTFUL, why
    return 0.0, "it may be a word, a person or a larger place elsewhere, and no hint tells"


def same_sentence(reading: Reading, index: int) -> bool:
    """Whether a word stands in one sentence with the word before it, and both exist."""
    inside = 0 < index < len(reading.words)
    return inside and _BREAK.isdisjoint(reading.gaps[index])


def _hint(reading: Reading, mention: Mention, before: str, after: str) -> tuple[str, str]:
    """How the words beside a name make it a place, and why.

    "strong"; "said" where something is said of it that is hardly said of people; "weak" of words
    that people and things have before them too; "".
    """
    start = mention.start
    if after in WORDS.after:
        return "strong", f"'{after}' behind it"
    if _bracketed(reading, mention):
        return "strong", "alone in brackets"
    if reading.gaps[start].endswith("#"):
        return "weak", "a hashtag"
    weak = ""
    if before in WORDS.of:
        further = reading.words[start - 2] if start > 1 else ""
        if further in WORDS.before_of:
            return "strong", f"'{further} {before}' before it"
        weak = before if before in WORDS.before else ""
    elif before in WORDS.before:
        if before not in WORDS.weak_before:
            return "strong", f"'{before}' before it"
        weak = before
    elif before == "a" and reading.home in _AT:
        if _AT[reading.home] == "strong":
            return "strong", "'a' before it"
        weak = before
    if _after_street(reading, start):
        return "strong", "behind a street"
    if after and (said := _said_of(reading, mention)):
        return "said", f"'{said}' behind it"
    return ("weak", f"'{weak}' before it") if weak else ("", "")


def _said_of(reading: Reading, mention: Mention) -> str:
    """What is said of the name, soon behind it: "without power", "al buio"; of people, at once."""
    words, end = reading.words, mention.end
    if words[end] == "here":
        return "here"
    furthest = end if mention.name.doubtful else end + SAID_WITHIN
    for at in range(end, min(furthest, len(words) - 2) + 1):
        if at > end and not same_sentence(reading, at):
            break
        said = f"{words[at]} {words[at + 1]}"
        if said in SAID:
            return said
    return ""


SAID_WITHIN = 2
"""Words that may stand between a name and what is said of it: "Sassari di nuovo al buio"."""

SAID = WORDS.said_after


def _after_street(reading: Reading, start: int) -> bool:
    """Whether the name follows a street and a comma: "Elm St, Benson", "calle Mayor 3, Torrent"."""
    if start < 2 or reading.gaps[start].strip() not in ("", ",", "-"):
        return False
    if reading.words[start - 1] in WORDS.street_after:
        return _is_street(reading, start - 1)
    if "," not in reading.gaps[start]:
        return False
    return not WORDS.street_before.isdisjoint(reading.words[max(0, start - 5) : start - 1])


def _is_away_from(reading: Reading, start: int, before: str) -> bool:
    if before not in ("of", "from", "de", "da"):
        return False
    return not _UNITS.isdisjoint(reading.words[max(0, start - 4) : start - 1])


def _bracketed(reading: Reading, mention: Mention) -> bool:
    """Whether the name alone stands in brackets."""
    return reading.gaps[mention.start].endswith("(") and reading.gaps[mention.end].startswith(")")


def _other(reading: Reading, mention: Mention, before: str, after: str) -> str:
    """Why the words beside a name make it a street, a team, a person or another town; or ""."""
    start, end = mention.start, mention.end
    if end < len(reading.words) and reading.gaps[end] in (" ", ". "):
        raised = reading.raw[end][0].isupper()
        if after in WORDS.street_after and not mention.name.landmark:
            return f"a street: '{after}' behind it"
        if after in WORDS.named_after and (raised or after == "county"):
            return f"called after it: '{after}' behind it"
        if raised and not reading.shouted and _is_surname(reading, mention, before, after):
            return f"a person: '{after}' behind it"
    if reading.gaps[start].endswith("^"):
        return "the name that signs it: '^' before it"
    beside = before
    if before in WORDS.of and start > 1:
        beside = reading.words[start - 2]
    if beside in WORDS.street_before and not mention.name.landmark:
        return f"a street: '{beside}' before it"
    if not before or reading.gaps[start] != " ":
        return ""
    return _other_before(reading, mention, before, after)


def _other_before(reading: Reading, mention: Mention, before: str, after: str) -> str:
    start = mention.start
    if before in WORDS.club_article and not mention.name.landmark:
        return f"a club: '{before}' before it"
    if before in WORDS.person_before:
        return f"a person: '{before}' before it"
    word = before in WORDS.articles and not (before == "a" and reading.home in _AT)
    if word and after not in WORDS.after and not reading.raw[start][0].isupper():
        return f"a word: '{before}' before it"
    if before in WORDS.compound_before and reading.raw[start - 1][0].isupper():
        if before in WORDS.street_after and _is_street(reading, start - 1):
            return ""
        return f"another name: '{before}' before it"
    return ""


def _is_street(reading: Reading, at: int) -> bool:
    """Whether "St" ends the name of a street: "Ninth St", and not "in St"."""
    if at == 0 or reading.gaps[at] != " ":
        return False
    first = reading.raw[at - 1][0]
    return first.isupper() or first.isdigit()


def _is_surname(reading: Reading, mention: Mention, before: str, after: str) -> bool:
    """Whether a rare word with a capital follows a name of one word that no hint introduces."""
    if mention.end - mention.start > 1 or before in WORDS.before or before in WORDS.of:
        return False
    if len(after) < 3 or is_frequent(after) or after in WORDS.after or mention.name.code:
        return False
    return not reading.gaps[mention.end].endswith("#")
