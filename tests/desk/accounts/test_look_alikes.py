"""Look-alikes are found as they come, with evidence, in bounded memory, and judged by people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desk.accounts import Account, LookAlike, LookAlikePolicy, LookAlikes, Own
from desk.accounts.look_alikes import POSTS_HELD
from desk.errors import AccountError
from desk.post import Author, Post

START = datetime(2031, 9, 4, 18, 0, tzinfo=UTC)
OWN = (
    Account(channel="x", handle="LongleafPower", name="Longleaf Power", id="x-1"),
    Account(channel="x", handle="LongleafNews", name="Longleaf Power News"),
    Account(channel="facebook", handle="LongleafPower", name="Longleaf Power"),
)


def post(number: int, handle: str, text: str = "hello", **fields: object) -> Post:
    author = fields.pop("author", Author(f"id-{handle}", handle, str(fields.pop("name", ""))))
    at = START + timedelta(minutes=number)
    plain = {"id": f"p{number}", "channel": "x", "created_at": at, **fields}
    return Post(author=author, text=text, **plain)  # type: ignore[arg-type]


def only(found: LookAlikes) -> LookAlike:
    (one,) = found.all()
    return one


def test_a_look_alike_is_found_with_its_evidence() -> None:
    found = LookAlikes(OWN)
    assert found.observe(post(1, "LongIeafPower", "DM us your card for a refund https://x.example"))
    assert found.observe(post(9, "LongIeafPower", "hello"))
    one = only(found)
    assert (one.id, one.account, one.differs) == (
        "x:longieafpower", "x:LongleafPower", "handle: I for l",
    )  # fmt: skip
    assert one.asks == ("link", "money", "message")
    assert (one.told, one.posts) == (2, ("p1", "p9"))
    assert (one.first_at, one.last_at) == (
        START + timedelta(minutes=1),
        START + timedelta(minutes=9),
    )


def test_one_who_is_only_mentioned_is_found_too() -> None:
    found = LookAlikes(OWN)
    assert not found.observe(post(1, "ann", "is this you?", mentions=("LongleafPower_Help",)))
    assert not found.observe(
        post(2, "bob", "thanks", mentions=("longleafpower_help", "LongleafPower"))
    )
    one = only(found)
    assert (one.handle, one.named, one.told, one.named_in) == (
        "LongleafPower_Help", 2, 0, ("p1", "p2"),
    )  # fmt: skip


def test_the_utility_itself_is_none_and_the_same_handle_of_another_id_is_one() -> None:
    found = LookAlikes(OWN)
    assert not found.observe(post(1, "longleafpower", author=Author("x-1", "LongleafPower")))
    assert not found.observe(post(2, "LongleafNews"))
    assert not found.all()
    assert found.observe(post(3, "LongleafPower", author=Author("x-2", "LongleafPower")))


def test_who_may_be_anybody_is_told_once_it_asks_for_money() -> None:
    found = LookAlikes(OWN)
    assert not found.observe(post(1, "LongleafPowerOutages", "12,000 out in the west"))
    assert not found.all()
    assert found.observe(post(2, "LongleafPowerOutages", "pay your bill by gift card"))


def test_the_known_harmless_and_a_policy_that_is_off_find_nobody() -> None:
    calm = LookAlikes(OWN, LookAlikePolicy(harmless=("x:longleafpowerhelp",)))
    assert not calm.observe(post(1, "LongleafPowerHelp"))
    off = LookAlikes(OWN, LookAlikePolicy(on=False))
    assert not off.observe(post(1, "LongleafPowerHelp"))
    assert not LookAlikes().observe(post(1, "LongleafPowerHelp"))


def test_people_judge_one_and_take_it_back() -> None:
    found = LookAlikes(OWN)
    found.observe(post(1, "LongleafPowerHelp"))
    one = found.judge("x:longleafpowerhelp", "harmless", "lea", START)
    assert (one.verdict, found.unjudged) == ("harmless", 0)
    assert not found.observe(post(2, "LongleafPowerHelp"))
    found.judge("x:longleafpowerhelp", "reported", "max", START)
    assert found.observe(post(3, "LongleafPowerHelp"))
    assert found.judge("x:longleafpowerhelp", "", "max", START).verdict == "harmless"
    assert found.judge("x:longleafpowerhelp", "", "lea", START).verdict == ""
    with pytest.raises(AccountError, match="nothing was said"):
        found.judge("x:longleafpowerhelp", "", "lea", START)
    with pytest.raises(AccountError, match="no look-alike 'x:nobody'"):
        found.judge("x:nobody", "harmless", "lea", START)


def test_a_flood_of_them_does_not_fill_the_memory() -> None:
    found = LookAlikes(OWN, held=50)
    found.observe(post(0, "LongleafPowerHelp"))
    found.judge("x:longleafpowerhelp", "reported", "lea", START)
    for number in range(1, 400):
        found.observe(post(number, f"LongleafPower{number}", "x" * 10_000))
        found.observe(post(number, "LongleafPowerCare"))
    assert len(found) <= 50
    assert found.find("x:longleafpowerhelp") is not None
    one = found.find("x:longleafpowercare")
    assert one is not None
    assert len(one.posts) == POSTS_HELD
    stored = found.dirty()
    assert {id_ for id_, piece in stored.items() if piece} == {one.id for one in found.all()}
    assert None in stored.values()


def test_what_was_stored_is_the_same_again() -> None:
    found = LookAlikes(OWN)
    for number, handle in enumerate(("LongleafPowerHelp", "LongIeafPower", "L0ngleafPower")):
        found.observe(post(number, handle, "DM us"))
    again = LookAlikes(OWN)
    again.restore(piece for piece in found.dirty().values() if piece)
    assert again.all() == found.all()
    assert again.dirty() == {}


def test_a_post_came_to_the_account_that_it_names_or_mentions() -> None:
    own = Own(OWN)
    assert own.addressed(post(1, "ann", mentions=("bob", "longleafnews"))) == "x:LongleafNews"
    assert own.addressed(post(1, "ann", account="x-1")) == "x:LongleafPower"
    assert own.addressed(post(1, "ann", account="LongleafPower")) == "x:LongleafPower"
    assert own.addressed(post(1, "ann", account="page-9")) == "x:page-9"
    assert own.addressed(post(1, "ann", mentions=("bob",))) is None
    assert own.wrote(post(1, "LONGLEAFNEWS")) == OWN[1]
    assert own.wrote(post(1, "ann")) is None


def test_on_bluesky_who_is_meant_is_known_by_the_did_and_a_did_looks_like_nobody() -> None:
    did = "did:plc:longleafpowerlongleafpower"
    account = Account(channel="bluesky", handle="longleafpower.example", id=did)
    named = Post(
        id="at://x/app.bsky.feed.post/1",
        channel="bluesky",
        text="help",
        created_at=START,
        mentions=("anybody.example", "did:plc:somebody", did),
    )
    own = Own((account,))
    assert own.addressed(named) == "bluesky:longleafpower.example"
    assert own.named("x", did) is None
    found = LookAlikes((account,))
    found.observe(named)
    assert found.all() == ()
