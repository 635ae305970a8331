"""The picture of a flow as plain values, so that the template writes it and escapes what is in it. Pure.

Only shapes and words come through: whatever a flow's text might have become on its way, it becomes no script here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

TAGS = frozenset(("svg", "g", "path", "rect", "line", "circle", "polygon", "text", "tspan", "title"))
ATTRIBUTES = frozenset((
    "class", "viewBox", "width", "height", "role", "aria-label", "data-step", "data-line", "x", "y", "x1", "x2", "y1", "y2",
    "cx", "cy", "r", "rx", "ry", "d", "points", "transform", "fill", "stroke", "stroke-dasharray", "text-anchor",
))  # fmt: skip
# What XML has no place for, even written as a number.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Shape:
    tag: str
    attributes: Mapping[str, str]
    text: str
    inside: tuple[Shape, ...]


def shapes(svg: str) -> Shape | None:
    """The picture without what is no shape and no word; None where there is nothing to show."""
    return _shape(ElementTree.fromstring(_NO_XML.sub("", svg)))


def _shape(element: ElementTree.Element) -> Shape | None:
    tag = element.tag.rpartition("}")[2]
    if tag not in TAGS:
        return None
    attributes = {name: value for name, value in element.attrib.items() if name in ATTRIBUTES}
    inside = tuple(shape for child in element if (shape := _shape(child)) is not None)
    return Shape(tag, attributes, (element.text or "").strip("\n"), inside)
