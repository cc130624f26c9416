"""What an `odin+https:` URL asks for."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from desk.errors import OmsError
from desk.serving.address import is_here

KINDS = ("odin+https", "odin+http")
EVERY_S = 15 * 60
SOONEST_S, SLOWEST_S = 60, 24 * 3600
PAGE = 100
"""The most rows of a page."""
EXAMPLE = (
    "odin+https://ornl.opendatasoft.com/api/explore/v2.1/catalog/datasets/"
    "odin-real-time-outages-county/records"
)
_OWN = ("every", "utility", "limit", "offset")


class Asked(NamedTuple):
    """Where the dataset is and its own query; rows of a page, time between looks, whose rows."""

    address: str
    query: list[tuple[str, str]]
    limit: int
    every_s: float
    utility: str


def asked_of(url: str) -> Asked:
    """What `url` asks for.

    Raises:
        OmsError: it is no list's, or an option of it is faulty.
    """
    address, query = _address(url)
    own = dict(query)
    here = is_here(urlsplit(address).hostname or "")
    return Asked(
        address,
        [each for each in query if each[0] not in _OWN],
        int(own.get("limit", str(PAGE))),
        _every_s(url, own.get("every", str(EVERY_S)), here=here),
        own.get("utility", "").casefold(),
    )


def _address(url: str) -> tuple[str, list[tuple[str, str]]]:
    kind, _, rest = url.partition(":")
    try:
        parts = urlsplit(f"{kind.removeprefix('odin+')}:{rest}")
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if kind not in KINDS or not host or parts.username is not None:
        raise OmsError(f"'{url}' is no list of outages: write a file, or {EXAMPLE}")
    query = parse_qsl(parts.query, keep_blank_values=True)
    limit = dict(query).get("limit", "1")
    if not (limit.isascii() and limit.isdigit()) or not 1 <= int(limit[:9]) <= PAGE:
        raise OmsError(f"limit={limit[:20]} in '{url}': write 1 to {PAGE}, or leave it out")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", query


def _every_s(url: str, text: str, *, here: bool) -> float:
    soonest_s = 1 if here else SOONEST_S
    if not (text.isascii() and text.isdigit()) or not soonest_s <= int(text[:9]) <= SLOWEST_S:
        raise OmsError(
            f"every={text[:20]} in '{url}': write whole seconds from {soonest_s} to {SLOWEST_S:,}"
        )
    return float(text)
