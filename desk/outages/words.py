"""What the words of a post tell its outage: the times, and whose text it is.

Of a large outage a few posts a minute are read, of a small one all: so they are read as they are
asked for, and each once.
"""

from __future__ import annotations

from datetime import tzinfo

import msgspec

from desk.outages.cluster import REPORT, RESTORED, SUPPORT, Heard
from desk.outages.copies import bands_of
from desk.outages.cues import begins_of
from desk.outages.etr import LONGEST_TEXT, etr_of
from desk.outages.onset import is_blink, onset_of
from desk.post import LabelledPost


class Words:
    """Reads posts; times by the clock are those of `zone`."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def dated(self, heard: Heard, post: LabelledPost) -> Heard:
        """The post with the times that it tells: when power went, and when it is to be back.

        Lights that only dipped are no loss; whoever tells of them is half a witness.
        """
        kind = heard.kind
        if kind == RESTORED:
            return heard
        text, at = post.text, post.created_at
        begins = begins_of(text[:LONGEST_TEXT])
        etr, onset = etr_of(text, at, self._zone, begins), None
        if kind == REPORT:
            kind = SUPPORT if is_blink(text) else REPORT
            onset = onset_of(text, at, self._zone, begins) if kind == REPORT else None
        if etr is None and onset is None and kind == heard.kind:
            return heard
        return msgspec.structs.replace(
            heard,
            kind=kind,
            etr_s=int(etr.timestamp()) if etr else 0,
            onset_s=int(onset.timestamp()) if onset else 0,
        )

    def bands(self, post: LabelledPost) -> list[int]:
        """Numbers of which near copies of the text share one; none of a short text."""
        return bands_of(post.text)
