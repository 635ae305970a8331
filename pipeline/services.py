"""The services a flow may call, and who answers them.

Local ones are answered inside the turn; all others are rows that a worker runs outside any transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import metrics
from conversation.work import Work
from orders.base import Connector
from orders.errors import ConnectorError
from orders.service import find_order
from pipeline import proofs
from pipeline.errors import UnknownService

FIND_ORDER = "orders.find"


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: which service, with what, by whom (an address of ours or theirs, only ever hashed)."""

    service: str
    arguments: Mapping[str, Any]
    sender: str


@dataclass(frozen=True, slots=True)
class Answered:
    """`status`: found, not_found, failed (asked for certain without effect) or unsure."""

    status: str
    value: Mapping[str, Any] | None = None
    error: str = ""
    is_permanent: bool = True


@dataclass(frozen=True, slots=True)
class Services:
    """What is behind the services of this shop."""

    connector: Connector
    secret: str
    today: Callable[[], date]

    def is_local(self, service: str) -> bool:
        """True where the answer needs no I/O."""
        return service == FIND_ORDER and self.connector.local

    def ask(self, asked: Asked) -> Answered:
        """Ask the shop. No transaction may be open unless the service is local."""
        if asked.service != FIND_ORDER:
            raise UnknownService(f"Nothing answers the service “{asked.service}”; there is: {FIND_ORDER}.")
        try:
            value = find_order(self.connector, asked.arguments, self.today())
        except ConnectorError as error:
            metrics.lookups.labels(asked.service, "failed").inc()
            return Answered("failed", error=f"{error.code}: {error.detail}", is_permanent=error.permanent)
        return Answered("found" if value is not None else "not_found", value)

    def judge(self, work: Work, asked: Asked, answered: Answered) -> Answered:
        """Hold the answer against the limits on guessing, in the transaction that will use it."""
        if asked.service != FIND_ORDER or answered.status not in ("found", "not_found"):
            return answered
        tried = proofs.attempt(self.secret, str(asked.arguments.get("ref", "")), asked.sender)
        if proofs.judge(work, tried, answered.status == "found"):
            metrics.lookups.labels(asked.service, "found").inc()
            return answered
        metrics.lookups.labels(asked.service, "not_found").inc()
        return Answered("not_found")
