"""Publishing flows: a set of files that is wholly good becomes live, an older one becomes live again, and who did it.

Compiling takes longer than a transaction should: whoever publishes calls `good` first, outside of it; `publish` finds
the result again. Nothing here touches the folder of the flows (see `pipeline.flow_watch`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import shop_files
from bot.flow import library as flow_library
from bot.flow import lint
from bot.flow.findings import ERROR, Finding
from bot.flow.library import Library
from bot.flow.live import (
    CLI,
    CONSOLE,
    FOLDER,
    FlowSet,
    FlowsRefused,
    FolderStatus,
    Standing,
    UnknownFlowSet,
    content_of,
    is_file_of_a_set,
    sources_of,
)
from conversation.events import TimelineLine
from conversation.work import Work
from pipeline import flow_sets

LONGEST_COMMENT = 500
KEPT_COMPILED = 6
OF_THE_HOUSE = frozenset({FOLDER, CLI})  # not agents


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of reading a set of files: all findings, and the flows unless something is wrong."""

    library: Library | None
    findings: tuple[Finding, ...]


def checked(files: Mapping[str, str]) -> Checked:
    """Compile and lint; what was read a moment ago is not read again. No database."""
    return _checked(tuple(sorted(files.items())))


def good(files: Mapping[str, str]) -> Library:
    """The flows of these files. Raises FlowsRefused where they are not wholly good."""
    found = checked(files)
    if found.library is None:
        raise FlowsRefused(found.findings)
    return found.library


def compiled(files: Mapping[str, str]) -> Library | None:
    """The flows of a set that was good when it was published; newer rules do not take away what is live."""
    return _compiled(tuple(sorted(sources_of(files).items())))


def live(work: Work) -> FlowSet | None:
    """The set that is live; None before the first."""
    return flow_sets.newest(work.connection)


def history(work: Work, most: int = 50) -> tuple[FlowSet, ...]:
    """The sets of the past, the live one first."""
    return flow_sets.latest(work.connection, most)


def fetch(work: Work, set_id: str) -> FlowSet:
    """One of them. Raises UnknownFlowSet."""
    return flow_sets.fetch(work.connection, set_id)


def publish(work: Work, files: Mapping[str, str], *, by: str, comment: str = "", origin: str = CONSOLE) -> FlowSet:
    """Make these files live. The live set itself where nothing is different. Raises FlowsRefused."""
    library = good(files)
    flow_sets.lock(work)
    before = live(work)
    if before is not None and before.content == content_of(files):
        return before
    return _add(work, files, library, _Told(by, comment, origin), before)


def roll_back(work: Work, set_id: str, *, by: str, comment: str = "", origin: str = CONSOLE) -> FlowSet:
    """Make an older set live again, as a new one. Raises UnknownFlowSet, and FlowsRefused where it cannot be read."""
    wanted = fetch(work, set_id)
    library = compiled(wanted.files)
    if library is None:
        raise FlowsRefused(checked(wanted.files).findings)
    flow_sets.lock(work)
    before = live(work)
    if before is not None and before.content == wanted.content:
        return before
    left = before.set_id if before is not None else ""
    return _add(work, wanted.files, library, _Told(by, comment or f"↶ {wanted.set_id}", origin, left), before)


def move(work: Work, flow: str, *, by: str, comment: str = "", origin: str = CLI) -> FlowSet:
    """Whoever waits in an older shape of this flow goes on in the live one at her next event. Raises UnknownFlowSet.

    It is a publication of the same files: every process learns of it, and the history tells who did it.
    """
    flow_sets.lock(work)
    now_live = live(work)
    library = compiled(now_live.files) if now_live is not None else None
    if now_live is None or library is None or flow not in library.flows:
        known = ", ".join(sorted(library.flows)) if library is not None else "none"
        raise UnknownFlowSet(f"There is no live flow “{flow}”; there are: {known}.")
    moved = _add(work, now_live.files, library, _Told(by, comment or f"move {flow}", origin), now_live)
    flow_sets.move(work, flow, library.flows[flow].shape, moved.serial)
    return moved


def standings(work: Work) -> tuple[Standing, ...]:
    """Who waits where now."""
    return flow_sets.standings_now(work.connection, work.now)


def status(work: Work) -> FolderStatus:
    """How the folder of the flows stands."""
    return flow_sets.folder_status(work.connection)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """The names of files that are new, different or gone."""
    return tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))


@dataclass(frozen=True, slots=True)
class _Told:
    """Who publishes, and what they say about it."""

    by: str
    comment: str
    origin: str
    rolled_back_from: str = ""

    @property
    def columns(self) -> dict[str, str]:
        return {"published_by": self.by, "comment": self.comment.strip()[:LONGEST_COMMENT], "origin": self.origin,
                "rolled_back_from": self.rolled_back_from}


def _add(work: Work, files: Mapping[str, str], library: Library, told: _Told, before: FlowSet | None) -> FlowSet:
    made = flow_sets.add(work, files, library, told.columns)
    data = {"set": made.set_id, "before": before.set_id if before is not None else "", "origin": told.origin,
            "comment": made.comment, "rolled_back_from": told.rolled_back_from,
            "files": list(changed(before.files if before is not None else {}, files))}
    work.record(TimelineLine("flows_published", "", "system" if told.by in OF_THE_HOUSE else told.by, data=data))
    return made


@lru_cache(maxsize=KEPT_COMPILED)
def _checked(files: tuple[tuple[str, str], ...]) -> Checked:
    sources = sources_of(dict(files))
    foreign = [Finding(name, 1, 1, "L10", facts={"name": name}) for name, _ in files if not is_file_of_a_set(name)]
    findings = (*foreign, *lint.check_sources(sources), *shop_files.findings(sources))
    library = _compiled(tuple(sorted(sources.items())))
    if library is not None and not library.flows:
        findings = (*findings, Finding("_project.yaml", 1, 1, "L11"))
    is_good = not any(one.level == ERROR for one in findings)
    return Checked(library if is_good else None, findings)


@lru_cache(maxsize=KEPT_COMPILED)
def _compiled(sources: tuple[tuple[str, str], ...]) -> Library | None:
    return flow_library.compiled(dict(sources)).library
