"""Settings that are unsafe, or that do not fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from channels import accounts
from channels.errors import BadAccounts
from config import BadSettings
from operations import network
from operations.checks.finding import Finding, Patient

SHORTEST_SECRET_KEY = 32
PLACEHOLDERS = frozenset(("change-me", "changeme", "secret", "dev", "test", "password"))
NEW_SECRET = "set SECRET_KEY to what this prints: ./run python -c 'import secrets; print(secrets.token_urlsafe(32))'"


def secret_key(patient: Patient) -> Iterator[Finding]:
    """The key of the cookies and of the hashes."""
    key = patient.settings.secret_key
    if not key:
        yield Finding("secret_key", patient.serious, "SECRET_KEY is not set: cookies cannot be signed.", NEW_SECRET)
    elif key.lower() in PLACEHOLDERS or len(key) < SHORTEST_SECRET_KEY:
        yield Finding("secret_key", patient.serious,
                      f"SECRET_KEY can be guessed: it is shorter than {SHORTEST_SECRET_KEY} characters or a common word.",
                      NEW_SECRET)
    else:
        yield Finding("secret_key", "ok", "SECRET_KEY is set.")


def lab_mode(patient: Patient) -> Iterator[Finding]:
    """Lab mode may speak http, so it must not be reachable from outside."""
    if not patient.is_lab:
        return
    settings = patient.settings
    hosts = [settings.host, *(network.host_of(base) for base in settings.public_bases)]
    outside = [host for host in hosts if host and not network.is_loopback(host)]
    if outside:
        yield Finding("lab_mode", "fail", f"MODE is lab, which allows http, and {outside[0]} is not this machine alone.",
                      "set MODE=production, or use 127.0.0.1 for HOST and PUBLIC_BASE_URL")
    else:
        yield Finding("lab_mode", "warn", "MODE is lab: http to this machine is allowed. Not for customers.",
                      "set MODE=production where customers write")


def public_base_url(patient: Patient) -> Iterator[Finding]:
    """Signatures are checked against this address, so it must be what providers call."""
    settings = patient.settings
    if patient.is_demo:
        return
    if not settings.public_bases:
        yield Finding("public_base_url", "fail", "PUBLIC_BASE_URL is not set: no webhook's signature can be checked.",
                      "set it to the https address that you entered at Twilio or Meta, up to where /webhooks begins")
    for base in settings.public_bases:
        yield _public_base(patient, base)


def _public_base(patient: Patient, base: str) -> Finding:
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return Finding("public_base_url", "fail", f"PUBLIC_BASE_URL {base} is no web address.",
                       "write what providers call, up to where /webhooks begins: https://chat.example.com")
    if "/webhooks" in parts.path or parts.query or parts.fragment:
        return Finding("public_base_url", "fail", f"PUBLIC_BASE_URL {base} must end before /webhooks.",
                       "remove what stands from /webhooks on: Relevo adds it itself")
    if parts.scheme == "https":
        return Finding("public_base_url", "ok", f"Providers call {base}.")
    if patient.is_lab and parts.scheme == "http" and network.is_loopback(parts.hostname or ""):
        return Finding("public_base_url", "ok", f"Lab: providers call {base}.")
    return Finding("public_base_url", "fail", f"PUBLIC_BASE_URL {base} is not https: what customers write would travel open.",
                   "put a reverse proxy with a certificate in front, and enter its https address here and at the provider")


def provider_addresses(patient: Patient) -> Iterator[Finding]:
    """Tokens go to these addresses."""
    settings = patient.settings
    if patient.is_demo:
        return
    for name, base in (("TWILIO_API_BASE", settings.twilio_api_base), ("META_GRAPH_BASE", settings.meta_graph_base)):
        parts = urlsplit(base)
        is_lab_loopback = patient.is_lab and network.is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not is_lab_loopback:
            yield Finding("provider_addresses", "fail", f"{name} {base} is not https: tokens would travel open.",
                          f"remove {name}, or set an https address")


def our_accounts(patient: Patient) -> Iterator[Finding]:
    """Who we are at the providers: every account with its secrets, and the numbers that are ours."""
    try:
        ours = accounts.read(patient.settings.accounts())
    except (BadAccounts, BadSettings) as error:
        yield Finding("accounts", "fail", str(error),
                      "mend TWILIO_… or META_… in .env, or the file that ACCOUNTS_FILE names; see docs/channels.md")
        return
    if not ours.twilio and not ours.meta:
        yield Finding("accounts", "warn", "No account of Twilio or Meta is set: nobody can write to us.",
                      "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or META_APP_SECRET and META_ACCESS_TOKEN, in .env")
    for sid, account in ours.twilio.items():
        if not any(account.senders.values()) and not account.messaging_services:
            yield Finding("accounts", "warn", f"Twilio's account {sid[:6]}… has no numbers: everything it sends us is refused.",
                          "list our numbers in TWILIO_WHATSAPP or TWILIO_SMS")
    for app in ours.meta:
        if not any(app.senders.values()):
            yield Finding("accounts", "warn", "The app at Meta has no numbers, pages or Instagram accounts: everything it sends us is put by.",
                          "list them in META_WHATSAPP, META_PAGES or META_INSTAGRAM")
    if ours.twilio or ours.meta:
        yield Finding("accounts", "ok", f"{len(ours.twilio)} account(s) at Twilio, {len(ours.meta)} app(s) at Meta.")


def proxies(patient: Patient) -> Iterator[Finding]:
    """Behind a proxy everybody comes from one address, unless we are told to believe what the proxy says."""
    settings = patient.settings
    is_behind = any(base.startswith("https:") for base in settings.public_bases) and not patient.is_demo
    if is_behind and not settings.trusted_proxies:
        yield Finding("proxies", "warn", "TRUSTED_PROXIES is 0: behind a reverse proxy all failed log-ins count for one "
                      "address, and 20 of a stranger's lock every agent out for 15 minutes.",
                      "set TRUSTED_PROXIES to the number of proxies in front that write X-Forwarded-For, usually 1")


CHECKS = (secret_key, lab_mode, public_base_url, provider_addresses, our_accounts, proxies)
