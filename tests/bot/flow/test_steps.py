"""Every verb: its conversations in tests/bot/steps/, and the example of its documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.flow import tester
from bot.flow.arguments import SPECIALS
from bot.flow.findings import Reporter
from bot.flow.language import kinds
from bot.flow.library import Library, compiled
from bot.flow.lint import check_sources
from bot.flow.tree import Table, read
from tests.bot.flow.builders import a_flow, sources

FOLDER = Path(__file__).parents[1] / "steps"
OTHER = a_flow(
    '  - say: {es: "Otro flujo", en: "x", pt: "x"}\n  - set: {email: \'"ana@example.com"\'}',
    name="other",
    head="data: {order_ref: order_number, email: email}\ninputs: [order_ref]\noutputs: [email]",
)
DATA = "data: {order_ref: order_number, email: email, order: record, found: record, wants: text}"


def library_of(kind: str) -> Library:
    """The flow of a step's file: what is neither `given` nor `tests`."""
    source = (FOLDER / f"{kind}.yaml").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=\w+:)", source, flags=re.MULTILINE)
    body = "".join(block for block in blocks if block.startswith(("data:", "steps:")))
    loaded = compiled(sources(main=f"flow: main\nstart: {{words: [go]}}\n{body}", other=OTHER))
    assert loaded.library is not None, "\n".join(finding.render("en") for finding in loaded.findings)
    return loaded.library


def cases_of(kind: str) -> list[tester.Case]:
    source = (FOLDER / f"{kind}.yaml").read_text(encoding="utf-8")
    tree = read(source, Reporter(f"{kind}.yaml", source))
    assert isinstance(tree, Table)
    only = Table(
        {key: node for key, node in tree.keys.items() if key in ("given", "tests")},
        {key: node for key, node in tree.nodes.items() if key in ("given", "tests")},
    )
    report = Reporter(f"{kind}.yaml", source)
    found = tester.cases_of(only, report, "main")
    assert not report.findings
    return found


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_verb_does_what_its_file_says(kind: str) -> None:
    library, cases = library_of(kind), cases_of(kind)
    problems = [(outcome.place, outcome.problem) for case in cases if (outcome := tester.run(library, case)).problem]

    assert cases and not problems


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_step_of_a_verbs_file_is_reached(kind: str) -> None:
    library = library_of(kind)
    outcomes = [tester.run(library, case) for case in cases_of(kind)]

    assert next(one for one in tester.coverage(library, outcomes) if one.flow == "main").missing == ()


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_the_example_of_a_verb_can_be_copied(kind: str) -> None:
    steps = "\n".join(f"  {line}" for line in kinds()[kind].example.strip().splitlines())
    found = check_sources(sources(main=a_flow(steps, head=DATA), other=OTHER))

    assert not [finding.render("en") for finding in found if finding.level == "error" and finding.code != "G01"]


def test_no_option_has_the_name_of_a_verb() -> None:
    options = {option for kind in kinds().values() for option in kind.options}

    assert not options & set(kinds()) and not set(SPECIALS) & set(kinds())


def test_steps_never_import_the_engine() -> None:
    files = (Path(__file__).parents[3] / "bot" / "flow" / "steps").glob("*.py")

    assert not [path.name for path in files if "engine" in path.read_text(encoding="utf-8")]
