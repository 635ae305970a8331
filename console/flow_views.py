"""The parts of the flow editor as templates show them: text and findings, drawing, simulator."""

from __future__ import annotations

from typing import Any

from bot.flow import diagram, live
from bot.flow.library import Library
from console import flow_drawing, flow_files, flow_findings, flow_talk, here
from console.flow_drawing import Shape
from console.flow_room import Room
from console.flow_talk import Talk
from console.flow_trials import Trials

MAX_SHOWN = 60


def head(room: Room, file: str) -> dict[str, Any]:
    """What stands above the three columns."""
    flow = flow_files.flow_of(file)
    return {
        "slug": flow_files.slug_of(file),
        "file": file,
        "kind": flow_files.kind_of(file),
        "flow": flow,
        "title": title_of(room, file),
        "is_live": file in room.published,
        "is_draft": file in room.drafts,
        "drafts": len(room.drafts),
        "inside": live.waiting(room.standings, flow) if flow else 0,
        "serial": room.live.serial if room.live else 0,
        "base": room.base,
        "test_slug": flow_files.slug_of(flow_files.test_of(file)) if flow_files.kind_of(file) == "flow" else "",
        "has_tests": flow_files.test_of(file) in room.files,
    }


def title_of(room: Room, file: str) -> str:
    """What people call it: a flow's own title, else its name; a shared file by what it holds."""
    words, slug = here.texts(), flow_files.slug_of(file)
    key = f"flows.files.{slug}"
    if words.has(key):
        return words(key)
    library = room.checked().library or here.desk().flows.library()
    found = library.flows.get(flow_files.flow_of(file)) if library else None
    name = (found.title if found else "") or flow_files.flow_of(file) or slug
    return words("flows.tests_of", name=name) if flow_files.kind_of(file) == "test" else name


def findings(room: Room, file: str) -> dict[str, Any]:
    """What is wrong in this file, and how much in others."""
    checked = room.checked()
    language = here.language()
    mine = flow_findings.shown(checked.of(file), room.files, language)
    others = flow_findings.shown((one for one in checked.findings if one.file != file), room.files, language)
    return {
        "rows": mine[:MAX_SHOWN],
        "others": [one for one in others if one.level == "error"][:MAX_SHOWN],
        "errors": sum(one.level == "error" for one in mine),
        "warnings": sum(one.level != "error" for one in mine),
        "is_sound": checked.library is not None,
        "steps": _steps(checked.library, flow_files.flow_of(file)),
    }


def drawing(room: Room, file: str, at: str = "") -> Shape | None:
    """The picture of a flow with the step one stands on; None while it cannot be drawn."""
    library, flow = room.checked().library, flow_files.flow_of(file)
    if library is None or flow not in library.flows:
        return None
    return flow_drawing.shapes(diagram.svg(library.flows[flow], library, at=at, language=here.language()))


def simulator(room: Room, file: str, script: flow_talk.Script, setting: dict[str, str], talk: Talk) -> dict[str, Any]:
    """The talk so far, and what may be said next."""
    library, flow = room.checked().library, flow_files.flow_of(file)
    return {
        "rows": talk.rows,
        "active": max((at for at, row in enumerate(talk.rows) if row.choices), default=-1),
        "script": list(script),
        "flow": talk.flow,
        "step": talk.step,
        "lines": talk.lines,
        "is_here": talk.flow == flow and bool(talk.flow),
        "slug": talk.flow,
        "facts": talk.facts,
        "is_cut": talk.is_cut,
        "is_full": len(script) >= flow_talk.MAX_LINES,
        "is_sound": library is not None,
        "language": setting["language"],
        "channel": setting["channel"],
        "languages": library.project.languages if library else (setting["language"],),
        "channels": flow_talk.CHANNELS,
        "openings": flow_talk.openings(library, flow) if library and not script else [],
    }


def trials(found: Trials | None) -> dict[str, Any]:
    return {"found": found, "tone": "" if found is None else "good" if found.total and found.passed == found.total else "harm"}


def _steps(library: Library | None, flow: str) -> int:
    """How many questions a flow asks."""
    if library is None or flow not in library.flows:
        return 0
    return sum(step.kind.waits for step in library.flows[flow].steps)
