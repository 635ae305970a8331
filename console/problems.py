"""Errors as answers: the status, the code for programs, and a sentence in the agent's language with what to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.flow.live import UnknownFlowSet
from console import here
from console.composer import MAX_TEXT
from console.errors import BadField, BadFile, NothingHere, TooFast
from conversation.errors import UnknownDeadLetter
from conversation.one_writer import is_busy
from handoff import errors, writing_errors
from handoff.errors import HandoffError
from handoff.finding_errors import CannotStart, NotJoined, NotTwo
from handoff.routing_errors import CannotTake, LacksSkill, Reserved, RoutingError

_CONFLICTS = (
    CannotStart,
    NotJoined,
    NotTwo,
    errors.AlreadyClaimed,
    errors.StaleEpoch,
    errors.NoRoom,
    errors.NotHolder,
    errors.IllegalMove,
    errors.BotOwned,
    errors.SomeoneAnswered,
    errors.WindowClosed,
    errors.NoResponder,
    errors.NothingToRetry,
    errors.NothingToJudge,
    errors.Blocked,
    errors.OptedOut,
    errors.MarketingStopped,
    writing_errors.TooLate,
    RoutingError,
)
_MISSING = (errors.UnknownTicket, errors.UnknownKey, errors.UnknownHook, NothingHere, UnknownFlowSet,
            writing_errors.UnknownSavedReply)
BUSY_SECONDS = 2  # after which whoever met a busy database may come again
_FIELDS = {
    "note_too_short": "note",
    "empty_reply": "text",
    "unknown_agent": "to",
    "unknown_queue": "to",
    "unknown_disposition": "disposition",
    "unknown_verdict": "kind",
    "unfilled_blank": "text",
    "bad_snooze": "until",
    "cannot_take": "to",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind`: conflict, invalid, forbidden, missing, busy (nothing was done, come again), broken. `facts` are those a program may need (the winner)."""

    status: int
    kind: str
    code: str
    message: str
    field: str = ""
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "error": {"kind": self.kind, "code": self.code, "message": self.message, "field": self.field} | self.facts
        }


def problem(error: Exception, contact: str = "", channel: str = "") -> Problem:
    """What this error means for the agent; `contact` and `channel` are those of the conversation it was about."""
    words = here.texts()
    if isinstance(error, _MISSING):
        return Problem(404, "missing", "not_found", words("error.not_found"))
    if isinstance(error, UnknownDeadLetter):
        return Problem(409, "conflict", "settled", words("error.settled"))
    if isinstance(error, BadField):
        return Problem(422, "invalid", "bad_field", words(error.key, n=MAX_TEXT), error.field)
    if isinstance(error, BadFile):
        return Problem(422, "invalid", "bad_file", words(error.key, channel=channel, **error.values), "file")
    if isinstance(error, TooFast):
        return Problem(429, "conflict", "too_fast", words("error.too_fast"))
    if is_busy(error):
        return Problem(503, "busy", "busy", words("error.busy"), facts={"retry_after": BUSY_SECONDS})
    if not isinstance(error, HandoffError):
        return Problem(500, "broken", "server", words("error.server"))
    if isinstance(error, errors.NotAllowed):
        return Problem(403, "forbidden", error.code, words("error.not_allowed"))
    sentence, facts = _sentence(error, contact, channel)
    status, kind = (409, "conflict") if isinstance(error, _CONFLICTS) else (422, "invalid")
    return Problem(status, kind, error.code, sentence, _FIELDS.get(error.code, ""), facts)


def _sentence(error: HandoffError, contact: str, channel: str) -> tuple[str, dict[str, Any]]:
    words = here.texts()
    match error:
        case errors.AlreadyClaimed(holder_name=winner):
            return words("error.already_claimed", winner=winner, name=contact), {"winner": winner}
        case errors.NotHolder(holder_name=winner, act=act):
            key = "error.not_holder" + (f"_{act}" if act else "") + ("" if winner else "_nobody")
            return words(key, winner=winner), {"winner": winner} if winner else {}
        case errors.NoRoom(load=load, capacity=capacity):
            return words("error.no_room", load=load, capacity=capacity), {"load": load, "capacity": capacity}
        case errors.SomeoneAnswered(message=message):
            return words("error.someone_answered"), _answer(message)
        case errors.NothingToRetry(state="failed" | "expired"):
            return words("error.nothing_to_retry_failed"), {}
        case errors.BlankTemplate(label=label):
            return words("error.blank_template", label=label), {}
        case writing_errors.UnfilledGap(gap=gap):
            return words("error.unfilled_blank", gap=gap), {"blank": gap}
        case writing_errors.BadSavedReply(field=field):
            return words(f"error.bad_saved_reply_{field}"), {"saved_reply_field": field}
        case CannotStart(reason=reason):
            return words(f"error.cannot_start.{reason}"), {"reason": reason}
        case errors.WindowClosed():
            return words("error.window_closed", channel=channel), {}
        case errors.IllegalMove(state=state, move=move):
            return words(_illegal(state, move)), {"state": state, "move": move}
        case CannotTake(name=name, why=why, waits=waits):
            return words(f"error.cannot_take_{why}" + ("_waits" if waits else ""), colleague=name), error.facts
        case Reserved(name=name):
            return words("error.reserved", winner=name), error.facts
        case LacksSkill(skills=wanted):
            return words("error.lacks_skill", skills=", ".join(wanted)), error.facts
    key = f"error.{error.code}"
    return words(key) if words.has(key) else words("error.illegal_move"), {}


def _illegal(state: str, move: str) -> str:
    """The sentence of this move from this state, else of this state, else of all."""
    keys = (f"error.illegal_move_{state}_{move}", f"error.illegal_move_{state}", "error.illegal_move")
    return next(key for key in keys if here.texts().has(key))


def _answer(message: Mapping[str, Any]) -> dict[str, Any]:
    """A colleague's answer, so that a program can show it before it sends over it."""
    return {"message_id": message["message_id"], "answer": message.get("text", ""), "seq": message.get("seq")}
