"""ODIN's list over the network: `odin+https://HOST/api/explore/v2.1/catalog/datasets/NAME/records`.

The Outage Data Initiative Nationwide (ORNL) publishes what utilities report as a dataset of
Opendatasoft: `/records` in pages of 100, `/exports/json` whole (Explore API v2.1). It is some 15
minutes old when it comes, and a whole state may be in it: only what lies in the territory is taken.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec

from desk.channels.drill import is_drill
from desk.errors import OmsError
from desk.feeds.answer import PACKED, NotPackedError, TooLongError, whole
from desk.feeds.lasting import plainly
from desk.feeds.retry_after import retry_after_s
from desk.oms.gauge import ListGauge
from desk.oms.odin import read_rows
from desk.oms.odin_url import asked_of
from desk.oms.outage import OmsOutage
from desk.oms.reader import Warn, read_records
from desk.oms.record import NoListError, Record
from desk.territories.territory import Territory

FURTHEST = 10_000
"""How far pages reach: what is longer is exported."""
MOST_BYTES = 64 << 20
ANSWER_S = 60.0
AGAIN_S = (60.0, 120.0, 300.0)
UNDECIDED_S = 1.0
AROUND_DEGREES = 0.5
"""A county may have its middle so far from the towns that it is named for."""
ELSEWHERE = "is no place of"
"""What the reader says of a row that another territory is meant by."""

Kind = Callable[[], bool | None]
"""Whether a desk is an exercise; None while no post has said so."""


class OdinList:
    """The list at a URL; `tell` gets each bad row, and why the list before stays.

    The query is the dataset's own (`where`, `refine`), but for `every`, seconds between two looks,
    and `utility`, a name or number in the list. A drill's list is taken by an exercise alone, and
    any other by a real desk alone.
    """

    def __init__(self, url: str, territory: Territory, tell: Warn, exercise: Kind) -> None:
        self.url = url
        self.gauge = ListGauge(url)
        self._territory = territory
        self._tell = tell
        self._exercise = exercise
        asked = asked_of(url)
        self._address, self._query, self._limit = asked.address, asked.query, asked.limit
        self._every_s, self._utility = asked.every_s, asked.utility
        self._tags: dict[str, str] = {}
        self._pages: dict[str, list[Any]] = {}
        self._told = ""
        self._bad = 0

    def read(self) -> list[OmsOutage]:
        """The list as it is now, or nothing where it can't be had at once: `follow` asks again."""
        return []

    async def fetch(self) -> list[OmsOutage] | None:
        """The list as it is now; None where it is the same as before.

        Raises:
            OmsError: it can't be had, or is of the other kind than the desk.
        """
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as http:
            try:
                drill = await is_drill(http, self._address)
                if drill != bool(self._exercise()):
                    raise OmsError(f"{self.url}: {_OTHER[drill]}")
                pages = await self._all(http)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                raise OmsError(f"{self.url}: {plainly(error)}") from None
        if pages is None:
            return None
        return await asyncio.to_thread(self._outages, pages, drill)

    async def follow(self, took: Callable[[list[OmsOutage]], None]) -> None:
        """Give each later state of the list to `took`, for ever; one that can't be had is told."""
        while self._exercise() is None:  # noqa: ASYNC110  the first post decides, and tells nobody
            await asyncio.sleep(UNDECIDED_S)
        failed = 0
        while True:
            wait_s = self._every_s
            try:
                listed = await self.fetch()
            except OmsError as error:
                # a drill that goes faster than the wall is asked again as much sooner
                pace = min(1.0, self._every_s / AGAIN_S[0])
                wait_s = pace * AGAIN_S[min(failed, len(AGAIN_S) - 1)]
                wait_s = max(wait_s, getattr(error, "after_s", 0.0))
                failed += 1
                reason = str(error).removeprefix(f"{self.url}: ")
                self.gauge.failed(reason, wait_s, limited=getattr(error, "limited", False))
                self._say(f"{error}; the list read before stays")
            else:
                failed = 0
                self.gauge.same()
                if listed is not None:
                    self.gauge.took(len(listed), self._bad)
                    took(listed)
                    self._say(f"{self.url}: {len(listed):,} outages in {self._territory.name}")
            await asyncio.sleep(wait_s)

    def _say(self, words: str) -> None:
        if words != self._told:
            self._told = words
            self._tell(words)

    async def _all(self, http: aiohttp.ClientSession) -> list[Any] | None:
        """All rows; None where no page has changed."""
        if not self._address.endswith("/records"):
            rows, changed = await self._page(http, self._query)
            return rows if changed else None
        found: list[Any] = []
        any_changed, offset = False, 0
        limit = self._limit
        while offset + limit <= FURTHEST:
            asked = [*self._query, ("limit", str(limit)), ("offset", str(offset))]
            rows, changed = await self._page(http, asked)
            any_changed |= changed
            found += rows
            offset += limit
            if len(rows) < limit:
                return found if any_changed else None
        raise OmsError(
            f"{self.url}: more than {FURTHEST:,} rows: narrow it with where=, or end the address"
            " in /exports/json instead of /records"
        )

    async def _page(
        self, http: aiohttp.ClientSession, query: list[tuple[str, str]]
    ) -> tuple[list[Any], bool]:
        """The rows of one answer, and whether they are others than before."""
        url = f"{self._address}?{urlencode(query)}" if query else self._address
        headers = {"Accept-Encoding": PACKED, "User-Agent": "stormdesk"}
        if url in self._tags:
            headers["If-None-Match"] = self._tags[url]
        async with http.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status == 304 and url in self._pages:
                return self._pages[url], False
            if answer.status != 200:
                raise _RefusedError(self.url, answer)
            try:
                rows = _rows(await whole(answer, MOST_BYTES))
            except (TooLongError, NotPackedError, NoListError) as error:
                raise OmsError(f"{self.url}: no list of outages: {error}") from None
            tag = answer.headers.get("ETag", "")
        same = self._pages.get(url) == rows
        if tag:
            self._tags[url] = tag
        self._pages[url] = rows
        return rows, not same

    def _outages(self, rows: list[Any], drill: bool) -> list[OmsOutage]:
        """The outages of rows in the territory; a row of the other kind is none."""
        wanted = [row for row in rows if isinstance(row, dict) and self._is_ours(row)]
        if any(bool(row.get("exercise")) != drill for row in wanted):
            raise OmsError(f"{self.url}: {_MARKS[drill]}")
        try:
            records: list[Record] = list(read_rows(msgspec.json.encode(_numbered(wanted)).decode()))
        except NoListError as error:
            raise OmsError(f"{self.url}: no list of outages: {error}") from None
        self._bad = 0
        if not records:
            return []
        told: list[str] = []
        try:
            listed = read_records(records, self.url, self._territory, told.append)
        except OmsError:
            if not all(ELSEWHERE in words for words in told):
                raise
            listed = []
        bad = [words for words in told if ELSEWHERE not in words]
        self._bad = len(bad)
        for words in bad:
            self._tell(words)
        return [one for one in listed if one.communities]

    def _is_ours(self, row: dict[str, Any]) -> bool:
        """Whether a row is of the utility, and not of a town of the same name elsewhere."""
        at = row.get("geo_point_2d")
        if isinstance(at, dict) and not self._is_near(at.get("lat"), at.get("lon")):
            return False
        if not self._utility:
            return True
        return self._utility in (str(row.get(key, "")).casefold() for key in ("name", "utility_id"))

    def _is_near(self, lat: object, lon: object) -> bool:
        if not isinstance(lat, int | float) or not isinstance(lon, int | float):
            return True
        towns = self._territory.community
        lats, lons = [town.lat for town in towns], [town.lon for town in towns]
        return (
            min(lats) - AROUND_DEGREES <= lat <= max(lats) + AROUND_DEGREES
            and min(lons) - AROUND_DEGREES <= lon <= max(lons) + AROUND_DEGREES
        )


class _RefusedError(OmsError):
    """The server has answered something else; `after_s` is when it may be asked again.

    `limited` says that it wants to be left alone.
    """

    def __init__(self, url: str, answer: aiohttp.ClientResponse) -> None:
        super().__init__(f"{url}: the server answered {answer.status}")
        self.after_s = retry_after_s(answer.headers)
        self.limited = answer.status == 429


_WHICH = ("name", "state", "county", "communitydescriptor", "reportedstarttime", "geo_point_2d")
_OTHER = {
    True: "this list is an exercise's, and the desk is real: the two are never mixed",
    False: "this list is real, and the desk is an exercise: the two are never mixed",
}
_MARKS = {
    True: "an exercise's list has rows that do not say so",
    False: "rows say that they are an exercise, and no drill serves them",
}


def _rows(body: bytes) -> list[Any]:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NoListError(f"it is no JSON: {error}") from None
    rows = said.get("results") if isinstance(said, dict) else said
    if not isinstance(rows, list):
        raise NoListError("it holds neither `results` nor rows")
    return rows


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The dataset has no ids: rows of one place and time are told apart by their order."""
    seen: Counter[str] = Counter()
    named = []
    for row in rows:
        said = "|".join(str(row.get(name)) for name in _WHICH)
        seen[said] += 1
        digest = blake2b(said.encode("utf-8", "replace"), digest_size=6).hexdigest()
        named.append({"id": f"odin-{digest}-{seen[said]}", **row})
    return named
