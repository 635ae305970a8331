"""What a step kind reads its options with: every mistake becomes a finding at its place, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.flow.declared import Head
from bot.flow.expressions import Expression, ExpressionError, Scope, compile_expression
from bot.flow.findings import Place, Reporter, near
from bot.flow.project import Project, Service, seconds
from bot.flow.reading import step_keys
from bot.flow.reading.spots import spot
from bot.flow.templates import MessageTemplate
from bot.flow.texts import Template, Texts, compile_template
from bot.flow.tree import Items, Node, Table, Text, plain

_LOCALE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_GLUED = re.compile(r"([a-z]{2}):(?=\S)")
# Languages under the names that people try.
_LANGUAGES = {
    "sp": "es", "esp": "es", "spa": "es", "spanish": "es", "español": "es", "espanol": "es", "castellano": "es",
    "ing": "en", "eng": "en", "english": "en", "ingles": "en", "inglés": "en", "gb": "en", "us": "en", "uk": "en",
    "br": "pt", "por": "pt", "port": "pt", "portugues": "pt", "portugués": "pt", "português": "pt",
    "es-es": "es-ES", "es-mx": "es-MX", "es-ar": "es-AR", "es-co": "es-CO", "es-cl": "es-CL", "es-pe": "es-PE",
    "pt-br": "pt-BR", "pt-pt": "pt-PT", "en-us": "en-US", "en-gb": "en-GB", "es-": "es", "en-": "en", "pt-": "pt",
}  # fmt: skip
_YES_NO = {"sí": "yes", "si": "yes", "sim": "yes", "on": "yes", "y": "yes", "não": "no", "nao": "no", "off": "no", "n": "no"}
_BROKEN = Template("…", ("…",), constant="…", is_broken=True)
_NOTHING = Expression("nothing", lambda values: None)


@dataclass(frozen=True, slots=True)
class Known:
    """The names that exist outside the file being read."""

    project: Project
    services: Mapping[str, Service] = field(default_factory=dict)
    shared: Mapping[str, Texts] = field(default_factory=dict)
    flows: frozenset[str] = frozenset()
    heads: Mapping[str, Head] = field(default_factory=dict)
    templates: Mapping[str, MessageTemplate] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """One file while it is read: where findings go, the names in reach, and the texts met so far.

    `may_be_empty`: an empty text says that nothing is to be said (the sentences of the system).
    """

    report: Reporter
    known: Known
    scope: Scope
    texts: list[Texts] = field(default_factory=list)
    verbs: Mapping[str, Any] = field(default_factory=dict)
    verb: str = ""
    may_be_empty: bool = False

    def texts_of(self, node: Node) -> Texts | None:
        """`{es: …, en: …}`, a list of variants, `{use: name}`, or one sentence in the project's own language."""
        if isinstance(node, Table) and "use" in node.nodes:
            return self._shared(node.nodes["use"])
        variants = node.nodes if isinstance(node, Items) else (node,)
        if isinstance(node, Text) and not node.value.strip():
            return None
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
            self._check_glued(node)
            node = Table({project.default_language: node}, {project.default_language: node}, node.line, node.column)
        if not isinstance(node, Table):
            self.report.error("S05", node, name="texto", shape="{es: …, en: …, pt: …}")
            return
        for language, child in node.nodes.items():
            if language[:2] not in project.languages or not _LOCALE.fullmatch(language):
                self._no_language(node.keys[language])
                if _GLUED.match(language):
                    found.setdefault(language[:2], []).append(_BROKEN)
            elif isinstance(child, Text) and not child.value.strip() and not self.may_be_empty:
                self.report.error("T06", node.keys[language], name=language)
                found.setdefault(language, []).append(_BROKEN)
            elif isinstance(child, Table) and child.nodes and not any(plain(child).values()):
                self.report.error("Y05", child, sign="{")
                found.setdefault(language, []).append(_BROKEN)
            elif isinstance(child, Text):
                found.setdefault(language, []).append(self.template(child))
                columns[language] = (child.line, child.column)
            else:
                self.report.error("S05", child, name=language, shape="“…”")

    def _check_glued(self, node: Text) -> None:
        """`es:Hola` is one word to YAML, and the customer would read it."""
        glued = _GLUED.match(node.value)
        if glued and node.plain and glued[1] in self.known.project.languages:
            at = Place(node.line, node.column + len(glued[1]))
            self.report.error("Y09", at, name=glued[1], text=node.value[glued.end() :].strip()[:40])

    def _no_language(self, key: Text) -> None:
        """A slip, a language under another name, or an option that stands one level too deep."""
        listed = self.known.project.languages
        if step_keys.is_option(key.value, self.verbs):
            self.report.error("S12", key, name=key.value, verb=self.verb)
            return
        glued = _GLUED.match(key.value)
        if glued and glued[1] in listed:
            at = Place(key.line, key.column + len(glued[1]))
            self.report.error("Y09", at, name=glued[1], text=key.value[glued.end(1) + 1 :].strip()[:40])
            return
        meant = _LANGUAGES.get(key.value.lower().replace("_", "-"), "")
        facts = {"near": meant if meant[:2] in listed else near(key.value, listed), "known": ", ".join(listed)}
        self.report.error("T07", key, name=key.value, **facts)

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
            return Template(node.value, (node.value,), constant=node.value, is_broken=True)
        finally:
            self._remarks(node)

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
        for one in error.all:
            self.report.error(one.code, spot(node, one.column, self.report.lines), **one.facts)

    def _remarks(self, node: Text) -> None:
        for one in self.scope.remarks:
            self.report.warning(one.code, spot(node, one.column, self.report.lines), **one.facts)
        self.scope.remarks.clear()


class Arguments:
    """The options of one step. `verb` is its first word; what stands behind it is the option of that name."""

    def __init__(self, verb: str, node: Table, reading: Reading, block: Callable[[str, Node], None]) -> None:
        self.verb = reading.verb = verb
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
        told = len(self.report.findings)
        found = self.texts(name)
        if found is None:
            if len(self.report.findings) == told:
                self.report.error("T06", self.place(name), name=name)
            language = self.known.project.default_language
            return Texts({language: (Template("…", ("…",), constant="…"),)}, self.node.line, self.node.column)
        return found

    def expression(self, name: str) -> Expression:
        node = self.get(name)
        if node is None:
            self.report.error("S02", self.place(self.verb), name=name, verb=self.verb)
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
        if "yes" in allowed:
            value = _YES_NO.get(value.lower(), value.lower())
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
    "event": "record",
    "channel": "text",
    "language": "text",
    "today": "date",
    "shop": "text",
    "website": "text",
    "privacy_url": "text",
    "signature": "text",
}
SPECIAL_FIELDS: Mapping[str, Mapping[str, str]] = {
    "message": {"text": "text"},
    "contact": {name: "text" for name in ("phone", "name", "email", "country", "language")},
}
