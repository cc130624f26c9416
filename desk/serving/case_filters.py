"""The filter language of lists of cases: words, exclusions and fields, as that of posts.

Without a `state:` or `reply:` a filter is about what waits for the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rapidfuzz import fuzz, process

from desk.cases import Case, Cases
from desk.errors import FilterError, choices
from desk.replies.reply import ReplyState
from desk.serving.filters import FUZZY_LIMIT, fold, terms_of
from desk.serving.moods import mood
from rules import LABELS

STATES = ("new", "mine", "customer", "operations", "answered", "closed", "snoozed")
GROUPS: dict[str, tuple[str, ...]] = {
    "queue": ("new", "mine"),
    "open": ("new", "mine", "customer", "operations", "snoozed"),
    "waiting": ("customer", "operations", "snoozed"),
    "done": ("answered", "closed"),
    "all": STATES,
}
"""Words for several states; besides, `late` is past the promise, and `mine` in one's own hand."""
FIELDS = (
    "state",
    "label",
    "mood",
    "channel",
    "place",
    "agent",
    "tag",
    "lang",
    "account",
    "has",
    "reply",
    "reach",
    "outage",
    "author",
)
HAS: dict[str, Callable[[Case], object]] = {
    "media": lambda case: case.media,
    "place": lambda case: case.community,
    "outage": lambda case: case.outage,
    "agent": lambda case: case.agent,
    "tag": lambda case: case.tags,
    "loop": lambda case: case.loop,
    "promise": lambda case: case.promised,
}
REPLIES: dict[str, tuple[ReplyState | None, ...]] = {
    "submitted": ("submitted",),
    "back": ("rejected",),
    "waiting": ("queued", "sending"),
    "sent": ("sent",),
    "unknown": ("unknown",),
    "failed": ("failed",),
    "none": (None,),
}
"""Words for how it stands with the newest reply of a case."""
_EXAMPLES = dict(
    zip(
        FIELDS,
        (
            "late",
            "hazard",
            "angry",
            "x",
            "durham",
            "me",
            "vip",
            "es",
            "power",
            "media",
            "failed",
            "1000",
            "o-…",
            "ann",
        ),
        strict=True,
    )
)
_KILO = {"k": 1_000, "m": 1_000_000}

Holds = Callable[[Case], bool]


class CaseFilter:
    """Whether a case fits; `me` is the name of who looks, `names` those of communities.

    `replied` says of an id in which state the newest reply in that case is, None without one.
    """

    def __init__(
        self,
        text: str,
        cases: Cases,
        names: Mapping[str, str],
        me: str,
        replied: Callable[[str], ReplyState | None] = lambda _: None,
    ) -> None:
        """Read the filter.

        Raises:
            FilterError: an unknown field, state or label, or a value that can't be read.
        """
        self._cases = cases
        self._names = names
        self._me = me
        self.personal = False
        self._replied = replied
        self._terms: list[tuple[bool, Holds]] = []
        stated = False
        for negated, field, value in terms_of(text):
            stated = stated or field in ("state", "reply")
            self._terms.append((negated, self._term(field, value)))
        if not stated:
            self._terms.insert(0, (False, self._state("queue")))

    def __call__(self, case: Case) -> bool:
        """Whether every term holds."""
        return all(holds(case) is not negated for negated, holds in self._terms)

    def _term(self, field: str, value: str) -> Holds:
        if field in ("", "~"):
            return self._words(value, fuzzy=bool(field))
        if field not in FIELDS:
            nearest = process.extractOne(field, FIELDS, score_cutoff=75)
            if nearest:
                raise FilterError(f"unknown field '{field}:': {choices(field, FIELDS)}")
            return self._words(f"{field}:{value}", fuzzy=False)
        wanted = fold(value)
        if not wanted:
            raise FilterError(f"'{field}:' needs a value, such as {field}:{_EXAMPLES[field]}")
        return self._field(field, wanted)

    def _field(self, field: str, wanted: str) -> Holds:
        match field:
            case "state":
                return self._state(wanted)
            case "label":
                label = _begun(wanted, LABELS, "label")
                return lambda case: label in case.labels
            case "mood":
                of = mood(wanted)
                return lambda case: of(case.labels)
            case "agent":
                return self._agent(wanted)
            case "has":
                what = _begun(wanted, (*HAS, "submitted"), "'has:'")
                if what == "submitted":
                    return lambda case: self._replied(case.id) == "submitted"
                had = HAS[what]
                return lambda case: bool(had(case))
            case "reply":
                states = REPLIES[_begun(wanted, tuple(REPLIES), "'reply:'")]
                return lambda case: self._replied(case.id) in states
            case "reach":
                least = _number(wanted)
                return lambda case: case.reach >= least
            case "outage":
                return lambda case: fold(case.outage or "") == wanted
            case "tag":
                return lambda case: any(wanted in fold(tag) for tag in case.tags)
            case "place":
                return lambda case: wanted in fold(self._place(case))
        return lambda case: wanted in fold(getattr(case, field) or "")

    def _place(self, case: Case) -> str:
        return self._names.get(case.community or "", case.community or "")

    def _words(self, value: str, *, fuzzy: bool) -> Holds:
        wanted = fold(value)
        if not wanted:
            raise FilterError("'!' needs a word behind it, such as !billing")
        if fuzzy:
            if len(wanted) < 3:
                raise FilterError(f"'~{value}' is too short to be fuzzy: at least three letters")
            return lambda case: (
                fuzz.partial_ratio(wanted, fold(case.text), score_cutoff=FUZZY_LIMIT) > 0
            )
        return lambda case: (
            wanted in fold(case.text)
            or wanted in fold(case.author)
            or wanted in fold(self._place(case))
            or any(wanted in fold(tag) for tag in case.tags)
            or value == case.id
        )

    def _state(self, wanted: str) -> Holds:
        if wanted == "late":
            return self._cases.is_late
        if wanted == "mine":
            self.personal = True
            return lambda case: case.state == "mine" and case.agent == self._me
        if wanted == "taken":
            return lambda case: case.state == "mine"
        known = (*STATES, *GROUPS, "late", "taken")
        state = _begun(wanted, known, "state")
        among: Sequence[str] = GROUPS.get(state, (state,))
        return lambda case: case.state in among

    def _agent(self, wanted: str) -> Holds:
        if wanted == "none":
            return lambda case: case.agent is None
        if wanted == "me":
            self.personal = True
            return lambda case: case.agent == self._me
        return lambda case: wanted in fold(case.agent or "")


def _begun(wanted: str, known: Sequence[str], what: str) -> str:
    """The one of `known` that is meant: its first letters are enough."""
    if wanted in known:
        return wanted
    begun = [name for name in known if name.startswith(wanted)]
    if len(begun) != 1:
        raise FilterError(f"unknown {what} '{wanted}': {choices(wanted, known)}")
    return begun[0]


def _number(wanted: str) -> int:
    """A number of people: 5000, 5k, 2m."""
    digits, unit = (wanted[:-1], _KILO[wanted[-1]]) if wanted[-1] in _KILO else (wanted, 1)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        raise FilterError(f"can't read 'reach:{wanted}': write a number, such as reach:1000")
    return int(digits) * unit
