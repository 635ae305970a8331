"""Meta's webhooks: is it Meta, and what does the batch hold. Shared by the kinds at Meta.

Signature: header `X-Hub-Signature-256: sha256=` + hex HMAC-SHA256(app secret, the raw body); the older SHA-1 header
counts for nothing (Meta, "Webhooks, getting started", read 2026-11-21). One post may hold many entries, changes and
messages: each member is read by itself, and a bad one never costs the others.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from functools import cache
from typing import cast

from channels import adapters
from channels.accounts import Accounts, MetaApp
from channels.base import Event, Parsed
from channels.meta_kind import MetaKind
from channels.meta_members import left_out
from channels.plain import json_of, list_of, object_of, text_of


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
    name = text_of(payload.get("object"))
    kind = kinds().get(name)
    if kind is None:
        return Parsed(ignored=(left_out("object", object=name[:40]),))
    events: list[Event] = []
    ignored: list[dict[str, str]] = []
    for entry in list_of(payload.get("entry")):
        for item in kind.read(entry, app) if isinstance(entry, dict) else [left_out("unreadable")]:
            if "reason" in item:
                ignored.append(cast("dict[str, str]", item))
            else:
                events.append(cast("Event", item))
    return Parsed(tuple(events), tuple(ignored))


@cache
def kinds() -> Mapping[str, MetaKind]:
    """The kinds at Meta by the `object` of their webhooks."""
    found = (adapter for adapter in adapters().values() if isinstance(adapter, MetaKind))
    return {kind.object_name: kind for kind in found}
