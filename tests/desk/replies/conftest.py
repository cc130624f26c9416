from __future__ import annotations

import pytest

from tests.desk.replies.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """A desk at an exercise: twelve people without power in Alderton, one outage."""
    bench = Bench()
    bench.people(["no power in Alderton"] * 12)
    return bench
