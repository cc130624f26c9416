"""Warnings of the National Weather Service: `nws+https://api.weather.gov?area=NC&contact=WHO`.

The list of what holds now is asked for every 30 s, with If-None-Match and If-Modified-Since: so
nothing is lost by not being there, and the cursor is only the service's own time of the list.
Source: https://www.weather.gov/documentation/services-web-api.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from urllib.parse import urlsplit

import aiohttp
import msgspec
from yarl import URL

from desk.channels.drill import is_drill
from desk.errors import FeedError, PostError
from desk.feeds import MOST_RAW_BYTES, Batch, Fault, Options
from desk.feeds.condition import Condition
from desk.feeds.lasting import BrokenError, Sleep, lasting
from desk.feeds.nws.alerts import (
    ACTUAL,
    EXERCISE,
    Alert,
    decode_alert,
    decode_page,
    decode_shapes,
    standing,
)
from desk.feeds.patience import Growth, Patience, Rules
from desk.feeds.retry_after import retry_after_s
from desk.feeds.warning import Shape
from desk.serving.address import is_here
from desk.territories import Territory
from desk.territories.state import state_of

PATH = "/alerts/active"
WHERE = ("area", "zone", "point")
EVERY_S = 30
SLOWEST_S = 300
ANSWER_S = 30.0
MOST_BYTES = 20 << 20
MOST_PAGES = 20
MOST_ALERTS = 2_000
MOST_GARBLED = 20
ZONES_AT_ONCE = 120
"""Shapes of zones asked for between two lists: the service wants to be asked gently."""
ZONES_HELD = 1_000
RULES = Rules(network=Growth(5.0, 120.0), refused=Growth(15.0, 300.0), limited=Growth(30.0, 300.0))
_ZONE_PATH = re.compile(r"/zones/[a-z]{4,10}/[A-Z0-9]{6}")


class _Zone(msgspec.Struct):
    geometry: msgspec.Raw = msgspec.Raw(b"null")


class NwsFeed:
    """Asks for the warnings of an area; where it is a drill's server, for those of the exercise.

    Options: `area` (states, such as NC or NC,SC), `zone` (NCC063) or `point` (35.99,-78.90), of
    which the territory supplies the first where it knows its state; `contact`, an address or page
    of who asks, which the service wants to have; `every`, seconds between two lists.
    """

    def __init__(self, url: str, options: Options, *, sleep: Sleep = asyncio.sleep) -> None:
        scheme = url.partition(":")[0].removeprefix("nws+")
        try:
            server = urlsplit(f"{scheme}:{options.target}")
            host, _ = server.hostname or "", server.port
        except ValueError:
            host = ""
        if not host or server.username:
            raise FeedError(f"no server in '{url}': write nws+https://api.weather.gov?area=NC")
        self.url = url
        self.condition = Condition()
        self._server = f"{server.scheme}://{server.netloc}"
        self._path = server.path.rstrip("/") if server.path != PATH else ""
        self._here = is_here(host)
        self._query = _checked(url, options.query, here=self._here)
        self._where = {name: self._query[name] for name in WHERE if name in self._query}
        self._every_s = float(self._query.get("every", EVERY_S))
        self._sleep = sleep
        self._validators: dict[str, str] = {}
        self._alerts: tuple[Alert, ...] = ()
        self._garbled: list[Fault] = []
        """Answers that were none; told with the next one that is."""
        self._zones: OrderedDict[str, tuple[Shape, ...]] = OrderedDict()

    def locate(self, territory: Territory) -> None:
        """Ask for the state of `territory`, where nothing else is asked for.

        Raises:
            FeedError: nothing tells which state it lies in.
        """
        if self._where or self._here:
            return
        state = state_of(territory)
        if not state:
            raise FeedError(
                f"for which area does '{self.url}' ask? {territory.name} has no state of the US"
                " among its aliases: add ?area=NC (or zone=NCC063, or point=35.99,-78.90)"
            )
        self._where = {"area": state}

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """One batch a list, without posts.

        Raises:
            FeedError: the service knows no such area.
        """
        patience = Patience(RULES)
        batches = lasting(self._ask_for_ever, cursor, self.condition, patience, sleep=self._sleep)
        async with aclosing(batches):
            async for batch in batches:
                yield batch

    async def _ask_for_ever(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        agent = f"stormdesk ({self._query.get('contact', 'exercise')})"
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(
            headers={"User-Agent": agent, "Accept": "application/geo+json"}, timeout=timeout
        ) as http:
            status = EXERCISE if await is_drill(http, self._server) else ACTUAL
            while True:
                yield await self._ask(http, status, cursor or "")
                cursor = self._validators.get("If-Modified-Since", cursor)
                await self._sleep(self._every_s)

    async def _ask(self, http: aiohttp.ClientSession, status: str, cursor: str) -> Batch:
        """The list as it is now, or as it was where it has not changed."""
        ignored = 0
        query = {**self._where, "status": status}
        url = str(URL(self._server + self._path + PATH).with_query(query))
        pages = await self._pages(http, url)
        faults, self._garbled = self._garbled, []
        if pages is not None:
            alerts: list[Alert] = []
            for number, raw in enumerate(pages):
                try:
                    alert = decode_alert(raw, status)
                except PostError as error:
                    place = f"{self._server}{PATH} feature {number}"
                    faults.append(Fault(place, str(error), bytes(raw)[:MOST_RAW_BYTES]))
                    continue
                if alert is None:
                    ignored += 1
                else:
                    alerts.append(alert)
            self._alerts = tuple(alerts)
        await self._look_up(http, self._alerts)
        return Batch(
            (),
            self._validators.get("If-Modified-Since", cursor),
            tuple(faults),
            ignored=ignored,
            warnings=standing(map(self._shaped, self._alerts)),
        )

    async def _pages(self, http: aiohttp.ClientSession, url: str) -> list[msgspec.Raw] | None:
        """The alerts of all pages; None where nothing has changed."""
        found: list[msgspec.Raw] = []
        seen: set[str] = set()
        validators: dict[str, str] = {}
        while url and url not in seen and len(seen) < MOST_PAGES and len(found) < MOST_ALERTS:
            first = not seen
            seen.add(url)
            async with http.get(
                url, headers=self._validators if first else None, allow_redirects=False
            ) as answer:
                if first and answer.status == 304:
                    return None
                await _check(answer)
                if first:
                    validators = _validators(answer.headers)
                body = await _bounded(answer)
            try:
                page = decode_page(body)
            except PostError as error:
                fault = Fault(self._server + PATH, str(error), body[:MOST_RAW_BYTES])
                self._garbled = [*self._garbled, fault][-MOST_GARBLED:]
                raise BrokenError(str(error)[:200], "refused") from None
            found += page.features
            url = page.next if page.next.startswith(f"{self._server}/") else ""
        self._validators = validators
        return found[:MOST_ALERTS]

    async def _look_up(self, http: aiohttp.ClientSession, alerts: Iterable[Alert]) -> None:
        """Ask for the shapes of zones that alerts without a shape name, some at a time."""
        wanted = dict.fromkeys(
            path
            for alert in alerts
            for path in map(self._zone_path, alert.zones)
            if path and path not in self._zones
        )
        for path in list(wanted)[:ZONES_AT_ONCE]:  # a warning does not wait for its shape
            try:
                self._zones[path] = await self._zone(http, path)
            except BrokenError as error:
                if error.trouble == "limited":
                    break
            except (aiohttp.ClientError, TimeoutError):
                continue
        while len(self._zones) > ZONES_HELD:
            self._zones.popitem(last=False)

    def _zone_path(self, zone: str) -> str:
        """The path of a zone on the server that is asked; what lies elsewhere is left alone."""
        path = zone.removeprefix(self._server)
        return path if _ZONE_PATH.fullmatch(path) else ""

    async def _zone(self, http: aiohttp.ClientSession, path: str) -> tuple[Shape, ...]:
        """The shape of a zone; none where there is none: the names of the area say more then."""
        try:
            async with http.get(self._server + self._path + path, allow_redirects=False) as answer:
                if answer.status == 429 or answer.status >= 500:
                    await _check(answer)
                if answer.status != 200:
                    return ()
                body = await _bounded(answer)
            return decode_shapes(msgspec.json.decode(body, type=_Zone).geometry)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, PostError):
            return ()

    def _shaped(self, alert: Alert) -> Alert:
        """An alert with the shapes of its zones, as far as they are known."""
        paths = [path for path in map(self._zone_path, alert.zones) if path]
        shapes = [self._zones.get(path, ()) for path in paths]
        if not any(shapes):
            return alert
        known = tuple(shape for zone in shapes for shape in zone)
        partly = len(paths) < len(alert.zones) or not all(shapes)
        warning = msgspec.structs.replace(alert.warning, shapes=known, partly=partly)
        return alert._replace(warning=warning)


def _checked(url: str, query: Mapping[str, str], *, here: bool) -> dict[str, str]:
    """The options of the feed.

    Raises:
        FeedError: one is unknown or wrong, or nobody says who asks.
    """
    for name in query:
        if name not in (*WHERE, "contact", "every"):
            raise FeedError(
                f"unknown option '{name}' in '{url}': area, zone, point, contact, every are valid"
            )
    if sum(name in query for name in WHERE) > 1:
        raise FeedError(f"'{url}' says twice where: give area, zone or point, one of them")
    least = 1 if here else EVERY_S
    every = query.get("every", str(EVERY_S))
    if not (every.isascii() and every.isdigit() and least <= int(every) <= SLOWEST_S):
        raise FeedError(f"every={every} in '{url}': write seconds from {least} to {SLOWEST_S}")
    contact = query.get("contact", "")
    if not here and not contact:
        raise FeedError(
            f"who asks? The weather service wants to know: add contact=desk@utility.example to"
            f" '{url}'"
        )
    if contact and not (contact.isascii() and contact.isprintable() and len(contact) <= 200):
        raise FeedError(f"contact in '{url}': write an e-mail address or a web page in ASCII")
    return dict(query)


def _validators(headers: Mapping[str, str]) -> dict[str, str]:
    told = {"If-None-Match": headers.get("ETag"), "If-Modified-Since": headers.get("Last-Modified")}
    return {name: value[:200] for name, value in told.items() if value}


async def _check(answer: aiohttp.ClientResponse) -> None:
    """Go on with an answer that is one.

    Raises:
        BrokenError: it is to be asked again.
        FeedError: the question is wrong.
    """
    if answer.status == 200:
        return
    if answer.status == 400:
        said = (await answer.content.read(MOST_RAW_BYTES)).decode("utf-8", "replace")
        detail = re.search(r'"detail"\s*:\s*"([^"]{1,200})"', said)
        why = f": {detail[1]}" if detail else ""
        raise FeedError(f"the weather service can't answer this{why}: mend the feed's URL")
    wait_s = retry_after_s(answer.headers)
    limited = answer.status == 429
    raise BrokenError(
        f"the weather service answered {answer.status}", "limited" if limited else "refused", wait_s
    )


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BrokenError(f"an answer of more than {MOST_BYTES >> 20} MiB", "refused")
    return bytes(body)
