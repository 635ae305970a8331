"""`flask agents` and `flask queues`, as they are typed."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask

from handoff import access, agents, commands, queues
from tests.handoff.conftest import House

Run = Callable[..., Result]


@pytest.fixture
def run(house: House) -> Run:
    app = Flask("desk")
    app.extensions["relevo"] = SimpleNamespace(
        database=house.database, settings=SimpleNamespace(public_bases=("https://chat.example",)))
    app.cli.add_command(commands.agents)
    app.cli.add_command(commands.queues)
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


def test_an_invitation_is_a_link_that_lets_somebody_in(house: House, run: Run):
    result = run("agents", "invite", "Eva", "eva@example.com", "--queues", "shipping, returns", "--role", "supervisor")

    path, token = result.output.strip().rsplit("/", 1)
    assert path == "https://chat.example/console/invitations"
    eva = house.ask(access.viewer, agents.accept(house.database, token, "una clave larga"))
    assert (eva.role, eva.queues) == ("supervisor", {"shipping", "returns"})


@pytest.mark.parametrize("words", [
    ("agents", "invite", "Eva", "eva@example.com", "--queues", "nowhere"),
    ("agents", "invite", "Ana", "ana@example.com"),
    ("agents", "deactivate", "nobody@example.com"),
    ("agents", "reset-password", "nobody@example.com"),
    ("agents", "invite", "Eva", "eva@example.com", "--zone", "Europe/Nowhere"),
    ("queues", "add", "shipping", "--es", "Envíos"),
    ("queues", "add", "billing", "--es", "Pagos", "--zone", "../etc/passwd"),
    ("queues", "hours", "nowhere", "always"),
    ("queues", "hours", "shipping", "whenever"),
    ("queues", "hours", "shipping", "always", "--holidays", "Christmas"),
])
def test_a_mistake_is_a_sentence_and_an_exit_code(run: Run, words: tuple[str, ...]):
    result = run(*words)

    assert result.exit_code == 1
    assert result.output.startswith("Error: ") and result.output.strip().endswith(".")


def test_agents_are_listed_with_queues_and_state(run: Run):
    run("agents", "deactivate", "bo@example.com")

    lines = run("agents", "list").output.splitlines()

    assert "Ana\tana@example.com\tagent\tshipping\tinvited" in lines
    assert "Bo\tbo@example.com\tagent\treturns\tdeactivated" in lines


def test_a_reset_prints_a_new_link(house: House, run: Run):
    token = run("agents", "reset-password", "ana@example.com").output.strip().rsplit("/", 1)[1]

    assert agents.accept(house.database, token, "una clave larga") == "agt_ana"


def test_a_queue_is_added_with_its_titles(house: House, run: Run):
    run("queues", "add", "billing", "--es", "Pagos", "--en", "Payments", "--promise", "30", "--zone", "America/Lima")

    queue = house.ask(queues.get, "billing")
    assert queue["titles"] == {"es": "Pagos", "en": "Payments", "pt": "Pagos"}
    assert (queue["promise_minutes"], queue["time_zone"]) == (30, "America/Lima")


def test_hours_and_holidays_are_set(house: House, run: Run):
    run("queues", "hours", "shipping", "mon-fri 09:00-14:00", "--holidays", "2026-12-25")

    queue = house.ask(queues.get, "shipping")
    assert queue["hours"]["fri"] == [["09:00", "14:00"]]
    assert queue["holidays"] == ["2026-12-25"]


def test_new_hours_leave_the_holidays_alone(house: House, run: Run):
    run("queues", "hours", "shipping", "always", "--holidays", "2026-12-25")
    run("queues", "hours", "shipping", "mon 09:00-14:00")

    assert house.ask(queues.get, "shipping")["holidays"] == ["2026-12-25"]


def test_queues_are_listed_with_who_is_on_duty(run: Run):
    run("queues", "hours", "returns", "sun 09:00-10:00")

    assert run("queues", "list").output.splitlines() == [
        "returns\tDevoluciones\t15 min\tEurope/Madrid\tclosed\t-",
        "shipping\tEnvíos\t15 min\tEurope/Madrid\topen\tdefault",
    ]
