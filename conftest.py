"""pytest plays the conversations of `*.test.yaml` beside a folder of flows: `pytest flows` does, like `pytest`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.flow import cases, library, tester
from bot.flow.library import Library


class FlowTests(pytest.File):
    """One file of conversations; the flows are those of the folder above it."""

    def collect(self) -> Iterator[pytest.Item]:
        found, findings = cases.cases_in(self.path.name, self.path.read_text(encoding="utf-8"))
        sources = {path.name: path.read_text(encoding="utf-8") for path in self.path.parents[1].glob("*.yaml")}
        loaded = library.compiled(sources)
        problems = "\n".join(one.render("en") for one in (*findings, *loaded.findings) if one.level == "error")
        if problems or loaded.library is None or not found:
            raise self.CollectError(problems or f"{self.path}: there is no conversation in it.")
        for case in found:
            yield Conversation.from_parent(
                self, name=f"{case.line}-{case.name}", case=case, flows=loaded.library, sources=sources
            )


class Conversation(pytest.Item):
    """One conversation of such a file."""

    def __init__(self, *, case: cases.Case, flows: Library, sources: dict[str, str], **named: object) -> None:
        super().__init__(**named)  # type: ignore[arg-type]
        self.case, self.flows, self.sources = case, flows, sources

    def runtest(self) -> None:
        """Play it; what went otherwise is the failure's text."""
        outcome = tester.run(self.flows, self.case, self.sources)
        if outcome.problem:
            pytest.fail(f"{outcome.place}: {self.case.name}\n{outcome.problem}", pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands, for the report."""
        return self.path, self.case.line - 1, self.case.name


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take in `NAME.test.yaml`."""
    if not file_path.name.endswith(".test.yaml"):
        return None
    collector: pytest.Collector = FlowTests.from_parent(parent, path=file_path)
    return collector
