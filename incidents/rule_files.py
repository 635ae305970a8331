"""Reads the carriers' claim rules: ours in `rules/`, and what the shop writes over them in `_claims.yaml`.

A mistake is a finding with its file, line and mend, never a traceback: what can be read of a file is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from incidents import claim_rules
from incidents.claim_rules import CarrierRules, Period, Rule, RuleBook, Source
from incidents.tables import KINDS
from yaml_file import MAX_DEPTH, MAX_FILE_BYTES

OURS = Path(__file__).with_name("rules")
SHOPS = "_claims.yaml"
LANGUAGES = ("es", "en", "pt")
_HEAD = ("carrier", "name", "names", "country", "language", "claims", "where", "kinds")
_RULE = ("deadline", "earliest", "photos", "documents", "statements", "basis", "note", "sources")
_PERIOD = ("days", "from", "count", "by")
_WAYS = ("url", "email", "phone")
_MOST_DAYS = 3_650
_MOST_OWN = 60
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a file of rules, where it is, and what to write instead."""

    file: str
    line: int
    text: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text} {self.mend}"


@dataclass(slots=True)
class Sheet:
    """One file while it is read: its name, and what was found wrong."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def wrong(self, node: yaml.Node, text: str, mend: str) -> None:
        found = Finding(self.file, node.start_mark.line + 1, text, mend)
        if found not in self.findings:
            self.findings.append(found)

    def table(self, node: yaml.Node | None, known: Iterable[str] | None = None) -> dict[str, yaml.Node]:
        """The entries of a mapping; names that mean nothing here are told."""
        if not isinstance(node, yaml.MappingNode):
            if node is not None:
                self.wrong(node, "Here belong names with values.", "Write them as “name: value”, one a line.")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)[:_LONGEST_NAME]
            if known is not None and name not in known:
                self.wrong(key, f"“{name}” means nothing here.", f"Use one of: {', '.join(known)}.")
            elif name in found:
                self.wrong(key, f"“{name}” stands here twice; the first counts.", "Keep one.")
            else:
                found[name] = value
        return found

    def is_plain(self, root: yaml.Node) -> bool:
        """No anchors that are used again, and nothing deeper than such a file is; else nothing of it is read."""
        seen: set[int] = set()
        waiting = [(root, 0)]
        while waiting:
            node, depth = waiting.pop()
            if id(node) in seen or depth > MAX_DEPTH:
                self.wrong(node, "Anchors, and tables this deep, are not read here.", "Write the value out.")
                return False
            seen.add(id(node))
            below = node.value if isinstance(node, yaml.SequenceNode) else ()
            if isinstance(node, yaml.MappingNode):
                below = [one for pair in node.value for one in pair]
            waiting += [(one, depth + 1) for one in below]
        return True

    def word(self, node: yaml.Node | None, known: tuple[str, ...], default: str | None = None) -> str | None:
        if node is None:
            return default
        if isinstance(node, yaml.ScalarNode) and node.value in known:
            return str(node.value)
        self.wrong(node, f"“{getattr(node, 'value', '')}” is not known here.", f"Use one of: {', '.join(known)}.")
        return default

    def words(self, node: yaml.Node | None, known: tuple[str, ...] | None = None) -> tuple[str, ...] | None:
        """A list of words; None where there is none."""
        if node is None:
            return None
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, "Here belongs a list.", "Write it in brackets: [one, two].")
            return None
        found = [(one, self.word(one, known) if known else str(one.value)) for one in node.value]
        return tuple(word for _, word in found if word)

    def number(self, node: yaml.Node | None, most: int) -> int | None:
        text = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most:
            return int(text)
        if node is not None:
            self.wrong(node, f"“{text}” is no whole number from 0 to {most}.", "Write the digits alone, as in 7.")
        return None


@cache
def ours() -> tuple[RuleBook, list[Finding]]:
    """The rules that came with the house."""
    found: dict[str, CarrierRules] = {}
    findings: list[Finding] = []
    for path in sorted(OURS.glob("*.yaml")):
        sheet = Sheet(path.name)
        root = _root(sheet, path)
        for one in _carriers(sheet, root, sheet.table(root), {}) if root is not None else ():
            found[one.key] = one
        findings += sheet.findings
    return RuleBook(found), findings


def with_shops(book: RuleBook, path: Path) -> tuple[RuleBook, list[Finding]]:
    """The same with what the shop has agreed with its carriers; a file that is not there changes nothing."""
    if not path.is_file():
        return book, []
    sheet = Sheet(path.name)
    root = _root(sheet, path)
    if root is None:
        return book, sheet.findings
    table = sheet.table(root)
    changed = {one.key: one for one in _carriers(sheet, root, table, book.carriers)}
    own = sheet.number(table.get("own_days"), _MOST_OWN)
    return RuleBook({**book.carriers, **changed}, book.own_days if own is None else own), sheet.findings


def _root(sheet: Sheet, path: Path) -> yaml.Node | None:
    """What stands in a file; None for nothing, and for what cannot be read."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_FILE_BYTES:
            sheet.findings.append(Finding(sheet.file, 1, f"This is longer than {MAX_FILE_BYTES} bytes.", "Cut it."))
            return None
        root = yaml.compose(raw.decode("utf-8-sig"), yaml.SafeLoader)
    except (OSError, UnicodeDecodeError):
        sheet.findings.append(Finding(sheet.file, 1, "This cannot be read.", "Save it as UTF-8, and let us read it."))
        return None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        sheet.findings.append(Finding(sheet.file, line, "This is no YAML.", "Look at indents, quotes and colons near here."))
        return None
    return root if root is not None and sheet.is_plain(root) else None


def _carriers(
    sheet: Sheet, root: yaml.Node, table: Mapping[str, yaml.Node], known: Mapping[str, CarrierRules]
) -> list[CarrierRules]:
    """The carriers of a file: one, or several below `carriers:`, each written over the known one of its key."""
    if "carriers" not in table:
        return [] if set(table) == {"own_days"} else [one for one in [_carrier(sheet, root, known, (*_HEAD, "own_days"))] if one]
    several = table["carriers"]
    if not isinstance(several, yaml.SequenceNode):
        sheet.wrong(several, "Below “carriers” belongs a list.", "Begin each carrier with a dash.")
        return []
    return [one for node in several.value if (one := _carrier(sheet, node, known))]


def _carrier(
    sheet: Sheet, node: yaml.Node, known: Mapping[str, CarrierRules], head: Iterable[str] = _HEAD
) -> CarrierRules | None:
    table = sheet.table(node, head)
    key = str(getattr(table.get("carrier"), "value", "")).strip().lower()
    if not key:
        sheet.wrong(node, "A carrier without a name.", "Begin with “carrier: seur”.")
        return None
    before = known.get(key, CarrierRules(key, key.upper(), (key,)))
    kinds = dict(before.kinds)
    for kind, below in sheet.table(table.get("kinds"), KINDS).items():
        kinds[kind] = _rule(sheet, below, before.rule(kind))
    given = {name: str(table[name].value) for name in ("name", "country") if name in table}
    return replace(
        before, **given, names=sheet.words(table.get("names")) or before.names,
        language=sheet.word(table.get("language"), LANGUAGES, before.language) or "es",
        claims=sheet.word(table.get("claims"), claim_rules.CLAIMANTS, before.claims),
        where={**before.where, **{way: str(one.value) for way, one in sheet.table(table.get("where"), _WAYS).items()}},
        kinds=kinds)


def _rule(sheet: Sheet, node: yaml.Node, before: Rule) -> Rule:
    table = sheet.table(node, _RULE)
    given: dict[str, Any] = {name: _period(sheet, table[name]) for name in ("deadline", "earliest") if name in table}
    if "photos" in table:
        below = sheet.table(table["photos"], claim_rules.PHOTO_KINDS)
        given["photos"] = {kind: count for kind, one in below.items() if (count := sheet.number(one, 20)) is not None}
    for name, words in (("documents", claim_rules.DOCUMENTS), ("statements", claim_rules.STATEMENTS)):
        if name in table:
            given[name] = sheet.words(table[name], words)
    for name in ("basis", "note"):
        if name in table:
            given[name] = {tag: str(one.value) for tag, one in sheet.table(table[name], LANGUAGES).items()}
    if "sources" in table:
        given["sources"] = _sources(sheet, table["sources"])
    if not given.get("sources", before.sources):
        sheet.wrong(node, "A rule without its source.", "Add “sources:” with url and the day it was read.")
    return replace(before, **given)


def _period(sheet: Sheet, node: yaml.Node) -> Period | None:
    table = sheet.table(node, _PERIOD)
    days = sheet.number(table.get("days"), _MOST_DAYS)
    if days is None:
        return None
    of = sheet.word(table.get("from"), claim_rules.BASES)
    count = sheet.word(table.get("count"), claim_rules.COUNTS, "calendar")
    return Period(days, of, count or "calendar", sheet.word(table.get("by"), claim_rules.WORDS, "carrier") or "carrier")


def _sources(sheet: Sheet, node: yaml.Node) -> tuple[Source, ...]:
    found = []
    for one in node.value if isinstance(node, yaml.SequenceNode) else ():
        table = sheet.table(one, ("url", "read"))
        url, day = (str(getattr(table.get(name), "value", "")) for name in ("url", "read"))
        if not url.startswith(("https://", "http://")):
            sheet.wrong(one, "A source without the address of its page.", "Write it as {url: https://…, read: 2026-11-22}.")
            continue
        try:
            found.append(Source(url, date.fromisoformat(day)))
        except ValueError:
            sheet.wrong(one, "A source without the day it was read.", "Write it as {url: …, read: 2026-11-22}.")
    return tuple(found)
