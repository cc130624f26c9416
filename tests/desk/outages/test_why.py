"""What limits each miss and each false outage: hand-made cases, and a small storm as a whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from desk.feeds import Batch
from desk.outages import OutageChange
from desk.outages.score import predictions, score
from desk.outages.told import Spot, Told, ToldPost, read_told
from desk.outages.truth import Known, TrueOutage, TruePost, read_known
from desk.outages.why import Missed, Mistaken, why
from desk.pipeline import Pipeline
from desk.post import LabelledPost, Post, encode
from desk.store import Store
from desk.territories import load_territory
from rules import Verdict
from simulator.folder import generate
from simulator.storm_file import load_storm
from tui.commands.outages import app

START = datetime(2031, 9, 4, 12, 0, tzinfo=UTC)
SPOTS = {"alder": Spot("alder", 35.0, -79.0), "birch": Spot("birch", 36.0, -79.0)}


def at(hour: float) -> datetime:
    """`hour` hours after START."""
    return START + timedelta(hours=hour)


def real(id_: str, start: float = 1, end: float | None = 5, town: str = "alder") -> TrueOutage:
    """A true outage in the middle of a town."""
    spot = SPOTS[town]
    restored_at = None if end is None else at(end)
    return TrueOutage(id_, at(start), restored_at, (town,), spot.lat, spot.lon)


def posts(
    of: str | None,
    count: int = 5,
    town: str = "alder",
    labels: tuple[str, ...] = ("outage",),
    trap: str | None = None,
) -> list[TruePost]:
    """Posts of as many authors."""
    name = f"{of or trap or 'no'}-{town}-{'-'.join(labels)}"
    return [
        TruePost(f"{name}-{n}", f"x:{n}", labels, of, town, located=True, trap=trap)
        for n in range(count)
    ]


def made(*posted: Sequence[TruePost], outages: Sequence[TrueOutage]) -> Known:
    """The truth of a day."""
    by_id = {post.id: post for group in posted for post in group}
    return Known(tuple(outages), by_id, timedelta(days=1))


def seen(
    posted: Sequence[TruePost],
    labels: tuple[str, ...] = ("outage",),
    town: str | None = "alder",
) -> dict[str, ToldPost]:
    """What a desk tells of these posts."""
    return {post.id: ToldPost(labels, SPOTS[town] if town else None) for post in posted}


def change(
    id_: str,
    status: str,
    hour: float,
    town: str = "alder",
    evidence: Sequence[TruePost] = (),
) -> OutageChange:
    """A change of outage `id_`."""
    fields: dict[str, Any] = {
        "id": id_,
        "status": status,
        "at": at(hour),
        "started_at": at(hour),
        "communities": (town,),
        "lat": SPOTS[town].lat,
        "lon": SPOTS[town].lon,
        "radius_km": 5.0,
        "first_post_at": at(hour),
        "posts": 3,
        "authors": 3,
        "hazards": 0,
        "vulnerable": 0,
        "damage": 0,
        "confidence": 0.5,
        "evidence": tuple(post.id for post in evidence),
    }
    return OutageChange(**fields)


def only_miss(told: Told, known: Known) -> Missed:
    """The one outage that was missed."""
    (miss,) = why(told, known).missed
    return miss


def only_mistake(known: Known, *changes: OutageChange) -> Mistaken:
    """The one false outage."""
    (mistake,) = why(Told(list(changes), {}), known).false
    return mistake


POSTED = posts("t", 6)
LOCATED = seen(POSTED)


@pytest.mark.parametrize(
    ("told", "reason", "labelled", "located", "lost"),
    [
        ({}, "not labelled", 0, 0, 6),
        (seen(POSTED[:4]), "not labelled", 4, 4, 2),
        (seen(POSTED, ("hazard",)), "not labelled", 0, 0, 6),
        (seen(POSTED, town=None), "not located", 6, 0, 6),
        (LOCATED | seen(POSTED[:2], town="birch"), "not located", 6, 4, 2),
        (LOCATED | seen(POSTED[:1], town="birch"), "not clustered", 6, 5, 5),
        (LOCATED, "not clustered", 6, 6, 6),
    ],
)
def test_a_miss_is_told_by_the_step_that_lost_it(
    told: dict[str, ToldPost], reason: str, labelled: int, located: int, lost: int
) -> None:
    miss = only_miss(Told([], told), made(POSTED, outages=[real("t")]))
    assert (miss.reason, miss.posted, miss.labelled, miss.located) == (reason, 6, labelled, located)
    assert len(miss.posts) == lost
    assert not miss.suspected
    assert miss.with_ is None


def test_authors_count_and_not_posts() -> None:
    one = [msgspec.structs.replace(post, author="x:0") for post in posts("t", 9)]
    more = [msgspec.structs.replace(post, id=f"{post.id}b") for post in posts("t", 4)]
    reasons = why(Told([], seen([*one, *more])), made(one, more, outages=[real("t")]))
    assert not reasons.missed
    assert reasons.not_counted.few_posted == 1


def test_an_outage_told_as_one_with_another_and_one_only_suspected() -> None:
    other = posts("t2", 5)
    known = made(POSTED, other, outages=[real("t"), real("t2", 2)])
    told = Told([change("p", "likely", 1.1), change("p", "restored", 4)], LOCATED | seen(other))
    assert only_miss(told, known).with_ == "t"
    known = made(POSTED, outages=[real("t")])
    assert only_miss(Told([change("p", "suspected", 1.1)], LOCATED), known).suspected
    assert not only_miss(Told([change("p", "suspected", 5.1)], LOCATED), known).suspected


def test_outages_that_do_not_count_are_told_apart() -> None:
    known = made(posts("t", 4), outages=[real("t"), real("silent"), real("u")])
    reasons = why(Told([], {}), known)
    assert not reasons.missed
    assert (reasons.not_counted.nobody_posted, reasons.not_counted.few_posted) == (2, 1)


@pytest.mark.parametrize(
    ("evidence", "hour", "reason"),
    [
        (posts(None, 3, trap="bot_flood"), 2, "trap"),
        (posts("t", 3, trap="wrong_place"), 2, "trap"),
        (posts(None, 3, labels=("hazard",)), 2, "not a report"),
        (posts(None, 3), 2, "general"),
        (posts("far", 3, town="birch"), 2, "wrong place"),
        (posts("t", 3), 6, "after the end"),
        (posts("t", 3), 2, "second"),
        (posts("few", 3), 2, "few authors"),
    ],
)
def test_a_false_outage_is_told_by_what_made_it(
    evidence: list[TruePost], hour: float, reason: str
) -> None:
    outages = [real("t"), real("few"), real("far", town="birch")]
    known = made(posts("t"), evidence, outages=outages)
    first = change("first", "likely", 1.1)
    mistake = only_mistake(known, first, change("p", "likely", hour, evidence=evidence))
    assert (mistake.outage, mistake.reason) == ("p", reason)
    assert mistake.made_of == {reason: 3}
    assert mistake.posts == tuple(post.id for post in evidence)
    assert mistake.outages == tuple({post.outage: None for post in evidence if post.outage})
    assert mistake.traps == dict(Counter(post.trap for post in evidence if post.trap))


def test_most_posts_decide_and_those_behind_the_first_likely_do_not() -> None:
    bots, few = posts(None, 2, trap="bot_flood"), posts("few", 3)
    known = made(bots, few, outages=[real("few")])
    later = change("p", "restored", 4, evidence=posts(None, 9, trap="rumour"))
    mistake = only_mistake(known, change("p", "likely", 2, evidence=[*bots, *few]), later)
    assert mistake.reason == "few authors"
    assert mistake.made_of == {"trap": 2, "few authors": 3}


def test_a_post_that_means_nothing_is_none_of_the_truth() -> None:
    silent = [TruePost("a", "x:1", (), None, None, located=False, trap=None)]
    mistake = only_mistake(made(outages=[]), change("p", "likely", 2, evidence=silent))
    assert mistake.reason == "not a report"


def forgetful(line: bytes) -> Verdict:
    """What rules would say that miss every third post or so."""
    truth = msgspec.json.decode(line)
    labels = () if int(truth["id"][-2:]) % 3 == 0 else tuple(truth["labels"])
    return Verdict(None, labels, "und", ())


def test_every_miss_and_every_false_outage_of_a_storm_has_its_reason(tmp_path: Path) -> None:
    storm = load_storm("thunderstorms", seed=4, hours=3.5, scale=0.4, background=0.0)
    generate(storm, tmp_path / "storm")
    pipeline = Pipeline(None, load_territory(str(tmp_path / "storm/territory.toml")), Store())
    lines = [(tmp_path / "storm" / name).read_bytes() for name in ("posts.jsonl", "truth.jsonl")]
    batch = tuple(msgspec.json.decode(line, type=Post) for line in lines[0].splitlines())
    taken = pipeline.take("file", Batch(batch, "1"))
    events = pipeline.finish(taken, [forgetful(line) for line in lines[1].splitlines()]).events
    pipeline.store.close()
    known = read_known(tmp_path / "storm")
    (tmp_path / "told").write_bytes(b"".join(encode(event) + b"\n" for event in events))
    told = read_told(tmp_path / "told", pytest.fail)
    changes = [event for event in events if isinstance(event, OutageChange)]
    assert told.changes == changes
    assert len(told.posts) == sum(isinstance(event, LabelledPost) for event in events)
    result, reasons = score(changes, known.truth()), why(told, known)
    found = round((result.recall or 0) * result.true_outages)
    assert result.true_outages > 5
    assert len(reasons.missed) == result.true_outages - found
    assert len(reasons.false) == len(predictions(changes)) - found
    assert sum(reasons.missed_for.values()) == len(reasons.missed)
    assert sum(reasons.false_for.values()) == len(reasons.false)
    few = reasons.not_counted
    assert len(known.outages) == result.true_outages + few.few_posted + few.nobody_posted
    for miss in reasons.missed:
        assert miss.posted >= 5
        assert miss.posted >= miss.labelled >= miss.located
        assert set(miss.posts) <= set(known.posts)


def written(folder: Path) -> list[str]:
    """A day with one outage that is missed and one that is false; what to ask of it."""
    lines: dict[str, list[dict[str, Any]]] = {"posts": [], "truth": [], "outages": []}
    for post in POSTED:
        author = {"id": post.author}
        said = {"id": post.id, "created_at": at(1).isoformat(), "author": author}
        lines["posts"].append(said)
        lines["truth"].append(json.loads(msgspec.json.encode(post)))
    lines["outages"].append(json.loads(msgspec.json.encode(real("t"))))
    for name, rows in lines.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told: list[dict[str, Any]] = [{"type": "post", "id": POSTED[0].id, "labels": ["outage"]}]
    told.append(json.loads(msgspec.json.encode(change("o-x", "likely", 7, evidence=POSTED))))
    (folder / "told").write_text("".join(json.dumps(row) + "\n" for row in told))
    return ["score", "--predicted", str(folder / "told"), "--truth", str(folder), "--why"]


def test_the_command_tells_why_as_json_and_in_words(tmp_path: Path) -> None:
    asked = written(tmp_path)
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    reasons = json.loads(done.stdout)["why"]
    assert reasons["missed_for"] == {"not labelled": 1}
    assert reasons["missed"][0]["with"] is None
    assert reasons["false_for"] == {"after the end": 1}
    words = CliRunner().invoke(app, [*asked, "--format", "text"]).stdout
    assert "missed           1: 1 not labelled" in words
    assert "missed t in alder: not labelled" in words
    assert "authors: 6 posted, 1 labelled, 0 located" in words
    assert "false o-x in alder: after the end" in words


def test_why_needs_the_posts_too(tmp_path: Path) -> None:
    asked = written(tmp_path)
    changes = (tmp_path / "told").read_text().splitlines()[1:]
    (tmp_path / "told").write_text("\n".join(changes))
    done = CliRunner().invoke(app, asked)
    assert done.exit_code != 0
    assert "--why needs them" in str(done.exception)
