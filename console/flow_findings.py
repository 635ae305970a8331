"""Findings as the editor shows them: the place to underline, what it is, how to mend it, and the mend itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.flow.findings import Finding
from console.flow_files import slug_of

_LONE_SIGN = re.compile(r"(?<![=!<>])=(?!=)")
_KEY_VALUE = re.compile(r"^( *(?:- +)*[\w.-]+: +)(.+?) *$")
_GLUED = re.compile(r"^( *(?:- +)*[a-z_]+):(?=\S)")
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
_WORD = re.compile(r"[\w.-]+|\S+")
# Facts of a finding that may hold the word to be replaced by `near`, the most exact first.
_WRONG = ("field", "name", "value", "word")


@dataclass(frozen=True, slots=True)
class Fix:
    """Put `text` in place of line `line` (from 1) of the file."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding on the page. `column` and `end` count letters from 0 for what is underlined."""

    slug: str
    file: str
    line: int
    column: int
    end: int
    level: str
    code: str
    what: str
    mend: str
    fix: Fix | None = None


def shown(findings: Iterable[Finding], files: Mapping[str, str], language: str) -> list[Shown]:
    """Errors first, then in the order of lines."""
    rows = [_shown(one, files.get(one.file, ""), language) for one in findings]
    return sorted(rows, key=lambda row: (row.level != "error", row.file, row.line, row.column))


def mended(text: str, fix: Fix) -> str:
    """The text after the mend."""
    lines = text.split("\n")
    if 0 < fix.line <= len(lines):
        lines[fix.line - 1] = fix.text
    return "\n".join(lines)


def fix_of(finding: Finding, line: str) -> Fix | None:
    """The mend, where it is a matter of typing; `line` is the one it stands in."""
    mend = _MENDS.get(finding.code)
    text = _nearest(finding, line) if finding.facts.get("near") else mend(line, finding) if mend else line
    return Fix(finding.line, text) if text != line else None


def _shown(finding: Finding, source: str, language: str) -> Shown:
    lines = source.split("\n")
    line = lines[finding.line - 1] if 0 < finding.line <= len(lines) else ""
    start = min(max(finding.column - 1, 0), len(line))
    word = _WORD.search(line, start)
    wrong = next((str(finding.facts[name]) for name in _WRONG if name in finding.facts), "")
    found = line.find(wrong, start) if wrong else -1
    begin, end = (found, found + len(wrong)) if found >= 0 else (start, word.end() if word else len(line))
    return Shown(
        slug=slug_of(finding.file), file=finding.file, line=finding.line, column=begin, end=max(end, begin + 1),
        level=finding.level, code=finding.code, what=finding.what(language), mend=finding.mend(language),
        fix=fix_of(finding, line),
    )


def _nearest(finding: Finding, line: str) -> str:
    near = str(finding.facts["near"])
    for name in _WRONG:
        wrong = str(finding.facts.get(name, ""))
        pattern = re.compile(rf"(?<!\w){re.escape(wrong)}(?!\w)")
        found = (pattern.search(line, max(finding.column - 1, 0)) or pattern.search(line)) if wrong else None
        if found:
            return line[: found.start()] + near + line[found.end() :]
    return line


def _equals(line: str, finding: Finding) -> str:
    found = _LONE_SIGN.search(line, max(finding.column - 1, 0)) or _LONE_SIGN.search(line)
    return f"{line[: found.start()]}=={line[found.end() :]}" if found else line


def _quoted(line: str, finding: Finding) -> str:
    """The value of the line between straight quotes."""
    match = _KEY_VALUE.match(line)
    if match is None or match[2][0] in "\"'|>":
        return line
    inner = match[2].replace("\\", "\\\\").replace('"', '\\"')
    return f'{match[1]}"{inner}"'


def _with_dash(line: str, finding: Finding) -> str:
    """A second verb becomes a step of its own."""
    bare = line.lstrip(" ")
    indent = len(line) - len(bare)
    return f"{line[: indent - 2]}- {bare}" if indent >= 2 and not bare.startswith("-") else line


_MENDS: Mapping[str, Callable[[str, Finding], str]] = {
    "E04": _equals,
    "E05": lambda line, finding: line.replace("&&", "and").replace("||", "or"),
    "S04": _with_dash,
    "Y01": lambda line, finding: line.replace("\t", "  "),
    "Y02": lambda line, finding: line.replace("\u00a0", " "),
    "Y03": lambda line, finding: line.translate(_CURLY),
    "Y04": _quoted, "Y05": _quoted, "Y06": _quoted, "Y07": _quoted, "Y08": _quoted, "Y10": _quoted, "Y11": _quoted,
    "Y09": lambda line, finding: _GLUED.sub(r"\1: ", line),
}  # fmt: skip
