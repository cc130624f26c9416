"""Where the rooms are put together: a desk made from what the user asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from platformdirs import user_data_path

from desk.accounts import Account
from desk.cases.wrong import WrongLabels
from desk.errors import StoreError
from desk.feeds import Feed, Locating, Opener, Options, open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.surroundings import Adapting, Surroundings
from desk.garbage import setting_up
from desk.labelling import MEMO_CHUNKS, Labellers
from desk.oms.follow import OmsFile, OmsList
from desk.pipeline import Pipeline
from desk.settings import load_settings
from desk.store import Store
from desk.territories import Territory, load_territory
from rules import Engine, load_packs
from rules.loader import load_sets
from rules.pack import Pack
from tui.console import say

DEFAULT_TERRITORY = "north-carolina"


class Setup(msgspec.Struct, frozen=True):
    """What a desk is made of; `data` None is a store in memory.

    With more than one of `processes`, that many label posts beside the desk's own. The files in the
    folder `settings` replace the built-in ones. Wrong labels are noted in `wrong_labels`, or beside
    the data.
    """

    feeds: Sequence[str]
    territory: str | None = None
    rules: Sequence[Path] = ()
    data: Path | None = None
    fill: bool = False
    processes: int = 1
    oms: str | None = None
    settings: Path | None = None
    wrong_labels: Path | None = None


def _storm(url: str, options: Options) -> Feed:
    from simulator.feed import open_storm  # Faker costs start-up time

    return open_storm(url, options)


def _drill(url: str, options: Options) -> Feed:
    from simulator.conductor.feed import open_drill

    return open_drill(url, options)


FEEDS: dict[str, Opener] = {**KINDS, "storm": _storm, "drill": _drill}


def open_feeds(setup: Setup) -> list[Feed]:
    """The feeds asked for, each once.

    Raises:
        FeedError: one is unknown.
        StormError: the storm of one is unknown or faulty.
    """
    return [open_feed(url, FEEDS, fill=setup.fill) for url in dict.fromkeys(setup.feeds)]


def build_pipeline(setup: Setup, feeds: Sequence[Feed], *, every_post: bool = False) -> Pipeline:
    """The pipeline behind `feeds`; without a territory asked for, a storm brings its own.

    Raises:
        TerritoryError: the territory is unknown or faulty.
        RulesError: the keyword sets have faults.
        SettingsError: the settings have faults.
        FeedError: a feed does not know what to ask for in the territory.
        StoreError: the store can't be used, or was begun with another territory.
    """
    territory = _territory(setup, feeds)
    for feed in feeds:
        if isinstance(feed, Locating):
            feed.locate(territory)
    with setting_up():
        return _pipeline(setup, feeds, territory, every_post=every_post)


def _pipeline(
    setup: Setup, feeds: Sequence[Feed], territory: Territory, *, every_post: bool
) -> Pipeline:
    settings = load_settings(setup.settings)  # before the rules, which take seconds
    packs = load_packs(*setup.rules)  # faults are told here, whoever labels
    store = Store(setup.data)
    begun_with = store.territory(territory.name)
    if begun_with != territory.name:
        store.close()
        raise StoreError(
            f"the store in {setup.data} is of {begun_with}, not of {territory.name}:"
            " use another --data, or that --territory"
        )
    storms = [feed for feed in feeds if getattr(feed, "exercise", False)]
    if store.exercise is None and storms and len(storms) == len(feeds):
        # a storm paused at its begin has no post to say so
        store.set_exercise(exercise=True)
    accounts = [one for feed in feeds for one in getattr(feed, "accounts", ())]
    _adapt(feeds, setup, territory, packs, (*settings.accounts.account, *accounts))
    own = [one.handle for one in (*settings.accounts.account, *accounts)]
    return Pipeline(
        Engine(packs, accounts=own, memo_chunks=MEMO_CHUNKS) if setup.processes == 1 else None,
        territory,
        store,
        settings,
        every_post=every_post,
        accounts=accounts,
        packs=packs,
        settings_folder=setup.settings,
    )


def _adapt(
    feeds: Sequence[Feed],
    setup: Setup,
    territory: Territory,
    packs: Sequence[Pack],
    accounts: Sequence[Account],
) -> None:
    for feed in feeds:
        if isinstance(feed, Adapting):
            lists = load_sets(*setup.rules).vocabularies
            feed.adapt(Surroundings(territory, accounts, packs, lists))


def wrong_labels(setup: Setup) -> WrongLabels:
    """Where a desk notes for rule authors what is labelled wrong.

    Raises:
        StoreError: it is no folder.
    """
    if setup.wrong_labels and setup.wrong_labels.is_file():
        raise StoreError(
            f"can't use {setup.wrong_labels} as --wrong-labels: it is a file; name a folder"
        )
    folder = setup.wrong_labels or setup.data or user_data_path("stormdesk")
    return WrongLabels(folder, lambda: load_sets(*setup.rules))


def follow_oms(setup: Setup, pipeline: Pipeline, tell: Callable[[str], None]) -> OmsList | None:
    """Let `pipeline` go by the utility's list that was asked for, which is to be followed.

    Raises:
        OmsError: it can't be read.
    """
    if setup.oms is None:
        return None
    listed = oms_list(setup.oms, pipeline.territory, tell, lambda: pipeline.store.exercise)
    pipeline.oms.replace(listed.read())
    pipeline.oms.gauge = listed.gauge
    return listed


def oms_list(
    oms: str, territory: Territory, tell: Callable[[str], None], exercise: Callable[[], bool | None]
) -> OmsList:
    """The utility's list in the file, or at the URL, `oms`.

    Raises:
        OmsError: the URL is none of a list.
    """
    if "://" not in oms:
        return OmsFile(Path(oms), territory, tell)
    from desk.oms.odin_list import OdinList  # aiohttp costs start-up time

    return OdinList(oms, territory, tell, exercise)


@contextlib.contextmanager
def labelling(setup: Setup, pipeline: Pipeline) -> Iterator[Labellers | None]:
    """The processes that label for `pipeline`; None where that labels itself.

    Raises:
        LabellingError: they can't be started.
    """
    if setup.processes == 1:
        yield None
        return
    own = [one.handle for one in pipeline.own.accounts]
    labellers = Labellers(setup.rules, setup.processes, own)
    try:
        labellers.start()
        yield labellers
    finally:
        labellers.close()


def _territory(setup: Setup, feeds: Sequence[Feed]) -> Territory:
    if setup.territory is not None:
        return load_territory(setup.territory)
    for feed in feeds:
        own: Territory | None = getattr(feed, "territory", None)
        if own is not None:
            return own
    territory = load_territory(DEFAULT_TERRITORY)
    say(f"territory: {territory.name} (choose another with --territory)")
    return territory
