"""What a step kind reads its options with: every mistake becomes a finding at its place, and reading goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.flow.expressions import Expression, ExpressionError, Scope, compile_expression
from bot.flow.findings import Place, Reporter, near
from bot.flow.project import Project, Service, seconds
from bot.flow.texts import Template, Texts, compile_template
from bot.flow.tree import Items, Node, Table, Text

_NOTHING = Expression("nothing", lambda values: None)


@dataclass(frozen=True, slots=True)
class Known:
    """The names that exist outside the file being read."""

    project: Project
    services: Mapping[str, Service] = field(default_factory=dict)
    shared: Mapping[str, Texts] = field(default_factory=dict)
    flows: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reading:
    """One file while it is read: where findings go, the names in reach, and the texts met so far."""

    report: Reporter
    known: Known
    scope: Scope
    texts: list[Texts] = field(default_factory=list)

    def texts_of(self, node: Node) -> Texts | None:
        """`{es: …, en: …}`, a list of variants, `{use: name}`, or one sentence in the project's own language."""
        if isinstance(node, Table) and "use" in node.nodes:
            return self._shared(node.nodes["use"])
        variants = node.nodes if isinstance(node, Items) else (node,)
        by_language: dict[str, list[Template]] = {}
        columns: dict[str, tuple[int, int]] = {}
        for variant in variants:
            self._one_variant(variant, by_language, columns)
        if not by_language:
            return None
        texts = Texts({key: tuple(found) for key, found in by_language.items()}, node.line, node.column, columns)
        self.texts.append(texts)
        return texts

    def _one_variant(self, node: Node, found: dict[str, list[Template]], columns: dict[str, tuple[int, int]]) -> None:
        project = self.known.project
        if isinstance(node, Text):
            node = Table({project.default_language: node}, {project.default_language: node}, node.line, node.column)
        if not isinstance(node, Table):
            self.report.error("S05", node, name="texto", shape="{es: …, en: …, pt: …}")
            return
        for language, child in node.nodes.items():
            if language[:2] not in project.languages or len(language) not in (2, 5):
                listed = project.languages
                facts = {"name": language, "near": near(language, listed), "known": ", ".join(listed)}
                self.report.error("T07", node.keys[language], **facts)
            elif isinstance(child, Text):
                found.setdefault(language, []).append(self.template(child))
                columns[language] = (child.line, child.column)
            else:
                self.report.error("S05", child, name=language, shape="“…”")

    def _shared(self, node: Node) -> Texts | None:
        name = node.value if isinstance(node, Text) else ""
        shared = self.known.shared
        if name not in shared:
            self.report.error("V06", node, name=name, near=near(name, shared), known=", ".join(sorted(shared)[:10]))
            return None
        return shared[name]

    def template(self, node: Text) -> Template:
        try:
            return compile_template(node.value, self.scope)
        except ExpressionError as error:
            self._refuse(error, node)
            return Template(node.value, (node.value,), constant=node.value)

    def expression_of(self, node: Node) -> Expression:
        if not isinstance(node, Text):
            self.report.error("S05", node, name="…", shape='order.status == "shipped"')
            return _NOTHING
        try:
            return compile_expression(node.value, self.scope)
        except ExpressionError as error:
            self._refuse(error, node)
            return _NOTHING

    def _refuse(self, error: ExpressionError, node: Text) -> None:
        shift = error.column + (0 if node.plain else 1)
        # A text that starts on the line below its key (“|”) has no column of its own to count from.
        line = self.report.lines[node.line - 1] if node.line <= len(self.report.lines) else ""
        inside = len(line) >= node.column + shift and line[node.column - 1 :][:1] not in "|>"
        self.report.error(error.code, Place(node.line, node.column + shift if inside else node.column), **error.facts)


class Arguments:
    """The options of one step. `verb` is its first word; what stands behind it is the option of that name."""

    def __init__(self, verb: str, node: Table, reading: Reading, block: Callable[[str, Node], None]) -> None:
        self.verb = verb
        self.node = node
        self.reading = reading
        self.report = reading.report
        self.known = reading.known
        self._block = block

    def place(self, name: str) -> Any:
        return self.node.keys.get(name, self.node)

    def get(self, name: str) -> Node | None:
        return self.node.get(name)

    def texts(self, name: str) -> Texts | None:
        node = self.get(name)
        return None if node is None else self.reading.texts_of(node)

    def team_texts(self, name: str) -> Texts | None:
        """A text that no contact reads (a note, a summary, an address): one language is enough."""
        node = self.get(name)
        if node is None:
            return None
        met = len(self.reading.texts)
        found = self.reading.texts_of(node)
        del self.reading.texts[met:]
        return found

    def needed_texts(self, name: str) -> Texts:
        found = self.texts(name)
        if found is None:
            self.report.error("T06", self.place(name), name=name)
            language = self.known.project.default_language
            return Texts({language: (Template("…", ("…",), constant="…"),)}, self.node.line, self.node.column)
        return found

    def expression(self, name: str) -> Expression:
        node = self.get(name)
        if node is None:
            self.report.error("S02", self.node, name=name, verb=self.verb)
            return _NOTHING
        return self.reading.expression_of(node)

    def word(self, name: str, allowed: tuple[str, ...] = (), default: str = "") -> str:
        node = self.get(name)
        if node is None:
            return default
        if not isinstance(node, Text):
            self.report.error("S05", node, name=name, shape="…")
            return default
        value = node.value.strip()
        if allowed and value not in allowed:
            facts = {"name": name, "value": value, "near": near(value, allowed), "known": ", ".join(allowed)}
            self.report.error("S09", node, **facts)
            return default
        return value

    def words(self, name: str) -> tuple[Text, ...]:
        """A list of words with their places; a word alone is a list of one."""
        node = self.get(name)
        nodes = node.nodes if isinstance(node, Items) else (node,) if node is not None else ()
        for one in nodes:
            if not isinstance(one, Text):
                self.report.error("S05", one, name=name, shape="[a, b]")
        return tuple(one for one in nodes if isinstance(one, Text))

    def whole(self, name: str, default: int) -> int:
        value = self.word(name)
        if not value:
            return default
        if not value.isdigit() or len(value) > 2:
            self.report.error("S10", self.node.nodes[name], name=name, value=value, example="2")
            return default
        return int(value)

    def seconds_of(self, node: Node | None, name: str) -> float:
        value = seconds(node.value) if isinstance(node, Text) else None
        if value is None:
            self.report.error("S10", node or self.node, name=name, value=getattr(node, "value", "…"), example="15m")
            return 900.0
        return value

    def table(self, name: str, shape: str = "a: b") -> Table:
        node = self.get(name)
        if node is None:
            return Table(line=self.node.line, column=self.node.column)
        if not isinstance(node, Table):
            self.report.error("S05", node, name=name, shape=shape)
            return Table(line=node.line, column=node.column)
        return node

    def expressions(self, name: str) -> dict[str, Expression]:
        return {key: self.reading.expression_of(node) for key, node in self.table(name).nodes.items()}

    def block(self, name: str) -> bool:
        """Whether there is a block of steps behind this option; it is read with the rest of the flow."""
        node = self.get(name)
        if node is not None:
            self._block(name, node)
        return node is not None

    def block_of(self, name: str, node: Node) -> None:
        self._block(name, node)

    def variable(self, name: str) -> str:
        """An option that names a variable of this flow (or a remembered one)."""
        value = self.word(name)
        types = self.reading.scope.types
        if value and (value not in types or value in SPECIALS):
            own = [known for known in types if known not in SPECIALS]
            facts = {"name": value, "near": near(value, own), "known": ", ".join(own)}
            self.report.error("V05", self.node.nodes[name], **facts)
        return value

    def one_of(self, name: str, code: str, known: Any) -> str:
        """An option that names something of the project: a queue (V01), a flow (V02), a service (V03)."""
        value = self.word(name)
        if value not in known:
            facts = {"name": value, "near": near(value, known), "known": ", ".join(sorted(known)[:12])}
            self.report.error(code, self.node.get(name) or self.node, **facts)
        return value


# What every expression may use beside the variables of its flow.
SPECIALS: Mapping[str, str] = {
    "message": "record",
    "contact": "record",
    "channel": "text",
    "language": "text",
    "today": "date",
    "shop": "text",
    "website": "text",
    "privacy_url": "text",
}
SPECIAL_FIELDS: Mapping[str, Mapping[str, str]] = {
    "message": {"text": "text"},
    "contact": {name: "text" for name in ("phone", "name", "email", "country", "language")},
}
