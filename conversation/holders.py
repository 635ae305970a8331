"""Who holds a lease: host and process, so that the next process on this host can tell that the last one is dead."""

from __future__ import annotations

import os
import socket

from sqlalchemy import ColumnElement, Table, select, update

from conversation.work import Work


def name_of_this_process() -> str:
    """What a lease of this process is written under."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(owner: str | None) -> bool:
    """True where the process that held a lease ran on this host and is gone."""
    host, _, pid = (owner or "").rpartition(":")
    if host != socket.gethostname() or not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def end_leases_of_the_dead(work: Work, table: Table, is_held: ColumnElement[bool]) -> None:
    """What a process of this host held when it died is free now, not when its lease is over; each asks once, as it begins."""
    for owner in work.connection.execute(select(table.c.owner).where(is_held).distinct()).scalars().all():
        if is_dead(owner):
            work.connection.execute(update(table).where(is_held, table.c.owner == owner).values(lease_until=work.now))
