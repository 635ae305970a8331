"""Messenger and Instagram webhooks, one member at a time: messages, taps, echoes, receipts, handovers → events.

Shapes: Meta, "Messenger Platform: webhook event reference" (messages, message_echoes, message_edits, postbacks,
reactions, deliveries, reads, referrals, optins, policy enforcement, handover protocol, standby), "Instagram Platform:
webhook notification examples" and "Webhooks reference: Instagram", read 2026-11-22. A person is a page-scoped id
(PSID, IGSID), longer than what a float can hold, so always text. An echo of our own app is the confirmation of a send;
any other echo means that somebody answered elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from channels.base import Event
from channels.meta_members import Object, guarded, left_out
from channels.meta_messaging_content import content_of, referral_of
from channels.plain import list_of, moment_of, object_of, text_of, with_values

if TYPE_CHECKING:
    from channels.accounts import MetaApp
    from channels.meta_members import Found


@dataclass(frozen=True, slots=True)
class _About:
    """Whose member it is: our page or Instagram account, our app, and whether another app holds the conversation."""

    channel: str
    account: str
    app_id: str
    standby: bool = False


def read(kind: str, entry: Object, app: MetaApp) -> Found:
    """Every member of one entry of a page or an Instagram account of ours; `kind` is the adapter's."""
    account = text_of(entry.get("id")) or _named(entry, app.senders[kind])
    if account not in app.senders[kind]:
        yield left_out("account", account=account[:40])
        return
    nothing = True
    for about, member in _members(entry, _About(kind.partition("-")[2], account, app.app_id)):
        nothing = False
        if isinstance(member, str):
            yield left_out("field", account=account, field=member[:40])
        else:
            yield from guarded(_member(member, about), member, account)
    if nothing:
        yield left_out("empty", account=account)


def _named(entry: Object, ours: Mapping[str, Any]) -> str:
    """Whose an entry is that does not say it: the account of ours that one of its members names."""
    members = map(object_of, (*list_of(entry.get("messaging")), *list_of(entry.get("standby"))))
    ends = (_id(member, side) for member in members for side in ("recipient", "sender"))
    return next((end for end in ends if end in ours), "")


def _members(entry: Object, about: _About) -> Iterator[tuple[_About, Object | str]]:
    """Each member; of a change that is no message only the name of its field."""
    for member in list_of(entry.get("messaging")):
        yield about, object_of(member)
    for member in list_of(entry.get("standby")):
        yield _About(about.channel, about.account, about.app_id, standby=True), object_of(member)
    # The dashboard's test button, and some fields of Instagram, wrap the same member into a change.
    for change in (*map(object_of, list_of(entry.get("changes"))), *([entry] if "field" in entry else [])):
        value = object_of(change.get("value"))
        yield about, value if "sender" in value or "recipient" in value else text_of(change.get("field"))


def _member(item: Object, about: _About) -> Iterator[Any]:
    sender, recipient = _id(item, "sender"), _id(item, "recipient")
    if (sender or recipient) and about.account not in (sender, recipient):
        yield left_out("account", account=about.account)
        return
    for name, reader in _READERS.items():
        if isinstance(item.get(name), dict):
            if sender == about.account and reader is not _message:
                # What somebody of the shop taps, reads or reacts to elsewhere; only her messages are echoes.
                yield left_out("own sender", account=about.account)
                return
            for found in reader(item[name], item, about):
                yield _event(item, about, found)
            return


def _event(item: Object, about: _About, found: Object) -> Event:
    event = {"kind": found["kind"], "provider": "meta", "channel": about.channel, "account": about.account}
    standby = True if about.standby else None
    return cast("Event", event | with_values(at_ms=moment_of(item.get("timestamp")), standby=standby, **found))


def _message(body: Object, item: Object, about: _About) -> Iterator[Object]:
    sender = _id(item, "sender")
    if body.get("is_echo") is True or sender == about.account:
        recipient = _id(item, "recipient")
        head = _echo(body, sender if recipient == about.account else recipient, about)
    else:
        head = _from(item)
    if not head:
        return
    mid = text_of(body.get("mid"))
    if body.get("is_deleted") is True:
        yield {"kind": "deleted", **head, "target": mid}
        return
    yield {"provider_id": mid, **content_of(body), **head}


def _echo(body: Object, recipient: str, about: _About) -> dict[str, Any]:
    app_id = text_of(body.get("app_id"))
    ours = bool(app_id) and app_id == about.app_id
    if not recipient or recipient == about.account:
        return {}
    return {
        "kind": "echo",
        "recipient": recipient,
        "from_us": True if ours else None,
        "callback_data": text_of(body.get("metadata")) if ours or not app_id else None,
    }


def _postback(body: Object, item: Object, about: _About) -> Iterator[Object]:
    """A tap on a button, an ice breaker or the menu. In standby its payload is left out by Meta."""
    if sender := _from(item):
        tap = {"text": text_of(body.get("title")), "payload": text_of(body.get("payload"))}
        yield {"kind": "reply", "provider_id": text_of(body.get("mid")), **sender, **tap, **referral_of(body)}


def _reaction(body: Object, item: Object, about: _About) -> Iterator[Object]:
    """The emoji is the text; without one the reaction was taken back."""
    taken_back = text_of(body.get("action")) == "unreact"
    emoji = None if taken_back else text_of(body.get("emoji")) or text_of(body.get("reaction"))
    if sender := _from(item):
        yield {"kind": "reaction", **sender, "target": text_of(body.get("mid")), "text": emoji}


def _edit(body: Object, item: Object, about: _About) -> Iterator[Object]:
    if sender := _from(item):
        yield {"kind": "edited", **sender, "target": text_of(body.get("mid")), "text": text_of(body.get("text"))}


def _delivery(body: Object, item: Object, about: _About) -> Iterator[Object]:
    mids = [mid for mid in map(text_of, list_of(body.get("mids"))) if mid]
    yield from _receipts("delivered", mids, body, item)


def _seen(body: Object, item: Object, about: _About) -> Iterator[Object]:
    """Messenger tells until when she has read, Instagram which message."""
    yield from _receipts("read", [text_of(body.get("mid"))], body, item)


def _receipts(status: str, mids: list[str], body: Object, item: Object) -> Iterator[Object]:
    watermark, recipient = moment_of(body.get("watermark")), _id(item, "sender")
    for mid in mids or [""]:
        if recipient and (mid or watermark):
            about = {"recipient": recipient, "watermark_ms": watermark, "provider_id": mid}
            yield {"kind": "status", "status": status, **about}


def _arrival(body: Object, item: Object, about: _About) -> Iterator[Object]:
    if sender := _from(item):
        yield {"kind": "referral", **sender, **referral_of({"referral": body})}


def _opt_in(body: Object, item: Object, about: _About) -> Iterator[Object]:
    """Marketing messages allowed or stopped, or a tap on a plugin of a website (`ref` is what we put there)."""
    stopped = text_of(body.get("notification_messages_status")).replace(" ", "_").upper() == "STOP_NOTIFICATIONS"
    sender = _from(item) or with_values(sender=text_of(body.get("user_ref")))
    if sender:
        marketing = text_of(body.get("type")) == "notification_messages"
        payload = text_of(body.get("payload")) or text_of(body.get("ref"))
        kind = "opt_out" if stopped else "opt_in"
        yield {"kind": kind, **sender, "category": "marketing" if marketing else None, "payload": payload}


def _passed(body: Object, item: Object, about: _About) -> Iterator[Object]:
    if sender := _from(item):
        yield {"kind": "system", "system": "thread_passed", **sender}


def _policy(body: Object, item: Object, about: _About) -> Iterator[Object]:
    """Meta warns or blocks the page."""
    yield {"kind": "error", "error_code": text_of(body.get("action")), "error_text": text_of(body.get("reason"))}


def _from(item: Object) -> dict[str, Any]:
    """Who wrote; a visitor of a website who is no contact of the page yet has only a `user_ref`."""
    person = object_of(item.get("sender"))
    ids = list(dict.fromkeys(one for one in (text_of(person.get("id")), text_of(person.get("user_ref"))) if one))
    return with_values(sender=ids[0], sender_alt=ids[1:]) if ids else {}


def _id(item: Object, side: str) -> str:
    return text_of(object_of(item.get(side)).get("id"))


_READERS: Mapping[str, Callable[[Object, Object, _About], Iterator[Object]]] = {
    "message": _message,
    "postback": _postback,
    "reaction": _reaction,
    "message_edit": _edit,
    "delivery": _delivery,
    "read": _seen,
    "referral": _arrival,
    "optin": _opt_in,
    "pass_thread_control": _passed,
    "take_thread_control": _passed,
    "policy_enforcement": _policy,
    "policy-enforcement": _policy,
}
