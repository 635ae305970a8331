"""Playing Ana without a password: the frame beside the phone logs its visitor in. Only where the demo is mounted."""

from __future__ import annotations

from flask_login import current_user
from sqlalchemy import update

from console import login
from conversation.work import Database
from handoff import agents
from handoff.tables import Agent


def log_in(database: Database, email: str, language: str, zone: str) -> None:
    """This browser is that agent's from now on; her pages speak the visitor's language and tell the visitor's time."""
    agent = Agent.__table__
    with database.work() as work:
        agent_id = agents.by_email(work.connection, email)["agent_id"]
        work.connection.execute(
            update(agent).where(agent.c.agent_id == agent_id).values(language=language, time_zone=zone)
        )
    if not (current_user.is_authenticated and current_user.get_id() == agent_id):
        login.begin_as(agent_id)
