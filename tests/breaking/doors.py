"""The real app behind a real socket, and a provider's hand at its door: signed posts, many at once."""

from __future__ import annotations

import http.client
import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from werkzeug.serving import WSGIRequestHandler, make_server

import config
from app import create_app
from demo.twilio_callbacks import inbound_fields
from demo.twilio_messages import Message
from demo.twilio_signature import sign

ACCOUNT_SID = "AC" + "0" * 31 + "7"
AUTH_TOKEN = "a-token-for-tests"
OURS = "+14155238886"
BASE = "https://bot.example"
FLOWS = Path(__file__).with_name("flows")
AT_ONCE = 20
_numbers = itertools.count(1)


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Tests look at answers and tables."""


@dataclass
class Door:
    """One web process's worth of Relevo in threads. `with Door(url, folder) as door: door.post([…])`."""

    database_url: str
    folder: Path
    relevo: Any = field(init=False)

    def __enter__(self) -> Self:
        app = create_app(config.load(
            mode="lab", data_dir=self.folder, database_url=self.database_url, secret_key="k" * 40, flows_dir=FLOWS,
            orders_config=str(FLOWS.parents[2] / "flows" / "_orders.yaml"), public_base_url=BASE,
            twilio_account_sid=ACCOUNT_SID, twilio_auth_token=AUTH_TOKEN, twilio_whatsapp=OURS, log_level="error"))
        self.relevo = app.extensions["relevo"]
        self.server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.relevo.writer.stop()
        self.relevo.database.close()

    def post(self, forms: Sequence[dict[str, str]], token: str = AUTH_TOKEN) -> list[int]:
        """Post these forms side by side; the answers."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda form: self.post_one(form, token), forms))

    def post_one(self, form: dict[str, str], token: str = AUTH_TOKEN) -> int:
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                   "X-Twilio-Signature": sign(token, f"{BASE}/webhooks/twilio", form.items())}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=30)
        try:
            connection.request("POST", "/webhooks/twilio", urlencode(form), headers)
            return connection.getresponse().status
        finally:
            connection.close()


def said(text: str, sender: str = "+34600111222", to: str = OURS) -> dict[str, str]:
    """The form of a webhook: a contact says this on WhatsApp."""
    message = Message(f"SM{next(_numbers):032x}", f"whatsapp:{to}", f"whatsapp:{sender}", text, "inbound", 0.0,
                      "received", 0.0, profile_name="Marta")
    return inbound_fields(message, ACCOUNT_SID)
