"""Everything that can be said about a folder of flows without running them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import registry
from bot.flow import library as flow_library
from bot.flow import tree
from bot.flow.findings import ERROR, Finding, Reporter
from bot.flow.library import Loaded
from bot.flow.rule import Subject

_TESTS = ".test.yaml"

_SLIPS = ("S01", "S02", "S03", "S04", "S05", "S08", "S12", "S13", "S14", "S15")
_WAYS_ON = ("G03", "G05", "G08")
_NOBODY = ("W13",)
_NAMED_IN = {
    "_project.yaml": ("V01", "V05", "V09", "T01", "T03", "T07", "E01"),
    "_services.yaml": ("V03", "V04", "V08", "V10", "V11", "V12", "E02"),
    "_texts.yaml": ("V06",),
}


def check(folder: Path) -> tuple[Finding, ...]:
    """Findings in the order of files and lines, those of a broken file beside those of the good ones."""
    loaded = flow_library.load(folder)
    if not folder.is_dir():
        return loaded.findings
    if loaded.library is not None and not loaded.library.flows:
        return (*loaded.findings, Finding("_project.yaml", 1, 1, "L11"))
    return _checked(loaded, flow_library.sources_of(folder), folder)


def tested(folder: Path) -> frozenset[str] | None:
    """Flows that have a file of conversations beside them; None where nobody keeps any."""
    tests = folder / "tests"
    return frozenset(path.name.removesuffix(_TESTS) for path in tests.glob(f"*{_TESTS}")) if tests.is_dir() else None


def media(folder: Path) -> frozenset[str]:
    """Names of the files that `say: media:` may name."""
    return frozenset(path.name for path in (folder / "media").glob("*") if path.is_file())


def check_sources(sources: Mapping[str, str]) -> tuple[Finding, ...]:
    """The same from file names and their texts."""
    return _checked(flow_library.compiled(sources), sources)


def check_loaded(loaded: Loaded, sources: Mapping[str, str]) -> tuple[Finding, ...]:
    """The same of files that are compiled already."""
    return _checked(loaded, sources)


def _checked(loaded: Loaded, sources: Mapping[str, str], folder: Path | None = None) -> tuple[Finding, ...]:
    looked_at = subject(loaded, sources, folder)
    for rule in registry.collect("bot.flow.rules", "RULE").values() if looked_at else ():
        rule.check(looked_at)
    reporters = looked_at.reporters.values() if looked_at else ()
    lost = _lost(loaded.findings, sources)
    braces = {one.place for one in loaded.findings if one.code == "E13"}
    readings = [one for one in loaded.findings if one.code not in lost and not (one.code == "Y05" and one.place in braces)]
    found = [*readings, *_sound(loaded.findings, (one for report in reporters for one in report.findings))]
    return tuple(sorted(_unique(found), key=lambda one: (one.file, one.line, one.column, one.code)))


def subject(loaded: Loaded, sources: Mapping[str, str], folder: Path | None = None) -> Subject | None:
    """What the rules look at: all that could be read, and what lies beside it. None where nothing could be read."""
    library = loaded.library or loaded.readable
    if library is None:
        return None
    files = {f"{name}.yaml" for name in (*library.flows, "_texts", "_faq", "_words", "_project", "_services")} | sources.keys()
    reporters = {file[:-5]: Reporter(file, sources.get(file, "")) for file in sorted(files) if file.endswith(".yaml")}
    broken = {finding.file.removesuffix(".yaml") for finding in loaded.findings if finding.level == ERROR}
    beside = (tested(folder), media(folder)) if folder is not None else (None, None)
    return Subject(library, reporters, frozenset(broken), *beside)


def _lost(read: Iterable[Finding], sources: Mapping[str, str]) -> set[str]:
    """What cannot be told of the flows while a part of a file that they share had to be left out."""
    broken = {one.file for one in read if one.code[0] == "Y" and one.file in _NAMED_IN}
    reports = {file: Reporter(file, sources.get(file, "")) for file in broken}
    for file, report in reports.items():
        tree.read(sources.get(file, ""), report)
    # A list that was taken for a text, or a line for a part of another, was read, but perhaps not as it was meant.
    guessed = {one.file for one in read if one.code in ("Y05", "Y13")}
    return {code for file, report in reports.items() if not report.is_whole or file in guessed for code in _NAMED_IN[file]}


def _sound(read: Iterable[Finding], found: Iterable[Finding]) -> Iterator[Finding]:
    """Without what only follows from a key that could not be read: a way on that has a slip in its name is no missing
    one, and a flow that is broken is not gone."""
    slips = {one.file for one in read if one.level == ERROR and (one.code[0] == "Y" or one.code in _SLIPS)}
    for one in found:
        if not (one.code in _WAYS_ON and one.file in slips) and not (one.code in _NOBODY and slips):
            yield one


def _unique(findings: Iterable[Finding]) -> list[Finding]:
    """A text that several steps share would be found once for each of them."""
    unique: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        unique.setdefault((finding.place, finding.code, finding.what("en")), finding)
    return list(unique.values())
