"""`_faq.yaml`: a list of questions, other ways to ask them, and their answers, in every language of the shop."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.flow.arguments import Reading
from bot.flow.asking_words import TOPIC, carrying, weight
from bot.flow.expressions import Expression
from bot.flow.faq import Entry, Faq, indexed, uttered, wording
from bot.flow.findings import Reporter, near
from bot.flow.model import Flow
from bot.flow.project import unknown_keys
from bot.flow.texts import Texts
from bot.flow.tree import Items, Node, Table, Text

FILE = "_faq.yaml"
KEYS = ("id", "question", "ways", "answer", "queue", "when")
_SHAPE = "- question: {es: …, en: …, pt: …}  answer: {es: …, en: …, pt: …}"
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,59}$")
_Way = tuple[tuple[str, ...], Text]


def read_faq(tree: Node | None, reading: Reading) -> Faq:
    """Every mistake is reported; an entry that cannot be used is left out so that reading goes on."""
    if isinstance(tree, Table) and isinstance(tree.get("questions"), Items):
        tree = tree.get("questions")
    if not isinstance(tree, Items):
        if tree is not None and not (isinstance(tree, Table) and not tree.nodes):
            reading.report.error("S05", tree, name=FILE, shape=_SHAPE)
        return Faq()
    names: dict[str, int] = {}
    said: dict[tuple[str, ...], str] = {}
    found = (_entry(at, node, reading, names, said) for at, node in enumerate(tree.nodes, 1))
    return indexed(entry for entry in found if entry is not None)


def _entry(
    at: int, node: Node, reading: Reading, names: dict[str, int], said: dict[tuple[str, ...], str]
) -> Entry | None:
    report = reading.report
    if not isinstance(node, Table):
        report.error("S05", node, name=FILE, shape=_SHAPE)
        return None
    unknown_keys(node, KEYS, report)
    name = _id(at, node, report, names)
    ways = _ways(node, reading)
    answer = _answer(node, reading)
    kept = tuple(words for words, place in ways if _is_new(words, place, name, said, report))
    _check_question(node, reading)
    if answer is None or not kept:
        return None
    return Entry(name, kept, answer, _queue(node, reading), _when(node, reading), node.line, node.column)


def _id(at: int, node: Table, report: Reporter, names: dict[str, int]) -> str:
    written = node.get("id")
    if written is None:
        return f"q{at}"
    name = written.value if isinstance(written, Text) else ""
    if not _NAME.match(name):
        report.error("S11", written, name=name)
    elif name in names:
        report.error("S07", written, name=name, first=names[name])
    names.setdefault(name, written.line)
    return name or f"q{at}"


def _ways(node: Table, reading: Reading) -> list[_Way]:
    """The question itself and every other way to ask it, in all languages: nobody says which one she writes in."""
    report = reading.report
    if "question" not in node.nodes:
        report.error("S02", node, name="question", verb=FILE)
    found: list[_Way] = []
    for key in ("question", "ways"):
        for text in _texts(node.get(key), key, reading):
            words = wording(text.value)
            if not any(weight(stem) == TOPIC for stem in carrying(words)):
                report.warning("Q44", text, phrase=text.value)
            if words:
                found.append((words, text))
    return found


def _texts(node: Node | None, key: str, reading: Reading) -> Iterable[Text]:
    if node is None:
        return
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Items):
        for one in node.nodes:
            yield from _texts(one if isinstance(one, Text) else None, key, reading)
            if not isinstance(one, Text):
                reading.report.error("S05", one, name=key, shape="[…, …]")
    else:
        languages = reading.known.project.languages
        for language, one in node.nodes.items():
            if language[:2] not in languages:
                facts = {"name": language, "near": near(language, languages), "known": ", ".join(languages)}
                reading.report.error("T07", node.keys[language], **facts)
            yield from _texts(one, key, reading)


def _is_new(
    words: tuple[str, ...], place: Text, name: str, said: dict[tuple[str, ...], str], report: Reporter
) -> bool:
    """Two languages may ask in the same words; two entries may not."""
    spoken = uttered(words)
    if said.get(spoken, name) != name:
        report.error("Q40", place, phrase=place.value, other=said[spoken])
        return False
    said[spoken] = name
    return True


def _answer(node: Table, reading: Reading) -> Texts | None:
    written = node.get("answer")
    if written is None:
        reading.report.error("Q42", node)
        return None
    return reading.texts_of(written)


def _check_question(node: Table, reading: Reading) -> None:
    question = node.get("question")
    have = {language[:2] for language in question.nodes} if isinstance(question, Table) else set()
    for language in reading.known.project.languages:
        if isinstance(question, Table) and language not in have:
            reading.report.warning("Q41", node.keys["question"], language=language)


def _queue(node: Table, reading: Reading) -> str:
    written, queues = node.get("queue"), reading.known.project.queues
    if written is None:
        return ""
    name = written.value if isinstance(written, Text) else ""
    if name not in queues:
        reading.report.error("V01", written, name=name, near=near(name, queues), known=", ".join(queues))
        return ""
    return name


def _when(node: Table, reading: Reading) -> Expression | None:
    return reading.expression_of(node.nodes["when"]) if "when" in node.nodes else None


def check_triggers(
    tree: Node | None, flows: Mapping[str, Flow], commands: Mapping[str, str], report: Reporter
) -> None:
    """Wordings that never get here: the whole of one begins a flow, or is a command."""
    begun = {phrase: flow.name for flow in flows.values() for phrase in flow.triggers.words}
    for text in _wordings(tree):
        words = uttered(wording(text.value))
        owner = begun.get(words) or commands.get(" ".join(words), "").partition(":")[0]
        if owner:
            report.warning("Q43", text, phrase=text.value, flow=owner)


def _wordings(tree: Node | None) -> Iterable[Text]:
    entries = tree.nodes if isinstance(tree, Items) else ()
    tables = (entry for entry in entries if isinstance(entry, Table))
    return (text for table in tables for key in ("question", "ways") for text in _plain_texts(table.get(key)))


def _plain_texts(node: Node | None) -> Iterable[Text]:
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Items):
        for one in node.nodes:
            yield from _plain_texts(one)
    elif isinstance(node, Table):
        for one in node.nodes.values():
            yield from _plain_texts(one)
