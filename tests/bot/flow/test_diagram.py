"""The picture of a flow: what is in it, that nothing covers anything, that a flow's words stay words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

from bot.flow import diagram
from bot.flow.drawing.layers import plan
from bot.flow.drawing.scheme import scheme
from bot.flow.library import Library, load
from tests.bot.flow.builders import a_library
from tests.bot.flow.test_proof_in_the_engine import a_random_library

ROOT = Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"
TEXT = '{es: "Hola", en: "Hi", pt: "Oi"}'
Rect = tuple[float, float, float, float]


@pytest.fixture(scope="module")
def shipped() -> Library:
    library = load(ROOT / "flows").library
    assert library is not None
    return library


def names() -> list[str]:
    return sorted(path.stem for path in (ROOT / "flows").glob("[a-z]*.yaml"))


def a_picture(library: Library, name: str = "main", **options: str) -> ET.Element:
    return ET.fromstring(diagram.svg(library.flows[name], library, **options))


def rects(picture: ET.Element, kind: str) -> list[Rect]:
    """Boxes (`node`) or labels (`told`) of the drawing, without the signs of the legend."""
    found = []
    for group in picture.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        if group.get("class", "").split()[0] == kind and rect is not None and group.find(f"{SVG}title") is not None:
            found.append(tuple(float(rect.get(key, "")) for key in ("x", "y", "width", "height")))
    return found  # type: ignore[return-value]


def apart(one: Rect, two: Rect) -> bool:
    return (one[0] + one[2] <= two[0] or two[0] + two[2] <= one[0]
            or one[1] + one[3] <= two[1] or two[1] + two[3] <= one[1])  # fmt: skip


@pytest.mark.parametrize("language", ["es", "en", "pt"])
@pytest.mark.parametrize("name", names())
def test_no_box_and_no_label_covers_another(shipped: Library, name: str, language: str) -> None:
    picture = a_picture(shipped, name, language=language)
    every = [*rects(picture, "node"), *rects(picture, "told")]

    assert [(one, two) for one, two in combinations(every, 2) if not apart(one, two)] == []


@pytest.mark.parametrize("name", names())
def test_every_question_of_a_shipped_flow_has_its_box(shipped: Library, name: str) -> None:
    flow = shipped.flows[name]
    drawn = {group.get("data-step") for group in a_picture(shipped, name).iter(f"{SVG}g")}

    assert {step.id for step in flow.steps if step.kind.waits} <= drawn


@pytest.mark.parametrize("name", names())
def test_a_shipped_flow_fits_on_a_page(shipped: Library, name: str) -> None:
    assert float(a_picture(shipped, name).get("width", "")) <= 1440


def test_the_step_where_somebody_stands_is_marked() -> None:
    library = a_library(f"  - ask: {TEXT}\n    id: name", f"  - ask: {TEXT}\n    id: city")
    marked = [group.get("data-step") for group in a_picture(library, at="city").iter(f"{SVG}g") if "node--now" in group.get("class", "")]

    assert marked == ["city"]


def test_words_of_a_flow_are_never_markup() -> None:
    evil = '<script>alert(1)</script>" onload="x'
    library = a_library(f"  - menu: {{es: '{evil}', en: 'a', pt: 'a'}}\n    options: {{a: {{text: {{es: '<b>&', en: 'a', pt: 'a'}}}}}}",
                        "  - handoff: general\n    reason: a")  # fmt: skip
    text = diagram.svg(library.flows["main"], library)

    assert "<script" not in text and "<b>" not in text and 'onload="' not in text and ET.fromstring(text) is not None


def test_a_picture_for_a_page_brings_no_style_and_one_for_a_file_does() -> None:
    library = a_library("  - handoff: general\n    reason: a")
    flow = library.flows["main"]

    assert " style=" not in diagram.svg(flow, library) and "<style" not in diagram.svg(flow, library)
    assert "<style>" in diagram.svg(flow, library, alone=True)


def test_ways_to_a_person_are_dashed_lines_and_no_boxes_between() -> None:
    library = a_library(f"  - menu: {TEXT}\n    options: {{p: {{text: {TEXT}, then: [{{handoff: general, reason: a}}]}}, q: {{text: {TEXT}}}}}",
                        f"  - say: {TEXT}")  # fmt: skip
    picture = a_picture(library)

    assert len([one for one in picture.iter(f"{SVG}path") if "edge--person" in one.get("class", "") and one.find(f"{SVG}title") is not None]) == 1


def test_what_a_service_answers_stands_on_the_lines() -> None:
    library = a_library(
        f"  - ask: {TEXT}\n    save: ref", "  - lookup: orders.find\n    with: {ref: ref}",
        f"    not_found: [{{ask: {TEXT}, id: \"again\"}}]", "    failed: [{end: 'down'}]", f"  - ask: {TEXT}\n    id: more",
        head="data: {ref: order_number}",
    )  # fmt: skip
    lines = {(line.tail, line.head): line.label for line in scheme(library.flows["main"], library, "en").lines}

    assert lines["ref", "again"] == "not found" and lines["ref", "finish:down"] == "no answer" and lines["ref", "more"] == ""


def test_mermaid_tells_the_same_boxes_with_its_own_quotes() -> None:
    library = a_library('  - ask: {es: \'¿"A" o B#?\', en: "a", pt: "a"}', "  - handoff: general\n    reason: a")
    text = diagram.mermaid(library.flows["main"], library)

    assert text.startswith("flowchart TD\n") and "#quot;A#quot; o B#35;?" in text and re.search(r"n1 -\.-> person", text)


def test_lines_through_a_row_have_a_place_of_their_own() -> None:
    found = plan({"a": 80.0, "b": 80.0, "c": 80.0}, [("a", "b", 0.0), ("b", "c", 0.0), ("a", "c", 40.0)])
    long = found.routes[2].places

    assert [place.row for place in long] == [0, 1, 2, 3, 4] and abs(long[2].x - found.boxes["b"].x) >= 40


@pytest.mark.parametrize("seed", range(40))
def test_flows_made_at_random_are_drawn_without_anything_covered(seed: int) -> None:
    library = a_random_library(Random(seed))
    assert library is not None
    picture = a_picture(library)
    every = [*rects(picture, "node"), *rects(picture, "told")]

    assert [(one, two) for one, two in combinations(every, 2) if not apart(one, two)] == []
