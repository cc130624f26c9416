"""Times in the words of a language: "by 6 pm tomorrow", "entro le 18", "antes de las 18:00".

What is said here is read again by desk/outages/etr.py as the same time, in the territory's zone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre"
    " dicembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre",
}
_NEAR = {
    "en": {-1: "yesterday", 1: "tomorrow"},
    "it": {-1: "di ieri", 1: "di domani"},
    "es": {-1: "de ayer", 1: "de mañana"},
}
WEEK = 7
NOON, MIDNIGHT = (12, 0), (0, 0)


def until(when: datetime, now: datetime, zone: tzinfo, lang: str) -> str:
    """By when power is to be back, seen from `now`; a part of a minute counts as a whole one."""
    local = (when + timedelta(minutes=1, microseconds=-1)).astimezone(zone)
    today = now.astimezone(zone).date()
    clock = (local.hour, local.minute)
    day = local.date() - timedelta(days=1) if clock == MIDNIGHT else local.date()
    match lang:
        case "it":
            words = {NOON: "entro mezzogiorno", MIDNIGHT: "entro mezzanotte"}.get(clock)
            words = words or f"entro {_alle(local, 'l’', 'le ')}"
        case "es":
            words = {NOON: "antes del mediodía", MIDNIGHT: "antes de la medianoche"}.get(clock)
            words = words or f"antes de {_las(local)}"
        case _:
            words = {NOON: "by noon", MIDNIGHT: "by midnight"}.get(clock)
            words = words or f"by {_half_day(local)}"
    return _with_day(words, day, today, lang)


def since(when: datetime, now: datetime, zone: tzinfo, lang: str) -> str:
    """Since when it has lasted, seen from `now`."""
    local = when.astimezone(zone)
    today = now.astimezone(zone).date()
    match lang:
        case "it":
            words = f"dal{_alle(local, 'l’', 'le ')}"
        case "es":
            words = f"desde {_las(local)}"
        case _:
            words = f"since {_half_day(local)}"
    return _with_day(words, local.date(), today, lang)


def _with_day(words: str, day: date, today: date, lang: str) -> str:
    """`words` and the day, which is not said of today."""
    ahead = (day - today).days
    near = _NEAR[lang].get(ahead, "") if lang in _NEAR else ""
    if ahead == 0:
        return words
    if near:
        return f"{words} {near}"
    name = _DAYS[lang][day.weekday()]
    month = _MONTHS[lang].split()[day.month - 1]
    if abs(ahead) < WEEK:
        return {"en": f"{words} on {name}", "it": f"{words} di {name}"}.get(
            lang, f"{words} del {name}"
        )
    return {
        "en": f"{words} on {month} {day.day}",
        "it": f"{words} {'dell’' if day.day in (8, 11) else 'del '}{day.day} {month}",
    }.get(lang, f"{words} del {day.day} de {month}")


def _half_day(local: datetime) -> str:
    hour = local.hour % 12 or 12
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{hour}{minutes} {'pm' if local.hour >= 12 else 'am'}"


def _alle(local: datetime, one: str, others: str) -> str:
    if local.hour == 1:
        return f"{one}1:{local.minute:02}"
    if local.minute or not local.hour:
        return f"{others}{local.hour}:{local.minute:02}"
    return f"{others}{local.hour}"


def _las(local: datetime) -> str:
    return f"{'la' if local.hour == 1 else 'las'} {local.hour}:{local.minute:02}"
