"""`outages locate` as users run it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from desk.errors import DeskError
from tui.commands.outages import app


def run(*options: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["locate", *options], input=stdin)


def test_it_says_where_how_sure_and_why() -> None:
    told = run("Wires down in Durham, NC. Wilmington, DE is fine")
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0].startswith("Durham (durham) from text, confidence 0.9")
    assert "within 9.5 km of 35.9940, -78.8986" in told.stdout
    assert "its region is named right behind it" in told.stdout
    assert "'DE' behind it is elsewhere" in told.stdout


def test_nothing_found_is_no_failure() -> None:
    told = run("Hope everyone is warm", "--territory", "north-carolina")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == "no location in North Carolina"


def test_platform_and_profile_count() -> None:
    for options, source in (
        (("--geo", "35.99,-78.9"), "coordinates"),
        (("--place", "Durham, NC"), "place"),
        (("--home", "Durham, NC"), "profile"),
        (("--name", "Ann (Durham NC)"), "profile"),
        (("--handle", "durhamnc_ann"), "profile"),
    ):
        told = json.loads(run("no power", *options, "--format", "json").stdout)
        assert told["location"]["source"] == source
        assert told["location"]["community"] == "durham"
        assert told["sources"]


def test_posts_of_stdin_are_read_in_order() -> None:
    posts = [
        {"id": "1", "channel": "x", "text": "no power in Durham"},
        {"id": "2", "channel": "x", "text": "same here", "reply_to": "1"},
    ]
    lines = "\n".join([*map(json.dumps, posts), "", "{not a post"])
    told = run("-", "--format", "json", stdin=lines)
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert [row["location"]["source"] for row in rows] == ["text", "thread"]
    assert "-:4: not a post" in told.stderr


@pytest.mark.parametrize("geo", ["x", "1", "99,0", "nan,1", "1,2,3"])
def test_wrong_coordinates_are_told(geo: str) -> None:
    told = run("x", "--geo", geo)
    assert isinstance(told.exception, DeskError)
    assert "write latitude and longitude" in str(told.exception)


def test_no_escape_of_a_post_reaches_the_terminal() -> None:
    told = run("dark in \x1b[31m\u202eDurham\x1b[0m\u202e NC")
    assert told.exit_code == 0
    assert "\x1b" not in told.stdout
    assert "\u202e" not in told.stdout
