"""The flow editor's knowledge of a text: where one stands in it, what may come next, how a finding is mended."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest

from bot.flow import diagram
from bot.flow.findings import Finding
from console import flow_drawing, flow_files, flow_findings, flow_hints, flow_merge
from console.flow_place import spot
from tests.console.flow_shops import FILES

HEAD = "flow: other\ndata:\n  order_ref: order_number\n  mail: email\nsteps:\n"
FOUND = "  - lookup: orders.find\n    save: order\n"


def position(marked: str) -> tuple[str, tuple[int, int]]:
    """The text without its mark, and where the mark stood."""
    before, _, after = marked.partition("¦")
    return before + after, (before.count("\n") + 1, len(before.rpartition("\n")[2]))


def labels(marked: str, file: str = "other.yaml") -> list[str]:
    text, at = position(marked)
    return [hint.label for hint in flow_hints.complete(file, {**FILES, file: text}, at, lambda word: "")]


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("  - han¦", "handoff"),
        ("  - ask: a\n    sav¦", "save"),
        ("  - lookup: ¦", "orders.find"),
        ("  - lookup: orders.find\n    with:\n      ¦", "ref"),
        ("  - handoff: ¦", "orders"),
        ("  - handoff: orders\n    priority: u¦", "urgent"),
        ("  - ask: a\n    save: ma¦", "mail"),
        ("  - ask: a\n    save: mail\n  - goto: ¦", "mail"),
        ("  - ask: a\n    type: pos¦", "postcode"),
        ("  - start_flow: ¦", "other"),
        ("  - if: kno¦", "known"),
        ("  - ask: a\n    no_reply:\n      re¦", "remind"),
        ("  - ask: a\n    checks:\n      - ¦", "is_true"),
        ("  - menu: a\n    options:\n      a:\n        wo¦", "words"),
        ("  - say:\n      ¦", "es"),
        (FOUND + "  - say: \"{ord¦", "order_ref"),
        (FOUND + "  - say: \"{order.c¦", "carrier"),
        (FOUND + "  - say: \"{order.carrier | up¦", "upper"),
        (FOUND + "  - if: order.st¦", "status"),
        ("  - menu: a\n    options:\n      a:\n        then:\n          - sa¦", "say"),
    ],
)
def test_what_fits_the_place_is_offered_first(written: str, first: str) -> None:
    assert labels(HEAD + written)[0] == first


@pytest.mark.parametrize(
    ("written", "never"),
    [
        ("  - ask: a\n    ¦", "say"),
        ("  - ask: a\n    save: x\n    ¦", "save"),
        ("  - say: a\n    ¦", "retries"),
        ("  - ask: a\n    ¦\n    retries: 1", "retries"),
        ("  - do: ¦", "orders.find"),
    ],
)
def test_what_does_not_fit_is_not_offered(written: str, never: str) -> None:
    assert never not in labels(HEAD + written)


def test_types_stand_behind_names_of_data() -> None:
    assert "order_number" in labels("flow: other\ndata:\n  ref: ¦")


def test_the_head_of_a_flow_is_completed() -> None:
    assert {"title", "start", "steps"} <= set(labels("flow: other\n¦"))


def test_a_file_of_tests_knows_its_own_verbs() -> None:
    assert "bot_exact" in labels("tests:\n  - name: a\n    talk:\n      - ¦", "tests/parcel.test.yaml")


def test_what_a_word_means_is_told() -> None:
    text = HEAD + FOUND + "  - say: \"{order.carrier}\"\n"
    files, line = {**FILES, "other.yaml": text}, text.split("\n").index('  - say: "{order.carrier}"') + 1

    assert flow_hints.meaning("other.yaml", files, (line, 18), lambda word: "") == "order.carrier: text"
    assert flow_hints.meaning("other.yaml", files, (line, 5), lambda word: f"<{word}>") == "<say>"
    assert "orders.find(ref, phone?)" in flow_hints.meaning("other.yaml", files, (6, 15), lambda word: "")


@pytest.mark.parametrize("text", ["", "\n\n", "- - -", "\t\t", "a: b: c", "{" * 300, "  " * 400 + "x:"])
@pytest.mark.parametrize("at", [(1, 0), (1, 300), (9999, 5)])
def test_no_text_is_too_odd_to_stand_in(text: str, at: tuple[int, int]) -> None:
    assert spot(text, *at).path == () or text.strip()


def test_completion_of_a_long_file_is_quick() -> None:
    text = HEAD + "  - say: Hola\n" * 4000 + "  - han"
    began = time.perf_counter()
    flow_hints.complete("other.yaml", {**FILES, "other.yaml": text}, (4006, 7), lambda word: "")

    assert time.perf_counter() - began < 1


def wrong(text: str, code: str, column: int = 1, **facts: str) -> str:
    """The line after its mend."""
    fix = flow_findings.fix_of(Finding("x.yaml", 1, column, code, facts=facts), text)
    return fix.text if fix else ""


@pytest.mark.parametrize(
    ("code", "line", "mended"),
    [
        ("E04", '  - if: a = "x"', '  - if: a == "x"'),
        ("E05", "  - if: a && b || c", "  - if: a and b or c"),
        ("S04", "    note: algo", "  - note: algo"),
        ("Y01", "\tsay: a", "  say: a"),
        ("Y02", "  -\u00a0say: a", "  - say: a"),
        ("Y03", "es: “Hola”", 'es: "Hola"'),
        ("Y04", "      es: *Hola* {name}", '      es: "*Hola* {name}"'),
        ("Y08", "  es: Estado: enviado", '  es: "Estado: enviado"'),
        ("Y11", '  es: Tu "pedido" #1023 va', '  es: "Tu \\"pedido\\" #1023 va"'),
        ("Y09", "  es:Hola", "  es: Hola"),
        ("T03", "  es: Hola", ""),
    ],
)
def test_what_is_a_matter_of_typing_is_mended(code: str, line: str, mended: str) -> None:
    assert wrong(line, code) == mended


def test_the_word_that_was_meant_comes_in_place_of_the_wrong_one() -> None:
    assert wrong("  es: {order.statuss} de statuss_x", "E02", 7, near="status", name="order", field="statuss") == (
        "  es: {order.status} de statuss_x"
    )


def test_a_finding_underlines_the_word_it_speaks_of() -> None:
    files = {**FILES, "parcel.yaml": FILES["parcel.yaml"].replace("save: order_ref", "save: order_reff", 1)}
    row = flow_findings.shown(flow_files.check(files).of("parcel.yaml"), files, "es")[0]

    line = files["parcel.yaml"].split("\n")[row.line - 1]
    assert line[row.column : row.end] == "order_reff" and row.fix is not None and row.fix.text.endswith("order_ref")


def test_edits_of_different_lines_fit_together() -> None:
    assert flow_merge.merged("a\nb\nc\nd", "A\nb\nc\nd", "a\nb\nc\nD") == "A\nb\nc\nD"


def test_the_same_edit_twice_is_one() -> None:
    assert flow_merge.merged("a\nb\nc", "a\nX\nc", "a\nX\nc") == "a\nX\nc"


@pytest.mark.parametrize("theirs", ["a\nY\nc", "a\nb\nY", "a\nc"])
def test_edits_of_the_same_lines_do_not(theirs: str) -> None:
    assert flow_merge.merged("a\nb\nc", "a\nX\nc", theirs) is None


@pytest.mark.parametrize(
    ("slug", "file"),
    [("menu", "menu.yaml"), ("_texts", "_texts.yaml"), ("menu.test", "tests/menu.test.yaml"),
     ("../etc", ""), ("Menu", ""), ("menu.yaml", ""), ("tests/menu", ""), ("", "")],
)  # fmt: skip
def test_an_address_names_one_file_and_nothing_outside(slug: str, file: str) -> None:
    assert flow_files.file_of(slug) == file


def test_a_diff_shows_what_changed_with_a_little_around_it() -> None:
    before = "\n".join(map(str, range(40)))
    lines = flow_files.diff(before, before.replace("\n20\n", "\nveinte\n"))

    assert [(line.kind, line.text) for line in lines if line.kind != "same"] == [("gone", "20"), ("added", "veinte")]
    assert len(lines) == 8


def test_a_picture_is_shapes_and_words_and_nothing_else() -> None:
    found = flow_drawing.shapes(
        '<svg xmlns="http://www.w3.org/2000/svg" class="graph" onload="x()"><script>x()</script>'
        '<g data-line="3" style="color:red"><a href="javascript:x()"><text>a</text></a><text>&lt;b&gt;\x07</text></g></svg>'
    )

    assert found == flow_drawing.Shape("svg", {"class": "graph"}, "", (
        flow_drawing.Shape("g", {"data-line": "3"}, "", (flow_drawing.Shape("text", {}, "<b>", ()),)),))  # fmt: skip


def test_every_part_of_a_drawn_flow_comes_through() -> None:
    library = flow_files.check(FILES).library
    assert library is not None
    drawn = diagram.svg(library.flows["parcel"], library, at="order_ref")

    def count(shape: flow_drawing.Shape) -> int:
        return 1 + len(shape.attributes) + sum(map(count, shape.inside))

    whole = ElementTree.fromstring(drawn)
    found = flow_drawing.shapes(drawn)
    assert found is not None and count(found) == sum(1 + len(one.attrib) for one in whole.iter())


def test_thousands_of_lines_that_are_all_the_same_are_compared_at_once() -> None:
    before = "- a\n" * 60_000

    assert len(flow_files.diff(before, before + "- b")) == 5
    assert flow_merge.merged(before, before + "- b", before) == before + "- b"
