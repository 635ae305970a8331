"""What ./run is told before it starts the others."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from operations import migrations, prepare
from operations.errors import BackupFailed
from tests.operations.conftest import MakeSettings


@pytest.fixture
def demo(a_setting: MakeSettings) -> config.Settings:
    return a_setting(mode="demo", port=8100)


@pytest.mark.parametrize(("locale", "words"), [("es_ES.UTF-8", "Modo de demostración"), ("en_GB.UTF-8", "Demo mode"), ("", "Demo mode")])
def test_the_greeting_speaks_the_language_of_the_terminal(demo: config.Settings, locale: str, words: str) -> None:
    assert words in "\n".join(prepare.greeting(demo, locale))


def test_the_greeting_of_a_demo_has_one_address_and_every_log_in(demo: config.Settings) -> None:
    said = "\n".join(prepare.greeting(demo, "en"))

    assert said.count("http://127.0.0.1:8100") == 1 and said.count("@demo.example") == 6


def test_the_greeting_with_customers_names_no_log_in(a_setting: MakeSettings) -> None:
    said = prepare.greeting(a_setting(host="0.0.0.0"), "en")

    assert said == ["Relevo is up. Console: http://127.0.0.1:8000/console/"]


def test_the_demos_provider_listens_on_the_next_port(demo: config.Settings) -> None:
    provider = prepare.found(demo, {})["provider"]

    assert provider[provider.index("--port") + 1] == "8101"


def test_a_token_that_begins_with_a_dash_is_no_option_of_the_provider(demo: config.Settings) -> None:
    provider = prepare.found(demo.model_copy(update={"twilio_auth_token": "-YrqJ"}), {})["provider"]

    assert "--auth-token=-YrqJ" in provider


def test_with_customers_no_provider_is_played(a_setting: MakeSettings) -> None:
    assert prepare.found(a_setting(), {})["provider"] == []


def test_a_database_with_something_in_it_is_backed_up_before_it_is_changed(a_setting: MakeSettings) -> None:
    given = a_setting()
    migrations.upgrade(given.database_url, to="0002")

    prepare.bring_up_to_date(given)

    assert len(list((given.data_dir / "backups").glob("before-migration-*.tar.gz"))) == 1


def test_no_backup_no_migration(a_setting: MakeSettings, tmp_path: Path) -> None:
    given = a_setting()
    migrations.upgrade(given.database_url, to="0002")
    (given.data_dir / "backups").write_text("a file where a folder should be", encoding="ascii")

    with pytest.raises((BackupFailed, OSError)):
        prepare.bring_up_to_date(given)
