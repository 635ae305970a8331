"""What ./run needs to know before it starts the others: the settings, and a database that is up to date.

Prints one JSON object for `pipeline/supervisor.py`; every complaint goes to stderr as a sentence.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import clock
import config
from operations import backup, migrations
from operations.errors import OperationsError

DEMO_PROVIDER_DATABASE = "demo_provider.db"


def main() -> int:
    """0 and the facts on stdout, or a sentence on stderr."""
    try:
        settings = config.load()
        _make_folders(settings)
        _refuse_many_on_sqlite(settings)
        bring_up_to_date(settings)
        facts = found(settings, config.environment())
    except (config.BadSettings, OperationsError) as error:
        print(f"relevo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    json.dump(facts, sys.stdout)
    return 0


def bring_up_to_date(settings: config.Settings) -> bool:
    """Migrate, with a backup first; True when there was something to do."""
    place = place_of(settings)
    return migrations.upgrade(settings.database_url, lambda: _back_up(place))


def place_of(settings: config.Settings) -> backup.Place:
    """What a backup of these settings is of."""
    return backup.Place(settings.database_url, settings.data_dir, settings.flows_dir, settings.media_path)


def found(settings: config.Settings, environment: dict[str, str]) -> dict[str, Any]:
    """What the supervisor works with."""
    return {
        "mode": settings.mode,
        "host": settings.host,
        "port": settings.port,
        "data_dir": str(settings.data_dir.resolve()),
        "redis_url": settings.redis_url,
        "environment": {"MODE": settings.mode, "DATABASE_URL": settings.database_url, "LOG_LEVEL": _level(settings)},
        "provider": _provider(settings),
        "greeting": greeting(settings, environment.get("LC_ALL") or environment.get("LANG") or ""),
    }


def greeting(settings: config.Settings, locale: str) -> list[str]:
    """What a person reads when everything runs: one address, and in the demo who may log in."""
    spanish = locale.startswith("es")
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    address = f"http://{host}:{settings.port}"
    if settings.mode != "demo":
        said = "Relevo está en marcha. Consola:" if spanish else "Relevo is up. Console:"
        return [f"{said} {address}/console/"]
    if spanish:
        return [f"Relevo está en marcha: {address}",
                "Modo de demostración: tienda inventada y proveedor de imitación; nada sale de esta máquina.",
                "Agentes de muestra (correo, contraseña):", *_logins()]
    return [f"Relevo is up: {address}",
            "Demo mode: an invented shop and a stand-in provider; nothing leaves this machine.",
            "Demo agents (e-mail, password):", *_logins()]


def _logins() -> list[str]:
    from demo.seed import logins  # only a demo needs the demo

    return logins()


def _level(settings: config.Settings) -> str:
    """In the demo a person reads this terminal: warnings only, unless LOG_LEVEL says otherwise."""
    was_set = "log_level" in config.Settings().model_fields_set
    return settings.log_level if was_set or settings.mode != "demo" else "warning"


def _provider(settings: config.Settings) -> list[str]:
    """How our own stand-in provider is started, where there is one."""
    if not settings.has_own_provider:
        return []
    in_lab = ["--clock", str(settings.lab_clock), "--quick"] if settings.mode == "lab" else []
    return ["demo.twilio_standin", *in_lab, "--port", str(settings.port + 1), "--account-sid", settings.twilio_account_sid,
            f"--auth-token={settings.twilio_auth_token}", "--database", str(settings.data_dir / DEMO_PROVIDER_DATABASE),
            "--webhook-url", f"http://127.0.0.1:{settings.port}/webhooks/twilio"]


def _back_up(place: backup.Place) -> None:
    """A backup before a migration; where pg_dump is missing the migration goes on, and says so."""
    try:
        backup.before_migration(place, clock.now())
    except OperationsError as error:
        if place.kind == "sqlite":
            raise
        print(f"relevo: no backup before the migration: {error}", file=sys.stderr)


def _make_folders(settings: config.Settings) -> None:
    for folder in (settings.data_dir, settings.data_dir / "run", settings.data_dir / "logs"):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise config.BadSettings(f"DATA_DIR: {folder} cannot be made ({error.strerror}); choose a folder that "
                                     "this user may write to.") from None
    if not os.access(settings.data_dir, os.W_OK):
        raise config.BadSettings(f"DATA_DIR: {settings.data_dir} cannot be written; choose another or change its owner.")


def _refuse_many_on_sqlite(settings: config.Settings) -> None:
    if settings.is_sqlite and settings.web_processes > 1:
        raise config.BadSettings(f"WEB_PROCESSES: {settings.web_processes} web processes cannot share SQLite; set it to 1, "
                                 "or set DATABASE_URL to a PostgreSQL database.")
    if settings.is_sqlite:
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    raise SystemExit(main())
