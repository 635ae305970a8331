"""A flow as boxes and lines: one box per step at which the contact is waited for, the rest is told on the lines.

A drawing of every step has more lines than anybody follows (60 for 27 steps). What happens between two questions is the
label of the line between them; ways to a person are kept apart, because they are drawn all to the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.flow.findings import phrase
from bot.flow.library import Library
from bot.flow.model import END, Flow, Question, Step
from bot.flow.proof.ways import PERSON, Roads, Way, roads
from bot.flow.texts import Texts

START, FINISH, HUMAN = "start", "finish", "person"
_FILLED = re.compile(r"\{+([^{}]*)\}+")
_NAME = re.compile(r"\s*[a-z_][a-z0-9_.]*\s*")
_ASKED = re.compile(r"¿[^¿?]*\?|[^.!?…]*[^.!?…\s]\?")
_DECIDES = ("if", "switch", "lookup", "do", "random", "handoff")
_MOST_LABELS = 2


@dataclass(frozen=True, slots=True)
class Box:
    """`key` is the step's id (or start, finish:OUTCOME, flow:NAME, person); `kind` says how it is drawn."""

    key: str
    kind: str
    above: str
    text: str
    line: int = 0


@dataclass(slots=True)
class Line:
    """From box to box. `labels` are the ways that lead along it, in the order of the file; `is_usual`: and every other."""

    tail: str
    head: str
    labels: list[str] = field(default_factory=list)
    is_usual: bool = False

    @property
    def label(self) -> str:
        if self.is_usual:
            return ""
        shown = " · ".join(self.labels[:_MOST_LABELS])
        return f"{shown} +{len(self.labels) - _MOST_LABELS}" if len(self.labels) > _MOST_LABELS else shown


@dataclass(slots=True)
class Scheme:
    """What is to be drawn. `persons` are the boxes from which a person is one answer away, with how."""

    boxes: dict[str, Box]
    lines: list[Line]
    persons: dict[str, list[str]]


def scheme(flow: Flow, library: Library, language: str) -> Scheme:
    """The boxes and lines of one flow."""
    return _Reader(flow, library, language).scheme


class _Reader:
    def __init__(self, flow: Flow, library: Library, language: str) -> None:
        self.flow, self.library, self.language = flow, library, language
        self.roads: Roads = roads(flow)
        self.scheme = Scheme({START: Box(START, START, self.word("begins"), flow.title or flow.name)}, [], {})
        self._to_draw: list[int] = []
        if flow.steps:
            self._lines(START, [("", 0)])
        drawn: set[int] = set()
        while self._to_draw:
            index = self._to_draw.pop(0)
            if index not in drawn:
                drawn.add(index)
                self._box(flow.steps[index])
        ends = {START, *self.scheme.persons} | {end for line in self.scheme.lines for end in (line.tail, line.head)}
        self.scheme.boxes = {key: box for key, box in self.scheme.boxes.items() if key in ends}

    def word(self, name: str, **facts: object) -> str:
        return phrase("diagram", name, self.language, **facts)

    def _box(self, step: Step) -> None:
        ways = [way for way in self.roads.ways[step.index] if way.how != "skip"]
        kind, above, text = self._face(step)
        quiet = [way for way in ways if way.how == "silence" and way.to == END]
        silent = self._ends_silently(ways)
        if silent or quiet:
            above = f"{above} · {self.word('silent', time=_time(step.data.no_reply.after_seconds))}"
        self.scheme.boxes[step.id] = Box(step.id, kind, above, text, step.line)
        self._lines(step.id, [(self._label(step, way), way) for way in ways if way.how != "silence" or not (silent or quiet)])

    def _ends_silently(self, ways: list[Way]) -> bool:
        """Whether silence leads to the end and nowhere else: that is said in the box, without a line."""
        found = [end for way in ways if way.how == "silence" for end, _ in self._ends(way)]
        return bool(found) and all(key.startswith(FINISH) for key in found)

    def _face(self, step: Step) -> tuple[str, str, str]:
        name = step.kind.name
        if isinstance(step.data, Question):
            return "ask", self.word(name if name in ("menu", "rate") else "ask"), self._text(step.data.text)
        if name == "wait":
            return "wait", self.word("wait"), self.word("wait_time", time=_time(step.data.seconds))
        return "flow", self.word("call"), self._title(step.data.flow)

    def _title(self, name: str) -> str:
        flow = self.library.flows.get(name)
        return flow.title if flow is not None and flow.title else name

    def _text(self, texts: Texts) -> str:
        """What is asked, without the sentences around it; what is filled in stands as its name, or as …"""
        written = texts.pick(self.language, self.library.project.default_language).source
        plain = " ".join(_FILLED.sub(lambda match: match[0] if _NAME.fullmatch(match[1]) else "…", written.replace("*", "")).split())
        asked = _ASKED.findall(plain)
        return asked[-1].strip() if asked else plain.lstrip("….,: ") or "…"

    def _label(self, step: Step, way: Way) -> str:
        match way.how:
            case "option":
                option = next((one for one in step.data.options if one.key == way.what), None)
                return self._text(option.label) if option else way.what
            case "wrong" | "silence" | "none" | "reply" | "timeout":
                return self.word(way.how)
            case "event":
                return way.what
        return ""

    def _lines(self, tail: str, ways: list[tuple[str, Way | int]]) -> None:
        for label, way in ways:
            for head, told in self._ends(way):
                self._line(tail, head, " ".join(part for part in (label, told and f"{self.word('if_so')}{told}" if label else told) if part))

    def _line(self, tail: str, head: str, label: str) -> None:
        if head == HUMAN:
            known = self.scheme.persons.setdefault(tail, [])
            if label not in known:
                known.append(label)
            return
        line = next((one for one in self.scheme.lines if (one.tail, one.head) == (tail, head)), None)
        if line is None:
            line = Line(tail, head)
            self.scheme.lines.append(line)
        line.is_usual = line.is_usual or not label
        if label and label not in line.labels:
            line.labels.append(label)

    def _ends(self, way: Way | int) -> list[tuple[str, str]]:
        """The boxes that come next, each with what had to be so on the way there."""
        if isinstance(way, Way) and way.how == "start":
            return [(self._other(way.flow), "")]
        first = way if isinstance(way, int) else way.to
        found: dict[str, dict[str, None]] = {}
        reasons: dict[int, dict[str, None]] = {first: {"": None}}
        waiting = [first]
        while waiting:
            index = waiting.pop(0)
            key = self._terminal(index)
            if key:
                found.setdefault(key, {}).update(reasons[index])
                continue
            for head, told in self._onward(index, reasons[index]):
                if isinstance(head, str):
                    found.setdefault(head, {}).update(told)
                elif told.keys() - reasons.setdefault(head, {}).keys() or head not in reasons:
                    reasons[head].update(told)
                    waiting.append(head)
        return [(key, "" if len(found) == 1 else _short(told)) for key, told in found.items()]

    def _onward(self, index: int, told: dict[str, None]) -> Iterator[tuple[int | str, dict[str, None]]]:
        """The steps after one that asks nothing, or the box of another flow or of an end."""
        step = self.flow.steps[index]
        ways = self.roads.ways[index]
        is_choice = len({way.to for way in ways}) > 1
        for way in ways:
            reason = self._reason(step, way, is_choice)
            why = {reason: None} if reason else told
            if way.how == "start":
                yield self._other(way.flow), why
            elif way.to == END:
                yield self._finish(way.what if way.how == "end" else "done"), why
            else:
                yield way.to, why

    def _terminal(self, index: int) -> str:
        """The box this is, or '' for a step that happens on the way."""
        if index == PERSON:
            return HUMAN
        if index == END:
            return self._finish("done")
        step = self.flow.steps[index]
        if isinstance(step.data, Question) or step.kind.name in ("wait", "call"):
            self._to_draw.append(index)
            return step.id
        return ""

    def _reason(self, step: Step, way: Way, is_choice: bool) -> str:
        if not is_choice or step.kind.name not in _DECIDES:
            return ""
        match way.how:
            case "found":
                return ""
            case "not_found" | "failed" | "unsure" | "open" | "closed":
                return self.word(way.how)
            case "case" | "arm":
                return way.what
            case "else":
                return self.word("else")
            case "then":
                condition = step.data[0][0].source if step.kind.name == "if" else way.what
                return self.word("if", condition=condition)
        return ""

    def _finish(self, outcome: str) -> str:
        key = f"{FINISH}:{outcome}"
        text = self.word("finish") if outcome == "done" else self.word("finish_as", outcome=outcome)
        self.scheme.boxes.setdefault(key, Box(key, FINISH, "", text))
        return key

    def _other(self, name: str) -> str:
        key = f"flow:{name}"
        self.scheme.boxes.setdefault(key, Box(key, "flow", self.word("flow"), self._title(name)))
        return key


def _short(reasons: dict[str, None]) -> str:
    told = [reason for reason in reasons if reason]
    return ", ".join(told[:2]) + (f" +{len(told) - 2}" if len(told) > 2 else "")


def _time(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
