"""What a text sample knows of texts that come again."""

from __future__ import annotations

from simulator.realism.sameness import Names
from simulator.realism.texts import Texts


def test_a_text_that_only_differs_in_numbers_is_not_new() -> None:
    texts = Texts(Names(()), "en")
    seen = []
    for text in ("no power for 3 hours", "no power for 4 hours", "no power at all"):
        texts.add(text, "en", repost=False, report=True)
        seen.append(texts.is_new)
    assert seen == [True, False, True]


def test_a_slip_that_is_passed_on_is_one_slip() -> None:
    texts = Texts(Names(()), "en")
    texts.add("no powr here", "en", repost=False, report=True)
    texts.add("RT @ann: no powr here", "en", repost=True, report=True)
    assert texts.writing.short_typos == 1
