"""A tiny product for the bench's own tests: the contract bot in memory, with a defect if STUB_DEFECT names one.

Defects: loses (every tenth reply), doubles (every tenth), swaps (answers the first two turns the wrong way round),
forged (accepts any signature), volatile (says that commits are not durable), mute (understands nothing), alone (no
sender process), wordy (another greeting), dies (while starting).
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from typing import Any

import aiohttp
from aiohttp import web

from bench import contract
from demo.twilio_signature import sign

DEFECT = os.environ.get("STUB_DEFECT", "")
SID, TOKEN = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
URL = os.environ["PUBLIC_BASE_URL"] + "/webhooks/twilio"


class Bot:
    """Answers as bench/contract.py says, and posts the answer to the provider."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}
        self.count = 0
        self.held: dict[str, str] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def webhook(self, request: web.Request) -> web.Response:
        fields = {name: str(value) for name, value in (await request.post()).items()}
        if DEFECT != "forged" and request.headers.get("X-Twilio-Signature") != sign(TOKEN, URL, fields.items()):
            return web.Response(status=403)
        task = asyncio.ensure_future(self.deliver(fields["From"], self.answer(fields["From"], fields["Body"])))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return web.Response(status=204)

    def answer(self, address: str, text: str) -> str:
        if text == "hola":
            return "¡Buenas!" if DEFECT == "wordy" else contract.MENU
        if text == "agente":
            return contract.AGENT
        if found := re.fullmatch(r"estado (\d{4})", text):
            self.asked[address] = found[1]
            return contract.ASK.format(number=found[1])
        number = self.asked.pop(address, "")
        if not number:
            return contract.FALLBACK
        order = contract.order(int(number) - contract.FIRST_ORDER)
        if order.email != text:
            return contract.WRONG_EMAIL.format(number=number)
        return contract.STATE.format(number=number, state=order.state, eta=order.eta)

    async def deliver(self, address: str, text: str) -> None:
        self.count += address < "whatsapp:+3460080"  # the checks and the warm-up stay whole
        hit = self.count % 10 == 0 and address < "whatsapp:+3460080"
        texts = [text, text] if DEFECT == "doubles" and hit else [] if DEFECT == "loses" and hit else [text]
        if DEFECT == "swaps" and address < "whatsapp:+3460080":
            texts = self.swapped(address, text)
        for one in texts:
            await self.send(address, one)

    def swapped(self, address: str, text: str) -> list[str]:
        if text == contract.MENU:
            self.held[address] = text
            return []
        return [text, self.held.pop(address)] if address in self.held else [text]

    async def send(self, address: str, text: str) -> None:
        form = {"To": address, "From": "whatsapp:+14155238886", "Body": text, "StatusCallback": f"{URL}/status?part=p#rc=2"}
        url = f"{os.environ['TWILIO_API_BASE']}/2010-04-01/Accounts/{SID}/Messages.json"
        async with self.session.post(url, data=form, auth=aiohttp.BasicAuth(SID, TOKEN)) as answer:
            await answer.read()

    async def status(self, request: web.Request) -> web.Response:
        fields = {name: str(value) for name, value in (await request.post()).items()}
        right = sign(TOKEN, f"{URL}/status?part=p", fields.items())
        return web.Response(status=204 if request.headers["X-Twilio-Signature"] == right else 403)

    async def session_of(self, application: web.Application) -> Any:
        self.session = aiohttp.ClientSession()
        yield
        await self.session.close()


async def health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok", "synchronous": "OFF" if DEFECT == "volatile" else "FULL",
                              "understanding": "off" if DEFECT == "mute" else "on"})


def main() -> None:
    if DEFECT == "dies":
        sys.exit("The shop's file is missing.")
    names = ["worker"] if DEFECT == "alone" else ["sender", "worker"]
    children = [subprocess.Popen(["sleep", "60"], env={**os.environ, "RELEVO_PROCESS": name}) for name in names]
    bot = Bot()
    application = web.Application()
    application.router.add_get("/healthz", health)
    application.router.add_post("/webhooks/twilio", bot.webhook)
    application.router.add_post("/webhooks/twilio/status", bot.status)
    application.cleanup_ctx.append(bot.session_of)
    web.run_app(application, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=lambda *_: None)
    for child in children:
        child.terminate()


if __name__ == "__main__":
    main()
