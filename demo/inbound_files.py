"""The files that contacts attach at the stand-in: drawn when they are asked for, the same each time, each another one."""

from __future__ import annotations

import hashlib
import hmac
import io
from base64 import b64encode
from typing import Final

from aiohttp import web

from demo.twilio_account import TwilioAccount
from demo.twilio_messages import media_of

SIZE: Final = (640, 480)
FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "application/pdf": "PDF"}


def mount(application: web.Application, account: TwilioAccount) -> None:
    """Answer for the files on this application, to those who have the account's credentials."""

    async def file(request: web.Request) -> web.Response:
        secret = f"{account.account_sid}:{account.auth_token}".encode()
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), b"Basic " + b64encode(secret)):
            return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)
        message = account.messages.get(request.match_info["message"])
        mime = dict(media_of(message)).get(request.match_info["media"], "") if message else ""
        if mime not in FORMATS:
            return web.json_response({"code": 20404, "message": "The media was not found", "status": 404}, status=404)
        return web.Response(body=drawn(request.match_info["media"], mime), content_type=mime)

    application.router.add_get("/2010-04-01/Accounts/{sid}/Messages/{message}/Media/{media}", file)


def drawn(name: str, mime: str) -> bytes:
    """A picture in colours of its own, as a file of this type."""
    from PIL import Image, ImageDraw  # only who asks for a file needs it

    first, second = hashlib.sha256(name.encode()).digest()[:3], hashlib.sha256(name.encode()).digest()[3:6]
    picture = Image.new("RGB", SIZE, tuple(first))
    ImageDraw.Draw(picture).ellipse((160, 80, 480, 400), fill=tuple(second))
    written = io.BytesIO()
    picture.save(written, FORMATS[mime])
    return written.getvalue()
