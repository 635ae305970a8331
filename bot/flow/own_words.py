"""`_words.yaml`: what a shop adds to the lexicons of understanding, and the categories that it switches off."""

from __future__ import annotations

from collections.abc import Iterator

from bot.flow.findings import Reporter, near
from bot.flow.project import unknown_keys
from bot.flow.tree import Items, Node, Table, Text
from bot.understanding.lexicon import Book, lexicon, mend
from bot.understanding.phrase_index import Phrase, PhraseIndex
from bot.understanding.phrases import Lists, PhraseError, options, translate

FILE = "_words.yaml"
KEYS = ("disable", "words")
_SHAPE = 'words: {es: {frustration: ["esto es un cachondeo"]}}'
_DISABLED_SHAPE = "disable: [sarcasm]"
_TAGGED_SHAPE = '{phrase: "estoy caliente", in: [AR, UY]}'


def read_words(tree: Node | None, report: Reporter, country: str) -> Book:
    """The shop's words; every mistake is reported, and what cannot be used is left out so that reading goes on."""
    if not isinstance(tree, Table):
        if tree is not None:
            report.error("S05", tree, name=FILE, shape=_SHAPE)
        return Book(country=country)
    unknown_keys(tree, KEYS, report)
    phrases = tuple(_phrases(tree.get("words"), report))
    disabled = frozenset(_disabled(tree.get("disable"), report))
    return Book(disabled, PhraseIndex(phrases) if phrases else None, country)


def _disabled(node: Node | None, report: Reporter) -> Iterator[str]:
    if node is None:
        return
    if not isinstance(node, Items):
        report.error("S05", node, name="disable", shape=_DISABLED_SHAPE)
        return
    for one in node.nodes:
        if _is_category(one, report):
            yield one.value  # type: ignore[union-attr]


def _phrases(node: Node | None, report: Reporter) -> Iterator[Phrase]:
    for language, held in _entries(node, "words", report):
        if language.value not in lexicon().function_words:
            known = sorted(lexicon().function_words)
            report.error("U02", language, name=language.value, near=near(language.value, known), known=", ".join(known))
            continue
        lists = Lists({}, lexicon().small_words, mend)
        for category, phrases in _entries(held, language.value, report):
            if _is_category(category, report):
                yield from _of_category(category.value, language.value, phrases, lists, report)


def _of_category(category: str, language: str, node: Node, lists: Lists, report: Reporter) -> Iterator[Phrase]:
    if not isinstance(node, Items):
        report.error("S05", node, name=category, shape=_SHAPE)
        return
    for one in node.nodes:
        written, countries = _tagged(one, report)
        if written is None:
            continue
        try:
            for text in options(written.value):
                yield Phrase(category, language, translate(text, lists), countries)
        except PhraseError as error:
            report.error("U01", written, problem=error)


def _tagged(node: Node, report: Reporter) -> tuple[Text | None, frozenset[str]]:
    """A phrase and the countries where it holds (none named: everywhere)."""
    if isinstance(node, Text):
        return node, frozenset()
    written = node.get("phrase") if isinstance(node, Table) else None
    places = node.get("in") if isinstance(node, Table) else None
    if not isinstance(written, Text) or not isinstance(places, Items):
        report.error("S05", node, name="phrase", shape=_TAGGED_SHAPE)
        return None, frozenset()
    named = [one.value for one in places.nodes if isinstance(one, Text)]
    wrong = next((one for one in named if len(one) != 2 or not (one.isascii() and one.isupper())), None)
    if wrong is not None or not named:
        report.error("U03", places, name=wrong or "")
        return None, frozenset()
    return written, frozenset(named)


def _entries(node: Node | None, name: str, report: Reporter) -> Iterator[tuple[Text, Node]]:
    if node is None:
        return
    if not isinstance(node, Table):
        report.error("S05", node, name=name, shape=_SHAPE)
        return
    for key, held in node.nodes.items():
        yield node.keys[key], held


def _is_category(node: Node, report: Reporter) -> bool:
    known = sorted({phrase.category for phrase in lexicon().phrases})
    name = node.value if isinstance(node, Text) else ""
    if name in known:
        return True
    report.error("U02", node, name=name, near=near(name, known), known=", ".join(known))
    return False
