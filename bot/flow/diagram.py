"""A picture of a flow: SVG for the console and for files, Mermaid text for pages that draw it themselves. Pure."""

from __future__ import annotations

from bot.flow.drawing import ink
from bot.flow.drawing.scheme import FINISH, HUMAN, START, Box, Scheme, scheme
from bot.flow.findings import phrase
from bot.flow.library import Library
from bot.flow.model import Flow


def svg(flow: Flow, library: Library, *, at: str = "", language: str = "es", alone: bool = False) -> str:
    """The flow with one box per step that waits for the contact, and a dashed line to a person from each that has one.

    `at` marks the step of that id. Boxes carry `data-step` (the id) and `data-line`. Colours are the page's
    (`console/static/css/flow.css`); `alone` brings them along, light and dark, for a file.
    """
    found = scheme(flow, library, language)
    title = phrase("diagram", "title", language, flow=flow.title or flow.name, count=_asking(found))
    return ink.drawn(found, title, at, language, alone)


def mermaid(flow: Flow, library: Library, *, language: str = "es") -> str:
    """The same as text for Mermaid (`flowchart TD`)."""
    found = scheme(flow, library, language)
    names = {key: f"n{number}" for number, key in enumerate(found.boxes)}
    lines = ["flowchart TD"]
    lines += [f"    {names[key]}{_shape(box)}" for key, box in found.boxes.items()]
    for line in found.lines:
        told = f"|{_quoted(line.label)}|" if line.label else ""
        lines.append(f"    {names[line.tail]} -->{told} {names[line.head]}")
    if found.persons:
        lines.append(f"    {HUMAN}([{_quoted(phrase('diagram', 'person', language))}])")
        lines += [f"    {names[key]} -.-> {HUMAN}" for key in found.persons]
    return "\n".join(lines) + "\n"


def _asking(found: Scheme) -> int:
    return sum(box.kind == "ask" for box in found.boxes.values())


def _shape(box: Box) -> str:
    opened, closed = {"ask": ("[", "]"), "flow": ("[[", "]]"), "wait": ("{{", "}}")}.get(box.kind, ("([", "])"))
    text = box.text if box.kind in (START, FINISH) or not box.above else f"{box.above}: {box.text}"
    return f"{opened}{_quoted(text)}{closed}"


def _quoted(text: str) -> str:
    """Mermaid reads quotes, brackets and # itself: they go in as its own entities."""
    plain = text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    return f'"{plain}"'
