"""Who decides about news that wait, one after the other: a round of telling, and people who hold, let go or stop.

Two rounds at once would spend the same budget and tell of one cause twice; a round and a person, each with rows that the
other wants, would wait for each other.
"""

from __future__ import annotations

from sqlalchemy import text

from conversation.work import Work

_LOCK = 0x4E455753
_take = text("SELECT pg_advisory_xact_lock(:lock)")


def one_at_a_time(work: Work) -> None:
    """Wait for whoever decides now, until this transaction ends; SQLite has one writer anyway. Before any other lock."""
    if not work.is_sqlite:
        work.connection.execute(_take, {"lock": _LOCK})
