"""Whatever comes, in whatever order: a turn never raises, never changes what it is given, always does the same."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.flow.effects import Call, HandOff, Say, Unanswered
from bot.flow.events import CallResult, Event, External, FlowEdited, Pressed, Said, TicketClosed, TimerDue
from bot.flow.library import compiled, load
from bot.turn import Turn, hear
from tests.bot.flow.builders import a_flow, a_moment, sources

LIBRARY = load(Path(__file__).parents[2] / "flows").library
assert LIBRARY is not None
QUIET = compiled(sources(main=a_flow("  - say: Hola"), _policy="signals: off")).library
assert QUIET is not None
PAYLOADS = [
    f"{flow.name}:{step.id}:{option.key}"
    for flow in LIBRARY.flows.values()
    for step in flow.steps
    if step.kind.waits
    for option in getattr(step.data, "options", ())
]
ASKED = ["¿cuánto cuesta el envío?", "do you ship abroad?", "gracias", "👍", "no quiero devolverlo", "¿y eso?", "x" * 5000]
WORDS = [
    *ASKED,
    "hola", "mi pedido", "AB-12345", "ab 12345 no llega", "devolver", "1", "dos", "sí", "no", "cancelar", "atrás", "menu",
    "repite", "english", "agente", "marta@example.com", "esto es una vergüenza", "{order.total}", "",
]  # fmt: skip
texts = st.sampled_from(WORDS) | st.text(max_size=40)
media = st.lists(st.sampled_from(["audio", "image", "sticker"]), max_size=1).map(tuple)
values = st.dictionaries(
    st.sampled_from(["status", "carrier", "eta", "total", "days_late", "items"]),
    st.sampled_from(["shipped", "delivered", "lost", "x", "2026-11-24", "12.5", 3, None, [], {"name": "Lámpara"}]),
)
statuses = st.sampled_from(["found", "not_found", "failed", "unsure", "odd"])
numbers = st.integers(0, 12)
events = st.one_of(
    st.builds(Said, texts, st.just("m1"), st.sampled_from(["message", "unsupported"]), media),
    st.builds(Pressed, st.sampled_from(PAYLOADS) | st.text(max_size=9), texts),
    st.builds(CallResult, numbers, statuses, values),
    st.builds(TimerDue, numbers),
    st.builds(TicketClosed, st.sampled_from(["resolved", "returned"])),
    st.builds(External, st.text(max_size=5)),
    st.builds(FlowEdited, st.text(max_size=5)),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(events, min_size=1, max_size=14))
def test_random_conversations_never_break_and_repeat_to_the_byte(script: list[Event]) -> None:
    assert LIBRARY is not None
    state: dict[str, object] = {}
    for event in script:
        if isinstance(event, CallResult) and isinstance(state.get("wait"), dict) and event.seq % 2:
            event = CallResult(state["wait"]["seq"], event.status, event.value)  # type: ignore[index]
        before = copy.deepcopy(state)
        turn = hear(LIBRARY, state, event, a_moment())
        again = hear(LIBRARY, state, event, a_moment())

        assert state == before
        assert repr(again) == repr(turn)
        assert not any(isinstance(effect, HandOff) and effect.reason == "bot_error" for effect in turn.effects)
        assert all(effect.text.strip() for effect in turn.effects if isinstance(effect, Say))
        state = json.loads(json.dumps(turn.state))


def is_answered(turn: Turn) -> bool:
    """Something is said, people take over, the shop is being asked, or more of the same answer is waited for."""
    if turn.outcome == "later" or any(isinstance(effect, Say | HandOff | Call) for effect in turn.effects):
        return True
    return any(one.decision in ("gather", "attachment") for one in turn.trace) and bool(turn.state.get("wait"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(events, min_size=1, max_size=14))
def test_nothing_that_a_contact_writes_is_left_without_an_answer(script: list[Event]) -> None:
    assert LIBRARY is not None
    state: dict[str, object] = {}
    for event in script:
        if isinstance(event, CallResult) and isinstance(state.get("wait"), dict):
            event = CallResult(state["wait"]["seq"], event.status, event.value)  # type: ignore[index]
        turn = hear(LIBRARY, state, event, a_moment())

        assert is_answered(turn) or not isinstance(event, Said | Pressed), event
        assert sum(isinstance(effect, Unanswered) for effect in turn.effects) <= 1
        state = json.loads(json.dumps(turn.state))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=4, max_size=4, unique=True))
def test_who_is_never_understood_reaches_a_person(lines: list[str]) -> None:
    """Whatever the words: either one of them means something, or the third passes her on."""
    assert LIBRARY is not None
    state: dict[str, object] = {"noticed": True, "met": True}
    outcomes, rows = [], []
    for line in lines:
        turn = hear(QUIET, state, Said(line, "m1"), a_moment())
        outcomes.append(turn.outcome)
        rows.append(turn.trace[0].decision)
        state = json.loads(json.dumps(turn.state))
        if turn.outcome == "handoff":
            return

    assert set(rows) - {"not_understood", "people"}, outcomes


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["frames", "wait", "seq", "vars", "lang", "gentle", "last", "notes", "misses", "topic", "offered", "met"]),
        st.recursive(
            st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["flow", "at", "kind", "seq", "vars"]), inner, max_size=4)
            ),
            max_leaves=8,
        ),
    ),
    events,
)
def test_a_state_of_any_shape_is_answered(state: dict[str, object], event: Event) -> None:
    assert LIBRARY is not None
    before = copy.deepcopy(state)

    turn = hear(LIBRARY, state, event, a_moment())

    assert state == before and turn.outcome
