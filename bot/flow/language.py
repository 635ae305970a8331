"""One file of the flows into a Flow: verbs, options, blocks, names. All mistakes at once, each at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import registry
from bot.flow import answers, declared, revisions
from bot.flow.arguments import SPECIAL_FIELDS, SPECIALS, Arguments, Known, Reading
from bot.flow.expression_scope import RESERVED
from bot.flow.expressions import Expression, Scope
from bot.flow.findings import Reporter, near
from bot.flow.model import END, Flow, Pause, Question, Step, StepKind, Triggers
from bot.flow.project import seconds, typed_names, unknown_keys, word, words
from bot.flow.reading import choices, step_keys
from bot.flow.tree import Items, Node, Table, Text, read
from bot.flow.values import PLACE
from bot.flow.words import tokens
from bot.understanding.intents import INTENTS

LANGUAGE_VERSION = "1"
_KEYS = (
    "flow", "title", "owner", "language", "queue", "interrupts", "expires", "on_edit", "start", "inputs", "outputs",
    "data", "steps",
)  # fmt: skip
_START_KEYS = ("words", "intents", "payloads", "first_message", "order_number", "event", "key")
_DAY_SECONDS = 86_400.0
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,59}$")


@dataclass(slots=True)
class _Draft:
    kind: StepKind
    node: Table
    data: Any
    id: str
    when: Expression | None
    blocks: dict[str, list[_Draft]] = field(default_factory=dict)
    index: int = -1


def kinds() -> Mapping[str, StepKind]:
    """Every verb there is: one file of `bot/flow/steps/` each."""
    return registry.collect("bot.flow.steps", "STEP")


def parse(name: str, source: str, known: Known) -> tuple[Flow | None, Reporter]:
    """Compile the file `name`.yaml. The flow is None when the file is no flow at all; look at the findings first."""
    tree, report = opened(name, source)
    return flow_of(name, tree, report, known), report


def opened(name: str, source: str) -> tuple[Node | None, Reporter]:
    """The file `name`.yaml as a tree, with the reporter that all its findings go to."""
    report = Reporter(f"{name}.yaml", source)
    return read(source, report, frozenset(kinds())), report


def flow_of(name: str, tree: Node | None, report: Reporter, known: Known) -> Flow | None:
    """The same for a file that is read already; None where nothing of it can be read."""
    if tree is None:
        return None
    if not isinstance(tree, Table) or not tree.nodes:
        report.error("S08", tree)
        report.settle()
        return None
    flow = _FlowReader(name, tree, report, known).flow()
    report.settle()
    return flow


class _FlowReader:
    def __init__(self, name: str, tree: Table, report: Reporter, known: Known) -> None:
        self.name = name
        self.tree = tree
        self.report = report
        self.data = typed_names(tree, "data", report, tuple(known.project.types))
        self.data = {**self._implied(known), **self.data}
        own = {**known.project.remembered, **self.data}
        for taken in sorted((SPECIALS.keys() & own.keys()) | (RESERVED & self.data.keys())):
            report.error("S11", self._declared(taken), name=taken)
        places = {name: PLACE for name, kind in own.items() if kind == "location"}
        records = {**SPECIAL_FIELDS, **places, **declared.record_fields(tree.get("steps"), known)}
        self.reading = Reading(report, known, Scope({**own, **SPECIALS}, records, self._choices(known)), verbs=kinds())
        self.ids: dict[str, Any] = {}
        self.order: list[_Draft] = []

    def _declared(self, name: str) -> Any:
        """The place where a variable gets its name."""
        tables = (getattr(self.tree.get(key), "keys", {}) for key in ("data", "inputs", "outputs"))
        return next((keys[name] for keys in tables if name in keys), self.tree)

    def _choices(self, known: Known) -> dict[str, tuple[str, ...]]:
        return choices.of(self.tree, self.data, known.project.types)

    def _implied(self, known: Known) -> dict[str, str]:
        """Names that their place declares: the variables of loops, inputs and outputs that carry their type."""
        found = declared.implied(self.tree)
        for key in ("inputs", "outputs"):
            if isinstance(self.tree.get(key), Table):
                found |= typed_names(self.tree, key, self.report, tuple(known.project.types))
        return {name: kind for name, kind in found.items() if name not in known.project.remembered}

    def flow(self) -> Flow:
        unknown_keys(self.tree, _KEYS, self.report)
        self._check_head()
        node = self.tree.get("steps")
        drafts = self._steps(node, "")
        if not isinstance(node, Items) or not node.nodes:
            self.report.error("S08", self.tree.keys.get("steps", self.tree))
        choices.check_cases(self.tree, self.reading.scope, self.report)
        by_id = {draft.id: draft.index for draft in self.order}
        steps: list[Step | None] = [None] * len(self.order)
        self._link(drafts, END, steps)
        linked = tuple(step for step in steps if step is not None)
        self._check_targets(by_id)
        questions = [step.data for step in linked if isinstance(step.data, Question)]
        own_types = self.reading.known.project.types
        flow = Flow(
            name=self.name,
            file=self.report.file,
            steps=linked,
            by_id=by_id,
            data=self.data,
            records=self.reading.scope.records,
            triggers=self._triggers(),
            title=word(self.tree, "title", self.report),
            owner=word(self.tree, "owner", self.report),
            inputs=self._named("inputs"),
            outputs=self._named("outputs"),
            expires_seconds=self._expires(),
            on_edit=self._one_of("on_edit", ("pin", "move")),
            queue=self._queue(),
            interrupts=self._one_of("interrupts", ("yes", "no", "replace")),
            texts=tuple(self.reading.texts),
            early=tuple(
                (one.save, one.type) for one in questions if one.skips_known and answers.early(one.type, own_types)
            ),
            sensitive=frozenset(one.save for one in questions if one.is_sensitive),
            line=self.tree.line,
            column=self.tree.column,
        )
        shape, revision = revisions.hashes(flow)
        return replace(flow, shape=shape, revision=revision)

    def _check_head(self) -> None:
        named = self.tree.get("flow")
        if named is None:
            self.report.error("S02", self.tree, name="flow", verb=self.report.file)
        elif not isinstance(named, Text) or named.value != self.name:
            self.report.error("S06", named, name=getattr(named, "value", ""), file=self.name)
        version = word(self.tree, "language", self.report)
        if version not in ("", LANGUAGE_VERSION):
            facts = {"name": "language", "value": version, "known": LANGUAGE_VERSION}
            self.report.error("S09", self.tree.nodes["language"], **facts)

    def _queue(self) -> str:
        queue, project = word(self.tree, "queue", self.report), self.reading.known.project
        if queue and queue not in project.queues:
            facts = {"name": queue, "near": near(queue, project.queues), "known": ", ".join(project.queues)}
            self.report.error("V01", self.tree.nodes["queue"], **facts)
        return queue or project.default_queue

    def _one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """A key with a few words to choose from; the first of them is what holds without it."""
        value = word(self.tree, name, self.report) or allowed[0]
        if value not in allowed:
            facts = {"name": name, "value": value, "near": near(value, allowed), "known": ", ".join(allowed)}
            self.report.error("S09", self.tree.nodes[name], **facts)
            return allowed[0]
        return value

    def _expires(self) -> float:
        written = word(self.tree, "expires", self.report)
        found = seconds(written) if written else _DAY_SECONDS
        if found is None:
            self.report.error("S10", self.tree.nodes["expires"], name="expires", value=written, example="24h")
        return found or _DAY_SECONDS

    def _named(self, key: str) -> dict[str, str]:
        """Variables of this flow that `call` hands in or gets back: a list of names of `data`."""
        found = {}
        node = self.tree.get(key)
        if isinstance(node, Table):
            return {name: self.data.get(name, "any") for name in node.nodes}
        for name in words(self.tree, key, self.report):
            if name not in self.data:
                facts = {"name": name, "near": near(name, self.data), "known": ", ".join(self.data)}
                self.report.error("V05", self.tree.nodes[key], **facts)
            found[name] = self.data.get(name, "any")
        return found

    def _triggers(self) -> Triggers:
        node = self.tree.get("start")
        if node is None:
            return Triggers()
        if not isinstance(node, Table):
            self.report.error("S05", node, name="start", shape="words: {es: [mi pedido]}")
            return Triggers()
        unknown_keys(node, _START_KEYS, self.report)
        hears = any(isinstance(draft.data, Pause) and draft.data.events for draft in self.order)
        if "key" in node.keys and "event" not in node.keys and not hears:
            self.report.error("S15", node.keys["key"], name="key", needs="event")
        if "event" in node.keys and not word(node, "event", self.report):
            self.report.error("S02", node.keys["event"], name="event", verb="start")
        places: dict[tuple[str, ...], tuple[int, int]] = {}
        spoken = node.get("words")
        lists = spoken.nodes.values() if isinstance(spoken, Table) else (spoken,) if spoken is not None else ()
        for one in lists:
            for phrase in one.nodes if isinstance(one, Items) else (one,):
                folded = tuple(tokens(phrase.value)) if isinstance(phrase, Text) else ()
                if folded:
                    places[folded] = (phrase.line, phrase.column)
                else:
                    self.report.error("S05", phrase, name="words", shape="[mi pedido, rastrear]")
        return Triggers(
            words=tuple(places),
            intents=tuple(words(node, "intents", self.report)),
            payloads=tuple(words(node, "payloads", self.report)),
            first_message=_is_yes(node, "first_message", self.report, False),
            order_number=_is_yes(node, "order_number", self.report, False),
            event=word(node, "event", self.report),
            key=self.reading.expression_of(node.nodes["key"]) if "key" in node.nodes else None,
            places=places,
            named_at=self._begun_by(node),
        )

    def _begun_by(self, start: Table) -> dict[str, tuple[int, int]]:
        """Where each intent and payload stands; an intent that nobody understands is a slip."""
        found: dict[str, tuple[int, int]] = {}
        for option in ("intents", "payloads"):
            listed = start.get(option)
            for one in listed.nodes if isinstance(listed, Items) else (listed,):
                if not isinstance(one, Text):
                    continue
                found[one.value] = (one.line, one.column)
                if option == "intents" and one.value not in INTENTS:
                    facts = {"name": "intents", "value": one.value, "near": near(one.value, sorted(INTENTS))}
                    self.report.error("S09", one, known=", ".join(sorted(INTENTS)), **facts)
        return found

    def _steps(self, node: Node | None, path: str) -> list[_Draft]:
        """Read a block. Where steps are wanted, a bare name means: go there."""
        if node is None:
            return []
        if isinstance(node, Text) and node.value:
            node = Items((Table({"goto": node}, {"goto": node}, node.line, node.column),), node.line, node.column)
        if not isinstance(node, Items):
            self.report.error("S05", node, name="steps", shape="- say: …")
            return []
        drafts = []
        for number, child in enumerate(node.nodes, 1):
            draft = self._step(child, f"{path}{number}")
            if draft is not None:
                drafts.append(draft)
        return drafts

    def _step(self, node: Node, path: str) -> _Draft | None:
        verbs = kinds()
        if not isinstance(node, Table):
            step_keys.no_step(node, verbs, self.report)
            return None
        found = [name for name in node.keys if name in verbs]
        if not found:
            step_keys.no_verb(node, verbs, self.report)
            return None
        for extra in found[1:]:
            self.report.error("S04", node.keys[extra], first=found[0], second=extra)
        kind = verbs[found[0]]
        step_keys.check(node, kind.name, found[1:], verbs, self.report)
        when = self.reading.expression_of(node.nodes["when"]) if "when" in node.nodes else None
        draft = _Draft(kind, node, None, self._id(node, path), when, index=len(self.order))
        self.order.append(draft)

        def block(name: str, child: Node) -> None:
            draft.blocks[name] = self._steps(child, f"{draft.id}.{name}.")

        draft.data = kind.build(Arguments(kind.name, node, self.reading, block))
        return draft

    def _id(self, node: Table, path: str) -> str:
        """The step's name: what `id` says, else what it saves, else its place in the file."""
        given = node.get("id")
        if isinstance(given, Text):
            if not _NAME.match(given.value):
                self.report.error("S11", given, name=given.value)
            if given.value in self.ids:
                self.report.error("S07", given, name=given.value, first=self.ids[given.value].line)
            self.ids[given.value] = given
            return given.value
        save = node.get("save")
        named = save.value if isinstance(save, Text) and save.value and save.value not in self.ids else path
        self.ids[named] = node
        return named

    def _link(self, drafts: list[_Draft], after: int, steps: list[Step | None], inside: tuple[str, ...] = ()) -> None:
        """Number what follows what: the next step of the block, or where the block itself leads."""
        for position, draft in enumerate(drafts):
            following = drafts[position + 1].index if position + 1 < len(drafts) else after
            firsts = {name: block[0].index for name, block in draft.blocks.items() if block}
            place = next(iter(draft.node.keys.values()))
            steps[draft.index] = Step(
                index=draft.index,
                id=draft.id,
                kind=draft.kind,
                line=place.line,
                column=place.column,
                data=draft.data,
                next=following,
                blocks=firsts,
                when=draft.when,
                inside=inside,
            )
            for name, block in draft.blocks.items():
                loops = name in draft.kind.loops
                self._link(block, draft.index if loops else following, steps, (*inside, draft.id) if loops else inside)

    def _check_targets(self, by_id: Mapping[str, int]) -> None:
        named = [name for name in by_id if not name[:1].isdigit() and "." not in name]
        for draft in self.order:
            target = draft.node.get("goto") if draft.kind.name == "goto" else None
            name = target.value.strip() if isinstance(target, Text) else ""
            if target is not None and name not in by_id and name not in choices.ids(self.tree):
                self.report.error("V07", target, name=name, near=near(name, named), known=", ".join(named[:12]))


def _is_yes(tree: Table, name: str, report: Reporter, default: bool) -> bool:
    value = word(tree, name, report).lower()
    if value in ("", "yes", "true", "no", "false"):
        return value in ("yes", "true") or (value == "" and default)
    report.error("S09", tree.nodes[name], name=name, value=value, known="yes, no")
    return default
