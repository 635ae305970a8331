"""Meta's webhooks: is it Meta, and what does the batch hold. Shared by the kinds at Meta.

Signature: header `X-Hub-Signature-256: sha256=` + hex HMAC-SHA256(app secret, the raw body); the older SHA-1 header
counts for nothing (Meta, "Webhooks, getting started", read 2026-11-21). One post may hold many entries, changes and
messages: each member is read by itself, and a bad one never costs the others.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
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
    for app in accounts.meta:
        if signature_is_right(body, header, app.app_secrets):
            return app
    return None


def signature_is_right(body: bytes, header: str | bytes | None, secrets: Sequence[str]) -> bool:
    """Did one of these secrets sign exactly these bytes? The header counts as it came, in lower case. Never raises."""
    if isinstance(header, str):
        header = header.encode("latin-1", "replace")
    if not isinstance(header, bytes):
        return False
    right = False
    for secret in secrets:
        digest = hmac.digest(secret.encode("utf-8", "replace"), body, "sha256").hex() if secret else ""
        right |= bool(digest) and hmac.compare_digest(b"sha256=" + digest.encode("ascii"), header)
    return right


def challenge(query: Mapping[str, str], accounts: Accounts) -> str | None:
    """What the verification request wants back; None when it does not know our token."""
    status, body = handshake(query, [app.verify_token for app in accounts.meta])
    return body if status == 200 else None


def handshake(query: Mapping[str, str], verify_tokens: Sequence[str]) -> tuple[int, str]:
    """Status and body of the answer to Meta's verification request (GET). Never raises."""
    given = text_of(query.get("hub.verify_token")).encode("utf-8", "replace")
    known = False
    for token in verify_tokens:
        known |= bool(token) and hmac.compare_digest(token.encode("utf-8", "replace"), given)
    asked, wanted = query.get("hub.mode") == "subscribe", text_of(query.get("hub.challenge"))
    return (200, wanted) if known and asked else (403, "")


def parse(body: bytes, app: MetaApp) -> Parsed:
    """Everything one post holds for the numbers and pages of `app`, in Meta's order. Never raises."""
    payload = json_of(body)
    if not isinstance(payload, dict):
        return Parsed(ignored=(left_out("unreadable"),))
    name = text_of(payload.get("object"))
    kind = kinds().get(name)
    if kind is None:
        # The dashboard shows its samples as a lone {"field", "value"}.
        return Parsed(ignored=(left_out("sample" if "field" in payload else "object", object=name[:40]),))
    events: list[Event] = []
    ignored: list[dict[str, str]] = []
    for entry in list_of(payload.get("entry")):
        for item in kind.read(object_of(entry), app) if isinstance(entry, dict) else [left_out("unreadable")]:
            if "reason" in item:
                ignored.append(cast("dict[str, str]", item))
            else:
                events.append(cast("Event", item))
    return Parsed(tuple(events), tuple(ignored or ([] if events else [left_out("empty")])))


@cache
def kinds() -> Mapping[str, MetaKind]:
    """The kinds at Meta by the `object` of their webhooks."""
    found = (adapter for adapter in adapters().values() if isinstance(adapter, MetaKind))
    return {kind.object_name: kind for kind in found}
