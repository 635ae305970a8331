"""Boxes and lines as SVG: classes for the page's style sheet, plain ink of its own where it stands alone.

Nothing in it is clickable or moving; `data-step` and `data-line` are there for whoever puts it on a page. Every text is
escaped: a flow's words are data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from bot.flow.drawing.layers import Placed, Plan, Route, plan
from bot.flow.drawing.scheme import FINISH, HUMAN, START, Box, Line, Scheme
from bot.flow.findings import phrase

_LETTER, _SMALL = 12.5, 11.0  # sizes of the two fonts, in units of the picture
_BOX_MOST, _BOX_LEAST = 226.0, 96.0
_PAD, _LINE_HEIGHT = 12.0, 16.0
_GAP, _LABEL_HEIGHT, _MARGIN = 20.0, 20.0, 16.0
_LABEL_MOST = 230.0
_RAIL = 34.0
_BEND = 13.0  # a line does not bend for less
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!¡()[] ·-"), frozenset("mwMWÑ@%—…OQG")

_STYLE = """
.graph { font: 550 12.5px/1 "Schibsted Grotesk", "Segoe UI", Roboto, Arial, sans-serif; color-scheme: light dark; background: light-dark(#ffffff, #161b19);
  --ink: light-dark(#18201d, #e9edea); --ink-3: light-dark(#5c6761, #97a39c); --line-strong: light-dark(#7f8a83, #74817a);
  --surface: light-dark(#ffffff, #161b19); --hover: light-dark(#e8ece6, #212927); --bot: light-dark(#5347a8, #b2aaf5);
  --bot-soft: light-dark(#edebf9, #25233f); --person: light-dark(#0a5c57, #6cd3c7); --on-person: light-dark(#ffffff, #04211e);
  --person-fill: light-dark(#0a5c57, #58c4b8); --wait: light-dark(#875200, #f1b75f); --wait-soft: light-dark(#fdf0d8, #37290f); }
.node rect { fill: var(--surface); stroke: var(--line-strong); stroke-width: 1.25; } .node text { fill: var(--ink); }
.node .kind { fill: var(--ink-3); font-size: 10.5px; font-weight: 500; }
.node--ask rect { fill: var(--bot-soft); stroke: var(--bot); } .node--now rect { stroke-width: 3; }
.node--wait rect { fill: var(--wait-soft); stroke: var(--wait); } .node--flow rect { stroke-dasharray: 5 3; }
.node--start rect, .node--finish rect { fill: var(--hover); stroke: none; }
.node--person rect { fill: var(--person-fill); stroke: none; } .node--person text { fill: var(--on-person); }
.edge { stroke: var(--line-strong); fill: none; stroke-width: 1.5; } .edge--back { stroke-width: 1.25; opacity: .75; } .edge--person { stroke: var(--person); stroke-dasharray: 4 3; }
.tip { fill: var(--line-strong); } .tip--person { fill: var(--person); }
.plate { fill: var(--surface); } .label { fill: var(--ink-3); font-size: 11px; font-weight: 500; }
"""


@dataclass(frozen=True, slots=True)
class _Face:
    """A box as it is drawn: its lines of text and how much room they take."""

    box: Box
    lines: tuple[str, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Sheet:
    """The picture while it is drawn."""

    faces: dict[str, _Face]
    plan: Plan
    tops: list[float]
    heights: list[float]

    def middle(self, place: Placed) -> float:
        return self.tops[place.row] + self.heights[place.row] / 2


def width_of(text: str, size: float) -> float:
    """About how wide a text is; a little more rather than less."""
    units = sum(0.37 if one in _NARROW else 0.93 if one in _WIDE else 0.72 if one.isupper() else 0.62 for one in text)
    return units * size


def cut(text: str, most: float, size: float) -> str:
    """The text, ended with … where it would be wider than `most`."""
    if width_of(text, size) <= most:
        return text
    while text and width_of(f"{text}…", size) > most:
        text = text[:-1]
    return f"{text.rstrip(' ,;:·.')}…"


def drawn(scheme: Scheme, title: str, at: str, language: str, alone: bool) -> str:
    """The whole picture. `at` is the step to be marked; `alone`: it brings its own colours."""
    faces = {key: _face(box) for key, box in scheme.boxes.items()}
    labels = [cut(line.label, _LABEL_MOST, _SMALL) for line in scheme.lines]
    lines = [(line.tail, line.head, width_of(label, _SMALL) + 10 if label else 0.0)
             for line, label in zip(scheme.lines, labels, strict=True)]  # fmt: skip
    last = [key for key in scheme.boxes if key.startswith(FINISH)]
    placed = plan({key: face.width for key, face in faces.items()}, lines, last)
    sheet = _Sheet(faces, placed, *_rows(placed, faces))
    parts = [_edge(sheet, line, route) for line, route in zip(scheme.lines, placed.routes, strict=True)]
    bottom = sheet.tops[-1] + sheet.heights[-1]
    parts += _to_person(sheet, scheme.persons, bottom, language)
    parts += [_label(sheet, line, route, label)
              for line, route, label in zip(scheme.lines, placed.routes, labels, strict=True) if label]  # fmt: skip
    parts += [_node(sheet, key, key == at) for key in faces]
    width = placed.width + (_rail(language) + _person_width(language) / 2 if scheme.persons else 0)
    legend, wide = _legend(scheme, bottom + 30, language)
    return _picture([*parts, *legend], max(width, wide), bottom + 52, title, alone)


def _picture(parts: Iterable[str], width: float, height: float, title: str, alone: bool) -> str:
    box = f"{-_MARGIN:g} {-_MARGIN:g} {width + 2 * _MARGIN:.0f} {height + _MARGIN:.0f}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" viewBox="{box}" width="{width + 2 * _MARGIN:.0f}"'
        f' height="{height + _MARGIN:.0f}" role="img" aria-label="{escape(title, quote=True)}">'
    )
    style = f"<style>{_STYLE}</style>" if alone else ""
    return "\n".join([head + style, f"<title>{escape(title)}</title>", *parts, "</svg>\n"])


def _face(box: Box) -> _Face:
    """One or two lines of what is asked, below a small one that says what it is."""
    words, lines = box.text.split(), [""]
    while words and len(lines) < 3:
        tried = f"{lines[-1]} {words[0]}".strip()
        if lines[-1] and width_of(tried, _LETTER) > _BOX_MOST - 2 * _PAD:
            lines.append("")
            continue
        lines[-1] = tried
        words.pop(0)
    if len(lines) > 2:
        lines = [lines[0], f"{lines[1]} {' '.join([*lines[2:], *words])}"]
    shown = tuple(cut(line, _BOX_MOST - 2 * _PAD, _LETTER) for line in lines if line)
    wide = max([width_of(line, _LETTER) for line in shown] + [width_of(box.above, 10.5)])
    height = 12 + _LINE_HEIGHT * len(shown) + (14 if box.above else 0)
    return _Face(box, shown, min(max(wide + 2 * _PAD, _BOX_LEAST), _BOX_MOST + 24), height)


def _rows(placed: Plan, faces: dict[str, _Face]) -> tuple[list[float], list[float]]:
    """Where each row begins and how high it is; a row of labels in which none stands is low."""
    labelled = {route.places[route.label].row for route in placed.routes if route.label > 0}
    heights = [_LABEL_HEIGHT if row in labelled else 6.0 for row in range(placed.rows)]
    for key, place in placed.boxes.items():
        heights[place.row] = max(heights[place.row], faces[key].height)
    tops, top = [], 0.0
    for height in heights:
        tops.append(top)
        top += height + _GAP
    return tops, heights


def _node(sheet: _Sheet, key: str, is_now: bool) -> str:
    face, place = sheet.faces[key], sheet.plan.boxes[key]
    box = face.box
    left, top = place.x - face.width / 2, sheet.middle(place) - face.height / 2
    marks = f' data-step="{escape(box.key, quote=True)}" data-line="{box.line}"' if box.line else ""
    kind = f"node node--{box.kind}" + (" node--now" if is_now else "")
    told = f"{box.above}: {box.text}" if box.above else box.text
    parts = [f'<g class="{kind}"{marks}><title>{escape(told)}{f" ({box.line})" if box.line else ""}</title>']
    parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" width="{face.width:.1f}" height="{face.height:.1f}" rx="7"/>')
    y = top + 17
    if box.above:
        parts.append(f'<text class="kind" x="{left + _PAD:.1f}" y="{y:.1f}">{escape(box.above)}</text>')
        y += 15
    for line in face.lines:
        parts.append(f'<text x="{left + _PAD:.1f}" y="{y:.1f}">{escape(line)}</text>')
        y += _LINE_HEIGHT
    return "".join([*parts, "</g>"])


def _edge(sheet: _Sheet, line: Line, route: Route) -> str:
    """A line in smooth pieces from row to row, straight where it passes one, with a tip at its head."""
    places = route.places
    down = places[1].row > places[0].row
    tail, head = sheet.faces[line.tail], sheet.faces[line.head]
    enters_from_above = places[-2].row < places[-1].row
    start_y = sheet.middle(places[0]) + (tail.height / 2 if down else -tail.height / 2)
    end_y = sheet.middle(places[-1]) + (-head.height / 2 - 6 if enters_from_above else head.height / 2 + 6)
    end_x = places[-1].x + (_shift(places) if len(places) > 2 and not enters_from_above else 0)
    x, y = places[0].x + (0 if down else _shift(places)), start_y
    path = [f"M{x:.1f} {y:.1f}"]
    for place in places[1:-1]:
        top, bottom = sheet.tops[place.row], sheet.tops[place.row] + sheet.heights[place.row]
        into, out = (top, bottom) if place.row >= places[0].row and down else (bottom, top)
        to_x = x if abs(place.x - x) <= _BEND else place.x
        path.append(_curve(x, y, to_x, into))
        path.append(f"V{out:.1f}")
        x, y = to_x, out
    end_x = x if abs(end_x - x) <= _BEND else end_x
    path.append(_curve(x, y, end_x, end_y))
    back = "" if down and enters_from_above else " edge--back"
    return f'<path class="edge{back}" fill="none" stroke="currentColor" d="{"".join(path)}"/>' + _tip(end_x, end_y, enters_from_above)


def _shift(places: Sequence[Placed]) -> float:
    """A line that leads back keeps beside the ones that come down."""
    return 26.0 if places[1].x >= places[0].x else -26.0


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    if abs(x - to_x) < 0.5:
        return f"V{to_y:.1f}"
    middle = (y + to_y) / 2
    return f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"


def _tip(x: float, y: float, down: bool) -> str:
    step = 6 if down else -6
    return f'<path class="tip" fill="currentColor" d="M{x:.1f} {y + step:.1f}l-4 {-step}h8z"/>'


def _label(sheet: _Sheet, line: Line, route: Route, shown: str) -> str:
    place = route.places[route.label]
    width, y = width_of(shown, _SMALL) + 8, sheet.tops[place.row]
    return (
        f'<g class="told"><title>{escape(" · ".join(line.labels))}</title>'
        f'<rect class="plate" fill="none" x="{place.x - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_LABEL_HEIGHT:g}"/>'
        f'<text class="label" x="{place.x:.1f}" y="{y + 14:.1f}" text-anchor="middle">{escape(shown)}</text></g>'
    )


def _person_width(language: str) -> float:
    return width_of(phrase("diagram", "person", language), _LETTER) + 2 * _PAD + 8


def _rail(language: str) -> float:
    """How far right of everything else the people stand."""
    return max(_RAIL, _person_width(language) / 2 + 16)


def _to_person(sheet: _Sheet, persons: dict[str, list[str]], bottom: float, language: str) -> list[str]:
    """Dashed lines to one rail at the right, and down to the one box of all people: they are the proof."""
    if not persons:
        return []
    half, parts = _person_width(language) / 2, list[str]()
    rail, top = sheet.plan.width + _rail(language), bottom - 30
    for key, how in persons.items():
        face, place = sheet.faces[key], sheet.plan.boxes[key]
        x, y = place.x + face.width / 2, sheet.middle(place)
        is_free = all(
            other.x <= place.x for other in [*sheet.plan.boxes.values(), *(p for r in sheet.plan.routes for p in r.places)]
            if other.row == place.row
        )  # fmt: skip
        if is_free:
            beside = y > top - 10  # in the row of the people themselves
            path = f"M{x:.1f} {y:.1f}" + (f"H{rail - half:.1f}" if beside else f"H{rail - 8:.1f}q8 0 8 8V{top:.1f}")
        else:  # below the row, where nothing stands
            under = sheet.tops[place.row] + sheet.heights[place.row] + _GAP / 2
            path = f"M{x - 16:.1f} {y + face.height / 2:.1f}V{under - 5:.1f}q0 5 5 5H{rail - 8:.1f}q8 0 8 8V{top:.1f}"
        told = escape(", ".join(part for part in how if part) or phrase("diagram", "person", language))
        parts.append(
            f'<path class="edge edge--person" fill="none" stroke="currentColor" stroke-dasharray="4 3" d="{path}">'
            f"<title>{told}</title></path>"
        )
    name = phrase("diagram", "person", language)
    parts.append(
        f'<g class="node node--{HUMAN}"><title>{escape(name)}</title>'
        f'<rect x="{rail - half:.1f}" y="{top:.1f}" width="{2 * half:.1f}" height="30" rx="7"/>'
        f'<text x="{rail:.1f}" y="{top + 19:.1f}" text-anchor="middle">{escape(name)}</text></g>'
    )
    return parts


def _legend(scheme: Scheme, y: float, language: str) -> tuple[list[str], float]:
    """What the signs mean, only those that are used, in one row."""
    kinds = {box.kind for box in scheme.boxes.values()}
    shown = [kind for kind in ("ask", "wait", "flow", FINISH) if kind in kinds]
    parts, x = [], 0.0
    for kind in shown:
        parts.append(f'<g class="node node--{kind}"><rect x="{x:.1f}" y="{y:.1f}" width="18" height="12" rx="3"/></g>')
        x, part = _legend_text(x + 24, y, phrase("diagram", f"legend_{kind}", language))
        parts.append(part)
    if scheme.persons:
        parts.append(f'<path class="edge edge--person" fill="none" stroke="currentColor" stroke-dasharray="4 3" d="M{x:.1f} {y + 6:.1f}h22"/>')
        x, part = _legend_text(x + 28, y, phrase("diagram", "legend_person", language))
        parts.append(part)
    return parts, x


def _legend_text(x: float, y: float, text: str) -> tuple[float, str]:
    return x + width_of(text, _SMALL) + 16, f'<text class="label" x="{x:.1f}" y="{y + 10:.1f}">{escape(text)}</text>'


__all__ = ["START", "cut", "drawn", "width_of"]
