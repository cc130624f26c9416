"""Words that longer ones are made of: the compiled form beside the plain one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.compiled import kernel
from rules.language import common_words
from rules.parts import Parts

WORDS = ("power", "outage", "no", "off", "out", "storm", "night", "nights", "stormn", "a", "ñandú")
PLAIN = Parts(WORDS, common_words())


def test_a_word_of_three_letters_or_more_is_found_in_a_text() -> None:
    assert PLAIN.within("#bigpowercut")
    assert PLAIN.within("power")
    assert not PLAIN.within("#nobody")
    assert not PLAIN.within("")


@pytest.mark.skipif(kernel is None, reason="rules.kernel was not built: no C compiler")
@given(
    text=st.lists(
        st.sampled_from((*WORDS, "x", "the", "city", "q", "o", "é", "zq", "nono", "\U0001f600")),
        max_size=9,
    ).map("".join)
)
@example("stormnights")
@example("nonono")
@example("poweroutage" * 4)
@example("nopower" * 12)
def test_the_compiled_form_answers_alike(text: str) -> None:
    assert kernel
    compiled = kernel.Parts(WORDS, common_words())
    assert compiled.split(text) == PLAIN.split(text)
    assert compiled.joined(text) == PLAIN.joined(text)
    assert compiled.within(text) == PLAIN.within(text)
