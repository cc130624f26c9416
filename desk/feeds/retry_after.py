"""What a server says of when it wants to be asked again: RFC 9110, section 10.2.3."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

LONGEST_S = 3600.0


def retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds from now to the time that `Retry-After` names, at most an hour; 0 without it.

    A date is held against the server's own `Date`: its clock need not be ours.
    """
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(LONGEST_S, float(said[:9]))
    try:
        at, now = parsedate_to_datetime(said), parsedate_to_datetime(headers.get("Date", ""))
        return min(LONGEST_S, max(0.0, (at - now).total_seconds()))
    except (ValueError, TypeError, OverflowError):
        return 0.0
