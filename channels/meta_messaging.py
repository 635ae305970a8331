"""Messenger and Instagram webhooks, one member at a time: messages, taps, echoes, receipts, handovers → events.

Shapes as in Meta, "Messenger Platform, webhook events", read 2026-11-21. A person is a page-scoped id (PSID), longer
than what a float can hold, so always text. An echo of our own app is the confirmation of a send; any other echo means
that somebody answered elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from channels.base import Event
from channels.meta_members import guarded, left_out
from channels.plain import list_of, ms_of, number_of, object_of, text_of, with_values

if TYPE_CHECKING:
    from channels.accounts import MetaApp
    from channels.meta_kind import Found

Object = Mapping[str, Any]
_MEDIA = {"image": "image", "audio": "audio", "video": "video", "file": "file"}


def read(kind: str, entry: Object, app: MetaApp) -> Found:
    """Every member of one entry of a page or an Instagram account of ours; `kind` is the adapter's."""
    account = text_of(entry.get("id"))
    if account not in app.senders[kind]:
        yield left_out("account", account=account[:40])
        return
    for name in ("messaging", "standby"):
        for member in list_of(entry.get(name)):
            about = {"channel": kind.partition("-")[2], "app_id": app.app_id, "standby": name == "standby"}
            yield from guarded(_member, object_of(member), account, about)


def _member(item: Object, account: str, about: Object) -> Iterator[Event]:
    """The events of one member of `messaging` or `standby`.

    `about` says which `app_id` is ours, and `standby` where another app has the conversation.
    """
    for name, reader in _READERS.items():
        if isinstance(item.get(name), dict):
            for found in reader(item[name], item, account, about):
                yield _event(item, account, about, found)
            return


def _event(item: Object, account: str, about: Object, found: Object) -> Event:
    standby = True if about.get("standby") else None
    facts = {"at_ms": ms_of(item.get("timestamp"), 1), "standby": standby, **found}
    event = {"provider": "meta", "channel": about["channel"], "account": account}
    return cast("Event", event | with_values(**facts))


def _message(body: Object, item: Object, account: str, about: Object) -> Iterator[dict[str, Any]]:
    sender = _id(item, "sender")
    head: dict[str, Any] = {"kind": "message", "provider_id": text_of(body.get("mid"))}
    if body.get("is_echo") is True or sender == account:
        head |= _echo(body, item, about)
    else:
        head["sender"] = sender
    if not head.get("sender") and not head.get("recipient"):
        return
    if body.get("is_deleted") is True:
        target = head.pop("provider_id")
        yield {**head, "kind": "deleted", "target": target}
        return
    content = _content(body)
    if head["kind"] == "message":
        head["kind"] = _kind(content)
    yield {**head, **content}


def _echo(body: Object, item: Object, about: Object) -> dict[str, Any]:
    app_id = text_of(body.get("app_id"))
    ours = bool(app_id) and app_id == about.get("app_id")
    return {
        "kind": "echo",
        "recipient": _id(item, "recipient"),
        "from_us": True if ours else None,
        "callback_data": text_of(body.get("metadata")) if ours or not app_id else None,
    }


def _kind(content: Object) -> str:
    if content.get("payload"):
        return "reply"
    return "message" if any(content.get(name) for name in ("text", "media", "location")) else "unsupported"


def _content(body: Object) -> dict[str, Any]:
    media, location = _attachments(body)
    return {
        "text": text_of(body.get("text")),
        "payload": text_of(object_of(body.get("quick_reply")).get("payload")),
        "media": media,
        "location": location,
        "reply_to": text_of(object_of(body.get("reply_to")).get("mid")),
        "referral": _referral(object_of(body.get("referral"))),
    }


def _attachments(body: Object) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    media, location = [], None
    for one in map(object_of, list_of(body.get("attachments"))):
        payload = object_of(one.get("payload"))
        kind = text_of(one.get("type"))
        if kind == "location":
            location = _location(one, payload) or location
            continue
        sticker = payload.get("sticker_id") or body.get("sticker_id")
        shape = "sticker" if kind == "image" and sticker else _MEDIA.get(kind, "share")
        url = text_of(payload.get("url")) or text_of(one.get("url"))
        media.append(with_values(type=shape, url=url, id=text_of(sticker) if shape == "sticker" else None))
    return media, location


def _location(attachment: Object, payload: Object) -> dict[str, Any] | None:
    place = object_of(payload.get("coordinates"))
    lat, lon = number_of(place.get("lat")), number_of(place.get("long"))
    if lat is None or lon is None:
        return None
    return with_values(lat=lat, lon=lon, name=text_of(attachment.get("title")))


def _referral(body: Object) -> dict[str, Any] | None:
    found = with_values(
        type=text_of(body.get("type")),
        id=text_of(body.get("ad_id")),
        ref=text_of(body.get("ref")),
        source=text_of(body.get("source")),
    )
    return found or None


def _postback(body: Object, item: Object, account: str, about: Object) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "reply",
        "provider_id": text_of(body.get("mid")),
        "sender": _id(item, "sender"),
        "text": text_of(body.get("title")),
        "payload": text_of(body.get("payload")),
        "referral": _referral(object_of(body.get("referral"))),
    }


def _reaction(body: Object, item: Object, account: str, about: Object) -> Iterator[dict[str, Any]]:
    taken_back = body.get("action") == "unreact"
    emoji = text_of(body.get("emoji")) or text_of(body.get("reaction"))
    target = text_of(body.get("mid"))
    yield {
        "kind": "reaction",
        "sender": _id(item, "sender"),
        "target": target,
        "text": None if taken_back else emoji,
    }


def _edit(body: Object, item: Object, account: str, about: Object) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "edited",
        "sender": _id(item, "sender"),
        "target": text_of(body.get("mid")),
        "text": text_of(body.get("text")),
    }


def _delivery(body: Object, item: Object, account: str, about: Object) -> Iterator[dict[str, Any]]:
    head = {
        "kind": "status",
        "status": "delivered",
        "recipient": _id(item, "sender"),
        "watermark_ms": ms_of(body.get("watermark"), 1),
    }
    mids = [text_of(mid) for mid in list_of(body.get("mids"))]
    for mid in mids or [""]:
        yield {**head, "provider_id": mid}


def _seen(body: Object, item: Object, account: str, about: Object) -> Iterator[dict[str, Any]]:
    watermark = ms_of(body.get("watermark"), 1)
    recipient = _id(item, "sender")
    mid = text_of(body.get("mid"))
    yield {"kind": "status", "status": "read", "recipient": recipient, "watermark_ms": watermark, "provider_id": mid}


def _arrival(body: Object, item: Object, account: str, about: Object) -> Iterator[dict[str, Any]]:
    yield {"kind": "referral", "sender": _id(item, "sender"), "referral": _referral(body)}


def _opt_in(body: Object, item: Object, account: str, about: Object) -> Iterator[dict[str, Any]]:
    stopped = body.get("notification_messages_status") == "STOP_NOTIFICATIONS"
    yield {
        "kind": "opt_out" if stopped else "opt_in",
        "sender": _id(item, "sender") or text_of(body.get("user_ref")),
        "category": "marketing" if body.get("type") == "notification_messages" else None,
        "payload": text_of(body.get("payload")) or text_of(body.get("ref")),
    }


def _handover(body: Object, item: Object, account: str, about: Object) -> Iterator[dict[str, Any]]:
    yield {"kind": "system", "system": "thread_passed", "sender": _id(item, "sender")}


def _id(item: Object, side: str) -> str:
    return text_of(object_of(item.get(side)).get("id"))


_READERS: Mapping[str, Callable[[Object, Object, str, Object], Iterator[dict[str, Any]]]] = {
    "message": _message,
    "postback": _postback,
    "reaction": _reaction,
    "message_edit": _edit,
    "delivery": _delivery,
    "read": _seen,
    "referral": _arrival,
    "optin": _opt_in,
    "pass_thread_control": _handover,
    "take_thread_control": _handover,
}
