"""GeoJSON against RFC 7946, CSV against RFC 4180 and against spreadsheets; both are read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from desk.exports.geojson import geojson
from desk.exports.handover import Handover, Made, hand_over
from desk.exports.odin import odin
from desk.exports.table import COLUMNS, FORMULA, table
from desk.oms import read_oms
from desk.oms.match import match_oms
from desk.outages import OutageChange
from desk.outages.history import histories
from desk.territories import Community, Territory

Told = Callable[..., OutageChange]

RFC_7946: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "id": {"type": ["string", "number"]},
                    "geometry": {
                        "required": ["type", "coordinates"],
                        "properties": {
                            "type": {"const": "Point"},
                            "coordinates": {
                                "type": "array",
                                "minItems": 2,
                                "maxItems": 3,
                                "prefixItems": [
                                    {"type": "number", "minimum": -180, "maximum": 180},
                                    {"type": "number", "minimum": -90, "maximum": 90},
                                ],
                            },
                        },
                    },
                    "properties": {"type": ["object", "null"]},
                },
                # section 7.1: members of other GeoJSON objects must not stand here
                "not": {"anyOf": [{"required": ["coordinates"]}, {"required": ["features"]}]},
            },
        },
    },
    "not": {
        "anyOf": [{"required": [name]} for name in ("coordinates", "geometry", "properties", "crs")]
    },
}
"""Sections 3.1.1, 3.1.2, 3.2, 3.3, 4 (no `crs`) and 7.1."""


@pytest.fixture
def changes(told: Told) -> list[OutageChange]:
    """Open, confirmed, restored, withdrawn and suspected outages of an exercise."""
    return [
        told("o1", "likely", 5, cause="treeDown", exercise=True),
        told("o2", "confirmed", 6, ("birchfield",), by="kim", exercise=True, lat=35.5, lon=-79.5),
        told("o3", "likely", 7, ("cedar-gap",), exercise=True, lat=36.0, lon=-80.0),
        told("o3", "restored", 90, ("cedar-gap",), exercise=True, lat=36.0, lon=-80.0),
        told("o4", "likely", 8, exercise=True),
        told("o4", "dismissed", 9, by="kim", exercise=True),
        told("o5", "suspected", 9, exercise=True),
    ]


def test_geojson_keeps_to_the_rfc(changes: list[OutageChange], territory: Territory) -> None:
    made = geojson(hand_over(changes, territory))
    (document,) = made.documents.values()
    held = json.loads(document)
    Draft202012Validator(RFC_7946).validate(held)
    assert held["exercise"] is True
    assert "EXERCISE" in held["note"]
    first = held["features"][0]
    assert first["geometry"]["coordinates"] == [-79.02, 35.01]
    assert first["properties"]["outage_kind"] == "predicted"
    assert first["properties"]["people_posting"] == 77
    assert not [name for name in first["properties"] if "customer" in name or "meter" in name]
    assert made.left_out == {"only suspected (--suspected takes them in)": 1}
    with_suspected = geojson(hand_over(changes, territory, suspected=True))
    assert with_suspected.outages == made.outages + 1


def test_a_table_keeps_to_the_rfc(changes: list[OutageChange], territory: Territory) -> None:
    (document,) = table(hand_over(changes, territory)).documents.values()
    assert document.count(b"\r\n") == 5
    rows = list(csv.DictReader(io.StringIO(document.decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["outage_kind"] for row in rows] == ["predicted", "confirmed", "restored", "closed"]
    assert {row["exercise"] for row in rows} == {"true"}
    assert rows[2]["places"] == "'=Cedar Gap"
    assert float(rows[0]["lon"]) == -79.02
    assert rows[3]["withdrawn"] == "true"


@pytest.mark.parametrize("make", [geojson, table, odin])
def test_what_was_exported_is_read_back(
    changes: list[OutageChange],
    territory: Territory,
    tmp_path: Path,
    make: Callable[[Handover], Made],
) -> None:
    made = make(hand_over(changes, territory))
    ((name, document),) = made.documents.items()
    path = tmp_path / name
    path.write_bytes(document)
    said: list[str] = []
    oms = read_oms(path, territory, said.append)
    assert said == []
    assert {one.communities: one.status for one in oms} == {
        ("alder-bay",): "predicted",
        ("birchfield",): "confirmed",
        ("cedar-gap",): "predicted",  # restored, yet never verified
    }
    assert all(one.exercise and one.customers is None for one in oms)
    matches = match_oms(histories(changes), oms)
    assert [found.outage.last.id for found in matches.matched] == ["o1", "o2", "o3", "o5"]
    assert [found.apart_km for found in matches.matched[:3]] == [0, 0, 0]
    confirmed = {found.outage.last.id for found in matches.matched if found.confirms}
    assert confirmed == {"o2"}


names = st.text(max_size=20) | st.sampled_from(FORMULA).map(
    lambda begin: f"{begin}cmd|' /C calc'!A0"
)


@given(names, names)
def test_no_cell_is_a_formula(name: str, id_: str) -> None:
    place = Community(id="a", name=name, lat=35.0, lon=-79.0, radius_km=1.0, customers=1)
    territory = Territory(name="T", timezone="UTC", community=(place,))
    at = datetime(2031, 9, 4, tzinfo=UTC)
    change = OutageChange(
        id=id_, status="likely", at=at, started_at=at, communities=("a", id_), lat=-35.0,
        lon=-79.0, radius_km=1.0, first_post_at=at, posts=3, authors=3, hazards=0, vulnerable=0,
        damage=0, confidence=0.5, evidence=(), cause=name, oms=id_,
    )  # fmt: skip
    handover = hand_over([change], territory)
    (document,) = table(handover).documents.values()
    header, row = csv.reader(io.StringIO(document.decode(), newline=""))
    for column, cell in zip(header, row, strict=True):
        assert not cell.startswith(FORMULA) or column in ("lat", "lon")
        assert cell.isprintable()
    (feature,) = json.loads(next(iter(geojson(handover).documents.values())))["features"]
    assert all(place.isprintable() for place in feature["properties"]["places"])
