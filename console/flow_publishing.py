"""Making files live from a page: prepared outside of a transaction, and only on top of the set that the page was made of."""

from __future__ import annotations

from collections.abc import Callable

from bot.flow import live
from bot.flow.live import FlowSet
from console import flow_pace, flow_shop, here
from console.flow_files import Files
from conversation.work import Work


class Overtaken(Exception):
    """Somebody published between the page and the post: nothing of hers happens."""


def publish(files: Files, comment: str, base: str, then: Callable[[Work], None] = lambda work: None) -> FlowSet:
    """Make these files live in the agent's name, and do `then` with it. Raises Overtaken, FlowsRefused, TooFast."""
    shop, me = here.desk().flows, here.viewer().agent_id
    with flow_pace.turn(me):
        shop.prepare(files)
    with here.desk().database.work() as work:
        if flow_shop.id_of(shop.live(work)) != base:
            raise Overtaken
        made = shop.publish(work, files, by=me, comment=comment, origin=live.CONSOLE)
        still_on(work, base, made)
        then(work)
        return made


def still_on(work: Work, base: str, made: FlowSet) -> None:
    """The publication took its lock after we had looked: nobody may have come between. Raises Overtaken."""
    latest = here.desk().flows.history(work, 2)
    before = latest[1].set_id if len(latest) > 1 else ""
    if made.set_id != base and before != base:
        raise Overtaken
