"""What one request of the flow editor stands on: the live set, the agent's own drafts over it, and what is wrong there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.flow.live import FlowSet, Standing
from console import flow_drafts, flow_files, flow_shop, here
from console.flow_drafts import Draft
from console.flow_files import Checked
from handoff.tables import Agent

_agent = Agent.__table__


@dataclass(frozen=True, slots=True)
class Room:
    """`files` are the live ones with her drafts laid over them."""

    live: FlowSet | None
    drafts: Mapping[str, Draft]
    standings: tuple[Standing, ...]

    @property
    def base(self) -> str:
        return flow_shop.id_of(self.live)

    @property
    def published(self) -> Mapping[str, str]:
        return flow_shop.files_of(self.live)

    @property
    def files(self) -> dict[str, str]:
        return flow_files.laid_over(self.published, flow_drafts.edits(self.drafts))

    def with_text(self, file: str, text: str) -> Room:
        """The same with this text in place of a file, not kept yet."""
        now = Draft(file, text, self.base, here.formats().now)
        return Room(self.live, {**self.drafts, file: now}, self.standings)

    def checked(self) -> Checked:
        return flow_files.check(self.files)


def room() -> Room:
    """As things stand now."""
    shop = here.desk().flows
    with flow_shop.reading(here.desk().database) as (work, session):
        mine = flow_drafts.drafts(session, here.viewer().agent_id)
        return Room(shop.live(work), mine, tuple(shop.standings(work)))


def names(session: Session, ids: set[str]) -> dict[str, str]:
    """Agents by their ids; who is none of them (a folder, the command line) is missing."""
    if not ids:
        return {}
    found = session.execute(select(_agent.c.agent_id, _agent.c.name).where(_agent.c.agent_id.in_(ids)))
    return {agent_id: name for agent_id, name in found}


def published_by(found: FlowSet, known: Mapping[str, str]) -> str:
    """Who published a set, in words."""
    words = here.texts()
    key = f"flows.by.{found.published_by}"
    return known.get(found.published_by) or (words(key) if words.has(key) else found.published_by)
