"""The cases screen at a canned desk: cases, conversations, replies, macros, announcements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from desk.accounts import Account
from desk.cases.case import CaseEvent
from desk.post import Author, LabelledPost, Media
from desk.replies.reply import Announcement, Draft, Facts, Problem, Reply, Sending
from desk.serving.case_messages import (
    CaseAct,
    CaseActed,
    CaseDetail,
    CaseRow,
    CaseWindow,
    LeaveCase,
    OpenCase,
    SetMode,
    UnwatchCases,
    WatchCases,
)
from desk.serving.protocol import DeskStatus, FromScreen, Refused, Tick
from desk.serving.reply_messages import (
    AnnounceAct,
    Announced,
    AnnouncementChecked,
    Announcements,
    AnswerOutage,
    CheckAnnouncement,
    Drafted,
    FilledMacro,
    FindMacros,
    JudgeReply,
    Macros,
    OutageAnswered,
    PassedOver,
    ReadAnnouncements,
    Replied,
    ReplyRefused,
    SaveDraft,
    SendReply,
    WouldSend,
)
from desk.serving.report_messages import ReadSettings, SettingsTold
from rules import Match

BEGAN = datetime.fromisoformat("2031-09-04T18:03:00+00:00")
CLOCK = BEGAN + timedelta(minutes=42, seconds=11)
SAID = (
    ("there is a live wire on the pavement by the school!!", ("hazard",), "live wire"),
    ("mum is on oxygen and the concentrator just stopped, power out", ("vulnerable", "outage"),
     "on oxygen"),
    ("no lights on our whole street since six, any idea when?", ("outage", "etr"), "no lights"),
    ("third blackout this month and the bill still went up", ("outage", "complaint", "billing"),
     "blackout"),
    ("when will it be back on? the freezer is full of fish", ("etr",), "when will it"),
    ("thanks to the crew on Elm Street, light again!", ("restored", "praise"), "light again"),
)  # fmt: skip
CHANNELS = ("x", "bluesky", "mastodon", "facebook")
PLACES = ("Alder Bay", "Birchfield", "Cedar Point", "Fernley")
MACROS = (
    FilledMacro("etr-known", "Time of restoration known",
                "Hello @person0, crews are at work in Alder Bay. We expect power back by 21:30.\n"
                "Stay away from downed lines."),
    FilledMacro("etr-unknown", "No time known yet",
                "Hello @person0, we know of the outage in {place}. No time yet.", ("place",)),
    FilledMacro("hazard-wire", "Wire down: keep away",
                "Please stay away from the wire, at least 10 m, and call 911."),
)  # fmt: skip


def case(number: int, **changes: object) -> CaseRow:
    """The canned case of this number, always the same."""
    text, labels, _ = SAID[number % len(SAID)]
    row = CaseRow(
        id=f"case-{number}",
        opened_at=BEGAN + timedelta(minutes=number % 30),
        updated_at=BEGAN + timedelta(minutes=number % 30),
        channel=CHANNELS[number % len(CHANNELS)],
        author=f"person{number}",
        place=PLACES[number % len(PLACES)],
        labels=labels,
        posts=tuple(f"post-{number}-{at}" for at in range(1 + number % 3)),
        text=text,
        account="utility",
        lang="en",
        waiting_since=BEGAN + timedelta(minutes=number % 30),
        due_at=BEGAN + timedelta(minutes=(20 + 7 * number) % 90),
        contacts=1 + number % 3,
        reach=(0, 0, 45_000, 0, 1_200, 0)[number % 6],
        media=int(number % 4 == 1),
        outage="outage-1" if number % 4 == 0 else None,
        exercise=True,
    )
    return msgspec.structs.replace(row, **changes)


def post(row: CaseRow, at: int, text: str | None = None) -> LabelledPost:
    """The canned post of a case."""
    said, labels, words = SAID[row_number(row) % len(SAID)]
    whole = said if text is None else text
    start = whole.find(words)
    match = Match(f"en-{labels[0]}", labels[0], words, words, start, start + len(words), 92.5)
    return LabelledPost(
        id=f"post-{row.id[5:]}-{at}",
        channel=row.channel,
        author=Author(row.author, row.author, "Person"),
        text=whole,
        created_at=row.opened_at + timedelta(minutes=at),
        media=(Media("image", "https://media.example/1.jpg"),) if row.media and not at else (),
        exercise=True,
        labels=labels,
        matches=(match,) if start >= 0 else (),
        location=None,
    )


def row_number(row: CaseRow) -> int:
    return int(row.id[5:])


def facts(version: str = "1", **changes: object) -> Facts:
    """What is known of the canned outage."""
    known = Facts(
        version=version,
        at=CLOCK,
        place="Alder Bay",
        outage="outage-1",
        status="confirmed",
        etr=CLOCK + timedelta(hours=3),
        since=BEGAN - timedelta(minutes=17),
        crews="crews are at work",
    )
    return msgspec.structs.replace(known, **changes)


def detail(row: CaseRow, **changes: object) -> CaseDetail:
    """What a desk would tell of a canned case."""
    told = CaseDetail(
        row.id,
        row,
        posts=tuple(post(row, at) for at in range(len(row.posts))),
        facts=facts() if row.outage else None,
        events=(
            CaseEvent(case=row.id, at=row.opened_at + timedelta(seconds=1), by="", kind="opened",
                      words="opened by a post"),
        ),
    )  # fmt: skip
    return msgspec.structs.replace(told, **changes)


class Cases:
    """The cases of a canned desk, and how it answers; `no` refuses the next act."""

    def __init__(self, say: Callable[..., None], status: Callable[..., DeskStatus]) -> None:
        self.rows = [case(number) for number in range(12)]
        self.details: dict[str, CaseDetail] = {}
        self.no = ""
        self.bad_filters: dict[str, str] = {}
        self.refusal: ReplyRefused | None = None
        self.problems: tuple[Problem, ...] = ()
        self.stale = ""
        self.macros: Sequence[FilledMacro] = MACROS
        self.announcements: list[Announcement] = []
        self.mute = False
        self.on = False
        self._say = say
        self._status = status
        self._watched: dict[int, WatchCases] = {}
        self._open = ""

    def answer(self, message: FromScreen) -> None:
        """Answer as a desk would."""
        if self.mute:
            return
        match message:
            case WatchCases(view, query) if query in self.bad_filters:
                self._say(Refused(view, self.bad_filters[query]))
            case WatchCases(view):
                self._watched[view] = message
                self.tell()
            case UnwatchCases(view):
                self._watched.pop(view, None)
            case OpenCase(id_):
                self._open = id_
                self.tell_case(id_)
            case LeaveCase():
                self._open = ""
            case CaseAct() if self.no:
                self._say(Refused(None, self.no, case=message.case))
            case CaseAct():
                self._act(message)
            case SetMode(mode, by):
                self._say(Tick(status=self._status(mode=mode, mode_by=by, skipped=3)))
            case _:
                self._reply(message)

    def find(self, id_: str) -> CaseRow | None:
        return next((row for row in self.rows if row.id == id_), None)

    def change(self, id_: str, **changes: object) -> CaseRow:
        """Let a case change, and tell of it."""
        at = next(at for at, row in enumerate(self.rows) if row.id == id_)
        self.rows[at] = msgspec.structs.replace(self.rows[at], **changes)
        known = self.details.get(id_)
        if known is not None:
            self.details[id_] = msgspec.structs.replace(known, case=self.rows[at])
        self.tell()
        if self._open == id_:
            self.tell_case(id_)
        return self.rows[at]

    def whole(self, id_: str, **changes: object) -> None:
        """Let what is told of a case change, and tell it where it is open."""
        row = self.find(id_)
        known = self.details.get(id_) or (detail(row) if row else CaseDetail(id_, None))
        self.details[id_] = msgspec.structs.replace(known, **changes)
        if self._open == id_:
            self.tell_case(id_)

    def tell_case(self, id_: str) -> None:
        row = self.find(id_)
        self._say(self.details.get(id_) or (detail(row) if row else CaseDetail(id_, None)))

    def tell(self) -> None:
        """Tell every window that is watched."""
        windows = tuple(self.window(asked) for asked in self._watched.values())
        self._say(Tick(cases=windows))

    def window(self, asked: WatchCases) -> CaseWindow:
        rows = [row for row in self.rows if self._fits(row, asked.filter)]
        part = tuple(rows[asked.start : asked.start + asked.count])
        return CaseWindow(asked.view, asked.filter, len(rows), asked.start, part)

    @staticmethod
    def _fits(row: CaseRow, query: str) -> bool:
        for word in query.split():
            name, _, value = word.partition(":")
            if name == "state" and value not in ("all", "open", "late"):
                if row.state not in value.split("|"):
                    return False
            elif name == "agent":
                if row.agent != "agent":
                    return False
            elif name == "label":
                if value not in row.labels:
                    return False
            elif ":" not in word and word not in row.text + row.author + row.place:
                return False
        return bool(query) or row.state in ("new", "mine")

    def _act(self, act: CaseAct) -> None:
        if act.kind == "next":
            row = next((row for row in self.rows if row.state == "new"), None)
            if row is None:
                self._say(CaseActed(act, None, "nobody waits for an answer"))
                return
            row = self.change(row.id, state="mine", agent=act.by)
            self._say(CaseActed(act, row, f"{row.author}: in your hand"))
            return
        changes: dict[str, dict[str, object]] = {
            "take": {"state": "mine", "agent": act.by},
            "release": {"state": "new", "agent": None},
            "assign": {"state": "mine", "agent": act.to},
            "customer": {"state": "customer"},
            "operations": {"state": "operations"},
            "answered": {"state": "answered", "waiting_since": None},
            "close": {"state": "closed", "waiting_since": None},
            "reopen": {"state": "new"},
            "snooze": {"state": "snoozed", "snoozed_until": CLOCK + timedelta(minutes=act.minutes)},
            "wake": {"state": "new"},
            "tag": {"tags": act.tags},
        }
        row = self.change(act.case, **changes.get(act.kind, {}))
        self._say(CaseActed(act, row, f"{row.author}: {act.kind} by {act.by} · u takes it back"))

    def _reply(self, message: FromScreen) -> None:
        match message:
            case FindMacros(id_, query, _outage):
                words = query.casefold()
                found = [macro for macro in self.macros if words in macro.title.casefold()]
                self._say(Macros(id_, query, tuple(found)))
            case SaveDraft(id_, by, text, macro):
                draft = Draft(case=id_, by=by, at=CLOCK, text=text, macro=macro) if text else None
                self.whole(id_, draft=draft, problems=self.problems, stale=self.stale)
                self._say(Drafted(id_, len(text), 280, self.problems, self.stale))
            case SendReply() if self.refusal is not None:
                self._say(self.refusal)
            case SendReply(id_, by, text):
                self.send(id_, by, text)
            case JudgeReply(reply, by, approve, note):
                self.judge(reply, by, note, approve=approve)
            case AnswerOutage():
                self._say(self.everybody(message))
            case ReadSettings():
                accounts = (
                    Account(channel="x", handle="utility", on=self.on),
                    Account(channel="bluesky", handle="utility.example", on=self.on),
                )
                self._say(SettingsTold("", (), (), accounts, True, (), ()))
            case ReadAnnouncements():
                self._say(Announcements(tuple(self.announcements)))
            case AnnounceAct():
                self._announce(message)
            case CheckAnnouncement():
                banned = Problem(kind="banned", words="'promise' is banned", blocks=True)
                faults = (banned,) if "promise" in message.text else ()
                self._say(AnnouncementChecked(message.text, faults))
            case _:
                pass

    def send(self, id_: str, by: str, text: str) -> Reply:
        row = self.find(id_)
        assert row is not None
        reply = Reply(
            id=f"reply-{len(text)}", case=id_, channel=row.channel, to_post=row.posts[-1],
            author_key=row.author, text=text, by=by, state="sent", at=CLOCK, remote="dry-run:1",
            exercise=True,
        )  # fmt: skip
        self.whole(id_, draft=None, replies=(reply,))
        self.change(id_, state="answered", agent=by, waiting_since=None)
        self._say(Replied(reply, "recorded, not sent (dry run)"))
        return reply

    def judge(self, id_: str, by: str, note: str, *, approve: bool) -> None:
        for case_, told in list(self.details.items()):
            for reply in told.replies:
                if reply.id == id_:
                    now = msgspec.structs.replace(
                        reply, state="queued" if approve else "rejected", approved_by=by, note=note
                    )
                    self.whole(case_, replies=(now,))
                    self._say(Replied(now, "let go" if approve else "sent back"))

    def everybody(self, asked: AnswerOutage) -> OutageAnswered:
        filled = tuple(
            WouldSend(f"case-{n}", f"person{n}", "x", f"Hello @person{n}, power is back by 21:30.")
            for n in (0, 4, 8)
        )
        passed = (PassedOver("case-1", "person1", "has had an answer at 14:20"),)
        sent = len(filled) if asked.send else 0
        return OutageAnswered(asked.outage, asked.macro, asked.loop, filled, passed, sent, 1, 4)

    def _announce(self, act: AnnounceAct) -> None:
        states = {"submit": "submitted", "approve": "approved", "reject": "draft", "send": "sent",
                  "withdraw": "withdrawn"}  # fmt: skip
        if act.kind == "draft":
            item = Announcement(
                id=f"ann-{len(self.announcements) + 1}", title=act.title, text=act.text,
                outage=act.outage or None, accounts=act.accounts, by=act.by, at=CLOCK,
                exercise=True,
            )  # fmt: skip
            self.announcements.insert(0, item)
        else:
            at = next(at for at, each in enumerate(self.announcements) if each.id == act.id)
            item = self.announcements[at]
            if act.kind == "edit":
                item = msgspec.structs.replace(item, title=act.title, text=act.text)
            else:
                item = msgspec.structs.replace(item, state=states[act.kind], note=act.note)
            if act.kind == "send":
                sendings = tuple(
                    Sending(channel=c, account=a, state="sent", at=CLOCK, remote="dry-run:1")
                    for c, _, a in (each.partition(":") for each in item.accounts)
                )
                item = msgspec.structs.replace(item, sendings=sendings)
            self.announcements[at] = item
        self._say(Announced(item, f"{item.title}: {act.kind}"))
        self._say(Announcements(tuple(self.announcements)))
