"""How the demo is put into the app: its page at `/`, its command, its people and queues at the first request."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Protocol

from flask import Flask

from conversation.work import Database
from demo import progress, seed
from demo.commands import demo
from demo.desk_login import log_in
from demo.phone import Phone, blueprint
from demo.provider_client import ProviderClient


class Settings(Protocol):
    """What the demo needs of the settings."""

    @property
    def twilio_api_base(self) -> str: ...

    @property
    def twilio_whatsapp(self) -> str: ...

    @property
    def media_path(self) -> Path: ...


def add_to(app: Flask, settings: Settings, database: Database) -> None:
    """Mount the demo. Opens nothing: the tables are filled when the first request comes in."""
    account = settings.twilio_whatsapp.split(",")[0].strip()
    phone = Phone(
        ProviderClient(settings.twilio_api_base.rstrip("/"), f"whatsapp:{account}"),
        lambda number: progress.desk(database, number),
        lambda email, language, zone: log_in(database, email, language, zone),
        lambda said: progress.worded(database, said),
    )
    app.before_request(_Once(database, account, settings.media_path))
    app.register_blueprint(blueprint(phone))
    app.cli.add_command(demo)


class _Once:
    """Fills the tables before the first request is answered; after that it costs one comparison."""

    def __init__(self, database: Database, account: str, media: Path) -> None:
        self._database = database
        self._account = account
        self._media = media
        self._lock = threading.Lock()
        self._is_done = False

    def __call__(self) -> None:
        if self._is_done:
            return
        with self._lock:
            if not self._is_done:
                seed.seed(self._database, self._account, self._media)
                self._is_done = True
