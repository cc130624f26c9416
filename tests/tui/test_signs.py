from __future__ import annotations

import typing

import pytest
from rich.cells import cell_len

from desk.outages import Status
from rules import LABELS
from tui.signs import (
    FEED_SIGNS,
    LABEL_SIGNS,
    OMS_SIGNS,
    STATUS_SIGNS,
    Sign,
    label_sign,
    status_rank,
)

SIGNS = [*LABEL_SIGNS.values(), *STATUS_SIGNS.values(), *FEED_SIGNS.values(), *OMS_SIGNS.values()]


def test_every_label_has_a_sign_in_order_of_urgency() -> None:
    assert tuple(LABEL_SIGNS) == LABELS


def test_every_status_has_a_sign() -> None:
    assert set(STATUS_SIGNS) == set(typing.get_args(Status))


@pytest.mark.parametrize("signs", [LABEL_SIGNS, STATUS_SIGNS], ids=["labels", "statuses"])
def test_signs_differ_without_their_colours(signs: dict[str, Sign]) -> None:
    assert len({sign.glyph for sign in signs.values()}) == len(signs)
    assert len({sign.word for sign in signs.values()}) == len(signs)


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.word)
def test_a_sign_is_one_cell(sign: Sign) -> None:
    assert cell_len(sign.glyph) == 1


def test_a_label_or_status_of_a_newer_desk_has_a_plain_sign() -> None:
    assert label_sign("unheard-of").glyph == "·"
    assert status_rank("unheard-of") > status_rank("dismissed")
