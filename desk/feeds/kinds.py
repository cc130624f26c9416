"""The kinds of feed that the desk itself knows; others are registered where things are joined."""

from __future__ import annotations

from desk.feeds import Opener
from desk.feeds.file import FileFeed

KINDS: dict[str, Opener] = {"file": FileFeed}
