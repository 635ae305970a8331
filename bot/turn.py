"""One turn: what a message means, in one fixed order, and what comes of it. The only place that decides it.

Before this the pipeline has dropped duplicates, obeyed opt-out words and kept away what a person holds. Then, always:

 1. the answer to “shall I pass you to a person?”      7. a person asked for, or frustration
 2. a tap                                              8. an answer of a strict type, an option's word
 3. what cannot be read                                9. another flow's trigger
 4. the exact answer to the pending question          10. a free-text answer
 5. a command as the whole message                    11. not understood: counted
 6. attachments without words

Understanding judges from 7 on, never a tap, an exact answer or a command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import attachments, escalation, matching
from bot.errors import FlowBroken
from bot.flow import engine
from bot.flow.answers import FREE, NO, found_early, yes_no
from bot.flow.effects import Effect, Evidence, HandOff, Say
from bot.flow.events import CallResult, Event, Moment, Pressed, Said, TicketClosed, TimerDue
from bot.flow.library import Library
from bot.flow.model import Flow
from bot.flow.moves import Back, Cancel, Digress, Invalid, Move, Restart, Start, Tell, ToPeople
from bot.flow.run import Trace, pending
from bot.flow.state import State, copied, opened, waits_for_call
from bot.flow.words import position
from bot.hearing import Decision, Hearing
from bot.understanding.intents import SMALL_TALK
from bot.understanding.reading import Reading

MAX_DEPTH = 3
_OFFERED = attachments.OFFERED
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
        return _hear(library, state, event, moment)
    except Exception as error:  # noqa: BLE001 - whatever breaks, the contact gets an apology and a person
        fresh, effects, trace = engine.apology(library, state, moment, error)
        return Turn(fresh, effects, "handoff", None, trace)


def _hear(library: Library, state: Mapping[str, Any], event: Event, moment: Moment) -> Turn:
    match event:
        case Said():
            hearing = Hearing(library, copied(state), moment, event)
            if waits_for_call(state):
                return _while_looking(hearing, state)
            return _finish(hearing, _first(hearing, _SAID))
        case Pressed():
            if waits_for_call(state):
                return Turn(state, (), "later", None, (Trace(decision="later"),))
            said = Said(event.label, event.message_id)
            hearing = Hearing(library, copied(state), moment, said, payload=event.payload)
            return _finish(hearing, _first(hearing, _PRESSED))
        case CallResult() | TimerDue():
            return _carry(Hearing(library, copied(state), moment, Said("")), event)
        case TicketClosed():
            return Turn(_returned(state), (), "silent", None, (Trace(decision=f"closed:{event.outcome}"),))
    return Turn(copied(state))


def _first(hearing: Hearing, order: tuple[tuple[str, Decision], ...]) -> Move:
    for name, decide in order:
        move = decide(hearing)
        if move is not None:
            hearing.decided(name)
            return move
    raise FlowBroken("No decision fits this message.")


# 1. The open question whether a person should take over


def _gentle(hearing: Hearing) -> Move | None:
    asked = hearing.state.get("gentle")
    if not asked:
        return None
    hearing.state["gentle"] = None
    chosen = _chosen(hearing)
    if chosen == "yes_word":
        quote = Evidence("human_request", hearing.text[:200], hearing.said.message_id)
        before = (hearing.state.get("mood") or {}).get("evidence", ())
        return ToPeople("human_request", _queue(hearing), evidence=(quote, *(Evidence(**one) for one in before)))
    if chosen != "no_word":
        return None
    return _gone_on(hearing, str(asked.get("text", "")))


def _chosen(hearing: Hearing) -> str:
    """Yes or no, by tap, by word, or by its number where a channel shows choices as a numbered list."""
    if hearing.payload:
        return hearing.payload.removeprefix("ask_person:")
    place = position(hearing.text)
    if place in (1, 2):
        return _OFFERED[place - 1]
    answer = yes_no(hearing.spoken())
    if answer is True:
        return "yes_word"
    return "no_word" if answer is False and hearing.whole in NO else ""


def _gone_on(hearing: Hearing, kept: str) -> Move:
    """“No”: what the contact had written before the question is answered now."""
    if not kept:
        return Tell("go_on", repeats=True)
    hearing.take(kept)
    return _first(hearing, _UNJUDGED)


# 2. Taps


def _tap(hearing: Hearing) -> Move | None:
    answer = matching.tapped(hearing)
    if answer is not None:
        return answer
    started = hearing.library.payloads.get(hearing.payload)
    if started:
        return _start(hearing, started)
    if hearing.pending:
        return Tell("menu_over", repeats=True)
    if hearing.state.get("frames"):
        return Restart()
    return None if hearing.text else Tell("menu_over")


# 3. What cannot be read


def _unreadable(hearing: Hearing) -> Move | None:
    said = hearing.said
    if said.kind == "form":  # it is kept as it was filled in, for whoever asked for it
        return Tell("form_kept", repeats=True)
    if said.kind == "unsupported" or not (hearing.text or said.media or said.location):
        return Tell("unreadable", repeats=True)
    return None


# 5. Commands


def _command(hearing: Hearing) -> Move | None:
    command = hearing.library.project.commands.get(hearing.whole)
    if not command or not hearing.whole:
        return None
    if command == "agent":
        quote = Evidence("human_request", hearing.text[:200], hearing.said.message_id)
        return ToPeople("human_request", _queue(hearing), evidence=(quote,))
    if command == "cancel":
        return Cancel()
    if command.startswith("language:"):
        return _switch_language(hearing, command.partition(":")[2])
    if command in ("back", "repeat") and hearing.pending:
        return Back() if command == "back" else Tell("", repeats=True)
    return _menu(hearing)


def _switch_language(hearing: Hearing, language: str) -> Move | None:
    if language not in hearing.library.project.languages:
        return None
    hearing.state["lang"], hearing.state["other"] = language, None
    return Tell("language_set", repeats=True)


def _menu(hearing: Hearing) -> Move:
    project = hearing.library.project
    name = project.menu or project.fallback
    return Start(name) if name else Tell("fallback")


# 6. Attachments without words: bot.attachments


def _attached(hearing: Hearing) -> Move | None:
    if hearing.text:
        hearing.state.pop("notes", None)
        return None
    return attachments.answer(hearing.state, hearing.spoken(), hearing.question)


# 7. A person asked for, or frustration


def _judged(hearing: Hearing) -> Move | None:
    reading = hearing.understood()
    _follow_language(hearing, reading)
    state, policy = hearing.state, hearing.library.policy
    if reading.human_request < policy.human_request_high and not reading.frustration and matching.typed(hearing):
        return None  # the contact goes on as asked: what came before is no reason to interrupt that
    mood, verdict = _weighed(hearing, reading)
    if verdict.decision == "none":
        state["mood"] = mood
        return None
    if verdict.reason == "no_progress" and hearing.pending:
        # The question counts its own tries and says itself where the contact goes when they run out.
        state["mood"] = {key: value for key, value in mood.items() if key != "asked_on"}
        return None
    state["mood"] = mood
    if verdict.decision == "ask":
        state["gentle"] = {"text": hearing.text[:500]}
        return Tell("ask_person", offers=_OFFERED)
    return _to_people(hearing, verdict)


def _weighed(hearing: Hearing, reading: Reading) -> tuple[dict[str, Any], escalation.Verdict]:
    last = hearing.state.get("last") or {}
    heard = escalation.Heard(
        text=hearing.text,
        reading=reading,
        message_id=hearing.said.message_id,
        now=hearing.moment.now,
        last_outcome=last.get("outcome", ""),
        last_answer=last.get("answer", ""),
        last_slot=last.get("slot", ""),
    )
    return escalation.weigh(hearing.state.get("mood") or {}, heard, hearing.library.policy)


def _to_people(hearing: Hearing, verdict: escalation.Verdict) -> ToPeople:
    return ToPeople(
        reason=verdict.reason,
        queue=_queue(hearing),
        priority=verdict.priority,
        evidence=verdict.evidence,
        score=verdict.score,
        threshold=verdict.threshold,
    )


def _queue(hearing: Hearing) -> str:
    """Who takes over when no flow is running: the people of what the message is about."""
    if hearing.state.get("frames"):
        return ""
    name = hearing.library.trigger(hearing.words)
    return hearing.library.flows[name].queue if name else ""


def _follow_language(hearing: Hearing, reading: Reading) -> None:
    """The first message sets the language; later it takes two running in another one."""
    state, found = hearing.state, reading.language
    if found is None or found not in hearing.library.project.languages or found == state["lang"][:2]:
        state["other"] = None
    elif not state.get("met") or state.get("other") == found:
        state["lang"], state["other"] = found, None
    else:
        state["other"] = found


# 9. Another flow


def _trigger(hearing: Hearing) -> Move | None:
    question = hearing.question
    is_free = question is not None and not question.is_choice and question.type in FREE
    name = hearing.library.trigger(hearing.words, whole_only=is_free)
    # A guess about what the contact wants may start a flow, not interrupt one.
    is_idle = not hearing.pending or hearing.pending[0].interrupts == "replace"
    if not name and is_idle and hearing.reading:
        intents = hearing.library.intents
        name = next((intents[intent] for intent in hearing.reading.intents if intent in intents), "")
    if _by_number(hearing, name):
        name = hearing.library.by_number
    return _start(hearing, name) if name else None


def _by_number(hearing: Hearing, named: str) -> bool:
    """Is an order's number all that the message says (“¿y el AB-12345?”), so that its flow is meant?

    A greeting beside it starts a menu, which gives way. Within a flow the number starts its flow only where that is
    the running one and waits for a choice: there it names another order.
    """
    library, reading = hearing.library, hearing.reading
    if not library.by_number or reading is None or not reading.order_numbers:
        return False
    if not SMALL_TALK.issuperset(reading.intents) or (named and library.flows[named].interrupts != "replace"):
        return False
    if hearing.pending is None or hearing.pending[0].interrupts == "replace":
        return True
    flow, step = hearing.pending
    return flow.name == library.by_number and bool(step.data.is_choice)


def _start(hearing: Hearing, name: str) -> Move | None:
    target = hearing.library.flows[name]
    known = _early(hearing, target)
    if not hearing.pending or hearing.pending[0].interrupts == "replace":
        return Start(name, known)
    running = hearing.pending[0]
    if running.name == name:
        return Start(name, known) if known else None
    depth = sum(1 for frame in hearing.state["frames"] if frame.get("digress"))
    return Digress(name, known) if running.interrupts == "yes" and depth < MAX_DEPTH else None


def _early(hearing: Hearing, target: Flow) -> dict[str, Any]:
    """What the message answers before it is asked: “mi pedido AB-12345 no llega”."""
    known = found_early(target.early, hearing.spoken(), hearing.library.project.shapes)
    if hearing.reading and hearing.reading.order_numbers:
        for save, kind in target.early:
            if kind == "order_number":
                known.setdefault(save, hearing.reading.order_numbers[0])
    return known


# 11. Nothing that fits (4, 8 and 10 are in bot.matching, 6 in bot.attachments)


def _not_understood(hearing: Hearing) -> Move:
    library = hearing.library
    if hearing.pending:
        return Invalid()
    if hearing.state.get("frames"):
        return Restart()
    if library.first and not hearing.state.get("met"):
        return Start(library.first)
    if library.project.fallback:
        return Start(library.project.fallback)
    return Tell("fallback")


_UNJUDGED: tuple[tuple[str, Decision], ...] = (
    ("exact", matching.exact),
    ("typed", matching.typed),
    ("trigger", _trigger),
    ("free", matching.free),
    ("not_understood", _not_understood),
)
_SAID: tuple[tuple[str, Decision], ...] = (
    ("person_question", _gentle),
    ("unreadable", _unreadable),
    ("exact", matching.exact),
    ("command", _command),
    ("attachment", _attached),
    ("judged", _judged),
    *_UNJUDGED[1:],
)
_PRESSED: tuple[tuple[str, Decision], ...] = (("person_question", _gentle), ("tap", _tap), *_UNJUDGED[1:])


# What comes of it


def _finish(hearing: Hearing, move: Move) -> Turn:
    hearing.state["met"] = True
    turn = _carry(hearing, move)
    fallback = hearing.library.project.fallback
    missed = isinstance(move, Invalid) or (isinstance(move, Start) and move.flow == fallback)
    missed = missed or (isinstance(move, Tell) and move.text == "fallback")
    if not missed or turn.outcome == "handoff":
        return turn
    state = {**turn.state, "last": {**(turn.state.get("last") or {}), "outcome": "fallback"}}
    return replace(turn, state=state, outcome="fallback")


def _carry(hearing: Hearing, event: Event | Move) -> Turn:
    state, effects, trace = engine.advance(hearing.library, hearing.state, event, hearing.moment, hearing.text)
    says = [effect for effect in effects if isinstance(effect, Say)]
    if says and not state.get("noticed"):
        state["noticed"] = True
        effects = _noticed(hearing.library, state, effects)
    outcome = _outcome(hearing.library, state, effects, bool(says))
    if outcome == "handoff":
        state["gentle"], state["last"] = None, None
    elif says:
        found = pending(hearing.library, state)
        slot = found[1].data.save if found else ""
        state["last"] = {"outcome": _LAST.get(outcome, "answer"), "answer": says[-1].text[:200], "slot": slot}
    return Turn(state, effects, outcome, hearing.reading, (*hearing.decisions, *trace))


def _outcome(library: Library, state: State, effects: tuple[Effect, ...], has_said: bool) -> str:
    if any(isinstance(effect, HandOff) for effect in effects):
        return "handoff"
    if not has_said:
        return "silent"
    return "asked" if pending(library, state) or state.get("gentle") else "answered"


def _noticed(library: Library, state: State, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The first answer of a conversation says once that an assistant is speaking."""
    notice = library.text("assistant_notice", state.get("lang") or library.project.default_language).strip()
    if not notice:
        return effects
    at = next(number for number, effect in enumerate(effects) if isinstance(effect, Say))
    first = effects[at]
    changed = replace(first, text=f"{notice}\n\n{first.text}") if isinstance(first, Say) else first
    return (*effects[:at], changed, *effects[at + 1 :])


def _while_looking(hearing: Hearing, state: Mapping[str, Any]) -> Turn:
    """A look-up is under way: messages wait for its result, but nobody who asks for a person waits for a machine."""
    later = Turn(state, (), "later", None, (Trace(decision="later"),))
    if hearing.library.project.commands.get(hearing.whole) == "agent":
        return _finish(hearing, _first(hearing, (("command", _command),)))
    if not hearing.text:
        return later
    reading = hearing.understood()
    if reading.human_request < hearing.library.policy.human_request_high:
        return later
    mood, verdict = _weighed(hearing, reading)
    if verdict.decision != "handoff":
        return later
    hearing.state["mood"] = mood
    hearing.decided("judged")
    return _finish(hearing, _to_people(hearing, verdict))


def _returned(state: Mapping[str, Any]) -> State:
    """People are done: nothing is pending, and what annoyed the contact before does not count again."""
    fresh = opened(state)
    fresh["frames"], fresh["wait"] = [], None
    fresh["mood"] = escalation.forgive(fresh.get("mood") or {})
    fresh["gentle"], fresh["last"] = None, None
    return fresh
