"""What a Messenger or Instagram message holds. Pure.

Shapes: Meta, "messages webhook event reference", "Instagram messaging webhooks" (story replies and mentions, shares,
like_heart, is_unsupported) and "Product template", read 2026-11-22. What cannot be read is `unsupported`: the contact
is told, the message is never lost.
"""

from __future__ import annotations

from typing import Any

from channels.meta_members import Object
from channels.plain import list_of, number_of, object_of, text_of, with_values

Content = dict[str, Any]
_MEDIA = {"image": "image", "audio": "audio", "video": "video", "file": "file", "like_heart": "sticker"}
_SHARES = frozenset(("fallback", "template", "share", "ig_post", "ig_reel", "reel", "post", "story_mention"))
_CONTENT = ("text", "media", "location", "product", "referral", "story_id")


def content_of(body: Object) -> Content:
    """Kind and content of one message."""
    attachments = [object_of(one) for one in list_of(body.get("attachments"))]
    quoted = object_of(body.get("reply_to"))
    content = with_values(
        text=text_of(body.get("text")),
        payload=text_of(object_of(body.get("quick_reply")).get("payload")),
        media=[found for one in attachments for found in _media(one, body)],
        location=next((found for one in attachments if (found := _location(one))), None),
        product=next((found for one in attachments if (found := _offered(one))), None),
        reply_to=text_of(quoted.get("mid")),
        story_id=text_of(object_of(quoted.get("story")).get("id")) or _mentioned(attachments),
    )
    content = {**content, **referral_of(body)}
    return {"kind": _kind(body, attachments, content), **content}


def referral_of(body: Object) -> Content:
    """How she came here: an advertisement, a link, a code, or a product of the shop."""
    referral = object_of(body.get("referral"))
    found = with_values(
        type=text_of(referral.get("type")),
        id=text_of(referral.get("ad_id")),
        ref=text_of(referral.get("ref")),
        source=text_of(referral.get("source")),
        ctwa_clid=text_of(referral.get("ctwa_clid")),
    )
    sku = text_of(object_of(referral.get("product")).get("id"))
    return {**({"referral": found} if found else {}), **({"product": {"sku": sku}} if sku else {})}


def _kind(body: Object, attachments: list[Object], content: Content) -> str:
    if body.get("is_unsupported") is True:
        return "unsupported"
    if any(text_of(one.get("type")) == "story_mention" for one in attachments):
        return "mention"
    if "payload" in content:
        return "reply"
    return "message" if any(name in content for name in _CONTENT) else "unsupported"


def _media(one: Object, body: Object) -> list[Content]:
    kind, payload = text_of(one.get("type")), object_of(one.get("payload"))
    url = text_of(payload.get("url")) or text_of(one.get("url"))
    sticker = text_of(payload.get("sticker_id")) or text_of(body.get("sticker_id")) if kind == "image" else ""
    if kind == "location" or not (url or sticker or kind == "like_heart" or kind in _SHARES):
        return []
    return [with_values(type="sticker" if sticker else _MEDIA.get(kind, "share"), url=url, id=sticker)]


def _location(one: Object) -> Content | None:
    """A place, as Messenger still sends it from some countries and old apps."""
    place = object_of(object_of(one.get("payload")).get("coordinates"))
    lat, lon = number_of(place.get("lat")), number_of(place.get("long"))
    if text_of(one.get("type")) != "location" or lat is None or lon is None:
        return None
    return with_values(lat=lat, lon=lon, name=text_of(one.get("title")))


def _offered(one: Object) -> Content | None:
    """The first product of a shared product template."""
    elements = list_of(object_of(object_of(one.get("payload")).get("product")).get("elements"))
    first = object_of(next(iter(elements), None))
    sku = text_of(first.get("retailer_id")) or text_of(first.get("id"))
    return {"sku": sku} if sku else None


def _mentioned(attachments: list[Object]) -> str:
    """The id of the story that mentions us, where Meta tells it."""
    stories = (one for one in attachments if text_of(one.get("type")) == "story_mention")
    payload = object_of(next(iter(stories), {}).get("payload"))
    return text_of(payload.get("id")) or text_of(payload.get("story_id"))
