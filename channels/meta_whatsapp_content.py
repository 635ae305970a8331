"""What a WhatsApp message holds, by its type. Pure; shared by messages, edits and echoes.

Shapes: Meta, "Webhooks reference: messages" (text, image, audio, video, document, sticker, location, contacts, button,
interactive, order, reaction, edit, revoke, system, unsupported) and "Flows: receive the response", read 2026-11-22. A
type nobody knows, or one without its content, is `unsupported`: the contact is told, the message is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from channels.meta_members import Object
from channels.plain import clean_tree, json_of, list_of, number_of, object_of, text_of, with_values

Content = dict[str, Any]
_MEDIA = ("image", "audio", "video", "document", "sticker", "voice")
_SYSTEM = {
    "user_changed_number": "number_changed",
    "customer_changed_number": "number_changed",
    "user_changed_user_id": "user_id_changed",
    "customer_identity_changed": "identity_changed",
    "user_identity_changed": "identity_changed",
}


def content_of(item: Object) -> Content:
    """Kind (unless it is a plain `message`) and content of one message."""
    kind = text_of(item.get("type")) or next((name for name in ("text", *_MEDIA) if name in item), "")
    body = object_of(item.get(kind))
    if kind == "text":
        found: Content | None = with_values(text=text_of(body.get("body")))
    elif kind in _MEDIA:
        found = _media(kind, body)
    else:
        reader = _TYPES.get(kind)
        found = reader(body, item) if reader else None
    return found or _unsupported(item)


def context_of(item: Object) -> Content:
    """What the message refers to: a quoted message, a product, an advertisement."""
    if "context" not in item and "referral" not in item:
        return {}
    context, referral = object_of(item.get("context")), object_of(item.get("referral"))
    found = with_values(
        type=text_of(referral.get("source_type")),
        id=text_of(referral.get("source_id")),
        ref=text_of(referral.get("ref")),
        source=text_of(referral.get("source_url")),
        ctwa_clid=text_of(referral.get("ctwa_clid")),
    )
    return with_values(
        reply_to=text_of(context.get("id")),
        forwarded=True if context.get("forwarded") is True or context.get("frequently_forwarded") is True else None,
        product=_product(object_of(context.get("referred_product"))),
        referral=found or None,
    )


def error_of(error: Object) -> Content:
    """Code and words of one of Meta's error objects."""
    details = text_of(object_of(error.get("error_data")).get("details")) or text_of(error.get("details"))
    words = details or text_of(error.get("message")) or text_of(error.get("title"))
    return with_values(error_code=text_of(error.get("code")), error_text=words)


def first_of(value: Any) -> Object:
    """The first object of a list, else an empty one."""
    return next((one for one in list_of(value) if isinstance(one, dict)), {})


def phone(value: Any) -> str:
    """A wa_id with its +. What is no number (a business-scoped id) stays as it is."""
    text = text_of(value).strip()
    return f"+{text}" if text.isascii() and text.isdigit() else text


def _unsupported(item: Object) -> Content:
    """Why, and the words that may stand beside what cannot be read."""
    words = text_of(object_of(item.get("text")).get("body"))
    return {"kind": "unsupported", **with_values(text=words), **error_of(first_of(item.get("errors")))}


def _media(kind: str, body: Object) -> Content | None:
    if not body:
        return None
    is_voice = True if kind == "voice" else body.get("voice")  # an older shape has a type of its own
    media = with_values(
        type="audio" if kind == "voice" else kind,
        mime=text_of(body.get("mime_type")),
        id=text_of(body.get("id")),
        url=text_of(body.get("url")),
        filename=text_of(body.get("filename")),
        voice=_flag(is_voice),
        animated=_flag(body.get("animated")),
    )
    return with_values(media=[media], text=text_of(body.get("caption")))


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _location(body: Object, item: Object) -> Content | None:
    lat, lon = number_of(body.get("latitude")), number_of(body.get("longitude"))
    if lat is None or lon is None:
        return None
    return {"location": with_values(lat=lat, lon=lon, name=text_of(body.get("name")), address=text_of(body.get("address")))}


def _contacts(body: Object, item: Object) -> Content | None:
    found = [_contact(object_of(one)) for one in list_of(item.get("contacts"))]
    return with_values(contacts=[one for one in found if one["phones"] or "name" in one])


def _contact(one: Object) -> Content:
    name = object_of(one.get("name"))
    parts = (text_of(name.get(part)) for part in ("first_name", "middle_name", "last_name"))
    numbers = map(object_of, list_of(one.get("phones")))
    phones = [text_of(number.get("phone")) or phone(number.get("wa_id")) for number in numbers]
    full = text_of(name.get("formatted_name")) or " ".join(part for part in parts if part)
    return {**with_values(name=full), "phones": [number for number in phones if number]}


def _button(body: Object, item: Object) -> Content | None:
    found = with_values(text=text_of(body.get("text")), payload=text_of(body.get("payload")))
    return {"kind": "reply", **found} if found else None


def _interactive(body: Object, item: Object) -> Content | None:
    kind = text_of(body.get("type"))
    reply = object_of(body.get(kind))
    if kind in ("button_reply", "list_reply"):
        found = with_values(text=text_of(reply.get("title")), payload=text_of(reply.get("id")))
        return {"kind": "reply", **found} if found else None
    if kind == "nfm_reply":
        return _form(reply)
    if kind == "product":
        product = _product(reply) or _product(object_of(body.get("action")))
        return with_values(product=product, text=text_of(object_of(body.get("body")).get("text"))) if product else None
    return None


def _form(reply: Object) -> Content:
    """The fields of a Flow, and what WhatsApp shows for it (“Sent”). They come as JSON in a text, seldom unpacked."""
    answers = reply.get("response_json")
    form = json_of(answers) if isinstance(answers, str) else answers
    text = with_values(text=text_of(reply.get("body")))
    return {"kind": "form", "form": clean_tree(form), **text} if isinstance(form, dict) else {"kind": "unsupported", **text}


def _product(product: Object) -> Content | None:
    found = with_values(
        catalog_id=text_of(product.get("catalog_id")), sku=text_of(product.get("product_retailer_id"))
    )
    return found or None


def _order(body: Object, item: Object) -> Content | None:
    items = [_order_item(object_of(one)) for one in list_of(body.get("product_items"))]
    catalog = with_values(catalog_id=text_of(body.get("catalog_id")))
    order = {**catalog, "items": [one for one in items if one]}
    return with_values(order=order, text=text_of(body.get("text"))) if catalog or order["items"] else None


def _order_item(one: Object) -> Content:
    qty = number_of(one.get("quantity"))
    return with_values(
        sku=text_of(one.get("product_retailer_id")),
        qty=int(qty) if qty is not None and qty == int(qty) else qty,
        price=number_of(one.get("item_price")),
        currency=text_of(one.get("currency")),
    )


def _reaction(body: Object, item: Object) -> Content:
    """The emoji is the text; without one the reaction was taken back."""
    found = with_values(target=text_of(body.get("message_id")), text=text_of(body.get("emoji")))
    return {"kind": "reaction", **found}


def _edit(body: Object, item: Object) -> Content:
    message = object_of(body.get("message"))
    new = content_of(message) if text_of(message.get("type")) != "edit" else {}
    return {**new, "kind": "edited", "target": text_of(body.get("original_message_id"))}


def _revoke(body: Object, item: Object) -> Content:
    return {"kind": "deleted", "target": text_of(body.get("original_message_id"))}


def _system(body: Object, item: Object) -> Content:
    """`wa_id` and `user_id` are the new ones. What changed stays out where nobody knows the type: it needs no answer."""
    what = _SYSTEM.get(text_of(body.get("type")), "")
    new_id = text_of(body.get("new_user_id")) or text_of(body.get("user_id"))
    number = phone(body.get("new_wa_id")) or phone(body.get("wa_id"))
    new = {"number_changed": number or new_id, "user_id_changed": new_id or number}.get(what)
    return {"kind": "system", **with_values(system=what, new_address=new)}


_TYPES: Mapping[str, Callable[[Object, Object], Content | None]] = {
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
