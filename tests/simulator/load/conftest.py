"""What tests of load tests share."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from simulator.load.pool import Pool


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    """Ten posts, every other one truly an outage."""
    truth = array("h", [4 if number % 2 else 0 for number in range(10)])
    return Pool(
        tmp_path / "none", array("q", [0] * 11), truth, ("2024-05-01",), 1, (1.0,), has_truth=True
    )
