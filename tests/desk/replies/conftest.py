from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.replies.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A desk at an exercise: twelve people without power in Alderton, one outage."""
    bench = Bench(tmp_path)
    bench.people(["no power in Alderton"] * 12)
    return bench
