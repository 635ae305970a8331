"""Turns of dialogues as messages of their own: what ordinary, short, calm turns look like.

Messages that were picked for training are seldom as short and plain as the turns of a talk; without these the model
takes "and you, pal" for an insult. They say nothing of intents: use them for the mood heads alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from training.corpus import DATA, Dialogue, Line

SHOP_TURNS = DATA / "shop_turns.jsonl"  # what customers say in the talks of the shipped flows, and its common questions


def shop_turns(path: Path = SHOP_TURNS) -> list[Line]:
    """Calm lines of the shipped flows' own talks and questions, as a hand of its own."""
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [_calm(one["id"], "shop", "ES", one["language"], one["text"]) for one in records]


def calm_turns(dialogues: Sequence[Dialogue]) -> list[Line]:
    """Turns of dialogues as lines of their own: all of a calm one, and those well before a person is due.

    They are short and ordinary as messages picked for training seldom are, and teach the model to leave them alone.
    """
    return [
        _calm(f"{dialogue.id}-t{number}", dialogue.hand, dialogue.country, dialogue.language, turn["text"])
        for dialogue in dialogues
        for number, turn in enumerate((one for one in dialogue.turns if one["role"] == "customer"), 1)
        if dialogue.escalate_turn is None or number < dialogue.escalate_turn - 1
    ]


def _calm(name: str, hand: str, country: str, language: str, text: str) -> Line:
    return Line(name, hand, country, language, text, 0, False, (), None, "turn", "", (), False)
