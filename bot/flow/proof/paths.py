"""How a trap holds: one way round it, step by step, in the words of the flows' files."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable
from dataclasses import dataclass

from bot.flow.findings import phrase
from bot.flow.model import Question, Step
from bot.flow.proof.positions import SHUT, Board, Move, Position


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of a path: what happened at a step, before the next one of the path comes."""

    file: str
    line: int
    verb: str
    id: str
    how: str
    what: str


def circle(board: Board, settled: Container[Position], start: Position) -> list[tuple[Position, Move]]:
    """The shortest way from `start` back to it through places that have no way out; empty when there is none."""
    came: dict[Position, tuple[Position, Move]] = {}
    waiting = deque([start])
    while waiting:
        position = waiting.popleft()
        for move in board.places[position].moves:
            if move.to in settled or move.to.mode == SHUT != start.mode:
                continue
            if move.to == start:
                return _back(came, start, position, move)
            if move.to not in came:
                came[move.to] = (position, move)
                waiting.append(move.to)
    return []


def _back(
    came: dict[Position, tuple[Position, Move]], start: Position, at: Position, last: Move
) -> list[tuple[Position, Move]]:
    path = [(at, last)]
    while at != start:
        at, move = came[at]
        path.append((at, move))
    return path[::-1]


def legs(board: Board, path: list[tuple[Position, Move]]) -> list[Leg]:
    """The path as a reader follows it: no step is told whose way on goes without saying."""
    told = []
    for position, move in path:
        if position.index < 0:
            if move.way.how == "next_message":
                told.append(Leg("", 0, "", "", "next_message", move.way.flow))
            continue
        step = board.step(position)
        if move.way.how in ("stay", "next") or (move.way.how == "skip" and step.when is None):
            continue
        told.append(Leg(f"{position.flow}.yaml", step.line, step.kind.name, _name(step), move.way.how, move.way.what))
    return told


def _name(step: Step) -> str:
    if isinstance(step.data, Question):
        return step.id if not step.id[:1].isdigit() else ""
    if step.kind.name in ("lookup", "do"):
        return str(step.data.service)
    return ""


def told(path: Iterable[Leg], last: str, language: str) -> str:
    """`order_status.yaml:12 ask order_ref ← respuesta válida → 18 lookup orders.find = not_found → 12 …`"""
    words, file = [], ""
    for leg in path:
        if not leg.file:
            words.append(phrase("ways", "next_message", language, what=leg.what))
            continue
        place = f"{leg.file}:{leg.line}" if leg.file != file else str(leg.line)
        file = leg.file
        named = " ".join(part for part in (place, leg.verb, leg.id) if part)
        what = leg.what if leg.how != "valid" or leg.what in ("yes", "no") else ""
        if leg.how == "open":
            words.append(f"{named} {what}")
            continue
        sign = "←" if leg.how in ("option", "valid", "wrong", "none", "reply", "silence") else "="
        words.append(f"{named} {sign} {phrase('ways', leg.how, language, what=what).strip()}")
    return " → ".join([*words, last])
