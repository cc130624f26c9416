"""How near the name of an account comes to that of an own one, and in what it differs.

A look-alike bears the whole name of an own account and nothing else of weight: letters that look
the same, one letter wrong (two in a long name), other blanks, or words with which it says to speak
for the utility (help, care, official). Whatever else stands beside the name, as "lineman at",
"fans of" or "sucks", makes it somebody who speaks of the utility, which anybody may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from rapidfuzz.distance import OSA, Levenshtein
from rapidfuzz.fuzz import partial_ratio

from desk.accounts.account import Account
from desk.accounts.spelling import folded, once, own_part, shown_letters

CLAIMS = (
    *("account", "accounts", "agent", "aid", "assist", "assistance", "billing", "care", "cares"),
    *("center", "claims", "contact", "cs", "customer", "customers", "desk", "enquiries", "help"),
    *("helpdesk", "helpline", "hotline", "official", "payment", "payments", "real", "refund"),
    *("refunds", "rep", "service", "services", "support", "the", "team", "true", "verified"),
    *("aiuto", "assistenza", "clienti", "rimborsi", "rimborso", "servizio", "supporto"),
    *("ufficiale", "atencion", "ayuda", "cliente", "clientes", "oficial", "reembolso"),
    *("reembolsos", "servicio", "soporte"),
)
"""Words with which somebody says to speak for a utility; in every language at once."""

HINTS = (
    *("alert", "alerts", "info", "news", "now", "online", "outage", "outages", "page", "update"),
    *("updates", "usa", "web"),
)
"""Words that fans and newsrooms use as well: with these it is what somebody asks for that tells."""

SHORTEST = 5
"""Letters of an own name below which only the very same name is like it."""
EDIT_FROM, TWO_EDITS_FROM = 8, 16
"""Letters of an own name from which one wrong letter, or two, still make it that name."""
EDIT_COST, CLAIM_COST, DRAWN_COST = 8, 5, 3
"""What each difference takes off the score of 100."""
HELD_WITHIN = 75.0
"""How much of an own name (indels, 0-100) whoever is like it must hold: quick to know."""
MOST_CLAIMS = 3
MOST_DRAWN = 3

_NUMBER = "0123456789_-. "
_WORDS = re.compile(r"[^\W_]?[^\WA-Z_]+|[^\W_]+")


class Likeness(msgspec.Struct, frozen=True):
    """How like an account is to the own one of key `account`: `score` 0-100, 100 is the same name.

    `differs` says in words in what; a `weak` one needs to ask for money or secrets to be told.
    """

    account: str
    score: int
    differs: str
    weak: bool


class _Form(msgspec.Struct, frozen=True):
    """A name or handle of an own account as it is compared."""

    account: str
    channel: str
    shown: tuple[str, ...]
    look: str
    begins: frozenset[int]
    edits: int


class Likenesses:
    """Compares names with those of `accounts`; `claims` are further words of that kind."""

    def __init__(self, accounts: Iterable[Account], claims: Iterable[str] = ()) -> None:
        self._forms = tuple(dict.fromkeys(form for one in accounts for form in _forms(one)))
        pieces = sorted({_drawn_as(piece) for form in self._forms for piece in _pieces(form)})
        self._may = re.compile("|".join(pieces)).search if pieces else None
        by_look = {folded(word): word for word in (*HINTS, *CLAIMS, *claims)}
        self._words = dict(sorted(by_look.items(), key=lambda each: (-len(each[0]), each[0])))

    def of(self, channel: str, handle: str, name: str = "") -> Likeness | None:
        """The nearest own account to somebody of this handle and name, or None."""
        # nearly all end here: folding and one search cost a microsecond
        if self._may is None or self._may(folded(f"{handle} {name}")) is None:
            return None
        by_handle = self._nearest("handle", own_part(handle), channel)
        by_name = self._nearest("name", name, channel)
        if by_handle is None or by_name is None:
            return by_handle or by_name
        surest = max(by_handle, by_name, key=lambda one: (not one.weak, one.score))
        return msgspec.structs.replace(surest, differs=f"{by_handle.differs}; {by_name.differs}")

    def _nearest(self, kind: str, text: str, channel: str) -> Likeness | None:
        """With two own accounts of the same name, that of the same channel."""
        look = once(folded(text))
        best: tuple[int, bool] = (0, False)
        nearest: Likeness | None = None
        for form in self._forms:
            if partial_ratio(look, form.look, score_cutoff=HELD_WITHIN) == 0:
                continue
            found = self._like(kind, text, form)
            if found is not None and (found.score, form.channel == channel) > best:
                best, nearest = (found.score, form.channel == channel), found
        return nearest

    def _like(self, kind: str, text: str, form: _Form) -> Likeness | None:
        bare = text.rstrip(_NUMBER)
        number = text[len(bare) :].strip("_-. ")
        rests = [(text, "")] + ([(bare, number)] if number and bare else [])
        for rest, digits in rests:
            for look, claims in self._stripped(folded(rest)):
                compared = _compare(look, form)
                if compared is not None:
                    edits, odd = compared
                    added = (*claims, digits) if digits else claims
                    score, differs = _weigh(kind, rest, form, edits, added)
                    hints_alone = bool(claims) and all(each in HINTS for each in claims)
                    return Likeness(form.account, score, differs, weak=odd or hints_alone)
        return None

    def _stripped(self, look: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """`look`, and what is left of it without the words of a claim behind and before it."""
        yield look, ()
        claims: tuple[str, ...] = ()
        while len(claims) < MOST_CLAIMS:
            behind = next((w for w in self._words if look.endswith(w)), None)
            before = next((w for w in self._words if look.startswith(w)), None)
            if behind is None and before is None:
                return
            look = look[: -len(behind)] if behind else look[len(before or "") :]
            claims = (*claims, self._words[behind or before or ""])
            yield look, claims


def _forms(account: Account) -> Iterator[_Form]:
    """An account's handle and name as they are compared; those that look the same are one."""
    by_look: dict[str, list[str]] = {}
    for shown in (account.name, own_part(account.handle)):
        look = once(folded(shown))
        if look:
            by_look.setdefault(look, []).append(shown)
    for look, shown_as in by_look.items():
        at, begins = 0, []
        for word in _WORDS.findall(shown_as[0]):
            begins.append(at)
            at += len(once(folded(word)))
        edits = (len(look) >= EDIT_FROM) + (len(look) >= TWO_EDITS_FROM)
        yield _Form(account.key, account.channel, tuple(shown_as), look, frozenset(begins), edits)


def _pieces(form: _Form) -> Iterator[str]:
    """Parts of the name, one of which stands unchanged in whatever is like it.

    An edit harms two parts at most (letters that changed places over a boundary).
    """
    count = 2 * form.edits + 1
    step = len(form.look) / count
    for part in range(count):
        yield form.look[round(part * step) : round((part + 1) * step)]


def _drawn_as(piece: str) -> str:
    """A pattern for a part of a name with its letters doubled or drawn with two."""
    pairs = {"m": "(?:m|rn)", "w": "(?:w|vv)"}
    return "".join(f"{pairs.get(letter, re.escape(letter))}+" for letter in piece)


def _compare(look: str, form: _Form) -> tuple[int, bool] | None:
    """How many letters of the own name are wrong; None where it is another name.

    And whether a word begins with another letter: then it may well be another word.
    """
    own, look = form.look, once(look)
    if len(own) < SHORTEST:
        return (0, False) if look == own else None
    edits = OSA.distance(look, own, score_cutoff=form.edits)
    if edits > form.edits:
        return None
    odd = any(op.src_pos in form.begins for op in Levenshtein.editops(own, look))
    return edits, odd


def _weigh(
    kind: str, rest: str, form: _Form, edits: int, added: tuple[str, ...]
) -> tuple[int, str]:
    """The score, and in words in what a name differs."""
    own, seen = shown_letters(form.shown[0]), shown_letters(rest)
    drawn = _drawn(seen, own)
    words = [f"{char} for {meant}" for char, meant in drawn]
    if edits:
        words.append("one letter wrong" if edits == 1 else f"{edits} letters wrong")
    words += [f"{word} added" for word in added]
    other = 0
    if not words and rest.lower() not in map(str.lower, form.shown):
        other = 1
        words.append("other blanks" if seen.lower() == own.lower() else "a letter doubled")
    wrong = EDIT_COST * edits + CLAIM_COST * len(added) + DRAWN_COST * len(drawn)
    return max(1, 100 - wrong - other), f"{kind}: " + (", ".join(words) or "the very same")


def _drawn(seen: str, own: str) -> list[tuple[str, str]]:
    """Letters of `seen` that stand for others of `own`, at the place where it bears that name."""
    for at in range(len(seen) - len(own) + 1):
        part = seen[at : at + len(own)]
        if folded(part) == folded(own):
            pairs = zip(part, own, strict=True)
            return [(_named(a), b) for a, b in pairs if a.lower() != b.lower()][:MOST_DRAWN]
    return []


def _named(char: str) -> str:
    return char if char.isascii() else f"{char} (U+{ord(char):04X})"
