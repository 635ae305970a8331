"""Which orders belong to a conversation, and whether this agent may act on them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy.orm import Session

from console import here
from console.errors import ConsoleError
from handoff import order_book, search_words
from handoff.access import Sight
from orders.reference import fold

_PHONE = re.compile(r"\+[0-9]{8,15}")

logger = structlog.get_logger(__name__)
Row = Mapping[str, Any]


class NotItsOrder(ConsoleError):
    """The order does not belong to the conversation."""


def reference_of(sight: Sight, known: Sequence[str], wanted: str) -> str:
    """The order's number as this conversation knows it (`known`: its references); the latest one where none is named.
    Asks the shop, so no transaction may be open. Raises NotItsOrder.

    An agent acts on orders that the bot learnt here and on those of the number that the customer writes from; who
    supervises on any.
    """
    for one in known:
        if fold(one) == fold(wanted) or not wanted:
            return one
    for facts in bought(sight):
        if fold(str(facts["reference"])) == fold(wanted):
            return str(facts["reference"])
    if wanted and here.viewer().sees_everything:
        return wanted
    raise NotItsOrder("This order does not belong to this conversation.")


def may_act(sight: Sight) -> bool:
    """Whether she may do it here: who has the conversation, and who supervises."""
    live, viewer = sight.live_ticket, here.viewer()
    return viewer.sees_everything or (live is not None and live["holder_id"] == viewer.agent_id)


def references(session: Session, sight: Sight) -> list[str]:
    """The orders that the tickets of this conversation are about."""
    cards = order_book.cards(session, sight.conversation["conversation_id"])
    return list(dict.fromkeys(one for card in cards for one in search_words.references(card)))


def bought(sight: Sight) -> Sequence[Row]:
    """The latest orders of the number that the customer writes from; none where she writes from no number."""
    address = str(sight.conversation["address"])
    if not _PHONE.fullmatch(address):
        return ()
    try:
        return here.desk().orders.bought_by(address)
    except Exception as error:  # noqa: BLE001 - a connector may fail in its own ways; the rest of the page must not
        logger.warning("orders of a number could not be read", error=type(error).__name__)
        return ()


def is_of_number(sight: Sight, reference: str) -> bool:
    """Whether it was bought with the number that the customer writes from. Otherwise only her word says that it is hers."""
    return any(fold(str(facts["reference"])) == fold(reference) for facts in bought(sight))
