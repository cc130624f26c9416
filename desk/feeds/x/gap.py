"""Gaps of X's stream: how long nobody listened, and what of it can still be had.

With Enterprise access X sends up to 5 minutes again, before what is new, or up to 24 hours in a
stream of their own. Without it the search of the last 7 days can be asked, in queries of 512
characters: so for the own accounts, and for the words that are worth most beside the places'
names; it costs as much as the posts would have (docs.x.com, "Recovery and redundancy").
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from desk.feeds.lines import Lines
from desk.feeds.surroundings import Surroundings
from desk.feeds.x.posts import Read, read_line, read_page, time_of
from desk.feeds.x.rules import Wish, stream_rules
from desk.feeds.x.server import Server
from desk.feeds.x.url import STREAM, Asked, Recovery

SEARCH = "/2/tweets/search/recent"
LONGEST_QUERY = 512
MOST_QUERIES = 60
MOST_PAGES = 5
A_PAGE = 100
BACKFILL_S = 5 * 60
RECOVERY_S = 24 * 3600 - 60
"""X refuses a time that is a day old: a slow request must not become one."""
SEARCHED_S = 7 * 24 * 3600 - 600
EARLIER_S = 5
"""Posts reach the stream some seconds after they are made."""


class Gap(NamedTuple):
    """From the last sign of life to now; `newest` is the newest post that was heard, 0 for none.

    `here` says that the server is on this machine: a drill's, whose clock is not that of the wall.
    """

    newest: int
    heard_s: float
    now_s: float
    here: bool = False

    @property
    def begins_s(self) -> float:
        """When it began, in seconds since 1970 by the server's clock."""
        if self.here and self.newest:
            return time_of(str(self.newest)).timestamp()
        return self.heard_s

    @property
    def seconds(self) -> float:
        """How long nobody has listened; 0 at the very first connection."""
        return max(0.0, self.now_s - self.heard_s) if self.heard_s else 0.0

    def params(self, recovery: Recovery) -> dict[str, str]:
        """What the stream is asked for, so that it begins with what was missed."""
        if recovery != "backfill" or not self.heard_s:
            return {}
        minutes = math.ceil((self.seconds + EARLIER_S) / 60)
        return {"backfill_minutes": str(max(1, min(5, minutes)))}

    def words(self, recovery: Recovery) -> str:
        """What is to be said of it; empty where nothing is missing."""
        whole_s = round(self.seconds)
        if whole_s < 1:
            return ""
        match recovery:
            case "backfill" if self.seconds <= BACKFILL_S - EARLIER_S:
                return ""
            case "backfill" if self.seconds <= RECOVERY_S and (self.newest or not self.here):
                return ""
            case "search" if whole_s <= SEARCHED_S and self.newest:
                return f"gap of {whole_s} s: only what the search finds was recovered"
            case _:
                return f"gap of {whole_s} s not recovered"


async def recover(
    server: Server,
    gap: Gap,
    asked: Asked,
    surroundings: Surroundings | None,
    params: Mapping[str, str],
) -> AsyncGenerator[Read, None]:
    """What of a gap comes neither with the stream nor too late; errors as of `Server`."""
    if gap.seconds < 1:
        return
    if asked.recovery == "backfill" and BACKFILL_S - EARLIER_S < gap.seconds <= RECOVERY_S:
        async for read in _streamed(server, gap, params):
            yield read
    if not gap.newest or surroundings is None:
        return
    if asked.recovery == "search" and gap.seconds <= SEARCHED_S:
        # seconds of work, in which screens must be served
        for query in await asyncio.to_thread(search_queries, surroundings, asked.wish):
            async for read in _found(server, query, gap.newest, params):
                yield read


def search_queries(surroundings: Surroundings, wish: Wish) -> list[str]:
    """Queries of the recent search, which knows no profiles; so only names tell the territory."""
    few = wish._replace(most_rules=MOST_QUERIES, longest=LONGEST_QUERY, by=("named",))
    return [rule.value for rule in stream_rules(surroundings, few)]


async def _streamed(
    server: Server, gap: Gap, params: Mapping[str, str]
) -> AsyncGenerator[Read, None]:
    """The time of the gap, sent again in a stream that ends of itself."""
    begin = gap.begins_s - EARLIER_S
    times = {"start_time": _at(begin), "end_time": _at(max(gap.now_s, begin + gap.seconds))}
    lines = Lines()
    async with server.stream(STREAM, {**params, **times}) as answer:
        async for chunk in answer.content.iter_any():
            for line in lines.feed(chunk):
                if line.data:
                    yield read_line(line.data, f"line {line.number} of X's recovery")


async def _found(
    server: Server, query: str, newest: int, params: Mapping[str, str]
) -> AsyncGenerator[Read, None]:
    asked = {**params, "query": query, "since_id": str(newest), "max_results": str(A_PAGE)}
    for _ in range(MOST_PAGES):
        read, following = read_page(await server.ask("GET", SEARCH, params=asked), "X's search")
        if read.posts or read.faults:
            yield read
        if not following:
            return
        asked["next_token"] = following


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
