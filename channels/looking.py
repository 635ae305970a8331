"""What does Relevo make of this? One line of JSON in, one object out; nothing is stored, sent or believed.

Behind `flask channels parse` and `flask channels verify`. A line that cannot be used is answered with its reason, so
that the lines after it are still read. The words of `ignored` are explained in docs/channels.md.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from typing import Any

from channels import meta, twilio, twilio_form
from channels.accounts import Accounts, TwilioAccount
from channels.base import Event, Parsed
from channels.plain import json_of, list_of, object_of, text_of
from channels.twilio_form import Form
from channels.twilio_signature import FORM_TYPE
from channels.webhooks import part_id_of

Line = Mapping[str, Any]
# What an event has beside its normal form is for us alone.
NORMAL_FORM = frozenset(Event.__annotations__) - {"error_text"}


def line_of(raw: bytes) -> Line | None:
    """The object of one line; None when it holds none."""
    value = json_of(raw.removeprefix(BOM_UTF8))
    return value if isinstance(value, dict) else None


def id_of(line: Line | None) -> str | int | float | bool | None:
    """The id of a line, to be given back as it came."""
    value = line.get("id") if line else None
    return value if isinstance(value, str | int | float) else None


def parsed(raw: bytes, accounts: Accounts) -> dict[str, Any]:
    """The events of the request on one line, in the normal form, and why what is missing is missing. Never raises."""
    line = line_of(raw)
    try:
        found = _ignored("line") if line is None else _read(line, accounts)
    except Exception as error:  # noqa: BLE001 - whatever a line holds, the next one is read
        found = _ignored(f"failed: {type(error).__name__}")
    events = [{name: value for name, value in event.items() if name in NORMAL_FORM} for event in found.events]
    return {"id": id_of(line), "events": events, "ignored": [{"reason": one["reason"]} for one in found.ignored]}


def _ignored(reason: str) -> Parsed:
    return Parsed(ignored=({"reason": reason},))


def _read(line: Line, accounts: Accounts) -> Parsed:
    request = line.get("request")
    if not isinstance(request, dict):
        return _ignored("request")
    if text_of(request.get("method", "POST")).upper() not in ("POST", ""):
        return _ignored("method")
    provider = text_of(line.get("provider")).lower()
    if provider == "twilio":
        return _of_twilio(request, text_of(line.get("channel")).lower().removeprefix("twilio-"), accounts)
    return _of_meta(request, accounts) if provider == "meta" else _ignored("provider")


def _of_twilio(request: Line, channel: str, accounts: Accounts) -> Parsed:
    kind = text_of(request.get("content_type")).partition(";")[0].strip().lower()
    if kind not in ("", FORM_TYPE) or not {"form", "raw"} & request.keys():
        return _ignored("content type")
    form = _form_of(request)
    if form is None:
        return _ignored("size")
    fields = form.fields
    if request.get("endpoint") == "status" and not (fields.get("MessageStatus") or fields.get("SmsStatus")):
        return _ignored("status")
    account = _account_of(form, accounts)
    if account is None:
        return _ignored("account")
    return twilio.parse_hinted(form, account, channel, part_id_of(text_of(request.get("path"))))


def _form_of(request: Line) -> Form | None:
    form = request.get("form", request.get("raw"))
    if isinstance(form, dict):
        return twilio_form.form_of([(str(name), text) for name, value in form.items() for text in _values(value)])
    return twilio_form.read_form(bytes_of(form))


def _values(value: Any) -> list[str]:
    """The values of one field: a list is a repeated key, null is none."""
    several = value if isinstance(value, list) else [value]
    return [one if isinstance(one, str) else json.dumps(one) for one in several if one is not None]


def _account_of(form: Form, accounts: Accounts) -> TwilioAccount | None:
    """The account the form names. Where it names none, the one that has an address in it, else the only one."""
    if form.fields.get("AccountSid"):
        return twilio.account_of(form, accounts)
    named = {form.fields.get(name, "").partition(":")[2] or form.fields.get(name, "") for name in ("From", "To")}
    every = list(accounts.twilio.values())
    having = [one for one in every if any(named & senders for senders in one.senders.values())]
    return next(iter(having or every), None)


def _of_meta(request: Line, accounts: Accounts) -> Parsed:
    if not {"json", "raw"} & request.keys():
        return _ignored("content type")
    body = json.dumps(request["json"]).encode("utf-8") if "json" in request else bytes_of(request["raw"])
    if len(accounts.meta) <= 1:
        return meta.parse(body, accounts.meta[0]) if accounts.meta else _ignored("account")
    found = [_of_first(part, accounts) for part in _by_entry(body)]
    return Parsed(
        tuple(event for one in found for event in one.events), tuple(reason for one in found for reason in one.ignored)
    )


def _by_entry(body: bytes) -> Sequence[bytes]:
    """A post of Meta's as one post for each of its entries: each may belong to another app of ours."""
    payload = object_of(line_of(body))
    entries = list_of(payload.get("entry"))
    if len(entries) <= 1:
        return [body]
    return [json.dumps({**payload, "entry": [entry]}).encode("utf-8") for entry in entries]


def _of_first(body: bytes, accounts: Accounts) -> Parsed:
    """What the first of our apps reads in it that can read anything."""
    readings = [meta.parse(body, app) for app in accounts.meta]
    return next((one for one in readings if one.events), readings[0])


def bytes_of(value: Any) -> bytes:
    """A body that was written down as text, as the bytes it was."""
    if not isinstance(value, str):
        return b""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
