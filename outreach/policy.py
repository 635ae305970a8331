"""`flows/_outreach.yaml`: which news are told, to whom, when, and how many. Every line has a value of its own without it.

    tell: [shipped, delayed, out_for_delivery, attempted, at_pickup_point, delivered]
    quiet_hours: ["21:00", "09:00"]
    budget: {day: 2000, customer: 3}
    consent: assumed          # or: given
    channels: [whatsapp, sms]
    max_age_hours: 24
    group_from: 5
    hold_from: 0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import yaml

from outreach.errors import BadPolicy
from outreach.news import KINDS

FILE = "_outreach.yaml"
CHANNELS = ("whatsapp", "sms", "messenger", "instagram", "webchat")
USUAL = ("shipped", "delayed", "out_for_delivery", "attempted", "at_pickup_point", "delivered")
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Policy:
    """`tell`: the kinds that are told; an empty one switches outreach off. `quiet_hours` begin and end by the customer's
    clock. `day`, `customer`: notices a day, to all and to one (0: no bound). `needs_consent`: only those who said yes.
    `channels` by preference, for a buyer who never wrote to us. News older than `max_age` is not told. From `group_from`
    orders on one cause is a group; from `hold_from` on (0: never) it waits until a person lets it go.
    """

    tell: frozenset[str] = frozenset(USUAL)
    quiet_hours: tuple[time, time] = (time(21), time(9))
    day: int = 2_000
    customer: int = 3
    needs_consent: bool = False
    channels: tuple[str, ...] = ("whatsapp", "sms")
    max_age: timedelta = timedelta(hours=24)
    group_from: int = 5
    hold_from: int = 0


def load(folder: Path) -> Policy:
    """The policy of this folder of flows; the usual one where it has none. Raises BadPolicy with file, line and mend."""
    path = folder / FILE
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.CBaseLoader)
    except FileNotFoundError:
        return Policy()
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise BadPolicy(f"{path.name}:{line}: cannot be read as YAML in UTF-8: look at the line and the one above.") from None
    if node is None:
        return Policy()
    if not isinstance(node, yaml.MappingNode):
        raise BadPolicy(f"{path.name}:1: begin with a line such as “tell: [shipped, delayed]”.")
    return _read(node, path.name)


def _read(node: yaml.MappingNode, file: str) -> Policy:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, place = str(key_node.value), f"{file}:{key_node.start_mark.line + 1}: {key_node.value}"
        if key not in _READERS:
            raise BadPolicy(f"{place} is not known here: write one of {', '.join(_READERS)}.")
        if key in found:
            raise BadPolicy(f"{place} stands here twice: keep one.")
        found[key] = True
        found |= _READERS[key](_plain(value_node), place)
    return Policy(**{name: value for name, value in found.items() if name not in _READERS or value is not True})


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one) for one in node.value]
    assert isinstance(node, yaml.MappingNode)
    return {str(key.value): _plain(value) for key, value in node.value}


def _listed(value: Any, place: str, known: tuple[str, ...]) -> list[str]:
    if not isinstance(value, list) or any(not isinstance(one, str) for one in value):
        raise BadPolicy(f"{place} must be a list such as [{', '.join(known[:2])}].")
    for one in value:
        if one not in known:
            raise BadPolicy(f"{place}: “{one}” is not known: write some of {', '.join(known)}.")
    return value


def _tell(value: Any, place: str) -> dict[str, Any]:
    return {"tell": frozenset(_listed(value, place, KINDS))}


def _channels(value: Any, place: str) -> dict[str, Any]:
    return {"channels": tuple(_listed(value, place, CHANNELS))}


def _quiet(value: Any, place: str) -> dict[str, Any]:
    try:
        begins, ends = (time.fromisoformat(one) for one in value)
    except (ValueError, TypeError):
        raise BadPolicy(f"{place} must be two times such as [“21:00”, “09:00”].") from None
    return {"quiet_hours": (begins, ends)}


def _budget(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) - {"day", "customer"}:
        raise BadPolicy(f"{place} takes day and customer, such as {{day: 2000, customer: 3}}.")
    return {name: _number(count, f"{place}.{name}", 0) for name, count in value.items()}


def _consent(value: Any, place: str) -> dict[str, Any]:
    if value not in ("assumed", "given"):
        raise BadPolicy(f"{place}: write assumed (buyers hear news of their own order) or given (only who said yes).")
    return {"needs_consent": value == "given"}


def _age(value: Any, place: str) -> dict[str, Any]:
    return {"max_age": timedelta(hours=_number(value, place, 1))}


def _number(value: Any, place: str, lowest: int) -> int:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or not lowest <= int(value) <= _MOST:
        raise BadPolicy(f"{place} must be a whole number from {lowest} to {_MOST}.")
    return int(value)


_READERS = {
    "tell": _tell,
    "channels": _channels,
    "quiet_hours": _quiet,
    "budget": _budget,
    "consent": _consent,
    "max_age_hours": _age,
    "group_from": lambda value, place: {"group_from": _number(value, place, 2)},
    "hold_from": lambda value, place: {"hold_from": _number(value, place, 0)},
}
