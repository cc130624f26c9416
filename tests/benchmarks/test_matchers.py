"""Outside the suite: `python -m pytest -o addopts= tests/benchmarks`."""

from __future__ import annotations

import pytest
from compare import measured
from matchers import CONTENDERS, EXTRACT, OURS, Matcher, plain
from workload import Disfigured, synthetic

PHRASES = {
    "power is out": frozenset({"outage"}),
    "lines are down": frozenset({"hazard", "damage"}),
    "sos": frozenset({"vulnerable"}),
}
EXACT = ("hyperscan exact", "pyahocorasick", "flashtext")


@pytest.fixture(params=CONTENDERS)
def tool(request: pytest.FixtureRequest) -> tuple[str, Matcher]:
    make, _ = CONTENDERS[request.param]
    try:
        return request.param, make(PHRASES)
    except ImportError as error:
        pytest.skip(f"{error.name} is not installed")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("The POWER is out again", {"outage"}),
        ("pówer🔥is🔥out", {"outage"}),
        ("lines are down and the power is out.", {"outage", "hazard", "damage"}),
        ("sos please", {"vulnerable"}),
        ("what a quiet evening", set()),
    ],
)
def test_every_tool_finds_phrases_as_written(
    tool: tuple[str, Matcher], text: str, labels: set[str]
) -> None:
    assert set(tool[1].labels([text])[0]) == labels


def test_fuzzy_tools_forgive_a_typo_and_exact_ones_do_not(tool: tuple[str, Matcher]) -> None:
    name, matcher = tool
    assert bool(matcher.labels(["my powerr is out"])[0]) == (name not in EXACT)


def test_posts_of_a_batch_get_their_own_labels(tool: tuple[str, Matcher]) -> None:
    found = tool[1].labels(["power is out", "nothing to see", "lines are down"])
    assert [set(labels) for labels in found] == [{"outage"}, set(), {"hazard", "damage"}]


def test_plain_text_is_lower_case_without_accents_and_signs() -> None:
    assert plain("È SALTATA, don’t 🙏 ñ") == b"e saltata  dont   n"


def test_cases_hold_their_phrase_and_near_words_do_not() -> None:
    workload = synthetic(50, 3)
    disfigured = Disfigured(workload, 3)
    written = [case for case in disfigured.cases(5) if case.kind == "as written"]
    assert len(written) == 5
    for case in written:
        assert any(
            phrase in case.text and case.label in labels
            for phrase, labels in workload.phrases.items()
        )
    for case in disfigured.near_words(5):
        assert not any(f" {phrase} " in case.text for phrase in workload.phrases)


def test_a_run_tells_speed_and_finds_of_every_tool_that_is_there() -> None:
    result = measured(synthetic(20, 3), posts=1024, rounds=2, texts=3)
    assert {OURS, EXTRACT} <= {speed.tool for speed in result.speeds}
    assert {speed.tool for speed in result.speeds} | set(result.missing) == {OURS, *CONTENDERS}
    (ours,) = (speed for speed in result.speeds if speed.tool == OURS)
    assert ours.posts == 2048
    assert ours.engine_times == 1.0
    for quality in result.qualities:
        assert quality.by_kind["as written"] == 1.0
