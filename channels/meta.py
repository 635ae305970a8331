"""Meta's webhooks: is it Meta, and what does the batch hold. Shared by the kinds at Meta.

Signature: header `X-Hub-Signature-256: sha256=` + hex HMAC-SHA256(app secret, the raw body); the older SHA-1 header
counts for nothing (Meta, "Webhooks, getting started", read 2026-11-21). One post may hold many entries, changes and
messages: each member is read by itself, and a bad one never costs the others.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from channels import meta_messenger_events, meta_whatsapp_events
from channels.accounts import Accounts, MetaApp
from channels.base import Event, Parsed
from channels.plain import json_of, list_of, object_of, text_of

Found = Iterator[Event | dict[str, str]]


def signer(body: bytes, header: str, accounts: Accounts) -> MetaApp | None:
    """Which app of ours signed this body; None: nobody. Never raises."""
    given = header.encode("latin-1", "replace")
    for app in accounts.meta:
        for secret in app.app_secrets:
            right = "sha256=" + hmac.digest(secret.encode("utf-8", "replace"), body, "sha256").hex()
            if hmac.compare_digest(right.encode("ascii"), given):
                return app
    return None


def challenge(query: Mapping[str, str], accounts: Accounts) -> str | None:
    """What the verification request wants back; None when it does not know our token."""
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    known = False
    for app in accounts.meta:
        known |= hmac.compare_digest(app.verify_token.encode("utf-8", "replace"), given)
    return query.get("hub.challenge", "") if known and query.get("hub.mode") == "subscribe" else None


def parse(body: bytes, app: MetaApp) -> Parsed:
    """Everything one post holds for the numbers and pages of `app`, in Meta's order. Never raises."""
    payload = object_of(json_of(body))
    read = _READERS.get(text_of(payload.get("object")))
    if read is None:
        return Parsed(ignored=(_left_out("object", object=text_of(payload.get("object"))[:40]),))
    events: list[Event] = []
    ignored: list[dict[str, str]] = []
    for entry in list_of(payload.get("entry")):
        for item in read(entry, app) if isinstance(entry, dict) else [_left_out("unreadable")]:
            if "reason" in item:
                ignored.append(cast("dict[str, str]", item))
            else:
                events.append(cast("Event", item))
    return Parsed(tuple(events), tuple(ignored))


def _whatsapp(entry: Mapping[str, Any], app: MetaApp) -> Found:
    for member in list_of(entry.get("changes")):
        change = object_of(member)
        value = object_of(change.get("value"))
        account = text_of(object_of(value.get("metadata")).get("phone_number_id"))
        field = text_of(change.get("field"))
        if field not in meta_whatsapp_events.FIELDS:
            yield _left_out("field", field=field[:40])
        elif account not in app.whatsapp:
            yield _left_out("account", account=account[:40])
        else:
            for read, item in meta_whatsapp_events.members(value):
                yield from _guarded(read, item, account, value)


def _page(entry: Mapping[str, Any], app: MetaApp) -> Found:
    account = text_of(entry.get("id"))
    if account not in app.pages:
        yield _left_out("account", account=account[:40])
        return
    for name in ("messaging", "standby"):
        for member in list_of(entry.get(name)):
            about = {"app_id": app.app_id, "standby": name == "standby"}
            yield from _guarded(meta_messenger_events.read, object_of(member), account, about)


def _guarded(read: Callable[..., Any], item: Mapping[str, Any], account: str, value: Mapping[str, Any]) -> Found:
    """The events of one member. What goes wrong in it stays in it."""
    if not item:
        yield _left_out("unreadable", account=account)
        return
    try:
        found = list(read(item, account, value))
    except Exception as error:  # noqa: BLE001 - one member must never cost the others, whatever Meta invents next
        yield _left_out("unreadable", account=account, error=type(error).__name__)
        return
    yield from found or [_left_out("nothing for us", account=account)]


def _left_out(reason: str, **facts: str) -> dict[str, str]:
    return {"provider": "meta", "reason": reason, **facts}


_READERS: Mapping[str, Callable[[Mapping[str, Any], MetaApp], Found]] = {
    "whatsapp_business_account": _whatsapp,
    "page": _page,
}
