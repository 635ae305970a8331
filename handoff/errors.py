"""What goes wrong at the desk. Each error has a `code` for programs and a sentence for people.

HandoffError          base of the package
  UnknownTicket       no such ticket, conversation or message for this agent
  UnknownAgent        no such agent, or not active any more
  UnknownQueue        no queue has this name
  QueueTaken          a queue has this name already
  BadZone             no time zone has this name
  AlreadyClaimed      a colleague was faster
  StaleEpoch          the page is older than the last change of owner
  NoRoom              the agent holds as many as she can
  NotHolder           only the holder may do this
  IllegalMove         the ticket's state does not allow this
  BotOwned            the bot answers here; take over first
  SomeoneAnswered     a colleague wrote after what the page showed
  WindowClosed        the channel no longer lets us write freely
  NoteTooShort        a note has to say something
  EmptyReply          a reply has to say something
  Blocked             the contact is not answered any more
  OptedOut            the contact wants no messages
  MarketingStopped    the contact wants no advertising
  NoTemplate          no message template of this name fits the channel
  BlankTemplate       a blank of the message template is empty or does not fit
  UnknownBlockReason  a contact is not blocked for this
  UnknownDisposition  a ticket does not end like this
  NoResponder         there is no bot, or no such flow, to go on with
  NothingToRetry      the message did not fail
  NothingToJudge      the ticket's reason is not the bot's, or is long past
  UnknownVerdict      nothing of this kind is said of a reason
  NotAllowed          this needs another role
  BadCredentials      e-mail and password do not fit
  LockedOut           too many failed log-ins
  BadInvitation       the link was used, is too old, or never was ours
  WeakPassword        the password is too short
  EmailTaken          another agent has this e-mail
  BadHours            opening hours that cannot be read
  UnknownKey          no key of a program has this id
  UnknownHook         no hook, or none of its calls, has this id
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any


class HandoffError(Exception):
    """Base of this package's errors."""

    code = "handoff_error"


class UnknownTicket(HandoffError):
    """No such ticket, conversation or message, or not one this agent may see: both look the same."""

    code = "unknown_ticket"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no conversation, ticket or message {key} that you may see.")
        self.key = key


class UnknownAgent(HandoffError):
    """No active agent has this id or e-mail."""

    code = "unknown_agent"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no active agent {key}; `flask agents list` shows all.")
        self.key = key


class UnknownQueue(HandoffError):
    """No queue has this name."""

    code = "unknown_queue"

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"There is no queue “{queue_id}”; `flask queues list` shows all.")
        self.queue_id = queue_id


class QueueTaken(HandoffError):
    """A queue has this name already."""

    code = "queue_taken"

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"There is a queue “{queue_id}” already; `flask queues hours {queue_id} …` changes its hours.")
        self.queue_id = queue_id


class BadZone(HandoffError):
    """No time zone has this name."""

    code = "bad_zone"

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is no time zone; write one like Europe/Madrid or America/Sao_Paulo.")
        self.name = name


class AlreadyClaimed(HandoffError):
    """A colleague holds the ticket."""

    code = "already_claimed"

    def __init__(self, holder_name: str) -> None:
        super().__init__(f"{holder_name} already has this conversation.")
        self.holder_name = holder_name


class StaleEpoch(HandoffError):
    """The conversation changed hands since the page was shown."""

    code = "stale_epoch"

    def __init__(self, shown: int, current: int) -> None:
        super().__init__("This conversation changed hands since the page was loaded; look at it again before you act.")
        self.shown = shown
        self.current = current


class NoRoom(HandoffError):
    """The agent would hold more than her capacity."""

    code = "no_room"

    def __init__(self, load: int, capacity: int) -> None:
        super().__init__(f"That would be conversation {load + 1} of {capacity}; close one first, or claim it all the same.")
        self.load = load
        self.capacity = capacity


class NotHolder(HandoffError):
    """Only the holder (or a supervisor) may do this.

    `act` names what was refused where its sentence is one of its own: reply, retry, whisper, undo, verdict, block.
    """

    code = "not_holder"

    def __init__(self, holder_name: str, act: str = "") -> None:
        super().__init__(f"{holder_name} has this conversation; only she or a supervisor may do this." if holder_name
                         else "Nobody has this conversation; claim it first.")
        self.holder_name = holder_name
        self.act = act


class IllegalMove(HandoffError):
    """The table of moves does not have this one."""

    code = "illegal_transition"

    def __init__(self, state: str, move: str) -> None:
        super().__init__(f"A conversation that is “{state}” does not allow “{move}”; look at its present state.")
        self.state = state
        self.move = move


class BotOwned(HandoffError):
    """The bot answers here."""

    code = "bot_owned"

    def __init__(self) -> None:
        super().__init__("The bot has this conversation; take it over before you write.")


class SomeoneAnswered(HandoffError):
    """A colleague wrote after the last message the page showed."""

    code = "someone_answered"

    def __init__(self, message: Mapping[str, Any]) -> None:
        super().__init__("A colleague has answered meanwhile; read it, then send yours all the same if it is still needed.")
        self.message = dict(message)


class WindowClosed(HandoffError):
    """The provider no longer lets us write freely."""

    code = "window_closed"

    def __init__(self, heard_at: datetime | None) -> None:
        super().__init__("The channel lets us write again once the contact has written; your text was not sent.")
        self.heard_at = heard_at


class NoteTooShort(HandoffError):
    """A note that says nothing helps nobody."""

    code = "note_too_short"

    def __init__(self, minimum: int) -> None:
        super().__init__(f"Write a note of at least {minimum} characters, so that a colleague knows what this is about.")
        self.minimum = minimum


class EmptyReply(HandoffError):
    """A reply without words."""

    code = "empty_reply"

    def __init__(self) -> None:
        super().__init__("The reply is empty; write something before you send it.")


class Blocked(HandoffError):
    """The contact is not answered any more."""

    code = "blocked"

    def __init__(self) -> None:
        super().__init__("This contact is blocked; unblock her before you write.")


class OptedOut(HandoffError):
    """The contact wants no messages, and the law is with her."""

    code = "opted_out"

    def __init__(self) -> None:
        super().__init__("This contact asked for no more messages; only she can undo that, by writing again.")


class MarketingStopped(HandoffError):
    """The contact wants no advertising."""

    code = "marketing_stopped"

    def __init__(self) -> None:
        super().__init__("This contact asked for no advertising; send a message template that is no marketing.")


class NoTemplate(HandoffError):
    """No message template of this name fits the channel and the language."""

    code = "no_template"

    def __init__(self, name: str) -> None:
        super().__init__(f"No message template “{name}” can be sent on this channel; choose another.")
        self.name = name


class BlankTemplate(HandoffError):
    """A blank of the message template is empty or does not fit. `label` names it to the agent."""

    code = "blank_template"

    def __init__(self, label: str) -> None:
        super().__init__(f"Fill in “{label}”, in one line without runs of spaces, before you send the message template.")
        self.label = label


class UnknownBlockReason(HandoffError):
    """A contact is not blocked for this."""

    code = "unknown_block_reason"

    def __init__(self, why: str, known: Sequence[str]) -> None:
        super().__init__(f"A contact cannot be blocked for “{why}”; the reasons are {', '.join(known)}.")
        self.why = why


class UnknownDisposition(HandoffError):
    """A ticket does not end like this."""

    code = "unknown_disposition"

    def __init__(self, disposition: str, known: Sequence[str]) -> None:
        super().__init__(f"A conversation cannot end as “{disposition}”; it can end as {', '.join(known)}.")
        self.disposition = disposition


class NoResponder(HandoffError):
    """Nobody would answer: the flows are not loaded, or the one that is to begin is not among them."""

    code = "no_responder"

    def __init__(self, flow: str = "") -> None:
        super().__init__(f"There is no flow “{flow}” to begin with; leave it out, or name one that is live." if flow else
                         "The bot has no flows now and would not answer; keep the conversation, or resolve it.")
        self.flow = flow


class NothingToRetry(HandoffError):
    """The message is on its way or arrived."""

    code = "nothing_to_retry"

    def __init__(self, state: str) -> None:
        super().__init__(f"This message is “{state}”; only one that failed or whose fate is unknown can be sent again.")
        self.state = state


class NothingToJudge(HandoffError):
    """There is no reason of the bot to say anything of: people opened the ticket, or it was closed long ago."""

    code = "nothing_to_judge"

    def __init__(self) -> None:
        super().__init__("Only the reason of a ticket that the bot opened can be judged, while it is open and for two "
                         "days after.")


class UnknownVerdict(HandoffError):
    """Nothing of this kind is said of a reason, or its evidence has no such place."""

    code = "unknown_verdict"

    def __init__(self, given: str, known: Sequence[str]) -> None:
        super().__init__(f"“{given}” is nothing that can be said of this reason; choose one of: {', '.join(known)}.")
        self.given = given
        self.known = tuple(known)


class NotAllowed(HandoffError):
    """This needs another role."""

    code = "not_allowed"

    def __init__(self, role: str) -> None:
        super().__init__(f"The role “{role}” may not do this; ask a supervisor.")
        self.role = role


class BadCredentials(HandoffError):
    """E-mail and password do not fit; it is not said which of them."""

    code = "bad_credentials"

    def __init__(self) -> None:
        super().__init__("E-mail or password is wrong; try again or ask for a new invitation.")


class LockedOut(HandoffError):
    """Too many failed log-ins of this account or from this address."""

    code = "locked_out"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"Too many failed log-ins; try again after {until:%H:%M} UTC.")
        self.until = until


class BadInvitation(HandoffError):
    """The link does not open anything."""

    code = "bad_invitation"

    def __init__(self) -> None:
        super().__init__("This invitation was used already or is too old; ask for a new one.")


class WeakPassword(HandoffError):
    """The password is too short."""

    code = "weak_password"

    def __init__(self, minimum: int) -> None:
        super().__init__(f"A password needs at least {minimum} characters; a few words in a row are good.")
        self.minimum = minimum


class EmailTaken(HandoffError):
    """Another agent has this e-mail."""

    code = "email_taken"

    def __init__(self, email: str) -> None:
        super().__init__(f"There is an agent with the e-mail {email} already; `flask agents reset-password` sends a new link.")
        self.email = email


class BadHours(HandoffError):
    """Opening hours that cannot be read."""

    code = "bad_hours"

    def __init__(self, given: str) -> None:
        super().__init__(f"“{given}” are no opening hours; write them like “mon-fri 09:00-14:00 16:00-19:30; sat 10:00-13:00”.")
        self.given = given


class UnknownKey(HandoffError):
    """No key of a program has this id."""

    code = "unknown_key"

    def __init__(self, key_id: str) -> None:
        super().__init__(f"There is no key {key_id}; `flask api-keys list` shows all.")
        self.key_id = key_id


class UnknownHook(HandoffError):
    """No hook, or none of its calls, has this id."""

    code = "unknown_hook"

    def __init__(self, hook_id: str) -> None:
        super().__init__(f"There is no hook or call {hook_id}; the page of hooks shows all.")
        self.hook_id = hook_id
