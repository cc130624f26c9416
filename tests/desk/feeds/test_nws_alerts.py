"""Alerts of the weather service: which hold, from when to when, and nothing that breaks on them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import PostError
from desk.feeds.nws.alerts import MOST_CORNERS, decode_alert, decode_page, standing
from desk.feeds.warning import OPEN, WeatherWarning
from tests.desk.feeds.nws_examples import NOON, about, alert, page

RECORDED = Path(__file__).parents[4] / "shared" / "wire" / "nws"
SQUARE = [[-79.0, 35.0], [-78.0, 35.0], [-78.0, 36.0], [-79.0, 36.0], [-79.0, 35.0]]


def held(*features: object, status: str = "actual") -> tuple[WeatherWarning, ...]:
    alerts = (decode_alert(bytes(raw), status) for raw in decode_page(page(*features)).features)
    return standing(each for each in alerts if each is not None)


def test_an_alert_becomes_a_warning_in_the_words_of_cap() -> None:
    (warning,) = held(alert())
    assert (warning.event, warning.severity) == ("Wind Advisory", "Moderate")
    assert warning.begins == NOON + timedelta(hours=1)
    assert warning.until == NOON + timedelta(hours=6)
    assert (warning.area, warning.states) == ("Alder; Birch", ("NC",))
    assert (warning.text, warning.instruction) == ("* WHAT...Wind.", "Secure outdoor objects.")
    assert not warning.exercise


@pytest.mark.parametrize(
    ("ends", "expires", "until"),
    [
        (None, NOON, NOON),
        (NOON, None, NOON),
        (NOON, NOON + timedelta(hours=1), NOON),
        (None, None, OPEN),
    ],
)
def test_a_warning_ends_with_its_event_or_else_with_its_message(
    ends: datetime | None, expires: datetime | None, until: datetime
) -> None:
    told = {
        "ends": ends.isoformat() if ends else None,
        "expires": expires.isoformat() if expires else None,
    }
    assert held(alert(**told))[0].until == until


def test_updates_replace_and_cancels_end_what_they_are_about() -> None:
    first, other = alert("a1"), alert("b1")
    second = alert("a2", messageType="Update", references=about("a1"), headline="still")
    third = alert("a3", messageType="Update", references=about("a1", "a2"))
    cancel = alert("b2", messageType="Cancel", references=about("b1"))
    assert [each.id for each in held(second, first, other)] == ["a2", "b1"]
    assert [each.id for each in held(third, second, first, other, cancel)] == ["a3"]
    assert held(alert("a2", messageType="Cancel", references=about("a1")), first) == ()


@pytest.mark.parametrize("action", ["CAN", "EXP", "UPG"])
def test_an_event_that_is_over_by_its_vtec_holds_no_more(action: str) -> None:
    over = {"VTEC": [f"/O.{action}.KXXX.WI.Y.0001.000000T0000Z-310904T1800Z/"]}
    update = alert("a2", messageType="Update", references=about("a1"), parameters=over)
    assert held(alert("a1"), update) == ()


def test_tests_and_exercises_are_no_warnings_and_exercises_no_real_ones() -> None:
    assert (
        held(alert(status="Test"), alert("b", status="Exercise"), alert("c", status="Draft")) == ()
    )
    assert held(alert(event="Test Message")) == ()
    test = {"VTEC": ["/T.NEW.KXXX.TO.W.0001.310904T1300Z-310904T1800Z/"]}
    assert held(alert(parameters=test)) == ()
    (exercise,) = held(alert(status="Exercise"), alert("b"), status="exercise")
    assert exercise.exercise


def test_the_worst_stands_first() -> None:
    found = held(
        alert("a", event="Flood Watch", severity="Severe"),
        alert("b", event="Flood Warning", severity="Severe"),
        alert("c", event="Frost Advisory", severity="Minor"),
        alert("d", event="Hurricane Warning", severity="Extreme"),
        alert("e", event="Odd", severity="Strange"),
    )
    assert [each.id for each in found] == ["d", "b", "a", "c", "e"]


def test_shapes_are_polygons_and_long_borders_get_fewer_corners() -> None:
    long = [[-79 + at / 1000, 35.0] for at in range(1000)] + [[-79.0, 36.0]]
    (drawn,) = held(alert(geometry={"type": "Polygon", "coordinates": [SQUARE]}))
    assert drawn.shapes == ((tuple(map(tuple, SQUARE)),),)
    (far,) = held(alert(geometry={"type": "MultiPolygon", "coordinates": [[SQUARE], [long]]}))
    assert len(far.shapes) == 2
    assert len(far.shapes[1][0]) <= MOST_CORNERS
    assert held(alert(geometry={"type": "Point", "coordinates": [1, 2]}))[0].shapes == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\x00",
        b'{"properties":{}}',
        json.dumps(alert(ends="soon")).encode(),
        json.dumps(alert(onset="0001-01-01T00:00:00+00:00")).encode(),
        json.dumps(alert(id=None)).encode(),
        json.dumps(alert(geometry={"type": "Polygon", "coordinates": "here"})).encode(),
        json.dumps(alert(geometry={"type": "Polygon", "coordinates": [[[999, 1]] * 4]})).encode(),
        b"[" * 10_000 + b"]" * 10_000,
        b'{"properties":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        json.dumps(alert()).encode().replace(b'"geometry": null', b'"geometry": ' + b"[" * 9_999),
        json.dumps(alert(headline="\ud800")).encode(),
    ],
)
def test_what_is_no_alert_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(PostError, match="not an alert"):
        decode_alert(raw, "actual")


@given(st.binary())
def test_no_bytes_break_the_decoder(raw: bytes) -> None:
    for decode in (decode_page, lambda body: decode_alert(body, "actual")):
        try:
            decode(raw)
        except PostError:
            continue


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    ),
    st.sampled_from([*alert()["properties"], "geometry"]),
)
def test_no_value_of_a_field_breaks_the_decoder(value: object, name: str) -> None:
    try:
        found = decode_alert(json.dumps(alert(**{name: value})).encode(), "actual")
    except PostError:
        return
    assert found is None or msgspec.json.encode(found.warning)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded answers of api.weather.gov here")
@pytest.mark.parametrize(
    ("name", "alerts", "holding"),
    [("active_e2e", 152, 140), ("active_testing", 38, 37), ("active_load-testing-ioc", 8, 8)],
)
def test_recorded_answers_decode(name: str, alerts: int, holding: int) -> None:
    body = (RECORDED / f"{name}.json").read_bytes()
    at = json.dumps(datetime.now(UTC).isoformat()).encode()
    whole = decode_page(re.sub(rb'"date:[^"]*"', at, body))
    found = [decode_alert(bytes(raw), "actual") for raw in whole.features]
    assert len(found) == alerts
    assert len(standing(each for each in found if each is not None)) == holding
