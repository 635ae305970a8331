"""WhatsApp Cloud webhooks, one member at a time: messages, statuses, echoes, preferences, errors → events.

Shapes as in Meta, "Webhooks reference: messages", "status", "smb_message_echoes", "user_preferences" and
"Business-scoped user IDs", read 2026-11-21. A sender may come with a number, with a business-scoped id (BSUID), or
with both: the number is the address when it is there, the id an alternative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from channels.base import Event
from channels.meta_members import guarded, left_out
from channels.plain import clean_tree, json_of, list_of, ms_of, number_of, object_of, text_of, with_values

if TYPE_CHECKING:
    from channels.accounts import MetaApp
    from channels.meta_kind import Found

Object = Mapping[str, Any]
Reader = Callable[[Object, str, Object], Iterator[Event]]
FIELDS = frozenset(("messages", "smb_message_echoes", "user_preferences"))
SECOND_MS = 1000
_STATUSES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
_MEDIA = ("image", "audio", "video", "document", "sticker")
_SYSTEM = {
    "user_changed_number": "number_changed",
    "customer_changed_number": "number_changed",
    "user_changed_user_id": "user_id_changed",
    "customer_identity_changed": "identity_changed",
    "user_identity_changed": "identity_changed",
}


def read(entry: Object, app: MetaApp) -> Found:
    """Every member of every change of one entry."""
    ours = app.senders["meta-whatsapp"]
    for member in list_of(entry.get("changes")):
        change = object_of(member)
        value = object_of(change.get("value"))
        account = text_of(object_of(value.get("metadata")).get("phone_number_id"))
        field = text_of(change.get("field"))
        if field not in FIELDS:
            yield left_out("field", field=field[:40])
        elif account not in ours:
            yield left_out("account", account=account[:40])
        else:
            for reader, item in _members(value):
                yield from guarded(reader, item, account, value)


def _members(value: Object) -> Iterator[tuple[Reader, Object]]:
    """Each member of one change with the function that reads it."""
    for name, reader in _LISTS.items():
        for item in list_of(value.get(name)):
            yield reader, object_of(item)


def _message(item: Object, account: str, value: Object) -> Iterator[Event]:
    sender, others = _person(item.get("from"), item.get("from_user_id"), item.get("from_parent_user_id"))
    contact = _contact(value, item)
    if not sender:
        sender, others = _person(contact.get("wa_id"), contact.get("user_id"), contact.get("parent_user_id"))
    if not sender:
        return
    profile = object_of(contact.get("profile"))
    wa_id = phone(contact.get("wa_id"))
    others += [wa_id] if wa_id and wa_id != sender and wa_id not in others else []
    yield _event(
        item,
        account,
        {"kind": "message", "sender": sender},
        sender_alt=others,
        profile_name=text_of(profile.get("name")),
        username=text_of(profile.get("username")),
        group_id=text_of(item.get("group_id")),
        **_context(item),
        **_content(item),
    )


def _status(item: Object, account: str, value: Object) -> Iterator[Event]:
    status = _STATUSES.get(text_of(item.get("status")))
    if status is None:
        return
    error = object_of(next(iter(list_of(item.get("errors"))), None))
    recipient = text_of(item.get("recipient_id"))
    in_group = item.get("recipient_type") == "group"
    member = item.get("recipient_participant_id") if in_group else item.get("recipient_id")
    yield _event(
        item,
        account,
        {"kind": "status"},
        status=status,
        recipient=phone(member) or text_of(item.get("recipient_user_id")),
        group_id=recipient if in_group else None,
        callback_data=text_of(item.get("biz_opaque_callback_data")),
        **_error(error),
    )


def _echo(item: Object, account: str, value: Object) -> Iterator[Event]:
    recipient, others = _person(item.get("to"), item.get("to_user_id"), item.get("to_parent_user_id"))
    if recipient:
        content = {**_content(item), "kind": "echo"}
        yield _event(item, account, {}, recipient=recipient, sender_alt=others, **content)


def _preference(item: Object, account: str, value: Object) -> Iterator[Event]:
    kind = {"stop": "opt_out", "resume": "opt_in"}.get(text_of(item.get("value")))
    sender, others = _person(item.get("wa_id"), item.get("user_id"), item.get("parent_user_id"))
    if kind and sender:
        category = text_of(item.get("category")).removesuffix("_messages")
        yield _event(item, account, {"kind": kind, "sender": sender}, sender_alt=others, category=category)


def _account_error(item: Object, account: str, value: Object) -> Iterator[Event]:
    yield _event({}, account, {"kind": "error"}, **_error(item))


_LISTS: dict[str, Reader] = {
    "messages": _message,
    "statuses": _status,
    "message_echoes": _echo,
    "user_preferences": _preference,
    "errors": _account_error,
}


def _event(item: Object, account: str, head: Object, **facts: Any) -> Event:
    id_and_time = {"provider_id": text_of(item.get("id")), "at_ms": ms_of(item.get("timestamp"), SECOND_MS)}
    event = {"provider": "meta", "channel": "whatsapp", "account": account}
    event.update(head, **with_values(**id_and_time, **facts))
    return cast("Event", event)


def phone(value: Any) -> str:
    """A wa_id with its +. What is no number (a BSUID) stays as it is."""
    text = text_of(value).strip()
    return f"+{text}" if text.isdigit() else text


def _person(number: Any, user_id: Any, parent_id: Any) -> tuple[str, list[str]]:
    """The address of a person, and the other ids of the same one."""
    ids = [one for one in (phone(number), text_of(user_id), text_of(parent_id)) if one]
    ids = list(dict.fromkeys(ids))
    return (ids[0], ids[1:]) if ids else ("", [])


def _contact(value: Object, item: Object) -> Object:
    """The entry of `contacts` that is about the sender of this message."""
    contacts = [object_of(one) for one in list_of(value.get("contacts"))]
    number, user_id = text_of(item.get("from")), text_of(item.get("from_user_id"))
    for contact in contacts:
        if number and number == text_of(contact.get("wa_id")) or user_id and user_id == text_of(contact.get("user_id")):
            return contact
    # Brazilian and Mexican numbers come in two forms, so a single entry is the sender's even when they differ.
    return contacts[0] if len(contacts) == 1 else {}


def _context(item: Object) -> dict[str, Any]:
    """What the message refers to: a quoted message, a product, an advertisement."""
    if "context" not in item and "referral" not in item:
        return {}
    context, referral = object_of(item.get("context")), object_of(item.get("referral"))
    product = object_of(context.get("referred_product"))
    return {
        "reply_to": text_of(context.get("id")),
        "forwarded": True if context.get("forwarded") or context.get("frequently_forwarded") else None,
        "product": _some(
            catalog_id=text_of(product.get("catalog_id")), sku=text_of(product.get("product_retailer_id"))
        ),
        "referral": _some(
            type=text_of(referral.get("source_type")),
            id=text_of(referral.get("source_id")),
            source=text_of(referral.get("source_url")),
            ctwa_clid=text_of(referral.get("ctwa_clid")),
        ),
    }


def _some(**facts: Any) -> dict[str, Any] | None:
    return with_values(**facts) or None


def _content(item: Object) -> dict[str, Any]:
    """Kind and content by the message's type. A type nobody knows is `unsupported`, never lost."""
    kind = text_of(item.get("type"))
    body = object_of(item.get(kind))
    if kind == "text":
        text = text_of(body.get("body"))
        return {"text": text} if text else {"kind": "unsupported"}
    if kind in _MEDIA:
        return _media(kind, body)
    reader = _TYPES.get(kind)
    return (reader(body, item) if reader else None) or {"kind": "unsupported", **_unsupported(item)}


def _media(kind: str, body: Object) -> dict[str, Any]:
    media = with_values(
        type=kind,
        mime=text_of(body.get("mime_type")),
        id=text_of(body.get("id")),
        url=text_of(body.get("url")),
        filename=text_of(body.get("filename")),
        voice=body.get("voice") if isinstance(body.get("voice"), bool) else None,
        animated=body.get("animated") if isinstance(body.get("animated"), bool) else None,
    )
    return {"media": [media], "text": text_of(body.get("caption"))}


def _location(body: Object, item: Object) -> dict[str, Any] | None:
    lat, lon = number_of(body.get("latitude")), number_of(body.get("longitude"))
    if lat is None or lon is None:
        return None
    place = {"name": text_of(body.get("name")), "address": text_of(body.get("address"))}
    return {"location": with_values(lat=lat, lon=lon, **place)}


def _contacts(body: Object, item: Object) -> dict[str, Any] | None:
    found = []
    for one in map(object_of, list_of(item.get("contacts"))):
        name = object_of(one.get("name"))
        phones = [text_of(object_of(number).get("phone")) for number in list_of(one.get("phones"))]
        full = text_of(name.get("formatted_name")) or text_of(name.get("first_name"))
        found.append({"name": full, "phones": [number for number in phones if number]})
    return {"contacts": found} if found else None


def _button(body: Object, item: Object) -> dict[str, Any]:
    return {"kind": "reply", "text": text_of(body.get("text")), "payload": text_of(body.get("payload"))}


def _interactive(body: Object, item: Object) -> dict[str, Any] | None:
    kind = text_of(body.get("type"))
    reply = object_of(body.get(kind))
    if kind in ("button_reply", "list_reply"):
        return {"kind": "reply", "text": text_of(reply.get("title")), "payload": text_of(reply.get("id"))}
    form = json_of(text_of(reply.get("response_json"))) if kind == "nfm_reply" else None
    return {"kind": "form", "form": clean_tree(form)} if isinstance(form, dict) else None


def _order(body: Object, item: Object) -> dict[str, Any] | None:
    items = [
        with_values(
            sku=text_of(one.get("product_retailer_id")),
            qty=number_of(one.get("quantity")),
            price=number_of(one.get("item_price")),
            currency=text_of(one.get("currency")),
        )
        for one in map(object_of, list_of(body.get("product_items")))
    ]
    if not items:
        return None
    for one in items:
        if "qty" in one and one["qty"] == int(one["qty"]):
            one["qty"] = int(one["qty"])
    return {"order": {"catalog_id": text_of(body.get("catalog_id")), "items": items}, "text": text_of(body.get("text"))}


def _reaction(body: Object, item: Object) -> dict[str, Any]:
    """The emoji is the text; without one the reaction was taken back."""
    return {"kind": "reaction", "target": text_of(body.get("message_id")), "text": text_of(body.get("emoji"))}


def _edit(body: Object, item: Object) -> dict[str, Any]:
    message = object_of(body.get("message"))
    new = _content(message) if message.get("type") != "edit" else {}
    return {**new, "kind": "edited", "target": text_of(body.get("original_message_id"))}


def _revoke(body: Object, item: Object) -> dict[str, Any]:
    return {"kind": "deleted", "target": text_of(body.get("original_message_id"))}


def _system(body: Object, item: Object) -> dict[str, Any] | None:
    what = _SYSTEM.get(text_of(body.get("type")))
    new = body.get("new_user_id") or body.get("user_id") if what == "user_id_changed" else None
    new = new or body.get("new_wa_id") or body.get("wa_id")
    return {"kind": "system", "system": what, "new_address": phone(new)} if what else None


_TYPES: Mapping[str, Callable[[Object, Object], dict[str, Any] | None]] = {
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
}


def _unsupported(item: Object) -> dict[str, Any]:
    return _error(object_of(next(iter(list_of(item.get("errors"))), None)))


def _error(error: Object) -> dict[str, str]:
    details = text_of(object_of(error.get("error_data")).get("details"))
    words = details or text_of(error.get("message")) or text_of(error.get("title"))
    return with_values(error_code=text_of(error.get("code")), error_text=words)
