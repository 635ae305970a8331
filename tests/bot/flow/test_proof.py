"""The way-out proof: planted traps are found at their step, legitimate circles are left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.flow.findings import Finding
from bot.flow.library import compiled, load
from bot.flow.lint import check_sources
from bot.flow.proof.verdict import Proof, prove
from tests.bot.flow.builders import SERVICES

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TRAPS = sorted((HERE / "traps").glob("*.yaml"))
NEAR_MISSES = sorted((HERE / "near_misses").glob("*.yaml"))
PROJECT = "shop: Casa Lumbre\nlanguages: [es]\nqueues: [general]\nfallback: fallback\n"
FALLBACK = """
flow: fallback
steps:
  - menu: No te entiendo. ¿Qué hacemos?
    options:
      person: {text: Una persona, then: [{handoff: general, reason: asked}]}
"""


def files(path: Path) -> dict[str, str]:
    """The flows of one file: `main.yaml`, and what stands below a line `# --- name.yaml`."""
    parts = re.split(r"^# --- (\S+)\n", path.read_text(encoding="utf-8").split("\n", 1)[1], flags=re.MULTILINE)
    named = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {"_project.yaml": PROJECT, "_services.yaml": SERVICES, "fallback.yaml": FALLBACK, "main.yaml": parts[0], **named}


def proven(sources: dict[str, str]) -> Proof:
    loaded = compiled(sources)
    assert loaded.library is not None, [one.render("en") for one in loaded.findings]
    return prove(loaded.library)


def ways_out(sources: dict[str, str]) -> list[Finding]:
    return [one for one in check_sources(sources) if one.code[0] == "W"]


def test_there_are_twenty_traps_and_ten_near_misses() -> None:
    assert len(TRAPS) >= 20 and len(NEAR_MISSES) >= 10


@pytest.mark.parametrize("path", TRAPS, ids=lambda path: path.stem)
def test_a_trap_is_found_at_its_step_and_nothing_else(path: Path) -> None:
    code, place = path.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ").split()[:2]

    assert [(one.code, f"{one.file}:{one.line}") for one in ways_out(files(path))] == [(code, place)]


@pytest.mark.parametrize("path", NEAR_MISSES, ids=lambda path: path.stem)
def test_a_circle_that_ends_is_no_trap(path: Path) -> None:
    assert [one.render("en") for one in ways_out(files(path))] == []


def test_the_path_of_a_trap_is_told_step_by_step() -> None:
    trap = proven(files(HERE / "traps" / "not_found_asks_again.yaml")).traps[0]

    assert trap.path.told("es") == (
        "main.yaml:4 ask order_ref ← respuesta válida → 7 lookup orders.find = not_found → 12 goto = order_ref → 4 …"
    )


def test_a_trap_through_two_flows_is_told_with_both_files() -> None:
    told = proven(files(HERE / "traps" / "two_flows.yaml")).traps[0].path.told("en")

    assert "other.yaml:4 ask name ← a valid answer → 7 start_flow = main → main.yaml:3 …" in told


def test_nobody_is_trapped_in_the_shipped_flows() -> None:
    library = load(ROOT / "flows").library
    assert library is not None
    proof = prove(library)

    assert not proof.traps and all(reach.turns for reach in proof.reaches.values() if reach.questions)


def test_the_turns_to_a_person_are_counted_with_every_try() -> None:
    steps = "flow: main\nsteps:\n  - menu: ¿Qué?\n    retries: 4\n    options: {a: {text: A, then: [{handoff: general, reason: a}]}}\n"
    reach = proven({"_project.yaml": PROJECT, "fallback.yaml": FALLBACK, "main.yaml": steps}).reaches["main"]

    assert (reach.questions, reach.turns) == (1, 5)


def test_the_message_after_a_flow_counts_as_a_turn() -> None:
    steps = "flow: main\ndata: {name: text}\nsteps:\n  - ask: ¿Cómo te llamas?\n    save: name\n"
    reach = proven({"_project.yaml": PROJECT, "fallback.yaml": FALLBACK, "main.yaml": steps}).reaches["main"]

    assert reach.turns == 1 + 1 + 3  # her name, her next message, three tries at the fallback


def test_the_way_out_stays_fast_with_many_menus() -> None:
    """Sixty menus of ten options, each leading to each of the next: 10**60 paths."""
    options = ", ".join(f"o{n}: {{text: O{n}}}" for n in range(10))
    steps = "".join(f"  - menu: ¿Qué?\n    save: v\n    options: {{{options}}}\n  - switch: v\n    cases: {{o1: [{{say: a}}]}}\n" for _ in range(60))
    proof = proven({"_project.yaml": PROJECT, "fallback.yaml": FALLBACK, "main.yaml": f"flow: main\ndata: {{v: text}}\nsteps:\n{steps}"})

    assert not proof.traps and proof.reaches["main"].questions == 60
