"""Lists as utilities write them: CSV of many kinds, ODIN, GeoJSON; and what can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import OmsError
from desk.oms import OmsOutage, read_oms
from desk.oms.values import BadValueError, read_count, read_time
from desk.territories import Territory

START = datetime(2031, 9, 4, 16, 0, tzinfo=UTC)
EMPTY = Territory(name="Nowhere", timezone="America/New_York")
SERIES = Path(__file__).parents[4] / "shared" / "series"
Listed = Callable[..., tuple[list[OmsOutage], list[str]]]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


HEADER = "id,started_at,recorded_at,restored_at,lat,lon,communities,customers,cause,status,etr"


def test_the_columns_of_our_own(listed: Listed) -> None:
    oms, said = listed(
        f"{HEADER}\n"
        "17,2031-09-04T12:00:00-04:00,2031-09-04T16:09:00Z,2031-09-04T18:00:00Z,35.01,-79.01,"
        'alder-bay,"1,250",treeDown,restored,2031-09-04T17:30:00Z\n'
    )
    assert said == []
    (one,) = oms
    assert (one.id, one.customers, one.cause, one.status) == ("17", 1250, "treeDown", "restored")
    assert (one.started_at, one.recorded_at) == (START, at(9))
    assert (one.restored_at, one.etr) == (at(120), at(90))
    assert (one.lat, one.lon, one.communities) == (35.01, -79.01, ("alder-bay",))
    assert one.start_known
    assert one.verified


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Outage ID;Off Time;City;Customers Out;Lat;Lon", "A1;09/04/2031 12:00 PM;The Bay;40;;"),
        ("INCIDENT_ID\tSTART\tlatitude\tlongitude", "A1\t1946304000\t35.001\t-79.0"),
        ("Incident Number|Outage Start Time|Zip Code", "A1|2031-09-04 12:00|27002-1234"),
        ("incident,startTime,town", "A1,1946304000000,ALDER BAY"),
        ("mRID,reportedStartTime,geo_point_2d", 'A1,2031-09-04T16:00:00+00:00,"35.0, -79.0"'),
        ("sep=;\nid;start;community", "A1;2031-09-04T12:00:00-04:00;Alder Bay, NC"),
    ],
)
def test_headers_and_times_as_they_are_used(listed: Listed, header: str, row: str) -> None:
    oms, said = listed(f"{header}\n{row}\n")
    assert said == []
    assert [(one.id, one.started_at, one.communities) for one in oms] == [
        ("A1", START, ("alder-bay",))
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(listed: Listed, encoding: str) -> None:
    oms, said = listed(
        f"{HEADER}\n1,2031-09-04T16:00:00Z,,,35,-79,,3,Açaí tree – é,,\n".encode(encoding)
    )
    assert said == []
    assert oms[0].cause == "Açaí tree – é"


def test_a_decimal_comma_and_day_first_where_that_is_the_custom(
    listed: Listed, territory: Territory
) -> None:
    sardinia = msgspec.structs.replace(territory, timezone="Europe/Rome")
    oms, said = listed(
        "id;inizio;lat;lon;clienti\n1;04/09/2031 18:00;35,01;-79,02;12\n", territory=sardinia
    )
    assert said == []
    assert (oms[0].started_at, oms[0].lat, oms[0].customers) == (START, 35.01, 12)


def test_a_history_of_an_outage_page(listed: Listed) -> None:
    """The columns of the public series of PG&E's page: seen first, seen last, customers at most."""
    oms, said = listed(
        "id,start,first_seen,last_seen,cust_first,cust_max,cust_last,lat,lon,city,cause,"
        "crew_first,n_snap,crew_changes,etor_changes\n"
        "7,1946304000,1946304840,1946311200,20,26,3,35.01,-79.01,Nowhere,Equipment,"
        "A crew is on its way.,9,0,1\n"
    )
    assert said == []
    (one,) = oms
    assert (one.started_at, one.recorded_at, one.restored_at) == (at(0), at(14), at(120))
    assert (one.customers, one.communities, one.status) == (26, ("alder-bay",), "restored")


@pytest.mark.skipif(not SERIES.is_dir(), reason="needs the series in ../shared")
def test_every_line_of_a_real_storm_is_read(territory: Territory) -> None:
    said: list[str] = []
    oms = read_oms(SERIES / "pge_2021jan_storm_incidents.csv", territory, said.append)
    assert said == []
    assert len(oms) == 21_216
    assert all(one.start_known and one.recorded_at for one in oms)


def test_words_where_a_time_could_be(listed: Listed) -> None:
    oms, said = listed(
        "id,start,city,restored,etr,last updated\n"
        "1,2031-09-04T16:00:00Z,Birchfield,No,Assessing damage,a while ago\n"
    )
    assert said == []
    assert (oms[0].restored_at, oms[0].etr, oms[0].updated_at) == (None, None, None)


def test_a_report_alone_is_no_start(listed: Listed) -> None:
    oms, _ = listed("id,reported,city\n1,2031-09-04T16:09:00Z,Birchfield\n")
    assert (oms[0].started_at, oms[0].recorded_at) == (at(9), at(9))
    assert not oms[0].start_known
    assert oms[0].known_at == at(9)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Predicted", "predicted"),
        ("Inferred from meters", "predicted"),
        ("Partially restored", "partiallyRestored"),
        ("RESTORED", "restored"),
        ("Closed", "closed"),
        ("Crew assigned", "confirmed"),
        ("", "confirmed"),
    ],
)
def test_status_in_the_words_of_cim(listed: Listed, words: str, status: str) -> None:
    oms, _ = listed(f"id,start,city,status\n1,2031-09-04T16:00:00Z,Birchfield,{words}\n")
    assert oms[0].status == status
    assert oms[0].verified == (status != "predicted")


def test_what_the_utility_has_withdrawn_is_left_out(listed: Listed) -> None:
    oms, said = listed(
        "id,start,city,status\n"
        "1,2031-09-04T16:00:00Z,Birchfield,Cancelled\n"
        "2,2031-09-04T16:00:00Z,Birchfield,\n"
    )
    assert [one.id for one in oms] == ["2"]
    assert said == []


def test_the_last_line_of_an_id_counts(listed: Listed) -> None:
    oms, _ = listed(
        "id,start,city,customers\n"
        "1,2031-09-04T16:00:00Z,Birchfield,100\n"
        "1,2031-09-04T16:00:00Z,Birchfield,250\n"
    )
    assert [one.customers for one in oms] == [250]


def test_places_by_position(listed: Listed) -> None:
    oms, said = listed(
        "id,start,lat,lon\n"
        "in,2031-09-04T16:00:00Z,35.03,-79.0\n"
        "near,2031-09-04T16:00:00Z,35.11,-79.0\n"
        "far,2031-09-04T16:00:00Z,40.0,-70.0\n"
    )
    assert said == []
    assert {one.id: one.communities for one in oms} == {
        "in": ("alder-bay",),
        "near": ("alder-bay",),
        "far": (),
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,yesterday,35,-79,", "'yesterday' is no time"),
        ("1,2031-09-04,35,-79,", "'2031-09-04' is no time"),
        ("1,,35,-79,", "fill started_at"),
        ("1,1850-01-01T00:00:00Z,35,-79,", "outside the years"),
        ("1,2031-09-04T16:00:00Z,95,-79,", "is no latitude"),
        ("1,2031-09-04T16:00:00Z,35,nowhere,", "is no longitude"),
        ("1,2031-09-04T16:00:00Z,,,", "give lat and lon"),
        ("1,2031-09-04T16:00:00Z,35,-79,many", "'many' is no number of customers"),
        ("1,2031-09-04T16:00:00Z,35,-79,-4", "is no number of customers"),
        ("1,2031-09-04T16:00:00Z,35", "3 cells where the header names 5 columns"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_a_mend(
    listed: Listed, row: str, reason: str
) -> None:
    oms, said = listed(f"id,start,lat,lon,customers\n9,2031-09-04T16:00:00Z,35,-79,1\n\n{row}\n")
    assert [one.id for one in oms] == ["9"]
    (line,) = said
    assert "oms.csv:4: skipped: " in line
    assert reason in line


def test_an_unknown_place_is_named(listed: Listed) -> None:
    _, said = listed("id,start,city\n1,1946304000,Alder Bay\n2,1946304000,Elsewhere\n")
    assert said == [said[0]]
    assert "'Elsewhere' is no place of Three Towns: give lat and lon" in said[0]


def test_restored_before_it_began(listed: Listed) -> None:
    _, said = listed("id,start,restored,city\n1,1946304000,,cedar-gap\n2,1946304000,1946300000,b\n")
    assert "restored before it began" in said[0] or "'b' is no place" in said[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        ("id,name\n1,x\n", "no column says when an outage began"),
        ("id,start,lat,lon\n1,x,y,z\n", "none of its 1 lines can be read"),
        ("<a><b></a>", "it is no XML"),
        ("<html></html>", "its root is html, not PubOutages"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><PubOutages/>', "it has a DOCTYPE"),
        ("{broken", "none of its 1 lines"),
        ("[1, 2]", "none of its 2 lines"),
    ],
)
def test_what_is_no_list_is_one_plain_error(listed: Listed, content: str, reason: str) -> None:
    with pytest.raises(OmsError, match=reason):
        listed(content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OmsError, match="No such file"):
        read_oms(tmp_path / "none.csv", EMPTY, print)


ODIN = """<?xml version="1.0" encoding="UTF-8"?>
<PubOutages xmlns="http://iec.ch/TC57/2014/PubOutages#">
  <Outage>
    <mRID>1f0c1d8e-2d31-4d3c-9f9e-0a4b7f0d2a11</mRID>
    <communityDescriptor>Birchfield</communityDescriptor>
    <causeKind>treeDown</causeKind>
    <metersAffected>312</metersAffected>
    <outageKind>{kind}</outageKind>
    <reportedStartTime>2031-09-04T16:09:00.000Z</reportedStartTime>
    <EstimatedRestorationTime><ert>2031-09-04T18:00:00Z</ert></EstimatedRestorationTime>
    <OutageArea><earliestReportedTime>2031-09-04T16:05:00Z</earliestReportedTime></OutageArea>
  </Outage>
</PubOutages>
"""


def test_odin_as_xml(listed: Listed) -> None:
    oms, said = listed(ODIN.format(kind="confirmed"), "odin.xml")
    assert said == []
    (one,) = oms
    assert (one.communities, one.customers, one.cause) == (("birchfield",), 312, "treeDown")
    assert (one.recorded_at, one.etr, one.start_known) == (at(9), at(120), False)
    assert not listed(ODIN.format(kind="predicted"), "odin.xml")[0][0].verified


def test_odin_of_the_other_namespace_and_without_one(listed: Listed) -> None:
    for space in ('xmlns="http://iec.ch/TC57/2014/FROutages#"', ""):
        text = ODIN.format(kind="confirmed").replace(
            'xmlns="http://iec.ch/TC57/2014/PubOutages#"', space
        )
        assert len(listed(text, "odin.xml")[0]) == 1


ROW = {
    "communitydescriptor": "37063",
    "county": "Durham",
    "state": "North Carolina",
    "name": "Some Power",
    "utility_id": "1",
    "metersaffected": 44,
    "reportedstarttime": "2031-09-04T16:09:00+00:00",
    "estimatedrestorationtime": '{"ert": "2031-09-04T18:00:00Z"}',
    "statuskind": None,
    "geo_point_2d": {"lon": -79.5, "lat": 35.5},
}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"total_count": 1, "results": [ROW]}),
        json.dumps([ROW]),
        json.dumps([{"fields": ROW}]),
        json.dumps(ROW) + "\n\n" + json.dumps(ROW) + "\n",
    ],
    ids=["results", "list", "wrapped", "lines"],
)
def test_odin_as_the_rows_of_its_dataset(listed: Listed, content: str) -> None:
    oms, said = listed(content, "odin.json")
    assert said == []
    (one,) = oms
    assert (one.lat, one.lon, one.communities) == (35.5, -79.5, ("birchfield",))
    assert (one.customers, one.recorded_at, one.etr) == (44, at(9), at(120))
    assert one.id.startswith("row-")


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "id": 7, "geometry": geometry, "properties": properties}


def test_geojson_of_points_and_areas(listed: Listed) -> None:
    square = [[-79.6, 35.4], [-79.4, 35.4], [-79.4, 35.6], [-79.6, 35.6], [-79.6, 35.4]]
    started = {"start": "2031-09-04T16:00:00Z"}
    features = [
        feature({"type": "Point", "coordinates": [-79.0, 35.0]}, id="p", **started),
        feature({"type": "Polygon", "coordinates": [square]}, id="a", **started),
        feature({"type": "MultiPolygon", "coordinates": [[square]]}, id="m", **started),
        feature(None, id="n", community="cedar-gap", **started),
    ]
    oms, said = listed(json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson")
    assert said == []
    assert {one.id: one.communities for one in oms} == {
        "a": ("birchfield",),
        "m": ("birchfield",),
        "n": ("cedar-gap",),
        "p": ("alder-bay",),
    }
    area = next(one for one in oms if one.id == "a")
    assert (round(area.lat, 6), round(area.lon, 6)) == (35.5, -79.5)


def test_a_bad_feature_is_named(listed: Listed) -> None:
    started = {"start": "2031-09-04T16:00:00Z"}
    features = [
        feature({"type": "Point", "coordinates": [-79.0, 35.0]}, **started),
        feature({"type": "Point", "coordinates": ["x"]}, **started),
        feature({"type": "Point", "coordinates": [-79.0]}, **started),
        feature({"type": "Polygon", "coordinates": []}, **started),
        {"type": "Feature", "geometry": 3},
    ]
    oms, said = listed(json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson")
    assert [one.id for one in oms] == ["7"]
    assert [line.split(": ")[0].rpartition("/")[2] for line in said] == [
        f"a.geojson:feature {number}" for number in (2, 3, 4, 5)
    ]


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail_otherwise(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("oms") / "any"
    path.write_bytes(data)
    error = ""
    try:
        read_oms(path, EMPTY, lambda _: None)
    except OmsError as no_list:
        error = str(no_list)
    assert "\n" not in error


@given(st.text(max_size=30))
def test_no_text_makes_a_value_fail_otherwise(text: str) -> None:
    for read in (lambda: read_time(text, EMPTY.zone), lambda: read_count(text)):
        error = ""
        try:
            read()
        except BadValueError as bad:
            error = str(bad)
        assert "\n" not in error


@given(st.datetimes(datetime(1991, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  bounds
def test_an_instant_is_the_same_however_it_is_written(instant: datetime) -> None:
    instant = instant.replace(microsecond=0)
    zone = EMPTY.zone
    local = instant.astimezone(zone)
    assert read_time(instant.isoformat(), zone) == instant
    assert read_time(str(int(instant.timestamp())), zone) == instant
    assert read_time(str(int(instant.timestamp()) * 1000), zone) == instant
    if local.fold == 0 and local.replace(fold=1).utcoffset() == local.utcoffset():
        assert read_time(f"{local:%m/%d/%Y %I:%M:%S %p}", zone) == instant
        assert read_time(f"{local:%Y-%m-%d %H:%M:%S}", zone) == instant


@pytest.mark.parametrize(
    ("header", "said", "crews"),
    [("crews", "3", "3"), ("Crew Status", "En route", "En route"), ("crews", "", None)],
)
def test_what_a_list_says_of_crews(
    listed: Listed, header: str, said: str, crews: str | None
) -> None:
    oms, told = listed(f"id,started_at,lat,lon,{header}\n1,2031-09-04T16:00:00Z,35,-79,{said}\n")
    assert told == []
    assert oms[0].crews == crews
