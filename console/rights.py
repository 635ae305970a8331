"""Who may do what, read from the rules that hold: the moves of a ticket, and who each page lets in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.route import Route
from handoff import moves
from handoff.tables import ROLES

READS, WRITES = "reads", "writes"


@dataclass(frozen=True, slots=True)
class Right:
    """One line of the table: what it is about, and by role `yes`, `own` (her own conversations), or ``."""

    key: str
    by: Mapping[str, str]


def of_moves() -> list[Right]:
    """Every move of a ticket, from the table of moves: a holder may what is hers, a supervisor all."""
    names = dict.fromkeys(row.name for row in moves.MOVES)
    return [Right(name, _movers(name)) for name in names if any(_movers(name).values())]


def of_pages(pages: Iterable[Sequence[Route]]) -> list[tuple[str, Right, Right]]:
    """By page of the left column or the settings: its key, who reads it, who changes something there."""
    found = []
    for routes in pages:
        entry = next((route.entry for route in routes if route.entry), None)
        if entry is None:
            continue
        reads = {role: _may(role, [route for route in routes if route.methods == ("GET",)]) for role in ROLES}
        writing = [route for route in routes if route.methods != ("GET",)]
        writes = {role: _may(role, writing) if writing and reads[role] else "" for role in ROLES}
        found.append((entry.place + (1_000 if entry.group == "admin" else 0), entry.key,
                      Right(READS, reads), Right(WRITES, writes)))
    return [(key, reads, writes) for _, key, reads, writes in sorted(found, key=lambda one: one[0])]


def roles_of(route: Route, routes: Sequence[Route]) -> tuple[str, ...]:
    """Who a route lets in: what its guard says, else who is shown its page; everybody where nothing is said."""
    guard: Any = getattr(route.view, "roles", ())
    shown = next((one.entry.roles for one in routes if one.entry), ())
    return tuple(guard) or shown or ROLES


def _may(role: str, routes: Sequence[Route]) -> str:
    return "yes" if any(role in roles_of(route, routes) for route in routes) else ""


def _movers(name: str) -> dict[str, str]:
    by = {who for row in moves.MOVES if row.name == name for who in row.by}
    agent = "yes" if moves.AGENT in by else "own" if moves.HOLDER in by else ""
    above = "yes" if moves.SUPERVISOR in by else agent
    return {"agent": agent, "supervisor": above, "admin": above}
