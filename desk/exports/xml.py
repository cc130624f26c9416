"""XML documents of one namespace or more, from elements with text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from desk.errors import ExportError

_ILLEGAL = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold, not even as a reference (production 2, Char)."""


def begin(tag: str, namespace: str) -> ET.Element:
    """The first element of a document; those added to it are of the same namespace."""
    return ET.Element(tag, {"xmlns": namespace})


def add(parent: ET.Element, tag: str, text: object = None, **attributes: str) -> ET.Element:
    """A new last child of `parent`."""
    child = ET.SubElement(parent, tag, attributes)
    if text is not None:
        child.text = _ILLEGAL.sub("\ufffd", str(text))
    return child


def add_known(parent: ET.Element, tag: str, text: object) -> None:
    """A new last child where there is something to say."""
    if text is not None and text != "":
        add(parent, tag, text)


def document(first: ET.Element) -> bytes:
    """The document of a first element in UTF-8, indented."""
    ET.indent(first)
    text = ET.tostring(first, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def written(node: ET.Element) -> ET.Element:
    """A node that was read, as it can be put into a document that is written.

    What is read has names with their namespace, what is written has it at its first element.
    """
    for part in node.iter():
        part.tag = part.tag.rpartition("}")[2]
    return node


def read_document(data: bytes, kind: str) -> ET.Element:
    """The root of a document that was written before, as a user gives it back.

    Raises:
        ExportError: it is no XML, or declares what could be entities.
    """
    if b"<!DOCTYPE" in data:
        raise ExportError(f"--previous: no {kind}: it has a DOCTYPE, which none has")
    try:
        return ET.fromstring(data)  # noqa: S314  no entities: see above
    except (ET.ParseError, ValueError, LookupError) as error:
        raise ExportError(f"--previous: no {kind}: {error}") from None
