"""Words of a step that are not where they belong: no verb, an option of another verb, one level too deep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.flow.findings import Place, Reporter, near
from bot.flow.tree import Node, Table, Text

GENERIC = ("id", "when")
# What an option of one verb is called in another.
_ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("ask", "options"): "buttons", ("menu", "buttons"): "options", ("say", "options"): "buttons",
    ("handoff", "else"): "if_closed", ("lookup", "unsure"): "failed", ("do", "not_found"): "failed",
    ("if", "cases"): "then", ("switch", "then"): "cases", ("switch", "elif"): "cases", ("rate", "options"): "text",
    ("wait", "no_reply"): "timeout", ("ask", "timeout"): "no_reply", ("menu", "timeout"): "no_reply",
    ("menu", "cases"): "options", ("switch", "options"): "cases", ("call", "failed"): "save",
}  # fmt: skip
_GLUED = re.compile(r"(?P<word>[^\W\d][\w-]*):(?=\S)")
_FIRST = re.compile(r"(?P<word>[^\W\d][\w-]*)(?=\s)")


def owners(name: str, verbs: Mapping[str, Any]) -> list[str]:
    """The verbs that have an option of this name."""
    return sorted(verb for verb, kind in verbs.items() if name in kind.options)


def is_option(name: str, verbs: Mapping[str, Any]) -> bool:
    return name in GENERIC or any(name in kind.options for kind in verbs.values())


def no_step(node: Node, verbs: Mapping[str, Any], report: Reporter) -> None:
    """An entry that is a text or a list: a colon or a space is missing, or it is no step at all."""
    known = ", ".join(verbs)
    if not isinstance(node, Text):
        report.error("S03", node, known=known)
        return
    for pattern, code in ((_GLUED, "Y09"), (_FIRST, "Y21")):
        found = pattern.match(node.value)
        if found and node.plain and (found["word"] in verbs or near(found["word"], verbs)):
            at = Place(node.line, node.column + found.end("word"))
            rest = node.value[found.end() :].strip()[:40]
            report.error(code, at, name=found["word"], text=rest)
            return
    report.error("S03", node, name=node.value[:40], near=near(node.value, verbs), known=known)


def no_verb(node: Table, verbs: Mapping[str, Any], report: Reporter) -> None:
    """No word of the step is a verb: a slip, a word of another language, or an option with a dash before it."""
    unknown = [key for name, key in node.keys.items() if not is_option(name, verbs)]
    first = next(iter(node.keys.values()), None)
    if first is not None and not unknown and first.value not in GENERIC:
        report.error("S13", first, name=first.value, owners=", ".join(owners(first.value, verbs)))
        return
    guessed = next((key for key in unknown if near(key.value, verbs)), unknown[0] if unknown else first)
    name = guessed.value if guessed is not None else ""
    report.error("S03", guessed or node, name=name, near=near(name, verbs) if name else "", known=", ".join(verbs))


def check(node: Table, verb: str, found: Iterable[str], verbs: Mapping[str, Any], report: Reporter) -> None:
    """Every key of a step is its verb, one of its options, `id` or `when`; a second verb is told elsewhere."""
    options = verbs[verb].options
    allowed = (verb, *options, *GENERIC, *found)
    for name, key in node.keys.items():
        if name in allowed:
            continue
        known = ", ".join((*options, *GENERIC))
        meant = _ELSEWHERE.get((verb, name), "")
        if is_option(name, verbs):
            facts = {"owners": ", ".join(owners(name, verbs)), "verb": verb, "known": known}
            report.error("S14", key, name=name, near=meant if meant in options else "", **facts)
        else:
            report.error("S01", key, name=name, near=near(name, (*options, *GENERIC)), known=known)
