"""`python -m bench.flow_engine`: how fast the flows themselves are, without database, network or web server.

Ratios to the targets stand beside each figure. Nothing here fails on a slow machine: figures are for people to read.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot import turn
from bot.flow import engine
from bot.flow import library as flow_library
from bot.flow.effects import Call
from bot.flow.events import CallResult, Event, Moment, Said
from bot.flow.library import Library
from bot.flow.lint import check_sources
from bot.flow.moves import Answer, Invalid, Move, Start

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MOMENT = Moment(NOW, {"phone": "+34600111222"}, frozenset(("general",)))
FLOWS = 50
PROJECT = "shop: Bench\nlanguages: [es, en, pt]\nqueues: [general]\norder_numbers: [AA-99999]\n"
SERVICES = """
orders.find:
  inputs: {ref: order_number, phone: phone}
  outputs: {status: text, carrier: text, eta: date, total: money, days_late: integer}
cases.open:
  kind: write
  inputs: {ref: order_number, kind: text}
  outputs: {code: text}
"""
# A talk about an order: 5 turns of the contact, 2 calls, 1 answer that is none; steps of ten kinds.
FLOW = """
flow: NAME
start:
  words: {es: [pedido NAME], en: [order NAME], pt: [encomenda NAME]}
data: {order_ref: order_number, order: record, wish: text, problem: text, opened: record, heat: text}
steps:
  - set: {heat: '"calm"'}
  - ask: {es: "¿Me dices tu número de pedido?", en: "What's your order number?", pt: "Qual é o número do pedido?"}
    save: order_ref
    retries: 2
    invalid: {es: "Son dos letras y cinco cifras.", en: "Two letters, five digits.", pt: "Duas letras, cinco dígitos."}
    after_retries: [{handoff: general, reason: no_order_number}]
    no_reply: {after: 15m, then: [{end: no_reply}]}
  - lookup: orders.find
    with: {ref: order_ref, phone: contact.phone}
    save: order
    not_found: [{handoff: general, reason: unknown_order}]
    failed: [{handoff: general, reason: system_down}]
  - if: order.days_late > 2 and order.total > 20
    then:
      - tag: late
      - say: {es: "Lo siento, va tarde.", en: "Sorry, it's late.", pt: "Desculpe, está atrasado."}
  - switch: order.status
    cases:
      shipped:
        - say:
            es: "{order_ref} va con {order.carrier} y llega el {order.eta | date}."
            en: "{order_ref} travels with {order.carrier} and arrives on {order.eta | date}."
            pt: "{order_ref} vai com {order.carrier} e chega em {order.eta | date}."
      delivered:
        - say: {es: "{order_ref} está entregado.", en: "{order_ref} is delivered.", pt: "{order_ref} foi entregue."}
    else:
      - handoff: general
        reason: unknown_status
  - menu: {es: "¿Algo más?", en: "Anything else?", pt: "Mais alguma coisa?"}
    save: wish
    options:
      fine:
        text: {es: "No, gracias", en: "No, thanks", pt: "Não, obrigado"}
        then: [{end: resolved}]
      problem: {es: "Un problema", en: "A problem", pt: "Um problema"}
      person:
        text: {es: "Una persona", en: "A person", pt: "Uma pessoa"}
        then: [{handoff: general, reason: asked}]
    after_retries: [{handoff: general, reason: no_answer}]
  - ask: {es: "¿Qué ha pasado?", en: "What happened?", pt: "O que aconteceu?"}
    save: problem
  - do: cases.open
    with: {ref: order_ref, kind: problem}
    save: opened
    failed: [{handoff: general, reason: system_down}]
  - note: "{order_ref}: {problem}"
  - say: {es: "Caso {opened.code}.", en: "Case {opened.code}.", pt: "Caso {opened.code}."}
  - end: resolved
"""
ORDER = {"status": "shipped", "carrier": "Correos", "eta": "2026-11-24", "total": "59.90", "days_late": "4"}
FOUND: Mapping[str, Mapping[str, Any]] = {"orders.find": ORDER, "cases.open": {"code": "C-1"}}
MOVES: tuple[Move, ...] = (Start("talk1"), Invalid(), Answer("AB-12345"), Answer("problem", "problem"), Answer("roto"))
WORDS = ("hola, mi pedido talk1", "no lo sé", "AB-12345", "2", "llegó roto")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and what it should be. `more_is_better`: rates are, times are not."""

    name: str
    value: float
    unit: str
    target: float
    more_is_better: bool = True

    @property
    def ratio(self) -> float:
        """1.0 meets the target, more is better, whatever the unit."""
        return self.value / self.target if self.more_is_better else self.target / max(self.value, 1e-9)

    def __str__(self) -> str:
        note = "" if self.ratio >= 1 else "  below the target" if self.ratio >= 0.25 else "  BELOW A QUARTER OF IT"
        return f"{self.name:<34}{self.value:>12,.1f} {self.unit:<8} target {self.target:>9,.0f}  ×{self.ratio:.2f}{note}"


def sources(count: int = FLOWS) -> dict[str, str]:
    """A folder of `count` flows, each a talk of its own."""
    flows = {f"talk{number}.yaml": FLOW.replace("NAME", f"talk{number}") for number in range(1, count + 1)}
    return {"_project.yaml": PROJECT, "_services.yaml": SERVICES, **flows}


def library(count: int = FLOWS) -> Library:
    """The same, compiled."""
    found = flow_library.compiled(sources(count)).library
    if found is None:
        raise SystemExit("The flows of the bench cannot be compiled.")
    return found


def pure(flows: Library, rounds: int, carry: Callable[[Any], Any] = lambda state: state) -> tuple[float, float]:
    """(steps, turns of the contact) a second through `advance`; `carry` is what happens to the state in between."""
    steps = turns = 0
    began = time.perf_counter()
    for _ in range(rounds):
        state: Mapping[str, Any] = {}
        for move in MOVES:
            event: Event | Move | None = move
            while event is not None:
                state, effects, trace = engine.advance(flows, carry(state), event, MOMENT)
                steps += sum(1 for one in trace if one.step)
                event = _answered(effects)
            turns += 1
    took = time.perf_counter() - began
    return steps / took, turns / took


def heard(flows: Library, rounds: int) -> float:
    """Turns a second through `hear`: understanding, the order of decisions and JSON state included."""
    turns = 0
    began = time.perf_counter()
    for _ in range(rounds):
        state: Mapping[str, Any] = {"noticed": True}
        for words in WORDS:
            state = json.loads(json.dumps(_turn(flows, state, Said(words))))
            turns += 1
    return turns / (time.perf_counter() - began)


def _turn(flows: Library, state: Mapping[str, Any], event: Event | None) -> Mapping[str, Any]:
    while event is not None:
        done = turn.hear(flows, state, event, MOMENT)
        state, event = done.state, _answered(done.effects)
    return state


def _answered(effects: Sequence[Any]) -> Event | None:
    call = next((effect for effect in effects if isinstance(effect, Call)), None)
    return None if call is None else CallResult(call.seq, "found", FOUND[call.service])


def lint_ms(count: int = FLOWS) -> float:
    """Milliseconds to read, compile and lint `count` flows."""
    files = sources(count)
    began = time.perf_counter()
    findings = check_sources(files)
    took = 1000 * (time.perf_counter() - began)
    if any(one.level == "error" for one in findings):
        raise SystemExit("\n".join(one.render("en") for one in findings))
    return took


def reload_ms(count: int = FLOWS) -> tuple[float, float]:
    """(the longest turn while a new set is compiled and swapped in by another thread, the longest before), in ms."""
    live = [library(count)]
    edited = {**sources(count), "talk1.yaml": sources(1)["talk1.yaml"].replace("¿Algo más?", "¿Alguna cosa más?")}
    alone = _longest(live, threading.Event(), 0.5)
    done = threading.Event()

    def swap() -> None:
        found = flow_library.compiled(edited).library
        if found is not None:
            live[0] = replace(found, pinned={(flow.name, flow.shape): flow for flow in live[0].flows.values()})
        done.set()

    threading.Thread(target=swap, name="reload").start()
    return _longest(live, done, 30.0), alone


def _longest(live: list[Library], done: threading.Event, most_seconds: float) -> float:
    longest, state = 0.0, {"noticed": True}
    until = time.perf_counter() + most_seconds
    while True:
        began = time.perf_counter()
        turn.hear(live[0], state, Said("pedido talk1"), MOMENT)
        longest = max(longest, time.perf_counter() - began)
        if done.is_set() or time.perf_counter() > until:
            return 1000 * longest


def measure(rounds: int = 2_000, repeats: int = 3) -> list[Figure]:
    """Every figure, each the median of `repeats` runs."""
    flows = library()
    pure(flows, rounds // 10)

    def through_json(state: Any) -> Any:
        return json.loads(json.dumps(state))

    plain = [pure(flows, rounds) for _ in range(repeats)]
    stored = [pure(flows, rounds, through_json) for _ in range(repeats)]
    reloads = [reload_ms() for _ in range(repeats)]
    return [
        Figure("steps, pure", statistics.median(one[0] for one in plain), "/s", 100_000),
        Figure("turns, pure", statistics.median(one[1] for one in plain), "/s", 25_000),
        Figure("turns, state through JSON", statistics.median(one[1] for one in stored), "/s", 15_000),
        Figure("turns, understanding and JSON", statistics.median(heard(flows, rounds // 5) for _ in range(repeats)),
               "/s", 8_000),
        Figure(f"lint and compile {FLOWS} flows", statistics.median(lint_ms() for _ in range(repeats)), "ms", 300, False),
        Figure("longest turn while reloading", statistics.median(one[0] for one in reloads), "ms", 50, False),
        Figure("longest turn before", statistics.median(one[1] for one in reloads), "ms", 50, False),
    ]


def main() -> None:
    """Print the figures; with --json, for a machine."""
    parser = argparse.ArgumentParser(prog="python -m bench.flow_engine", description="How fast the flows are.")
    parser.add_argument("--rounds", type=int, default=2_000, help="talks of 5 turns a run")
    parser.add_argument("--repeats", type=int, default=3, help="runs, of which the median counts")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.rounds, options.repeats)
    if options.json:
        print(json.dumps({one.name: {"value": one.value, "unit": one.unit, "ratio": one.ratio} for one in figures}))
    else:
        print("\n".join(map(str, figures)))


if __name__ == "__main__":
    main()
