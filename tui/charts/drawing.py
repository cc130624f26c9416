"""Elements of an SVG picture.

Built with the standard library's ElementTree: it escapes texts and attributes alike. drawsvg 2.4
writes attributes as they come, so that a quote in a value would break the picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET
from zlib import crc32

from tui.paint import visible

INK, QUIET, FAINT, PAPER = "#1d2329", "#55606b", "#d5dae0", "#ffffff"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SIZE = 12.0
LETTER = 0.56
"""A letter's usual width as a share of its size: the reader's font is not known here."""

Element = ET.Element


def picture(width: float, height: float, title: str, description: str) -> Element:
    """An empty picture on white with a name and a description for those who can't see it."""
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg"})
    root.attrib |= {
        "width": number(width),
        "height": number(height),
        "viewBox": f"0 0 {number(width)} {number(height)}",
        "role": "img",
        "font-family": FONT,
        "font-size": number(SIZE),
        "fill": INK,
    }
    # Several pictures may stand in one page, where their ids must differ.
    own = f"c{crc32(f'{title}/{description}'.encode('utf-8', 'replace')):08x}"
    root.set("aria-labelledby", f"{own}-title {own}-desc")
    for tag, words in (("title", title), ("desc", description)):
        ET.SubElement(root, tag, {"id": f"{own}-{tag}"}).text = visible(words)
    rect(root, 0, 0, width, height, fill=PAPER)
    return root


def group(parent: Element, x: float = 0.0, y: float = 0.0) -> Element:
    """A part of the picture with its own origin."""
    at = {"transform": f"translate({number(x)} {number(y)})"} if x or y else {}
    return ET.SubElement(parent, "g", at)


def rect(parent: Element, x: float, y: float, width: float, height: float, *, fill: str) -> None:
    """A filled box."""
    box = {"x": x, "y": y, "width": width, "height": height}
    ET.SubElement(parent, "rect", {k: number(v) for k, v in box.items()} | {"fill": fill})


def words(
    parent: Element,
    x: float,
    y: float,
    text: str,
    *,
    size: float = SIZE,
    fill: str = INK,
    anchor: str = "start",
    bold: bool = False,
    halo: bool = False,
) -> None:
    """A line of text with its baseline at `y`; a halo keeps it readable on curves."""
    attributes = {"x": number(x), "y": number(y)}
    attributes |= {"font-size": number(size)} if size != SIZE else {}
    attributes |= {"fill": fill} if fill != INK else {}
    attributes |= {"text-anchor": anchor} if anchor != "start" else {}
    attributes |= {"font-weight": "600"} if bold else {}
    if halo:
        # Twice, as `paint-order` is not known to every viewer.
        behind = {"fill": PAPER, "stroke": PAPER, "stroke-width": "3", "aria-hidden": "true"}
        ET.SubElement(parent, "text", attributes | behind).text = visible(text)
    ET.SubElement(parent, "text", attributes).text = visible(text)


def path(
    parent: Element,
    strokes: Iterable[Iterable[tuple[float, float]]],
    *,
    stroke: str,
    width: float = 1.0,
    dash: str = "",
    fill: str = "none",
) -> None:
    """Lines through the points of each of `strokes`."""
    d = "".join(
        ("M" if index == 0 else "L") + f"{number(x)} {number(y)}"
        for points in strokes
        for index, (x, y) in enumerate(points)
    )
    if not d:
        return
    attributes = {"d": d, "fill": fill, "stroke": stroke, "stroke-width": number(width)}
    attributes |= {"stroke-dasharray": dash} if dash else {}
    ET.SubElement(parent, "path", attributes | {"stroke-linejoin": "round"})


def dot(
    parent: Element, x: float, y: float, radius: float, *, fill: str, edge: str = PAPER
) -> None:
    """A disc with an edge that sets it off from what lies below."""
    place = {"cx": number(x), "cy": number(y), "r": number(radius)}
    ET.SubElement(parent, "circle", place | {"fill": fill, "stroke": edge})


def text_width(text: str, size: float = SIZE) -> float:
    """About how wide `text` is drawn."""
    return len(text) * size * LETTER


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def markup(root: Element) -> str:
    """The picture as text."""
    return ET.tostring(root, encoding="unicode")
