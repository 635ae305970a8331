"""The manual can be copied: every flow in it is clean, and every talk in it goes as written.

A page is a folder of its own. A block that begins with `flow: NAME` is that flow's file, one that begins with
`for: NAME` its tests, and one whose first line is a comment with a file's name (`# _services.yaml`) that file. What a
page does not bring comes from tests/bot/flow/manual/.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.flow import cases, tester
from bot.flow.findings import ERROR
from bot.flow.language import kinds
from bot.flow.library import compiled
from bot.flow.lint import check_sources

DOCS = Path(__file__).parents[3] / "docs"
HOUSE = Path(__file__).parent / "manual"
PAGES = sorted([*(DOCS / "verbs").glob("*.md"), *(DOCS / "cookbook").glob("[0-9]*.md"), DOCS / "flows.md"])
VERB_PAGES = {path.stem for path in (DOCS / "verbs").glob("*.md")}
_FENCE = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)
_FLOW = re.compile(r"^flow: (\w+)", re.MULTILINE)
_TESTS = re.compile(r"^for: (\w+)", re.MULTILINE)
_NAMED = re.compile(r"^# (_\w+\.yaml)\n")


def blocks(page: Path) -> list[str]:
    return _FENCE.findall(page.read_text(encoding="utf-8"))


PIECES = [(page, one) for page in PAGES for one in blocks(page) if one.startswith("  - ")]
# What the pieces of a page stand in: their variables, and the steps they go to.
AROUND = """flow: piece
start: {words: {es: [una pieza]}}
data:
  {order_ref: order_number, email: email, order: record, label: record, article: text, chairs: integer, wish: text,
   score: integer}
steps:
%s
  - say: {es: "Fin {order_ref | or: ''}", en: "End {order_ref | or: ''}", pt: "Fim {order_ref | or: ''}"}
    id: anything_else
"""


def files(page: Path) -> dict[str, str]:
    """The folder of flows that a page is."""
    found = {path.name: path.read_text(encoding="utf-8") for path in HOUSE.glob("*.yaml")}
    for block in blocks(page):
        named, flow = _NAMED.match(block), _FLOW.search(block)
        if named:
            found[named[1]] = block
        elif flow and not _TESTS.match(block):
            found[f"{flow[1]}.yaml"] = block
    return found


def talks(page: Path) -> list[tester.Case]:
    read = [cases.cases_in(f"{name[1]}.test.yaml", block) for block in blocks(page) if (name := _TESTS.match(block))]
    assert not [finding.render("en") for _, findings in read for finding in findings]
    return [case for found, _ in read for case in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_lint_finds_nothing_in_the_flows_of_a_page(page: Path) -> None:
    assert [finding.render("en") for finding in check_sources(files(page))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_talks_of_a_page_go_as_written(page: Path) -> None:
    library = compiled(files(page)).library
    assert library is not None
    outcomes = [tester.run(library, case, files(page)) for case in talks(page)]

    assert outcomes and [(one.place, one.case.name, one.problem) for one in outcomes if one.problem] == []


@pytest.mark.parametrize("page", sorted((DOCS / "cookbook").glob("[0-9]*.md")), ids=lambda page: page.stem)
def test_the_talks_of_a_recipe_go_through_every_step(page: Path) -> None:
    library = compiled(files(page)).library
    assert library is not None
    own = {case.flow for case in talks(page)}
    found = tester.coverage(library, [tester.run(library, case, files(page)) for case in talks(page)])

    assert {one.flow: one.missing for one in found if one.flow in own and one.missing} == {}


@pytest.mark.parametrize(("page", "piece"), PIECES, ids=range(len(PIECES)))
def test_a_piece_of_a_page_can_be_copied(page: Path, piece: str) -> None:
    services = {"_services.yaml": (HOUSE / "_services.yaml").read_text(encoding="utf-8")}
    found = check_sources({**files(page), **services, "piece.yaml": AROUND % piece.rstrip()})

    assert [one.render("en") for one in found if one.level == ERROR and one.code != "G01"] == []


@pytest.mark.parametrize("verb", sorted(kinds()))
def test_every_verb_has_a_page_that_names_its_options(verb: str) -> None:
    page = (DOCS / "verbs" / f"{verb}.md").read_text(encoding="utf-8")

    assert page.startswith(f"# {verb}\n")
    assert [option for option in kinds()[verb].options if f"`{option}`" not in page] == []


def test_no_page_is_about_a_verb_that_is_gone() -> None:
    assert VERB_PAGES == set(kinds())


def test_the_cookbook_lists_its_fifteen_recipes() -> None:
    shown = re.findall(r"\]\((\d\d-[\w-]+\.md)\)", (DOCS / "cookbook" / "README.md").read_text(encoding="utf-8"))

    assert shown == sorted(path.name for path in (DOCS / "cookbook").glob("[0-9]*.md")) and len(shown) == 15
