"""Digests: the newest are known, and no table grows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desk.digests import Digests

MOST = 8


@given(st.lists(st.integers(0, 20) | st.integers(0, 2**63 - 1), max_size=60))
def test_at_least_half_of_the_most_is_known_and_nothing_that_never_came(came: list[int]) -> None:
    digests, new = Digests(MOST), []
    for digest in came:
        known = digest in digests
        assert digests.add(digest) is not known
        if not known:
            new.append(digest)
        assert all(each in digests for each in new[-MOST // 2 :])
    assert sum(each in digests for each in set(new)) <= MOST
    assert 2**63 not in digests


def test_zero_is_a_digest_as_well() -> None:
    digests = Digests(MOST)
    assert 0 not in digests
    assert digests.add(0)
    assert not digests.add(0)
