"""The files of a set of flows as the editor sees them: their addresses, what is checked of them, what changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import shop_files
from bot.flow import cases, library, lint
from bot.flow.findings import ERROR, Finding
from bot.flow.library import Library
from console.flow_merge import compared

MAX_FILE_BYTES = 256 * 1024
MAX_FILES = 300
AROUND = 3
_SLUG = re.compile(r"^_?[a-z][a-z0-9_]{0,59}(\.test)?$")
_TEST = ".test"

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """A whole set, looked through. `library` is None when there is an error anywhere."""

    library: Library | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        return sum(one.level == ERROR for one in self.findings)

    def of(self, file: str) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.file == file)


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`kind`: same, added, gone, or gap (lines that both have, left out). Numbers count from 1, 0 where it has none."""

    kind: str
    old: int
    new: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one file is to become. `kind`: edited, new or deleted."""

    file: str
    kind: str
    lines: tuple[DiffLine, ...]
    added: int
    gone: int


def file_of(slug: str) -> str:
    """`menu` → menu.yaml, `_texts` → _texts.yaml, `menu.test` → tests/menu.test.yaml; empty for what is no name."""
    if not _SLUG.match(slug):
        return ""
    return f"tests/{slug}.yaml" if slug.endswith(_TEST) else f"{slug}.yaml"


def slug_of(file: str) -> str:
    return file.removeprefix("tests/").removesuffix(".yaml")


def kind_of(file: str) -> str:
    """flow, shared (`_….yaml`) or test."""
    if file.startswith("tests/"):
        return "test"
    return "shared" if file.startswith("_") else "flow"


def test_of(file: str) -> str:
    """The file with the tests of a flow."""
    return f"tests/{slug_of(file)}.test.yaml"


def flow_of(file: str) -> str:
    """The flow that a file is, or tests; empty for shared files."""
    return slug_of(file).removesuffix(_TEST) if kind_of(file) != "shared" else ""


def scripts(files: Files) -> dict[str, str]:
    """Those that the language reads: no tests."""
    return {name: text for name, text in files.items() if "/" not in name and name.endswith(".yaml")}


def laid_over(files: Files, edits: Mapping[str, str | None]) -> dict[str, str]:
    """A set with what somebody wants instead; None takes a file away."""
    whole: dict[str, str | None] = {**files, **edits}
    return {name: text for name, text in whole.items() if text is not None}


def check(files: Files) -> Checked:
    """Every finding of a set, tests included. The last sets are remembered: a page asks for the same one often."""
    return _checked(tuple(sorted(files.items())))


@lru_cache(maxsize=6)
def _checked(files: tuple[tuple[str, str], ...]) -> Checked:
    sources = scripts(dict(files))
    compiled = library.compiled(sources)
    findings = [*lint.check_loaded(compiled, sources), *shop_files.findings(sources)]
    for name, text in files:
        if kind_of(name) == "test":
            findings += cases.cases_in(name.removeprefix("tests/"), text)[1]
    return Checked(compiled.library, tuple(findings))


def changes(old: Files, new: Files) -> list[Change]:
    """What differs between two sets, in the order of names, flows first."""
    names = sorted({*old, *new}, key=lambda name: (("flow", "shared", "test").index(kind_of(name)), name))
    return [_change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def _change(name: str, old: str | None, new: str | None) -> Change:
    kind = "new" if old is None else "deleted" if new is None else "edited"
    lines = tuple(diff(old or "", new or ""))
    return Change(name, kind, lines, sum(one.kind == "added" for one in lines), sum(one.kind == "gone" for one in lines))


def diff(old: str, new: str) -> list[DiffLine]:
    """Line by line, with a few lines around what changed."""
    before, after = old.split("\n"), new.split("\n")
    found: list[DiffLine] = []
    for group in compared(before, after).get_grouped_opcodes(AROUND):
        if found:
            found.append(DiffLine("gap", 0, 0, ""))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                found += [DiffLine("same", old_from + n + 1, new_from + n + 1, text)
                          for n, text in enumerate(before[old_from:old_to])]
                continue
            found += [DiffLine("gone", n + 1, 0, before[n]) for n in range(old_from, old_to)]
            found += [DiffLine("added", 0, n + 1, after[n]) for n in range(new_from, new_to)]
    return found
