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
