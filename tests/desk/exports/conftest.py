"""Outages to hand over, and checks of XML documents against what a standard says of them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk.outages import OutageChange
from desk.territories import Community, Territory

START = datetime(2031, 9, 4, 16, 0, tzinfo=UTC)
TOWNS = (
    Community(
        id="alder-bay", name="Alder Bay", lat=35.0, lon=-79.0, radius_km=5.0, customers=40_000,
        feeder="AB-12",
    ),
    Community(
        id="birchfield", name="Birchfield & Sons <North>", lat=35.5, lon=-79.5, radius_km=4.0,
        customers=9_000,
    ),
    Community(
        id="cedar-gap", name="=Cedar Gap", lat=36.0, lon=-80.0, radius_km=3.0, customers=2_000,
        feeder="AB-12",
    ),
)  # fmt: skip
Occurs = tuple[str, int, int | None, str | Sequence[str] | None]
"""A child: its name, how often at least and at most, and a pattern or words for its text."""


@pytest.fixture
def territory() -> Territory:
    """Three towns, two of them on a feeder."""
    return Territory(name="Three Towns", timezone="America/New_York", community=TOWNS)


@pytest.fixture
def told() -> Callable[..., OutageChange]:
    """Makes changes of outages of posts, `minute` minutes after their start."""

    def make(
        id_: str,
        status: str,
        minute: float,
        towns: tuple[str, ...] = ("alder-bay",),
        **more: Any,  # noqa: ANN401  any field of a change
    ) -> OutageChange:
        fields: dict[str, Any] = {
            "id": id_,
            "status": status,
            "at": START + timedelta(minutes=minute),
            "started_at": START,
            "communities": towns,
            "lat": 35.01,
            "lon": -79.02,
            "radius_km": 5.0,
            "first_post_at": START,
            "posts": 91,
            "authors": 77,
            "hazards": 0,
            "vulnerable": 0,
            "damage": 0,
            "confidence": 0.875,
            "evidence": ("post-1", "post-2"),
        }
        return OutageChange(**(fields | more))

    return make


@pytest.fixture
def check() -> Callable[[ET.Element, str, Mapping[str, Sequence[Occurs]]], None]:
    """Holds an element against a table: order, occurrence and text of the children of each."""

    def hold(node: ET.Element, namespace: str, of: Mapping[str, Sequence[Occurs]]) -> None:
        assert node.tag.startswith(f"{{{namespace}}}"), node.tag
        name = node.tag.rpartition("}")[2]
        children = list(node)
        for child, least, most, text in of[name]:
            found = []
            while children and children[0].tag == f"{{{namespace}}}{child}":
                found.append(children.pop(0))
            assert len(found) >= least, f"{name} needs {child}"
            assert most is None or len(found) <= most, f"{name} has too many {child}"
            for one in found:
                if child in of:
                    hold(one, namespace, of)
                else:
                    _check_text(one, text)
        assert not children, f"{name} can't have {children[0].tag} here"

    return hold


def _check_text(node: ET.Element, allowed: str | Sequence[str] | None) -> None:
    assert not len(node), node.tag
    text = node.text or ""
    assert text.strip() == text != "", node.tag
    if isinstance(allowed, str):
        assert re.fullmatch(allowed, text), f"{node.tag}: {text}"
    elif allowed is not None:
        assert text in allowed, f"{node.tag}: {text}"
