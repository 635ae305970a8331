"""Redis: it may be absent, but it must not throw things out or stand open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import redis

from operations import network
from operations.checks.finding import Finding, Patient

TIMEOUT_SECONDS = 1.0


def waker(patient: Patient) -> Iterator[Finding]:
    """What answers at REDIS_URL, and how it is kept."""
    url = patient.settings.redis_url
    if not url:
        yield Finding("redis", "ok", "REDIS_URL is not set: ./run brings a Valkey of its own.")
        return
    yield from _door(url)
    client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=None,
                                  decode_responses=True)
    try:
        yield _policy(client)
    except (redis.RedisError, OSError) as error:
        yield Finding("redis", "warn", f"Redis does not answer ({type(error).__name__}): everything works, about a second later.",
                      "start it, or remove REDIS_URL")
    finally:
        client.close()


def _door(url: str) -> Iterator[Finding]:
    """Whoever reaches Redis can forge wake-ups and read which conversations are live."""
    parts = urlsplit(url)
    host = network.host_of(url)
    if parts.scheme == "unix" or network.is_loopback(host):
        return
    if not parts.password:
        yield Finding("redis_door", "fail", f"Redis at {host} is reached over the network without a password.",
                      "set a password there (requirepass) and in REDIS_URL: rediss://:password@host:6379/0")
    elif parts.scheme != "rediss":
        yield Finding("redis_door", "warn", f"The way to Redis at {host} is not encrypted: its password travels open.",
                      "use rediss:// where that network is not yours alone")


def _policy(client: Any) -> Finding:
    client.ping()
    try:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "")
    except redis.ResponseError:
        policy = client.info("memory").get("maxmemory_policy", "")
    if policy == "noeviction":
        return Finding("redis", "ok", "Redis answers and throws nothing out.")
    if not policy:
        return Finding("redis", "warn", "Redis does not say what it does when its memory is full.",
                       "see to it that maxmemory-policy is noeviction")
    return Finding("redis", "fail", f"Redis throws things out when its memory is full (maxmemory-policy {policy}): jobs would "
                   "disappear without a word.", "set maxmemory-policy noeviction")


CHECKS = (waker,)
