"""Whatever comes, in whatever order: a turn never raises, never changes what it is given, always does the same."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.flow.effects import HandOff, Say
from bot.flow.events import CallResult, Event, External, FlowEdited, Pressed, Said, TicketClosed, TimerDue
from bot.flow.library import load
from bot.turn import hear
from tests.bot.flow.builders import a_moment

LIBRARY = load(Path(__file__).parents[2] / "flows").library
assert LIBRARY is not None
PAYLOADS = [
    f"{flow.name}:{step.id}:{option.key}"
    for flow in LIBRARY.flows.values()
    for step in flow.steps
    if step.kind.waits
    for option in step.data.options
]
WORDS = [
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


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["frames", "wait", "seq", "vars", "lang", "gentle", "last", "notes"]),
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
