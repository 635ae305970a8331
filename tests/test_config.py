"""Settings: what is wrong is told in a sentence that names the setting and the mend; `.env` counts everywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import config

MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"database_url": "garbage"}, "DATABASE_URL"),
    ({"database_url": "mysql://u:hunter2@h/shop"}, "DATABASE_URL"),
    ({"database_url": "postgresql://u:hunter2@h:port/shop"}, "DATABASE_URL"),
    ({"redis_url": "localhost:6379"}, "REDIS_URL"),
    ({"port": 65_535}, "PORT"),
    ({"data_dir": Path("/proc/nowhere")}, "DATA_DIR"),
    ({"mode": "demo", "meta_app_secret": "s"}, "META_APP_SECRET"),
    ({"mode": "demo", "twilio_whatsapp": "+34600000001"}, "TWILIO_WHATSAPP"),
    ({"mode": "prod"}, "MODE"),
]


@pytest.mark.parametrize(("given", "name"), MISTAKES, ids=str)
def test_a_wrong_setting_is_named_without_its_password(given: dict[str, Any], name: str, tmp_path: Path) -> None:
    with pytest.raises(config.BadSettings) as refused:
        config.load(**{"_env_file": None, "data_dir": tmp_path, **given})

    assert name in str(refused.value) and "hunter2" not in str(refused.value)


@pytest.mark.parametrize("name", [*config.TWILIO_FIELDS, *config.META_FIELDS])
def test_whatever_is_set_of_a_provider_ends_the_demo(name: str, tmp_path: Path) -> None:
    assert config.load(_env_file=None, data_dir=tmp_path, **{name: "x"}).mode == "production"


@pytest.mark.parametrize("name", ["twilio_whatsapp", "meta_verify_token"])
def test_half_an_account_is_not_no_account(name: str, tmp_path: Path) -> None:
    given = config.load(_env_file=None, data_dir=tmp_path, **{name: "x"}).accounts()

    assert given["twilio"] or given["meta"]


@pytest.mark.parametrize("url", ["postgres://u@h/shop", "postgresql://u@h/shop", "postgresql+psycopg://u@h/shop"])
def test_every_spelling_of_postgresql_means_our_driver(url: str, tmp_path: Path) -> None:
    given = config.load(_env_file=None, data_dir=tmp_path, database_url=url)

    assert given.database_url == "postgresql+psycopg://u@h/shop"


def test_an_env_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SECRET_KEY=\xff\xfe")
    with pytest.raises(config.BadSettings, match="UTF-8"):
        config.load(_env_file=tmp_path / ".env", data_dir=tmp_path)


def test_what_env_names_for_a_connector_is_part_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SHOP_TOKEN=abc\nPATH=never\n", encoding="utf-8")
    found = config.environment(tmp_path / ".env")

    assert found["SHOP_TOKEN"] == "abc" and found["PATH"] != "never"


@pytest.mark.parametrize(("given", "rate"), [({}, 60), ({"mode": "lab"}, 0), ({"mode": "lab", "contact_rate": 7}, 7)])
def test_a_lab_may_make_one_contact_write_without_end(given: dict[str, Any], rate: int, tmp_path: Path) -> None:
    assert config.load(_env_file=None, data_dir=tmp_path, **given).contact_rate == rate


@pytest.mark.parametrize(("given", "near"), [
    ({}, True), ({"mode": "lab"}, True), ({"mode": "production"}, False),
    ({"host": "0.0.0.0"}, False), ({"public_base_url": "https://demo.example"}, False)], ids=str)
def test_only_a_house_that_nobody_else_reaches_calls_programs_beside_it(
    given: dict[str, Any], near: bool, tmp_path: Path
) -> None:
    assert config.load(_env_file=None, data_dir=tmp_path, **given).calls_near is near


def test_the_example_of_an_env_file_has_every_setting_and_no_other() -> None:
    example = (Path(config.__file__).parent / ".env.example").read_text(encoding="utf-8")
    shown = re.findall(r"^#?([A-Z][A-Z_]+)=", example, re.MULTILINE)

    assert sorted(shown) == sorted(name.upper() for name in config.Settings.model_fields)


def test_the_example_of_an_env_file_shows_the_defaults(tmp_path: Path) -> None:
    example = (Path(config.__file__).parent / ".env.example").read_text(encoding="utf-8")
    names = ("UNDO_SECONDS", "API_RATE", "TWILIO_API_BASE", "GIVE_UP_SECONDS", "MEDIA_MAX_BYTES", "CONTACT_RATE")
    shown = re.findall(rf"^#((?:{'|'.join(names)})=.*)$", example, re.MULTILINE)
    (tmp_path / ".env").write_text("\n".join(shown), encoding="utf-8")

    told, untold = (config.Settings(_env_file=file) for file in (tmp_path / ".env", None))
    assert len(shown) == len(names) and told.model_dump() == untold.model_dump()
