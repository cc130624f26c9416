"""Outside the suite: `python -m pytest -o addopts= tests/benchmarks/test_places.py`."""

from __future__ import annotations

from pathlib import Path

import pytest
from places import CORPORA
from places_elsewhere import measure_elsewhere
from places_nyc import measure_new_york
from places_storms import measure_storm


@pytest.mark.timeout(300)
def test_the_posts_of_a_storm_are_located(tmp_path: Path) -> None:
    result = measure_storm("thunderstorms", tmp_path, 31, 4.0, 0.1)
    assert result.precision >= 0.95
    assert result.recall >= 0.9


@pytest.mark.timeout(300)
def test_notices_of_new_york_are_located_in_their_borough(tmp_path: Path) -> None:
    if not (CORPORA / "nyc_oem_notifications.jsonl").is_file():
        pytest.skip(f"no notices in {CORPORA}")
    for view in measure_new_york(CORPORA, tmp_path, None):
        assert view.located >= 0.95
        assert view.borough >= 0.95
        assert view.zip_near >= 0.9


@pytest.mark.timeout(600)
def test_posts_of_elsewhere_are_hardly_ever_ours() -> None:
    if not CORPORA.is_dir():
        pytest.skip(f"no posts in {CORPORA}")
    for row in measure_elsewhere(CORPORA):
        assert row.share <= 0.01, row
