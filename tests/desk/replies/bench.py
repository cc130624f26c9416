"""A desk at work for tests of replies: towns, an outage in one, and people who wrote of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from desk.accounts import Account
from desk.cases import Case
from desk.channels import Channel
from desk.channels.choosing import Channels, DryRun, Recorded
from desk.channels.live import Live
from desk.channels.switched_on import SwitchedOn
from desk.feeds import Batch
from desk.oms import OmsOutage
from desk.outages import Action, OutageChange
from desk.pipeline import Pipeline
from desk.post import Author, Post
from desk.replies.delivery import Delivery
from desk.replies.everybody import Everybody, Round
from desk.replies.lane import Pace
from desk.replies.passage import Passage
from desk.replies.replies import Written
from desk.replies.reply import Facts, Reply, Role
from desk.settings import load_settings
from desk.store import Store
from desk.territories import Territory, load_territory
from rules import Engine, load_packs

NOON = datetime(2031, 5, 1, 16, tzinfo=UTC)  # noon in New York, a Thursday
OMS = "i-1"
RULES = """
language = "en"
[[rule]]
id = "o"
label = "outage"
any = ["no power", "power is out"]
[[rule]]
id = "r"
label = "restored"
any = ["power is back"]
[[rule]]
id = "h"
label = "hazard"
any = ["line is down"]
[[rule]]
id = "b"
label = "billing"
any = ["my bill"]
"""
RULES_IT = """
language = "it"
[[rule]]
id = "o-it"
label = "outage"
any = ["senza luce"]
"""
TERRITORY = """
name = "Three Towns"
timezone = "America/New_York"
[[community]]
id = "alderton"
name = "Alderton"
lat = 35.0
lon = -79.0
radius_km = 5.0
customers = 40000
[[community]]
id = "birchfield"
name = "Birchfield"
lat = 35.5
lon = -79.5
radius_km = 4.0
customers = 9000
"""


@cache
def ground() -> tuple[Engine, Territory]:
    """Rules and towns, made once: nothing in them changes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "packs").mkdir()
        (folder / "packs" / "en.toml").write_text(RULES)
        (folder / "packs" / "it.toml").write_text(RULES_IT)
        (folder / "territory.toml").write_text(TERRITORY)
        return Engine(load_packs(folder / "packs")), load_territory(str(folder / "territory.toml"))


built_in = cache(load_settings)


class Bench:
    """A pipeline, and short ways to let people write and agents answer."""

    def __init__(
        self,
        *,
        data: Path | None = None,
        settings: Path | None = None,
        exercise: bool = True,
        store: Store | None = None,
    ) -> None:
        self.store = store or Store(data)
        self.pipeline = Pipeline(
            *ground(),
            self.store,
            built_in() if settings is None else load_settings(settings),
        )
        self.exercise = exercise
        self.replies = self.pipeline.replies
        self.passage = Passage(self.replies)
        self.wall = NOON
        self.everybody = Everybody(self.pipeline, self.replies)
        self.dry_run = DryRun(self.store)
        self._batches = 0

    @property
    def now(self) -> datetime:
        return self.pipeline.clock.now or NOON

    def people(self, texts: Iterable[str], minute: float = 0, **more: Any) -> None:  # noqa: ANN401
        """One post each, a few seconds apart, of somebody else unless `who` says."""
        posts = []
        for number, text in enumerate(texts):
            who = more.get("who", f"a{self._batches}-{number}")
            fields: dict[str, Any] = {
                "id": f"p{self._batches}-{number}",
                "channel": "x",
                "author": Author(id=who, handle=f"@{who}"),
                "text": text,
                "created_at": NOON + timedelta(minutes=minute, seconds=5 * number),
                "exercise": self.exercise,
            }
            fields |= {key: value for key, value in more.items() if key != "who"}
            posts.append(Post(**fields))
        self._batches += 1
        self.pipeline.process("f", Batch(tuple(posts), str(self._batches)))

    def outage(self) -> OutageChange:
        """The newest outage of the desk that is in Alderton."""
        changes = [c for c in self.store.changes() if "alderton" in c.communities]
        found = self.pipeline.outages.find(changes[-1].id)
        assert found is not None
        return found

    def case(self, number: int = 0) -> Case:
        """A case as it is now, in the order in which they were opened."""
        return sorted(self.pipeline.cases.all(), key=lambda c: (c.opened_at, c.id))[number]

    def act(self, kind: Any, **more: Any) -> None:  # noqa: ANN401
        self.pipeline.act(Action(kind=kind, outage=self.outage().id, by="lead", **more))

    def estimate(self, hours: float | None) -> None:
        """The utility's list has the outage, with its estimate so many hours after noon."""
        etr = None if hours is None else NOON + timedelta(hours=hours)
        listed = OmsOutage(id=OMS, started_at=NOON, lat=35.0, lon=-79.0, etr=etr)
        self.pipeline.oms.replace([listed])
        if self.outage().oms is None:
            self.act("confirm", oms=OMS)

    def restore(self, minute: float) -> None:
        """Enough people write that power is back, and time passes."""
        self.people(["power is back in Alderton"] * 12, minute)
        self.people(["power is back in Alderton"] * 3, minute + 40)
        self.people(["my bill"], minute + 100)
        assert self.outage().status == "restored", self.outage().status

    def facts(self, case: Case) -> Facts:
        return self.replies.writing.facts(case, self.now)

    def written(self, case: Case, text: str, **more: Any) -> Written:  # noqa: ANN401
        """What ann writes, who has seen what is known now."""
        fields = {"by": "ann", "seen": self.facts(case).version}
        return Written(**({"case": case.id, "text": text} | fields | more))

    def send(self, case: Case, text: str, role: Role = "agent", **more: Any) -> Reply:  # noqa: ANN401
        reply = self.replies.send(self.written(case, text, **more), role, self.now)
        self.pipeline.settle()
        return reply

    def plan(self, macro: str, *, loop: bool = False, by: str = "ann") -> Round:
        return self.everybody.plan(self.outage().id, macro, by, self.now, loop=loop)

    async def answer(self, macro: str, *, loop: bool = False) -> Round:
        """Answer everybody of the outage, to the end."""
        done = self.everybody.send(self.plan(macro, loop=loop), "ann", "agent", self.now)
        self.pipeline.settle()
        await self.deliver()
        return done

    def delivery(self, *live: Live, **more: Any) -> Delivery:  # noqa: ANN401
        """Delivery whose wall clock, `wall`, moves by hand."""
        return Delivery(
            self.passage,
            Channels(self.dry_run, live),
            now=lambda: self.now,
            keep=self.pipeline.settle,
            exercise=lambda: self.store.exercise,
            wall=lambda: self.wall,
            **({"pace": Pace(jitter=0.0)} | more),
        )

    async def deliver(
        self, live: dict[str, Channel] | None = None, *, steps: int = 2, wait_s: float = 10.0
    ) -> Delivery:
        """Take steps with what is due, each so long after the one before."""
        opened = (Live(SwitchedOn(account_of(key), one)) for key, one in (live or {}).items())
        return await self.deliver_by(*opened, steps=steps, wait_s=wait_s)

    async def deliver_by(self, *live: Live, steps: int = 2, wait_s: float = 10.0) -> Delivery:
        """The same by accounts that are switched on."""
        delivery = self.delivery(*live)
        for _ in range(steps):
            await delivery.deliver()
            self.wall += timedelta(seconds=wait_s)
        return delivery

    def born_again(self) -> Bench:
        """A desk that goes on from the store of this one, which has died."""
        other = Bench(store=self.store, exercise=self.exercise)
        other.wall = self.wall
        return other

    def reply(self, reply: Reply) -> Reply:
        """A reply as it is now."""
        found = self.replies.outbox.find(reply.id)
        assert found is not None
        return found

    def announce(self, text: str, account: str = "x:Power") -> None:
        """What an announcement puts into the outbox."""
        self.replies.put(
            Reply(
                id=self.replies.outbox.new_id(),
                case="a-1",
                channel=account.partition(":")[0],
                account=account,
                to_post="",
                author_key="",
                text=text,
                by="lea",
                state="queued",
                at=self.now,
            )
        )
        self.pipeline.settle()

    def recorded(self) -> list[Recorded]:
        return self.dry_run.recorded()


def account_of(key: str, **more: Any) -> Account:  # noqa: ANN401
    """An own account that is switched on."""
    channel, _, handle = key.partition(":")
    return Account(channel=channel, handle=handle, on=True, **more)


def kept(bench: Bench) -> tuple[list[Reply], dict[str, bytes]]:
    """Replies and drafts as the store has them."""
    pieces = bench.store.states("reply").values()
    replies = sorted((msgspec.json.decode(piece, type=Reply) for piece in pieces), key=_number)
    return replies, bench.store.states("draft")


def _number(reply: Reply) -> int:
    return int(reply.id.removeprefix("r-"))
