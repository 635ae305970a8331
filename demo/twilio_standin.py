"""A stand-in for Twilio that speaks its REST API on loopback: for the demo, and for every test that sends.

    python -m demo.twilio_standin --port 9311 --account-sid AC… --auth-token … \\
        --webhook-url http://127.0.0.1:8000/webhooks/twilio

Beside Twilio's own paths: `POST /_mode` (how to misbehave, demo/provider_modes.py), `GET /_log` and `DELETE /_log`
(every accepted send in order, every request), `POST /_say` (a contact writes: a signed webhook goes out; `wait`
answers with its outcome), `GET /_talk?us=…&contact=…` (both sides of a conversation), `DELETE /_talk` (all of them,
forgotten), `GET /_health`.
It binds to loopback, and posts to loopback only: nothing of the demo leaves the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

import clock
from demo import inbound_files, twilio_admin
from demo.provider_modes import OK, BadMode, read_mode
from demo.twilio_account import Reply, Request, TwilioAccount
from demo.twilio_callbacks import CallbackPlan, Postman, inbound_fields
from demo.twilio_messages import Message, Messages

HANG_SECONDS = 3600.0
PATIENTLY = "#rc=5&rp=all"  # what our own README tells a shop to enter at Twilio
QUICKLY = {"queued": 0.0, "sent": 0.01, "delivered": 0.02}
MAX_REQUEST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StandInSettings:
    """What a stand-in is started with. `webhook_url` is where what contacts say is posted."""

    account_sid: str
    auth_token: str
    webhook_url: str = ""
    database: Path | None = None
    api_base: str = "https://api.twilio.com"
    plan: CallbackPlan = field(default_factory=CallbackPlan)


class TwilioServer:
    """The account on aiohttp's wire."""

    def __init__(self, settings: StandInSettings) -> None:
        self.settings = settings
        self.account = TwilioAccount(settings.account_sid, settings.auth_token, Messages(settings.database))
        self.held = twilio_admin.of_demo(settings.webhook_url)
        self.postman = Postman(self.account, settings.plan)
        self.deliveries: set[asyncio.Task[int]] = set()

    def application(self) -> web.Application:
        """The server as aiohttp runs it."""
        application = web.Application(client_max_size=MAX_REQUEST_BYTES)
        application.router.add_post("/_mode", self._set_mode)
        application.router.add_get("/_log", self._show_log)
        application.router.add_delete("/_log", self._clear_log)
        application.router.add_post("/_say", self._say)
        application.router.add_get("/_talk", self._talk)
        application.router.add_delete("/_talk", self._forget)
        application.router.add_get("/_health", self._health)
        inbound_files.mount(application, self.account)
        twilio_admin.mount(application, self.account, self.held)
        application.router.add_route("*", "/{path:.*}", self._serve)
        application.on_cleanup.append(self._close)
        return application

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        path, _, query = request.raw_path.partition("?")
        asked = Request(request.method, path, query, headers, body, clock.now().timestamp())
        reply = self.account.answer(asked)
        if reply.accepted:
            self.postman.report(reply.accepted, reply.fails_with)
        return await self._respond(request, reply)

    async def _respond(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        if reply.delay_seconds:
            await asyncio.sleep(reply.delay_seconds)
        if reply.cut == "hang":
            await asyncio.sleep(HANG_SECONDS)
        if reply.cut == "reset":
            _abort(request)
            return web.Response(status=500)  # nobody reads it any more
        if reply.cut == "truncated":
            return await _truncated(request, reply)
        self._note_answer(reply)
        return web.Response(
            status=reply.status,
            body=reply.body,
            headers=dict(reply.headers),
            content_type=reply.content_type,
            charset="utf-8",
        )

    def _note_answer(self, reply: Reply) -> None:
        if reply.accepted is None:
            return
        for sent in reversed(self.account.accepted):
            if sent.sid == reply.accepted.sid:
                sent.answered_at = clock.now().timestamp()
                return

    async def _set_mode(self, request: web.Request) -> web.Response:
        values = await _values(request)
        try:
            mode = read_mode(str(values.pop("mode", "ok")), values)
        except BadMode as error:
            return web.json_response({"error": str(error)}, status=400)
        self.account.behaviour.set(mode)
        return web.json_response(asdict(mode))

    async def _show_log(self, request: web.Request) -> web.Response:
        log = self.account.log(request.query.get("to", ""))
        return web.json_response({**log, "callbacks": dict(self.postman.counts)})

    async def _clear_log(self, request: web.Request) -> web.Response:
        self.account.clear()
        self.account.behaviour.set(OK)
        return web.json_response({})

    async def _say(self, request: web.Request) -> web.Response:
        values = {name: str(value) for name, value in (await _values(request)).items()}
        if not values.get("from") or not values.get("to") or not self.settings.webhook_url:
            return web.json_response(
                {
                    "error": "Say who writes (from), to which number of ours (to), and start the "
                    "stand-in with --webhook-url."
                },
                status=400,
            )
        message = self.account.receive(values, clock.now().timestamp())
        delivery = asyncio.ensure_future(self._deliver(message, values.get("button", "")))
        self.deliveries.add(delivery)
        delivery.add_done_callback(self.deliveries.discard)
        status = await asyncio.shield(delivery) if values.get("wait") else None
        return web.json_response({"sid": message.sid, "webhook_status": status})

    async def _deliver(self, message: Message, button: str) -> int:
        """Post the webhook, and note whether it was taken: the phone shows two ticks or that it did not go out."""
        url = self.settings.webhook_url
        url += "" if "#" in url else PATIENTLY
        said = inbound_fields(message, self.settings.account_sid, button, self.settings.api_base)
        status = await self.postman.post(url, said, message.sid)
        outcome = "received" if status // 100 == 2 else "failed"
        self.account.messages.change(message, outcome, clock.now().timestamp())
        return status

    async def _talk(self, request: web.Request) -> web.Response:
        found = self.account.messages.between(request.query.get("us", ""), request.query.get("contact", ""))
        after = int(request.query.get("after", "0"))
        return web.json_response({"messages": [asdict(message) for message in found if message.seq > after]})

    async def _forget(self, request: web.Request) -> web.Response:
        self.account.messages.forget()
        return web.json_response({})

    async def _health(self, request: web.Request) -> web.Response:
        """`pending`: webhooks and reports that are still under way."""
        return web.json_response({"status": "ok", "pending": len(self.deliveries) + self.postman.pending})

    async def _close(self, application: web.Application) -> None:
        for delivery in list(self.deliveries):
            delivery.cancel()
        await self.postman.close()
        self.account.messages.close()


async def _values(request: web.Request) -> dict[str, Any]:
    """Query, form or JSON: whatever is at hand."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        values |= await request.json()
    else:
        values |= dict(await request.post())
    return values


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _truncated(request: web.Request, reply: Reply) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers={"Content-Length": str(len(reply.body))})
    await response.prepare(request)
    await response.write(reply.body[: len(reply.body) // 2])
    _abort(request)
    return response


def main(arguments: list[str] | None = None) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description="A stand-in for Twilio's REST API on loopback.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--account-sid", required=True)
    parser.add_argument("--auth-token", required=True)
    parser.add_argument("--webhook-url", default="", help="where what contacts say is posted")
    parser.add_argument("--database", type=Path, help="a SQLite file that keeps the conversations")
    parser.add_argument("--clock", type=Path, help="the file of a lab's clock")
    parser.add_argument("--quick", action="store_true", help="reports come at once")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    if chosen.clock:
        clock.follow(chosen.clock)
    quick = {"plan": CallbackPlan(QUICKLY)} if chosen.quick else {}
    settings = StandInSettings(chosen.account_sid, chosen.auth_token, chosen.webhook_url, chosen.database,
                               api_base=f"http://127.0.0.1:{chosen.port}", **quick)
    web.run_app(
        TwilioServer(settings).application(), host="127.0.0.1", port=chosen.port, print=_silent, access_log=None
    )


def _silent(*words: Any) -> None:
    """aiohttp's greeting: stdout belongs to the supervisor."""


if __name__ == "__main__":
    main()
