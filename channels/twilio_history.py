"""Twilio's list of messages, read for what no webhook brought: as the very events its webhooks would have been.

Twilio does not post a message again that we did not take (channels.md): its list is the only place where it still is.
Each entry is put into the form of a webhook and read by the same code, so that both give the same event. The list tells
less: no profile name, no tap behind a label, no location; but it tells when the message was sent. Newest first, pages
of up to 1,000; `DateSent>` takes a time in GMT, and what is older is left out here in case a whole day comes (Twilio,
"Messages resource" and "Media subresource", read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from channels import twilio, twilio_rest
from channels.accounts import TwilioAccount
from channels.base import Endpoint, Event, HttpRequest
from channels.plain import json_of, list_of, object_of, text_of
from channels.twilio_form import form_of

PAGE_SIZE = 1000
INBOUND = "inbound"
_ON_ITS_WAY = frozenset(("receiving", ""))


@dataclass(frozen=True, slots=True)
class Listed:
    """One message of the list. `form` is that of its webhook; `changed_ms` is when its status was last another."""

    provider_id: str
    is_inbound: bool
    status: str
    sent_ms: int
    changed_ms: int
    media: int
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and the address of the next."""

    messages: Sequence[Listed]
    next_url: str = ""


def accounts_of(endpoints: Iterable[Endpoint]) -> dict[str, tuple[TwilioAccount, Endpoint]]:
    """The accounts at Twilio behind these endpoints, each with one endpoint to ask by."""
    known = {kind.name for kind in twilio.kinds().values()}
    grouped: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        if endpoint.kind in known:
            grouped.setdefault(endpoint.secrets["account_sid"], []).append(endpoint)
    return {sid: (_account(sid, ours, known), ours[0]) for sid, ours in grouped.items()}


def _account(sid: str, ours: Sequence[Endpoint], kinds: Iterable[str]) -> TwilioAccount:
    senders = {kind: frozenset(one.account for one in ours if one.kind == kind and not _is_service(one))
               for kind in kinds}
    return TwilioAccount(sid, (), senders, frozenset(one.account for one in ours if _is_service(one)))


def _is_service(endpoint: Endpoint) -> bool:
    return endpoint.account.startswith("MG")


def first_page(endpoint: Endpoint, since: datetime) -> HttpRequest:
    """The request for everything that was sent or received since then."""
    query = {"DateSent>": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "PageSize": str(PAGE_SIZE)}
    return _get(endpoint, f"/Messages.json?{urlencode(query)}")


def next_page(endpoint: Endpoint, url: str) -> HttpRequest | None:
    """The request for a further page; None where its address is not in our account."""
    return twilio_rest.page(url, endpoint)


def media_of(endpoint: Endpoint, listed: Listed) -> HttpRequest:
    """The request for what is attached to a message."""
    return _get(endpoint, f"/Messages/{listed.provider_id}/Media.json")


def read(body: bytes, account_sid: str) -> Page | None:
    """One page of the list; None where it is something else, said with the same status."""
    tree = object_of(json_of(body))
    if not isinstance(tree.get("messages"), list):
        return None
    found = [_listed(object_of(one), account_sid) for one in list_of(tree["messages"])]
    return Page([one for one in found if one.provider_id], text_of(tree.get("next_page_uri")))


def with_media(listed: Listed, body: bytes, endpoint: Endpoint) -> Listed | None:
    """The same message with the addresses of its media; None where that is no list of media."""
    tree = object_of(json_of(body))
    if not isinstance(tree.get("media_list"), list):
        return None
    form = dict(listed.form)
    for n, one in enumerate(map(object_of, tree["media_list"])):
        form[f"MediaUrl{n}"] = endpoint.api_base + text_of(one.get("uri")).removesuffix(".json")
        form[f"MediaContentType{n}"] = text_of(one.get("content_type"))
    return replace(listed, form=form)


def event_of(listed: Listed, account: TwilioAccount) -> Event | None:
    """What its webhook would have been, with the time that only the list tells; None where it is not for us."""
    form = form_of(list(listed.form.items()))
    parsed = twilio.parse(form, account) if form and listed.status not in _ON_ITS_WAY else None
    if parsed is None or not parsed.events:
        return None
    event = dict(parsed.events[0])
    if listed.is_inbound and listed.sent_ms:
        event["at_ms"] = listed.sent_ms
    return event  # type: ignore[return-value]


def status_of(listed: Listed) -> str:
    """The status of one of ours in our words; '' for a word that is none."""
    return twilio.STATUSES.get(listed.status, "")


def _listed(item: Mapping[str, Any], account_sid: str) -> Listed:
    inbound, status = text_of(item.get("direction")) == INBOUND, text_of(item.get("status")).lower()
    sid, media = text_of(item.get("sid")), text_of(item.get("num_media"))
    form = {
        "MessageSid": sid, "AccountSid": account_sid, "From": text_of(item.get("from")), "To": text_of(item.get("to")),
        "Body": text_of(item.get("body")), "MessagingServiceSid": text_of(item.get("messaging_service_sid")),
        "SmsStatus" if inbound else "MessageStatus": "received" if inbound else status,
    }
    if inbound:
        form["NumMedia"] = media or "0"
    else:
        form |= {"ErrorCode": text_of(item.get("error_code")), "ErrorMessage": text_of(item.get("error_message"))}
    sent, changed = _ms(item, "date_sent", "date_created"), _ms(item, "date_updated", "date_created")
    kept = {name: value for name, value in form.items() if value}
    return Listed(sid, inbound, status, sent, changed, int(media) if media.isdigit() else 0, kept)


def _ms(item: Mapping[str, Any], *names: str) -> int:
    """The first of these times: as mail writes them, in whole seconds."""
    for name in names:
        try:
            return int(parsedate_to_datetime(text_of(item.get(name))).timestamp() * 1000)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return 0


def _get(endpoint: Endpoint, path: str) -> HttpRequest:
    url = f"{endpoint.api_base}/2010-04-01/Accounts/{endpoint.secrets['account_sid']}{path}"
    return HttpRequest("GET", url, twilio_rest.credentials(endpoint))
