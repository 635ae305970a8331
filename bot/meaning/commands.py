"""Commands: agent, cancel, menu, back, repeat, a language. Only as the whole message, courtesies aside."""

from __future__ import annotations

from bot.flow.effects import Evidence
from bot.flow.moves import Back, Cancel, Move, Tell, ToPeople
from bot.flow.words import without_courtesy
from bot.hearing import Hearing
from bot.meaning import triggers
from bot.meaning.people import people_of


def decide(hearing: Hearing) -> Move | None:
    command = _named(hearing)
    if not command:
        return None
    if command.startswith("language:"):
        return _switch_language(hearing, command.partition(":")[2])
    hearing.state.pop("misses", None)
    if command == "agent":
        return _to_person(hearing)
    if command == "cancel":
        return Cancel()
    if command in ("back", "repeat") and hearing.pending:
        return Back() if command == "back" else Tell("", repeats=True)
    return _menu(hearing)


def person_alone(hearing: Hearing) -> Move | None:
    """The one command that does not wait for a look-up."""
    return _to_person(hearing) if _named(hearing) == "agent" else None


def _named(hearing: Hearing) -> str:
    words = hearing.library.project.commands
    if not hearing.whole:
        return ""
    return words.get(hearing.whole) or words.get(without_courtesy(hearing.whole), "")


def _to_person(hearing: Hearing) -> Move:
    quote = Evidence("human_request", hearing.text[:200], hearing.said.message_id)
    return ToPeople("human_request", people_of(hearing), evidence=(quote,))


def _switch_language(hearing: Hearing, language: str) -> Move | None:
    if language not in hearing.library.project.languages:
        return None
    hearing.state["lang"], hearing.state["other"] = language, None
    return Tell("language_set", repeats=True)


def _menu(hearing: Hearing) -> Move:
    project = hearing.library.project
    name = project.menu or project.fallback
    return triggers.instead(hearing, name) if name else Tell("fallback", repeats=True)
