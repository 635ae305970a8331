"""The folder of the flows: what changes there becomes live, what is published elsewhere is written to it.

A file is taken from the folder when the folder changed, and left alone when something newer was published from the
console. Changed in both places, the folder's file counts, and an alarm says which it was and how to get the other one
back. A folder that is not wholly good changes nothing: the last good set stays live, and who may mend it is told.

Looked at every two seconds by times and sizes, now and then by content: there is no inotify on most platforms.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from bot.flow.findings import ERROR, Finding
from bot.flow.live import FOLDER, TESTS, FlowSet, is_file_of_a_set
from conversation import alarms
from conversation.alarms import Trouble
from conversation.work import Database, Work
from pipeline import flow_sets, publishing

BROKEN = "flows:folder"
CLASH = "flows:clash:"
SETTLE_SECONDS = 0.2  # whoever copies files into the folder is through by then, or is waited for
SETTLE_TRIES = 25
WHOLE_EVERY = 15  # looks; in between only what looks changed is read
SHOWN = 50
LOGGED = 5
NAMED = 6
ADDRESS_SIGNS = frozenset("@.")

logger = structlog.get_logger(__name__)
Stamps = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Merged:
    """What is to be live. `taken` came from the folder, of these `clashes` had been changed in the console too;
    `to_give` are newer than the folder's and belong into it."""

    files: Mapping[str, str]
    taken: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()
    to_give: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Who publishes, and what they say about it."""

    by: str
    comment: str
    origin: str


@dataclass(frozen=True, slots=True)
class Known:
    """Hashes of files: as they last became live from the folder, as they were written to it since, and as this process
    last saw them there (None: it has just begun to look)."""

    adopted: Mapping[str, str]
    given: Mapping[str, str]
    seen: Mapping[str, str] | None = None


def merged(folder: Mapping[str, str], live: Mapping[str, str], known: Known) -> Merged:
    """Each file from where it was changed last. Pure."""
    files, taken, clashes, to_give = dict(live), [], [], []
    for name in sorted({*folder, *live}):
        here, there = mark(folder.get(name)), mark(live.get(name))
        if here == there:
            continue
        adopted = known.adopted.get(name, "")
        before = known.seen.get(name, "") if known.seen is not None else adopted
        if here == before or (known.seen is None and here == known.given.get(name)):
            if there != adopted:
                to_give.append(name)
            continue
        taken.append(name)
        if there not in (before, adopted):
            clashes.append(name)
        files.pop(name, None)
        if name in folder:
            files[name] = folder[name]
    return Merged(files, tuple(taken), tuple(clashes), tuple(to_give))


def mark(text: str | None) -> str:
    """The hash of a file; '' where there is none."""
    return "" if text is None else sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def marks(files: Mapping[str, str]) -> dict[str, str]:
    return {name: mark(text) for name, text in files.items()}


def read(folder: Path) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """The files of a folder that belong to a set; those that cannot be read as findings."""
    if not folder.is_dir():
        return {}, (Finding(str(folder), 1, 1, "F01", facts={"folder": folder}),)
    files: dict[str, str] = {}
    findings = []
    for name in names(folder):
        try:
            files[name] = (folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            continue  # just deleted
        except (UnicodeDecodeError, OSError):
            files[name] = ""
            findings.append(Finding(name, 1, 1, "Y19"))
    return files, tuple(findings)


def names(folder: Path) -> list[str]:
    found = [path.name for path in folder.glob("*.yaml")]
    found += [f"{TESTS}{path.name}" for path in (folder / TESTS).glob("*.test.yaml")]
    return sorted(name for name in found if is_file_of_a_set(name))


@dataclass
class FlowWatch:
    """Follows one folder. `look` is called again and again by one thread; `pause` waits. `writes`: it may be written to."""

    database: Database
    folder: Path
    writes: bool = True
    pause: Callable[[float], object] = time.sleep
    _seen: Mapping[str, str] | None = None
    _stamps: Stamps = field(default_factory=dict)
    _serial: int = -1
    _looks: int = 0
    _has_told: bool = False

    def look(self) -> bool:
        """Take over what changed, on either side; whether anything was published."""
        stamps, serial = self._stamp(), self._live_serial()
        self._looks += 1
        if stamps == self._stamps and serial == self._serial and self._looks % WHOLE_EVERY:
            return False
        files, findings = self._settled()
        self._stamps = self._stamp()
        done = self._follow(files, findings)
        self._serial = self._live_serial()
        return done

    def _follow(self, files: Mapping[str, str], findings: tuple[Finding, ...]) -> bool:
        with self.database.reading() as session:
            live, row = flow_sets.newest(session), flow_sets.folder_row(session)
        known = Known(row["adopted"], row["given"], self._seen)
        change = merged(files, live.files if live is not None else {}, known)
        if findings or not any("/" not in name for name in files):
            self._tell_broken(findings or publishing.checked({}).findings, row, live)
            return False
        if not change.taken:
            self._settle(row, files, live, change)
            return False
        found = publishing.checked(change.files)
        if found.library is None:
            self._tell_broken(found.findings, row, live)
            return False
        return self._adopt(files, change, live)

    def _adopt(self, files: Mapping[str, str], change: Merged, live: FlowSet | None) -> bool:
        with self.database.work() as work:
            flow_sets.lock(work)
            if flow_sets.newest_serial(work.connection) != (live.serial if live is not None else 0):
                return False  # somebody published meanwhile: look again
            made = adopt(work, self.folder, files, change, Told(FOLDER, _in_short(change.taken, live), FOLDER))
        self._seen = marks(files)
        logger.info("flows were published from the folder", set=made.set_id, files=list(change.taken),
                    clashes=list(change.clashes))
        return True

    def _settle(self, row: Mapping[str, Any], files: Mapping[str, str], live: FlowSet | None, change: Merged) -> None:
        """Nothing new in the folder: note what both sides agree on, write to it what was published elsewhere."""
        given, behind = dict(row["given"]), []
        texts = live.files if live is not None else {}
        for name in change.to_give:
            if self._give(name, files.get(name), texts.get(name)):
                given[name] = mark(texts.get(name))
            else:
                behind.append(name)
        self._stamps = self._stamp()
        self._seen = {**marks(files), **{name: given[name] for name in change.to_give if name in given}}
        agreed = {name: mark(text) for name, text in files.items()
                  if texts.get(name) == text and given.get(name) != mark(text)}
        adopted = {name: one for name, one in {**row["adopted"], **agreed}.items()}
        if (adopted, given, behind, row["state"] in ("good", "behind")) != (
                row["adopted"], row["given"], row["behind"], True):
            with self.database.work() as work:
                _keep(work, self.folder, row, {"adopted": adopted, "given": given, "behind": behind})

    def _give(self, name: str, expected: str | None, wanted: str | None) -> bool:
        """Write one file, unless it is another than we know by now; whether the folder has it."""
        path = self.folder / name
        if not self.writes:
            return False
        try:
            if (path.read_text(encoding="utf-8") if path.exists() else None) != expected:
                return False
            if wanted is None:
                path.unlink(missing_ok=True)
            else:
                write(path, wanted)
        except OSError as error:
            logger.warning("a file could not be written to the folder of the flows", file=name, error=error.strerror)
            return False
        return True

    def _tell_broken(self, findings: tuple[Finding, ...], row: Mapping[str, Any], live: FlowSet | None) -> None:
        """The last good set stays; say everywhere what is wrong, once for each time it changes."""
        errors = [one for one in findings if one.level == ERROR]
        told = [asdict(one) | {"facts": {key: str(value) for key, value in one.facts.items()}} for one in errors[:SHOWN]]
        state = "absent" if errors[0].code == "F01" else "broken"
        if (row["state"], row["findings"]) == (state, told) and self._has_told:
            return
        self._has_told = True
        logger.error("the folder of the flows is broken; the last good flows stay live", folder=str(self.folder),
                     errors=len(errors), first=[f"{one.place} [{one.code}]" for one in errors[:LOGGED]])
        first = errors[0]
        facts = {"file": first.file, "line": first.line, "code": first.code, "n": len(errors),
                 "owner": _owner(live, first.file)}
        with self.database.work() as work:
            since = row["since"] if row["state"] == state else work.now
            flow_sets.keep_folder(work, {"folder": str(self.folder), "state": state, "findings": told, "since": since})
            alarms.raise_alarm(work, Trouble(BROKEN, "flows_broken", "warning", facts))

    def _settled(self) -> tuple[dict[str, str], tuple[Finding, ...]]:
        """The folder's content, once nobody is writing there any more."""
        found = read(self.folder)
        for _ in range(SETTLE_TRIES if self._seen is not None else 0):
            self.pause(SETTLE_SECONDS)
            again = read(self.folder)
            if again == found:
                break
            found = again
        return found

    def _stamp(self) -> Stamps:
        stamps = {}
        for name in names(self.folder) if self.folder.is_dir() else ():
            try:
                found = (self.folder / name).stat()
                stamps[name] = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
            except OSError:
                continue
        return stamps

    def _live_serial(self) -> int:
        with self.database.reading() as session:
            return flow_sets.newest_serial(session)


def adopt(work: Work, folder: Path, files: Mapping[str, str], change: Merged, told: Told) -> FlowSet:
    """Publish what was taken from the folder, and note what it was. Raises FlowsRefused."""
    row, before = flow_sets.folder_row(work.connection), publishing.live(work)
    made = publishing.publish(work, change.files, by=told.by, comment=told.comment, origin=told.origin)
    taken = {name: mark(files.get(name)) for name in change.taken}
    adopted = {name: one for name, one in {**row["adopted"], **taken}.items() if one}
    given = {name: one for name, one in row["given"].items() if name not in change.taken}
    _keep(work, folder, row, {"adopted": adopted, "given": given, "behind": []})
    for name in change.clashes:
        facts = {"file": name, "set": before.set_id if before is not None else "", "now": made.set_id}
        alarms.raise_alarm(work, Trouble(CLASH + name, "flows_clash", "warning", facts))
    return made


def _keep(work: Work, folder: Path, row: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """The folder is good: write down what is known of it."""
    state = "behind" if changes["behind"] else "good"
    since = row["since"] if row["state"] == state else work.now
    flow_sets.keep_folder(work, {"folder": str(folder), "state": state, "findings": [], "since": since, **changes})
    if row["state"] in ("broken", "absent"):
        alarms.clear(work, BROKEN)


def write(path: Path, text: str) -> None:
    """The whole file or nothing of it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, made = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with open(number, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(made, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(made, path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def _in_short(taken: tuple[str, ...], live: FlowSet | None) -> str:
    """Which files came from the folder, for the history; of the first set that goes without saying."""
    if live is None:
        return ""
    rest = len(taken) - NAMED
    return ", ".join(taken[:NAMED]) + (f" +{rest}" if rest > 0 else "")


def _owner(live: FlowSet | None, file: str) -> str:
    """Who looks after the flow of this file, where it is an address that a mail can go to."""
    library = publishing.compiled(live.files) if live is not None else None
    flow = library.flows.get(file.removesuffix(".yaml")) if library is not None else None
    return flow.owner if flow is not None and ADDRESS_SIGNS <= set(flow.owner) else ""
