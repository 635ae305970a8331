"""What a contact hears from the desk: each text at most once a ticket, in her language, as `system`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conversation import outbox
from conversation.events import Outgoing, OutgoingChoice
from conversation.work import Work
from handoff import hours, ledger, queues
from handoff.ledger import Standing


def tell(work: Work, held: Standing, key: str, **values: Any) -> None:
    """Say a text of ours in the ticket's conversation."""
    say(work, held, work.text(key, held.language, **values))


def say(work: Work, held: Standing, words: str, choices: tuple[OutgoingChoice, ...] = ()) -> None:
    """Say these words as the house; a shop that left a text empty wants nothing said."""
    if words:
        around = {name: work.text(name, held.language) for name in ("menu_hint", "list_label")} if choices else {}
        outgoing = Outgoing(words, choices, author="system", **around)
        outbox.queue(work, held.conversation_id, outgoing, ticket_id=held.ticket_id)


def once(work: Work, held: Standing, mark: str) -> bool:
    """True the first time this ticket comes here with this mark."""
    told = list(held.ticket["told"])
    if mark in told:
        return False
    ledger.note_ticket(work, held.ticket_id, {"told": [*told, mark]})
    return True


def acknowledgement(work: Work, queue: Mapping[str, Any], language: str) -> str:
    """What somebody hears who is passed to a queue: the wait if people are on duty, else when they are back."""
    name = queues.title(queue, language)
    if hours.is_open(queue, work.now):
        return work.text("ack_open", language, queue=name, wait=wait(work, queue, work.now, language))
    opens_at = hours.opens_at(queue, work.now)
    if opens_at is None:
        return work.text("ack_open", language, queue=name, wait=work.text("wait_unknown", language))
    when = hours.describe(opens_at, work.now, language, queue["time_zone"])
    return work.text("ack_closed", language, queue=name, when=when)


def wait(work: Work, queue: Mapping[str, Any], since: datetime, language: str) -> str:
    """The sentence about the wait of somebody who waits since then: measured, or an honest “I cannot tell”."""
    expected = queues.expect(work.connection, queue, since, work.now)
    if expected is None:
        return work.text("wait_unknown", language)
    minutes = {"a": expected.from_minutes, "b": expected.to_minutes}
    alone = "" if expected.ahead else work.text("wait_next", language, **minutes)
    return alone or work.text("wait_range", language, n=expected.ahead, **minutes)


def mark_of_queue(queue_id: str) -> str:
    """The mark of “you are passed to this queue” among the told."""
    return f"queue:{queue_id}"


def mark_of_holder(agent_id: str) -> str:
    """The mark of “this is who has your conversation now” among the told."""
    return f"holder:{agent_id}"
