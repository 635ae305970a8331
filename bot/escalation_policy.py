"""The policy of `flows/_policy.yaml`: thresholds, points, waits. Values arrive as text; every key may be left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

# Points of what only the conversation shows. Four are the most a score can say; see docs/understanding.md.
POINTS: Mapping[str, float] = MappingProxyType(
    {
        "fallback": 0.75,
        "fallbacks": 1.25,
        "same_answer": 1.1,
        "same_slot": 0.75,
        "repeat": 1.0,
        "rephrase": 0.75,
        "again": 0.5,
        "wait": 1.0,
        "shouting": 0.5,
        "insistence": 0.25,
    }
)
_SWITCH = {"on": True, "off": False, "true": True, "false": False, "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds and scores run from 0 to 1; `decay` is what a point keeps at each turn of the contact."""

    frustration_high: float = 0.45
    frustration_low: float = 0.25
    human_request_high: float = 0.6
    signals: bool = True
    decay: float = 0.85
    wait_minutes: float = 20.0
    points: Mapping[str, float] = field(default_factory=lambda: POINTS)


def policy_from(tree: Mapping[str, Any]) -> Policy:
    """The policy that a plain dict describes. Raises ValueError with a sentence that names the key and the mend."""
    _only(tree, "", ("frustration", "human_request", "signals", "decay", "points", "wait_minutes"))
    frustration = _block(tree, "frustration", ("high", "low"))
    request = _block(tree, "human_request", ("high",))
    points = _block(tree, "points", tuple(POINTS))
    default = Policy()
    policy = Policy(
        frustration_high=_number(frustration, "frustration.high", default.frustration_high, 1.0),
        frustration_low=_number(frustration, "frustration.low", default.frustration_low, 1.0),
        human_request_high=_number(request, "human_request.high", default.human_request_high, 1.0),
        signals=_switch(tree),
        decay=_number(tree, "decay", default.decay, 1.0),
        wait_minutes=_number(tree, "wait_minutes", default.wait_minutes, 10_000.0),
        points=MappingProxyType({name: _number(points, f"points.{name}", POINTS[name], 10.0) for name in POINTS}),
    )
    if policy.frustration_low > policy.frustration_high:
        raise ValueError(
            f"frustration.low ({policy.frustration_low}) is above frustration.high ({policy.frustration_high}): "
            "give low the smaller number."
        )
    return policy


def _only(block: Mapping[str, Any], place: str, known: tuple[str, ...]) -> None:
    for key in block:
        if key not in known:
            raise ValueError(f"“{place}{key}” is not a key of the policy: use one of {', '.join(known)}.")


def _block(tree: Mapping[str, Any], key: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    block = tree.get(key) or {}
    if not isinstance(block, Mapping):
        raise ValueError(  # noqa: TRY004 - the caller shows every mend as one kind of error
            f"“{key}” must hold keys below it ({', '.join(known)}), not “{block}”."
        )
    _only(block, f"{key}.", known)
    return block


def _number(block: Mapping[str, Any], place: str, default: float, most: float) -> float:
    raw = block.get(place.rpartition(".")[2])
    if raw is None or raw == "":
        return default
    try:
        number = float(str(raw))
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= most:
        raise ValueError(f"“{place}: {raw}” is not a number from 0 to {most:g}: write one, for example {default:g}.")
    return number


def _switch(tree: Mapping[str, Any]) -> bool:
    raw = str(tree.get("signals", "on")).lower()
    if raw not in _SWITCH:
        raise ValueError(f"“signals: {raw}” is neither on nor off: write one of the two.")
    return _SWITCH[raw]
