"""All flows of a folder, compiled: what the engine works with. Loading reports every mistake and raises none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot import escalation
from bot.flow import declared, faq_file
from bot.flow import language as flow_language
from bot.flow import texts as flow_texts
from bot.flow.arguments import SPECIALS, Known, Reading
from bot.flow.expressions import Scope
from bot.flow.faq import Faq
from bot.flow.filters import Setting
from bot.flow.findings import Finding, Place, Reporter, has_errors
from bot.flow.identity_file import FILE as IDENTITY
from bot.flow.identity_file import Identity, read_identity
from bot.flow.model import Flow
from bot.flow.own_words import read_words
from bot.flow.project import Project, Service, defaults, read_project, read_services
from bot.flow.templates import MessageTemplate, read_templates
from bot.flow.texts import Texts
from bot.flow.tree import Table, plain, read
from bot.flow.words import denied
from bot.understanding.lexicon import SHIPPED, Book

# Values that the pipeline puts into the sentences of the system.
SENTENCE_VALUES = ("queue", "wait", "n", "a", "b", "when", "agent", "number", "value", "order",
                   "amount", "coupon", "address", "carrier", "parcel", "link")


@dataclass(frozen=True, slots=True)
class Library:
    """`phrases` finds triggers by their first word, the longest first; `policy` is escalation's.

    `first` is the flow of a conversation's first message, `by_number` the one that an order's number alone starts.
    `templates` are the message templates that people may send. `pinned` are earlier shapes of flows, by name and
    shape, kept for the conversations that are in the middle of them.
    `book` is what the shop adds to the lexicons. `identity` says who may hear of an order.
    """

    project: Project
    flows: Mapping[str, Flow]
    services: Mapping[str, Service]
    sentences: Mapping[str, Texts]
    policy: Any
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = field(default_factory=dict)
    intents: Mapping[str, str] = field(default_factory=dict)
    payloads: Mapping[str, str] = field(default_factory=dict)
    first: str = ""
    by_number: str = ""
    events: Mapping[str, str] = field(default_factory=dict)
    order_patterns: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    templates: Mapping[str, MessageTemplate] = field(default_factory=dict)
    pinned: Mapping[tuple[str, str], Flow] = field(default_factory=dict)
    faq: Faq = field(default_factory=Faq)
    book: Book = SHIPPED
    identity: Identity = field(default_factory=Identity)

    def flow_of(self, frame: Mapping[str, Any]) -> Flow | None:
        """The flow a frame is in, in the shape it began with: the live one while that still has it, else the one that
        is kept for those who wait in it, else the live one as it is now. None when there is none any more."""
        name, shape = str(frame.get("flow")), str(frame.get("rev"))
        live = self.flows.get(name)
        if live is not None and live.shape == shape:
            return live
        return self.pinned.get((name, shape), live)

    def kept(self, name: str) -> Flow | None:
        """A flow that was taken away, in a shape that somebody is still in the middle of."""
        return next((flow for (one, _), flow in self.pinned.items() if one == name), None)

    def setting(self, language: str) -> Setting:
        """How dates and money are written in this language."""
        return self.settings.get(language) or self.settings.get(language[:2]) or Setting(currency=self.project.currency)

    def sentence(self, key: str, language: str, values: Mapping[str, Any]) -> str:
        """A sentence of the system, filled in from `values`; an empty text where the shop wants none."""
        found = self.sentences.get(key)
        if found is None:
            return ""
        return found.pick(language, self.project.default_language).render(values)

    def text(self, key: str, language: str, **values: Any) -> str:
        """A sentence of the system for those outside a flow (queue, wait, agent … as keywords)."""
        own = {name: getattr(self.project, name) for name in ("shop", "website", "privacy_url", "signature")}
        filled = _Sentence({**own, "language": language, **values})
        filled[flow_texts.SETTING] = self.setting(language)
        filled[flow_texts.MISSING] = []
        return self.sentence(key, language, filled).strip()

    def trigger(self, words: list[str], text: str = "", whole_only: bool = False) -> str:
        """The flow whose phrase stands in `words`; of several the longest phrase. Empty when there is none.

        With the text that the words are of, what it takes back (“no quiero devolver nada”) is none.
        """
        return self.triggered(words, text, whole_only)[1]

    def triggered(self, words: list[str], text: str = "", whole_only: bool = False) -> tuple[int, str]:
        """The same with the length of the phrase, in words."""
        best: tuple[int, str] = (0, "")
        for at, word in enumerate(words):
            for phrase, flow in self.phrases.get(word, ()):
                size = len(phrase)
                if size > best[0] and tuple(words[at : at + size]) == phrase and (not whole_only or size == len(words)):
                    best = best if text and denied(words, at, text) else (size, flow)
                    break
        return best


class _Sentence(dict):  # type: ignore[type-arg]
    def __missing__(self, name: str) -> Any:
        return None


@dataclass(frozen=True, slots=True)
class Loaded:
    """`library` is None when there is an error among the findings; `readable` is what could be read all the same."""

    library: Library | None
    findings: tuple[Finding, ...]
    readable: Library | None = None


def load(folder: Path) -> Loaded:
    """Read every flow of `folder`. Files that begin with `_` and are not known here belong to others."""
    if not folder.is_dir():
        return Loaded(None, (Finding(str(folder), 1, 1, "F01", facts={"folder": folder}),))
    findings: list[Finding] = []
    return compiled(sources_of(folder, findings), findings)


def sources_of(folder: Path, findings: list[Finding] | None = None) -> dict[str, str]:
    """The files of the folder by name; one that is no text is empty, and a finding."""
    told = [] if findings is None else findings
    return {path.name: _source(path, told) for path in sorted(folder.glob("*.yaml"))}


def compiled(sources: Mapping[str, str], found: Iterable[Finding] = ()) -> Loaded:
    """The same from file names and their texts, for those who have no folder (an editor, a test)."""
    findings = list(found)
    library = _build(sources, findings)
    ordered = tuple(sorted(findings, key=lambda finding: (finding.file, finding.line, finding.column)))
    return Loaded(None if has_errors(ordered) else library, ordered, library)


def _source(path: Path, findings: list[Finding]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError):
        findings.append(Finding(path.name, 1, 1, "Y19"))
        return ""


def _build(sources: Mapping[str, str], findings: list[Finding]) -> Library:
    project = _shared_file("_project.yaml", sources, findings, read_project)
    services = _shared_file("_services.yaml", sources, findings, read_services)
    names = frozenset(name[:-5] for name in sources if not name.startswith("_"))
    sentences = _sentences(sources, project, findings)
    files = {name: flow_language.opened(name, sources[f"{name}.yaml"]) for name in sorted(names)}
    heads = {name: declared.head(tree) for name, (tree, _) in files.items() if tree is not None}
    templates = _shared_file("_templates.yaml", sources, findings, read_templates)
    known = Known(project, services, sentences, names, heads, templates)
    flows: dict[str, Flow] = {}
    for name, (tree, report) in files.items():
        flow = flow_language.flow_of(name, tree, report, known)
        findings += report.findings
        if flow is not None:
            flows[name] = flow
    _check_named_flows(project, names, sources, findings)
    policy = _shared_file("_policy.yaml", sources, findings, _policy)
    book = _shared_file("_words.yaml", sources, findings, lambda tree, report: read_words(tree, report, project.country))
    identity = _shared_file(IDENTITY, sources, findings, lambda tree, report: read_identity(tree, project, report))
    faq = _faq(sources, known, flows, findings)
    sentences.update({entry.key: entry.answer for entry in faq.entries})
    built = _library(project, flows, services, sentences, policy)
    return replace(built, templates=templates, faq=faq, book=book, identity=identity)


def _faq(sources: Mapping[str, str], known: Known, flows: Mapping[str, Flow], findings: list[Finding]) -> Faq:
    report = Reporter(faq_file.FILE, sources.get(faq_file.FILE, ""))
    tree = read(sources.get(faq_file.FILE, ""), report)
    faq = faq_file.read_faq(tree, Reading(report, known, Scope(dict(SPECIALS))))
    faq_file.check_triggers(tree, flows, known.project.commands, report)
    findings += report.findings
    return faq


def _library(
    project: Project,
    flows: Mapping[str, Flow],
    services: Mapping[str, Service],
    sentences: Mapping[str, Texts],
    policy: Any,
) -> Library:
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for flow in flows.values():
        for phrase in flow.triggers.words:
            phrases.setdefault(phrase[0], []).append((phrase, flow.name))
    longest_first = {
        word: tuple(sorted(found, key=lambda pair: (-len(pair[0]), pair))) for word, found in phrases.items()
    }
    return Library(
        project=project,
        flows=flows,
        services=services,
        sentences=sentences,
        policy=policy,
        phrases=longest_first,
        intents={intent: flow.name for flow in flows.values() for intent in flow.triggers.intents},
        payloads={payload: flow.name for flow in flows.values() for payload in flow.triggers.payloads},
        first=next((flow.name for flow in flows.values() if flow.triggers.first_message), ""),
        by_number=next((flow.name for flow in flows.values() if flow.triggers.order_number), ""),
        events={flow.triggers.event: flow.name for flow in reversed(list(flows.values())) if flow.triggers.event},
        order_patterns=tuple(shape.written for shape in project.shapes),
        settings={key: Setting(locale, project.currency) for key, locale in project.locales.items()},
    )


# Files of the language that are no flows; what else begins with `_` belongs to others.
SHARED = (
    "_project.yaml", "_services.yaml", "_texts.yaml", "_templates.yaml", faq_file.FILE, "_policy.yaml", "_words.yaml", IDENTITY,
)  # fmt: skip


def _shared_file(name: str, sources: Mapping[str, str], findings: list[Finding], reader: Any) -> Any:
    """Read one of the files that begin with `_`; an absent one is read as empty."""
    report = Reporter(name, sources.get(name, ""))
    result = reader(read(sources.get(name, ""), report), report)
    findings += report.findings
    return result


def _policy(tree: Any, report: Reporter) -> Any:
    try:
        return escalation.policy_from(plain(tree) or {})
    except ValueError as error:
        report.error("F02", tree or Place(1, 1), problem=error)
        return escalation.policy_from({})


def _sentences(sources: Mapping[str, str], project: Project, findings: list[Finding]) -> dict[str, Texts]:
    """The built-in sentences, with the shop's own in place of those it wrote itself."""
    report = Reporter("_texts.yaml", sources.get("_texts.yaml", ""))
    own = read(sources.get("_texts.yaml", ""), report)
    scope = Scope({**SPECIALS, **dict.fromkeys(SENTENCE_VALUES, "any")})
    reading = Reading(report, Known(project), scope, may_be_empty=True)
    found: dict[str, Texts] = {}
    for key, by_language in defaults()["texts"].items():
        found[key] = _built_in(by_language, scope, project)
    for key, node in own.nodes.items() if isinstance(own, Table) else ():
        texts = reading.texts_of(node)
        if texts is not None:
            found[key] = texts
    findings += report.findings
    return found


def _built_in(by_language: Mapping[str, str], scope: Scope, project: Project) -> Texts:
    wanted = {key: text for key, text in by_language.items() if key in project.languages} or by_language
    return Texts({key: (flow_texts.compile_template(text, scope),) for key, text in wanted.items()})


def _check_named_flows(
    project: Project, names: frozenset[str], sources: Mapping[str, str], findings: list[Finding]
) -> None:
    for key in ("menu", "fallback"):
        named = getattr(project, key)
        if named and named not in names:
            report = Reporter("_project.yaml", sources.get("_project.yaml", ""))
            line = next((at for at, text in enumerate(report.lines, 1) if text.startswith(f"{key}:")), 1)
            report.error("V02", Place(line, 1), name=named, near="", known=", ".join(sorted(names)))
            findings += report.findings
