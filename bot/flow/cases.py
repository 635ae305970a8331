"""The files of conversations a flow must pass, `flows/tests/NAME.test.yaml`, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.flow.findings import Finding, Reporter, near
from bot.flow.project import seconds
from bot.flow.tree import Items, Node, Table, Text, plain, read

GIVEN = ("language", "contact", "now", "channel", "services", "open_queues", "notice", "data", "arms")
VERBS = ("user", "press", "send", "wait", "event", "agent", "edit_flow", "bot", "bot_exact", "bot_step", "silence")
EXPECT = ("ended", "handoff", "data", "tags", "notes", "remembered", "calls", "language", "alerts", "unanswered")
# What of `given` holds names with values.
_TABLES = {
    "contact": "contact: {phone: \"+34600111222\"}",
    "services": "services: {orders.find: [{with: {ref: AB-12345}, gives: not_found}]}",
    "data": "data: {order_ref: AB-12345}",
    "arms": "arms: {thanks: short}",
}
_CASE = ("name", "given", "talk", "expect")
_FILE = ("for", "given", "tests")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a talk: who does what, and where it stands in the file."""

    verb: str
    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation of a test file, with its place."""

    file: str
    flow: str
    name: str
    line: int
    given: Mapping[str, Any]
    talk: tuple[Line, ...]
    expect: Mapping[str, Any]


def cases(folder: Path, name: str = "") -> tuple[list[Case], list[Finding]]:
    """The cases of every `*.test.yaml` of `folder`/tests, or of one flow, and what cannot be read of them."""
    found: list[Case] = []
    findings: list[Finding] = []
    for path in sorted((folder / "tests").glob(f"{name or '*'}.test.yaml")):
        read_cases, more = cases_in(path.name, path.read_text(encoding="utf-8"))
        found += read_cases
        findings += more
    return found, findings


def cases_in(file: str, source: str) -> tuple[list[Case], list[Finding]]:
    """The cases of one test file from its name (`menu.test.yaml`) and its text."""
    report = Reporter(f"tests/{file}", source)
    tree = read(source, report)
    found = cases_of(tree, report, file.removesuffix(".test.yaml")) if isinstance(tree, Table) else []
    return found, report.findings


def cases_of(tree: Table, report: Reporter, flow: str) -> list[Case]:
    """The cases of one file that is read already."""
    _check_keys(tree, _FILE, report)
    _check_given(tree.get("given"), report)
    shared = _given(tree.get("given"))
    tests = tree.get("tests")
    if not isinstance(tests, Items) or not tests.nodes:
        report.error("X01", tree.keys.get("tests", tree))
        return []
    return [_case(node, report, flow, shared) for node in tests.nodes if _is_case(node, report)]


def _is_case(node: Node, report: Reporter) -> bool:
    if isinstance(node, Table):
        return True
    report.error("S05", node, name="tests", shape="- name: …  talk: […]")
    return False


def _case(node: Any, report: Reporter, flow: str, shared: Mapping[str, Any]) -> Case:
    _check_keys(node, _CASE, report)
    _check_given(node.get("given"), report)
    expect = node.get("expect")
    if isinstance(expect, Table):
        _check_keys(expect, EXPECT, report)
    talk = tuple(_talk(node, report))
    return Case(
        file=report.file,
        flow=flow,
        name=str(plain(node.get("name")) or f"line {node.line}"),
        line=node.line,
        given={**shared, **_given(node.get("given"))},
        talk=talk,
        expect=_mapping(expect),
    )


def _mapping(node: Node | None) -> dict[str, Any]:
    return plain(node) if isinstance(node, Table) else {}


def _given(node: Node | None) -> dict[str, Any]:
    """What is given, without what has no shape to be used in."""
    return {name: value for name, value in _mapping(node).items() if name not in _TABLES or isinstance(value, Mapping)}


def _check_given(node: Node | None, report: Reporter) -> None:
    if not isinstance(node, Table):
        return
    _check_keys(node, GIVEN, report)
    for name, shape in _TABLES.items():
        one = node.get(name)
        if one is not None and not isinstance(one, Table):
            report.error("S05", one, name=name, shape=shape)
    now = node.get("now")
    if isinstance(now, Text) and moment(now.value) is None:
        report.error("S10", now, name="now", value=now.value, example="2026-11-23T10:00")


def moment(written: str) -> datetime | None:
    """`2026-11-23` or `2026-11-23T10:00`, without a time zone; None when it is neither."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _check_keys(table: Table, known: tuple[str, ...], report: Reporter) -> None:
    for name, key in table.keys.items():
        if name not in known:
            report.error("S01", key, name=name, near=near(name, known), known=", ".join(known))


def _talk(case: Table, report: Reporter) -> Iterable[Line]:
    node = case.get("talk")
    if not isinstance(node, Items) or not node.nodes:
        report.error("X02", case.keys.get("talk", case))
        return
    for line in node.nodes:
        if not isinstance(line, Table) or len(line.nodes) != 1:
            report.error("S05", line, name="talk", shape="- user: hola")
            continue
        verb, value = next(iter(line.nodes.items()))
        if verb not in VERBS:
            _check_keys(line, VERBS, report)
            continue
        if verb == "wait" and (not isinstance(value, Text) or seconds(value.value) is None):
            report.error("S10", value, name="wait", value=plain(value), example="15m")
            continue
        yield Line(verb, value.value if isinstance(value, Text) else plain(value), line.line)
