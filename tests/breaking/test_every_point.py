"""Every point of one conversation broken in turn: killed, raised at, stalled. The customer notices nothing but time.

A first, undisturbed conversation counts the points of web, sender and worker and says what she must receive. Then, round
after round, one point in each of the three is broken while the same conversation is held with a new customer; judged by
what arrived at the provider. SQLite gets every kind of point killed, PostgreSQL every kind raised at or stalled in
turn; BREAKING=all gives both of them every single point with every action.
"""

from __future__ import annotations

import ast
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path

import pytest

from bench.postgres import database
from faults import ACTIONS
from tests.breaking.street import Street, Stuck, points

ALL = os.environ.get("BREAKING") == "all"
PROCESSES = ("web", "sender", "worker")
HOUSE = Path(__file__).parents[2]
# They run by the clock, every ten minutes, every hour or every day, and not because somebody wrote.
BY_THE_CLOCK = ("channel_watch.", "housekeeping.", "mail.", "polling.", "retention.", "late_parcels.")
NO_ANSWER = "La tienda no contesta."
MINIMUM_SHARE = 0.9  # a fault in one process may lead the work past a point of another
Fault = tuple[str, str, int, str]  # process, point, which time, action


@pytest.fixture(params=["sqlite", "postgresql"])
def street(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Street]:
    with ExitStack() as stack:
        url = ""
        if request.param == "postgresql":
            request.getfixturevalue("postgres_server")  # skips with its sentence where there is none
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="relevo-street-"))
            durable = stack.enter_context(database("postgresql", Path(folder)))  # the doctor refuses one that forgets
            url = durable.url.replace("postgresql://", "postgresql+psycopg://")
        yield stack.enter_context(Street(url, tmp_path))


def of_a_message(seen: Counter[str]) -> Counter[str]:
    """The points that a conversation leads past."""
    return Counter({name: count for name, count in seen.items() if not any(one in name for one in BY_THE_CLOCK)})


def faults_of(seen: Counter[str], process: str, thorough: bool) -> list[Fault]:
    """What to break in a process that reached these points so often."""
    if ALL:
        return [(process, name, n, action) for name, count in seen.items() for n in range(1, count + 1) for action in ACTIONS]
    if thorough:
        return [(process, name, 1, "kill") for name in seen]
    return [(process, name, 1, ("raise", "stall")[at % 2]) for at, name in enumerate(seen)]


def again(thorough: bool) -> list[Fault]:
    """What is reached only after a sender was killed with something on the wire: broken as a second fault."""
    actions = ACTIONS if ALL else ("kill", "raise") if thorough else ("stall",)
    return [("sender", name, 1, action) for action in actions for name in ("before list", "after list")]


def break_all(street: Street, expected: list[str], rounds: list[list[Fault]]) -> tuple[list[str], set[Fault]]:
    """Hold a conversation a round; what went wrong, and which faults really happened."""
    wrong: list[str] = []
    happened: set[Fault] = set()
    for faults in rounds:
        street.break_at(*(f"{process} {name}#{n}:{action}" for process, name, n, action in faults))
        try:
            received = street.converse()
        except Stuck as error:
            received = [str(error)]
        if received not in (expected, _without_shop(expected, faults)):
            wrong.append(f"{faults}: {received}")
        done = {(process, name) for process, name, action in street.reached() if action}
        happened |= {fault for fault in faults if fault[:2] in done}
    return wrong, happened


def _without_shop(expected: list[str], faults: list[Fault]) -> list[str]:
    """A connector that raises what nobody foresaw is a shop that failed: the flow says so, and goes on."""
    if not any(name.startswith("orders.") and action == "raise" for _, name, _, action in faults):
        return expected
    return [NO_ANSWER if text.startswith("Pedido") else text for text in expected]


@pytest.mark.timeout(86_400 if ALL else 600)
def test_whatever_point_breaks_the_customer_gets_each_message_once_and_in_order(
    street: Street, capsys: pytest.CaptureFixture[str]
) -> None:
    street.break_at()
    expected = street.converse()
    seen = {process: of_a_message(points(street.reached(), process)) for process in PROCESSES}
    planned = [faults_of(seen[process], process, not street.database_url) for process in PROCESSES]
    planned.append(again(not street.database_url))
    rounds = [[fault for fault in row if fault] for row in zip_longest(*planned[:3])]
    rounds += [[("sender", f"{('before', 'after')[at % 2]} provider", 1, "kill"), fault] for at, fault in enumerate(planned[3])]

    wrong, happened = break_all(street, expected, rounds)

    with capsys.disabled():
        print(f"\n{_told(planned, happened)}")
    assert not wrong, "\n".join(wrong)
    assert len(happened) >= MINIMUM_SHARE * sum(map(len, planned)), "too many faults did not happen"


def _told(planned: list[list[Fault]], happened: set[Fault]) -> str:
    lines = []
    for faults in planned:
        names = {fault[1] for fault in faults}
        done = [fault for fault in faults if fault in happened]
        actions = Counter(fault[3] for fault in done)
        lines.append(f"{faults[0][0]}: {len(names)} kinds of points, {len(done)} of {len(faults)} faults happened: {dict(actions)}"
                     + "".join(f"; not reached: {fault[1]} {fault[3]}" for fault in faults if fault not in happened))
    return "\n".join(lines)


# A boundary without a point would never be broken. Where one is crossed, the same function must say so.
CROSSINGS = {
    "_fetch": "a call of a provider", "fetch": "a call of a shop", "enqueue": "a job for the worker", "blpop": "a token taken",
    "ask": "a call of a service", "execute_pipeline": "a ring",
}
EXEMPT = {
    ("pipeline/effects.py", "call"): "a local service: no I/O, inside the turn's transaction",
    ("pipeline/slow.py", "_ask"): "called between the two points of _run",
    ("pipeline/services.py", "ask"): "called by slow.py between the two points of _run",
    ("pipeline/replay.py", "_answer"): "shows what would happen; nothing is stored or sent",
    ("pipeline/retelling.py", "_asks"): "shows what would have been said; nothing is stored or sent",
    ("pipeline/retelling.py", "ask"): "shows what would have been said; nothing is stored or sent",
    ("pipeline/publishing.py", "fetch"): "a row of ours, read in the caller's transaction",
    ("pipeline/publishing.py", "roll_back"): "a row of ours, read in the caller's transaction",
    ("pipeline/flow_commands.py", "rollback"): "a row of ours, read for a command",
    ("pipeline/flow_commands.py", "show"): "a row of ours, read for a command",
}
MACHINERY = ("supervisor.py", "embedded_redis.py", "children.py")  # they keep processes, and carry no work
WATCHED = [*(path for path in sorted((HOUSE / "pipeline").glob("*.py")) if path.name not in MACHINERY), HOUSE / "conversation" / "work.py", HOUSE / "orders" / "web.py"]


def functions(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Every function of a file with the names of what it calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            called = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
            yield node.name, [_name(function) for function in called]


def _name(function: ast.expr) -> str:
    if not isinstance(function, ast.Attribute):
        return function.id if isinstance(function, ast.Name) else ""
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if function.attr == "begin" and owner in ("connection", "engine", "session"):
        return "begin_transaction"
    return "execute_pipeline" if (owner, function.attr) == ("pipe", "execute") else function.attr


@pytest.mark.parametrize("path", WATCHED, ids=lambda path: path.name)
def test_every_crossing_of_a_boundary_has_a_point_to_break(path: Path) -> None:
    place = str(path.relative_to(HOUSE))
    bare = [f"{place}: {name} crosses {CROSSINGS[called]} and has no faults.point" for name, calls in functions(path)
            for called in calls if called in CROSSINGS and "point" not in calls and (place, name) not in EXEMPT]

    assert not bare


def test_transactions_begin_and_end_only_where_they_can_be_broken() -> None:
    places = {str(path.relative_to(HOUSE)) for folder in ("pipeline", "conversation", "handoff", "console")
              for path in (HOUSE / folder).rglob("*.py") for _, calls in functions(path)
              if {"begin_transaction", "commit"} & set(calls)}

    assert places == {"conversation/work.py"}
