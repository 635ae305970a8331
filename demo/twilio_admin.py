"""What the stand-in for Twilio says of its account: status, numbers, Messaging Services, WhatsApp senders, templates.

Written from Twilio's "REST API: Accounts", "IncomingPhoneNumber resource", "Service resource" of Messaging, "Senders
API - WhatsApp" and "Content and approvals" (read 2026-11-22). All products answer at one address here. It checks the
credentials like the rest of the stand-in.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from config import DEMO_WHATSAPP
from demo.twilio_account import TwilioAccount

PAGE_SIZE = 20
DEMO_TEMPLATES = (("order_on_its_way", "approved"), ("return_received", "approved"), ("spring_sale", "approved"))
Tree = dict[str, Any]


@dataclass(slots=True)
class Administration:
    """What a test or the demo says that the account holds; `numbers` and `senders` by address, `services` by sid.

    `members` are (service, number's sid). Without a sender for it, a number is in no list, as at Twilio.
    """

    status: str = "active"
    type: str = "Full"
    numbers: dict[str, Tree] = field(default_factory=dict)
    senders: dict[str, Tree] = field(default_factory=dict)
    services: dict[str, Tree] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)
    contents: list[Tree] = field(default_factory=list)

    def has_number(self, number: str, sms_url: str = "", **more: Any) -> Tree:
        """A number of the account."""
        sid = f"PN{len(self.numbers):032x}"
        self.numbers[number] = {"sid": sid, "phone_number": number, "sms_url": sms_url, "sms_method": "POST",
                                "sms_fallback_url": "", "sms_application_sid": "", "capabilities": {"sms": True}} | more
        return self.numbers[number]

    def has_sender(self, number: str, callback_url: str = "", **more: Any) -> Tree:
        """A WhatsApp sender of the account."""
        self.senders[number] = {
            "sid": f"XE{len(self.senders):032x}", "sender_id": f"whatsapp:{number}", "status": "ONLINE",
            "webhook": {"callback_url": callback_url, "callback_method": "POST"}, "offline_reasons": None,
            "properties": {"quality_rating": "HIGH", "messaging_limit": "10K Customers/24hr"}} | more
        return self.senders[number]

    def has_service(self, sid: str, inbound_request_url: str | None = None, **more: Any) -> Tree:
        """A Messaging Service of the account."""
        self.services[sid] = {"sid": sid, "inbound_request_url": inbound_request_url, "inbound_method": "POST",
                              "use_inbound_webhook_on_number": False} | more
        return self.services[sid]


def of_demo(webhook_url: str) -> Administration:
    """What the demo's account holds: its one WhatsApp number, well set up, and three templates."""
    held = Administration()
    held.has_sender(DEMO_WHATSAPP, webhook_url)
    held.contents = [
        {"sid": f"HX{n:032x}", "friendly_name": name, "approval_requests": {"name": name, "status": status}}
        for n, (name, status) in enumerate(DEMO_TEMPLATES)]
    return held


def mount(application: web.Application, account: TwilioAccount, held: Administration) -> None:
    """Answer for the account on this application."""
    pages = _Pages(account, held)
    application.router.add_get("/2010-04-01/Accounts/{sid:AC[^/.]+}.json", pages.account)
    application.router.add_get("/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers.json", pages.numbers)
    application.router.add_get("/v1/Services/{service}", pages.service)
    application.router.add_get("/v1/Services/{service}/PhoneNumbers/{number}", pages.member)
    application.router.add_get("/v2/Channels/Senders", pages.senders)
    application.router.add_get("/v2/Channels/Senders/{sender}", pages.sender)
    application.router.add_get("/v1/ContentAndApprovals", pages.contents)
    application.router.add_post("/v1/Content", pages.make_content)


class _Pages:
    def __init__(self, account: TwilioAccount, held: Administration) -> None:
        self._account = account
        self._held = held

    async def account(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        sid = request.match_info["sid"]
        told = {"sid": sid, "status": self._held.status, "type": self._held.type, "friendly_name": "Stand-in"}
        return refused or (web.json_response(told) if sid == self._account.account_sid else _missing(request))

    async def numbers(self, request: web.Request) -> web.Response:
        wanted = request.query.get("PhoneNumber", "")
        found = [one for number, one in self._held.numbers.items() if wanted in number]
        return self._refused(request) or web.json_response({"incoming_phone_numbers": found, "page": 0})

    async def service(self, request: web.Request) -> web.Response:
        found = self._held.services.get(request.match_info["service"])
        return self._refused(request) or (web.json_response(found) if found else _missing(request))

    async def member(self, request: web.Request) -> web.Response:
        key = (request.match_info["service"], request.match_info["number"])
        there = key in self._held.members
        return self._refused(request) or (web.json_response({"sid": key[1]}) if there else _missing(request))

    async def senders(self, request: web.Request) -> web.Response:
        if request.query.get("Channel") not in ("whatsapp", "rcs"):
            return self._refused(request) or _error(400, 20001, "Channel is required")
        brief = [{**one, "webhook": None, "properties": None} for one in self._held.senders.values()]
        return self._refused(request) or _page(request, "senders", brief)

    async def sender(self, request: web.Request) -> web.Response:
        sid = request.match_info["sender"]
        found = next((one for one in self._held.senders.values() if one["sid"] == sid), None)
        return self._refused(request) or (web.json_response(found) if found else _missing(request))

    async def contents(self, request: web.Request) -> web.Response:
        return self._refused(request) or _page(request, "contents", self._held.contents)

    async def make_content(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused:
            return refused
        wished = await request.json()
        if not wished.get("types") or not wished.get("language"):
            return _error(400, 20001, "types and language are required")
        made = {**wished, "sid": f"HX{len(self._held.contents):032x}"}
        self._held.contents.append(made)
        return web.json_response(made, status=201)

    def _refused(self, request: web.Request) -> web.Response | None:
        secret = f"{self._account.account_sid}:{self._account.auth_token}".encode()
        given = request.headers.get("Authorization", "").encode()
        if hmac.compare_digest(given, b"Basic " + b64encode(secret)):
            return None
        return _error(401, 20003, "Authenticate")


def _page(request: web.Request, key: str, entries: list[Tree]) -> web.Response:
    size, number = int(request.query.get("PageSize", "20")), int(request.query.get("Page", "0"))
    size = min(size, PAGE_SIZE)
    following = str(request.url.update_query(Page=str(number + 1))) if (number + 1) * size < len(entries) else None
    meta: Mapping[str, Any] = {"key": key, "page": number, "page_size": size, "next_page_url": following}
    return web.json_response({key: entries[number * size : (number + 1) * size], "meta": meta})


def _missing(request: web.Request) -> web.Response:
    return _error(404, 20404, f"The requested resource {request.path} was not found")


def _error(status: int, code: int, message: str) -> web.Response:
    told = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
    return web.json_response(told, status=status)
