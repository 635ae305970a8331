"""Turns of dialogues as messages of their own: what ordinary, short, calm turns look like.

Messages that were picked for training are seldom as short and plain as the turns of a talk; without these the model
takes "and you, pal" for an insult. They say nothing of intents: use them for the mood heads alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from training.corpus import Dialogue, Line


def calm_turns(dialogues: Sequence[Dialogue]) -> list[Line]:
    """Turns of dialogues as lines of their own: all of a calm one, and those well before a person is due.

    They are short and ordinary as messages picked for training seldom are, and teach the model to leave them alone.
    """
    return [
        Line(
            f"{dialogue.id}-t{number}", dialogue.hand, dialogue.country, dialogue.language, turn["text"], 0, False,
            (), None, "turn", "", (), False,
        )
        for dialogue in dialogues
        for number, turn in enumerate((one for one in dialogue.turns if one["role"] == "customer"), 1)
        if dialogue.escalate_turn is None or number < dialogue.escalate_turn - 1
    ]  # fmt: skip
