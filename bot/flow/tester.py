"""Conversations that a flow must pass: `flows/tests/NAME.test.yaml`, run through the same `hear` as customers' words.

Every line of the bot has to be accounted for: one that the test does not mention is a failure, like a missing one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.flow.findings import Finding, Reporter, near
from bot.flow.library import Library
from bot.flow.project import seconds
from bot.flow.tree import Items, Node, Table, Text, plain, read
from bot.flow.words import fold
from bot.flow.world import START, NoFake, World

_GIVEN = ("language", "contact", "now", "channel", "services", "open_queues", "notice")
_CASE = ("name", "given", "talk", "expect")
_VERBS = ("user", "press", "send", "wait", "agent", "bot", "bot_exact", "silence")
_EXPECT = ("ended", "handoff", "data", "tags", "language", "alerts")


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation of a test file, with its place."""

    file: str
    flow: str
    name: str
    line: int
    given: Mapping[str, Any]
    talk: tuple[tuple[str, Any, int], ...]
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case. `problem` is empty when it passed; `steps` are the (flow, step) it went through."""

    case: Case
    problem: str = ""
    line: int = 0
    steps: frozenset[tuple[str, str]] = frozenset()

    @property
    def place(self) -> str:
        return f"{self.case.file}:{self.line or self.case.line}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Steps of a flow that the tests went through; `missing` are the lines of the others."""

    flow: str
    covered: int
    total: int
    missing: tuple[int, ...] = field(default=())


class _Failed(Exception):
    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


def cases(folder: Path, name: str = "") -> tuple[list[Case], list[Finding]]:
    """The cases of every `*.test.yaml` of `folder`/tests, or of one flow, and what cannot be read of them."""
    found: list[Case] = []
    findings: list[Finding] = []
    for path in sorted((folder / "tests").glob(f"{name or '*'}.test.yaml")):
        source = path.read_text(encoding="utf-8")
        report = Reporter(f"tests/{path.name}", source)
        tree = read(source, report)
        if isinstance(tree, Table):
            found += cases_of(tree, report, path.name.removesuffix(".test.yaml"))
        findings += report.findings
    return found, findings


def cases_of(tree: Table, report: Reporter, flow: str) -> list[Case]:
    """The cases of one file that is read already."""
    _check_keys(tree, ("for", "given", "tests"), report)
    shared = plain(tree.get("given")) or {}
    tests = tree.get("tests")
    found = []
    for node in tests.nodes if isinstance(tests, Items) else ():
        if not isinstance(node, Table):
            report.error("S05", node, name="tests", shape="- name: …  talk: […]")
            continue
        _check_keys(node, _CASE, report)
        own = plain(node.get("given")) or {}
        for block, known in ((node.get("given"), _GIVEN), (node.get("expect"), _EXPECT)):
            if isinstance(block, Table):
                _check_keys(block, known, report)
        found.append(
            Case(
                file=report.file,
                flow=flow,
                name=str(plain(node.get("name")) or f"line {node.line}"),
                line=node.line,
                given={**shared, **own},
                talk=tuple(_talk(node.get("talk"), report)),
                expect=plain(node.get("expect")) or {},
            )
        )
    return found


def _check_keys(table: Table, known: tuple[str, ...], report: Reporter) -> None:
    for name, key in table.keys.items():
        if name not in known:
            report.error("S01", key, name=name, near=near(name, known), known=", ".join(known))


def _talk(node: Node | None, report: Reporter) -> Iterable[tuple[str, Any, int]]:
    for line in node.nodes if isinstance(node, Items) else ():
        if not isinstance(line, Table) or len(line.nodes) != 1:
            report.error("S05", line, name="talk", shape="- user: hola")
            continue
        verb, value = next(iter(line.nodes.items()))
        if verb not in _VERBS:
            _check_keys(line, _VERBS, report)
            continue
        yield verb, value.value if isinstance(value, Text) else plain(value), line.line


def run(library: Library, case: Case) -> Outcome:
    """Play one case. It never raises: whatever goes wrong is the outcome's problem."""
    world = _world(library, case.given)
    try:
        for verb, value, line in case.talk:
            _play(world, verb, value, line)
        _expect_silence(world, case.line)
        _check_expected(world, case.expect)
        _expect_no_alerts(world, case.expect)
    except _Failed as failure:
        return Outcome(case, failure.problem, failure.line, _steps(world))
    except NoFake as missing:
        return Outcome(case, str(missing), 0, _steps(world))
    return Outcome(case, "", 0, _steps(world))


def coverage(library: Library, outcomes: Iterable[Outcome]) -> tuple[Coverage, ...]:
    """How much of each flow the cases went through."""
    seen = {step for outcome in outcomes for step in outcome.steps}
    found = []
    for name, flow in sorted(library.flows.items()):
        missing = [step.line for step in flow.steps if (name, step.id) not in seen]
        found.append(Coverage(name, len(flow.steps) - len(missing), len(flow.steps), tuple(missing)))
    return tuple(found)


def _world(library: Library, given: Mapping[str, Any]) -> World:
    now = given.get("now")
    queues = given.get("open_queues")
    return World(
        library,
        language=str(given.get("language") or library.project.default_language),
        contact=given.get("contact") or {},
        channel=str(given.get("channel") or "twilio-whatsapp"),
        now=datetime.fromisoformat(now).replace(tzinfo=UTC) if now else START,
        fakes=given.get("services") or {},
        open_queues=frozenset(library.project.queues if queues is None else queues),
        # The sentence that an assistant is speaking would stand in every first line: tests ask for it with `notice`.
        state={"noticed": given.get("notice") not in ("yes", "true")},
    )


def _steps(world: World) -> frozenset[tuple[str, str]]:
    return frozenset((trace.flow, trace.step) for trace in world.trace if trace.flow)


def _play(world: World, verb: str, value: Any, line: int) -> None:
    if verb in ("bot", "bot_exact"):
        _expect_line(world, str(value), verb == "bot_exact", line)
        return
    _expect_silence(world, line)
    match verb:
        case "user":
            world.say(str(value))
        case "press":
            _press(world, str(value), line)
        case "send":
            _send(world, value if isinstance(value, Mapping) else {"media": value})
        case "wait":
            world.wait(seconds(str(value)) or 0.0)
        case "agent":
            world.close_ticket(str(value))


def _press(world: World, option: str, line: int) -> None:
    if not world.press(option):
        offered = ", ".join(choice.id.rpartition(":")[2] for choice in world.choices) or "nothing"
        raise _Failed(f"“{option}” was not offered; there was: {offered}.", line)


def _send(world: World, what: Mapping[str, Any]) -> None:
    media = what.get("media") or ()
    kinds = (media,) if isinstance(media, str) else tuple(media)
    world.say(str(what.get("text") or ""), kinds, what.get("location"))


def _expect_line(world: World, wanted: str, is_exact: bool, line: int) -> None:
    if not world.said:
        raise _Failed(f"The bot said nothing; expected: “{wanted}”.", line)
    text = world.said.pop(0).text
    if is_exact and text != wanted:
        raise _Failed(f"The bot said “{text}”; expected exactly: “{wanted}”.", line)
    if fold(wanted) not in fold(text):
        raise _Failed(f"The bot said “{text}”; expected something with: “{wanted}”.", line)


def _expect_silence(world: World, line: int) -> None:
    if world.said:
        raise _Failed(f"The bot said one thing more: “{world.said[0].text}”.", line)


def _check_expected(world: World, expect: Mapping[str, Any]) -> None:
    if "ended" in expect and expect["ended"] not in world.ended:
        raise _Failed(f"No flow ended with “{expect['ended']}”; there was: {', '.join(world.ended) or 'nothing'}.")
    if "handoff" in expect:
        _check_handoff(world, expect["handoff"])
    elif world.handoff is not None:
        raise _Failed(
            f"The conversation went to {world.handoff.queue} ({world.handoff.reason}); expect says nothing of it."
        )
    for tag in expect.get("tags") or ():
        if tag not in world.tags:
            raise _Failed(f"The tag “{tag}” is missing; there is: {', '.join(world.tags) or 'none'}.")
    for name, value in (expect.get("data") or {}).items():
        if str(world.learnt.get(name, "")) != str(value):
            raise _Failed(f"“{name}” is “{world.learnt.get(name, '')}”; expected “{value}”.")
    if "language" in expect and world.state.get("lang") != expect["language"]:
        raise _Failed(f"The language is {world.state.get('lang')}; expected {expect['language']}.")


def _check_handoff(world: World, wanted: Any) -> None:
    if wanted in ("no", "none"):
        if world.handoff is not None:
            raise _Failed(f"The conversation went to {world.handoff.queue} ({world.handoff.reason}); expected none.")
        return
    if world.handoff is None:
        raise _Failed("The conversation was not handed over.")
    for name, value in wanted.items() if isinstance(wanted, Mapping) else (("queue", wanted),):
        actual = getattr(world.handoff, name, None)
        if str(actual) != str(value):
            raise _Failed(f"The handoff's {name} is “{actual}”; expected “{value}”.")


def _expect_no_alerts(world: World, expect: Mapping[str, Any]) -> None:
    """An alert is a mistake of the flow even where the customer did not notice it."""
    if world.alerts and expect.get("alerts") not in ("yes", "true"):
        raise _Failed(f"{world.alerts[0].place}: {world.alerts[0].text}")
