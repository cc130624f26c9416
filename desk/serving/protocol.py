"""What a desk and its screens say to each other: JSON messages over one WebSocket.

A screen opens views (filters over the desk's posts); the desk answers each with a page, and then
tells what changed, ten times a second at most. A screen fetches any other rows by index. Rows of a
view are numbered in the order of arrival and keep their number; `first` is the oldest one still
held. A view is told before all older posts were looked at: while it is `counting`, `first` falls as
older rows are found, which take the numbers below it. The desk speaks first, with `Hello`; a later
`Hello` says that the desk has begun again, as after `connected`: nothing that was told before
holds, and views must be opened again.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from desk.feeds.warning import WeatherWarning
from desk.outages import OutageChange
from desk.post import LabelledPost
from desk.reports.handover import Handover
from desk.reports.overload import Overload
from desk.reports.shift import ShiftReport
from desk.reports.trending import Trending
from desk.reports.volume import VolumeReport
from desk.serving.case_messages import (
    Attach,
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
from desk.serving.feed_messages import FaultsTold, ReadFaults
from desk.serving.outage_messages import (
    Act,
    Acted,
    OutageDetail,
    PlaceCount,
    ReadOutage,
)
from desk.serving.reply_messages import (
    AnnounceAct,
    Announced,
    AnnouncementChecked,
    Announcements,
    AnswerOutage,
    CheckAnnouncement,
    Drafted,
    FindMacros,
    JudgeReply,
    Macros,
    OutageAnswered,
    Outgoing,
    ReadAnnouncements,
    Replied,
    ReplyRefused,
    SaveDraft,
    SendReply,
    SettleReply,
)
from desk.serving.report_messages import (
    HandedOver,
    HandOver,
    JudgeLookAlike,
    LookAlikeJudged,
    LookAlikesTold,
    ReadLookAlikes,
    ReadReport,
    ReadSettings,
    SettingsTold,
    WatchLookAlikes,
)
from desk.serving.usual import Usual

VERSION = 3
PATH = "/screen"
WHY = "Stormdesk-Why"
"""The header of a refusal at `PATH` that says in words, percent-encoded, why the desk is away."""
TICK_S = 0.1


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One line of the live feed; `text` is cut, `spans` are (start, end, label) within it."""

    id: str
    at: datetime
    channel: str
    author: str
    place: str
    labels: tuple[str, ...]
    text: str
    spans: tuple[tuple[int, int, str], ...]
    media: int
    exercise: bool
    repost: bool = False


class OutageRow(msgspec.Struct, frozen=True):
    """One line of the outage list; `trend` counts posts in 12 spans of 5 minutes, newest last.

    `likely_at` is when the desk was first sure of it (`likely` or `confirmed`).
    """

    outage: OutageChange
    place: str
    trend: tuple[int, ...]
    likely_at: datetime | None = None


class FeedHealth(msgspec.Struct, frozen=True):
    """How a feed does; `state` is starting, live, retrying, limited, ended or failed.

    `lag_s` is how far the newest processed post lies behind the feed's newest, in event seconds;
    `behind_s` how far the newest post that has come lies behind the clock on the wall, None at an
    exercise. `bad` counts records that were no posts, and the `refused`: real posts at an exercise,
    or simulated ones at a real desk. `ignored` are records that need be no posts. `lost` posts are
    gone for good, as the platform says. `retry_s` is how long it is to the next try, in seconds.
    `heard_at` is when something last came, by the clock on the wall, `silent_s` how long that is
    ago, in steps of 10 s, from the beginning where nothing came. Counts are those since `since`.
    A feed that `warns` brings official warnings. What has `outages` is no feed but the utility's
    own list, which holds so many.
    """

    url: str
    state: str
    received: int
    bad: int
    duplicates: int
    lag_s: float
    posts_per_second: float
    last_error: str = ""
    ignored: int = 0
    refused: int = 0
    reconnects: int = 0
    lost: int = 0
    retry_s: int | None = None
    heard_at: datetime | None = None
    silent_s: int = 0
    newest_at: datetime | None = None
    behind_s: int | None = None
    since: datetime | None = None
    warns: bool = False
    outages: int | None = None


class DeskHealth(msgspec.Struct, frozen=True):
    """How a desk does, for monitoring; `at` is by the clock on the wall, `clock` is event time.

    `healthy` is false where there are `troubles`, each in one line: a feed that has failed, posts
    that are lost, a feed that is tried again for minutes, or no feed from which anything comes.
    """

    at: datetime
    healthy: bool
    troubles: tuple[str, ...]
    clock: datetime | None
    exercise: bool
    silent_since: datetime | None
    feeds: tuple[FeedHealth, ...]


class DeskStatus(msgspec.Struct, frozen=True):
    """The desk at one moment; `clock` is event time, rates count received posts.

    `work_s` are CPU seconds by stage since the desk began. `mode` is calm or storm, as `mode_by`
    has set it. Of the cases, `waiting` need an answer, `late` are past the promise, `skipped` are
    left for later by the mode; `overload` says how the desk stands against what comes in.
    `look_alikes` of which nobody has said anything look like own accounts. `silent_since` is the
    moment, by the clock on the wall, since which no feed has brought anything: None while one does.
    `outgoing` says how replies do, `usual` how many people report an outage against what is usual.
    """

    clock: datetime | None
    received: int
    labelled: int
    posts_per_minute: float
    backlog: int
    cases: int
    outages: int
    feeds: tuple[FeedHealth, ...]
    exercise: bool
    work_s: dict[str, float] = {}
    mode: str = "calm"
    mode_by: str = ""
    waiting: int = 0
    late: int = 0
    skipped: int = 0
    overload: Overload | None = None
    look_alikes: int = 0
    silent_since: datetime | None = None
    outgoing: Outgoing = Outgoing()
    usual: Usual | None = None


class MapPlace(msgspec.Struct, frozen=True, array_like=True):
    """A community as the map draws it."""

    id: str
    name: str
    lat: float
    lon: float
    customers: int


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first message: what desk this is, and the territory for the map.

    `lines` are outlines of (longitude, latitude) in degrees. `limits` are the lowest scores that
    count, of rules with a limit of their own.
    """

    protocol: int
    desk: str
    territory: str
    timezone: str
    places: tuple[MapPlace, ...]
    lines: tuple[tuple[tuple[float, float], ...], ...]
    exercise: bool
    limits: dict[str, float] = {}


class Page(msgspec.Struct, frozen=True, tag="page"):
    """Rows `start` … of a view, in answer to `Open` and `Fetch`, or as a post has been deleted.

    `total` is one past the number of the newest row; `found` counts all rows so far, also those no
    longer held; more are to come while the desk is `counting`.
    """

    view: int
    first: int
    total: int
    start: int
    rows: tuple[Row, ...]
    found: int = 0
    counting: bool = False


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """A request that could not be met, in one plain line; `view`, `outage`, `case` say which."""

    view: int | None
    reason: str
    outage: str | None = None
    case: str | None = None


class ViewChange(msgspec.Struct, frozen=True):
    """A view has grown to `total`; `rows` begin at `start` and end at `total`, older ones cut.

    `found` and `counting` as of a page: older rows that were found are fetched when they are shown.
    """

    view: int
    first: int
    total: int
    start: int
    rows: tuple[Row, ...]
    found: int = 0
    counting: bool = False


class OmsMark(msgspec.Struct, frozen=True, array_like=True):
    """An outage of the utility's own list as the map draws it; `outage` is the desk's own, if any.

    `status` is in CIM's words: predicted, confirmed, partiallyRestored, restored or closed;
    `customers` are those of the utility, None where it does not say.
    """

    id: str
    lat: float
    lon: float
    status: str
    customers: int | None
    outage: str | None


class Tick(msgspec.Struct, frozen=True, tag="tick"):
    """What changed since the last tick; a part that did not change is empty or None.

    `outages` holds changed rows only; `queue` is the whole head of the queue, most urgent first;
    `oms` are all marks of the utility's own list; `counts` are those of every community that has
    any, for the layers of the map; `cases` are the lists of cases that have changed; `warnings` are
    all official warnings that hold, the worst first.
    """

    status: DeskStatus | None = None
    views: tuple[ViewChange, ...] = ()
    outages: tuple[OutageRow, ...] = ()
    queue: tuple[CaseRow, ...] | None = None
    oms: tuple[OmsMark, ...] | None = None
    counts: tuple[PlaceCount, ...] | None = None
    cases: tuple[CaseWindow, ...] = ()
    warnings: tuple[WeatherWarning, ...] | None = None


class Detail(msgspec.Struct, frozen=True, tag="detail"):
    """A post whole, in answer to `Read`: None where the desk does not hold it."""

    id: str
    post: LabelledPost | None
    outage: str | None = None
    case: str | None = None


class Open(msgspec.Struct, frozen=True, tag="open"):
    """Open view `view` (the screen's own number; an open one is replaced) on a filter."""

    view: int
    filter: str = ""
    count: int = 200


class Close(msgspec.Struct, frozen=True, tag="close"):
    """No more changes of this view."""

    view: int


class Fetch(msgspec.Struct, frozen=True, tag="fetch"):
    """Rows `start` to `start + count` of a view."""

    view: int
    start: int
    count: int


class Read(msgspec.Struct, frozen=True, tag="read"):
    """The whole post of this id."""

    id: str


FromDesk = (
    Hello
    | Page
    | Refused
    | Tick
    | Detail
    | OutageDetail
    | Acted
    | CaseDetail
    | CaseActed
    | Macros
    | Drafted
    | Replied
    | ReplyRefused
    | OutageAnswered
    | Announcements
    | AnnouncementChecked
    | Announced
    | ShiftReport
    | VolumeReport
    | Handover
    | Trending
    | HandedOver
    | LookAlikesTold
    | LookAlikeJudged
    | SettingsTold
    | FaultsTold
)
FromScreen = (
    Attach
    | Open
    | Close
    | Fetch
    | Read
    | ReadOutage
    | Act
    | WatchCases
    | UnwatchCases
    | OpenCase
    | LeaveCase
    | CaseAct
    | SetMode
    | FindMacros
    | SaveDraft
    | SendReply
    | JudgeReply
    | SettleReply
    | AnswerOutage
    | ReadAnnouncements
    | AnnounceAct
    | CheckAnnouncement
    | ReadReport
    | HandOver
    | ReadLookAlikes
    | JudgeLookAlike
    | WatchLookAlikes
    | ReadSettings
    | ReadFaults
)
