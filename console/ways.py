"""How somebody can be written to first: the channels of ours that reach an address, and what each lets us say now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import identity
from console import here, naming, picker
from console.errors import BadField
from conversation.inbox import Sender
from conversation.tables import Address, Channel, Contact, Conversation
from handoff import access
from handoff.access import Sight

BY_NUMBER = ("whatsapp", "sms")  # what reaches somebody who never wrote
MOST = 12
_address, _channel, _contact, _conversation = (
    model.__table__ for model in (Address, Channel, Contact, Conversation))


@dataclass(frozen=True, slots=True)
class Known:
    """Of whom it is: her name, language, the order it is about, the contact she is (empty for a stranger)."""

    name: str = ""
    language: str = "es"
    order: str = ""
    contact_id: str = ""


@dataclass(frozen=True, slots=True)
class _Door:
    """One channel of ours and one address; what is known of the conversation there."""

    kind: str
    account: str
    address: str
    heard: datetime | None = None
    free_until: datetime | None = None
    language: str = ""
    no_ads: datetime | None = None


def number(typed: str) -> str:
    """A telephone number in its one form; empty where it is none."""
    text = typed.strip()
    text = "+" + text[2:] if text.startswith("00") else text
    if not re.fullmatch(r"\+[\d\s().\-/]{6,24}", text):
        return ""
    try:
        found = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(found):
        return ""
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


def sender(kind: str, account: str, address: str, name: str, language: str) -> Sender:
    """Her, as the inbox finds her. Raises BadField for an address that this channel has not."""
    if not any(one.kind == kind and one.account == account for one in here.desk().channels):
        raise BadField("kind", "error.cannot_start.channel")
    if naming.channel(kind) in BY_NUMBER and not (identity.is_phone(address) or identity.is_business_scoped(address)):
        raise BadField("address", "error.cannot_start.address")
    key = identity.contact_key(kind, account, address)
    return Sender(kind, account, key.partition(":")[0], key, address, name[:80], language, wrote=False)


def of_contact(session: Session, contact_id: str, order: str = "") -> tuple[Known, list[dict[str, Any]]]:
    """A contact whom this agent may see, and the ways to her. Raises UnknownTicket."""
    keys = access.conversations_of(session, here.viewer(), contact_id)
    contact = session.execute(select(_contact).where(_contact.c.contact_id == contact_id)).mappings().one()
    found = [_Door(row["kind"], row["account"], row["address"], row["last_inbound_at"], row["free_until"],
                   row["language"], row["marketing_stopped_at"])
             for row in session.execute(_theirs(keys)).mappings()]
    numbers = [one for one in session.execute(
        select(_address.c.value).where(_address.c.contact_id == contact_id)).scalars() if identity.is_phone(one)]
    known = Known(contact["name"] or (found[0].address if found else ""),
                  contact["language"] or (found[0].language if found else here.language()), order, contact_id)
    return known, _shown(found + _by_number(numbers), known)


def of_number(session: Session, address: str, name: str, order: str = "") -> tuple[Known, list[dict[str, Any]]]:
    """Somebody we may not know, by her number."""
    known = Known(name, here.language(), order)
    return known, _shown(_by_number([address]), known)


def _theirs(keys: Sequence[str]) -> Any:
    return (
        select(_conversation, _channel.c.kind, _channel.c.account)
        .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
        .where(_conversation.c.conversation_id.in_(keys))
        .order_by(_conversation.c.last_message_at.desc())
    )


def _by_number(numbers: Sequence[str]) -> list[_Door]:
    return [_Door(one.kind, one.account, address) for address in dict.fromkeys(numbers)
            for one in here.desk().channels if naming.channel(one.kind) in BY_NUMBER]


def _shown(doors: Sequence[_Door], known: Known) -> list[dict[str, Any]]:
    """Each way once, those that are known first; `open`: a person's own words may be written there now."""
    ours = {(one.kind, one.account): one.name for one in here.desk().channels}
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for door in doors:
        key = (door.kind, door.account, identity.canonical_phone(door.address))
        if (door.kind, door.account) in ours and key not in found:
            found[key] = _way(door, ours[door.kind, door.account], known)
    return list(found.values())[:MOST]


def _way(door: _Door, ours: str, known: Known) -> dict[str, Any]:
    window, now = here.desk().window(door.kind), here.formats().now
    is_open = window.lets("agent", window.state(door.heard, now, door.free_until))
    language = door.language or known.language
    return {
        "kind": door.kind,
        "account": door.account,
        "address": door.address,
        "channel": here.texts()(f"channels.{naming.channel(door.kind)}"),
        "ours": ours,
        "open": is_open,
        "language": language,
        "templates": [] if is_open else _templates(door, known, language),
    }


def _templates(door: _Door, known: Known, language: str) -> list[dict[str, Any]]:
    thread = {"kind": door.kind, "contact": {"name": known.name}}
    return picker.offered(sight(language, known.order, door.no_ads), thread)


def sight(language: str, order: str = "", no_ads: datetime | None = None) -> Sight:
    """A conversation that may not be there yet, as the templates' picker reads one."""
    card: Mapping[str, Any] = {"known": {"order_ref": order}} if order else {}
    return Sight({"language": language, "marketing_stopped_at": no_ads}, {"card": card, "state": ""})
