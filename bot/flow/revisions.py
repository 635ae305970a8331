"""What a flow is and what it says, hashed apart.

`shape`: steps, types, names, targets, conditions; whoever waits in the middle of a flow depends on it. `revision`: the
shape and every text. Comments, quotes and spaces change neither; a better wording changes the revision alone, so that
it reaches live conversations at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from bot.flow.expressions import Expression
from bot.flow.model import Flow, Step, StepKind
from bot.flow.texts import Texts

LENGTH = 12
# Synonyms an option is chosen by are wording; places in the file are nothing at all.
_WORDING = frozenset(("words", "folded"))
_PLACES = frozenset(("line", "column", "places", "columns"))


def hashes(flow: Flow) -> tuple[str, str]:
    """`(shape, revision)` of a compiled flow, each of 12 hex digits."""
    texts: list[Any] = []
    head = {"flow": flow.name, "data": flow.data, "inputs": flow.inputs, "outputs": flow.outputs, "interrupts": flow.interrupts}
    shape = [{name: dict(value) if isinstance(value, Mapping) else value for name, value in head.items()},
             [_seen(step, texts) for step in flow.steps]]  # fmt: skip
    wording = [texts, [list(phrase) for phrase in flow.triggers.words], flow.title]
    return _hash(shape), _hash([shape, wording])


def seen(value: Any) -> Any:
    """What counts of a part of a flow when it is asked whether it is still the same: its structure, not its words."""
    return _seen(value, [])


def _seen(value: Any, texts: list[Any]) -> Any:
    """A value as plain JSON, its wording put aside in `texts`."""
    match value:
        case Texts():
            texts.append({key: [one.source for one in found] for key, found in sorted(value.by_language.items())})
            return "text"
        case Expression():
            return value.source
        case StepKind():
            return value.name
        case Step() if value.index < 0:
            return None
        case Mapping():
            return {str(key): _seen(one, texts) for key, one in value.items()}
        case tuple() | list():
            return [_seen(one, texts) for one in value]
        case set() | frozenset():
            return sorted(map(str, value))
    return _fields(value, texts) if is_dataclass(value) else value


def _fields(value: Any, texts: list[Any]) -> dict[str, Any]:
    found = {}
    for one in fields(value):
        if one.name in _WORDING:
            texts.append(_seen(getattr(value, one.name), []))
        elif one.name not in _PLACES:
            found[one.name] = _seen(getattr(value, one.name), texts)
    return found


def _hash(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:LENGTH]
