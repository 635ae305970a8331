"""One file of the flows into a Flow: verbs, options, blocks, names. All mistakes at once, each at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import registry
from bot.flow import answers, revisions
from bot.flow.arguments import SPECIAL_FIELDS, SPECIALS, Arguments, Known, Reading
from bot.flow.expressions import Expression, Scope
from bot.flow.findings import Reporter, near
from bot.flow.model import END, Flow, Question, Step, StepKind, Triggers
from bot.flow.project import seconds, typed_names, unknown_keys, word, words
from bot.flow.tree import Items, Node, Table, Text, read
from bot.flow.words import tokens

LANGUAGE_VERSION = "1"
_KEYS = (
    "flow", "title", "owner", "language", "queue", "interrupts", "expires", "on_edit", "start", "inputs", "outputs",
    "data", "steps",
)  # fmt: skip
_START_KEYS = ("words", "intents", "payloads", "first_message", "order_number", "event", "key")
_DAY_SECONDS = 86_400.0
_GENERIC = ("id", "when")
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
    report = Reporter(f"{name}.yaml", source)
    tree = read(source, report, frozenset(kinds()))
    if tree is None:
        return None, report
    if not isinstance(tree, Table) or not tree.nodes:
        report.error("S08", tree)
        return None, report
    return _FlowReader(name, tree, report, known).flow(), report


class _FlowReader:
    def __init__(self, name: str, tree: Table, report: Reporter, known: Known) -> None:
        self.name = name
        self.tree = tree
        self.report = report
        self.data = typed_names(tree, "data", report)
        own = {**known.project.remembered, **self.data}
        for taken in SPECIALS.keys() & own.keys():
            report.error("S11", tree, name=taken)
        records = {**SPECIAL_FIELDS, **_record_fields(tree.get("steps"), known)}
        self.reading = Reading(report, known, Scope({**own, **SPECIALS}, records))
        self.ids: dict[str, Any] = {}
        self.order: list[_Draft] = []

    def flow(self) -> Flow:
        unknown_keys(self.tree, _KEYS, self.report)
        self._check_head()
        node = self.tree.get("steps")
        drafts = self._steps(node, "")
        if not isinstance(node, Items) or not node.nodes:
            self.report.error("S08", self.tree.keys.get("steps", self.tree))
        by_id = {draft.id: draft.index for draft in self.order}
        steps: list[Step | None] = [None] * len(self.order)
        self._link(drafts, END, steps)
        linked = tuple(step for step in steps if step is not None)
        self._check_targets(linked, by_id)
        questions = [step.data for step in linked if isinstance(step.data, Question)]
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
                (one.save, one.type) for one in questions if one.skips_known and one.type in answers.FOUND_ANYWHERE
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
        )

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
            self.report.error("S03", node, known=", ".join(verbs))
            return None
        found = [name for name in node.keys if name in verbs]
        if not found:
            self._no_verb(node)
            return None
        for extra in found[1:]:
            self.report.error("S04", node.keys[extra], first=found[0], second=extra)
        kind = verbs[found[0]]
        unknown_keys(node, (kind.name, *kind.options, *_GENERIC, *found[1:]), self.report)
        when = self.reading.expression_of(node.nodes["when"]) if "when" in node.nodes else None
        draft = _Draft(kind, node, None, self._id(node, path), when, index=len(self.order))
        self.order.append(draft)

        def block(name: str, child: Node) -> None:
            draft.blocks[name] = self._steps(child, f"{draft.id}.{name}.")

        draft.data = kind.build(Arguments(kind.name, node, self.reading, block))
        return draft

    def _no_verb(self, node: Table) -> None:
        verbs = kinds()
        known = {*verbs, *_GENERIC, *(option for kind in verbs.values() for option in kind.options)}
        first = next((key for name, key in node.keys.items() if name not in known), None)
        first = first or next(iter(node.keys.values()), None)
        guess = near(first.value, verbs) if first else ""
        self.report.error("S03", first or node, name=first.value if first else "", near=guess, known=", ".join(verbs))

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
        named = save.value if isinstance(save, Text) and save.value not in self.ids else path
        self.ids[named] = node
        return named

    def _link(self, drafts: list[_Draft], after: int, steps: list[Step | None]) -> None:
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
            )
            for name, block in draft.blocks.items():
                self._link(block, draft.index if name in draft.kind.loops else following, steps)

    def _check_targets(self, steps: tuple[Step, ...], by_id: Mapping[str, int]) -> None:
        for step in steps:
            if step.kind.name == "goto" and step.data not in by_id:
                named = [name for name in by_id if not name[0].isdigit() and "." not in name]
                facts = {"name": step.data, "near": near(step.data, named), "known": ", ".join(named[:12])}
                self.report.error("V07", step, **facts)


def _is_yes(tree: Table, name: str, report: Reporter, default: bool) -> bool:
    value = word(tree, name, report).lower()
    if value in ("", "yes", "true", "no", "false"):
        return value in ("yes", "true") or (value == "" and default)
    report.error("S09", tree.nodes[name], name=name, value=value, known="yes, no")
    return default


def _record_fields(node: Node | None, known: Known) -> dict[str, dict[str, str]]:
    """What is known of each record: the outputs of the services that are saved in it."""
    fields: dict[str, dict[str, str]] = {}
    if isinstance(node, Items):
        for child in node.nodes:
            _merge(fields, _record_fields(child, known))
    if isinstance(node, Table):
        asked, save = node.get("lookup") or node.get("do"), node.get("save")
        service = known.services.get(asked.value) if isinstance(asked, Text) else None
        if service is not None and isinstance(save, Text):
            fields.setdefault(save.value, {}).update(service.outputs)
        for child in node.nodes.values():
            _merge(fields, _record_fields(child, known))
    return fields


def _merge(into: dict[str, dict[str, str]], more: dict[str, dict[str, str]]) -> None:
    for name, found in more.items():
        into.setdefault(name, {}).update(found)
