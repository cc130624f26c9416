"""On a storm day with scams: all of them are found, nobody else, and no case is opened for them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from desk.accounts import Account, LookAlikes
from desk.feeds import Batch
from desk.pipeline import Pipeline
from desk.settings import load_settings
from desk.store import Store
from rules import Engine, load_packs
from simulator.accounts import own_accounts
from simulator.storm_file import load_storm
from simulator.stream import StormDay


@pytest.mark.parametrize("name", ["calm", "flood", "blackout"])
def test_every_scam_of_a_day_is_found_and_nobody_else(name: str) -> None:
    storm = load_storm(name, seed=5, hours=14, scale=0.02, background=0.3)
    found = LookAlikes(own_accounts(storm))
    told = list(islice(StormDay(storm).tell(), 20_000))
    scams = {each.post.id for each in told if each.truth.trap == "scam"}
    seen = {each.post.id for each in told if found.observe(each.post)}
    assert scams
    assert seen == scams
    assert {one.account for one in found.all()} <= {one.key for one in own_accounts(storm)}
    assert all(one.exercise for one in found.all())


def test_they_open_no_case_outlast_the_desk_and_own_posts_open_none(tmp_path: Path) -> None:
    storm = load_storm("flood", seed=5, hours=14, scale=0.02, background=0.3)
    posts = [told.post for told in islice(StormDay(storm).tell(), 8_000)]
    day, accounts = StormDay(storm), own_accounts(storm)
    engine = Engine(load_packs())
    pipeline = Pipeline(engine, day.territory, Store(tmp_path), accounts=accounts)
    for begin in range(0, len(posts), 500):
        pipeline.process("storm", Batch(tuple(posts[begin : begin + 500]), str(begin)))
    known = pipeline.look_alikes.all()
    assert known
    cases = {pipeline.cases.case_of(post) for one in known for post in _of(pipeline, one.posts)}
    own = [post for post in pipeline.store.newest(8_000) if pipeline.own.wrote(post)]
    assert own
    assert cases | {pipeline.cases.case_of(post) for post in own} == {None}
    pipeline.store.close()
    again = Pipeline(engine, day.territory, Store(tmp_path), accounts=accounts)
    assert again.look_alikes.all() == known
    again.store.close()


def _of(pipeline: Pipeline, ids: tuple[str, ...]) -> list:  # type: ignore[type-arg]
    return [post for post in pipeline.store.newest(8_000) if post.id in ids]


def test_settings_tell_the_accounts_and_their_faults_with_their_places(tmp_path: Path) -> None:
    own = load_settings().accounts
    assert own.account == ()
    assert own.look_alikes.on
    path = tmp_path / "accounts.toml"
    path.write_text(
        '[[account]]\nchannel = "x"\nhandle = "LongleafPower"\n'
        '[[account]]\nchannel = "facebook"\nhandle = "LongleafPower"\nname = "Longleaf Power"\n'
        '[look_alikes]\nharmless = ["x:LongleafFans"]\n'
    )
    assert load_settings(tmp_path).accounts.account == (
        Account(channel="x", handle="LongleafPower"),
        Account(channel="facebook", handle="LongleafPower", name="Longleaf Power"),
    )
    path.write_text(
        '[[account]]\nchannel = "x"\nhandle = "Longleaf"\n'
        '[[account]]\nchannel = "x"\nhandle = "longleaf"\n'
        '[look_alikes]\nharmless = ["fans"]\n'
    )
    with pytest.raises(Exception, match="twice") as raised:
        load_settings(tmp_path)
    faults = str(raised.value).splitlines()
    assert [fault.partition(": ")[0] for fault in faults] == [f"{path}:6:10", f"{path}:8:13"]
