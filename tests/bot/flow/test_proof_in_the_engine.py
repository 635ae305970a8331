"""What the proof promises is kept by the engine: flows made at random are played against the worst that may happen."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from bot.flow import engine
from bot.flow.effects import Call, HandOff
from bot.flow.events import CallResult
from bot.flow.library import Library, compiled
from bot.flow.model import Question
from bot.flow.moves import Answer, Invalid, Move, Start
from bot.flow.places import pending
from bot.flow.proof.positions import ANSWERS, MISSES, OPEN, SHUT, STANDING, TOP, Board, Position, charted
from bot.flow.proof.turns import turns
from bot.flow.proof.verdict import prove
from bot.flow.proof.ways import may_miss, roads
from tests.bot.flow.builders import a_moment
from tests.bot.flow.test_proof import FALLBACK, PROJECT, SERVICES

DATA = "data: {ref: order_number, order: record, wish: text, count: integer, sure: yes_no}\n"


def a_random_flow(name: str, random: Random) -> str:
    size = random.randint(2, 6)
    names = [f"s{number}" for number in range(size)]
    steps = [_step(one, names, random) for one in names]
    return f"flow: {name}\n{DATA}steps:\n  - set: {{count: '0'}}\n" + "".join(f"  - id: {n}\n    {s}\n" for n, s in zip(names, steps, strict=True))


def _step(name: str, names: list[str], random: Random) -> str:
    def leads() -> str:
        return random.choice([
            f"[{{goto: {random.choice(names)}}}]", "[{handoff: general, reason: a}]", "[{say: Hola}]",
            "[{say: Hola}]", "[{end: done}]", "[{start_flow: other}]",
        ])  # fmt: skip

    match random.randrange(8):
        case 0 | 1:
            options = ", ".join(f"o{n}: {{text: O{n}, then: {leads()}}}" for n in range(random.randint(1, 3)))
            return f"menu: ¿Qué?\n    save: wish\n    options: {{{options}}}" + (f"\n    after_retries: {leads()}" if random.random() < 0.5 else "")
        case 2 | 3:
            return "ask: ¿Cuál?\n    save: ref" + (f"\n    after_retries: {leads()}" if random.random() < 0.7 else "")
        case 4:
            return f"lookup: orders.find\n    with: {{ref: ref}}\n    save: order\n    not_found: {leads()}\n    failed: {leads()}"
        case 5:
            test = random.choice(["order.total > 3", "wish == 'o0'", "known(order)", "count < 2"])
            return f"if: {test}\n    then: {leads()}\n    else: {leads()}"
        case 6:
            return random.choice(["set: {count: 'count + 1'}", "say: Hola", "handoff: general\n    reason: b\n    if_closed: [{say: Mañana}]"])
        case _:
            return "repeat: [{ask: ¿Más?, save: wish}]\n    max: 2" if random.random() < 0.5 else "call: helper"


def a_random_library(random: Random) -> Library | None:
    helper = a_random_flow("helper", random).replace("call: helper", "say: Hola").replace("start_flow: other", "end: done")
    other = a_random_flow("other", random).replace("call: helper", "say: Hola")
    files = {"main.yaml": a_random_flow("main", random), "other.yaml": other, "helper.yaml": helper}
    return compiled({"_project.yaml": PROJECT, "_services.yaml": SERVICES, "fallback.yaml": FALLBACK, **files}).library


class Play:
    """One conversation against bad luck; `next_move` says what the contact does at a question."""

    def __init__(self, library: Library, contact: str, random: Random) -> None:
        self.library, self.contact, self.random = library, contact, random
        self.state: Any = {}
        self.person = False
        self.turns = 0
        board = Board(charted(library, {n: roads(f) for n, f in library.flows.items()}), contact,
                      [Position(TOP, name, 0) for name in library.flows])  # fmt: skip
        self.board, self.settled = board, turns(board)

    def until_a_person(self, most: int) -> int:
        """The messages it took from the first question; more than `most` ends the play."""
        self.do(Start("main"))
        while not self.person and self.turns <= most:
            found = pending(self.library, self.state)
            self.turns += 1
            self.do(Start("fallback") if found is None else self.answer(found[0].name, found[1].data, found[1].index))
        return self.turns

    def do(self, move: Move | CallResult) -> None:
        queues = frozenset(("general",)) if self.random.random() < 0.5 else frozenset()
        self.state, effects, _ = engine.advance(self.library, self.state, move, a_moment(open_queues=queues))
        self.person = self.person or any(isinstance(effect, HandOff) for effect in effects)
        for call in [effect for effect in effects if isinstance(effect, Call)]:
            status = self.random.choice(["found", "not_found", "failed"])
            self.do(CallResult(call.seq, status, {"total": str(self.random.randrange(6))}))

    def answer(self, flow: str, question: Question, index: int) -> Move:
        if self.contact == MISSES and may_miss(question):
            return Invalid()
        if question.options:
            key = self.best(flow, index) if self.contact == ANSWERS else self.random.choice(question.options).key
            return Answer(key, key)
        if may_miss(question) and self.random.random() < 0.6:
            return Invalid()
        return Answer("AB-12345" if question.type == "order_number" else "algo")

    def best(self, flow: str, index: int) -> str:
        """The option nearest to a person; in a called flow to one there, else to its end."""
        values = self.state["frames"][-1]["vars"]
        for mode in (TOP,) if len(self.state["frames"]) == 1 else (SHUT, OPEN):
            for at in self.board.places:
                knows = at.knows is None or values.get(at.knows[0]) == at.knows[1]
                if at[:2] == (mode, flow) and at[2:4] == (index, STANDING) and knows and at in self.settled:
                    able = [move for move in self.board.places[at].moves if move.to in self.settled]
                    return min(able, key=lambda move: self.settled[move.to] + move.turns).way.what
        return "o0"


def promised(library: Library) -> int | None:
    """The most turns from any question; None where somebody may be trapped."""
    proof = prove(library)
    if proof.traps or any(reach.turns is None for reach in proof.reaches.values()):
        return None
    return max(reach.turns or 0 for reach in proof.reaches.values())


@pytest.mark.parametrize("contact", [ANSWERS, MISSES])
@pytest.mark.parametrize("seeds", [range(start, start + 50) for start in range(0, 300, 50)], ids=lambda one: str(one.start))
def test_a_person_is_reached_within_the_turns_that_were_promised(seeds: range, contact: str) -> None:
    libraries = {seed: a_random_library(Random(seed)) for seed in seeds}
    kept = {seed: (library, most) for seed, library in libraries.items() if library and (most := promised(library)) is not None}

    # one turn more where the flow ended before it asked anything, so that the first message is none of a question's
    late = [seed for seed, (library, most) in kept.items() if Play(library, contact, Random(seed)).until_a_person(most + 1) > most + 1]

    assert len(kept) >= 10 and late == []
