"""WhatsApp Cloud webhooks, one member at a time: messages, statuses, echoes, preferences, errors → events.

Shapes: Meta, "Webhooks reference: messages", "status messages", "group messages", "system messages",
"smb_message_echoes", "user_preferences", "Standby webhooks" and "Business-scoped user IDs", read 2026-11-22. A person
may come with a number, with a business-scoped id (BSUID), or with both: the number is the address when it is there,
the id an alternative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from channels.base import Event
from channels.identity import canonical_phone, is_business_scoped
from channels.meta_members import Object, guarded, left_out
from channels.meta_whatsapp_content import content_of, context_of, error_of, first_of, phone
from channels.plain import list_of, moment_of, object_of, text_of, with_values

if TYPE_CHECKING:
    from channels.accounts import MetaApp
    from channels.meta_members import Found

Reader = Callable[[Object, str, Object], Iterator[Event]]
STANDBY = "standby"
FIELDS = frozenset(("messages", "smb_message_echoes", "message_echoes", "user_preferences", STANDBY, ""))
_STATUSES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}


def read(entry: Object, app: MetaApp) -> Found:
    """Every member of every change of one entry."""
    changes = list_of(entry.get("changes"))
    if not changes:
        yield left_out("empty")
    for member in changes:
        change = object_of(member)
        field = text_of(change.get("field"))
        if field not in FIELDS:
            yield left_out("field", field=field[:40])
        elif not isinstance(change.get("value"), dict):
            yield left_out("unreadable")
        else:
            yield from _change(change["value"], field, app)


def _change(value: Object, field: str, app: MetaApp) -> Found:
    account = text_of(object_of(value.get("metadata")).get("phone_number_id"))
    if account not in app.senders["meta-whatsapp"]:
        yield left_out("account", account=account[:40])
        return
    members = [(reader, object_of(one)) for name, reader in _LISTS.items() for one in list_of(value.get(name))]
    ours = {phone(sender.number) for sender in app.senders["meta-whatsapp"].values() if sender.number}
    for reader, item in members:
        if reader is _message and phone(item.get("from")) in ours:
            # A number of ours writing to a number of ours is a loop of two bots, never a contact.
            yield left_out("own sender", account=account)
            continue
        for found in guarded(reader(item, account, value), item, account):
            if field == STANDBY and "reason" not in found:
                found["standby"] = True
            yield found
    if not members:
        yield left_out("empty", account=account)


def _message(item: Object, account: str, value: Object) -> Iterator[Event]:
    content = {"kind": "message", **content_of(item)}
    own = _own(item, "from", "from_user_id", "from_parent_user_id")
    before = _before(item) if content["kind"] == "system" else []
    contact = _contact(value, own, bool(text_of(item.get("id"))))
    # A change of id without a number is told by the id from before; what else stands there may be the new one.
    ids = before if before and not own[0] else _ids(own, before, contact)
    # A chat that was opened for the first time says nothing yet (Meta, "Conversational components", read 2026-11-22).
    if not ids or text_of(item.get("type")) == "request_welcome":
        return
    yield _event(
        item,
        account,
        sender=ids[0],
        sender_alt=ids[1:],
        **_profile(contact),
        group_id=text_of(item.get("group_id")),
        **{**context_of(item), **content},
    )


def _own(item: Object, number: str, user_id: str, parent_id: str) -> list[str]:
    """Number, business-scoped id and that of the parent business, each '' where it is not there."""
    return [phone(item.get(number)), text_of(item.get(user_id)), text_of(item.get(parent_id))]


def _before(item: Object) -> list[str]:
    """Her ids from before a change. What came before August 2026 had none: her number, or Meta's sentence, tells her."""
    system = object_of(item.get("system"))
    ids = [text_of(system.get("previous_user_id")), text_of(system.get("previous_parent_user_id"))]
    if not any(ids) and text_of(system.get("type")) == "user_changed_user_id":
        said = [word for word in text_of(system.get("body")).split() if is_business_scoped(word)]  # “from CO.1 to MX.2”
        ids = [phone(system.get("wa_id")), *(said[:1] if said[1:] else ())]
    return [one for one in ids if one]


def _ids(own: list[str], before: list[str], contact: Object) -> list[str]:
    """The address of who wrote, and the other ids of the same person: those of a contact unless they speak against it.

    An address is kept whatever it looks like, so that nobody is lost; another id is only what looks like one.
    """
    known = _own(contact, "wa_id", "user_id", "parent_user_id")
    if any(mine and hers for mine, hers in zip(own[:2], known[:2], strict=True)) and not _is(contact, own):
        known = []
    ids = list(dict.fromkeys(one for one in (*own, *before, *known) if one))
    return ids[:1] + [one for one in ids[1:] if one.startswith("+") or is_business_scoped(one)]


def _profile(contact: Object) -> dict[str, str]:
    profile = object_of(contact.get("profile"))
    return {"profile_name": text_of(profile.get("name")), "username": text_of(profile.get("username"))}


def _status(item: Object, account: str, value: Object) -> Iterator[Event]:
    status = _STATUSES.get(text_of(item.get("status")))
    if status is None:
        return
    in_group = text_of(item.get("recipient_type")) == "group"
    member = item.get("recipient_participant_id") if in_group else item.get("recipient_id")
    yield _event(
        item,
        account,
        kind="status",
        status=status,
        recipient=phone(member)
        or text_of(item.get("recipient_user_id"))
        or text_of(item.get("recipient_parent_user_id")),
        group_id=text_of(item.get("recipient_id")) if in_group else None,
        callback_data=text_of(item.get("biz_opaque_callback_data")),
        **error_of(first_of(item.get("errors"))),
    )


def _echo(item: Object, account: str, value: Object) -> Iterator[Event]:
    """A message of ours that was not sent through us: written in the WhatsApp Business app, or by Meta's own agent."""
    ids = _ids(_own(item, "to", "to_user_id", "to_parent_user_id"), [], {})
    if ids:
        about = {**context_of(item), **content_of(item), "kind": "echo"}
        yield _event(item, account, recipient=ids[0], sender_alt=ids[1:], **about)


def _preference(item: Object, account: str, value: Object) -> Iterator[Event]:
    kind = {"stop": "opt_out", "resume": "opt_in"}.get(text_of(item.get("value")))
    own = _own(item, "wa_id", "user_id", "parent_user_id")
    contact = _contact(value, own, True)
    ids = _ids(own, [], contact)
    if kind and ids:
        category = text_of(item.get("category")).removesuffix("_messages")
        yield _event(item, account, kind=kind, sender=ids[0], sender_alt=ids[1:], **_profile(contact), category=category)


def _account_error(item: Object, account: str, value: Object) -> Iterator[Event]:
    yield _event({}, account, kind="error", **error_of(item))


_LISTS: dict[str, Reader] = {
    "messages": _message,
    "statuses": _status,
    "message_echoes": _echo,
    "user_preferences": _preference,
    "errors": _account_error,
}


def _event(item: Object, account: str, **facts: Any) -> Event:
    about = {"provider_id": text_of(item.get("id")), "at_ms": moment_of(item.get("timestamp"))}
    event = {"kind": facts.pop("kind"), "provider": "meta", "channel": "whatsapp", "account": account}
    return cast("Event", event | with_values(**about, **facts))


def _contact(value: Object, own: list[str], is_somebodys: bool) -> Object:
    """The entry of `contacts` that is about who wrote; `is_somebodys`: it tells something, even if it names nobody.

    Everybody who wrote has one. Meta says that number and wa_id may differ: the only contact of the only message is its
    sender all the same, and so is the only contact of a message that names nobody.
    """
    contacts = [object_of(one) for one in list_of(value.get("contacts"))]
    for contact in contacts:
        if _is(contact, own):
            return contact
    alone = len(list_of(value.get("messages"))) <= 1 if any(own) else is_somebodys
    return contacts[0] if alone and len(contacts) == 1 else {}


def _is(contact: Object, own: list[str]) -> bool:
    """Has this contact the number, in whatever form (Mexico, Argentina, Brazil), or the id?"""
    number, user_id, _parent = own
    if number and canonical_phone(number) == canonical_phone(phone(contact.get("wa_id"))):
        return True
    return bool(user_id) and user_id == text_of(contact.get("user_id"))
