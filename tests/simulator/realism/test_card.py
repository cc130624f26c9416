from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from rules import Engine, load_packs
from rules.workbench.score import Row as RealPost
from simulator.errors import SimulatorError
from simulator.folder import generate
from simulator.realism.card import Card, card
from simulator.realism.figures import figures
from simulator.realism.sameness import Names
from simulator.realism.sample import sample
from simulator.realism.texts import Texts
from simulator.realism.values import length_of_reports
from simulator.storm import Storm
from simulator.storm_file import load_storm

INCIDENTS = "incidents.jsonl"
CHANCY = {"coordinates", "short_typos", "long_typos", "short_forms"} | {
    f"own_length_{at}" for at in ("p50", "p90")
}
"""Of few cases: these may count as in range where chance reaches it."""


@pytest.fixture(scope="session")
def flood(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(load_storm("flood", hours=5, scale=0.3, background=0.5), tmp_path_factory)


@pytest.fixture(scope="session")
def other_flood(tmp_path_factory: pytest.TempPathFactory) -> Path:
    storm = load_storm("flood", hours=5, scale=0.3, background=0.5, seed=8)
    return made(storm, tmp_path_factory)


@pytest.fixture(scope="session")
def flood_card(flood: Path, other_flood: Path) -> Card:
    return card(flood, other=other_flood)


def made(storm: Storm, folders: pytest.TempPathFactory) -> Path:
    out = folders.mktemp("storm") / "calm"  # as a built-in storm is called
    generate(storm, out)
    return out


def copied(folder: Path, to: Path) -> Path:
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def test_the_card_has_every_figure_in_the_order_of_the_file(flood_card: Card) -> None:
    assert [row.id for row in flood_card.rows] == [figure.id for figure in figures()]
    assert flood_card.kind == "flood"
    assert flood_card.posts > 300
    assert flood_card.texts_sampled == flood_card.posts
    assert flood_card.engine is None


def test_marks_say_whether_a_value_lies_in_its_range(flood_card: Card) -> None:
    marked = 0
    for row in flood_card.rows:
        if row.low is None or row.high is None or row.generated is None:
            assert row.mark in {"no published figure", "nothing to measure"}
        elif row.low <= row.generated <= row.high:
            assert row.mark == "in range"
            marked += 1
        else:
            assert row.mark == "out of range" or row.id in {
                "coordinates",
                "short_typos",
                "long_typos",
            }
        assert bool(row.source) == (row.low is not None)
    assert marked > 3
    out = {f"{row.group}: {row.title}" for row in flood_card.rows if row.mark == "out of range"}
    assert set(flood_card.out_of_range) == out


def test_the_other_seed_is_told_by_the_card_itself(flood: Path, flood_card: Card) -> None:
    told = {row.id: row.generated for row in card(flood).rows}
    read = {row.id: row.generated for row in flood_card.rows}
    assert told["other_seed"] == pytest.approx(read["other_seed"], abs=0.001)
    assert {k: v for k, v in told.items() if "seed" not in k} == {
        k: v for k, v in read.items() if "seed" not in k
    }


def test_the_same_seed_again_holds_every_text_whatever_the_folder_is_called(
    flood: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(flood.parent)
    told = card(Path(flood.name), other=Path(flood.name))
    values = {row.id: row.generated for row in told.rows}
    assert told.storm == "flood"
    assert values["other_seed"] == 0.0


def test_coordinates_on_every_post_are_out_of_range(flood: Path, tmp_path: Path) -> None:
    folder = copied(flood, tmp_path)
    lines = (folder / "posts.jsonl").read_bytes().splitlines()
    posts = [msgspec.json.decode(raw) | {"geo": {"lat": 40.0, "lon": 9.0}} for raw in lines]
    (folder / "posts.jsonl").write_text("".join(json.dumps(post) + "\n" for post in posts))
    row = next(row for row in card(folder, other=flood).rows if row.id == "coordinates")
    assert (row.generated, row.mark) == (1.0, "out of range")
    assert "95 % interval" in row.note


def test_incidents_come_from_the_folder(flood: Path, tmp_path: Path) -> None:
    folder = copied(flood, tmp_path)
    line = (
        '{{"id":"i-1","outage":"t-1","device":"lateral","started_at":"2026-11-18T{:02d}:10:00Z",'
        '"restored_at":"2026-11-18T22:00:00Z","community":"x","customers":{},"cause":null,'
        '"behind":null}}\n'
    )
    starts = [9, 10, 11, 12, 13, 13, 13]
    (folder / INCIDENTS).write_text(
        "".join(line.format(hour, 1 + 30 * (n % 2)) for n, hour in enumerate(starts))
    )
    values = {row.id: row for row in card(folder, other=flood).rows}
    assert values["starts_ratio"].generated == 3.0
    assert values["customers_p50"].generated == 31
    assert values["customers_p50"].mark == "in range"
    assert values["share_above_one"].generated == pytest.approx(3 / 7)
    (folder / INCIDENTS).unlink()
    values = {row.id: row for row in card(folder, other=flood).rows}
    assert values["starts_ratio"].mark == "nothing to measure"
    assert "incidents.jsonl" in values["starts_ratio"].note


def test_the_engine_is_heard_on_both_sides(flood: Path, tmp_path: Path) -> None:
    (tmp_path / "outage.toml").write_text(
        'language = "it"\n[[rule]]\nid = "out"\nlabel = "outage"\n'
        'any = ["manca la luce", "senza corrente", "senza luce", "blackout", "saltata la luce"]\n'
    )
    real = [
        RealPost("manca la luce in tutto il paese", ("outage",), "it"),
        RealPost("che bella serata", (), "it"),
    ] * 40
    heard = card(flood, other=flood, real=real, engine=Engine(load_packs(tmp_path))).engine
    assert heard is not None
    assert heard.real_posts == 80
    assert heard.same_language
    outage = heard.labels[2]
    assert outage.label == "outage"
    assert outage.simulated is not None
    assert 0.1 < outage.simulated < 1
    assert outage.real == 1
    assert heard.mark in {"in range", "out of range"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("posts.jsonl", b"", "posts.jsonl ends before line 1"),
        ("truth.jsonl", b"{}\n", "truth.jsonl:1:"),
        ("posts.jsonl", b"\xff\n", "posts.jsonl:1:"),
        ("incidents.jsonl", b"[]\n", "incidents.jsonl:1:"),
        ("storm.toml", b"name = 3\n", "storm.toml:1:"),
    ],
)
def test_a_broken_folder_is_told_in_one_line(
    flood: Path, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    folder = copied(flood, tmp_path)
    (folder / name).write_bytes(content)
    with pytest.raises(SimulatorError, match=said):
        card(folder, other=flood)


def test_a_truth_of_other_posts_is_refused(flood: Path, tmp_path: Path) -> None:
    folder = copied(flood, tmp_path)
    lines = (folder / "truth.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "truth.jsonl").write_bytes(b"".join(reversed(lines)))
    with pytest.raises(SimulatorError, match=r"truth\.jsonl:1: is about"):
        card(folder, other=flood)


def test_a_sample_is_drawn_by_the_seed_in_order_of_time(flood: Path) -> None:
    drawn = sample(flood, 20, 7)
    assert len(drawn) == 20
    assert drawn == sample(flood, 20, 7) != sample(flood, 20, 8)
    assert [post.created_at for post, _ in drawn] == sorted(p.created_at for p, _ in drawn)
    assert all(truth.trap or set(truth.labels) - {"news"} for _, truth in drawn)
    rest = sample(flood, 20, 7, "background")
    assert not any(truth.trap or set(truth.labels) - {"news"} for _, truth in rest)
    assert len(sample(flood, 10**6, 7, "all")) > 300


def test_a_median_of_few_reports_is_as_sure_as_their_number() -> None:
    texts = Texts(Names([]), "en")
    for number in range(40):
        texts.add("x" * (80 + number), "en", repost=False, report=True)
    few = length_of_reports(texts, 0.5)
    assert few.value == 100
    assert few.between is not None
    assert few.between[0] < 97 < 103 < few.between[1]
    assert few.note == "40 met"
    assert length_of_reports(Texts(Names([]), "en"), 0.5).value is None
