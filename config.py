"""Settings: every environment variable, its type, its default and its meaning. Read here and nowhere else.

`.env` in the working directory is read too; the environment wins. `load()` names every wrong setting at once.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

Mode = Literal["demo", "production", "lab"]
LOOPBACK = ("127.0.0.1", "localhost", "::1")

DEMO_ACCOUNT_SID = "AC" + "d" * 32
DEMO_WHATSAPP = "+14155238886"
LAB_SMS = "+34600100200"
LAB_SHOP_SECRET = "the secret of the shop of a lab"  # known to everybody: a lab listens on this machine alone
LAB_PAGE = "100200300400500"
DOTENV = ".env"
SECRET_FIELDS = frozenset({"auth_token", "auth_tokens", "app_secret", "app_secrets", "access_token", "verify_token"})
TWILIO_FIELDS = ("twilio_account_sid", "twilio_auth_token", "twilio_whatsapp", "twilio_sms", "twilio_messenger",
                 "twilio_messaging_services")
META_FIELDS = ("meta_app_id", "meta_app_secret", "meta_access_token", "meta_verify_token", "meta_whatsapp", "meta_pages",
               "meta_instagram")
HIGHEST_PORT = 65_535


class BadSettings(Exception):
    """One or more settings are wrong; the message has a line for each, with its mend."""


class Settings(BaseSettings):
    """What this process was told. Lists are comma-separated."""

    model_config = SettingsConfigDict(env_file=DOTENV, env_file_encoding="utf-8", extra="ignore", frozen=True)

    mode: Mode = Field("demo", description="demo (invented shop, stand-in provider), production, or lab: production that may speak http to loopback, with a clock that tests set and a stand-in provider unless one is named. Default: demo while no TWILIO_* or META_* is set, else production.")
    host: str = Field("127.0.0.1", description="Address the web process listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the web process listens on.")
    data_dir: Path = Field(Path("data"), description="Folder for the database, the embedded Valkey, secrets made at the first start, and backups.")
    database_url: str = Field("", description="SQLAlchemy URL. Default: SQLite in DATA_DIR. For many web processes: postgresql+psycopg://…")
    redis_url: str = Field("", description="Redis or Valkey. Default: ./run starts an embedded Valkey in DATA_DIR. May be absent: everything works, about a second later.")
    media_dir: str = Field("", description="Folder of the files that came with messages or were sent with them. Default: media in DATA_DIR.")
    media_max_bytes: int = Field(16 * 1024 * 1024, ge=64 * 1024, le=100 * 1024 * 1024, description="Largest file that is fetched or sent.")
    media_keep_days: int = Field(365, ge=0, description="Days after which files are removed; the messages stay. 0: never.")
    media_hosts: str = Field("", description="Hosts (host:port, comma-separated) in your own network that files may also be fetched from.")
    public_base_url: str = Field("", description="The https address providers call, as entered at their side. Several: comma-separated.")
    secret_key: str = Field("", description="Signs cookies. Default outside production: made once and kept in DATA_DIR.")
    flows_dir: Path = Field(Path("flows"), description="Folder of the flows.")
    flows_watch: float = Field(2.0, ge=0, description="Seconds between two looks at FLOWS_DIR for files that changed; they become live when all of them are good. 0: only at the start, and with `flask flows publish`.")
    flows_write: bool = Field(True, description="Whether what is published in the console is also written to FLOWS_DIR, where it may be.")
    shop_webhook_secret: str = Field("", description="Secret with which posts to /webhooks/shop are signed, for shops whose connector has no webhooks of its own.")
    orders_config: str = Field("", description="File that says how to reach the shop. Default: _orders.yaml in FLOWS_DIR.")

    twilio_account_sid: str = Field("", description="Account SID of Twilio.")
    twilio_auth_token: str = Field("", description="Auth token of Twilio; during a rotation both, comma-separated, the sending one first.")
    twilio_api_base: str = Field("https://api.twilio.com", description="Twilio's REST interface.")
    twilio_whatsapp: str = Field("", description="Our WhatsApp numbers at Twilio, E.164, comma-separated.")
    twilio_sms: str = Field("", description="Our SMS numbers at Twilio, E.164, comma-separated.")
    twilio_messenger: str = Field("", description="Our Facebook page ids connected at Twilio, comma-separated.")
    twilio_messaging_services: str = Field("", description="Messaging Service SIDs (MG…) that our numbers belong to, comma-separated.")
    meta_app_id: str = Field("", description="App id at Meta; tells our own echoes from a colleague's answer.")
    meta_app_secret: str = Field("", description="App secret of Meta; several: comma-separated.")
    meta_access_token: str = Field("", description="Access token used to send through Meta.")
    meta_verify_token: str = Field("", description="The word entered at Meta for the webhook's handshake.")
    meta_graph_base: str = Field("https://graph.facebook.com", description="Meta's Graph interface.")
    meta_whatsapp: str = Field("", description="Our WhatsApp numbers at Meta: phone_number_id:number:waba_id, comma-separated; the last two may be left out.")
    meta_pages: str = Field("", description="Our Facebook page ids, comma-separated.")
    meta_instagram: str = Field("", description="Our Instagram account ids, comma-separated.")
    accounts_file: str = Field("", description="JSON file with several accounts of Twilio and Meta instead of the settings above.")

    web_threads: int = Field(192, ge=8, le=1024, description="Threads of a web process; two thirds at most serve live pages.")
    web_processes: int = Field(1, ge=1, le=64, description="Web processes. SQLite allows one.")
    api_rate: str = Field("6000/minute", pattern=r"^[1-9]\d{0,6}/(second|minute|hour)$", description="What one program may ask of the API.")
    lease_seconds: float = Field(30.0, gt=0, description="Time after which work of a process that died is taken over.")
    sweep_seconds: float = Field(1.0, gt=0, description="How often rows that wait are looked for without being told.")
    poll_seconds: float = Field(60.0, ge=0, description="How often Twilio's list is read for what it gave up delivering; 0 is never.")
    proof_first_seconds: float = Field(30.0, gt=0, description="First look into Twilio's list for a message whose outcome is unknown.")
    proof_last_seconds: float = Field(120.0, gt=0, description="Second look; still absent then is proof that it was not sent.")
    give_up_seconds: float = Field(900.0, gt=0, description="Time after which a message that could not be sent is given up.")
    send_rate: float = Field(0.0, ge=0, description="Messages per second and channel; 0 is no limit.")
    send_concurrency: int = Field(64, ge=1, le=1024, description="Messages on the wire of one channel at once.")
    contact_rate: int = Field(60, ge=0, description="Messages a minute of one contact that are answered; 0 is no limit. Default in a lab: 0.")
    sms_countries: str = Field("", description="Countries whose SMS are answered, as ISO codes, comma-separated. Default: those of our own numbers and of the shop. *: all.")
    sms_daily_budget: int = Field(30, ge=0, description="SMS a day to one recipient; a person's words may go three times as far. 0 is no limit.")
    sms_daily_budget_total: int = Field(2_000, ge=0, description="SMS a day from one number of ours, to everybody together. 0 is no limit.")
    undo_seconds: float = Field(5.0, ge=0, le=30, description="Seconds an agent's reply waits before it leaves, so that she can call it back; 0: it leaves at once.")
    trusted_proxies: int = Field(0, ge=0, le=5, description="Reverse proxies in front whose X-Forwarded-For is believed for log-in limits.")
    check_seconds: float = Field(600.0, ge=0, description="How often providers are asked how our channels stand; 0: only when somebody asks on the page or with `flask channels status --check`.")
    alert_email: str = Field("", description="Who gets an e-mail when something is wrong, comma-separated.")
    alert_language: Literal["es", "en", "pt"] = Field("es", description="Language of those e-mails.")
    smtp_url: str = Field("", description="The mail server that sends them: smtp://user:password@host:587 or smtps://user:password@host.")
    mail_from: str = Field("", description="Who those e-mails are from. Default: the first of ALERT_EMAIL.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug shows every hop of a message.")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def lab_clock(self) -> Path:
        """The file that is a lab's clock."""
        return self.data_dir / "lab" / "clock"

    @property
    def has_own_provider(self) -> bool:
        """Whether the provider is our stand-in, on the port after ours."""
        return self.mode == "demo" or (self.mode == "lab" and self.twilio_account_sid == DEMO_ACCOUNT_SID)

    @property
    def public_bases(self) -> tuple[str, ...]:
        return tuple(base.rstrip("/") for base in listed(self.public_base_url))

    @property
    def calls_near(self) -> bool:
        """Whether hooks may call programs on this machine: to try things out, and never where strangers reach us (the
        passwords of a demo are known to everybody)."""
        hosts = [self.host, *(urlsplit(base).hostname for base in self.public_bases)]
        return self.mode != "production" and all(host in LOOPBACK for host in hosts)

    @property
    def media_path(self) -> Path:
        return Path(self.media_dir) if self.media_dir else self.data_dir / "media"

    @property
    def media_host_list(self) -> tuple[str, ...]:
        return tuple(listed(self.media_hosts))

    @property
    def orders_path(self) -> Path:
        return Path(self.orders_config) if self.orders_config else self.flows_dir / "_orders.yaml"

    @property
    def claims_path(self) -> Path:
        """What the shop agreed with its carriers about claims, where that differs from what they publish."""
        return self.flows_dir / "_claims.yaml"

    @property
    def secret_values(self) -> list[str]:
        """Every value that must never be seen in a log line."""
        single = [self.secret_key, self.meta_access_token, self.meta_verify_token, self.shop_webhook_secret]
        many = [*listed(self.twilio_auth_token), *listed(self.meta_app_secret)]
        passwords = [make_url(url).password for url in (self.database_url, self.redis_url) if "@" in url]
        passwords.append(_password_of(self.smtp_url))
        return [str(value) for value in [*single, *many, *passwords, *self._secrets_in_file()] if value]

    def _secrets_in_file(self) -> list[str]:
        """Those of the accounts file; of one that cannot be read none, and nothing starts with it."""
        try:
            return list(_secrets_of(_read_accounts(Path(self.accounts_file)))) if self.accounts_file else []
        except BadSettings:
            return []

    def accounts(self) -> dict[str, Any]:
        """Which numbers and pages are ours, as `channels.accounts` reads it. Raises BadSettings."""
        if self.accounts_file:
            return _read_accounts(Path(self.accounts_file))
        return {"twilio": self._twilio(), "meta": self._meta()}

    def _twilio(self) -> list[dict[str, Any]]:
        if not any(getattr(self, name) for name in TWILIO_FIELDS):
            return []
        return [{
            "account_sid": self.twilio_account_sid, "auth_tokens": listed(self.twilio_auth_token),
            "whatsapp": listed(self.twilio_whatsapp), "sms": listed(self.twilio_sms),
            "messenger": listed(self.twilio_messenger),
            "messaging_services": listed(self.twilio_messaging_services),
        }]

    def _meta(self) -> list[dict[str, Any]]:
        if not any(getattr(self, name) for name in META_FIELDS):
            return []
        names = ("phone_number_id", "number", "waba_id")
        numbers = [dict(zip(names, entry.split(":"), strict=False)) for entry in listed(self.meta_whatsapp)]
        return [{
            "app_id": self.meta_app_id, "app_secrets": listed(self.meta_app_secret),
            "access_token": self.meta_access_token, "verify_token": self.meta_verify_token,
            "whatsapp": numbers,
            "pages": listed(self.meta_pages), "instagram": listed(self.meta_instagram),
        }]


def _password_of(url: str) -> str:
    """The password in a URL, '' where there is none or nobody can read it."""
    try:
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""


def _secrets_of(tree: Any) -> Iterator[str]:
    """Every text below a key that names a secret, wherever it stands."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _texts_in(value) if name in SECRET_FIELDS else _secrets_of(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _secrets_of(value)


def _texts_in(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def listed(text: str) -> list[str]:
    """The entries of a comma-separated setting."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def load(**overrides: Any) -> Settings:
    """The settings of this process, with what follows from them filled in. Raises BadSettings."""
    try:
        given = Settings(**overrides)
    except ValidationError as error:
        raise BadSettings("\n".join(_sentence(problem) for problem in error.errors())) from None
    except UnicodeDecodeError:
        raise BadSettings(f"{DOTENV} is not UTF-8: save it as UTF-8.") from None
    except OSError as error:
        why = f"{DOTENV} cannot be read ({error.strerror}): let the user that runs Relevo read it."
        raise BadSettings(why) from None
    return Settings(**{**given.model_dump(), **_filled_in(given)})


def environment(path: Path = Path(DOTENV)) -> dict[str, str]:
    """The environment with what `.env` adds: where the secrets of connectors are named. The environment wins."""
    return {name: value for name, value in dotenv_values(path).items() if value is not None} | dict(os.environ)


def _filled_in(given: Settings) -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["mode"] = mode = _mode(given)
    name = "demo.db" if mode == "demo" else "relevo.db"
    found["database_url"] = _database_url(given.database_url or f"sqlite:///{(given.data_dir / name).resolve()}")
    if given.redis_url and urlsplit(given.redis_url).scheme not in ("redis", "rediss", "unix"):
        raise BadSettings("REDIS_URL: it is no address of Redis; write redis://host:6379/0, rediss://… or unix:///path, "
                          "or remove it: ./run brings a Valkey of its own.")
    if mode == "lab" and "contact_rate" not in given.model_fields_set:
        found["contact_rate"] = 0  # there one contact is made to write as nobody does
    if mode == "lab" and "undo_seconds" not in given.model_fields_set:
        found["undo_seconds"] = 0  # and nobody waits
    if mode != "production" and not given.shop_webhook_secret:
        found["shop_webhook_secret"] = LAB_SHOP_SECRET if mode == "lab" else _kept_secret(given.data_dir / "shop_secret")
    if not given.secret_key and mode != "production":
        found["secret_key"] = _kept_secret(given.data_dir / "secret_key")
    if not given.public_base_url and mode != "production":
        found["public_base_url"] = f"http://127.0.0.1:{given.port}"
    if mode == "demo" or (mode == "lab" and not _names_twilio(given)):
        found |= _own_provider(given, mode)
    return found


def _own_provider(given: Settings, mode: Mode) -> dict[str, Any]:
    """The account at our stand-in: one number in the demo, one of each kind in a lab."""
    if given.port == HIGHEST_PORT:
        raise BadSettings(f"PORT: the {mode}'s provider listens on the port after {given.port}, and there is none; "
                          "choose a smaller one.")
    more = {"twilio_sms": LAB_SMS, "twilio_messenger": LAB_PAGE} if mode == "lab" else {}
    if mode == "lab" and not given.orders_config:
        more["orders_config"] = str(_lab_orders(given.data_dir / "lab"))
    return more | {
        "twilio_account_sid": DEMO_ACCOUNT_SID, "twilio_auth_token": _kept_secret(given.data_dir / "demo_token"),
        "twilio_whatsapp": DEMO_WHATSAPP,
        "twilio_api_base": os.environ.get("TWILIO_API_BASE", f"http://127.0.0.1:{given.port + 1}"),
    }


def _lab_orders(folder: Path) -> Path:
    """The shop of a lab: the orders that tests put in, and behind them the demo's."""
    path = folder / "_orders.yaml"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = json.dumps(str((folder / "orders.json").resolve()))
        path.write_text(f"connector: lab\nsettings: {{path: {kept}}}\n", encoding="utf-8")
    return path


def _names_twilio(given: Settings) -> bool:
    """Whether Twilio, or all accounts, are somebody else's; Meta's have a place beside our stand-in for Twilio."""
    return any(getattr(given, name) for name in (*TWILIO_FIELDS, "accounts_file"))


def _provider_named(given: Settings) -> str | None:
    """The first setting that names a provider's account."""
    return next((name for name in (*TWILIO_FIELDS, *META_FIELDS, "accounts_file") if getattr(given, name)), None)


def _mode(given: Settings) -> Mode:
    """The mode that was set, else what the other settings are for. Raises BadSettings."""
    provider = _provider_named(given)
    if "mode" not in given.model_fields_set:
        return "production" if provider else "demo"
    if given.mode == "demo" and provider:
        raise BadSettings(f"MODE: a demo plays its own provider and its agents' passwords are known to everybody, but "
                          f"{provider.upper()} is set; remove MODE to serve customers, or remove what is set for them.")
    return given.mode


def _database_url(url: str) -> str:
    """The URL with the driver we use. Raises BadSettings, without repeating a password."""
    for short in ("postgresql://", "postgres://"):
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    try:
        known = make_url(url).drivername in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
    except (ArgumentError, ValueError):
        known = False
    if not known:
        raise BadSettings("DATABASE_URL: it is no address of PostgreSQL or SQLite; write "
                          "postgresql://user:password@host/name, or remove it: SQLite in DATA_DIR is the default.")
    return url


def _kept_secret(path: Path) -> str:
    """A secret made at the first start and kept in a file that only its owner can read."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise _no_data_dir(path.parent, error) from None
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise _no_data_dir(path.parent, error) from None


def _no_data_dir(folder: Path, error: OSError) -> BadSettings:
    return BadSettings(f"DATA_DIR: {folder} cannot be used ({error.strerror}); choose a folder that this user may "
                       "write to.")


def _read_accounts(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadSettings(f"ACCOUNTS_FILE: {path} cannot be read ({error.strerror}); give the path of a JSON file.") from None
    except ValueError as error:
        raise BadSettings(f"ACCOUNTS_FILE: {path} is not JSON ({error}); see docs/channels.md for its form.") from None


def _sentence(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"]).upper()
    return f"{name}: {problem['msg']} (it is {problem.get('input')!r}); see docs/running.md, heading {name}."
