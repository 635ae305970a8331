"""Passwords after the first one: changed by who knows the present one, or by a link to her e-mail when it is forgotten.

Whoever asks for a link learns nothing: a request is one row, whatever was typed, and a worker looks later whether the
e-mail is one of ours. Both ways end her other log-ins, and make browsers that were known strangers again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from conversation.events import TimelineLine
from conversation.work import Database, Work
from handoff import agents, known_browsers, letters, sessions
from handoff.access import Reader
from handoff.entrance_errors import BadReset, TooManyRequests, WrongPassword
from handoff.house_tables import ResetRequest
from handoff.tables import Agent

RESET_FOR = timedelta(hours=1)
REQUESTS_IN = timedelta(hours=1)
REQUESTS_PER_ACCOUNT = 3
REQUESTS_PER_SOURCE = 20
KEPT_FOR = timedelta(days=1)
AT_ONCE = 50
TOKEN_BYTES = 24

_agent, _request = Agent.__table__, ResetRequest.__table__
_by_reset = select(_agent).where(
    _agent.c.reset_hash == bindparam("hash"), _agent.c.reset_until > bindparam("now"), _agent.c.deactivated_at.is_(None))
_open = select(_request).where(_request.c.answered_at.is_(None)).order_by(_request.c.at).limit(AT_ONCE)
_since = select(func.count(), func.min(_request.c.at)).where(_request.c.at > bindparam("since"))


def ask(work: Work, email: str, source: str) -> None:
    """Somebody forgot the password of this e-mail; says nothing of whether there is such an account.

    Raises TooManyRequests where this network address asked too often. An account that asked too often gets no more letters.
    """
    email, since = email.strip().lower()[:254], {"since": work.now - REQUESTS_IN}
    asked, first = work.connection.execute(_since.where(_request.c.source == source), since).one()
    if asked >= REQUESTS_PER_SOURCE:
        raise TooManyRequests(first + REQUESTS_IN)
    if work.connection.execute(_since.where(_request.c.email == email), since).one()[0] < REQUESTS_PER_ACCOUNT:
        work.connection.execute(insert(_request).values(email=email, source=source, at=work.now))


def has_open(reader: Reader) -> bool:
    """Whether a request waits for `answer`."""
    return reader.execute(_open.limit(1)).first() is not None


def answer(work: Work, base: str) -> int:
    """Write to those whose e-mail is one of ours; returns how many. `base` is our public address."""
    waiting = work.connection.execute(_open if work.is_sqlite else _open.with_for_update(skip_locked=True)).mappings().all()
    written = sum(_write_to(work, email, base) for email in dict.fromkeys(row["email"] for row in waiting))
    ids = [row["reset_request_id"] for row in waiting]
    work.connection.execute(update(_request).where(_request.c.reset_request_id.in_(ids)).values(answered_at=work.now))
    work.connection.execute(_request.delete().where(_request.c.at <= work.now - KEPT_FOR))
    return written


def known(reader: Reader, token: str, now: datetime) -> Mapping[str, Any] | None:
    """Whose password a link sets; None where it opens nothing any more."""
    return reader.execute(_by_reset, {"hash": sessions.hashed(token), "now": now}).mappings().first()


def set_anew(database: Database, token: str, password: str) -> str:
    """Use a link up; returns the agent's id. Raises WeakPassword, BadReset."""
    password_hash = agents.hash_password(password)
    with database.work() as work:
        agent = known(work.connection, token, work.now)
        if agent is None:
            raise BadReset()
        used = update(_agent).where(_agent.c.agent_id == agent["agent_id"], _agent.c.reset_hash == agent["reset_hash"])
        values = {"reset_hash": None, "reset_until": None, "invite_hash": None, "invite_until": None}
        if work.connection.execute(used.values(password_hash=password_hash, **values)).rowcount != 1:
            raise BadReset()
        _after(work, agent, "")
        agent_id: str = agent["agent_id"]
        return agent_id


def change(database: Database, agent: Mapping[str, Any], given: tuple[str, str], source: str, token: str) -> None:
    """From the present password to another, `given` both; the log-in of `token` goes on, the others end.

    Raises LockedOut, WrongPassword, WeakPassword.
    """
    require(database, agent, given[0], source)
    password_hash = agents.hash_password(given[1])
    with database.work() as work:
        own = _agent.c.agent_id == agent["agent_id"]  # a link that somebody asked for meanwhile opens nothing either
        work.connection.execute(update(_agent).where(own).values(
            password_hash=password_hash, reset_hash=None, reset_until=None))
        _after(work, agent, token)


def require(database: Database, agent: Mapping[str, Any], password: str, source: str) -> None:
    """She shows that it is her; counted like a log-in. Raises LockedOut, WrongPassword."""
    with database.work() as work:
        attempt_id = agents.count_attempt(work, agent["email"], source)
    if not agents.verify(agent["password_hash"], password):
        raise WrongPassword()
    with database.work() as work:
        agents.forgive(work, attempt_id)


def _write_to(work: Work, email: str, base: str) -> int:
    agent = work.connection.execute(select(_agent).where(_agent.c.email == email)).mappings().first()
    if agent is None or agent["deactivated_at"] is not None or agent["is_integration"]:
        return 0
    token = secrets.token_urlsafe(TOKEN_BYTES)
    work.connection.execute(update(_agent).where(_agent.c.agent_id == agent["agent_id"]).values(
        reset_hash=sessions.hashed(token), reset_until=work.now + RESET_FOR))
    letters.write(work, agent, "reset", link=f"{base}/console/passwords/{token}")
    return 1


def _after(work: Work, agent: Mapping[str, Any], keep_token: str) -> None:
    sessions.revoke_all(work, agent["agent_id"], keep_token)
    known_browsers.revoke_all(work, agent["agent_id"])
    work.record(TimelineLine("password_changed", "", agent["agent_id"], data={"agent": agent["agent_id"]}))
    letters.write(work, agent, "password_changed")
