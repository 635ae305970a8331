"""What agents have the shop do, done by a worker: each once, with no transaction open while the shop is asked.

A worker that died while it asked leaves a lease that runs out; then nobody knows whether it was done. That is said, and
it is never asked again by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError

import faults
from conversation.tables import Conversation
from conversation.work import Database
from handoff import order_actions
from orders.acting import Action
from orders.errors import ConnectorError, Unsure
from orders.on_request import Counter

# Longer than any connector may take (orders/web.py), and than one that has to wait for a job of the shop's.
LEASE = timedelta(minutes=2)
TRIES = 3  # to write down what came of it

logger = structlog.get_logger(__name__)
_language = select(Conversation.__table__.c.language).where(Conversation.__table__.c.conversation_id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class Came:
    """What came of it: done, failed (certainly not done) or unsure."""

    state: str
    facts: Mapping[str, Any]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Errands:
    """The worker's part: the rows and the shop."""

    database: Database
    counter: Counter

    def drain(self) -> int:
        """Do all that was approved; returns how many were asked of the shop."""
        asked = 0
        while row := self._take():
            self._run(row)
            asked += 1
        return asked

    def _take(self) -> dict[str, Any] | None:
        """The next one. Never several: a worker that dies leaves at most one of which nobody knows."""
        with self.database.work() as work:
            for row in order_actions.take(work, work.now + LEASE, 1):
                return row | {"language": work.connection.execute(_language, {"id": row["conversation_id"]}).scalar_one()}
        return None

    def _run(self, row: Mapping[str, Any]) -> None:
        faults.point("before order action")
        came = self._ask(row)
        faults.point("after order action")
        self._keep(row, came)
        logger.info("order action", action=row["order_action_id"], kind=row["kind"], state=came.state)

    def _keep(self, row: Mapping[str, Any], came: Came) -> None:
        """What came of it is known here alone: a database that is busy for a while must not make it unsure."""
        for attempt in range(TRIES):
            try:
                with self.database.work() as work:
                    order_actions.finish(work, row, came.state, came.facts, came.why)
                return
            except (DBAPIError, faults.Fault) as error:
                if attempt == TRIES - 1:
                    raise
                logger.warning("an order action is written down once more", action=row["order_action_id"], error=type(error).__name__)

    def _ask(self, row: Mapping[str, Any]) -> Came:
        try:
            return Came("done", dict(self.counter.do(action_of(row), row["language"]).facts))
        except Unsure as error:
            return Came("unsure", {}, error.detail)
        except ConnectorError as error:
            return Came("failed", {"code": error.code}, error.detail)
        except Exception as error:  # noqa: BLE001 - a connector's own mistake: it may have asked before
            logger.error("an order action failed", kind=row["kind"], error=type(error).__name__)
            return Came("unsure", {}, f"The connector broke ({type(error).__name__}); whether it was done is unknown.")


def action_of(row: Mapping[str, Any]) -> Action:
    """The row as a connector hears it; its id is the key that the shop may remember."""
    address = dict(row["asked"]) if row["kind"] == "change_address" else {}
    return Action(row["kind"], row["order_reference"], row["order_action_id"], Decimal(row["amount"]) if row["amount"] else None,
                  row["currency"], address, row["reason"])
