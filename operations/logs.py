"""Setting the logs up from the settings of this process; how a line looks is in `logs.py`."""

from __future__ import annotations

import logs
from config import Settings, listed


def configure(settings: Settings) -> None:
    """One line per record on stderr, from LOG_LEVEL on, without what the settings keep secret."""
    logs.configure(settings.log_level, secrets_of(settings), settings.secret_key)


def secrets_of(settings: Settings) -> list[str]:
    """Every value that must never be seen in a line."""
    single = [settings.secret_key, settings.meta_access_token, settings.meta_verify_token]
    many = [*listed(settings.twilio_auth_token), *listed(settings.meta_app_secret)]
    return [value for value in [*single, *many, *_passwords(settings)] if value]


def _passwords(settings: Settings) -> list[str]:
    """The passwords inside the addresses of the database and of Redis."""
    found = []
    for url in (settings.database_url, settings.redis_url):
        _, _, rest = url.partition("://")
        login, at, _ = rest.rpartition("@")
        if at and ":" in login:
            found.append(login.partition(":")[2])
    return found
