"""Who looks like the utility is told from who speaks of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.accounts import Account
from desk.accounts.likeness import Likenesses

OWN = (
    Account(channel="x", handle="LongleafPower", name="Longleaf Power"),
    Account(channel="facebook", handle="longleaf.power", name="Longleaf Power"),
    Account(channel="x", handle="LongleafNews", name="Longleaf Power Newsroom", kind="news"),
    Account(channel="x", handle="LLP", name="LLP"),
)
LIKE = Likenesses(OWN)


@pytest.mark.parametrize(
    ("handle", "name", "differs"),
    [
        ("LongleafPower_Help", "", "handle: help added"),
        ("RealLongleafPower", "", "handle: real added"),
        ("longleaf-power-customer-care", "", "handle: care added, customer added"),
        ("LongIeafPower", "", "handle: I for l"),
        ("L0ngleafP0wer", "", "handle: 0 for o, 0 for o"),
        ("L\u043engleafPower", "", "handle: \u043e (U+043E) for o"),
        ("LongleafPwoer", "", "handle: one letter wrong"),
        ("LongleafPowr", "", "handle: one letter wrong"),
        ("LongleafPowerr", "", "handle: a letter doubled"),
        ("LongIeafPowerCare", "", "handle: I for l, care added"),
        ("Long_leaf_Power", "", "handle: other blanks"),
        ("LongleafPower24", "", "handle: 24 added"),
        ("longleafpower.bsky.social", "", "handle: the very same"),
        ("LongleafPower@mastodon.example", "", "handle: the very same"),
        ("longleafpower-refunds.com", "", "handle: refunds added"),
        ("ann1987", "Longleaf Power", "name: the very same"),
        ("ann1987", "LONGLEAF  POWER | Customer Care", "name: care added, customer added"),
        ("ann1987", "𝐋𝐨𝐧𝐠𝐥𝐞𝐚𝐟 𝐏𝐨𝐰𝐞𝐫", "name: 𝐋 (U+1D40B) for L"),
        ("LongleafPowerAsistencia", "Longleaf Power Ayuda", "name: ayuda added"),
        ("LLP", "", "handle: the very same"),
    ],
)
def test_it_looks_like_an_own_account(handle: str, name: str, differs: str) -> None:
    likeness = LIKE.of("bluesky", handle, name)
    assert likeness is not None
    assert not likeness.weak
    assert differs in likeness.differs
    assert "offlclal" not in likeness.differs
    assert 70 <= likeness.score <= 100


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("ann1987", "Ann, lineman at Longleaf Power"),
        ("dana_w", "Dana W | Longleaf Power line crew"),
        ("FansOfLongleafPower", "Fans of Longleaf Power"),
        ("LongleafPowerSucks", "Longleaf Power Sucks"),
        ("notlongleafpower", "not Longleaf Power (parody)"),
        ("LongleafPowerWatch", "Longleaf Power Watch"),
        ("LongleafPowerlifting", "Longleaf Powerlifting Club"),
        ("longleaf", "Longleaf"),
        ("LongleafPolice", "Longleaf Police Department"),
        ("LongleafFlowers", "Longleaf Flowers"),
        ("EastleafPower", "Eastleaf Power"),
        ("TidewaterElectric", "Tidewater Electric"),
        ("power", "Power"),
        ("helphelphelp", "Help Help"),
        ("llpa", "LLPA"),
        ("", ""),
    ],
)
def test_who_speaks_of_the_utility_is_nobody_who_poses_as_it(handle: str, name: str) -> None:
    assert LIKE.of("x", handle, name) is None


@pytest.mark.parametrize(
    "handle", ["LongleafPowerOutages", "LongleafPowerNews", "LongleafTower", "Dongleaf_Power"]
)
def test_what_may_be_anybody_is_weak(handle: str) -> None:
    likeness = LIKE.of("x", handle, "")
    assert likeness is not None
    assert likeness.weak


def test_of_two_own_accounts_that_of_the_same_channel_is_named() -> None:
    for channel, key in (("x", "x:LongleafPower"), ("facebook", "facebook:longleaf.power")):
        likeness = LIKE.of(channel, "LongleafPowerHelp")
        assert likeness is not None
        assert likeness.account == key


def test_a_word_of_the_settings_counts_as_a_claim() -> None:
    assert LIKE.of("x", "LongleafPowerHotwire") is None
    own = Likenesses(OWN, ["hotwire"])
    assert own.of("x", "LongleafPowerHotwire") is not None


def test_without_own_accounts_nobody_looks_like_one() -> None:
    assert Likenesses(()).of("x", "LongleafPower", "Longleaf Power") is None


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_name_can_be_looked_at(handle: str, name: str) -> None:
    likeness = LIKE.of("x", handle, name)
    assert likeness is None or 1 <= likeness.score <= 100


@given(
    st.sampled_from(["LongleafPower", "Longleaf Power"]),
    st.integers(1, 11),
    st.sampled_from(["swap", "drop", "double"]),
)
def test_one_slip_inside_the_name_is_always_seen(name: str, at: int, slip: str) -> None:
    at = min(at, len(name) - 2)
    typed = {
        "swap": name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        "drop": name[:at] + name[at + 1 :],
        "double": name[:at] + name[at] + name[at:],
    }[slip]
    assert LIKE.of("x", typed.replace(" ", "")) is not None
