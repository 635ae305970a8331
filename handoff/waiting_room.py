"""The waiting room, pure: what somebody wants who writes while nobody has taken her ticket yet.

It answers “how long?”, leaves the queue for *bot* or *cancel*, and keeps everything else for the agent. Under the text
that admits a broken promise she says whether she stays, wants to be written to, or goes back to the bot.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from conversation.events import OutgoingChoice

WORDS = Path(__file__).with_name("waiting_words.yaml")
LONG_MESSAGE_WORDS = 12  # in a longer one “how long” is part of a story for the agent
TAP_PREFIX = "desk."
_NOT_WORDS = re.compile(r"[^\w\s]+")


class Wish(Enum):
    """What a message in the waiting room asks for."""

    HOW_LONG = "how_long"
    BOT = "bot"
    CANCEL = "cancel"
    STAY = "stay"
    WRITE = "write"
    WAIT = "wait"


TAPS = {f"{TAP_PREFIX}wait": Wish.STAY, f"{TAP_PREFIX}write": Wish.WRITE, f"{TAP_PREFIX}bot": Wish.BOT}
NUMBERS = {"1": Wish.STAY, "2": Wish.WRITE, "3": Wish.BOT}  # the same where a channel shows choices as a numbered list


def understand(text: str, payload: str | None = None, was_offered: bool = False) -> Wish:
    """What this message wants; words we do not know, photos and the like are details for the agent (WAIT).

    `was_offered`: the late choices were shown, so that a bare number means one of them.
    """
    if payload in TAPS:
        return TAPS[payload]
    said, words = folded(text), _words()
    if was_offered and (said in NUMBERS or said in _late_labels()):
        return NUMBERS.get(said) or _late_labels()[said]
    if said in words["bot"]:
        return Wish.BOT
    if said in words["cancel"]:
        return Wish.CANCEL
    if len(said.split()) <= LONG_MESSAGE_WORDS and any(f" {phrase} " in f" {said} " for phrase in words["how_long"]):
        return Wish.HOW_LONG
    return Wish.WAIT


def late_choices(language: str) -> tuple[OutgoingChoice, ...]:
    """The taps under the text that says sorry for a broken promise."""
    base = language.split("-")[0]
    return tuple(OutgoingChoice(f"{TAP_PREFIX}{name}", labels.get(base, labels["es"]))
                 for name, labels in _file()["late_choices"].items())


def folded(text: str) -> str:
    """Small letters, no accents, no punctuation, single spaces."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(letter))
    return " ".join(_NOT_WORDS.sub(" ", plain).split())


@cache
def _words() -> Mapping[str, frozenset[str]]:
    file = _file()
    return {wish: frozenset(phrase for phrases in next(iter(file[wish].values())).values() for phrase in phrases)
            for wish in ("how_long", "bot", "cancel")}


@cache
def _late_labels() -> Mapping[str, Wish]:
    """What the taps say, for who writes it out."""
    return {folded(label): TAPS[f"{TAP_PREFIX}{name}"]
            for name, labels in _file()["late_choices"].items() for label in labels.values()}


@cache
def _file() -> Mapping[str, Any]:
    return yaml.load(WORDS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
