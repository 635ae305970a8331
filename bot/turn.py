"""One turn: one event in, a new state and effects out. What a message means is decided in `bot.meaning`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import escalation, judge
from bot.flow import engine, expiry
from bot.flow.effects import Effect, Ended, HandOff, Say
from bot.flow.events import CallResult, Event, External, Moment, Pressed, Said, TicketClosed, TimerDue
from bot.flow.library import Library
from bot.flow.moves import Invalid, Move, Start, Tell
from bot.flow.places import pending
from bot.flow.run import Trace
from bot.flow.state import State, copied, opened, waits_for_call
from bot.hearing import Hearing
from bot.meaning import order, people
from bot.understanding.reading import Reading

RESOLVED = "resolved"
_LAST = {"asked": "ask", "fallback": "fallback"}


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one event. `outcome`: answered, asked, fallback, handoff, later or silent.

    `later`: a look-up is under way; the state is unchanged and the event is to be heard again after its result.
    """

    state: Mapping[str, Any]
    effects: tuple[Effect, ...] = ()
    outcome: str = "silent"
    reading: Reading | None = None
    trace: tuple[Trace, ...] = ()


def hear(library: Library, state: Mapping[str, Any], event: Event, moment: Moment) -> Turn:
    """Answer one event. Pure: the same state and event give the same turn, and `state` is not changed."""
    try:
        fresh = state
        over: tuple[Effect, ...] = ()
        traced: tuple[Trace, ...] = ()
        if isinstance(event, (Said, Pressed)):
            fresh, over, traced = expiry.drop(library, state, moment)
        turn = _hear(library, fresh, event, moment)
        return replace(turn, effects=(*over, *turn.effects), trace=(*traced, *turn.trace)) if over else turn
    except Exception as error:  # noqa: BLE001 - whatever breaks, the contact gets an apology and a person
        fresh, effects, trace = engine.apology(library, state, moment, error)
        return Turn(fresh, effects, "handoff", None, trace)


def _hear(library: Library, state: Mapping[str, Any], event: Event, moment: Moment) -> Turn:
    match event:
        case Said():
            hearing = Hearing(library, copied(state), moment, event)
            if waits_for_call(state):
                return _while_looking(hearing, state)
            return _finish(hearing, order.decided(hearing, order.SAID))
        case Pressed():
            if waits_for_call(state):
                return _later(state)
            said = Said(event.label, event.message_id)
            hearing = Hearing(library, copied(state), moment, said, payload=event.payload)
            return _finish(hearing, order.decided(hearing, order.PRESSED))
        case CallResult(seq=judge.SEQ):
            hearing = Hearing(library, copied(state), moment, Said(""))
            move = people.judged(hearing, event)
            return _carry(hearing, move) if move is not None else Turn(hearing.state)
        case CallResult() | TimerDue() | External():
            return _carry(Hearing(library, copied(state), moment, Said("")), event)
        case TicketClosed():
            return Turn(_returned(state), (), "silent", None, (Trace(decision=f"closed:{event.outcome}"),))
    return Turn(copied(state))


def _finish(hearing: Hearing, move: Move) -> Turn:
    hearing.state["met"] = True
    turn = _carry(hearing, move)
    if not _is_miss(hearing, move) or turn.outcome == "handoff":
        return turn
    if any(isinstance(effect, Ended) and effect.outcome == RESOLVED for effect in turn.effects):
        # the fallback flow found an answer after all, and says so
        return replace(turn, state={key: value for key, value in turn.state.items() if key != "misses"})
    state = {**turn.state, "last": {**(turn.state.get("last") or {}), "outcome": "fallback"}}
    return replace(turn, state=state, outcome="fallback")


def _is_miss(hearing: Hearing, move: Move) -> bool:
    fallback = hearing.library.project.fallback
    match move:
        case Invalid():
            return True
        case Start():
            return move.flow == fallback
        case Tell():
            return move.text == "fallback"
    return False


def _carry(hearing: Hearing, event: Event | Move) -> Turn:
    state, effects, trace = engine.advance(hearing.library, hearing.state, event, hearing.moment, hearing.text)
    says = [effect for effect in effects if isinstance(effect, Say)]
    if says and not state.get("noticed"):
        state["noticed"] = True
        effects = _noticed(hearing.library, state, effects)
    outcome = _outcome(hearing.library, state, effects, bool(says))
    if outcome == "handoff":
        state["gentle"], state["last"] = None, None
        for name in ("misses", "offered"):
            state.pop(name, None)
    elif says:
        found = pending(hearing.library, state)
        slot = found[1].data.save if found else ""
        state["last"] = {"outcome": _LAST.get(outcome, "answer"), "answer": says[-1].text[:200], "slot": slot}
        state.pop("offered", None)
        if says[-1].choices and not found and not state.get("gentle"):
            state["offered"] = [[choice.id, choice.label] for choice in says[-1].choices]
    return Turn(state, (*effects, *hearing.effects), outcome, hearing.reading, (*hearing.decisions, *trace))


def _outcome(library: Library, state: State, effects: tuple[Effect, ...], has_said: bool) -> str:
    if any(isinstance(effect, HandOff) for effect in effects):
        return "handoff"
    if not has_said:
        return "silent"
    return "asked" if pending(library, state) or state.get("gentle") else "answered"


def _noticed(library: Library, state: State, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The first answer of a conversation says once that an assistant is speaking, and where the privacy notice is."""
    notice = library.text("assistant_notice", state.get("lang") or library.project.default_language).strip()
    if not notice:
        return effects
    address = library.project.privacy_url
    if address and address not in notice:
        notice = f"{notice} {address}"
    at = next(number for number, effect in enumerate(effects) if isinstance(effect, Say))
    first = effects[at]
    changed = replace(first, text=f"{notice}\n\n{first.text}") if isinstance(first, Say) else first
    return (*effects[:at], changed, *effects[at + 1 :])


def _while_looking(hearing: Hearing, state: Mapping[str, Any]) -> Turn:
    move = order.decide(hearing, order.LOOKING)
    return _finish(hearing, move) if move is not None else _later(state)


def _later(state: Mapping[str, Any]) -> Turn:
    """A look-up is under way: this waits for its result and is heard in its turn."""
    return Turn(state, (), "later", None, (Trace(decision="later"),))


def _returned(state: Mapping[str, Any]) -> State:
    """People are done: nothing is pending, and what annoyed the contact before does not count again."""
    fresh = opened(state)
    fresh["frames"], fresh["wait"] = [], None
    fresh["mood"] = escalation.forgive(fresh.get("mood") or {})
    fresh["gentle"], fresh["last"] = None, None
    return fresh
