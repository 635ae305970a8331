"""The page of a finding, `docs/findings/CODE.md`: what produces it, what mends it, and the index of all pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "findings"
MAIN = "main.yaml"
FAMILIES = {
    "Y": "the YAML of a file",
    "S": "the shape of a flow: keys, steps, options",
    "E": "expressions and filters",
    "V": "names and values",
    "T": "texts and languages",
    "C": "what channels can show",
    "G": "the ways through a flow",
    "W": "the way out: a person is always within reach",
    "Q": "questions with ready answers (`_faq.yaml`)",
    "U": "the shop's own words (`_words.yaml`)",
    "L": "customers who are in the middle of a flow",
    "M": "message templates",
    "F": "folders and files",
    "X": "tests of flows",
}
_TITLE = re.compile(r"\A# (?P<code>[A-Z]\d\d): (?P<title>.+)$", re.MULTILINE)
_PART = re.compile(r"^\*\*(Before|After|Seen when)\*\*(?:, line (\d+)(?: of `([\w.]+)`)?)?", re.MULTILINE)
_YAML = re.compile(r"^```yaml(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MESSAGE = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"(<!-- pages -->\n).*?(<!-- end of pages -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """`before` and `after` are files by name; `line` of `file` is where the finding stands. `seen_when` says in words
    what no file can show; such a page has no `before`."""

    code: str
    title: str
    line: int = 0
    file: str = MAIN
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    seen_when: str = ""


def parse(text: str) -> Page | None:
    """The page as data; None where it does not begin with `# CODE: title`."""
    head = _TITLE.search(text)
    if head is None:
        return None
    parts = {match[1]: match for match in _PART.finditer(text)}
    before, after, seen = (parts.get(name) for name in ("Before", "After", "Seen when"))
    message = _MESSAGE.search(text)
    return Page(
        code=head["code"],
        title=head["title"].strip(),
        line=int(before[2] or 0) if before else 0,
        file=(before[3] if before else "") or MAIN,
        before=blocks(text[before.end() : after.start() if after else len(text)]) if before else {},
        after=blocks(text[after.end() :]) if after else {},
        message=message[1] if message else "",
        seen_when=text[seen.end() :].strip() if seen else "",
    )


def blocks(text: str) -> dict[str, str]:
    """The YAML blocks by file; one that names no file is the flow `main.yaml`."""
    return {match[1] or MAIN: match[2] for match in _YAML.finditer(text)}


def with_message(text: str, message: str) -> str:
    """The page with what the command line prints for its `Before`."""
    return _MESSAGE.sub(lambda match: f"```text\n{message}\n```", text, count=1)


def index(readme: str, pages: Iterable[Page]) -> str:
    """The README of the pages with its table made anew."""
    rows: list[str] = []
    family = ""
    for page in sorted(pages, key=lambda one: (list(FAMILIES).index(one.code[0]), one.code)):
        if page.code[0] != family:
            family = page.code[0]
            rows += ["", f"## {family}: {FAMILIES[family]}", "", "| code | what is wrong |", "|---|---|"]
        rows.append(f"| [{page.code}]({page.code}.md) | {page.title} |")
    table = "\n".join(rows).lstrip("\n")
    return _TABLE.sub(lambda match: f"{match[1]}{table}\n{match[2]}", readme)
