"""Twilio's webhooks: what does a form say. Shared by the kinds over Twilio.

A form is a message or a report on one of ours; its words decide, not the address it came to. The bounds between
parameters are not signed (channels/twilio_form.py), so each key field must be there exactly once. Fields: Twilio,
"Twilio's request to your incoming message Webhook URL" and "Track the Message Status of Outbound Messages", read
2026-11-22. Twilio tells no time: `RawDlrDoneDate` has no time zone, and its offset varies even within one carrier
(changelog of 2023-02-14), so it is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from channels import adapters
from channels.accounts import Accounts, TwilioAccount
from channels.base import Event, Parsed
from channels.plain import with_values
from channels.twilio_base64 import decoded
from channels.twilio_form import Form
from channels.twilio_kind import TwilioKind
from channels.twilio_message import add_rich, phone, sms_address

STATUSES = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "partially_delivered": "sent",  # to some of a group: a message is as far as its weakest part
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
INBOUND = frozenset(("received", "receiving"))
_IDS = ("MessageSid", "SmsMessageSid", "SmsSid")
_ONCE = ("MessageSid", "AccountSid", "From", "To")
_AT_MOST_ONCE = (
    *("Body", "NumMedia", "SmsStatus", "MessageStatus", "OptOutType", "ButtonPayload", "ListId", "InteractiveData"),
    *("SmsMessageSid", "SmsSid", "MessagingServiceSid", "WaId", "ExternalUserId"),
)
_KEYS = frozenset(_ONCE + _AT_MOST_ONCE)
_PLAIN_FIELDS = frozenset(
    (*_ONCE, "ApiVersion", "Body", "MessageType", "MessagingServiceSid", "NumMedia", "NumSegments", "ProfileName")
    + ("ReferralNumMedia", "SmsMessageSid", "SmsSid", "SmsStatus", "WaId", "ChannelMetadata")
    + ("FromCity", "FromCountry", "FromState", "FromZip", "ToCity", "ToCountry", "ToState", "ToZip")
)


def account_of(form: Form, accounts: Accounts) -> TwilioAccount | None:
    """The account of ours the form names."""
    return accounts.twilio.get(form.fields.get("AccountSid", ""))


def parse(form: Form, account: TwilioAccount, part_id: str = "") -> Parsed:
    """The event of one webhook: a message or a report on one of ours. Never raises.

    `part_id` is what our own status address carries. What is not for us, or lacks a key field, is in `ignored`.
    """
    fields = form.fields
    if not form.repeated.isdisjoint(_KEYS) or not fields.get("AccountSid"):
        return left_out("fields")
    return _message(fields, account) if is_message(fields) else _status(fields, account, part_id)


def parse_hinted(form: Form, account: TwilioAccount, channel: str, part_id: str = "") -> Parsed:
    """As `parse`, of a request of which somebody says that it belongs to `channel`: only to look at it.

    Then an address without its prefix is one of that channel, and a report need not say whose it is.
    """
    fields = dict(form.fields, AccountSid=account.account_sid)
    prefix = next((kind.prefix for kind in kinds().values() if kind.channel == channel), "")
    for name in ("From", "To"):
        if fields.get(name) and ":" not in fields[name]:
            fields[name] = prefix + fields[name]
    if fields.get("From") or fields.get("MessagingServiceSid") or is_message(fields):
        return parse(Form(fields, form.signed, form.repeated), account, part_id)
    if not form.repeated.isdisjoint(_KEYS):
        return left_out("fields")
    told, recipient = _address(fields["To"]) if fields.get("To") else ("sms", None)
    return _report(fields, {"channel": channel or told, "recipient": recipient}, part_id)


def is_message(fields: Mapping[str, str]) -> bool:
    """Is it a message to us, and no report on one of ours?

    A report on an inbound message (`MessageStatus=received` and nothing said) is neither.
    """
    state = fields.get("MessageStatus")
    if state:
        return state.lower() in INBOUND and ("Body" in fields or "NumMedia" in fields)
    state = fields.get("SmsStatus")
    return not state or state == "received" or state.lower() in INBOUND


def left_out(reason: str, **facts: str) -> Parsed:
    """Nothing but why."""
    return Parsed(ignored=({"provider": "twilio", "reason": reason, **facts},))


@cache
def kinds() -> Mapping[str, TwilioKind]:
    """The kinds over Twilio by the word before an address (`whatsapp:+34…`); '' is SMS."""
    found = (adapter for adapter in adapters().values() if isinstance(adapter, TwilioKind))
    return {kind.prefix.removesuffix(":"): kind for kind in found}


def _message(fields: Mapping[str, str], account: TwilioAccount) -> Parsed:
    provider_id = _id(fields)
    if not provider_id or not fields.get("From") or not fields.get("To"):
        return left_out("fields")
    channel, sender, recipient = _both(fields["From"], fields["To"], account)
    ours = _ours(channel, recipient, fields.get("MessagingServiceSid", ""), account)
    if not ours:
        return left_out("account", channel=channel)
    if _ours(channel, sender, "", account):
        # A number of ours writing to a number of ours is a loop of two bots, never a contact.
        return left_out("own sender", channel=channel)
    event: dict[str, Any] = {
        "kind": "message",
        "provider": "twilio",
        "channel": channel,
        "account": ours,
        "provider_id": provider_id,
        "sender": sender,
    }
    name = fields.get("ProfileName")
    if name:
        event["profile_name"] = name
    text = fields.get("Body")
    if text:
        event["text"] = decoded(text) if channel == "sms" else text
    if not text or not _PLAIN_FIELDS.issuperset(fields) or fields.get("WaId", sender[1:]) != sender[1:]:
        add_rich(event, fields)
    return _one(event)


def _one(event: dict[str, Any]) -> Parsed:
    return Parsed((cast("Event", event),))


def _id(fields: Mapping[str, str]) -> str:
    """The message's id; the older names of the same field stand in for it."""
    return fields.get("MessageSid") or next((fields[name] for name in _IDS if fields.get(name)), "")


def _both(theirs: str, ours: str, account: TwilioAccount) -> tuple[str, str, str]:
    """The channel, and both addresses without their prefixes. One of them may have come without its own."""
    channel, recipient = _address(ours)
    other, sender = _address(theirs)
    if channel != other and channel == "sms":
        channel, recipient = other, _bare(other, ours)
    elif channel != other:
        sender = _bare(channel, theirs)
    elif channel == "sms" and recipient not in account.senders["twilio-sms"]:
        # Neither has a prefix: whose number it is tells the channel.
        for kind in kinds().values():
            if _bare(kind.channel, ours) in account.senders[kind.name]:
                return kind.channel, _bare(kind.channel, theirs), _bare(kind.channel, ours)
    return channel, sender, recipient


def _address(value: str) -> tuple[str, str]:
    """Channel and bare address of `whatsapp:+34…`, `messenger:123` or `+34…`."""
    prefix, colon, rest = value.partition(":")
    if not colon:
        return "sms", value if value.startswith("+") else sms_address(value)
    kind = kinds().get(prefix) or kinds().get(prefix.strip().lower())
    return ("sms", value) if kind is None or not kind.prefix else (kind.channel, _bare(kind.channel, rest))


def _bare(channel: str, address: str) -> str:
    if channel == "whatsapp":
        return phone(address)
    return sms_address(address) if channel == "sms" else address.strip()


def _ours(channel: str, address: str, service: str, account: TwilioAccount) -> str:
    """Which channel of ours is meant: the number itself, or the messaging service it belongs to."""
    if address in account.senders[f"twilio-{channel}"]:
        return address
    return service if service in account.messaging_services else ""


def _status(fields: Mapping[str, str], account: TwilioAccount, part_id: str) -> Parsed:
    """A report. One on a message whose number is not chosen yet names only the messaging service; To may be missing."""
    service = fields.get("MessagingServiceSid", "")
    if not fields.get("From") and not service:
        return left_out("fields")
    channel, recipient, sender = _both(fields.get("To", ""), fields.get("From", ""), account)
    ours = _ours(channel, sender, service, account)
    if not ours:
        return left_out("account", channel=channel)
    return _report(fields, {"channel": channel, "account": ours, "recipient": recipient}, part_id)


def _report(fields: Mapping[str, str], place: Mapping[str, Any], part_id: str) -> Parsed:
    state = (fields.get("MessageStatus") or fields.get("SmsStatus", "")).strip().lower()
    status, provider_id = STATUSES.get(state), _id(fields)
    if status is None:
        return left_out("status", status=state[:40])
    if not provider_id:
        return left_out("fields")
    if fields.get("EventType", "").upper() == "READ" and status != "failed":
        status = "read"
    code = fields.get("ErrorCode", "").strip()
    event: dict[str, Any] = with_values(
        kind="status",
        provider="twilio",
        provider_id=provider_id,
        status=status,
        error_code=code if code != "0" else None,
        error_text=fields.get("ErrorMessage") or fields.get("ChannelStatusMessage"),
        callback_data=part_id,
        **place,
    )
    return _one(event)
