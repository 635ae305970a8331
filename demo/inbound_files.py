"""The files that contacts attach at the stand-in: made when they are asked for, the same each time, each another one.

What the demo's phone sends are parts of one photo of a broken lamp in its box, each time held a little differently.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from base64 import b64encode
from pathlib import Path
from typing import Final

from aiohttp import web

from demo.twilio_account import TwilioAccount
from demo.twilio_messages import media_of, views_of

SIZE: Final = (640, 480)
FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "application/pdf": "PDF"}
PHOTO: Final = Path(__file__).parent / "photos" / "broken-lamp.jpg"
VIEWS: Final = {"lamp": (190, 320, 850, 1120), "box": (60, 800, 1060, 1430)}


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
        name = request.match_info["media"]
        view = views_of(message).get(name, "") if message else ""
        return web.Response(body=photographed(name, view) if view in VIEWS else drawn(name, mime), content_type=mime)

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


def photographed(name: str, view: str) -> bytes:
    """This part of the broken lamp as a JPEG, in a light and at an angle of its own."""
    from PIL import Image

    marks = hashlib.sha256(name.encode()).digest()
    with Image.open(PHOTO) as whole:
        part = whole.convert("RGB").rotate(marks[0] % 25 - 12, Image.Resampling.BICUBIC, fillcolor=(150, 112, 74)).crop(VIEWS[view])
    light = [level * (85 + mark % 30) // 100 for mark in marks[1:4] for level in range(256)]
    written = io.BytesIO()
    part.point([min(255, level) for level in light]).save(written, "JPEG", quality=85)
    return written.getvalue()
