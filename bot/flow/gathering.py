"""`gather`: an answer of several messages. Nothing is said in between; it is whole when the contact has been quiet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.flow.answers import heard, read
from bot.flow.effects import Remind
from bot.flow.model import Question, Step
from bot.flow.moves import Part
from bot.flow.run import Runner
from bot.flow.spoken import Spoken

MOST_FILES = 20
LONGEST = 4_000
PARTS = "parts"
_LISTS = frozenset(("image", "file", "document"))


def add(run: Runner, step: Step, part: Part) -> None:
    """One more message of the answer; the time of quiet begins anew."""
    question: Question = step.data
    wait: Mapping[str, Any] = run.state["wait"]
    so_far: Mapping[str, Any] = wait.get(PARTS) or {}
    text = "\n".join(one for one in (so_far.get("text", ""), part.text) if one)[:LONGEST]
    media = [*so_far.get("media", ()), *part.media][:MOST_FILES]
    place = dict(part.location) if part.location else so_far.get("place")
    seq = run.next_seq()
    run.state["wait"] = {**wait, "seq": seq, PARTS: {"text": text, "media": media, "place": place}}
    run.emit(Remind(seq, question.gather_seconds))


def is_whole(run: Runner) -> bool:
    """Has something been gathered, so that a timer means that the answer is whole?"""
    return bool((run.state.get("wait") or {}).get(PARTS))


def value(run: Runner, question: Question) -> Any:
    """What all of it answers; None where it does not."""
    parts: Mapping[str, Any] = run.state["wait"][PARTS]
    project = run.library.project
    spoken = heard(project, run.language, str(parts.get("text", "")), project.day(run.moment.now))
    media = tuple(str(kind) for kind in parts.get("media", ()))
    whole = Spoken(
        spoken.text, media, parts.get("place"), spoken.today, spoken.locale, spoken.country, spoken.shapes, spoken.types
    )
    if question.type not in _LISTS:
        return read(question.type, whole)
    one = (Spoken("", (kind,)) for kind in media)
    return [found for spoken in one if (found := read(question.type, spoken)) is not None] or None
