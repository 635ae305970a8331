"""Every action of the console has its twin for programs, which opens to the same people and does the same."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from sqlalchemy import insert

from console.blueprint import ROUTES
from console.programs import document, mount
from console.route import Route
from conversation.work import Database, Work
from handoff import keys, sessions
from handoff.house_tables import ApiKey
from handoff.keys import Integration
from tests.console import desks, flow_shops
from tests.console.programs.conftest import Program, key_of
from tests.console.test_routes import FIELDS, OURS, QUEUED_FIRST, TABLE, WHO, World, a_world, open_database

MOUNTED = mount.mounted(ROUTES)
ACTIONS = [(route, method) for route in MOUNTED for method in route.methods if method != "GET"]
KNOWN = [pair for pair in ACTIONS if (pair[0].endpoint, pair[1]) in TABLE]
# why each of these is for a browser alone
NO_TWIN = {
    **dict.fromkeys(("submit_login", "logout", "submit_code", "confirm_login_setup", "accept_invitation", "ask_for_link",
                     "use_password_link"), "a program has a key, not a log-in"),
    **dict.fromkeys(("change_password", "confirm_second_factor", "remove_second_factor", "renew_recovery", "end_session",
                     "end_other_sessions", "forget_browsers"), "how a person comes in is hers to change, with her password"),
    **dict.fromkeys(("subscribe", "unsubscribe"), "it is the browser itself that is rung"),
    **dict.fromkeys(("try_flow", "test_flow", "hint_flow", "read_sentence", "try_policy"), "it looks, and changes nothing"),
}
DENIED = (401, 403, 404)


@dataclass
class Twins:
    """The worlds of test_routes behind one app each, with a key for everybody; each act begins with the world as it was."""

    worlds: dict[bool, World]
    databases: dict[bool, Database]
    apps: dict[bool, Flask]
    tokens: dict[str, str]
    path: Path

    def ask(self, route: Route, method: str, who: str) -> int:
        is_queued = route.endpoint in QUEUED_FIRST
        world, file = self.worlds[is_queued], self.path / f"{is_queued}.db"
        self.databases[is_queued].engine.dispose()
        for ending in ("-wal", "-shm"):
            file.with_name(file.name + ending).unlink(missing_ok=True)
        shutil.copy(world.path, file)
        path = address(route, world)
        client, body = self.apps[is_queued].test_client(), body_of(route, world.epoch)
        if who == "nobody":
            return client.open(f"/api/v1{path}", method=method, json=body).status_code
        return Program(client, self.tokens[who]).post(path, body, method).status_code


@pytest.fixture(scope="module")
def twins(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    folder, beside = tmp_path_factory.mktemp("twins"), tmp_path_factory.mktemp("as_it_was")
    made = Twins({}, {}, {}, {}, folder)
    made.tokens |= {name: f"rlv_{name.lower() * 12}" for name in WHO if name != "nobody"}
    for is_queued in (True, False):
        world = a_world(Path(shutil.copy(sqlite_template, beside / f"{is_queued}.db")), is_queued)
        database = open_database(world.path)
        with database.work() as work:
            give_keys(work, made.tokens)
        database.close()
        made.worlds[is_queued] = world
        made.databases[is_queued] = opened = open_database(folder / f"{is_queued}.db")
        made.apps[is_queued] = desks.an_app(
            opened, rerun=lambda *_: None, dismiss=lambda *_: None, channels=(OURS,), api_rate="1000000/minute",
            media_dir=beside / "media", flows=flow_shops.a_shop(opened))
    yield made
    for database in made.databases.values():
        database.close()


def give_keys(work: Work, tokens: Mapping[str, str]) -> None:
    """Keys that are the same in both worlds."""
    work.connection.execute(insert(ApiKey.__table__), [
        {"key_hash": sessions.hashed(token), "api_key_id": f"key_{name.lower()}", "agent_id": f"agt_{name.lower()}",
         "name": name, "hint": "rlv_", "created_by": "agt_sue", "created_at": work.now, "last_used_at": work.now}
        for name, token in tokens.items()])


def address(route: Route, world: World) -> str:
    """Where a route stands in this world; what the world has none of is called none."""
    return document.PLACE.sub(lambda found: world.places.get(found[1], "none"), route.rule)


def body_of(route: Route, epoch: int) -> dict[str, Any] | None:
    """What the form of test_routes would say, as far as the model has it."""
    model = route.twin.body if route.twin else None
    if model is None:
        return None
    known = {**FIELDS, "epoch": epoch, "last_seen_seq": 99}
    return document.example(model) | {name: known[name] for name in model.model_json_schema()["properties"] if name in known}


def test_every_action_of_the_console_has_its_twin_or_a_reason() -> None:
    without = {route.endpoint for route in ROUTES if route.twin is None and set(route.methods) - {"GET"}}

    assert without == set(NO_TWIN)


def test_no_two_actions_share_an_address() -> None:
    addresses = [(route.rule, method) for route in MOUNTED for method in route.methods]

    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize(("route", "method"), KNOWN, ids=[f"{route.endpoint}-{method}" for route, method in KNOWN])
def test_a_twin_is_shut_to_whom_the_form_is(twins: Twins, route: Route, method: str) -> None:
    by_form = dict(zip(WHO, TABLE[route.endpoint, method], strict=True))
    asked = [who for who in WHO if by_form[who] != 422]  # what was wrong with the form says nothing of who may
    found = {who: twins.ask(route, method, who) for who in asked}

    assert {who: status for who, status in found.items() if status in DENIED} == {
        who: 401 if who == "nobody" else by_form[who] for who in asked if who == "nobody" or by_form[who] in (404, 403)}


def test_a_twin_answers_what_the_form_answers(database: Database) -> None:
    with database.work() as work:
        desks.people(work)
        first, second = (desks.a_story(work, name) for name in ("Marta", "Rita"))
    app = desks.an_app(database)
    by_form = desks.post(desks.enter(app, "Ana"), f"/console/tickets/{first[1]}/claim", {"Accept": "application/json"}, epoch=1)
    by_key = Program(app.test_client(), key_of(app, "Ana")).post(f"/tickets/{second[1]}/claim", {"epoch": 1})

    assert set(by_key.json) == set(by_form.json)
    assert (by_key.json["holder"], by_key.json["epoch"]) == (by_form.json["holder"], by_form.json["epoch"])


def test_the_document_is_openapi_and_has_every_route() -> None:
    made = json.loads(json.dumps(document.document(MOUNTED)))
    validate(made)

    told = {(path, method) for path, one in made["paths"].items() for method in one}
    assert told == {(document.PLACE.sub(r"{\1}", route.rule), method.lower()) for route in MOUNTED for method in route.methods}


def test_everything_that_the_document_refers_to_is_in_it() -> None:
    made = document.document(MOUNTED)
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(made)))

    assert named <= set(made["components"]["schemas"])


def test_every_action_says_what_it_does() -> None:
    assert [route.endpoint for route in MOUNTED if not (route.twin and route.twin.summary.strip())] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=5)


@st.composite
def asked(draw: st.DrawFn) -> tuple[Route, str, Any]:
    """An action with some body: half of its own fields, with anything in them."""
    route, method = draw(st.sampled_from(ACTIONS))
    names = list(route.twin.body.model_json_schema()["properties"]) if route.twin and route.twin.body else []
    fields = st.dictionaries(st.sampled_from([*names, "colour"]), JSON, max_size=6)
    return route, method, draw(fields | JSON)


@pytest.fixture(scope="module")
def admin(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, World]]:
    world = a_world(Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("fuzz") / "relevo.db")), True)
    database = open_database(world.path)
    with database.work() as work:
        token = keys.add(work, Integration("Fuzz", "admin"), "agt_sue").token
    app = desks.an_app(database, rerun=lambda *_: None, dismiss=lambda *_: None, channels=(OURS,), api_rate="1000000/minute",
                       media_dir=world.path.parent / "media", flows=flow_shops.a_shop(database))
    yield Program(app.test_client(), token), world
    database.close()


@given(asked())
@settings(max_examples=80)
def test_no_body_at_all_breaks_it(admin: tuple[Program, World], one: tuple[Route, str, Any]) -> None:
    (program, world), (route, method, body) = admin, one
    path = address(route, world)

    assert program.post(path, body, method).status_code < 500


@given(st.sampled_from([route for route in MOUNTED if "GET" in route.methods]),
       st.dictionaries(st.sampled_from(["tab", "queue", "page", "after", "q", "from", "to", "days", "language"]),
                       st.text(max_size=12), max_size=3))
@settings(max_examples=50)
def test_no_query_at_all_breaks_it(admin: tuple[Program, World], route: Route, query: dict[str, str]) -> None:
    program, world = admin
    path = address(route, world)
    answer = program.client.get(f"/api/v1{path}", query_string=query, headers={"Authorization": f"Bearer {program.token}"})

    assert answer.status_code < 500
    answer.close()
