from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from simulator.errors import LoadError
from simulator.load.accounting import Account, LabelFigures
from simulator.load.compare import comparable, compare, told_of
from simulator.load.latency import Percentiles
from simulator.load.memory import growth, tenths_mb
from simulator.load.promise import parse_promise
from simulator.load.report import Machine, Plan, Report, Run, Sample, read_report
from simulator.load.saturation import first_to_saturate
from simulator.load.wish import Wish
from tui.load_words import lines

PLAN = Plan("pipeline", "hurricane", "ramp", "p99 <= 250 ms", 1, 20.0, 7, 1000)


def sample(at_s: float, **cores: float) -> Sample:
    stages = {"rules": 0.7, "intake": 0.1, "store": 0.1}
    return Sample(at_s, 100.0, 90.0, 5, 2.0, 9.0, cores, stages, 200.0, 0.1)


def run(rate: float, p99: float = 100.0, *, held: bool = True) -> Run:
    label = Percentiles(1000, 10.0, 50.0, p99, 200.0, 300.0)
    none = Percentiles(0, None, None, None, None, None)
    samples = tuple(sample(at_s / 2, pipeline=0.96, generator=0.1) for at_s in range(8))
    return Run(
        f"hold {rate:g}/s", rate, 20.0, held, False, rate, label, label, none, 0, 0.1, 1.0, samples
    )


def report(rate: float = 5000.0, p99: float = 100.0, f1: float = 0.8, lost: int = 0) -> Report:
    best = run(rate, p99)
    return Report(
        version=1,
        made_at="2026-01-01T00:00:00+00:00",
        plan=PLAN,
        machine=Machine("Linux", "x86_64", 2, "3.11", 0.1),
        rate=rate,
        ended_early=False,
        best=best,
        overload=run(rate * 1.5, 5000.0, held=False),
        recovered_s=4.0,
        saturation=None,
        account=Account(1000, 100, 900 - lost, 0, 0),
        lost=lost,
        labels={"outage": LabelFigures(0.9, 0.8, f1, 50)},
        macro_f1=f1,
        screen_rows_cut=0,
        memory_mb=(200.0, 210.0, 220.0),
        runs=(best,),
    )


def test_a_report_comes_back_from_json_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "load.json"
    path.write_bytes(msgspec.json.encode(report()))
    assert read_report(path) == report()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "can't read"),
        (b"{}", "no report of"),
        (b"\xff", "no report of"),
        (msgspec.json.encode(msgspec.structs.replace(report(), version=99)), "of version 99"),
    ],
)
def test_what_is_no_report_gets_one_line(content: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LoadError, match=words):
        read_report(path)


@pytest.mark.parametrize(
    ("new", "worse"),
    [
        (report(), set()),
        (report(rate=4500), set()),
        (report(rate=4000), {"rate"}),
        (report(p99=108), set()),  # 8 ms more are noise, however large a share they are
        (report(p99=180), {"post to label p99 ms", "post to outage p99 ms"}),
        (report(f1=0.7), {"macro F1"}),
        (report(lost=1), {"lost posts"}),
        (msgspec.structs.replace(report(), recovered_s=None), {"recovered s"}),
    ],
)
def test_worse_is_what_lies_beyond_the_tolerance(new: Report, worse: set[str]) -> None:
    rows = compare(report(), new)
    assert {row.name for row in rows if row.worse} == worse
    assert next(row.ratio for row in rows if row.name == "rate") == (new.rate or 0) / 5000


def growing(to_mb: float, seconds: float = 60.0) -> Run:
    """A run in which the memory of the pipeline rises evenly, and that of the generator as well."""
    looks = 40
    samples = tuple(
        msgspec.structs.replace(
            sample(seconds * at / looks),
            memory_mb=100.0 + (to_mb - 100.0) * at / looks,
            memory={"pipeline": 100.0 + (to_mb - 100.0) * at / looks, "generator": float(at)},
        )
        for at in range(1, looks + 1)
    )
    return msgspec.structs.replace(run(5000.0), samples=samples)


def test_memory_is_told_by_tenths_and_flat_where_its_second_half_adds_little() -> None:
    flat, grown = growing(110.0), growing(200.0)
    assert tenths_mb(flat.samples)[::9] == [100.5, 109.5]
    assert tenths_mb(flat.samples, "generator")[::9] == [2.0, 38.0]
    assert growth(flat.samples) == pytest.approx(0.049, abs=0.001)
    assert growth(growing(200.0, seconds=30.0).samples) is None
    assert tenths_mb(flat.samples[:5]) == []
    old, new = (msgspec.structs.replace(report(), best=each) for each in (flat, grown))
    worse = {row.name: row.new for row in compare(old, new) if row.worse}
    assert worse == {"memory growth %": 35.6}
    words = "\n".join(lines(new))
    assert "pipeline 105-195, generator 2-38" in words
    assert "+35.6%: NOT FLAT (at most +10%)" in words
    assert "+4.9%: flat" in "\n".join(lines(old))


def test_a_record_is_told_by_its_second_not_by_what_came_after() -> None:
    plan = msgspec.structs.replace(PLAN, shape="record")
    record = msgspec.structs.replace(report(), plan=plan, rate=None)
    assert told_of(record) is record.overload
    slower = msgspec.structs.replace(record, overload=run(4000.0, 9000.0, held=False))
    assert {row.name for row in compare(record, slower) if row.worse} >= {"rate"}


def test_a_smaller_tolerance_marks_more() -> None:
    assert any(row.worse for row in compare(report(), report(rate=4500), 0.05))


def test_different_tests_can_not_be_compared() -> None:
    wish = Wish(
        "pipeline", "ramp", parse_promise("p99=250ms"), 1, 20.0, (), "hurricane", 7, (), ()
    )  # fmt: skip
    comparable(PLAN, wish)
    for other in ({"target": "rules"}, {"shape": "step"}, {"processes": 2}):
        with pytest.raises(LoadError, match=next(iter(other))):
            comparable(PLAN, msgspec.structs.replace(wish, **other))
    slower = msgspec.structs.replace(wish, promise=parse_promise("p99=1s"))
    with pytest.raises(LoadError, match="slo 'p99 <= 250 ms', this test of 'p99 <= 1000 ms'"):
        comparable(PLAN, slower)


def test_a_full_process_is_named_with_its_largest_stage() -> None:
    found = first_to_saturate(run(1.0).samples, 2, 1)
    assert found is not None
    assert found.stage == "rules"
    assert "0.96 of a core" in found.words


def test_labellers_of_their_own_are_full_when_each_of_them_is() -> None:
    samples = [sample(at_s / 2, rules=1.8, pipeline=0.3) for at_s in range(6)]
    found = first_to_saturate(samples, 4, 2)
    assert found is not None
    assert (found.stage, found.cores) == ("rules", 0.9)


def test_a_machine_that_others_use_is_told() -> None:
    busy = msgspec.structs.replace(sample(0.0, rules=0.3), others=1.7)
    found = first_to_saturate([busy] * 4, 2, 1)
    assert found is not None
    assert "all 2 cores" in found.words
    assert "1.70" in found.words
    assert first_to_saturate([], 2, 1) is None
