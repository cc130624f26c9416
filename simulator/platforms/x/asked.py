"""What requests to X ask for: fields, expansions, times; and what X says where they are wrong."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from simulator.platforms.x.wire import Fields

EXPANSIONS = frozenset(
    {
        *("author_id", "geo.place_id", "attachments.media_keys", "attachments.poll_ids"),
        *("referenced_tweets.id", "referenced_tweets.id.author_id", "in_reply_to_user_id"),
        *("entities.mentions.username", "edit_history_tweet_ids"),
        *("attachments.media_source_tweet", "referenced_tweets.id.attachments.media_keys"),
    }
)


class AskedError(ValueError):
    """A parameter that X does not take."""


def fields_asked(request: web.Request) -> Fields:
    """The fields and expansions of a request.

    Raises:
        AskedError: an expansion is unknown.
    """
    expansions = _listed(request, "expansions")
    for each in sorted(expansions - EXPANSIONS):
        raise AskedError(f"The `expansions` query parameter value [{each}] is not valid.")
    return Fields(
        _listed(request, "tweet.fields"),
        _listed(request, "user.fields"),
        _listed(request, "place.fields"),
        _listed(request, "media.fields"),
        expansions,
    )


def time_asked(request: web.Request, name: str) -> datetime | None:
    """A time as `YYYY-MM-DDTHH:mm:ssZ`.

    Raises:
        AskedError: it is none.
    """
    told = request.query.get(name)
    if told is None:
        return None
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        raise AskedError(f"'{name}' is no time: write YYYY-MM-DDTHH:mm:ssZ") from None
    return at.replace(tzinfo=at.tzinfo or UTC)


def number_asked(request: web.Request, name: str, default: int, least: int, most: int) -> int:
    """A whole number of a request.

    Raises:
        AskedError: it is none, or out of range.
    """
    told = request.query.get(name, str(default))
    if not told.isascii() or not told.isdigit() or not least <= int(told[:9]) <= most:
        raise AskedError(f"The `{name}` query parameter value [{told}] is not {least} to {most}.")
    return int(told)


def _listed(request: web.Request, name: str) -> frozenset[str]:
    values = request.query.getall(name, [])
    return frozenset(part for value in values for part in value.split(",") if part)
