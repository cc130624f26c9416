"""Posts of a storm as statuses of a Mastodon instance: docs.joinmastodon.org/entities/Status.

The instance is `toot.example`, where the storm's people are. An id holds the milliseconds of the
storm day and the post's number (as lib/mastodon/snowflake.rb has it), so the same storm gives the
same statuses.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from desk.post import Author, Post
from simulator.platforms.stage import Staged

DOMAIN = "toot.example"
"""Whose accounts are local here; `.example` is nobody's (RFC 2606)."""
Record = dict[str, Any]

_COUNTS = ("replies_count", "reblogs_count", "favourites_count", "quotes_count")
_OF_READER = ("favourited", "reblogged", "muted", "bookmarked")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN_OF_URL = 30
_WORDS = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?<![\w/@])@(?P<mention>[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*(?:@[A-Za-z0-9.-]+[A-Za-z0-9])?)"
    r"|(?<![\w/&])#(?P<tag>[^\W_]*[^\W\d_][\w]*)"
)
_TAG = re.compile(r"(?<![\w/&])#(?P<tag>[^\W_]*[^\W\d_][\w]*)")
_PREFIX = re.compile(r"https?://(?:www\.)?")


def status_id(staged: Staged) -> int:
    """The number of a status at the instance."""
    ms = (staged.post.created_at - _EPOCH) // timedelta(milliseconds=1)
    return (ms << 16) | (staged.number & 0xFFFF)


def wire_id(staged: Staged) -> str:
    """The id of the desk's post: the address of the status, which is the same everywhere."""
    return uri(
        post_author(staged.post), status_id(staged), boosts=staged.post.repost_of is not None
    )


def uri(author: Author, id_: int, *, boosts: bool = False) -> str:
    """The address of a status in the network."""
    name, domain = name_of(author)
    return f"https://{domain}/users/{name}/statuses/{id_}" + ("/activity" if boosts else "")


def name_of(author: Author) -> tuple[str, str]:
    """Name and domain of an account."""
    name, _, domain = author.handle.removeprefix("@").partition("@")
    return name or author.id, domain or DOMAIN


def acct(author: Author) -> str:
    """How an account is named here: by its bare name if it is local."""
    name, domain = name_of(author)
    return name if domain == DOMAIN else f"{name}@{domain}"


def account_id(author: Author) -> str:
    """The number of an account at the instance, made from its name."""
    digest = blake2b("@".join(name_of(author)).lower().encode(), digest_size=6).digest()
    return str(110_000_000_000_000_000 + int.from_bytes(digest))


def tags_of(text: str) -> list[str]:
    """The hashtags of a text, in lower case, each once."""
    return list(dict.fromkeys(match["tag"].lower() for match in _TAG.finditer(text)))


def at(moment: datetime) -> str:
    """A time as Mastodon writes it."""
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def account(author: Author) -> Record:
    """An account: docs.joinmastodon.org/entities/Account."""
    name, domain = name_of(author)
    picture = f"https://{domain}/avatars/original/missing.png"
    field = {"name": "Location", "value": html.escape(author.location), "verified_at": None}
    number = int(account_id(author))
    return {
        "id": str(number),
        "username": name,
        "acct": acct(author),
        "display_name": author.name,
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": False,
        "group": False,
        "created_at": "2022-11-06T00:00:00.000Z",
        "note": "",
        "url": f"https://{domain}/@{name}",
        "uri": f"https://{domain}/users/{name}",
        "avatar": picture,
        "avatar_static": picture,
        "header": picture,
        "header_static": picture,
        "followers_count": number % 900 if author.followers is None else author.followers,
        "following_count": number % 300,
        "statuses_count": number % 5000,
        "last_status_at": None,
        "hide_collections": None,
        "emojis": [],
        "roles": [],
        "fields": [field] if author.location else [],
    }


def status(
    staged: Staged, visibility: str, answered: Staged | None, boosted: Staged | None
) -> Record:
    """A post as a status; `answered` and `boosted` are the posts that it answers or boosts."""
    post = staged.post
    author, id_ = post_author(post), status_id(staged)
    name, domain = name_of(author)
    reblog = status(boosted, "public", None, None) if boosted else None
    said = boosted.post if boosted else post
    return {
        "id": str(id_),
        "created_at": at(post.created_at),
        "in_reply_to_id": str(status_id(answered)) if answered else None,
        "in_reply_to_account_id": account_id(post_author(answered.post)) if answered else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": visibility,
        "language": said.lang,
        "uri": wire_id(staged),
        "url": None if boosted else f"https://{domain}/@{name}/{id_}",
        **dict.fromkeys(_COUNTS, 0),
        "edited_at": None,
        "content": content(said),
        "reblog": reblog,
        "account": account(author),
        "media_attachments": [] if reblog else _media(said),
        "mentions": [] if reblog else _mentions(said, answered.post if answered else None),
        "tags": [] if reblog else [_tag(tag) for tag in tags_of(said.text)],
        "emojis": [],
        "quote": None,
        "card": None,
        "poll": None,
        **dict.fromkeys(_OF_READER, False),
        "filtered": [],
        "exercise": True,
    }


def content(post: Post) -> str:
    """The text of a post as Mastodon writes it: app/lib/text_formatter.rb."""
    people = [Author(id="", handle=handle) for handle in post.mentions]
    known = {acct(each).lower(): each for each in people}
    known |= {"@".join(name_of(each)).lower(): each for each in people}

    def linked(match: re.Match[str]) -> str:
        if match["url"]:
            return _link(match["url"])
        if match["tag"]:
            return (
                f'<a href="{_tag(match["tag"])["url"]}" class="mention hashtag" rel="tag">'
                f"#<span>{html.escape(match['tag'])}</span></a>"
            )
        person = known.get(match["mention"].lower())
        if person is None:
            return html.escape(match[0])
        name, domain = name_of(person)
        return (
            f'<span class="h-card" translate="no"><a href="https://{domain}/@{name}"'
            f' class="u-url mention">@<span>{name}</span></a></span>'
        )

    pieces: list[str] = []
    end = 0
    for match in _WORDS.finditer(post.text):
        pieces += (html.escape(post.text[end : match.start()]), linked(match))
        end = match.end()
    whole = "".join((*pieces, html.escape(post.text[end:]))).strip()
    paragraphs = re.split(r"\n{2,}", whole)
    return "".join(f"<p>{each.replace(chr(10), '<br />')}</p>" for each in paragraphs if each)


def _link(url: str) -> str:
    """A link of which the middle is shown: thirty characters behind the scheme."""
    told = url.rstrip(".,;:!?)\"'")
    prefix = _PREFIX.match(told)
    begin = len(prefix[0]) if prefix else 0
    cut = len(told) - begin > _SHOWN_OF_URL
    shown, rest = told[begin : begin + _SHOWN_OF_URL], told[begin + _SHOWN_OF_URL :]
    return (
        f'<a href="{html.escape(told)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{html.escape(told[:begin])}</span>'
        f'<span class="{"ellipsis" if cut else ""}">{html.escape(shown)}</span>'
        f'<span class="invisible">{html.escape(rest)}</span></a>{html.escape(url[len(told) :])}'
    )


def _tag(tag: str) -> dict[str, str]:
    return {"name": tag.lower(), "url": f"https://{DOMAIN}/tags/{tag}"}


def _mentions(post: Post, answered: Post | None) -> list[Record]:
    """Whom a status names; who is answered is always among them."""
    people = [Author(id="", handle=handle) for handle in post.mentions]
    if answered is not None:
        people.append(post_author(answered))
    named = {acct(each).lower(): each for each in people}
    return [
        {
            "id": account_id(each),
            "username": name_of(each)[0],
            "url": "https://{1}/@{0}".format(*name_of(each)),
            "acct": acct(each),
        }
        for each in named.values()
        if each.handle != post_author(post).handle
    ]


def _media(post: Post) -> list[Record]:
    return [
        {
            "id": str(number),
            "type": each.kind if each.kind in ("image", "video", "gifv", "audio") else "unknown",
            "url": each.url,
            "preview_url": each.url,
            "remote_url": None,
            "meta": {},
            "description": each.alt or None,
            "blurhash": None,
        }
        for number, each in enumerate(post.media, 1)
    ]


def post_author(post: Post) -> Author:
    """Who wrote a post; one that has no author is its own."""
    return post.author or Author(id=post.id, handle=post.id)
