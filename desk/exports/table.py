"""CSV (RFC 4180): a row for each outage, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from desk.exports.geojson import properties
from desk.exports.handover import Handover, Made

COLUMNS = (
    *("mrid", "outage", "outage_kind", "status", "verified", "withdrawn", "exercise"),
    *("started_at", "first_post_at", "changed_at", "restored_at", "etr", "lat", "lon"),
    *("radius_km", "communities", "places", "people_posting", "posts", "hazards", "vulnerable"),
    *("damage", "confidence", "cause", "oms", "merged_into", "remark"),
)

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so may be run by a spreadsheet (OWASP, CSV Injection)."""


def table(handover: Handover) -> Made:
    """One table; lists are apart by semicolons, what the desk does not know is empty."""
    out = io.StringIO(newline="")
    write = csv.writer(out).writerow
    write(COLUMNS)
    for outage in handover.outages:
        position = {"lat": round(outage.last.lat, 5), "lon": round(outage.last.lon, 5)}
        held = properties(outage) | position
        write([_cell(held[column]) for column in COLUMNS])
    return Made({"outages.csv": out.getvalue().encode()}, len(handover.outages), handover.left_out)


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value
        case list():
            return _harmless(";".join(map(str, value)))
    return _harmless(str(value))


def _harmless(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
