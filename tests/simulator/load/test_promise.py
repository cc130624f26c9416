from __future__ import annotations

import pytest

from simulator.errors import LoadError
from simulator.load.promise import Promise, parse_promise


@pytest.mark.parametrize(
    ("written", "promise"),
    [
        ("p99=250ms", Promise(99, 250)),
        ("p99.9 = 1.5s", Promise(99.9, 1500)),
        ("P50=5MS", Promise(50, 5)),
        ("p100=2s", Promise(100, 2000)),
    ],
)
def test_a_promise_is_a_percentile_and_a_time(written: str, promise: Promise) -> None:
    assert parse_promise(written) == promise


@pytest.mark.parametrize(
    "written", ["", "99=250ms", "p99=250", "p101=1s", "p0=1s", "p99=0ms", "p99<1s"]
)
def test_what_is_none_gets_one_line_with_an_example(written: str) -> None:
    with pytest.raises(LoadError, match="p99=250ms"):
        parse_promise(written)
