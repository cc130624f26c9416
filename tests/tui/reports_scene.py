"""A canned desk that answers for reports, look-alikes and settings as a desk would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from desk.accounts import Account, LookAlike, Standing
from desk.reports.answers import times
from desk.reports.handover import Handover
from desk.reports.lines import Line, Section
from desk.reports.overload import Overload, words
from desk.reports.shift import AgentFigures, Count, Point, ShiftReport
from desk.reports.trending import Trend, Trending
from desk.reports.volume import Against, Series, VolumeReport
from desk.serving.protocol import FromScreen, Tick
from desk.serving.report_messages import (
    HandedOver,
    HandOver,
    JudgeLookAlike,
    LookAlikeJudged,
    LookAlikesTold,
    ReadLookAlikes,
    ReadReport,
    ReadSettings,
    SettingsFile,
    SettingsTold,
    WatchLookAlikes,
)
from tests.tui.conftest import CannedDesk, status

NOON = datetime(2031, 9, 4, 16, 0, tzinfo=UTC)
PLACE, ZONE = "Carolina Sample", "America/New_York"
OVERLOAD = Overload(
    level="overloaded", at=NOON, mode="storm", window_min=60, arrivals=96.0, answers=61.0,
    agents=3, backlog=212, late=31, pace=20.4, grows=34.8, to_hold=5, to_clear=16,
    skipped=(("praise", 40), ("billing", 12)),
)  # fmt: skip
OVERLOAD = msgspec.structs.replace(OVERLOAD, words=words(OVERLOAD))


def shift(hours: float = 12.0) -> ShiftReport:
    """A canned shift of so many hours."""
    start = NOON - timedelta(hours=hours)
    points = [
        Point(start + timedelta(hours=hours) * at / 48, 3 + at % 7, 4 * at, at) for at in range(48)
    ]
    figures = times([2.0, 4.0, 9.0, 60.0])
    return ShiftReport(
        territory=PLACE, zone=ZONE, exercise=True, start=start, end=NOON, posts=8210,
        labels=(Count("hazard", 31), Count("outage", 940), Count("etr", 120),
                Count("complaint", 88), Count("praise", 22)),
        channels=(Count("x", 6100), Count("facebook", 2110)),
        places=(Count("Alder Bay", 400), Count("Elmton", 90)),
        opened=640, answered=410, first_reply=figures, in_hours=figures, off_hours=times([]),
        in_time=3, handling=times([6.0]), waiting=212, late=31, skipped=52,
        backlog=tuple(points),
        agents=(AgentFigures("lea", 210, 190, 11, figures, times([6.0]), 480),),
        outages_begun=7, outages_ended=2, outages_open=5, promised=120, told=44, to_tell=9,
        look_alikes=2, overload=OVERLOAD.words,
    )  # fmt: skip


def volume(hours: float = 24.0) -> VolumeReport:
    """A canned volume of so many hours."""
    begins = tuple(NOON - timedelta(hours=back) for back in reversed(range(int(hours))))

    def counts(factor: int) -> tuple[int, ...]:
        return tuple(factor * (at % 5) for at in range(len(begins)))

    def series(name: str, factor: int) -> Series:
        return Series(name, sum(counts(factor)), counts(factor))

    return VolumeReport(
        territory=PLACE, zone=ZONE, exercise=True, hours=begins, posts=counts(100),
        labels=(series("hazard", 2), series("outage", 40)),
        channels=(series("x", 70), series("facebook", 30)), places=(series("Alder Bay", 9),),
        against=(Against("", 111, 64.0), Against("outage", 44, 3.0)), usual_days=9,
    )  # fmt: skip


HANDOVER = Handover(
    territory=PLACE, zone=ZONE, exercise=True, at=NOON, summary=OVERLOAD.words,
    kept_at=NOON - timedelta(hours=8), kept_by="max",
    sections=(
        Section("notes", "Notes of the shift", 1,
                (Line("note:000001", "agent 11:40: crews change at six"),)),
        Section("dangers", "Dangers and people at risk", 2, (
            Line("case:case-1", "HAZARD person1, Alder Bay: nobody has it, 12 min late · “there is"
                 " a live wire on the pavement by the school”", "changed", "case", "case-1"),
            Line("case:case-2", "VULNERABLE person2: with lea · “the concentrator just stopped”",
                 "same", "case", "case-2"),
        )),
        Section("outages", "Open outages", 44, (
            Line("outage:outage-2", "Fernley: likely since 11:02, 41 people report it · back by"
                 " 18:00 · 9 customers were told a time", "new", "outage", "outage-2"),
        )),
        Section("skipped", "Left for later by the mode", 1, (
            Line("skipped:praise", "40 praise, the oldest of 09:10", "same", "filter",
                 "label:praise state:new"),
        )),
        Section("look-alikes", "Accounts that look like the utility's", 1, (
            Line("look-alike:x:alderpower_help", "@AlderPower_Help in x looks like x:AlderPower",
                 "new", "look_alike", "x:alderpower_help"),
        )),
        Section("announcements", "Announcements", 1, (
            Line("announcement:ann-1", "“Crews are out”: may be sent, lea 11:00", "new",
                 "announcement", "ann-1"),
        )),
    ),
    over=(Line("outage:outage-5", "Birchfield: restoring since 02:10", "same", "outage",
               "outage-5"),),
)  # fmt: skip
TRENDING = Trending(
    territory=PLACE, zone=ZONE, exercise=True, since=NOON - timedelta(hours=2), end=NOON,
    authors=1410, authors_before=5200,
    trends=(
        Trend("transformer hum", 41, 3, 50.4, 180.2, NOON, ("post-1", "post-2"), ("x",)),
        Trend("#AlderStrong", 22, 0, 162.0, 92.5, NOON, ("post-3",), ("x", "bluesky")),
    ),
)  # fmt: skip
OWN = Account(channel="x", handle="AlderPower", name="Alder Power")


def alike(number: int, **changes: object) -> LookAlike:
    """A canned look-alike."""
    plain = LookAlike(
        id=f"x:alderpower_{number}", channel="x", handle=f"AlderPower_{number}",
        name="Alder Power Help", account=OWN.key, score=95, differs="handle: help added",
        first_at=NOON - timedelta(hours=1), last_at=NOON, told=3, named=2,
        posts=(f"post-{number}",), asks=("link", "money"), exercise=True,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


class ReportsDesk(CannedDesk):
    """A canned desk with reports."""

    def __init__(self, rows: int = 0) -> None:
        super().__init__(rows)
        self.alikes = [alike(1), alike(2)]
        self.looking = True
        self.handed: list[str] = []

    def connect(self) -> None:
        super().connect()
        told = status(overload=OVERLOAD, look_alikes=2, waiting=212, late=31, skipped=52)
        self.say(Tick(status=told))

    async def send(self, message: FromScreen) -> None:
        await super().send(message)
        if self.mute:
            return
        match message:
            case ReadReport("shift", hours):
                self.say(shift(hours))
            case ReadReport("volume", hours):
                self.say(volume(hours))
            case ReadReport("handover"):
                self.say(HANDOVER)
            case ReadReport("trending"):
                self.say(TRENDING)
            case HandOver(kind):
                self.handed.append(kind)
                self.say(HandedOver(kind, f"{kind}: done"))
            case ReadLookAlikes():
                self._tell_alikes()
            case JudgeLookAlike(id_, verdict, by):
                self._judge(id_, verdict, by)
            case ReadSettings():
                self._tell_settings()
            case WatchLookAlikes(on, _):
                self.looking = on
                self._tell_settings()
            case _:
                pass

    def _judge(self, id_: str, verdict: str, by: str) -> None:
        at = next(at for at, one in enumerate(self.alikes) if one.id == id_)
        said = (Standing(verdict, by, NOON),) if verdict else ()  # type: ignore[arg-type]
        self.alikes[at] = msgspec.structs.replace(self.alikes[at], standings=said)
        self.say(LookAlikeJudged(self.alikes[at], f"@{self.alikes[at].handle}: {verdict}"))
        self._tell_alikes()

    def _tell_alikes(self) -> None:
        self.say(LookAlikesTold(tuple(self.alikes), len(self.alikes), self.looking))

    def _tell_settings(self) -> None:
        files = (
            SettingsFile("policy.toml", "/desk/settings/policy.toml", own=False),
            SettingsFile("accounts.toml", "/home/ann/desk/accounts.toml", own=True, changed=True),
        )
        self.say(
            SettingsTold(
                "/home/ann/desk", files, ("/home/ann/desk/voice.toml:3:1: unknown key 'sya'",),
                (OWN, msgspec.structs.replace(OWN, channel="facebook", on=True)), self.looking,
                ("x:AlderFans",), (),
            )
        )  # fmt: skip
