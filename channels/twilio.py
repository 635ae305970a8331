"""Twilio's webhooks: is it Twilio, and what does the form say. Shared by the kinds over Twilio.

Signature: base64(HMAC-SHA1(auth token, URL + every name and value, sorted)), header `X-Twilio-Signature` (Twilio,
"Webhooks security", read 2026-11-21). Own code instead of the SDK's validator: that one raises on some input and costs
ten times as much. The bounds between parameters are not signed, so each key field must be there exactly once; a body
that is not urlencoded is not signed at all and must be refused before it comes here.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from channels import adapters
from channels.accounts import Accounts, TwilioAccount
from channels.base import Event, Parsed
from channels.plain import clean, clean_tree, json_of, number_of, with_values
from channels.twilio_kind import TwilioKind

MAX_FIELDS = 100
MAX_FIELD_CHARACTERS = 65_536
MAX_MEDIA = 10  # Twilio, "Messaging webhooks": MediaUrl0 … MediaUrl9
STATUSES = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_ONCE = ("MessageSid", "AccountSid", "From", "To")
_AT_MOST_ONCE = ("Body", "NumMedia", "SmsStatus", "MessageStatus", "OptOutType", "ButtonPayload", "ListId")
_PLAIN_FIELDS = frozenset(
    (*_ONCE, "ApiVersion", "Body", "MessageType", "MessagingServiceSid", "NumMedia", "NumSegments", "ProfileName")
    + ("ReferralNumMedia", "SmsMessageSid", "SmsSid", "SmsStatus", "WaId", "ChannelMetadata")
    + ("FromCity", "FromCountry", "FromState", "FromZip", "ToCity", "ToCountry", "ToState", "ToZip")
)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one request, and the text its signature covers after the URL."""

    fields: Mapping[str, str]
    signed: bytes
    repeated: frozenset[str] = frozenset()


def read_form(body: bytes) -> Form | None:
    """The form of a urlencoded body; None when it has more or longer fields than any webhook of Twilio's."""
    if body.count(b"&") >= MAX_FIELDS:
        return None
    pairs = _pairs(body.decode("utf-8", "surrogateescape"))
    if len(body) > MAX_FIELD_CHARACTERS and any(len(name) + len(value) > MAX_FIELD_CHARACTERS for name, value in pairs):
        return None
    fields, repeated = dict(pairs), frozenset[str]()
    if len(fields) != len(pairs):
        fields = dict(reversed(pairs))
        names = [name for name, _value in pairs]
        repeated = frozenset(name for name in fields if names.count(name) > 1)
        pairs = list(set(pairs))
    pairs.sort()
    signed = "".join([name + value for name, value in pairs])
    raw = signed.encode("utf-8", "surrogateescape")
    if "\x00" in signed or not _is_utf8(signed):
        fields = {clean(name): clean(value) for name, value in fields.items()}
    return Form(fields, raw, repeated)


def _pairs(text: str) -> list[tuple[str, str]]:
    """What `parse_qsl(text, keep_blank_values=True)` finds, in a third of its time: most fields have no escapes."""
    pairs = []
    for field in text.split("&"):
        if field:
            name, _, value = field.partition("=")
            pairs.append((_unescaped(name), _unescaped(value)))
    return pairs


def _unescaped(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="surrogateescape") if "%" in text else text


def url_prefixes(public_base_urls: Iterable[str]) -> tuple[bytes, ...]:
    """What may stand before the request target in a signed URL: each base, without and with the default port."""
    found: list[str] = []
    for base in public_base_urls:
        parts = urlsplit(base.rstrip("/"))
        default = ":443" if parts.scheme == "https" else ":80"
        bare = parts.netloc.removesuffix(f":{parts.port}") if parts.port else parts.netloc
        others = [bare] if parts.port else [bare + default]
        found += [parts._replace(netloc=netloc).geturl() for netloc in [parts.netloc, *others]]
    return tuple(dict.fromkeys(prefix.encode("utf-8") for prefix in found))


def is_signed(form: Form, header: str, target: str, prefixes: Sequence[bytes], tokens: Sequence[str]) -> bool:
    """Did Twilio sign this form for one of our addresses? `target` is the raw path and query. Never raises."""
    given = header.encode("latin-1", "replace")
    rest = target.encode("latin-1", "replace") + form.signed
    for token in tokens:
        key = token.encode("utf-8", "replace")
        for prefix in prefixes:
            if hmac.compare_digest(b64encode(hmac.digest(key, prefix + rest, "sha1")), given):
                return True
    return False


def account_of(form: Form, accounts: Accounts) -> TwilioAccount | None:
    """The account of ours the form names."""
    return accounts.twilio.get(form.fields.get("AccountSid", ""))


def parse(form: Form, account: TwilioAccount, part_id: str = "") -> Parsed:
    """The event of one webhook: a message or a report on one of ours. Never raises.

    `part_id` is what our own status address carries. What is not for us, or lacks a key field, is in `ignored`.
    """
    fields = form.fields
    if not all(fields.get(name) for name in _ONCE) or not form.repeated.isdisjoint(_ONCE + _AT_MOST_ONCE):
        return _left_out("fields")
    state = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    if state in ("", "received", "receiving"):
        return _message(fields, account)
    return _status(fields, account, state, part_id)


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _left_out(reason: str, **facts: str) -> Parsed:
    return Parsed(ignored=({"provider": "twilio", "reason": reason, **facts},))


def _message(fields: Mapping[str, str], account: TwilioAccount) -> Parsed:
    channel, sender = _address(fields["From"])
    other_channel, recipient = _address(fields["To"])
    if other_channel != "sms":
        channel, sender = other_channel, _phone(sender) if other_channel == "whatsapp" else sender
    ours = _ours(channel, recipient, fields.get("MessagingServiceSid", ""), account)
    if not ours:
        return _left_out("account", channel=channel)
    if _ours(channel, sender, "", account):
        # A number of ours writing to a number of ours is a loop of two bots, never a contact.
        return _left_out("own sender", channel=channel)
    event: dict[str, Any] = {
        "kind": "message",
        "provider": "twilio",
        "channel": channel,
        "account": ours,
        "provider_id": fields["MessageSid"],
        "sender": sender,
    }
    name = fields.get("ProfileName")
    if name:
        event["profile_name"] = name
    text = fields.get("Body")
    if text:
        event["text"] = text
    if fields.get("NumMedia", "0") == "0" and text and _PLAIN_FIELDS.issuperset(fields):
        return _one(event)
    _add_rich(event, fields)
    return _one(event)


def _one(event: dict[str, Any]) -> Parsed:
    return Parsed((cast("Event", event),))


@cache
def kinds() -> Mapping[str, TwilioKind]:
    """The kinds over Twilio by the word before an address (`whatsapp:+34…`); '' is SMS."""
    found = (adapter for adapter in adapters().values() if isinstance(adapter, TwilioKind))
    return {kind.prefix.removesuffix(":"): kind for kind in found}


def _address(value: str) -> tuple[str, str]:
    """Channel and bare address of `whatsapp:+34…`, `messenger:123` or `+34…`."""
    prefix, colon, rest = value.partition(":")
    kind = kinds().get(prefix) if colon else None
    if kind is None:
        return "sms", value
    return kind.channel, _phone(rest) if kind.channel == "whatsapp" else rest


def _phone(address: str) -> str:
    """A WhatsApp number always has its +; a business-scoped id (`GB.123`) is left as it is."""
    address = address.strip()
    return f"+{address}" if address.isdigit() else address


def _ours(channel: str, address: str, service: str, account: TwilioAccount) -> str:
    """Which channel of ours is meant: the number itself, or the messaging service it belongs to."""
    if address in account.senders[f"twilio-{channel}"]:
        return address
    return service if service in account.messaging_services else ""


def _add_rich(event: dict[str, Any], fields: Mapping[str, str]) -> None:
    """All that a message may carry beside its text."""
    found = with_values(
        media=_media(fields),
        location=_location(fields),
        reply_to=fields.get("OriginalRepliedMessageSid"),
        referral=_referral(fields),
        sender_alt=_other_ids(fields, event["sender"]),
        username=fields.get("ProfileUsername"),
        forwarded=fields.get("Forwarded", "").lower() == "true" or None,
    )
    event.update(found, **(_tap(fields) or _opt_out(fields) or {}))
    if event["kind"] == "message" and event.keys().isdisjoint(("text", "media", "location")):
        event["kind"] = "unsupported"


def _media(fields: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is attached. NumMedia is not trusted: it may be no number, and media may have gaps."""
    found = []
    for n in range(MAX_MEDIA):
        url = fields.get(f"MediaUrl{n}")
        if url:
            mime = fields.get(f"MediaContentType{n}", "")
            found.append(with_values(type=_media_type(mime, fields.get("MessageType", "")), mime=mime, url=url))
    return found


def _media_type(mime: str, message_type: str) -> str:
    family, _, kind = mime.lower().partition("/")
    if "vcard" in kind:
        return "contact"
    if message_type == "sticker":
        return "sticker"
    return family if family in ("image", "audio", "video") else "document"


def _location(fields: Mapping[str, str]) -> dict[str, Any] | None:
    lat, lon = number_of(fields.get("Latitude")), number_of(fields.get("Longitude"))
    if lat is None or lon is None:
        return None
    return with_values(lat=lat, lon=lon, name=fields.get("Label"), address=fields.get("Address"))


def _referral(fields: Mapping[str, str]) -> dict[str, Any] | None:
    return (
        with_values(
            type=fields.get("ReferralSourceType"),
            id=fields.get("ReferralSourceId"),
            source=fields.get("ReferralSourceUrl"),
            ctwa_clid=fields.get("ReferralCtwaClid"),
        )
        or None
    )


def _other_ids(fields: Mapping[str, str], sender: str) -> list[str]:
    wa_id = fields.get("WaId", "")
    others = [_phone(wa_id) if wa_id else "", fields.get("ExternalUserId", "")]
    return [other for other in dict.fromkeys(others) if other and other != sender]


def _tap(fields: Mapping[str, str]) -> dict[str, Any] | None:
    """A button, a list entry or a filled form, with the id we gave it."""
    form = fields.get("InteractiveData")
    if form:
        return _form(form)
    label = fields.get("ButtonText") or fields.get("ListTitle") or fields.get("Body")
    payload = fields.get("ButtonPayload") or fields.get("ListId")
    if not payload and not fields.get("ButtonText") and not fields.get("ListTitle"):
        return None
    return {"kind": "reply", **with_values(text=label, payload=payload)}


def _form(text: str) -> dict[str, Any] | None:
    value = json_of(text)
    return {"kind": "form", "form": clean_tree(value)} if isinstance(value, dict) else None


def _opt_out(fields: Mapping[str, str]) -> dict[str, Any] | None:
    """Twilio saw one of its stop, start or help words and has answered it itself."""
    word = fields.get("OptOutType", "").upper()
    kind = {"STOP": "opt_out", "START": "opt_in", "HELP": "message"}.get(word)
    return {"kind": kind, "provider_replied": True} if kind else None


def _status(fields: Mapping[str, str], account: TwilioAccount, state: str, part_id: str) -> Parsed:
    status = STATUSES.get(state)
    if status is None:
        return _left_out("status", status=state)
    channel, recipient = _address(fields["To"])
    other_channel, sender = _address(fields["From"])
    if other_channel != "sms":
        channel, recipient = other_channel, _phone(recipient) if other_channel == "whatsapp" else recipient
    ours = _ours(channel, sender, fields.get("MessagingServiceSid", ""), account)
    if not ours:
        return _left_out("account", channel=channel)
    code = fields.get("ErrorCode", "")
    event: dict[str, Any] = with_values(
        kind="status",
        provider="twilio",
        channel=channel,
        account=ours,
        provider_id=fields["MessageSid"],
        recipient=recipient,
        status=status,
        error_code=code if code != "0" else None,
        error_text=fields.get("ErrorMessage") or fields.get("ChannelStatusMessage"),
        callback_data=part_id,
    )
    return _one(event)
