"""The page of channels: what is wrong first, what to do next, and nothing that would write to a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from werkzeug.test import Client

from channels.windows import DAY, NO_WINDOW, Window
from console import channel_trial, here
from console.desk_context import Desk
from console.errors import CannotTry
from console.pages.live import TAIL
from conversation import alarms, channel_health
from conversation.alarms import Trouble
from conversation.channel_health import Ours
from conversation.tables import Alarm, Channel, ChannelHealth, Contact, Conversation, Message, TimelineEntry
from conversation.work import Database
from handoff.tables import Agent
from tests.builders import HandClock, a_channel, a_conversation
from tests.console import desks

KIND, NUMBER = "twilio-whatsapp", "+34600000002"
OURS = (Ours(KIND, NUMBER, NUMBER), Ours("meta-messenger", "108000000000001", "108000000000001"))
ANA = "+34611222333"
WRONG = {"theirs": "https://old.example/hook", "ours": "https://chat.example.com/webhooks/twilio"}
PAGE = "/console/channels"


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with database.work() as work:
        desks.people(work)
    made = desks.an_app(database, channels=OURS, window=lambda kind: DAY)
    yield made
    made.extensions[TAIL].stop()


@pytest.fixture
def sue(app: Flask) -> Client:
    return desks.enter(app, "Sue")


def shown(client: Client, path: str = PAGE) -> str:
    return client.get(path).get_data(as_text=True)


def know(database: Database, **health: Any) -> None:
    row = {"kind": KIND, "account": NUMBER, "failures": 0, "findings": []} | health
    with database.work() as work:
        work.connection.execute(insert(ChannelHealth.__table__).values(row))


def raise_one(database: Database, key: str = "check:callback:x", **more: Any) -> None:
    with database.work() as work:
        alarms.raise_alarm(work, Trouble(key, **({"text": "callback_wrong", "level": "critical", "facts": WRONG, "kind": KIND,
                                                  "account": NUMBER} | more)))


def open_alarms(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        return channel_health.open_alarms(session)


def test_each_channel_has_its_card(sue: Client) -> None:
    page = shown(sue)

    assert page.count('data-testid="channel"') == 2 and NUMBER in page and "Messenger" in page


def test_a_house_without_channels_says_what_to_do(database: Database, app: Flask) -> None:
    app.extensions[here.EXTENSION] = Desk(database, secure_cookies=False)

    assert "Todavía no hay canales" in shown(desks.enter(app, "Sue"))


def test_a_wrong_address_is_told_with_both_and_the_mend(sue: Client, database: Database) -> None:
    know(database, findings=[{"check": "callback", "state": "bad", "text": "callback_wrong", "values": WRONG}])

    page = shown(sue).replace("<wbr>", "")
    assert f"El proveedor llama a {WRONG['theirs']}, y nosotros estamos en {WRONG['ours']}" in page
    assert f"Pon {WRONG['ours']} en su consola." in page and "channel--bad" in page


@pytest.mark.parametrize(("language", "word"), [("es", "bien"), ("en", "well"), ("pt", "bem")])
def test_a_state_is_a_word_and_an_icon(sue: Client, database: Database, language: str, word: str) -> None:
    know(database, findings=[{"check": "token", "state": "ok", "text": "token_ok", "values": {}}])
    with database.work() as work:
        work.connection.execute(update(Agent.__table__).values(language=language))

    assert f'#i-check"/></svg>{word}</span>' in shown(sue)


def test_times_and_what_waits_are_told(sue: Client, database: Database, hand_clock: HandClock) -> None:
    know(database, last_inbound_at=hand_clock.now() - timedelta(minutes=7))

    page = shown(sue)
    assert "hace 7 min" in page and "nunca" in page and "Esperan para salir</dt><dd>0" in page


def test_the_last_refusal_has_its_sentence(sue: Client, database: Database, hand_clock: HandClock) -> None:
    know(database, last_refused_at=hand_clock.now(), last_error_code="63016")

    assert "channel__refused" in shown(sue)


def test_a_refusal_before_the_last_send_is_history(sue: Client, database: Database, hand_clock: HandClock) -> None:
    now = hand_clock.now()
    know(database, last_refused_at=now - timedelta(minutes=9), last_error_code="63016", last_sent_at=now)

    assert "channel__refused" not in shown(sue)


def test_a_pause_can_be_ended(sue: Client, database: Database, hand_clock: HandClock) -> None:
    know(database, paused_until=hand_clock.now() + timedelta(minutes=20), paused_why="config")
    assert "En pausa hasta las" in shown(sue) and "pulsa Reanudar" in shown(sue)
    answer = desks.post(sue, f"{PAGE}/{KIND}/{NUMBER}/resumption")

    assert answer.status_code == 303 and "En pausa hasta las" not in shown(sue)
    with database.reading() as session:
        kinds = session.execute(select(TimelineEntry.__table__.c.kind, TimelineEntry.__table__.c.actor)).all()
    assert ("channel_resumed", "agt_sue") in [tuple(row) for row in kinds]


def test_a_check_can_be_asked_for(sue: Client, database: Database, hand_clock: HandClock) -> None:
    know(database, check_due_at=hand_clock.now() + timedelta(minutes=9))
    assert "every 2s" not in shown(sue)
    desks.post(sue, f"{PAGE}/{KIND}/{NUMBER}/check")

    assert "Preguntando al proveedor…" in shown(sue) and 'hx-trigger="every 2s"' in shown(sue)


@pytest.mark.parametrize("path", [f"{PAGE}/{KIND}/+1999/check", f"{PAGE}/nokind/{NUMBER}/resumption"])
def test_what_is_not_ours_is_nothing(sue: Client, path: str) -> None:
    assert desks.post(sue, path).status_code == 404


def test_alarms_stand_at_the_head_of_every_page_of_a_supervisor(sue: Client, database: Database) -> None:
    assert 'data-testid="strip"' not in shown(sue, "/console/trouble")
    raise_one(database)
    raise_one(database, "other", level="warning")

    page = shown(sue, "/console/trouble")
    assert "2 alarmas" in page and "strip__link--bad" in page and WRONG["theirs"] in page


def test_an_open_page_of_a_supervisor_hears_of_an_alarm_and_of_its_end(sue: Client, database: Database) -> None:
    raise_one(database)
    with database.work() as work:
        alarms.clear(work, "check:callback:x")

    told = sue.get("/console/api/events").get_json()["events"]
    assert [one["kind"] for one in told][-2:] == ["alarm", "alarm_over"]


def test_an_agent_is_not_troubled_with_them(app: Flask, database: Database) -> None:
    raise_one(database)

    assert "strip__link" not in shown(desks.enter(app, "Ana"), "/console/me")


def test_an_alarm_that_a_check_ends_has_no_button(sue: Client, database: Database) -> None:
    raise_one(database)
    assert "Ya está resuelto" not in shown(sue)
    raise_one(database, "sms_country:XX", text="sms_country", facts={"country": "XX"}, level="warning")

    assert shown(sue).count("Ya está resuelto") == 1


def test_an_alarm_can_be_settled_by_a_person(sue: Client, database: Database) -> None:
    raise_one(database, "sms_country:XX", text="sms_country", facts={"country": "XX"})
    (alarm,) = open_alarms(database)
    desks.post(sue, f"{PAGE}/alarms/{alarm['alarm_id']}/settled")

    assert open_alarms(database) == []


def test_a_program_reads_the_same(sue: Client, database: Database) -> None:
    raise_one(database)

    told = sue.get(PAGE, headers={"Accept": "application/json"}).get_json()
    assert [card["account"] for card in told["channels"]] == [NUMBER, "108000000000001"]
    assert told["alarms"][0]["what"].startswith("El proveedor llama a")


def test_nothing_of_a_facts_that_no_sentence_names_reaches_the_page(sue: Client, database: Database) -> None:
    raise_one(database, facts=WRONG | {"text": "what Marta wrote", "access_token": "EAAsecret"})

    assert "Marta" not in shown(sue) and "EAAsecret" not in shown(sue)


def wrote(database: Database, **changes: Any) -> str:
    with database.work() as work:
        return a_conversation(work, "Sue", ANA, channel_id=a_channel(work, KIND, NUMBER), **changes)


def attempt(client: Client, address: str = ANA) -> str:
    desks.post(client, f"{PAGE}/{KIND}/{NUMBER}/test", address=address)
    return shown(client)


def sent(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(Message.__table__.c.text)).scalars())


@pytest.mark.parametrize("address", [ANA, "+34 611 222 333", "0034 611 222 333", "34611222333"])
def test_a_test_goes_to_whoever_wrote_first_however_she_types_it(sue: Client, database: Database, address: str) -> None:
    wrote(database)

    assert "Prueba enviada" in attempt(sue, address) and sent(database) == ["channel_test[es]"]


def test_nobody_who_has_not_written_is_sent_a_test(sue: Client, database: Database) -> None:
    assert "nadie ha escrito a este canal" in attempt(sue) and sent(database) == []


@pytest.mark.parametrize(("changes", "told"), [
    ({"opted_out_at": timedelta()}, "pidieron no recibir más"),
    ({"last_inbound_at": timedelta(hours=25)}, "Hace demasiado que escribieron"),
])
def test_a_test_obeys_consent_and_window(
    sue: Client, database: Database, hand_clock: HandClock, changes: dict[str, timedelta], told: str
) -> None:
    wrote(database, **{name: hand_clock.now() - ago for name, ago in changes.items()})

    assert told in attempt(sue) and sent(database) == []


def test_a_test_never_goes_to_the_blocked(sue: Client, database: Database, hand_clock: HandClock) -> None:
    wrote(database)
    with database.work() as work:
        work.connection.execute(update(Contact.__table__).values(blocked_at=hand_clock.now()))

    assert "está bloqueado" in attempt(sue) and sent(database) == []


def test_one_test_a_minute_is_enough(sue: Client, database: Database, hand_clock: HandClock) -> None:
    wrote(database)
    assert "Prueba enviada" in attempt(sue) and "Espera un minuto" in attempt(sue)
    hand_clock.forward(seconds=61)

    assert "Prueba enviada" in attempt(sue) and len(sent(database)) == 2


@pytest.mark.parametrize("window", [NO_WINDOW, DAY])
def test_a_conversation_on_another_channel_is_no_consent(database: Database, window: Window) -> None:
    with database.work() as work:
        a_conversation(work, "Sue", ANA, channel_id=a_channel(work, "twilio-sms", NUMBER))
        with pytest.raises(CannotTry, match="never_wrote"):
            channel_trial.send(work, (KIND, NUMBER), ANA, window, "agt_sue")


def test_the_tables_that_the_page_needs_stay_as_they_were(sue: Client, database: Database) -> None:
    shown(sue)
    with database.reading() as session:
        for table in (Alarm, Channel, ChannelHealth, Conversation):
            assert session.execute(select(table.__table__)).all() == []
