"""Signed requests as the providers send them, written independently of the code under test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.test import Client, TestResponse

from channels import accounts, webhooks
from channels.accounts import Accounts
from channels.base import Event

SID = "AC" + "0" * 31 + "1"
SERVICE = "MG" + "0" * 31 + "2"
TOKEN = "twilio-token"
SECRET = "app-secret"
BASE = "https://bot.example.com"
TREE: Mapping[str, Any] = {
    "twilio": [
        {
            "account_sid": SID,
            "auth_tokens": [TOKEN, "token-after-rotation"],
            "whatsapp": ["+14155238886"],
            "sms": ["+15005550006"],
            "messenger": ["108000000000002"],
            "messaging_services": [SERVICE],
        }
    ],
    "meta": [
        {
            "app_id": "1517776481860111",
            "app_secrets": [SECRET, "secret-after-rotation"],
            "access_token": "page-token",
            "verify_token": "let-me-in",
            "whatsapp": [{"phone_number_id": "106540352242922", "number": "+15550783881"}],
            "pages": ["108000000000001"],
            "instagram": ["17841400000000001"],
        }
    ],
}
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def our_accounts() -> Accounts:
    return accounts.read(TREE)


def a_message(**changes: str) -> dict[str, str]:
    """The form of one WhatsApp message of Marta's."""
    return {
        "MessageSid": "SM" + "a" * 32,
        "AccountSid": SID,
        "From": "whatsapp:+34600111222",
        "To": "whatsapp:+14155238886",
        "Body": "hola",
        "NumMedia": "0",
        "SmsStatus": "received",
        **changes,
    }


def twilio_signature(url: str, pairs: Mapping[str, str] | Sequence[tuple[str, str]], token: str = TOKEN) -> str:
    fields = list(pairs.items()) if isinstance(pairs, Mapping) else list(pairs)
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    signed = text.encode("utf-8", "surrogateescape")
    return base64.b64encode(hmac.new(token.encode(), signed, hashlib.sha1).digest()).decode()


def meta_signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Door:
    """The webhook addresses in a Flask of their own; `got` is what was handed over."""

    def __init__(self, submit: Callable[[Sequence[Event]], None] | None = None, **settings: Any) -> None:
        self.got: list[Event] = []
        ours = our_accounts()
        bases = settings.pop("public_base_urls", (BASE,))
        app = Flask("door")
        doors = (lambda: ours, webhooks.WebhookSettings(bases, **settings), submit or self.got.extend)
        app.register_blueprint(webhooks.blueprint(*doors))
        self.flask_alone = Client(app)
        self.client = Client(webhooks.short_cut(app, *doors))

    def twilio(self, form: Any = None, path: str = "/webhooks/twilio", **options: Any) -> TestResponse:
        """Post a form; unless told otherwise it is signed for the public address and the path."""
        pairs = a_message() if form is None else form
        signed_url = options.pop("signed_url", BASE + path)
        headers = {"X-Twilio-Signature": twilio_signature(signed_url, pairs, options.pop("token", TOKEN))}
        headers |= options.pop("headers", {})
        data = options.pop("data", None)
        if data is None:
            data = urlencode(list(pairs.items()) if isinstance(pairs, Mapping) else pairs)
        return self.client.post(path, data=data, headers=headers, content_type=options.pop("content_type", FORM))

    def meta(self, payload: Any = None, **options: Any) -> TestResponse:
        """Post a body; unless told otherwise it is signed."""
        body = options.pop("body", None)
        body = json.dumps(payload).encode() if body is None else body
        headers = {"X-Hub-Signature-256": meta_signature(body, options.pop("secret", SECRET))}
        headers |= options.pop("headers", {})
        return self.client.post("/webhooks/meta", data=body, headers=headers, content_type="application/json")
