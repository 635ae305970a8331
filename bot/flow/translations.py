"""The texts of the flows as a table for translators, and back: only the texts that changed are rewritten.

A row is one text: its file, its path in the file (`steps/3/options/fine/text`), and one column per language. A row
whose source text was changed in the flows after the table was made is *stale*: its translations are not taken in.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from bot.flow.findings import Reporter
from bot.flow.tree import read

# What a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV Injection", read 2026-11-22).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Aliases, anchors, too deep: what is composed of them may be endless.
_NO_TREE = frozenset(("Y04", "Y14", "Y17"))
_COLUMN = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_HEAD = ("file", "path", "line", "missing")


# They look like texts and are none: how dates are written in each language, and the name of a flow.
_NO_TEXTS = frozenset((("_project.yaml", "locales"), ("_project.yaml", "menu")))


@dataclass(frozen=True, slots=True)
class Row:
    """One text in every language that it has; `missing` are the languages it lacks."""

    file: str
    path: str
    line: int
    texts: Mapping[str, str]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a table: the files that changed, how many texts, and what was not taken in, in sentences."""

    sources: Mapping[str, str]
    changed: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A text in a file: the mapping by language, or one plain sentence in the project's own language."""

    path: str
    node: Any
    by_language: Mapping[str, Any]


def rows(sources: Mapping[str, str], languages: Sequence[str]) -> list[Row]:
    """Every text of every file, in the order of files and lines. Files that are no YAML are left out."""
    found = []
    for file, source in sorted(sources.items()):
        for spot in _spots(source, languages):
            if (file, spot.path) in _NO_TEXTS:
                continue
            texts = {language: str(node.value) for language, node in spot.by_language.items()}
            missing = tuple(one for one in languages if not any(key[:2] == one for key in texts))
            found.append(Row(file, spot.path, spot.node.start_mark.line + 1, texts, missing))
    return found


def to_csv(table: Sequence[Row], languages: Sequence[str]) -> str:
    """The table as CSV, safe to open in a spreadsheet. Regional variants get columns of their own."""
    columns = [*languages, *sorted({key for row in table for key in row.texts} - set(languages))]
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([*_HEAD, *columns])
    for row in table:
        texts = [_shielded(row.texts.get(language, "")) for language in columns]
        writer.writerow([row.file, row.path, row.line, " ".join(row.missing), *texts])
    return out.getvalue()


def take_in(sources: Mapping[str, str], written: str, languages: Sequence[str]) -> Imported:
    """Put a table's texts into the files. The first language is the source: it is compared, never changed."""
    head, lines = _table(written)
    lacking = {"file", "path", languages[0]} - set(head)
    if lacking:
        return Imported({}, 0, (f"The table lacks the column “{min(lacking)}”: export it anew.",))
    changes: dict[str, dict[str, Mapping[str, str]]] = {}
    new, count, problems = {}, 0, list[str]()
    for line in lines:
        texts = {key: _bared(value) for key, value in line.items() if key and _COLUMN.fullmatch(key) and value}
        rows_of = changes.setdefault(str(line["file"]), {})
        if rows_of.setdefault(str(line["path"]), texts) != texts:
            problems.append(f"{line['file']}: {line['path']}: two rows say different things; the first counts.")
    for file, wanted in changes.items():
        if file not in sources:
            problems.append(f"{file}: there is no such file here.")
            continue
        edited, edits, told = _edited(sources[file], list(wanted.items()), languages)
        problems += [f"{file}: {one}" for one in told]
        count += edits
        if edits:
            new[file] = edited
    return Imported(new, count, tuple(problems))


def _table(written: str) -> tuple[Sequence[str], list[dict[str, str]]]:
    """The columns and rows of a CSV; spreadsheets of Spain and Brazil write `;` between them. Nothing where it is none."""
    written = written.removeprefix("\ufeff")
    first = written.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(written), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        return reader.fieldnames or (), list(reader)
    except csv.Error:
        return (), []


def _edited(
    source: str, wanted: Sequence[tuple[str, Mapping[str, str]]], languages: Sequence[str]
) -> tuple[str, int, list[str]]:
    spots = {spot.path: spot for spot in _spots(source, languages)}
    edits: list[tuple[int, int, str]] = []
    problems = []
    for path, texts in wanted:
        spot = spots.get(path)
        if spot is None:
            problems.append(f"{path}: there is no text here any more.")
            continue
        now = spot.by_language.get(languages[0])
        if now is not None and texts.get(languages[0], "") != now.value:
            problems.append(f"{path}: “{now.value}” was changed since the table was made; translate it anew.")
            continue
        edits += _changes(source, spot, texts)
    for start, end, text in sorted(edits, reverse=True):
        source = source[:start] + text + source[end:]
    return source, len(edits), problems


def _changes(source: str, spot: _Spot, texts: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """The pieces of the file that become others: texts that differ, and languages that are new."""
    added = {key: text for key, text in texts.items() if key not in spot.by_language}
    for language, node in spot.by_language.items():
        if language in texts and texts[language] != node.value:
            yield node.start_mark.index, _end(source, node), _quoted(texts[language])
    if not added:
        return
    last = list(spot.by_language.values())[-1]
    if isinstance(spot.node, yaml.ScalarNode):  # one sentence alone becomes a mapping by language
        (language,) = spot.by_language
        both = {language: str(last.value), **added}
        pairs = ", ".join(f"{key}: {_quoted(text)}" for key, text in both.items())
        yield spot.node.start_mark.index, _end(source, spot.node), "{" + pairs + "}"
    elif spot.node.flow_style:
        pairs = "".join(f", {key}: {_quoted(text)}" for key, text in added.items())
        yield _end(source, last), _end(source, last), pairs
    else:
        indent = " " * spot.node.start_mark.column
        pairs = "".join(f"\n{indent}{key}: {_quoted(text)}" for key, text in added.items())
        yield _end(source, last), _end(source, last), pairs


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _end(source: str, node: Any) -> int:
    """Where a scalar ends, without the line breaks and spaces that PyYAML counts in after blocks."""
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + len(source[start:end].rstrip())


def _spots(source: str, languages: Sequence[str]) -> list[_Spot]:
    report = Reporter("", source)
    read(source, report)
    if any(one.code in _NO_TREE for one in report.findings):
        return []
    try:
        tree = yaml.compose(source, Loader=yaml.SafeLoader)  # its marks count characters; the C loader's count bytes
    except yaml.YAMLError:
        return []
    return list(_walk(tree, "", languages)) if isinstance(tree, yaml.MappingNode) else []


def _walk(node: Any, path: str, languages: Sequence[str]) -> Iterator[_Spot]:
    if isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value, 1):
            yield from _walk(child, f"{path}/{number}", languages)
    if not isinstance(node, yaml.MappingNode):
        return
    by_language = {str(key.value): child for key, child in node.value}
    if by_language and all(key[:2] in languages and len(key) in (2, 5) for key in by_language):
        if all(isinstance(child, yaml.ScalarNode) for child in by_language.values()):
            yield _Spot(path.strip("/"), node, by_language)
        return
    for key, child in node.value:
        yield from _walk(child, f"{path}/{key.value}", languages)
        if str(key.value) in _SAID and isinstance(child, yaml.ScalarNode):
            yield _Spot(f"{path}/{key.value}".strip("/"), child, {languages[0]: child})


# Where one plain sentence is a text in the project's own language.
_SAID = ("say", "ask", "menu", "rate", "remind", "text")


def _shielded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _bared(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text
