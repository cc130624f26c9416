"""How posts, outages and cases read in one line: times, channels, labels, marked text, trends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from rules.verdict import URGENCY
from tui.paint import Painted, clip, cut
from tui.signs import Palette, label_sign

CHANNELS = {
    "bluesky": "bsky",
    "mastodon": "mast",
    "x": "x",
    "facebook": "fb",
    "instagram": "inst",
    "threads": "thrd",
    "nextdoor": "nxtd",
    "reddit": "rddt",
    "rss": "rss",
    "file": "file",
}
"""Short names of the channels that the field knows; others are cut to four cells."""

BARS = "▁▂▃▄▅▆▇█"
Span = tuple[int, int, str]


def channel_name(channel: str) -> str:
    """A name of at most four cells."""
    return CHANNELS.get(channel) or cut(channel, 4)


def count(number: float) -> str:
    """A number in at most five cells of a column: 950, 9,500, 12.3k, 4.1M."""
    if number < 10_000:
        return f"{number:,.0f}"
    if number < 1_000_000:
        return f"{number / 1000:.1f}k" if number < 99_950 else f"{number / 1000:.0f}k"
    return f"{number / 1e6:.1f}M"


def short_count(number: float) -> str:
    """A number in at most four cells of a column: 950, 1.1k, 12k, 4.1M."""
    if number < 1000:
        return f"{number:.0f}"
    if number < 999_500:
        return f"{number / 1000:.1f}k" if number < 9950 else f"{number / 1000:.0f}k"
    return f"{number / 1e6:.1f}M"


def age(span: timedelta) -> str:
    """How long, in at most five cells: 45s, 12m, 3h05, 2d07h."""
    return age_s(span.total_seconds())


def age_s(span_s: float) -> str:
    """How long `span_s` seconds are, in at most six cells."""
    seconds = max(0, int(span_s))
    if seconds < 60:
        return f"{seconds}s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h{minutes:02d}"
    days, hours = divmod(hours, 24)
    return f"{days}d{hours:02d}h" if days < 100 else f"{days}d"


def since(now: datetime | None, then: datetime) -> str:
    """The age of `then`, or nothing while the clock is unknown."""
    return age(now - then) if now else ""


def trend(counts: Sequence[int], cells: int) -> str:
    """The newest `cells` of `counts` as bars; a span without posts is a space."""
    if len(counts) > cells > 0:
        step = -(-len(counts) // cells)
        padded = (0,) * (-len(counts) % step) + tuple(counts)
        counts = [sum(padded[at : at + step]) for at in range(0, len(padded), step)]
    top = max(counts, default=0)
    bars = [BARS[max(0, -(-n * len(BARS) // top) - 1)] if n else " " for n in counts]
    return "".join(bars).rjust(cells)


def bar_line(levels: Sequence[int], top: int, y: int, rows: int) -> str:
    """Line `y`, from above, of bars `rows` lines high; a level of `top` fills them."""
    line = ""
    for level in levels:
        eighths = -(-level * rows * len(BARS) // max(1, top)) - (rows - 1 - y) * len(BARS)
        line += " " if eighths <= 0 else BARS[min(len(BARS), eighths) - 1]
    return line


def label_tags(labels: Iterable[str], room: int, colours: Palette) -> list[Segment]:
    """The first `room` labels as tags, the most urgent first, then +n for the rest.

    The segments fill `labels_width(room)` cells, the last of which is blank.
    """
    ordered = sorted(labels, key=lambda label: URGENCY.get(label, len(URGENCY)))
    segments: list[Segment] = []
    for label in ordered[:room]:
        segments += [Segment(label_sign(label).tag, colours.label(label)), Segment(" ")]
    more = len(ordered) - room
    if more > 0:
        segments.append(Segment(f"+{more}", colours.quiet))
    used = sum(cell_len(segment.text) for segment in segments)
    return [*segments, Segment(" " * max(0, labels_width(room) - used))]


def labels_width(room: int) -> int:
    """Cells that `label_tags` fills."""
    return room * 5 + 3


def marked(
    painted: Painted, spans: Iterable[Span], colours: Palette, style: Style
) -> list[Segment]:
    """`painted` with the matched words in the colour of their label, in brackets without colour.

    Where spans overlap, the one that begins first, then the more urgent, is shown.
    """
    segments: list[Segment] = []
    at = 0
    by_place = sorted(spans, key=lambda span: (span[0], URGENCY.get(span[2], len(URGENCY))))
    for first, last, label in by_place:
        start, end = painted.span(first, last)
        start = max(start, at)
        if end <= start:
            continue
        if start > at:
            segments.append(Segment(painted.text[at:start], style))
        words = painted.text[start:end]
        if colours.no_color:
            words = f"[{words}]"
        segments.append(Segment(words, colours.matched(label)))
        at = end
    segments.append(Segment(painted.text[at:], style))
    return segments


def shorten(segments: Sequence[Segment], width: int, mark: Style) -> list[Segment]:
    """`segments` in at most `width` cells, with … at the end where something is missing."""
    if sum(cell_len(segment.text) for segment in segments) <= width:
        return list(segments)
    kept: list[Segment] = []
    left = width - 1
    for segment in segments:
        cells = cell_len(segment.text)
        if cells > left:
            kept.append(Segment(clip(segment.text, left), segment.style))
            break
        kept.append(segment)
        left -= cells
    return [*kept, Segment("…", mark)]
