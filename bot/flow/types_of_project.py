"""A shop's own types of answers (`_project.yaml`, `types:`): one of a few words, or anything that a pattern fits.

size:    {one_of: [S, M, L]}                        as they are written, case and accents apart
size:    {one_of: {S: [pequeña, small], M: […]}}    with other words for each
loyalty: {pattern: "LL-99999"}                      A a letter, 9 a digit, the rest as it stands
plate:   {pattern: "[0-9]{4} ?[B-Z]{3}"}            a regular expression of RE2: always in linear time
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import re2

from bot.flow.findings import Reporter, near
from bot.flow.order_shapes import Shape, readable, shape
from bot.flow.spoken import LONGEST, Spoken
from bot.flow.tree import Items, Node, Table, Text
from bot.flow.words import bare, holds, tokens

_KEYS = ("one_of", "pattern")
_MAX_PATTERN = 200
_MAX_WORDS = 12  # words of a message in which one of a few is looked for
_SIGNS = re.compile(r"[\\\[\](){}+*?|^$]")
_BEYOND = (
    (re.compile(r"\(\?<?[=!]"), "(?=…)"),
    (re.compile(r"\\[1-9]|\(\?P="), "\\1"),
    (re.compile(r"\(\?>|[+*?}]\+"), "(?>…)"),
    (re.compile(r"\(\?\("), "(?(…)"),
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class OwnType:
    """A type of the shop. `choices` are the values of `one_of` with the folded phrases that mean each."""

    name: str
    choices: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    shape: Shape | None = None
    pattern: Any = None
    source: str = ""

    @property
    def stands_out(self) -> bool:
        """Only a pattern with figures in it is told from other words."""
        return not self.choices and any(sign.isdigit() for sign in self.source)

    def read(self, spoken: Spoken) -> str | None:
        if self.choices:
            return self._chosen(spoken.text)
        text = readable(spoken.text[:LONGEST])
        if self.shape is not None:
            return self.shape.find(text)
        match = self.pattern.search(text) if self.pattern is not None else None
        return match[1] if match else None

    def _chosen(self, text: str) -> str | None:
        """The value that the whole message says, or the only one whose words stand in a short one."""
        whole = tuple(tokens(text[:LONGEST]))
        if whole:
            exact = next((value for value, phrases in self.choices.items() if whole in phrases), None)
            if exact is not None:
                return exact
        else:  # a value may be signs alone: “+”
            return next((value for value in self.choices if value.strip() and bare(value) == bare(text) != ""), None)
        if len(whole) > _MAX_WORDS:
            return None
        words = list(whole)
        found = [
            value
            for value, phrases in self.choices.items()
            if any(phrase and holds(words, phrase) for phrase in phrases)
        ]
        return found[0] if len(found) == 1 else None


def read_types(tree: Table, report: Reporter, taken: tuple[str, ...]) -> dict[str, OwnType]:
    """The types under `types:`; every mistake is reported, and what is wrong accepts nothing but its own words."""
    node = tree.get("types")
    if node is None or (isinstance(node, Text) and not node.value):
        return {}
    if not isinstance(node, Table):
        report.error("S05", node, name="types", shape="size: {one_of: [S, M, L]}")
        return {}
    found = {}
    for name, child in node.nodes.items():
        if name in taken or not _NAME.fullmatch(name):
            report.error("S11", node.keys[name], name=name)
            continue
        found[name] = _own(name, child, node, report)
    return found


def _own(name: str, node: Node, whole: Table, report: Reporter) -> OwnType:
    if not isinstance(node, Table) or sum(key in node.nodes for key in _KEYS) != 1:
        report.error("V30", whole.keys[name], name=name)
        return OwnType(name)
    for key, place in node.keys.items():
        if key not in _KEYS:
            report.error("S01", place, name=key, near=near(key, _KEYS), known=", ".join(_KEYS))
    if "one_of" in node.nodes:
        return OwnType(name, choices=_choices(node.nodes["one_of"], report))
    return _patterned(name, node.nodes["pattern"], report)


def _choices(node: Node, report: Reporter) -> dict[str, tuple[tuple[str, ...], ...]]:
    if isinstance(node, Table):
        return {value: (tuple(tokens(value)), *_phrases(child)) for value, child in node.nodes.items()}
    values = [one.value for one in node.nodes if isinstance(one, Text)] if isinstance(node, Items) else []
    if not values or not isinstance(node, Items) or len(values) < len(node.nodes):
        report.error("S05", node, name="one_of", shape="[S, M, L]")
    return {value: (tuple(tokens(value)),) for value in values}


def _phrases(node: Node) -> list[tuple[str, ...]]:
    if isinstance(node, Text):
        return [tuple(tokens(node.value))]
    children = node.nodes.values() if isinstance(node, Table) else node.nodes
    return [phrase for child in children for phrase in _phrases(child) if phrase]


def _patterned(name: str, node: Node, report: Reporter) -> OwnType:
    source = node.value.strip() if isinstance(node, Text) else ""
    if not source or len(source) > _MAX_PATTERN:
        report.error("S10", node, name="pattern", value=source[:40], example="AA-99999")
        return OwnType(name)
    if not _SIGNS.search(source):
        try:
            return OwnType(name, shape=shape(source), source=source)
        except ValueError:
            report.error("S10", node, name="pattern", value=source, example="AA-99999")
            return OwnType(name)
    beyond = next((sign for pattern, sign in _BEYOND if pattern.search(source)), "")
    if beyond:
        report.error("V31", node, name=name, sign=beyond)
        return OwnType(name)
    return _compiled(name, source, node, report)


def _compiled(name: str, source: str, node: Node, report: Reporter) -> OwnType:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 1 << 20
    whole = source.removeprefix("^").removesuffix("$")
    try:
        fits_nothing = re2.compile(whole, options).fullmatch("") is not None
        pattern = re2.compile(rf"(?:^|[^\pL\pN])((?:{whole}))(?:$|[^\pL\pN])", options)
    except re2.error as error:
        report.error("V32", node, name=name, problem=_in_words(error))
        return OwnType(name)
    if fits_nothing:
        report.error("V36", node, name=name)
        return OwnType(name)
    return OwnType(name, pattern=pattern, source=source)


def _in_words(error: Exception) -> str:
    """RE2's own words without the pattern, which stands in the line anyway: `missing ]`."""
    told = error.args[0] if error.args else ""
    return (told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)).partition(":")[0][:80]
