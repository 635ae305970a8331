"""The people of the house as admins keep them: who may do what, where they work, what they can; each change has its line.

Whoever asks again for a page has her new rights at once: nothing of them is kept in a session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from conversation.work import Work
from handoff import agents, audit, hours, queue_book, sessions
from handoff.access import Reader
from handoff.admin_errors import BadValue, LastAdmin
from handoff.agents import Person
from handoff.errors import UnknownAgent
from handoff.tables import ROLES, Agent, AgentSession, Membership, Skill, Ticket

LANGUAGES = ("es", "en", "pt")
LONGEST_NAME = 40
CAPACITY = (1, 100)
FIELDS = ("name", "role", "languages", "capacity", "time_zone", "skills")

_agent, _membership, _ticket = Agent.__table__, Membership.__table__, Ticket.__table__
_skill, _session = Skill.__table__, AgentSession.__table__
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")


def people(reader: Reader) -> list[dict[str, Any]]:
    """Everybody but programs, the active ones first, each with `queues`, `state` and how many tickets she has."""
    held: dict[str, int] = dict(reader.execute(select(_ticket.c.holder_id, func.count()).where(
        _ticket.c.state.in_(("assigned", "snoozed"))).group_by(_ticket.c.holder_id)).all())
    found = [row | {"state": state_of(row), "held": held.get(row["agent_id"], 0)} for row in agents.every(reader)
             if not row["is_integration"]]
    return sorted(found, key=lambda row: (row["state"] == "deactivated", row["name"].casefold()))


def one(reader: Reader, agent_id: str) -> dict[str, Any]:
    """One of them. Raises UnknownAgent."""
    found = next((row for row in people(reader) if row["agent_id"] == agent_id), None)
    if found is None:
        raise UnknownAgent(agent_id)
    return found


def state_of(row: Mapping[str, Any]) -> str:
    """active, invited (she has no password yet) or deactivated."""
    if row["deactivated_at"]:
        return "deactivated"
    return "active" if row["password_hash"] or row["demo"] else "invited"


def open_sessions(reader: Reader, agent_id: str, now: Any) -> int:
    """How many log-ins of hers are open."""
    query = select(func.count()).where(_session.c.agent_id == agent_id, _session.c.revoked_at.is_(None),
                                       _session.c.expires_at > now)
    return reader.execute(query).scalar_one()


def invite(work: Work, person: Person, skills: Sequence[str], by: str) -> tuple[str, str]:
    """A new person; returns her id and the token of her link. Raises BadValue, EmailTaken, UnknownQueue, BadZone."""
    if not _EMAIL.fullmatch(person.email.strip()):
        raise BadValue("email", "email")
    wanted = {"name": person.name.strip(), "role": person.role, "languages": list(person.languages),
              "capacity": person.capacity, "time_zone": person.time_zone, "skills": list(skills)}
    _require(work, wanted)
    _require_queues(work, person.queues)
    token = agents.invite(work, person)
    row = agents.by_email(work.connection, person.email)
    if skills:
        work.connection.execute(update(_agent).where(_agent.c.agent_id == row["agent_id"]).values(skills=list(skills)))
    audit.changed(work, "agent_invited", by, row["agent_id"],
                  {"email": (None, row["email"]), "role": (None, person.role), "queues": (None, list(person.queues))})
    return row["agent_id"], token


def change(
    work: Work, agent_id: str, wanted: Mapping[str, Any], queues: Sequence[str] | None, by: str
) -> dict[str, tuple[Any, Any]]:
    """Other facts about her, and other queues unless None; returns what changed.

    Raises UnknownAgent, BadValue, BadZone, LastAdmin.
    """
    before = one(work.connection, agent_id)
    changes = audit.differences(before, {name: wanted[name] for name in FIELDS if name in wanted})
    _require(work, {name: pair[1] for name, pair in changes.items()})
    if "role" in changes and before["role"] == "admin":
        _require_another_admin(work, before)
    if changes:
        after = {name: pair[1] for name, pair in changes.items()}
        work.connection.execute(update(_agent).where(_agent.c.agent_id == agent_id).values(**after))
    if queues is not None and sorted(queues) != sorted(before["queues"]):
        _require_queues(work, queues)
        _set_queues(work, agent_id, queues)
        changes["queues"] = (sorted(before["queues"]), sorted(queues))
    if changes:
        audit.changed(work, "agent_changed", by, agent_id, changes)
    return changes


def deactivate(work: Work, agent_id: str, by: str) -> int:
    """She cannot come in any more; returns how many tickets went back to their queues. Raises UnknownAgent, LastAdmin."""
    before = one(work.connection, agent_id)
    if before["role"] == "admin":
        _require_another_admin(work, before)
    count = agents.deactivate(work, before["email"])
    audit.changed(work, "agent_deactivated", by, agent_id, {"state": (before["state"], "deactivated")})
    return count


def bring_back(work: Work, agent_id: str, by: str) -> str:
    """She may come in again, with a new link and no old password; returns its token. Raises UnknownAgent."""
    before = one(work.connection, agent_id)
    work.connection.execute(update(_agent).where(_agent.c.agent_id == agent_id).values(deactivated_at=None))
    token = agents.reset_password(work, before["email"])
    audit.changed(work, "agent_changed", by, agent_id, {"state": (before["state"], "invited")})
    return token


def sign_out(work: Work, agent_id: str, by: str) -> int:
    """End all her log-ins; returns how many. Raises UnknownAgent."""
    one(work.connection, agent_id)
    count = sessions.revoke_all(work, agent_id)
    audit.changed(work, "agent_signed_out", by, agent_id, {"sessions": (count, 0)})
    return count


def reset_password(work: Work, agent_id: str, by: str) -> str:
    """Her old password ends; returns the token of a new link. Raises UnknownAgent."""
    token = agents.reset_password(work, one(work.connection, agent_id)["email"])
    audit.changed(work, "agent_password_reset", by, agent_id, {})
    return token


def _require(work: Work, wanted: Mapping[str, Any]) -> None:
    if "name" in wanted and not 1 <= len(wanted["name"]) <= LONGEST_NAME:
        raise BadValue("name", "missing" if not wanted["name"] else "too_long", most=LONGEST_NAME)
    if wanted.get("role", ROLES[0]) not in ROLES:
        raise BadValue("role", "choice")
    if "languages" in wanted and (not wanted["languages"] or set(wanted["languages"]) - set(LANGUAGES)):
        raise BadValue("languages", "choice")
    if "capacity" in wanted and not CAPACITY[0] <= wanted["capacity"] <= CAPACITY[1]:
        raise BadValue("capacity", "number", least=CAPACITY[0], most=CAPACITY[1])
    if "time_zone" in wanted:
        hours.require_zone(wanted["time_zone"])
    if wanted.get("skills"):
        known = set(work.connection.execute(select(_skill.c.skill_id)).scalars())
        if set(wanted["skills"]) - known:
            raise BadValue("skills", "choice")


def _require_queues(work: Work, queues: Sequence[str]) -> None:
    if set(queues) - {queue["queue_id"] for queue in queue_book.current(work.connection)}:
        raise BadValue("queues", "choice")


def _set_queues(work: Work, agent_id: str, queues: Sequence[str]) -> None:
    work.connection.execute(delete(_membership).where(_membership.c.agent_id == agent_id))
    for queue_id in dict.fromkeys(queues):
        work.connection.execute(insert(_membership).values(agent_id=agent_id, queue_id=queue_id))


def _require_another_admin(work: Work, agent: Mapping[str, Any]) -> None:
    others = select(func.count()).where(_agent.c.role == "admin", _agent.c.deactivated_at.is_(None),
                                        _agent.c.agent_id != agent["agent_id"], _agent.c.is_integration.is_(False))
    if work.connection.execute(others).scalar_one() == 0:
        raise LastAdmin(agent["name"])
