"""The services a flow may call, and who answers them.

Local ones are answered inside the turn; all others are rows that a worker runs outside any transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

import metrics
from bot.flow.effects import tries
from bot.flow.identity_file import SERVICE as FIND_ORDER
from bot.flow.identity_file import Identity
from bot.judge import SERVICE as JUDGE
from carriers.parcels import Parcels
from conversation.work import Work
from incidents.rule_book import Rules
from order_number import fold
from orders.base import Connector
from orders.errors import ConnectorError
from orders.proof import KINDS, canonical_phone
from orders.service import find_order
from outreach import known_trouble
from outreach.known_trouble import Told
from pipeline import case_services, judging, proofs, told_days
from pipeline.errors import UnknownService
from pipeline.proofs import USUAL, Terms

# Beside the arguments of a call in its row: what one may be instead, which was found, and the rules it is asked by.
OTHERS, USED, TERMS = "_others", "_used", "_terms"
_HAS_ENDED = ("delivered", "cancelled", "refunded")


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: which service, with what, by whom (an address of ours or theirs, only ever hashed).

    `others`: what an argument may be instead (the other order numbers of her message), in order. `conversation` is where
    it was asked, `language` the one in which she is told, `terms` the shop's rules about proofs when it was asked.
    `barred` are order numbers beyond a limit: the shop is asked for them as if without a proof. `days` are those that
    buyers were told of the orders it names (folded numbers).
    """

    service: str
    arguments: Mapping[str, Any]
    sender: str
    others: Mapping[str, Sequence[str]] = field(default_factory=dict)
    conversation: str = ""
    language: str = ""
    terms: Terms = USUAL
    barred: frozenset[str] = frozenset()
    days: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """`status`: found, not_found, failed (asked for certain without effect) or unsure.

    `used`: the arguments that were found with one of their others. `missed`: the numbers that were asked for in vain.
    """

    status: str
    value: Mapping[str, Any] | None = None
    error: str = ""
    is_permanent: bool = True
    used: Mapping[str, Any] = field(default_factory=dict)
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Services:
    """What is behind the services of this shop."""

    connector: Connector
    secret: str
    today: Callable[[], date]
    rules: Rules = field(default_factory=Rules)
    parcels: Parcels = field(default_factory=Parcels)
    identity: Callable[[], Identity] = Identity

    def terms(self, service: str, channel: str) -> Terms:
        """The rules about proofs that hold now on this channel; only looking for an order has any."""
        if service != FIND_ORDER:
            return USUAL
        policy = self.identity()
        return Terms(policy.ways_at(channel), policy.order_limit, policy.sender_limit, policy.alarm)

    def is_local(self, service: str) -> bool:
        """True where the answer needs no I/O."""
        if service == FIND_ORDER and self.parcels.asks:
            return False
        return service == case_services.FIND or (service in (FIND_ORDER, case_services.OPEN) and self.connector.local)

    def ask(self, asked: Asked) -> Answered:
        """Ask the shop. No transaction may be open unless the service is local."""
        if asked.service == JUDGE:
            opinion = judging.ask(getattr(self.connector, "judge", None), asked.arguments)
            return Answered("found" if opinion else "failed", opinion)
        if asked.service == case_services.FIND:
            return Answered("not_found")  # nothing outside is asked: `judge` looks
        if asked.service == case_services.OPEN:
            return Answered("found", case_services.order_facts(self.connector, asked.arguments, self.today()))
        if asked.service != FIND_ORDER:
            known = ", ".join((FIND_ORDER, *sorted(case_services.SERVICES)))
            raise UnknownService(f"Nothing answers the service “{asked.service}”; there is: {known}.")
        missed: list[str] = []
        try:
            for used, arguments in tries(asked.arguments, asked.others):
                value = find_order(self.connector, _as_offered(asked, arguments), self.today(), asked.terms.ways)
                if value is not None:
                    value = told_days.heeding(value, asked.days.get(fold(str(value.get("reference", "")))), self.today())
                    told = self.parcels.told(value, asked.language, self.today())
                    return Answered("found", told, used=used, missed=tuple(missed))
                missed.append(str(arguments.get("ref", "")))
        except ConnectorError as error:
            metrics.lookups.labels(asked.service, "failed").inc()
            return Answered("failed", error=f"{error.code}: {error.detail}", is_permanent=error.permanent)
        return Answered("not_found", missed=tuple(missed))

    def barring(self, reader: Session, asked: Asked, now: datetime) -> Asked:
        """The same with what is beyond a limit already. A right proof would be found sooner than a wrong one is not, and
        the time would tell it, although the answer does not.
        """
        if asked.service != FIND_ORDER:
            return asked
        named = {str(arguments.get("ref", "")) for _, arguments in tries(asked.arguments, asked.others)}
        return replace(asked, barred=frozenset(
            one for one in named
            if proofs.limit_met(reader, proofs.attempt(self.secret, self._written(one), asked.sender), now, asked.terms)))

    def knowing(self, reader: Session, asked: Asked) -> Asked:
        """The same with the days that buyers of these orders were told: the newest word counts, not the shop's first."""
        if asked.service != FIND_ORDER:
            return asked
        named = {fold(self._written(str(arguments.get("ref", "")))) for _, arguments in tries(asked.arguments, asked.others)}
        return replace(asked, days=told_days.of(reader, named))

    def judge(self, work: Work, asked: Asked, answered: Answered) -> Answered:
        """Hold the answer against the limits on guessing, in the transaction that will use it.

        Every number that was asked for counts: several in one message are not several guesses for the price of one.
        """
        if asked.service in case_services.SERVICES:
            return self._case(work, asked, answered)
        if asked.service != FIND_ORDER or answered.status not in ("found", "not_found"):
            return answered
        found = str({**asked.arguments, **answered.used}.get("ref", "")) if answered.status == "found" else None
        may_tell = False
        # Always in the same order: each takes a lock, and two messages may name the same numbers.
        for reference in sorted({*answered.missed, *([found] if found is not None else [])}):
            tried = proofs.attempt(self.secret, self._written(reference), asked.sender)
            may_tell |= proofs.judge(work, tried, reference == found, asked.terms)
        if may_tell:
            metrics.lookups.labels(asked.service, "found").inc()
            return _with_known_trouble(work, asked, answered)
        metrics.lookups.labels(asked.service, "not_found").inc()
        return Answered("not_found")

    def _written(self, reference: str) -> str:
        """The number as the shop has it: with or without its prefix it is one order, and one count of proofs."""
        written = getattr(self.connector, "written", None)
        return (written(reference) if written is not None else "") or reference

    def _case(self, work: Work, asked: Asked, answered: Answered) -> Answered:
        """Cases are ours: they are written and read in the transaction that will use the answer."""
        if asked.service == case_services.FIND:
            value = case_services.found(work, asked.conversation, asked.arguments)
            return Answered("found", value) if value else Answered("not_found")
        if answered.status == "unsure":
            return answered
        value = case_services.opened(work, self.rules.book, asked.conversation, asked.arguments, answered.value or {})
        return Answered("found", value) if value else Answered("failed", error="The case could not be begun.")


def _with_known_trouble(work: Work, asked: Asked, answered: Answered) -> Answered:
    """What hit many orders is said before all else to whoever asks about one of them, while she still waits for it."""
    value = answered.value or {}
    if value.get("status") in _HAS_ENDED:
        return answered
    words = known_trouble.words(work, str(value.get("reference", "")), asked.language, str(value.get("carrier") or ""))
    return replace(answered, value={**value, "known_trouble": words}) if words else answered


def _as_offered(asked: Asked, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """A telephone proves something where she writes from it; one that was typed or remembered does not."""
    if str(arguments.get("ref", "")) in asked.barred:
        return {name: value for name, value in arguments.items() if name not in KINDS}
    digits = "".join(filter(str.isdigit, str(arguments.get("phone") or "")))
    writes_from = "".join(filter(str.isdigit, asked.sender)) if asked.sender.startswith("+") else ""
    is_hers = bool(digits) and canonical_phone(digits) == canonical_phone(writes_from)
    return arguments if is_hers else {name: value for name, value in arguments.items() if name != "phone"}
