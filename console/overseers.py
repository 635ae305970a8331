"""Pages for who supervises: to everybody else they are not there. And how their actions are refused."""

from __future__ import annotations

from datetime import datetime, time

from console import here
from console.errors import NothingHere


def require() -> None:
    """Raises NothingHere for an agent."""
    if not here.viewer().sees_everything:
        raise NothingHere("This page is for supervisors and admins.")


def midnight() -> datetime:
    """When her day began."""
    f = here.formats()
    return datetime.combine(f.local(f.now).date(), time(), f.zone).astimezone(f.now.tzinfo)
