"""What a desk is made of is never searched for garbage; what comes after is, seldom."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from desk.garbage import ON_SCREENS, SELDOM, set_up, setting_up


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_made_within_stays_out_of_every_search() -> None:
    with setting_up():
        assert not gc.isenabled()
        packs = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_threshold() == SELDOM
    assert gc.get_freeze_count() >= len(packs)
    assert not any(found is packs[0] for found in gc.get_objects())


def test_the_collector_goes_on_where_the_setting_up_fails() -> None:
    with pytest.raises(OSError, match="no packs"), setting_up():
        raise OSError("no packs")
    assert gc.isenabled()


def test_what_a_screen_is_made_of_is_searched_no_more() -> None:
    set_up()
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == ON_SCREENS
