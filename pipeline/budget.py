"""What SMS may cost: how many a number of ours sends a day, to one recipient and to all of them.

Whoever lets a premium number write to us earns at each of our answers. So every SMS is counted in the transaction that
sends it, and beyond the budget the bot's are not sent; a person's may go further, up to a hard end. Only SMS is counted:
other channels cost nothing a stranger could earn. Days are those of UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from channels import countries
from conversation import alarms
from conversation.alarms import Trouble
from conversation.prepared import Prepared
from conversation.tables import SendCount
from conversation.work import Work

TO_ALL = ""
Place = tuple[str, str, str]
_count = SendCount.__table__
_known = select(_count.c.kind, _count.c.account, _count.c.address, _count.c.parts).where(
    _count.c.day == bindparam("day"), _count.c.kind.in_(bindparam("kinds", expanding=True)),
    _count.c.account.in_(bindparam("accounts", expanding=True)),
    _count.c.address.in_(bindparam("addresses", expanding=True)))


def _add(dialect: Any) -> Prepared:
    insert = dialect.insert(_count)
    return Prepared(insert.on_conflict_do_update(
        index_elements=["day", "kind", "account", "address"], set_={"parts": _count.c.parts + insert.excluded.parts}))


_spend = {"sqlite": _add(sqlite), "postgresql": _add(postgresql)}


@dataclass(frozen=True, slots=True)
class Budget:
    """Messages a day that a number of ours may send to one recipient, and to all together; 0: no limit.

    A person's words may go `agents` times as far.
    """

    per_address: int = 30
    per_sender: int = 2_000
    agents: int = 3


USUAL_BUDGET = Budget()


class Leaving(Protocol):
    """A part that is about to be sent; `attempt` is 1 the first time."""

    @property
    def part_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def request(self) -> Mapping[str, Any]: ...
    @property
    def attempt(self) -> int: ...


def refused(work: Work, leaving: Sequence[Leaving], budget: Budget) -> dict[str, str]:
    """Which of these parts may not be sent, with the code of why (`budget`, `costly`); the others are counted.

    One look and one upsert for all of them, and neither where none is an SMS. What is tried again was counted before.
    """
    sms = [one for one in leaving if one.kind.endswith("-sms") and one.attempt == 1]
    if not sms:
        return {}
    spent, more, stopped = _spent(work, sms), Counter[Place](), dict[str, str]()
    for one in sms:
        why = _why_not(one, spent, budget)
        if why:
            stopped[one.part_id] = why
            _tell(work, one, why)
        else:
            places = ((one.kind, one.account, one.address), (one.kind, one.account, TO_ALL))
            spent.update(places)
            more.update(places)
    if more:
        day = work.now.date().isoformat()
        _spend[work.connection.dialect.name].run(work.connection, [
            {"day": day, "kind": kind, "account": account, "address": address, "parts": parts}
            for (kind, account, address), parts in sorted(more.items())])
    return stopped


def _spent(work: Work, sms: Sequence[Leaving]) -> Counter[Place]:
    found = work.connection.execute(_known, {
        "day": work.now.date().isoformat(), "kinds": sorted({one.kind for one in sms}),
        "accounts": sorted({one.account for one in sms}), "addresses": sorted({TO_ALL, *(one.address for one in sms)})})
    return Counter({(row.kind, row.account, row.address): row.parts for row in found})


def _why_not(one: Leaving, spent: Counter[Place], budget: Budget) -> str:
    if one.request.get("consent"):  # the one confirmation that the law wants
        return ""
    if countries.is_costly(one.address):
        return "costly"
    times = budget.agents if one.author == "agent" else 1
    for address, most in ((one.address, budget.per_address), (TO_ALL, budget.per_sender)):
        if most and spent[one.kind, one.account, address] >= most * times:
            return "budget" if address else "budget_sender"
    return ""


def _tell(work: Work, one: Leaving, why: str) -> None:
    """The number of ours that has spent everything is worse than one recipient who had her share."""
    level = "critical" if why == "budget_sender" else "warning"
    alarms.raise_alarm(work, Trouble(
        f"sms_{why}:{one.kind}:{one.account}", f"sms_{why}", level, {"country": countries.country_of(one.address)},
        one.kind, one.account))
