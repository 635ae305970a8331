"""The language as a JSON Schema, so that an editor completes and explains what is typed.

Written as `if`/`then` per verb: of a choice between all verbs (`oneOf`) an editor can only say that nothing fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bot.flow.answers import TYPES
from bot.flow.findings import Reporter
from bot.flow.language import kinds
from bot.flow.library import Library
from bot.flow.tree import plain, read

FILE = ".schema/flow.json"
_WORDS = Path(__file__).parent / "schema_words.yaml"
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "if": ("then",), "switch": ("cases",), "handoff": ("reason",), "repeat": ("max",),
}  # fmt: skip
Schema = dict[str, Any]


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _of(*names: str) -> Schema:
    return {"enum": list(names)}


# The shape of what stands behind a verb or an option; a verb's option comes first, then the option of any verb.
_VERBS: Mapping[str, Schema] = {
    "say": _ref("text"), "ask": _ref("text"), "menu": _ref("text"), "rate": _ref("text"), "note": _ref("text"),
    "if": _ref("expression"), "switch": _ref("expression"), "set": _ref("values"), "remember": _ref("values"),
    "goto": _ref("word"), "end": _ref("word"), "tag": _ref("words"), "untag": _ref("words"),
    "lookup": _ref("service"), "do": _ref("service"), "call": _ref("flow"), "start_flow": _ref("flow"),
    "handoff": _ref("queue"), "repeat": _ref("steps"), "wait": _ref("wait"), "random": {"type": "object"},
}  # fmt: skip
_OPTIONS: Mapping[str, Schema] = {
    **{name: _ref("steps") for name in (
        "after_retries", "then", "else", "not_found", "failed", "unsure", "none", "after_max", "timeout", "if_closed",
    )},
    "invalid": _ref("text"), "media": _ref("text"), "link": {}, "summary": _ref("text"), "label": {},
    "comment": {}, "buttons": _ref("options"), "options": _ref("options"), "checks": _ref("checks"),
    "elif": _ref("elif"), "cases": _ref("blocks"), "on": _ref("blocks"), "with": _ref("values"),
    "no_reply": _ref("no_reply"), "retries": _ref("whole"), "max": {}, "gather": _ref("duration"),
    "template": {"type": ["object", "string"]}, "save": _ref("word"), "as": _ref("word"), "name": _ref("word"),
    "value": _ref("expression"), "while": _ref("expression"), "for_each": _ref("expression"),
    "options_from": _ref("expression"), "reason": _ref("word"), "sensitive": _ref("yes_no"), "many": _ref("yes_no"),
    "priority": _of("low", "normal", "high", "urgent"), "if_known": _of("ask", "skip", "confirm"), "type": _ref("type"),
    "skills": _ref("words"),
}  # fmt: skip


def schema(library: Library | None = None) -> Schema:
    """The whole schema; with a library, its queues, flows, services and types are offered by name."""
    words = _described()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "relevo-flow",
        "title": "Relevo: flow",
        "description": "Un flujo de flows/*.yaml · A flow of flows/*.yaml",
        "type": "object",
        "required": ["flow", "steps"],
        "additionalProperties": False,
        "properties": {name: {**shape, **_told(words["head"], name)} for name, shape in _head().items()},
        "definitions": {**_definitions(library), "step": _step(), "start": _start()},
    }


def _head() -> dict[str, Schema]:
    typed = {"type": ["object", "array", "string", "null"]}
    return {
        "flow": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}, "title": _ref("word"), "owner": _ref("word"),
        "language": {"enum": [1, "1"]}, "queue": _ref("queue"), "interrupts": {"enum": ["yes", "no", "replace", True, False]},
        "expires": _ref("duration"), "on_edit": _of("pin", "move"), "start": _ref("start"), "inputs": typed,
        "outputs": typed, "data": {"type": ["object", "null"], "additionalProperties": _ref("type")}, "steps": _ref("steps"),
    }  # fmt: skip


def _start() -> Schema:
    phrases = {"type": ["array", "object", "string"]}
    shapes = {
        "words": phrases, "intents": _ref("words"), "payloads": _ref("words"), "event": _ref("word"),
        "key": _ref("expression"), "first_message": _ref("yes_no"), "order_number": _ref("yes_no"),
    }  # fmt: skip
    told = _described()["start"]
    return {
        "type": "object", "additionalProperties": False,
        "properties": {name: {**shape, **_told(told, name)} for name, shape in shapes.items()},
    }  # fmt: skip


def _step() -> Schema:
    verbs = kinds()
    words = _described()
    names = sorted({*verbs, *(option for kind in verbs.values() for option in kind.options), "id", "when"})
    hints = {verb: _told(words["verbs"], verb) for verb in verbs}
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"enum": names},
        "properties": {**{name: _told(words["options"], name) for name in names if name in words["options"]}, **hints},
        "allOf": [
            *(_verb(verb, kind.options) for verb, kind in sorted(verbs.items())),
            {"if": {"not": {"anyOf": [{"required": [verb]} for verb in sorted(verbs)]}}, "then": {"required": ["say"]}},
        ],
    }


def _verb(verb: str, options: Sequence[str]) -> Schema:
    words = _described()
    shapes = {option: {**_OPTIONS.get(option, {}), **_told(words["options"], option)} for option in options}
    generic = {"id": {**_ref("word"), **_told(words["generic"], "id")}, "when": {**_ref("expression"), **_told(words["generic"], "when")}}
    return {
        "if": {"required": [verb]},
        "then": {
            "required": list(_NEEDED.get(verb, ())),
            "properties": {verb: {**_VERBS.get(verb, {}), **_told(words["verbs"], verb)}, **shapes, **generic},
            "additionalProperties": False,
        },
    }


def _definitions(library: Library | None) -> dict[str, Schema]:
    scalar: Schema = {"type": ["string", "number", "boolean", "null"]}
    text: Schema = {"type": ["string", "number"]}
    steps: Schema = {"type": ["array", "string"], "items": _ref("step")}
    project = library.project if library else None
    own = tuple(project.types) if project else ()
    return {
        "word": scalar, "expression": scalar, "duration": text, "yes_no": {"enum": ["yes", "no", "true", "false", True, False]},
        "whole": {"type": ["integer", "string"], "pattern": "^[0-9]+$"},
        "words": {"type": ["array", "string"], "items": scalar},
        "values": {"type": "object", "additionalProperties": scalar},
        "type": _of(*sorted({*TYPES, *own})),
        "queue": _of(*project.queues) if project else text,
        "service": _of(*sorted(library.services)) if library and library.services else text,
        "flow": _of(*sorted(library.flows)) if library and library.flows else text,
        "text": _text(), "steps": steps, "blocks": {"type": "object", "additionalProperties": steps},
        "options": {"type": "object", "additionalProperties": _option()},
        "checks": {"type": ["array", "object"], "items": {
            "type": "object", "required": ["is_true", "else"], "additionalProperties": False,
            "properties": {"is_true": _ref("expression"), "else": _ref("text")}}},
        "elif": {"type": ["array", "object"], "items": {
            "type": "object", "required": ["if", "then"], "additionalProperties": False,
            "properties": {"if": _ref("expression"), "then": _ref("steps")}}},
        "no_reply": {"type": "object", "required": ["after"], "additionalProperties": False, "properties": {
            "after": _ref("duration"), "remind": _ref("text"), "then": _ref("steps")}},
        "wait": {"type": ["string", "number", "object"], "properties": {
            "up_to": _ref("duration"), "remind": _ref("text")}},
    }  # fmt: skip


def _text() -> Schema:
    """One sentence, the same in several languages, a list of variants, or a shared one."""
    inside: Schema = {"type": ["string", "number", "boolean"]}
    return {
        "type": ["string", "number", "object", "array"],
        "properties": {"use": _ref("word"), "es": inside, "en": inside, "pt": inside},
        "patternProperties": {"^[a-z]{2}(-[A-Z]{2})?$": inside},
        "additionalProperties": False,
        "items": {"type": ["string", "object"]},
    }


def _option() -> Schema:
    """An option is a text, or a map with its text and more."""
    detail = {
        "text": _ref("text"), "desc": _ref("text"), "words": {"type": ["array", "object", "string"]},
        "when": _ref("expression"), "then": _ref("steps"), "url": _ref("word"),
    }  # fmt: skip
    return {
        "if": {"required": ["text"]},
        "then": {"type": "object", "properties": detail, "additionalProperties": False},
        "else": _ref("text"),
    }


def _told(group: Mapping[str, Any], name: str) -> Schema:
    told = group.get(name)
    return {"description": f"{told['es']} · {told['en']}"} if told else {}


@cache
def _described() -> Mapping[str, Any]:
    found: Mapping[str, Any] = plain(read(_WORDS.read_text(encoding="utf-8"), Reporter(_WORDS.name)))
    return found
