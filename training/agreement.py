"""How far two people agree who label the same lines: `data/second_labels.jsonl` against the writers' own labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.corpus import DATA, Line

FILE = DATA / "second_labels.jsonl"


@dataclass(frozen=True, slots=True)
class Agreement:
    """`same`: share of lines with equal answers; `kappa`: the part of it that chance does not explain (Cohen)."""

    what: str
    n: int
    same: float
    kappa: float
    f1: float


def agreement(lines: Sequence[Line], path: Path = FILE) -> list[Agreement]:
    """The writers against the second reader, who saw the text alone: {"id", "severity", "human_request", "intents"}."""
    second = {record["id"]: record for record in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    pairs = [(line, second[line.id]) for line in lines if line.id in second]
    rows = {
        "frustrated": [(line.frustrated, other["severity"] > 0) for line, other in pairs],
        "human_request": [(line.human_request, bool(other["human_request"])) for line, other in pairs],
        "escalates": [(line.escalates, other["severity"] > 0 or bool(other["human_request"])) for line, other in pairs],
        "clear": [(line.severity > 1, other["severity"] > 1) for line, other in pairs],
        "grave": [(line.severity > 2, other["severity"] > 2) for line, other in pairs],
    }
    return [_agreement(what, said) for what, said in rows.items()]


def _agreement(what: str, said: Sequence[tuple[bool, bool]]) -> Agreement:
    n = max(1, len(said))
    same = sum(one == other for one, other in said) / n
    first, second = (sum(pair[who] for pair in said) / n for who in (0, 1))
    chance = first * second + (1 - first) * (1 - second)
    both = sum(one and other for one, other in said)
    kappa = (same - chance) / (1 - chance) if chance < 1 else 1.0
    return Agreement(what, len(said), same, kappa, 2 * both / max(1e-9, (first + second) * n))
