"""Flows that are live: the sets that were published, who stands in them, and what an edit would mean for them. Pure.

A *set* is all files of the flows as they were published together. A conversation in the middle of a flow has a
*standing*: where each of its frames is, as one short text beside its state, so that a database counts them in one
statement. `consequences` says before a publish whom it would touch, and what will become of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import BotError
from bot.flow.findings import ERROR, WARNING, Finding
from bot.flow.library import Library
from bot.flow.model import Flow, Step
from bot.flow.revisions import seen
from bot.flow.run import Trace

FOLDER, CONSOLE, CLI = "folder", "console", "cli"
ORIGINS = (FOLDER, CONSOLE, CLI)
TESTS = "tests/"
# Say how the shop is reached and what its carriers ask for: no part of what the bot says.
NOT_OURS = frozenset({"_orders.yaml", "_claims.yaml", "_outreach.yaml"})
CONTENT_LENGTH = 12
LEADING = frozenset({"call", "start_flow"})
LONGEST_STANDING = 1_000  # bytes: PostgreSQL keeps no more than 2,704 in an index
_SPACE = "\x1f"  # in the name of a step that stands below `delivered, lost:`


@dataclass(frozen=True, slots=True)
class FlowSet:
    """One publication. `files` by name, tests as `tests/<name>.test.yaml`; `content` is the hash of all of them.

    `published_by` is an agent's id, `folder` or `cli`; `origin` folder, console or cli. `rolled_back_from` is the id of
    the set that was live when this older one was published again. Of two sets the one with the higher `serial` is live.
    """

    serial: int
    content: str
    files: Mapping[str, str]
    published_at: datetime
    published_by: str
    comment: str = ""
    origin: str = FOLDER
    rolled_back_from: str = ""

    @property
    def set_id(self) -> str:
        return f"{self.serial}-{self.content}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many wait at this step of a flow's shape. `digression`: something else lies on top of it and they come back
    to it; not set: it is where they are now.
    """

    flow: str
    shape: str
    step: str
    count: int
    digression: bool = False


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """How the folder of the flows was when it was last looked at.

    `state`: good (what it says is live), behind (something newer was published in the console and could not be written
    to it), broken (`findings` say where; the last good set stays live), absent, or unwatched.
    """

    state: str = "unwatched"
    folder: str = ""
    findings: tuple[Finding, ...] = ()
    since: datetime | None = None
    behind: tuple[str, ...] = ()


class FlowsRefused(BotError):
    """These files are not published: something in them is wrong. `findings` say what and where."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("The flows cannot be used:\n" + "\n".join(
            one.render("en") for one in self.findings if one.level == ERROR))


class UnknownFlowSet(BotError):
    """There is no set with this id, or no flow of this name."""


def content_of(files: Mapping[str, str]) -> str:
    """The hash of a set of files: the same files give the same one."""
    written = json.dumps(dict(sorted(files.items())), ensure_ascii=True).encode()
    return hashlib.sha256(written).hexdigest()[:CONTENT_LENGTH]


def sources_of(files: Mapping[str, str]) -> dict[str, str]:
    """The files that the flows are compiled from: without their tests."""
    return {name: text for name, text in files.items() if "/" not in name}


def is_file_of_a_set(name: str) -> bool:
    """May a set hold a file of this name? `<name>.yaml`, or a test below `tests/`."""
    bare = name.removeprefix(TESTS)
    ends = ".test.yaml" if name.startswith(TESTS) else ".yaml"
    known = bare.endswith(ends) and len(bare) > len(ends) and name not in NOT_OURS
    return known and not bare.startswith(".") and not set(bare) & set("/\\\x00")


# Where conversations stand


def standing(state: Mapping[str, Any]) -> str | None:
    """`returns@1f0c…#item order_status@77ab…#order_ref`, the running flow last; None when nothing is in progress."""
    frames = state.get("frames")
    if not frames:
        return None
    try:
        told = " ".join([f"{frame['flow']}@{frame['rev']}#{frame['at'].replace(' ', _SPACE)}" for frame in frames])
    except (KeyError, TypeError, AttributeError):
        return None  # a state that is not ours; the engine begins afresh with it
    return told if len(told) <= LONGEST_STANDING and (told.isascii() or len(told.encode()) <= LONGEST_STANDING) else None


def frames_of(told: str) -> tuple[tuple[str, str, str], ...]:
    """`(flow, shape, step)` of each frame that a standing names, the running one last."""
    found = []
    for one in told.split(" "):
        name, _, rest = one.partition("@")
        shape, _, step = rest.partition("#")
        found.append((name, shape, step.replace(_SPACE, " ")))
    return tuple(found)


def standings(counted: Iterable[tuple[str, int]]) -> tuple[Standing, ...]:
    """What a database counted for each standing, per flow, shape and step."""
    found: dict[tuple[str, str, str, bool], int] = {}
    for told, count in counted:
        frames = frames_of(told)
        for place, frame in enumerate(frames):
            key = (*frame, place < len(frames) - 1)
            found[key] = found.get(key, 0) + count
    return tuple(Standing(flow, shape, step, count, below) for (flow, shape, step, below), count in sorted(found.items()))


def waiting(found: Iterable[Standing], flow: str, step: str = "") -> int:
    """How many customers are in a flow, or at one step of it, in whichever shape."""
    return sum(one.count for one in found if one.flow == flow and step in ("", one.step))


def steps(trace: Iterable[Trace]) -> list[list[str]]:
    """What a turn went through, for the step log: [flow, revision, step, what], and the decision where there is one."""
    return [[one.flow, one.revision, one.step, one.what, *([one.decision] if one.decision else ())] for one in trace]


def with_what_they_lead_to(flow: Flow, library: Library, live: Library) -> dict[tuple[str, str], Flow]:
    """A flow of an older set (`library`), and those it starts or calls that are live no more."""
    found = {(flow.name, flow.shape): flow}
    waiting = [flow]
    while waiting:
        for step in waiting.pop().steps:
            name = (step.data if isinstance(step.data, str) else step.data.flow) if step.kind.name in LEADING else ""
            led_to = library.flows.get(name) if name not in live.flows else None
            if led_to is not None and (led_to.name, led_to.shape) not in found:
                found[led_to.name, led_to.shape] = led_to
                waiting.append(led_to)
    return found


# What an edit means for them


def consequences(old: Library, new: Library, found: Iterable[Standing]) -> tuple[Finding, ...]:
    """Whom the change from `old` to `new` would touch, counted per step, and what will become of them.

    Who stands in a shape that is neither the old one nor would be moved is not touched. New texts alone touch nobody.
    """
    counts: dict[tuple[str, str, str], int] = {}
    for one in found:
        counts[one.flow, one.shape, one.step] = counts.get((one.flow, one.shape, one.step), 0) + one.count
    told = (_consequence(old, new, place, count) for place, count in sorted(counts.items()))
    return tuple(one for one in told if one is not None)


def _consequence(old: Library, new: Library, place: tuple[str, str, str], count: int) -> Finding | None:
    name, shape, at = place
    was = _in_shape(old, name, shape)
    will = new.flows.get(name)
    facts: dict[str, Any] = {"count": count, "flow": name, "step": _named(was, at)}
    if will is None:
        is_gone_already = name not in old.flows
        return None if is_gone_already else Finding(f"{name}.yaml", 1, 1, "L03", WARNING, facts)
    moves = will.on_edit == "move"
    if will.shape == shape or (not moves and (name not in old.flows or old.flows[name].shape != shape)):
        return None
    step = will.steps[will.by_id[at]] if at in will.by_id else None
    before = was.steps[was.by_id[at]] if was is not None and at in was.by_id else None
    if step is None or (moves and before is not None and step.kind.name != before.kind.name):
        return _at(will, None, "L05" if moves else "L01", facts)
    is_changed = before is not None and seen(_bare(before)) != seen(_bare(step))
    if moves:
        return _at(will, step, "L06", facts)
    return _at(will, step, "L02" if is_changed else "L04", facts)


def _at(flow: Flow, step: Step | None, code: str, facts: Mapping[str, Any]) -> Finding:
    line, column = (step.line, step.column) if step is not None else (flow.line, flow.column)
    return Finding(flow.file, line, column, code, WARNING, facts)


def _in_shape(library: Library, name: str, shape: str) -> Flow | None:
    live = library.flows.get(name)
    return live if live is not None and live.shape == shape else library.pinned.get((name, shape), live)


def _bare(step: Step) -> tuple[Any, ...]:
    """A step without its place in the file: what decides whether it is still the same question."""
    return (step.kind, step.data, sorted(step.blocks), step.when)


def _named(flow: Flow | None, at: str) -> str:
    """A step as a person finds it: its name, or its place in the file where nobody named it."""
    if flow is None or at not in flow.by_id or not (at[:1].isdigit() or "." in at):
        return at
    return f"{flow.file}:{flow.steps[flow.by_id[at]].line}"
