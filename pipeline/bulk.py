"""The lane of rare, long work, like files to fetch. The rows are the work; an RQ job is only the ring.

Whatever belongs to this lane gives `install` a function that does what is due and says how much that was. The worker of
the lane is started by the supervisor when somebody rings and ended when nothing was rung for a minute; what is due
later than that, or was never rung for, is found by the slow worker, which looks every second and is patient with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

Drain = Callable[[timedelta], int]
UNTOUCHED = timedelta(seconds=5)  # so long the worker of this lane has the first word

logger = structlog.get_logger(__name__)
_drains: Final[dict[str, Drain]] = {}


def install(name: str, drain: Drain) -> None:
    """Say what is done in this process for `name`; the worker calls it once at its start for each.

    `drain(untouched)` does what has been due for so long already, and says how much that was.
    """
    _drains[name] = drain


def drain(untouched: timedelta = timedelta()) -> int:
    """Do everything that is due; what fails does not keep the rest from being done. Without arguments: the RQ job."""
    done = 0
    for name, one in _drains.items():
        try:
            done += one(untouched)
        except Exception as error:  # the rows are still there: it comes again in a second
            logger.warning("bulk work failed", work=name, error=type(error).__name__)
    return done
