"""A talk as it is typed into one box: a line is a turn of the contact, and what stands before it says what the bot did.

`bot: …` is what the bot said (`bot: ?`: that it did not understand), `+20 min` that time went by. Pure.
"""

from __future__ import annotations

import re

from bot.understanding.telling import Line

MAX_LINES = 60
MAX_LETTERS = 20_000
_BOT = re.compile(r"(?i)^\s*bot\s*:\s*(.*)$")
_WAIT = re.compile(r"(?i)^\s*\+\s*(\d{1,4})\s*(m|min|h|d)\.?\s*$")
_MINUTES = {"m": 1.0, "min": 1.0, "h": 60.0, "d": 1440.0}
_NOT_UNDERSTOOD = re.compile(r"^[\s?¿]*$")


def lines_of(typed: str, is_one: bool = False) -> tuple[Line, ...]:
    """The turns of the contact; all of it is one message where `is_one`."""
    typed = typed.replace("\r\n", "\n")[:MAX_LETTERS]
    if is_one:
        return (Line(typed.strip()),) if typed.strip() else ()
    found: list[Line] = []
    outcome = answer = ""
    gap = 1.0
    for line in typed.split("\n"):
        if said := _BOT.match(line):
            outcome, answer = _acted(said.group(1)), said.group(1).strip()
        elif waited := _WAIT.match(line):
            gap = float(waited.group(1)) * _MINUTES[waited.group(2).lower()]
        elif line.strip():
            found.append(Line(line.strip(), outcome, answer, gap))
            outcome, answer, gap = "", "", 1.0
    return tuple(found[:MAX_LINES])


def _acted(answer: str) -> str:
    """What the bot's words were: that it did not understand, a question, an answer."""
    if _NOT_UNDERSTOOD.match(answer):
        return "fallback"
    return "ask" if answer.rstrip().endswith("?") else "answer"
