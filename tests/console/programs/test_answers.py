"""What the document says of answers is what programs get."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from console.programs import answers, document
from handoff import hooks, keys, skill_book
from handoff.keys import Integration
from tests.console import desks, flow_shops
from tests.console.programs.conftest import Program
from tests.console.programs.test_twins import MOUNTED, address
from tests.console.test_routes import OURS, World, a_world, open_database

SHAPED = [route for route in MOUNTED if "GET" in route.methods and route.endpoint in answers.endpoints()]
NEEDS_MORE = {"admin_text"}  # a shop with texts of its own, see test_admin.py
QUERIES = {"api_conversations": "?tab=all", "api_search": "?q=Marta", "api_events": "?after=0", "api_reports": "?days=30"}


@pytest.fixture(scope="module", params=[True, False], ids=["queued", "held"])
def shop(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, World]]:
    folder = tmp_path_factory.mktemp("answers")
    world = a_world(Path(shutil.copy(sqlite_template, folder / "relevo.db")), request.param)
    database = open_database(world.path)
    with database.work() as work:
        token = keys.add(work, Integration("Reader", "admin"), "agt_sue").token
        skill_book.add(work, "refunds", {"es": "Reembolsos"}, "agt_sue")
        world.places["hook_id"] = hooks.add(work, "https://erp.example/in", ["claim"], False, "agt_sue").hook_id
    app = desks.an_app(database, channels=(OURS,), media_dir=folder / "media", flows=flow_shops.a_shop(database))
    yield Program(app.test_client(), token), world
    database.close()


def test_every_shape_is_of_an_answer_that_there_is() -> None:
    assert {route.endpoint for route in SHAPED} == answers.endpoints()


def test_no_shape_bears_the_name_of_a_body() -> None:
    assert not set(answers.shapes()) & ({"Error", "Done"} | set(document._models(MOUNTED)))


@pytest.mark.parametrize("route", [one for one in SHAPED if one.endpoint not in NEEDS_MORE], ids=lambda one: one.endpoint)
def test_what_comes_is_what_the_document_says(shop: tuple[Program, World], route: Any) -> None:
    program, world = shop
    answer = program.get(address(route, world) + QUERIES.get(route.endpoint, ""))
    wanted = answers.of(route.endpoint) | {"components": {"schemas": answers.shapes()}}

    assert answer.status_code == 200
    assert [f"{one.json_path}: {one.message[:200]}" for one in Draft202012Validator(wanted).iter_errors(answer.json)] == []


def test_a_wrong_answer_would_not_fit() -> None:
    wanted = answers.of("api_conversations") | {"components": {"schemas": answers.shapes()}}
    wrong = {"tab": "all", "page": "1", "counts": {}, "latest": 0, "conversations": [{"conversation": "cnv_1"}]}

    assert len(list(Draft202012Validator(wanted).iter_errors(wrong))) > 5
