"""Everything that can be said about a folder of flows without running them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import registry
from bot.flow import library as flow_library
from bot.flow.findings import ERROR, Finding, Reporter
from bot.flow.library import Loaded
from bot.flow.rule import Subject


def check(folder: Path) -> tuple[Finding, ...]:
    """Findings in the order of files and lines, those of a broken file beside those of the good ones."""
    if not folder.is_dir():
        return flow_library.load(folder).findings
    return _checked(flow_library.load(folder), flow_library.sources_of(folder))


def check_sources(sources: Mapping[str, str]) -> tuple[Finding, ...]:
    """The same from file names and their texts."""
    return _checked(flow_library.compiled(sources), sources)


def _checked(loaded: Loaded, sources: Mapping[str, str]) -> tuple[Finding, ...]:
    looked_at = subject(loaded, sources)
    for rule in registry.collect("bot.flow.rules", "RULE").values() if looked_at else ():
        rule.check(looked_at)
    reporters = looked_at.reporters.values() if looked_at else ()
    found = [*loaded.findings, *(finding for report in reporters for finding in report.findings)]
    return tuple(sorted(_unique(found), key=lambda one: (one.file, one.line, one.column, one.code)))


def subject(loaded: Loaded, sources: Mapping[str, str]) -> Subject | None:
    """What the rules look at: all that could be read. None where nothing could."""
    library = loaded.library or loaded.readable
    if library is None:
        return None
    files = {f"{name}.yaml" for name in (*library.flows, "_texts", "_faq", "_project", "_services")} | sources.keys()
    reporters = {file[:-5]: Reporter(file, sources.get(file, "")) for file in sorted(files) if file.endswith(".yaml")}
    broken = {finding.file.removesuffix(".yaml") for finding in loaded.findings if finding.level == ERROR}
    return Subject(library, reporters, frozenset(broken))


def _unique(findings: Iterable[Finding]) -> list[Finding]:
    """A text that several steps share would be found once for each of them."""
    unique: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        unique.setdefault((finding.place, finding.code, finding.what("en")), finding)
    return list(unique.values())
