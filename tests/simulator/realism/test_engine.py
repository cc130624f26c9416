from __future__ import annotations

from pathlib import Path

import pytest

from rules import Engine, load_packs
from rules.workbench.score import Row
from simulator.realism.engine import Beside, Hearing, beside, fitting

SET = """language = "en"
[[rule]]
id = "out"
label = "outage"
any = ["power out", "power"]
"""
TRUE, MISSED = Row("power out here", ("outage",)), Row("it went dark", ("outage",))
FALSE, EASY = Row("power nap", ()), Row("lovely dinner", ())


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    (tmp_path / "outage.toml").write_text(SET)
    return Engine(load_packs(tmp_path))


def heard(engine: Engine, rows: list[Row]) -> Hearing:
    hearing = Hearing(engine)
    hearing.add(rows)
    return hearing


def outage(engine: Engine, simulated: list[Row], real: list[Row]) -> Beside:
    labels = beside(heard(engine, simulated), heard(engine, real))
    return next(each for each in labels if each.label == "outage")


def test_more_dinner_in_the_stream_changes_nothing_at_the_real_mix(engine: Engine) -> None:
    real = [TRUE] * 60 + [MISSED] * 20 + [FALSE] * 30 + [EASY] * 40
    calm = outage(engine, real + [EASY] * 2000, real)
    assert calm.simulated_at_real_mix == pytest.approx(calm.real)
    assert calm.difference == pytest.approx(0)
    noisy = outage(engine, real + [FALSE] * 500, real)
    assert noisy.simulated is not None
    assert noisy.real is not None
    assert noisy.simulated < noisy.real - 0.3
    assert noisy.simulated_at_real_mix == pytest.approx(noisy.real)


def test_easier_reports_are_seen_at_any_mix(engine: Engine) -> None:
    real = [TRUE] * 40 + [Row("the outage", ("outage",))] * 40 + [FALSE] * 40
    assert "outage" not in engine.classify([real[40]])[0].labels
    easy = outage(engine, [TRUE] * 100 + [FALSE] * 10, real)
    assert easy.difference is not None
    assert easy.difference > 0.2


def test_what_nobody_labelled_has_no_figures(engine: Engine) -> None:
    labels = beside(heard(engine, [TRUE, EASY]), heard(engine, [TRUE, EASY]))
    hazard = labels[0]
    assert (hazard.label, hazard.simulated, hazard.real, hazard.difference) == (
        "hazard",
        None,
        None,
        None,
    )
    assert not hazard.enough


def test_real_posts_in_the_storms_languages_if_there_are_enough() -> None:
    english = [Row("power out", ("outage",), "en")] * 30
    italian = [Row("manca la luce", ("outage",), "it")] * 29
    assert fitting(english + italian, "en") == (english, True)
    assert fitting(english + italian, "it") == (english + italian, False)
