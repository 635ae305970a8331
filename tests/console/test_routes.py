"""Every route × {Ana, Bo, Sue, Max, nobody}: who may do what with Ana's conversation. A new route needs a row."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert

from console import here
from console.blueprint import ROUTES
from console.pages.live import TAIL
from console.tail import Tail
from conversation.channel_health import Ours
from conversation.tables import DeadLetter
from conversation.work import Database
from handoff import access, agents, saved_replies, sessions
from handoff.agents import Person
from handoff.saved_replies import Wording
from tests.builders import Bell, HandClock, a_wiring, the_conversation
from tests.console import desks, flow_shops
from tests.engines import sharing_words

OURS = Ours("twilio-whatsapp", "+34600000002", "+34600000002")
WHO = ("Ana", "Bo", "Sue", "Max", "nobody")
LOGIN = 303
Visit = Callable[[str, str, str], int]

# (endpoint, method): what each of them gets; the ticket is in Ana's hands, but for QUEUED_FIRST.
TABLE: dict[tuple[str, str], tuple[int, int, int, int, int]] = {
    ("front", "GET"): (302, 302, 302, 302, LOGIN),
    ("conversations", "GET"): (200, 200, 200, 200, LOGIN),
    ("list_fragment", "GET"): (200, 200, 200, 200, LOGIN),
    ("counts_fragment", "GET"): (200, 200, 200, 200, LOGIN),
    ("nav_fragment", "GET"): (200, 200, 200, 200, LOGIN),
    ("conversation", "GET"): (200, 404, 200, 404, LOGIN),
    ("panel", "GET"): (200, 404, 200, 404, LOGIN),
    ("thread_fragment", "GET"): (200, 404, 200, 404, LOGIN),
    ("search", "GET"): (200, 200, 200, 200, LOGIN),
    ("api_search", "GET"): (200, 200, 200, 200, 401),
    ("start", "GET"): (200, 200, 200, 200, LOGIN),
    ("begin", "POST"): (422, 422, 422, 422, LOGIN),
    ("bulk", "POST"): (303, 303, 303, 303, LOGIN),
    ("mark_unread", "POST"): (303, 404, 303, 404, LOGIN),
    ("add_tag", "POST"): (303, 404, 303, 404, LOGIN),
    ("remove_tag", "POST"): (303, 404, 303, 404, LOGIN),
    ("contact", "GET"): (200, 404, 200, 404, LOGIN),
    ("join_contact", "POST"): (404, 404, 404, 404, LOGIN),
    ("part_contact", "POST"): (409, 404, 409, 404, LOGIN),
    ("set_vip", "POST"): (303, 404, 303, 404, LOGIN),
    ("claim", "POST"): (303, 404, 303, 404, LOGIN),
    ("unclaim", "DELETE"): (303, 404, 303, 404, LOGIN),
    ("release", "POST"): (303, 404, 303, 404, LOGIN),
    ("accept_offer", "POST"): (303, 404, 409, 404, LOGIN),
    ("refuse_offer", "DELETE"): (409, 404, 409, 404, LOGIN),
    ("decline_offer", "POST"): (409, 404, 409, 404, LOGIN),
    ("assign", "POST"): (403, 404, 422, 404, LOGIN),
    ("presence", "POST"): (303, 303, 303, 303, LOGIN),
    ("api_agents", "GET"): (200, 200, 200, 200, 401),
    ("save_draft", "POST"): (303, 404, 303, 404, LOGIN),
    ("saved_list", "GET"): (200, 404, 200, 404, LOGIN),
    ("saved_one", "GET"): (303, 404, 303, 404, LOGIN),
    ("snooze", "POST"): (303, 404, 303, 404, LOGIN),
    ("look", "POST"): (204, 404, 204, 404, LOGIN),
    ("viewers", "GET"): (200, 404, 200, 404, LOGIN),
    ("status_line", "GET"): (200, 404, 200, 404, LOGIN),
    ("targets", "GET"): (200, 404, 200, 404, LOGIN),
    ("notices", "GET"): (200, 200, 200, 200, LOGIN),
    ("notices_seen", "POST"): (303, 303, 303, 303, LOGIN),
    ("undo", "POST"): (409, 404, 409, 404, LOGIN),
    ("whisper", "POST"): (403, 404, 303, 404, LOGIN),
    ("commands", "GET"): (200, 200, 200, 200, LOGIN),
    ("transfer", "POST"): (303, 404, 303, 404, LOGIN),
    ("takeover", "POST"): (303, 404, 409, 404, LOGIN),
    ("resolve", "POST"): (303, 404, 303, 404, LOGIN),
    ("return_ticket", "POST"): (303, 404, 303, 404, LOGIN),
    ("judge", "POST"): (303, 404, 303, 404, LOGIN),
    ("withdraw_verdict", "DELETE"): (303, 404, 303, 404, LOGIN),
    ("reply", "POST"): (303, 404, 409, 404, LOGIN),
    ("send_template", "POST"): (303, 404, 409, 404, LOGIN),
    ("block", "POST"): (303, 404, 303, 404, LOGIN),
    ("unblock_too", "DELETE"): (303, 404, 303, 404, LOGIN),
    ("unblock", "POST"): (303, 404, 303, 404, LOGIN),
    ("blocked", "GET"): (404, 404, 200, 404, LOGIN),
    ("ticket_note", "POST"): (303, 404, 303, 404, LOGIN),
    ("conversation_note", "POST"): (303, 404, 303, 404, LOGIN),
    ("retry", "POST"): (303, 404, 409, 404, LOGIN),
    ("me", "GET"): (200, 200, 200, 200, LOGIN),
    ("save_me", "POST"): (303, 303, 303, 303, LOGIN),
    ("trouble", "GET"): (404, 404, 200, 404, LOGIN),
    ("rerun", "POST"): (404, 404, 303, 404, LOGIN),
    ("dismiss", "POST"): (404, 404, 303, 404, LOGIN),
    ("supervision", "GET"): (404, 404, 200, 404, LOGIN),
    ("wall_pause", "POST"): (404, 404, 303, 404, LOGIN),
    ("wall_presence", "POST"): (404, 404, 422, 404, LOGIN),
    ("requeue_all", "POST"): (404, 404, 303, 404, LOGIN),
    ("pull_forward", "POST"): (404, 404, 303, 404, LOGIN),
    ("reports", "GET"): (404, 404, 200, 404, LOGIN),
    ("api_reports", "GET"): (404, 404, 200, 404, 401),
    ("report_tickets", "GET"): (404, 404, 200, 404, LOGIN),
    ("report_cases", "GET"): (404, 404, 200, 404, LOGIN),
    ("report_file", "GET"): (404, 404, 200, 404, LOGIN),
    ("understanding", "GET"): (404, 404, 200, 404, LOGIN),
    ("read_sentence", "POST"): (404, 404, 200, 404, LOGIN),
    ("try_policy", "POST"): (404, 404, 200, 404, LOGIN),
    ("apply_policy", "POST"): (404, 404, 422, 404, LOGIN),
    ("channels", "GET"): (404, 404, 200, 404, LOGIN),
    ("check_channel", "POST"): (404, 404, 303, 404, LOGIN),
    ("resume_channel", "POST"): (404, 404, 303, 404, LOGIN),
    ("try_channel", "POST"): (404, 404, 303, 404, LOGIN),
    ("settle_alarm", "POST"): (404, 404, 303, 404, LOGIN),
    ("flows", "GET"): (404, 404, 200, 404, LOGIN),
    ("new_flow", "POST"): (404, 404, 303, 404, LOGIN),
    ("flow", "GET"): (404, 404, 200, 404, LOGIN),
    ("save_flow_draft", "POST"): (404, 404, 303, 404, LOGIN),
    ("try_flow", "POST"): (404, 404, 303, 404, LOGIN),
    ("save_flow_case", "POST"): (404, 404, 422, 404, LOGIN),
    ("test_flow", "POST"): (404, 404, 200, 404, LOGIN),
    ("hint_flow", "POST"): (404, 404, 200, 404, LOGIN),
    ("delete_flow", "POST"): (404, 404, 303, 404, LOGIN),
    ("flow_changes", "GET"): (404, 404, 200, 404, LOGIN),
    ("publish_flows", "POST"): (404, 404, 303, 404, LOGIN),
    ("discard_flow", "POST"): (404, 404, 303, 404, LOGIN),
    ("merge_flow", "POST"): (404, 404, 404, 404, LOGIN),
    ("flow_set", "GET"): (404, 404, 200, 404, LOGIN),
    ("roll_back_flows", "POST"): (404, 404, 409, 404, LOGIN),
    ("admin", "GET"): (404, 404, 200, 404, LOGIN),
    ("admin_queues", "GET"): (404, 404, 200, 404, LOGIN),
    ("add_queue", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_queue", "GET"): (404, 404, 200, 404, LOGIN),
    ("change_queue", "POST"): (404, 404, 404, 404, LOGIN),
    ("pause_queue", "POST"): (404, 404, 404, 404, LOGIN),
    ("retire_queue", "POST"): (404, 404, 404, 404, LOGIN),
    ("revive_queue", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_hours", "GET"): (404, 404, 200, 404, LOGIN),
    ("admin_queue_hours", "GET"): (404, 404, 200, 404, LOGIN),
    ("change_hours", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_sla", "GET"): (404, 404, 200, 404, LOGIN),
    ("change_sla", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_agents", "GET"): (404, 404, 404, 404, LOGIN),
    ("invite_agent", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_agent", "GET"): (404, 404, 404, 404, LOGIN),
    ("change_agent", "POST"): (404, 404, 404, 404, LOGIN),
    ("deactivate_agent", "POST"): (404, 404, 404, 404, LOGIN),
    ("revive_agent", "POST"): (404, 404, 404, 404, LOGIN),
    ("sign_out_agent", "POST"): (404, 404, 404, 404, LOGIN),
    ("reset_agent_password", "POST"): (404, 404, 404, 404, LOGIN),
    ("reset_agent_factor", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_roles", "GET"): (404, 404, 404, 404, LOGIN),
    ("change_role", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_skills", "GET"): (404, 404, 404, 404, LOGIN),
    ("add_skill", "POST"): (404, 404, 404, 404, LOGIN),
    ("change_skill", "POST"): (404, 404, 404, 404, LOGIN),
    ("remove_skill", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_replies", "GET"): (200, 200, 200, 200, LOGIN),
    ("add_reply", "POST"): (422, 422, 422, 422, LOGIN),
    ("new_reply", "GET"): (200, 200, 200, 200, LOGIN),
    ("export_replies", "GET"): (200, 200, 200, 200, LOGIN),
    ("import_replies", "POST"): (404, 404, 422, 404, LOGIN),
    ("admin_reply", "GET"): (200, 404, 200, 404, LOGIN),
    ("change_reply", "POST"): (422, 404, 422, 404, LOGIN),
    ("retire_reply", "POST"): (403, 404, 303, 404, LOGIN),
    ("admin_texts", "GET"): (404, 404, 404, 404, LOGIN),
    ("admin_text", "GET"): (404, 404, 404, 404, LOGIN),
    ("change_text", "POST"): (404, 404, 404, 404, LOGIN),
    ("reset_text", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_templates", "GET"): (404, 404, 404, 404, LOGIN),
    ("admin_audit", "GET"): (404, 404, 404, 404, LOGIN),
    ("export_audit", "GET"): (404, 404, 404, 404, LOGIN),
    ("admin_retention", "GET"): (404, 404, 404, 404, LOGIN),
    ("change_settings", "POST"): (404, 404, 404, 404, LOGIN),
    ("logout", "POST"): (303, 303, 303, 303, LOGIN),
    ("stream", "GET"): (200, 200, 200, 200, 401),
    ("api_conversations", "GET"): (200, 200, 200, 200, 401),
    ("api_conversation", "GET"): (200, 404, 200, 404, 401),
    ("api_events", "GET"): (200, 200, 200, 200, 401),
    ("login", "GET"): (302, 302, 302, 302, 200),
    ("submit_login", "POST"): (401, 401, 401, 401, 401),
    ("invitation", "GET"): (200, 200, 200, 200, 200),
    ("accept_invitation", "POST"): (303, 303, 303, 303, 303),
    ("login_code", "GET"): (303, 303, 303, 303, 303),
    ("submit_code", "POST"): (303, 303, 303, 303, 303),
    ("login_setup", "GET"): (303, 303, 303, 303, 303),
    ("confirm_login_setup", "POST"): (303, 303, 303, 303, 303),
    ("second_factor_square", "GET"): (404, 404, 404, 404, 404),
    ("forgotten", "GET"): (200, 200, 200, 200, 200),
    ("ask_for_link", "POST"): (422, 422, 422, 422, 422),
    ("password_link", "GET"): (410, 410, 410, 410, 410),
    ("use_password_link", "POST"): (410, 410, 410, 410, 410),
    ("service_worker", "GET"): (200, 200, 200, 200, 200),
    ("manifest", "GET"): (200, 200, 200, 200, 200),
    ("save_ways", "POST"): (303, 303, 303, 303, LOGIN),
    ("change_password", "POST"): (422, 422, 422, 422, LOGIN),
    ("second_factor", "GET"): (200, 200, 200, 200, LOGIN),
    ("confirm_second_factor", "POST"): (422, 422, 422, 422, LOGIN),
    ("remove_second_factor", "POST"): (422, 422, 422, 422, LOGIN),
    ("renew_recovery", "POST"): (422, 422, 422, 422, LOGIN),
    ("end_session", "POST"): (422, 422, 422, 422, LOGIN),
    ("end_other_sessions", "POST"): (303, 303, 303, 303, LOGIN),
    ("forget_browsers", "POST"): (303, 303, 303, 303, LOGIN),
    ("subscribe", "POST"): (422, 422, 422, 422, LOGIN),
    ("unsubscribe", "POST"): (303, 303, 303, 303, LOGIN),
    ("sprite", "GET"): (200, 200, 200, 200, 200),
    ("media_file", "GET"): (200, 404, 200, 404, LOGIN),
    ("media_thumb", "GET"): (200, 404, 200, 404, LOGIN),
    ("retry_media", "POST"): (303, 404, 303, 404, LOGIN),
    ("admin_keys", "GET"): (404, 404, 404, 404, LOGIN),
    ("add_key", "POST"): (404, 404, 404, 404, LOGIN),
    ("revoke_key", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_hooks", "GET"): (404, 404, 404, 404, LOGIN),
    ("add_hook", "POST"): (404, 404, 404, 404, LOGIN),
    ("admin_hook", "GET"): (404, 404, 404, 404, LOGIN),
    ("pause_hook", "POST"): (404, 404, 404, 404, LOGIN),
    ("resume_hook", "POST"): (404, 404, 404, 404, LOGIN),
    ("remove_hook", "POST"): (404, 404, 404, 404, LOGIN),
    ("test_hook", "POST"): (404, 404, 404, 404, LOGIN),
    ("send_hook_again", "POST"): (404, 404, 404, 404, LOGIN),
    ("api_reference", "GET"): (404, 404, 200, 404, LOGIN),
    ("api_openapi", "GET"): (200, 200, 200, 200, 401),
    ("api_me", "GET"): (200, 200, 200, 200, 401),
    ("api_queues", "GET"): (200, 200, 200, 200, 401),
    ("api_templates", "GET"): (200, 200, 200, 200, 401),
    ("api_saved_replies", "GET"): (200, 200, 200, 200, 401),
    ("api_flows", "GET"): (404, 404, 200, 404, 401),
    ("api_tickets", "GET"): (200, 404, 200, 404, 401),
    ("incidents", "GET"): (200, 200, 200, 200, LOGIN),
    ("incident", "GET"): (200, 404, 200, 404, LOGIN),
    ("incident_pdf", "GET"): (200, 404, 200, 404, LOGIN),
    ("incident_zip", "GET"): (200, 404, 200, 404, LOGIN),
    ("new_incident", "GET"): (200, 404, 200, 404, LOGIN),
    ("open_incident", "POST"): (422, 404, 422, 404, LOGIN),
    ("claim_incident", "POST"): (303, 404, 303, 404, LOGIN),
    ("accept_incident", "POST"): (409, 404, 409, 404, LOGIN),
    ("refuse_incident", "POST"): (409, 404, 409, 404, LOGIN),
    ("close_incident", "POST"): (303, 404, 303, 404, LOGIN),
    ("change_incident", "POST"): (303, 404, 303, 404, LOGIN),
    ("add_incident_photos", "POST"): (303, 404, 303, 404, LOGIN),
    ("sort_incident_photo", "POST"): (404, 404, 404, 404, LOGIN),
    ("add_incident_statement", "POST"): (422, 404, 422, 404, LOGIN),
    ("add_incident_task", "POST"): (422, 404, 422, 404, LOGIN),
    ("finish_incident_task", "POST"): (404, 404, 404, 404, LOGIN),
    ("incident_report", "GET"): (404, 404, 200, 404, LOGIN),
    ("incident_file", "GET"): (404, 404, 200, 404, LOGIN),
    ("news", "GET"): (404, 404, 200, 404, LOGIN),
    ("news_group", "GET"): (404, 404, 200, 404, LOGIN),
    ("mark_orders", "POST"): (404, 404, 422, 404, LOGIN),
    ("hold_news", "POST"): (404, 404, 303, 404, LOGIN),
    ("release_news", "POST"): (404, 404, 303, 404, LOGIN),
    ("stop_news", "POST"): (404, 404, 303, 404, LOGIN),
    ("undo_news", "POST"): (404, 404, 303, 404, LOGIN),
    ("news_area", "GET"): (404, 404, 200, 404, LOGIN),
    ("mark_area", "POST"): (404, 404, 422, 404, LOGIN),
    ("reply_news", "POST"): (404, 404, 422, 404, LOGIN),
    ("order_form", "GET"): (200, 404, 200, 404, LOGIN),
    ("preview_order_action", "POST"): (422, 422, 422, 422, LOGIN),
    ("ask_order_action", "POST"): (422, 422, 422, 422, LOGIN),
    ("settle_order_action", "POST"): (422, 422, 422, 422, LOGIN),
    ("approve_order_action", "POST"): (404, 404, 404, 404, LOGIN),
    ("decline_order_action", "POST"): (404, 404, 404, 404, LOGIN),
    ("approvals", "GET"): (404, 404, 200, 404, LOGIN),
    ("api_order_actions", "GET"): (200, 404, 200, 404, 401),
}
QUEUED_FIRST = ("claim",)
FIELDS = {
    "to": "queue:returns",
    "note": "llama mañana a la clienta",
    "text": "Un momento",
    "email": "ana@example.com",
    "password": "una frase que no es la suya",
    "disposition": "solved",
    "template": "order_news",
    "value_1": "Marta",
    "value_2": "AB-54321",
    "why": "spam",
    "tag": "regalo",
    "language": "es",
    "name": "gift_wrap",
    "script": '[["user", "mi paquete"]]',
}


@dataclass(frozen=True, slots=True)
class World:
    """A database file with one conversation in it, and what stands in the addresses of its pages."""

    path: Path
    places: dict[str, str]
    tokens: dict[str, str]
    epoch: int


def a_world(path: Path, is_queued: bool) -> World:
    database = open_database(path)
    with database.work() as work:
        desks.people(work)
        conversation_id, ticket_id = desks.a_story(work) if is_queued else desks.held(work, "agt_ana")
        places = {
            "conversation_id": conversation_id,
            "ticket_id": ticket_id,
            "contact_id": the_conversation(work, conversation_id)["contact_id"],
            "dead_letter_id": "ded_1",
            "message_id": desks.outbound(work, conversation_id, "failed"),
            "attachment_id": desks.a_file(work, conversation_id, path.parent / "media"),
            "token": agents.invite(work, Person("Eva", "eva@example.com")),
            "kind": OURS.kind,
            "account": OURS.account,
            "alarm_id": "alm_none",
            "queue_id": "orders",
            "skill_id": "refunds",
            "saved_reply_id": saved_replies.add(
                work, access.viewer(work.connection, "agt_sue"), Wording("Medidas", {"es": "40 cm"}, queues=["orders"])),
            "agent_id": "agt_bo",
            "name": "parcel",
            "key": "none",
            "key_id": "key_none",
            "hook_id": "hok_none",
            "call_id": "hkc_none",
            "action": "refund",
            "order_action_id": "act_none",
            "incident_id": desks.a_case(work, conversation_id),
            "group_id": desks.a_group(work),
            "photo_id": "iph_none",
            "task_id": "itk_none",
        }
        work.connection.execute(
            insert(DeadLetter.__table__).values(
                dead_letter_id="ded_1",
                kind="turn",
                reason="It failed three times.",
                payload={},
                state="open",
                created_at=work.now,
            )
        )
        tokens = {name: sessions.create(work, f"agt_{name.lower()}") for name in WHO if name != "nobody"}
    places["set_id"] = flow_shops.published(database)
    epoch = desks.epoch_of(database, conversation_id)
    database.close()
    return World(path, places, tokens, epoch)


def open_database(path: Path) -> Database:
    return sharing_words(Database(f"sqlite:///{path}", a_wiring(HandClock(), Bell())))


@pytest.fixture(scope="module")
def worlds(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, World]:
    folder = tmp_path_factory.mktemp("worlds")
    return {
        is_queued: a_world(Path(shutil.copy(sqlite_template, folder / f"{is_queued}.db")), is_queued)
        for is_queued in (True, False)
    }


@pytest.fixture(scope="module")
def app(worlds: dict[bool, World]) -> Flask:
    """One console for all visits; each gives it a database of its own."""
    world = worlds[False]
    return desks.an_app(open_database(world.path), rerun=lambda *_: None, dismiss=lambda *_: None, channels=(OURS,),
                        media_dir=world.path.parent / "media")


@pytest.fixture
def visit(app: Flask, worlds: dict[bool, World], tmp_path: Path) -> Iterator[Visit]:
    """Ask for a page of the console as somebody; each visit has the world for itself."""
    opened: list[Database] = []

    def ask(endpoint: str, method: str, who: str) -> int:
        world = worlds[endpoint in QUEUED_FIRST]
        database = open_database(Path(shutil.copy(world.path, tmp_path / "relevo.db")))
        opened.append(database)
        app.extensions[here.EXTENSION] = replace(
            app.extensions[here.EXTENSION], database=database, flows=flow_shops.a_shop(database))
        app.extensions[TAIL] = Tail(database, "")
        client = desks.with_token(app, who, world.tokens[who]) if who != "nobody" else app.test_client()
        rule = next(route.rule for route in ROUTES if route.endpoint == endpoint and method in route.methods)
        path = "/console" + rule.replace("<", "{").replace(">", "}").format(**world.places)
        if method == "GET":
            with client.get(path) as answer:
                return answer.status_code
        fields = {**FIELDS, "csrf_token": desks.csrf_given(client), "epoch": world.epoch, "last_seen_seq": 99}
        return client.open(path, method=method, data=fields).status_code

    yield ask
    app.extensions[TAIL].stop()
    for database in opened:
        database.close()


def test_every_route_has_its_row() -> None:
    assert {(route.endpoint, method) for route in ROUTES for method in route.methods} == set(TABLE)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("endpoint", "method"), list(TABLE))
def test_each_route_opens_to_whom_it_should(visit: Visit, endpoint: str, method: str, who: str) -> None:
    status = visit(endpoint, method, who)

    assert status == TABLE[endpoint, method][WHO.index(who)]
