"""Databases without tables, and settings that belong to nobody's environment."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import config
from operations import migrations

MakeSettings = Callable[..., config.Settings]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'relevo.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"empty_{uuid.uuid4().hex}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def migrated_url(empty_url: str) -> str:
    """A database at the newest migration."""
    migrations.upgrade(empty_url)
    return empty_url


@pytest.fixture
def a_setting(tmp_path: Path) -> MakeSettings:
    """Settings of a sound production on SQLite; a test says what differs."""

    def make(**given: Any) -> config.Settings:
        data = tmp_path / "data"
        data.mkdir(mode=0o700, exist_ok=True)
        sound = {
            "mode": "production", "data_dir": data, "database_url": f"sqlite:///{data / 'relevo.db'}",
            "public_base_url": "https://shop.example", "secret_key": "k" * 40, "twilio_account_sid": "AC" + "1" * 32,
            "twilio_auth_token": "t" * 32, "twilio_whatsapp": "+34600000001", "flows_dir": Path("flows"),
        }
        return config.Settings(_env_file=None, **{**sound, **given})

    return make
