"""When power is to be back, in the words of those who were told: "they say 11pm", "entro le 18".

A time counts only behind words that look ahead (by, until, ETR, they say; entro, verso; sobre las,
antes de): most times in posts tell since when power is out. What is quoted is read in the
territory's zone, as the next such time after the post; a day alone is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from desk.outages.cues import Begins, begins_of, cues, first_digit

FURTHEST = timedelta(days=10)
"""Nobody quotes an estimate further ahead."""

LONGEST_TEXT = 1000
"""Characters read of a post: an estimate stands near its begin, and work stays bounded."""

_DAYS = {
    "monday lunedì lunedi lunes": 0,
    "tuesday martedì martedi martes": 1,
    "wednesday mercoledì mercoledi miércoles miercoles": 2,
    "thursday giovedì giovedi jueves": 3,
    "friday venerdì venerdi viernes": 4,
    "saturday sabato sábado sabado": 5,
    "sunday domenica domingo": 6,
}
_WEEKDAYS = {name: number for names, number in _DAYS.items() for name in names.split()}
_TOMORROW = {"tomorrow", "domani", "mañana", "manana"}
_TODAY = {"today", "tonight", "oggi", "stasera", "stanotte", "hoy", "noche"}
_NAMED_HOURS = {
    "noon": 12,
    "midday": 12,
    "midnight": 24,
    "mezzogiorno": 12,
    "mezzanotte": 24,
    "mediodía": 12,
    "mediodia": 12,
    "medianoche": 24,
}
_AFTERNOON = {"pm", "tarde", "noche", "pomeriggio", "sera", "afternoon", "evening", "night"}
_MORNING = {"am", "mañana", "manana", "madrugada", "mattina", "mattino", "morning"}
_NUMBERS = {
    **dict.fromkeys(("a", "an", "one", "un", "una", "un'", "un’"), 1),
    **dict.fromkeys(("two", "couple", "due", "dos", "par"), 2),
    **dict.fromkeys(("three", "tre", "tres"), 3),
    **dict.fromkeys(("four", "quattro", "cuatro"), 4),
    **dict.fromkeys(("five", "cinque", "cinco"), 5),
    **dict.fromkeys(("six", "sei", "seis"), 6),
}

_DAY = "|".join(sorted((*_WEEKDAYS, *_TOMORROW, *_TODAY), key=len, reverse=True))
_NAMED = "|".join(sorted(_NAMED_HOURS, key=len, reverse=True))
_PART = (
    "tarde|noche|mañana|manana|madrugada|pomeriggio|sera|mattina|mattino"
    "|morning|afternoon|evening|night"
)
_GLUE = (
    r"(?:(?:at|on|around|about|by|is|it's|now|maybe|the|this|il|le|la|las|los|el|ore|alle|verso"
    r"|per|circa|a|de|di|del|forse|sobre|entro|che|que)\s+|l'|~\s?)*"
)
_FIRSTS = "".join(sorted({name[0] for name in (*_WEEKDAYS, *_TOMORROW, *_TODAY, *_NAMED_HOURS)}))
_TIME = re.compile(
    # where no word begins with one of these, the rest need not be tried
    rf"""(?<!\w)(?=[\d{_FIRSTS}])
    (?:\b(?P<day>{_DAY})\b[\s,]*{_GLUE})?
    (?:\b(?P<named>{_NAMED})\b
      |(?<![\w:.,$€#/+-])(?P<hour>[01]?\d|2[0-4])(?:[:.h](?P<minute>[0-5]\d))?
       (?![\d%]|[:.,/-]\d|\s?(?:h\b|hours?|hrs?|or[ae]\b|horas?|days?|d[ií]as?|giorni|min))
       (?:\s?(?P<half>[ap]\.?m)\b\.?)?)
    (?:\s(?:de\sla\s|por\sla\s|del\s|di\s|della\s|in\sthe\s|at\s)?(?P<part>{_PART})\b)?
    (?:[\s,]+(?:(?:on|di|del|el|de)\s+)?(?P<day_after>{_DAY})\b)?""",
    re.IGNORECASE | re.VERBOSE,
)
_AHEAD = re.compile(
    r"""\b(?:by|within|until|till?|before|etr|eta|ert|estimate[ds]?|estimating|expect(?:ed|ing)?
    |(?:back|restored|fixed|up)\s+(?:on|at|around|about|up|sometime)|says?|saying|told|promised?
    |entro|prima|fino|ripristino|previst[oa]|torna|tornerà|tornera|verso|dicono|detto
    |antes|hasta|para|sobre|hacia|eso\s+de|vuelv[ea]n?|volverá|regresa|dicen|dijeron|dicho)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_BEHIND = re.compile(
    r"""\b(?:since|from|went|gone|lost|out|was|were|out\s+at|off|dark|reported|started|hasn't
    |dall[ea]|da|era|erano|saltat[ao]|andat[ao]|mancat[ao]|desde|fue|era|cortaron|cortó)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SPAN = re.compile(
    r"""\b(?:with)?(?:in|fra|tra|entro|dentro\s+de|en)\s+
    (?:(?:a|about|around|circa|unas|unos|another|next|the\s+next|le\s+prossime)\s+)*
    (?:\d{1,2}\s?(?:-|–|to|a|o|or)\s?)?
    (?P<count>\d{1,2}|[a-z]+\b|un['’])\s*(?:more\s+|altre\s+|of\s+|de\s+)?
    (?P<unit>hours?|hrs?|or[ae]|horas?|minutes?|mins?|minuti|minutos)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_BACK = re.compile(
    r"\b(?:back|restor|etr|eta|estimat|fix|torn|ripristin|ritorn|vuelv|volver|regres|repon|arregl)",
    re.IGNORECASE,
)
_DAY_CUES = cues(" ".join((*_WEEKDAYS, *_TOMORROW, *_TODAY)))
_NAMED_CUES = cues(" ".join(_NAMED_HOURS))
_HOUR_CUES = cues("hour ora ore hora")
_AHEAD_CUES = cues(
    "by within until till before etr eta ert estimate expected back restored fixed up says told"
    " promised entro prima fino ripristino previsto torna verso dicono detto antes hasta para sobre"
    " hacia eso vuelve volverá regresa dijeron"
)
_SPAN_CUES = cues("within in fra tra entro dentro en")
_BACK_CUES = cues(
    "back restore etr eta estimate fix torna ripristino ritorna vuelve volver regresa repone"
    " arregla"
)
_SENTENCE_END = re.compile(r"[!?;\n]|\.\s")
LEAD = 48
"""Characters before a time in which the words that look ahead stand."""


def etr_of(text: str, at: datetime, zone: tzinfo, begins: Begins | None = None) -> datetime | None:
    """The time, in UTC as `at` is, when power is to be back by the words of a post from `at`.

    None where it quotes none, or one that has passed. Of several the last counts: people tell what
    they were told before, and then what they are told now. `begins` are those of the text,
    where they are known.
    """
    text = text[:LONGEST_TEXT]
    begins = begins_of(text) if begins is None else begins
    ahead = not _AHEAD_CUES.isdisjoint(begins)
    if not (ahead or not _BACK_CUES.isdisjoint(begins)):
        return None
    start, named = first_digit(text), not _NAMED_CUES.isdisjoint(begins)
    found: list[tuple[int, datetime]] = []
    if ahead and (named or start >= 0):
        start = 0 if named or not _DAY_CUES.isdisjoint(begins) else start
        found += _clock_times(text, at, zone, start)
    hours = start >= 0 or not _HOUR_CUES.isdisjoint(begins)
    if hours and not _SPAN_CUES.isdisjoint(begins):
        found += _spans(text, at)
    return max(found)[1].astimezone(at.tzinfo) if found else None


def _clock_times(
    text: str, at: datetime, zone: tzinfo, start: int
) -> Iterator[tuple[int, datetime]]:
    if _AHEAD.search(text) is None:
        return
    local = at.astimezone(zone)
    for match in _TIME.finditer(text, start):
        if not _looks_ahead(match, text):
            continue
        day = (match["day"] or match["day_after"] or "").lower()
        if match["named"]:
            hour, minute, half = _NAMED_HOURS[match["named"].lower()], 0, "exact"
        else:
            hour, minute = int(match["hour"]), int(match["minute"] or 0)
            half = _half(match, day)
        when = _next(local, hour, minute, half, day)
        if when is not None:
            yield match.start(), when


def _looks_ahead(match: re.Match[str], text: str) -> bool:
    """Whether the words before a time look ahead; a bare number needs them just before it."""
    lead = text[max(0, match.start() - LEAD) : match.start()]
    lead = _SENTENCE_END.split(lead)[-1]
    cues = list(_AHEAD.finditer(lead))
    if not cues or _BEHIND.search(lead, cues[-1].end()):
        return False
    if any(match[name] for name in ("named", "minute", "half", "part", "day", "day_after")):
        return True
    between = lead[cues[-1].end() :]
    article = re.search(r"\b(?:le|las?|alle|ore)\s+$", lead, re.IGNORECASE)
    near = re.fullmatch(rf"[\s:=~-]*{_GLUE}", between, re.IGNORECASE)
    return near is not None and (article is not None or _BACK.search(lead) is not None)


def _half(match: re.Match[str], day: str) -> str:
    """Which half of the day the hour lies in, as far as words tell: "am", "pm" or ""."""
    words = {(match["half"] or "").lower().replace(".", "")}
    words |= set((match["part"] or "").lower().split()[-1:])
    if words & _AFTERNOON or (day in {"tonight", "stasera", "noche"} and int(match["hour"]) > 4):
        return "pm"
    return "am" if words & _MORNING else ""


def _next(local: datetime, hour: int, minute: int, half: str, day: str) -> datetime | None:
    """The first such time after `local`."""
    if half in {"am", "pm"} and hour <= 12:
        hours = [hour % 12 + 12 * (half == "pm")]
    elif half or hour > 12 or not hour:
        hours = [hour]
    else:
        hours = [hour, hour + 12] if hour < 12 else [12]
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for ahead in _days_ahead(local, day):
        for number in hours:
            # The wall clock of the zone counts, so that a change to summer time moves nothing.
            naive = midnight.replace(tzinfo=None) + timedelta(days=ahead, hours=number)
            when = (naive + timedelta(minutes=minute)).replace(tzinfo=local.tzinfo)
            if when > local:
                return when if when - local <= FURTHEST else None
    return None


def _days_ahead(local: datetime, day: str) -> tuple[int, ...]:
    if day in _WEEKDAYS:
        ahead = (_WEEKDAYS[day] - local.weekday()) % 7
        return (ahead, ahead + 7)
    if day in _TOMORROW:
        return (1,)
    return (0, 1)


def _spans(text: str, at: datetime) -> Iterator[tuple[int, datetime]]:
    """Times that are told as hours or minutes from now; of "2-4 hours" the later."""
    for match in _SPAN.finditer(text):
        word = match["count"].lower()
        count = int(word) if word.isdigit() else _NUMBERS.get(word, 0)
        if count and (_BACK.search(text) or _AHEAD.search(text[: match.end()])):
            minutes = match["unit"].lower().startswith("min")
            yield match.start(), at + timedelta(minutes=count if minutes else 60 * count)
