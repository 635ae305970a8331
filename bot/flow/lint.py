"""Everything that can be said about a folder of flows without running them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import registry
from bot.flow import library as flow_library
from bot.flow.findings import Finding, Reporter
from bot.flow.rule import Subject


def check(folder: Path) -> tuple[Finding, ...]:
    """Findings in the order of files and lines: first what cannot be read, then what reads well but goes wrong."""
    loaded = flow_library.load(folder)
    if loaded.library is None:
        return loaded.findings
    return check_sources({path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")})


def check_sources(sources: Mapping[str, str]) -> tuple[Finding, ...]:
    """The same from file names and their texts."""
    loaded = flow_library.compiled(sources)
    if loaded.library is None:
        return loaded.findings
    names = [*loaded.library.flows, "_texts"]
    reporters = {name: Reporter(f"{name}.yaml", sources.get(f"{name}.yaml", "")) for name in names}
    for rule in registry.collect("bot.flow.rules", "RULE").values():
        rule.check(Subject(loaded.library, reporters))
    found = [*loaded.findings, *(finding for report in reporters.values() for finding in report.findings)]
    return tuple(sorted(_unique(found), key=lambda one: (one.file, one.line, one.column, one.code)))


def _unique(findings: list[Finding]) -> list[Finding]:
    """A text that several steps share would be found once for each of them."""
    unique: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        unique.setdefault((finding.place, finding.code, finding.what("en")), finding)
    return list(unique.values())
