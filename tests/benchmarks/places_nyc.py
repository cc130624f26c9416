"""Official outage notices of New York City: is the borough right, and the ZIP code near?"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import msgspec
import zipcodes

from desk.distance import distance_km
from desk.places import Locator
from desk.post import Location, Post
from desk.territories import Territory, load_territory

BOROUGHS = {
    "BK": "Kings County", "BX": "Bronx County", "MN": "New York County", "QN": "Queens County",
    "QU": "Queens County", "SI": "Richmond County",
}  # fmt: skip
CENTRE = "40.70,-73.94,29"
NEAR_KM = 4.0

_LOCAL = """\
skip = ["new-york-city"]
[community.brooklyn]
aliases = ["BK", "BKLYN"]
ambiguous = false
radius_km = 8.0
[community.queens]
aliases = ["QN", "QU"]
ambiguous = false
radius_km = 12.0
[community.manhattan]
aliases = ["MN", "NYC"]
ambiguous = false
radius_km = 8.0
[community.the-bronx]
aliases = ["BX"]
ambiguous = false
radius_km = 8.0
[community.staten-island]
ambiguous = false
aliases = ["SI"]
radius_km = 10.0
"""


class Notice(msgspec.Struct):
    """A row of the corpus."""

    title: str
    text: str


class View(msgspec.Struct):
    """What was found by reading a part of each notice.

    `located` is the share of those that name a borough, `borough` the share of the located in the
    right one; `zip_near` the share within `NEAR_KM` of a ZIP code that the notice states, of those
    located in a part of a borough; `km_p50` and `km_p90` is how far from it.
    """

    read: str
    posts: int
    located: float
    borough: float
    zip_near: float
    km_p50: float
    km_p90: float


def measure_new_york(corpora: Path, folder: Path, atlas: Path | None) -> list[View]:
    """Build the territory into `folder` and read the notices; nothing where they are not there."""
    path = corpora / "nyc_oem_notifications.jsonl"
    if not path.is_file():
        return []
    lines = path.read_bytes().splitlines()
    notices = [msgspec.json.decode(line, type=Notice) for line in lines]
    return measure_notices(notices, build_new_york(folder, atlas))


def build_new_york(folder: Path, atlas: Path | None) -> Territory:
    """The city as a territory: its boroughs and their quarters, as GeoNames has them."""
    local = folder / "new-york-local.toml"
    local.write_text(_LOCAL, "utf-8")
    command = [
        sys.executable, "-m", "tui", "territory", "build", "--name", "new-york", "--country", "US",
        "--region", "NY", "--min-population", "500", "--communities", "400", "--around", CENTRE,
        "--local", str(local), "--out", str(folder), *(("--atlas", str(atlas)) if atlas else ()),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return load_territory(folder / "new-york.toml")


def measure_notices(notices: list[Notice], territory: Territory) -> list[View]:
    """Three views: the title alone, the text without its numbers, and the whole text."""
    codes = _codes()
    county = {
        one.id: min(
            codes.values(),
            key=lambda code: distance_km(one.lat, one.lon, code["lat"], code["lon"]),
        )["county"]
        for one in territory.community
    }
    views = []
    for read in ("title", "text without numbers", "whole text"):
        locator = Locator(territory)
        rows = []
        for notice in notices:
            borough = _borough(notice.title)
            if borough is None:
                continue
            text = notice.title if read == "title" else notice.text
            if read == "text without numbers":
                text = re.sub(r"\d+", "", text)
            stated = [code for code in re.findall(r"\b1[01]\d{3}\b", notice.text) if code in codes]
            found = locator.locate(Post(id="1", channel="x", text=text, created_at=_AT))
            rows.append((borough, stated, found))
        views.append(_view(read, rows, county, codes))
    return views


_AT = datetime(2020, 1, 1, tzinfo=UTC)
_WHOLE = frozenset(("brooklyn", "queens", "manhattan", "the-bronx", "staten-island"))


def _borough(title: str) -> str | None:
    named = re.findall(r"\(([A-Z]{2})\)", title)
    counties = {BOROUGHS[one] for one in named if one in BOROUGHS}
    return counties.pop() if len(counties) == 1 else None


def _codes() -> dict[str, dict[str, Any]]:
    return {
        row["zip_code"]: {
            "lat": float(row["lat"]), "lon": float(row["long"]), "county": row["county"],
        }
        for row in zipcodes.filter_by(state="NY", active=True)  # type: ignore[no-untyped-call]
        if row["county"] in BOROUGHS.values()
    }  # fmt: skip


def _view(
    read: str,
    rows: list[tuple[str, list[str], Location | None]],
    county: dict[str, str],
    codes: dict[str, dict[str, Any]],
) -> View:
    counts: Counter[str] = Counter()
    away_km = []
    for borough, stated, found in rows:
        if found is None:
            continue
        counts["located"] += 1
        counts["borough"] += county[found.community] == borough
        if stated and (found.community not in _WHOLE or found.source == "zip"):
            near = [codes[code] for code in stated]
            away_km.append(
                min(distance_km(found.lat, found.lon, one["lat"], one["lon"]) for one in near)
            )
    ranks = quantiles(away_km, n=10) if len(away_km) > 1 else [0.0] * 9
    return View(
        read,
        len(rows),
        counts["located"] / max(1, len(rows)),
        counts["borough"] / max(1, counts["located"]),
        sum(km <= NEAR_KM for km in away_km) / max(1, len(away_km)),
        ranks[4],
        ranks[8],
    )
