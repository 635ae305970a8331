"""The messages and dialogues that were written for training, as they lie in `data/`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
LANGUAGES = ("es", "pt", "en")


@dataclass(frozen=True, slots=True)
class Line:
    """One message with its labels (docs/labels.md). `hand` is who wrote it; `order_number` has no signs in it."""

    id: str
    hand: str
    country: str
    language: str
    text: str
    severity: int
    human_request: bool
    intents: tuple[str, ...]
    order_number: str | None
    kind: str
    about: str
    style: tuple[str, ...]
    grey: bool

    @property
    def frustrated(self) -> bool:
        return self.severity > 0

    @property
    def escalates(self) -> bool:
        return self.frustrated or self.human_request

    @property
    def is_near_miss(self) -> bool:
        return self.kind == "near"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation; `escalate_turn` counts the customer's turns from 1, None where a person is never due.

    A turn is {"role": "customer", "text", "gap_min"} or {"role": "bot", "text", "outcome": answer|ask|fallback}.
    """

    id: str
    hand: str
    country: str
    language: str
    escalate_turn: int | None
    why: str
    turns: tuple[dict[str, Any], ...]


def messages(folder: Path = DATA) -> list[Line]:
    """Every message, hand by hand. Raises ValueError that names file and line."""
    return [_line(record, place) for record, place in _records(folder / "messages")]


def dialogues(folder: Path = DATA) -> list[Dialogue]:
    """Every dialogue, hand by hand. Raises ValueError that names file and line."""
    return [_dialogue(record, place) for record, place in _records(folder / "dialogues")]


def _records(folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            place = f"{path.parent.name}/{path.name}:{number}"
            try:
                yield json.loads(text), place
            except ValueError as error:
                raise ValueError(f"{place}: this is no JSON object ({error}); write one object per line.") from error


def _line(record: dict[str, Any], place: str) -> Line:
    try:
        return Line(**{**record, "intents": tuple(record["intents"]), "style": tuple(record["style"])})
    except (TypeError, KeyError) as error:
        raise ValueError(f"{place}: the fields are not those of a message ({error}).") from error


def _dialogue(record: dict[str, Any], place: str) -> Dialogue:
    try:
        return Dialogue(**{**record, "turns": tuple(record["turns"])})
    except (TypeError, KeyError) as error:
        raise ValueError(f"{place}: the fields are not those of a dialogue ({error}).") from error
