from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.facts import TITLE_WORDS_MIN, exclaims, is_headline


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("Crews Restore Power Across Harbour County", True),
        ("Crews restore power Across Harbour County Today", True),  # five of seven
        ("Crews restore Power Across harbour County", True),  # four of six
        ("Crews restore Power Across harbour county", False),  # three of six
        ("Power Back in Most of Elm Park", False),  # Power, Back, Most, Park
        ("Power Is Back in Most of Elm Park Today", True),
        ("Storm Cuts Power to 4,200 Homes in Elmshire - Elm Echo", True),
        ("BREAKING: Storm Cuts Power Across Elm Park", True),
        ("STORM CUTS POWER ACROSS HARBOUR COUNTY", False),
        ("STORM CUTS POWER ACROSS HARBOUR COUNTY, says my Neighbour", True),
        ("storm cuts power across harbour county", False),
        ("crews restore power https://News.example/Storm/Cuts @Harbour #StormCuts #Power", False),
        ("Storm Cuts Power Across County https://news.example/all-in-lower-case/here", True),
        ("Storm Cuts Power @harbourpower @elmenergy #storm #power Across County", True),
        ("Storm Cuts Power Across County www.news.example t.co/abcdef", True),
        ("Storm Cuts Power County www.News.Example", False),
        ("Éclair Électrique Énorme Dans l'École", True),
        ("Don't Forget Tonight's Candles, Elm Folks", True),
        ("2nd Storm 3rd Power 4th Cuts Across County", True),
        ("Storm Storm Storm Storm", False),
        ("", False),
        ("⚡ 100 200 300 400 500", False),
        ("停電 情報 停電 情報 停電停電停電停電 停電停電停電 停電停電", False),
    ],
)
def test_a_text_that_reads_like_a_title_is_a_headline(text: str, headline: bool) -> None:
    assert is_headline(text) == headline


@given(
    long=st.lists(st.sampled_from(["Storm", "Power", "County", "storm", "power"]), max_size=12),
    garnish=st.lists(st.sampled_from(["@Some_One", "#Storm", "bit.ly/Ab", "is", "A", "7", "…"])),
    random=st.randoms(use_true_random=False),
)
def test_links_mentions_hashtags_and_short_words_decide_nothing(
    long: list[str], garnish: list[str], random: Random
) -> None:
    capitals = sum(word[0].isupper() for word in long)
    wanted = len(long) >= TITLE_WORDS_MIN and 3 * capitals >= 2 * len(long)
    words = [*long, *garnish]
    random.shuffle(words)
    assert is_headline(" ".join(words)) == wanted


@pytest.mark.parametrize(
    ("text", "exclaiming"),
    [
        ("still out!", True),
        ("still out!!!1", True),
        ("¡sin luz", True),
        ("out！", True),
        ("still out ❗", True),
        ("out ‼️", True),
        ("really?!", True),
        ("still out", False),
        ("still out?", False),
        ("still out https://x.example/#!/elm", False),
        ("look! https://x.example/#!/elm", True),
        ("", False),
    ],
)
def test_an_exclamation_mark_is_one_in_any_shape(text: str, exclaiming: bool) -> None:
    assert exclaims(text) == exclaiming


@given(st.text(max_size=200))
def test_any_text_has_its_facts(text: str) -> None:
    assert exclaims(f"{text} !")
    assert is_headline(f"{text}\n") == is_headline(text)
