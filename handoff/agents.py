"""Agents: how a person of ours comes in, proves who she is, and leaves.

Nobody is given a password: an invitation is a link that works once. A log-in attempt is counted before the password is
looked at, in the database, so neither a restart nor many requests at once give more guesses.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import bindparam, delete, false, insert, or_, select, text, update

from conversation import ids
from conversation.events import TimelineLine
from conversation.work import Database, Work
from handoff import access, claims, hours, known_browsers, ledger, moves, queues, sessions
from handoff.access import Reader, Viewer
from handoff.errors import BadCredentials, BadInvitation, EmailTaken, LockedOut, UnknownAgent, WeakPassword
from handoff.house_tables import ApiKey
from handoff.ledger import Change
from handoff.tables import ROLES, Agent, LoginFailure, Membership, Ticket

PASSWORD_MINIMUM = 10
PASSWORD_MAXIMUM = 1_000  # longer ones only cost us time
INVITATION_FOR = timedelta(days=7)
FAILURES_IN = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_SOURCE = 20
TOKEN_BYTES = 24

# OWASP, "Password Storage Cheat Sheet": Argon2id with 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_agent, _membership, _failure, _ticket = Agent.__table__, Membership.__table__, LoginFailure.__table__, Ticket.__table__
_key = ApiKey.__table__
_by_email = select(_agent).where(_agent.c.email == bindparam("email"))
_by_invitation = select(_agent).where(
    _agent.c.invite_hash == bindparam("hash"), _agent.c.invite_until > bindparam("now"), _agent.c.deactivated_at.is_(None))
_failures = select(_failure.c.at).where(_failure.c.at > bindparam("since")).order_by(_failure.c.at.desc())
_of_account = _failures.where(_failure.c.email == bindparam("email")).limit(FAILURES_PER_ACCOUNT)
_of_source = _failures.where(_failure.c.source == bindparam("source")).limit(FAILURES_PER_SOURCE)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to invite. `name` is what contacts hear; `role` is agent, supervisor or admin."""

    name: str
    email: str
    queues: Sequence[str] = ()
    role: str = "agent"
    languages: Sequence[str] = ("es",)
    capacity: int = 4
    time_zone: str = "Europe/Madrid"


def invite(work: Work, person: Person) -> str:
    """A new agent without a password; returns the token of her link, which is stored nowhere.

    Raises EmailTaken, UnknownQueue, BadZone.
    """
    hours.require_zone(person.time_zone)
    email = person.email.strip().lower()
    if work.connection.execute(_by_email, {"email": email}).first() is not None:
        raise EmailTaken(email)
    for queue_id in person.queues:
        queues.get(work.connection, queue_id)
    agent_id = ids.new("agt")
    work.connection.execute(insert(_agent).values(
        agent_id=agent_id, email=email, name=person.name.strip(), role=person.role if person.role in ROLES else "agent",
        password_hash="", languages=list(person.languages), capacity=person.capacity, language=_own_language(person),
        theme="system", time_zone=person.time_zone, demo=False, created_at=work.now))
    for queue_id in dict.fromkeys(person.queues):
        work.connection.execute(insert(_membership).values(agent_id=agent_id, queue_id=queue_id))
    return _new_invitation(work, agent_id)


def invited(reader: Reader, token: str, now: datetime) -> Mapping[str, Any] | None:
    """Whom an invitation is for; None where it opens nothing any more."""
    return reader.execute(_by_invitation, {"hash": sessions.hashed(token), "now": now}).mappings().first()


def accept(database: Database, token: str, password: str) -> str:
    """Use an invitation to set a password; returns the agent's id. Raises WeakPassword, BadInvitation."""
    password_hash = hash_password(password)
    with database.work() as work:
        agent = invited(work.connection, token, work.now)
        if agent is None:
            raise BadInvitation()
        used = update(_agent).where(_agent.c.agent_id == agent["agent_id"], _agent.c.invite_hash == agent["invite_hash"])
        if work.connection.execute(used.values(password_hash=password_hash, invite_hash=None,
                                               invite_until=None)).rowcount != 1:
            raise BadInvitation()
        return agent["agent_id"]


def authenticate(database: Database, email: str, password: str, source: str) -> Viewer:
    """Who this is, by e-mail and password; `source` is the address it comes from.

    Takes the same time whether or not there is such an account. Where a second factor follows, wrong codes before this
    stay counted: whoever knows the password alone must not try codes without end. Raises BadCredentials, LockedOut.
    """
    email = email.strip().lower()
    with database.work() as work:
        attempt_id = count_attempt(work, email, source)
        agent = work.connection.execute(_by_email, {"email": email}).mappings().first()
    usable = agent is not None and agent["password_hash"] and agent["deactivated_at"] is None
    matches = verify(agent["password_hash"] if usable else _nobodys_hash(), password)
    if not (usable and matches):
        raise BadCredentials()
    with database.work() as work:
        forgive(work, attempt_id, email if agent["second_factor_at"] is None else "")
        return access.viewer(work.connection, agent["agent_id"])


def reset_password(work: Work, email: str) -> str:
    """The old password, all sessions, known browsers and links end; returns the token of a new invitation.

    Raises UnknownAgent.
    """
    agent = by_email(work.connection, email)
    work.connection.execute(update(_agent).where(_agent.c.agent_id == agent["agent_id"]).values(
        password_hash="", reset_hash=None, reset_until=None))
    sessions.revoke_all(work, agent["agent_id"])
    known_browsers.revoke_all(work, agent["agent_id"])
    return _new_invitation(work, agent["agent_id"])


def deactivate(work: Work, email: str) -> int:
    """She cannot log in any more, her sessions and keys end for good, what she held goes back to its queues.

    Returns how many tickets. Raises UnknownAgent.
    """
    agent = by_email(work.connection, email)
    # conversations are locked before agents, so her tickets come first; what she claimed meanwhile comes afterwards
    count = _take_away(work, agent)
    work.connection.execute(update(_agent).where(_agent.c.agent_id == agent["agent_id"]).values(
        deactivated_at=work.now, invite_hash=None, reset_hash=None))
    sessions.revoke_all(work, agent["agent_id"])
    known_browsers.revoke_all(work, agent["agent_id"])
    _end_keys(work, agent["agent_id"])
    return count + _take_away(work, agent)


def by_email(reader: Reader, email: str) -> Mapping[str, Any]:
    """An active agent's row. Raises UnknownAgent."""
    row = reader.execute(_by_email, {"email": email.strip().lower()}).mappings().first()
    if row is None or row["deactivated_at"] is not None:
        raise UnknownAgent(email)
    return row


def every(reader: Reader) -> list[dict[str, Any]]:
    """All agents by name, each with the list of her `queues`."""
    memberships = reader.execute(select(_membership).order_by(_membership.c.queue_id)).all()
    return [dict(row) | {"queues": [member.queue_id for member in memberships if member.agent_id == row["agent_id"]]}
            for row in reader.execute(select(_agent).order_by(_agent.c.name)).mappings()]


def hash_password(password: str) -> str:
    """Argon2id of a password. Raises WeakPassword."""
    if len(password) < PASSWORD_MINIMUM:
        raise WeakPassword(PASSWORD_MINIMUM)
    return _hasher.hash(password[:PASSWORD_MAXIMUM])


def _take_away(work: Work, agent: Mapping[str, Any]) -> int:
    held = work.connection.execute(
        select(_ticket).where(_ticket.c.holder_id == agent["agent_id"], _ticket.c.state.in_(("assigned", "snoozed")))
        .order_by(_ticket.c.conversation_id)).mappings().all()
    for ticket in held:
        standing = ledger.standing(work, ticket)
        row = moves.find("release", standing.ticket["state"])
        claims.put_back(work, standing, Change(row, moves.CLOCK, data={"agent": agent["name"], "reason": "deactivated"}))
    return len(held)


def _end_keys(work: Work, agent_id: str) -> None:
    """Whoever comes back gets new keys: nobody knows where the old ones have been."""
    live = (_key.c.agent_id == agent_id, _key.c.revoked_at.is_(None))
    for row in work.connection.execute(select(_key.c.api_key_id, _key.c.name).where(*live)).all():
        work.record(TimelineLine("api_key_revoked", "", "system", data={"key": row.api_key_id, "name": row.name}))
    work.connection.execute(update(_key).where(*live).values(revoked_at=work.now))


def _new_invitation(work: Work, agent_id: str) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    work.connection.execute(update(_agent).where(_agent.c.agent_id == agent_id).values(
        invite_hash=sessions.hashed(token), invite_until=work.now + INVITATION_FOR))
    return token


def _own_language(person: Person) -> str:
    return next((language for language in person.languages if language in ("es", "en", "pt")), "es")


def count_attempt(work: Work, email: str, source: str) -> int:
    """One more attempt, to be forgiven if it was right; returns its number. Raises LockedOut."""
    if not work.is_sqlite:  # two attempts must not both find room for the last one
        work.connection.execute(text("LOCK TABLE login_failure IN SHARE ROW EXCLUSIVE MODE"))
    since = work.now - FAILURES_IN
    work.connection.execute(delete(_failure).where(_failure.c.at <= since))
    for query, most in ((_of_account, FAILURES_PER_ACCOUNT), (_of_source, FAILURES_PER_SOURCE)):
        key = {"since": since, "email": email} if query is _of_account else {"since": since, "source": source}
        failed_at = list(work.connection.execute(query, key).scalars())
        if len(failed_at) >= most:
            raise LockedOut(failed_at[-1] + FAILURES_IN)
    row = insert(_failure).values(email=email, source=source, at=work.now).returning(_failure.c.login_failure_id)
    return work.connection.execute(row).scalar_one()


def forgive(work: Work, attempt_id: int, email: str = "") -> None:
    """The attempt was right; with `email` all of that account are forgotten."""
    forgiven = or_(_failure.c.login_failure_id == attempt_id, _failure.c.email == email if email else false())
    work.connection.execute(delete(_failure).where(forgiven))


def verify(password_hash: str, password: str) -> bool:
    """Whether this is the password of that hash."""
    try:
        return _hasher.verify(password_hash, password[:PASSWORD_MAXIMUM])
    except Argon2Error:
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(TOKEN_BYTES))
