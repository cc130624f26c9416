"""Since when somebody lacks power, in their own words: "just went dark", "still out", "since 4pm".

Who reads along tells a new outage from an old one by it: those who have just lost power speak of a
new one, those who have been waiting for hours of the old. In English, Italian and Spanish.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from desk.outages.cues import Begins, begins_of, cues, first_digit

LONGEST_TEXT = 400
"""Characters read of a post, so that work stays bounded."""

FRESH_S = 20 * 60
"""Power that somebody lost so short a time ago has only just gone."""

LASTING_S = 45 * 60
"""... and so long ago, it has been gone for a while."""

STILL = timedelta(hours=1)
"""Who says "still" has waited for about so long at least."""

LONGEST = timedelta(days=10)
"""A longer time without power is no such time."""

AHEAD = timedelta(minutes=10)
"""A clock may be so fast."""

_HOURS = r"(?:hours?|hrs?|h|or[ae]|horas?)"
_DAYS = r"(?:days?|giorn[oi]|d[ií]as?)"
_MINUTES = r"(?:minutes?|mins?|minut[oi]s?|seconds?|secs?|second[oi]|segundos?)"

_QUARTERS = cues("cuarto quarto")
_STILL_CUES = cues(
    "still yet back ancora sempre torna tuttora aún aun todavía sigue seguimos continuamos vuelve"
    " regresa"
)
_AGAIN_CUES = cues("again back just round nuovo vez nuevo")
_FRESH_CUES = cues(
    "just right went goes warning ago else appena botto improvviso fa preavviso acaba repente golpe"
    " pronto ahora avisar hace"
)
_BLINK_STEMS = (
    *("flicker", "blink", "blip", "brown", "surg", "dimm", "off", "half", "little"),
    *("sfarfall", "sbalz", "tensione", "viene", "salta", "microinterr", "giù", "intermitt"),
    *("stacchi", "abbass", "tremol", "parpade", "bajón", "bajon", "microcort", "fluct", "tembl"),
)
"""Whatever `_BLINK` matches has one of these: more is known by them than by how words begin."""

_AGO_CUES = cues("ago back fa hace da")

_STILL = re.compile(
    r"""\b(?:still(?!\s(?:have|has|had|got|on|blowing|live|raining)\b)
    |no\s(?:power|lights?)\syet|not?\sback\syet|hasn't\scome\sback|never\scame\sback
    |ancora\s(?!ieri)|sempre\s(?:senza|al\sbuio)|non\s(?:torna|è\s(?:ancora\s)?tornat[ao])|tuttora
    |a[uú]n\b|todav[ií]a|sigue|seguimos|siguen|continuamos
    |no\s(?:vuelve|ha\svuelto|regresa|ha\sregresado))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_AGAIN = re.compile(
    r"""\b(?:(?:out|off|dark|gone|lost|dropped|went)\b.{0,24}\bagain|again\s+out|it\swas\sback
    |had\slights\sjust|back\sfor|back\son\b.{0,20}\boff|round\s\d|di\snuovo|otra\svez|de\snuevo)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_FRESH = re.compile(
    r"""\b(?:just\s(?:now|went|lost|dropped|died|cut|blew|popped|clicked|out|got\sdark|gone|got)
    |(?:power|lights?|electric(?:ity)?|juice)\sjust|right\sas\si|there\s(?:went|goes?)\s(?:the|our|my)
    |no\swarning|a\s(?:minute|moment|second|sec|min)\sago|moments?\sago
    |(?:few|couple\sof)\s(?:minutes?|mins?|seconds?)\sago|(?:any(?:one|body)\s)?else\slose
    |appena|di\sbotto|all['’]improvviso|improvvisamente|poco\sfa|un\s(?:attimo|minuto|momento)\sfa
    |nessun\spreavviso|acaba\sde|acabamos\sde|de\s(?:repente|golpe|pronto)|ahora\smismo|sin\savisar
    |hace\sun\s(?:momento|rato|ratito|minuto|instante))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_BLINK = re.compile(
    r"""\b(?:flicker\w*|blink(?:ed|ing|s)?|blips?|brown\s?outs?|surg(?:e|es|ing)|dimm(?:ed|ing)
    |(?:(?:gone|went|going|out)\s)?(?:on\s(?:and|&|n)\soff|off\s(?:and|&|n)\son)|half\s(?:a\s)?second|little\spower\scuts
    |sfarfall\w*|sbalz[oi]|cal[oi]\sdi\stensione|va\se\sviene|salta\se\storna|microinterruzion[ei]
    |fa\ssu\se\sgiù|intermittenza|stacchi\sdi\scorrente|salta\sogni|si\sabbassano?\se\ssi\sri\w+
    |tremol\w+|parpade\w*|baj[oó]n(?:es)?|microcortes?|va\sy\sviene|fluct[uú]a\w*|tembl\w+)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_GONE = re.compile(
    r"""\b(?:out|gone|dead|died|dark|darkness|black|lost(?!\swh?at\b)|nothing|without|then\soff
    |no\s(?:power|lights?|electric\w*)|senza|buio|saltat[ao]\sla|andat[ao]\svia|spent[ao]
    |sin\s(?:luz|corriente|suministro)|oscuras|apag[oó]n)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_AGO = re.compile(
    rf"""(?<![\w.,:$€])(?P<en>\d{{1,2}})\s?(?P<en_unit>{_MINUTES}|{_HOURS})\s(?:ago|back|fa)\b
    |\bhace\s(?:unos\s|unas\s|como\s)?(?P<es>\d{{1,2}})\s?(?P<es_unit>{_MINUTES}|{_HOURS})\b
    |\bda\s(?:circa\s)?(?P<it>\d{{1,2}})\s(?P<it_unit>{_MINUTES}|{_HOURS})\b""",
    re.IGNORECASE | re.VERBOSE,
)
_QUARTER = re.compile(r"\bhace\sun\scuarto\sde\shora\b|\bda\sun\squarto\sd['’]ora\b", re.IGNORECASE)
_SPAN = re.compile(
    rf"""(?<![\w.,:$€])(?P<count>\d{{1,3}})\s?\+?\s?(?P<unit>{_HOURS}|{_DAYS})\b
    (?!\s(?:ago|fa|of\spower|of\sfuel|later|from\snow|away|at\sa|drive|to\s(?:fix|restore)))
    |\b(?P<of>hour|hr|day|ora|giorno|hora|d[ií]a)\s(?:number\s|n\.?\s)?(?P<nth>\d{{1,3}})\b(?![:.]\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT_PAST = re.compile(
    r"""\b(?:in|within|next|another|every|each|up\sto|only|last|sleep|slept|least|entro|fra|tra
    |prossim[ei]|ogni|en|dentro\sde|cada|pr[oó]xim[ao]s)\W+(?:\w+\W+)?$""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOCK = re.compile(
    rf"""\b(?P<cue>since|at|around|about|from|desde|a|dsd|dall[ea']|alle|verso)\s
    (?:(?:about|around|like|exactly|right|las?|le|circa|eso\sde|ore)\s)*
    (?P<hour>[01]?\d|2[0-4])(?:[:.h](?P<minute>[0-5]\d))?\s?(?P<half>[ap]\.?m)?\b
    (?![%:./,-]?\d|\s?(?:%|percent|{_HOURS}|{_DAYS}|{_MINUTES})\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_SINCE = ("since", "desde", "dsd", "dall")
_LOST = re.compile(
    r"""\b(?:lost|lose|went|gone|out|off|dark|dropped|died|cut|clicked|shut|no|without|ours
    |saltat[ao]|andat[ao]|mancat[ao]|sparit[ao]|senza|buio|spent[ao]|cadut[ao]
    |fue|ido|cort[oó]|sin|oscuras|apag[oó]n?|qued[oó])\b""",
    re.IGNORECASE | re.VERBOSE,
)
_TO_COME = re.compile(
    r"""\b(?:by|until|till?|before|eta|etr|says?|said|told|promised|expect|estimat|back\sat
    |entro|fino|dicono|prima|antes|hasta|dicen|dijeron|volver|reported|called|text)\w*\b[^.!?]*$""",
    re.IGNORECASE | re.VERBOSE,
)
_SPAN_LIKE = re.compile(r"\d\s?\+?\s?[hodg]|(?:hour|hr|day|ora|giorno|d[ií]a)\s(?:n\S*\s)?\d")
LEAD = 60
"""Characters before a time that tell what it is of."""


def onset_of(
    text: str, at: datetime, zone: tzinfo, begins: Begins | None = None
) -> datetime | None:
    """When the writer of a post from `at` lost power; None where the words don't tell.

    Of "still" and "again" alone it is an hour ago, of "just" the time of the post itself. `begins`
    are those of the text, where they are known.
    """
    text = text[:LONGEST_TEXT]
    begins = begins_of(text) if begins is None else begins
    if first_digit(text) >= 0 or not _QUARTERS.isdisjoint(begins):
        span = _told(text, begins) or _clocked(text, at, zone)
        if span is not None:
            return at - span
    if not _STILL_CUES.isdisjoint(begins) and _STILL.search(text):
        return at - STILL
    if not _AGAIN_CUES.isdisjoint(begins) and _AGAIN.search(text):
        return at - STILL
    return at if not _FRESH_CUES.isdisjoint(begins) and _FRESH.search(text) else None


def is_blink(text: str) -> bool:
    """Whether the lights only dipped, by the words of a post: no power is lost."""
    text = text[:LONGEST_TEXT]
    written = text.lower()
    if not any(stem in written for stem in _BLINK_STEMS):
        return False
    blink = _BLINK.search(text)
    if blink is None:
        return False
    return _GONE.search(text[: blink.start()] + " " + text[blink.end() :]) is None


def _told(text: str, begins: Begins) -> timedelta | None:
    """How long ago it was, told in minutes, hours or days."""
    ago = None if _AGO_CUES.isdisjoint(begins) else _AGO.search(text)
    if ago:
        language = next(name for name in ("en", "es", "it") if ago[name])
        return _span(int(ago[language]), ago[f"{language}_unit"])
    if not _QUARTERS.isdisjoint(begins) and _QUARTER.search(text):
        return timedelta(minutes=15)
    if not _SPAN_LIKE.search(text.lower()):
        return None
    for match in _SPAN.finditer(text):
        if _NOT_PAST.search(text[max(0, match.start() - LEAD) : match.start()]):
            continue
        span = _span(int(match["count"] or match["nth"]), match["unit"] or match["of"])
        if timedelta(0) < span <= LONGEST:
            return span
    return None


def _span(count: int, unit: str) -> timedelta:
    unit = unit.lower()
    if unit.startswith(("d", "gi")):
        return timedelta(days=count)
    if unit.startswith("min"):
        return timedelta(minutes=count)
    return timedelta(seconds=count) if unit.startswith("se") else timedelta(hours=count)


def _clocked(text: str, at: datetime, zone: tzinfo) -> timedelta | None:
    """How long ago it was, told by the clock: "since 4pm", "lost power at 16:10"."""
    for match in _CLOCK.finditer(text):
        if not match["cue"].lower().startswith(_SINCE):
            lead = text[max(0, match.start() - LEAD) : match.start()]
            exact = match["minute"] or match["half"]
            if not exact or _TO_COME.search(lead) or not _LOST.search(lead):
                continue
        return _since(at, zone, int(match["hour"]), int(match["minute"] or 0), match["half"])
    return None


def _since(at: datetime, zone: tzinfo, hour: int, minute: int, half: str | None) -> timedelta:
    """How long before `at` the clock last showed this time; of no half of the day the nearer."""
    local = at.astimezone(zone)
    if half and hour <= 12:
        hour = hour % 12 + 12 * (half[0].lower() == "p")
    said = timedelta(hours=hour, minutes=minute)
    turn = timedelta(hours=24 if half or hour > 12 or not hour else 12)
    gone = (timedelta(hours=local.hour, minutes=local.minute) - said) % turn
    return timedelta(0) if turn - gone <= AHEAD else gone
