"""Named points at which a test may break the process.

Every boundary of the path of a message calls `point("name")`. Nothing happens unless a test asks for it:

    FAULT=<n>:<action>          the n-th point that this process reaches, counted from 1
    FAULT=<name>#<n>:<action>   the n-th time that it reaches the point of this name
    FAULT_FILE=<path>           the same words in a file that is looked at again at every point, so that a test can
                                break a process that runs already; each new content starts to count from 1. Each line
                                may be for another process; of several for the same one the next begins once the one
                                before has happened, also where it killed the process and another came after it
    FAULT_LOG=<path>            receives a line for every point reached: its number, the process, the name
    FAULT_PROCESS=<name>        limits all this to one process (web, sender, worker); in FAULT_FILE it may stand
                                before the words instead: `web group begun#2:kill`

Actions: `kill` (SIGKILL), `raise` (Fault), `stall` (two seconds). A test in the same process uses `arm` and `disarm`.
A point that many callers share ends in `@`: the name of the function that came to it is put behind.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

STALL_SECONDS = 2.0
ACTIONS = ("kill", "raise", "stall")
SHARED_FRAMES = ("contextlib.py", "faults.py", "work.py")  # they stand between a shared point and its caller

_WORDS = re.compile(r"(?:(?P<process>web|sender|worker|bulk) )?(?:(?P<name>.+)#)?(?P<number>\d+):(?P<action>\w+)\Z")


class Fault(Exception):
    """Raised by a point that a test told to fail."""


class BadFault(ValueError):
    """The words of FAULT or FAULT_FILE cannot be read; the message shows them."""


@dataclass
class Plan:
    """What to break, and what was reached since it was made."""

    number: int = 0
    action: str = ""
    name: str = ""
    process: str = ""
    reached: int = 0
    by_name: Counter[str] = field(default_factory=Counter)

    def reach(self, name: str) -> bool:
        """Count this point; True where it is the one to break."""
        self.reached += 1
        self.by_name[name] += 1
        if not self.number or self.process not in ("", os.environ.get("RELEVO_PROCESS", "-")):
            return False
        return self.number == (self.by_name[name] if self.name else self.reached) and self.name in ("", name)


def plan(words: str) -> Plan:
    """Read `[process ][name#]n:action`; nothing at all breaks nothing. Raises BadFault."""
    if not words.strip():
        return Plan()
    found = _WORDS.match(words.strip())
    if not found or found["action"] not in ACTIONS:
        raise BadFault(f"“{words.strip()}” is no fault: write [process ][name#]n:{'|'.join(ACTIONS)}, like 3:kill")
    return Plan(int(found["number"]), found["action"], found["name"] or "", found["process"] or "")


def point(name: str) -> None:
    """Say that the work has come to the boundary `name`; a test may break it here."""
    if _armed:
        _reach(name)


def arm(words: str) -> Plan:
    """Break this very process as `words` say, from now on; what was reached can be read from the plan."""
    global _armed, _plan
    with _lock:
        _plan = plan(words)
        _armed = True
        return _plan


def disarm() -> None:
    """Break nothing any more."""
    global _armed, _plan
    with _lock:
        _plan = Plan()
        _armed = False


def _chosen() -> bool:
    wanted = os.environ.get("FAULT_PROCESS")
    return not wanted or wanted == os.environ.get("RELEVO_PROCESS")


_lock = threading.Lock()
_log = os.environ.get("FAULT_LOG")
_file = os.environ.get("FAULT_FILE")
_plan = plan(os.environ.get("FAULT", ""))
_said = ""
_happened = 0
_armed = bool(_plan.number or _log or _file) and _chosen()


def _reach(name: str) -> None:
    full = name + _caller() if name.endswith("@") else name
    with _lock:
        if _file:
            _read(_file)
        current = _plan
        breaks = current.reach(full)
        here, action = current.reached, current.action
        if _log:
            _write(_log, here, full, action if breaks else "")
        if breaks and _file:
            _go_on(_file)
    if breaks:
        _break(full, action)


def _read(path: str) -> None:
    global _said, _happened
    said = _text(path)
    if said != _said:
        before, _, about = _text(_done(path)).partition("\n")
        _said, _happened = said, int(before) if about == said else 0
        _choose()


def _go_on(path: str) -> None:
    global _happened
    _happened += 1
    with open(_done(path), "w", encoding="utf-8") as file:
        file.write(f"{_happened}\n{_said}")
    _choose()


def _choose() -> None:
    global _plan
    plans = [plan(line) for line in _said.splitlines() if not line.startswith("--")]  # a line to make the content new
    own = [one for one in plans if one.process in ("", os.environ.get("RELEVO_PROCESS", "-"))]
    _plan = own[_happened] if _happened < len(own) else Plan()


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _done(path: str) -> str:
    return f"{path}.{os.environ.get('RELEVO_PROCESS', '-')}.done"


def _write(path: str, number: int, name: str, action: str) -> None:
    with open(path, "a", encoding="utf-8") as log:
        log.write("\t".join((str(number), os.environ.get("RELEVO_PROCESS", "-"), name, action)) + "\n")


def _caller() -> str:
    """`module.function` of whoever came to a shared point."""
    frame = sys._getframe(1)
    while frame.f_back is not None and os.path.basename(frame.f_code.co_filename) in SHARED_FRAMES:
        frame = frame.f_back
    return f"{os.path.basename(frame.f_code.co_filename).removesuffix('.py')}.{frame.f_code.co_name}"


def _break(name: str, action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stall":
        time.sleep(STALL_SECONDS)
    else:
        raise Fault(f"told to fail at {name}")
