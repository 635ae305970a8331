"""What a contact hears from the desk: each text at most once a ticket, in her language, as `system`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from conversation import outbox
from conversation.events import Outgoing, OutgoingChoice
from conversation.work import Work
from handoff import hours, ledger, queues, rungs
from handoff.ledger import Standing
from handoff.queues import Wait


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


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What somebody hears who is passed to a queue, and what of it binds us: columns of the ticket, marks among the told."""

    words: str
    columns: Mapping[str, Any]
    marks: tuple[str, ...]


def acknowledged(work: Work, queue: Mapping[str, Any], language: str) -> Acknowledged:
    """The wait if people are on duty, else when they are back."""
    marks = (mark_of_queue(queue["queue_id"]),)
    closed = when_closed(work, queue, language)
    if closed:
        return Acknowledged(closed, _binding(queue, None, work.now), (*marks, rungs.CLOSED))
    expected = expect(work, queue, work.now)
    words = work.text("ack_open", language, queue=queues.title(queue, language), wait=wait(work, expected, language))
    return Acknowledged(words, _binding(queue, expected, work.now), marks)


def acknowledge(work: Work, held: Standing, queue: Mapping[str, Any]) -> None:
    """Say it to somebody whose ticket comes to another queue; once a queue."""
    told = list(held.ticket["told"])
    said = acknowledged(work, queue, held.language)
    if said.marks[0] in told:
        return
    told.extend(mark for mark in said.marks if mark not in told)
    ledger.note_ticket(work, held.ticket_id, {"told": told, **said.columns})
    say(work, held, said.words)


def when_closed(work: Work, queue: Mapping[str, Any], language: str) -> str:
    """What is said where people are not on duty: when they are back. Empty where they are, or never will be."""
    if hours.is_open(queue, work.now):
        return ""
    opens_at = hours.opens_at(queue, work.now)
    if opens_at is None:
        return ""
    when = hours.describe(opens_at, work.now, language, queue["time_zone"])
    return work.text("ack_closed", language, queue=queues.title(queue, language), when=when)


def expect(work: Work, queue: Mapping[str, Any], since: datetime) -> Wait | None:
    """The honest wait of somebody who waits since then; None where none can be told, also of a queue that is paused."""
    is_served = queue["paused_at"] is None and hours.is_open(queue, work.now)
    return queues.expect(work.connection, queue, since, work.now) if is_served else None


def wait(work: Work, expected: Wait | None, language: str) -> str:
    """The sentence about a wait: measured, or an honest “I cannot tell”."""
    if expected is None:
        return work.text("wait_unknown", language)
    minutes = {"a": expected.from_minutes, "b": expected.to_minutes}
    alone = "" if expected.ahead else work.text("wait_next", language, **minutes)
    return alone or work.text("wait_range", language, n=expected.ahead, **minutes)


def how_long(work: Work, held: Standing, queue: Mapping[str, Any]) -> None:
    """Answer somebody who asks how long it takes, as often as she asks."""
    closed = when_closed(work, queue, held.language)
    if closed:
        say(work, held, closed)
        return
    expected = expect(work, queue, held.ticket["waiting_since"])
    paced = held.ticket["paced"] | {"at": work.now.isoformat(), **_place(expected)}
    promised = {} if held.ticket["promised"].get("to") or expected is None else {"promised": _promised(queue, expected, work.now)}
    ledger.note_ticket(work, held.ticket_id, {"paced": paced, **promised})
    tell(work, held, "position", wait=wait(work, expected, held.language))


def place(work: Work, held: Standing, queue: Mapping[str, Any]) -> bool:
    """Tell by ourselves how far the line has come, if that is news; returns whether it was."""
    expected = expect(work, queue, held.ticket["waiting_since"])
    if expected is None or not is_news(held.ticket, expected):
        return False
    paced = {"n": held.ticket["paced"].get("n", 0) + 1, "at": work.now.isoformat(), **_place(expected)}
    ledger.note_ticket(work, held.ticket_id, {"paced": paced})
    tell(work, held, "position", wait=wait(work, expected, held.language))
    return True


def is_news(ticket: Mapping[str, Any], expected: Wait) -> bool:
    """Her place is better by three, or the time another by half, than what she was told last. Pure."""
    paced = ticket["paced"]
    before, minutes = paced.get("place", ticket["ahead"]), paced.get("to")
    if before - expected.ahead >= rungs.PLACE_GAINED:
        return True
    return bool(minutes) and abs(expected.to_minutes - minutes) >= minutes / 2


def _binding(queue: Mapping[str, Any], expected: Wait | None, now: datetime) -> dict[str, Any]:
    paced = {"n": 0, "at": now.isoformat(), **_place(expected)} if expected else {}
    return {"promised": _promised(queue, expected, now), "paced": paced}


def _place(expected: Wait | None) -> dict[str, Any]:
    return {"place": expected.ahead, "to": expected.to_minutes} if expected else {}


def _promised(queue: Mapping[str, Any], expected: Wait | None, now: datetime) -> dict[str, Any]:
    """What she was told, or, where no time could be told, what the queue itself promises."""
    minutes = expected.to_minutes if expected else queue["promise_minutes"]
    until = hours.add_open_time(queue, now, timedelta(minutes=minutes))
    told = {"from": expected.from_minutes, "to": expected.to_minutes} if expected else {}
    return {"at": now.isoformat(), **told, "until": until.isoformat() if until else None, "target": queue["promise_minutes"]}


def mark_of_queue(queue_id: str) -> str:
    """The mark of “you are passed to this queue” among the told."""
    return f"queue:{queue_id}"


def mark_of_holder(agent_id: str) -> str:
    """The mark of “this is who has your conversation now” among the told."""
    return f"holder:{agent_id}"
