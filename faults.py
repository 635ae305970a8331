"""Named points at which a test may break the process.

Every boundary of the path of a message calls `point("name")`. Nothing happens unless the environment
says `FAULT=<n>:<action>`: the n-th point reached by this process (counted from 1) then kills it
(`kill`, SIGKILL), raises (`raise`) or stalls for two seconds (`stall`). `FAULT_LOG` names a file that
receives one line per point reached; with it a test learns how many points a conversation has.
`FAULT_PROCESS` limits all this to one process (web, sender, worker).
"""

from __future__ import annotations

import os
import signal
import threading
import time

STALL_SECONDS = 2.0

_number, _, _action = os.environ.get("FAULT", "").partition(":")
_log = os.environ.get("FAULT_LOG")
_lock = threading.Lock()
_reached = 0


class Fault(Exception):
    """Raised by a point that a test told to fail."""


def _chosen() -> bool:
    wanted = os.environ.get("FAULT_PROCESS")
    return not wanted or wanted == os.environ.get("RELEVO_PROCESS")


_armed = bool(_number or _log) and _chosen()


def point(name: str) -> None:
    """Say that the work has come to the boundary `name`; a test may break it here."""
    if _armed:
        _reach(name)


def _reach(name: str) -> None:
    global _reached
    with _lock:
        _reached += 1
        here = _reached
    if _log:
        with open(_log, "a", encoding="utf-8") as log:
            log.write(f"{here} {os.environ.get('RELEVO_PROCESS', '-')} {name}\n")
    if _number and here == int(_number):
        _break(name)


def _break(name: str) -> None:
    if _action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif _action == "stall":
        time.sleep(STALL_SECONDS)
    else:
        raise Fault(f"told to fail at {name}")
