"""Reading Twilio's list: what no webhook brought is found, once, and nothing that came is found again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any, Self

import pytest

from channels import twilio, twilio_history
from channels.base import Endpoint, Event
from channels.twilio_form import form_of
from conversation.tables import Alarm, Attachment, DeadLetter, Message, OutboxPart
from pipeline import polling
from pipeline.claims import Patience
from pipeline.polling import GRACE, TROUBLE_AFTER, Reader, Unread
from pipeline.sender import Sender, Settings
from pipeline.tables import FoundEvent, Poll
from tests.builders import a_queue
from tests.pipeline.conftest import say
from tests.pipeline.house import House
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

OURS, SMS = "+14155238886", "+34900111222"
MARTA = "+34600111222"
CODES = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}


@pytest.fixture
def reader(house: House, twilio: TwilioStandIn) -> Reader:
    with house.database.work() as work:
        a_queue(work, "general", is_default=True, titles={"es": "General"})
    endpoints = {(kind, account): Endpoint(kind, account, twilio.url, CODES)
                 for kind, account in (("twilio-whatsapp", OURS), ("twilio-sms", SMS), ("twilio-sms", "MG" + "5" * 32))}
    (reader,) = polling.readers(house.database, endpoints)
    return reader


def read(reader: Reader) -> int:
    """One reading of the list; what it found waits for the writer."""

    async def once() -> int:
        async with polling.session() as http:
            return await reader.read(http)

    return asyncio.run(once())


def take(house: House) -> None:
    """What the writer does at its next sweep."""
    with house.database.work() as work:
        house.intake.take_due(work, 500)


def now(house: House, **earlier: float) -> float:
    return house.clock.now().timestamp() - sum(earlier.values())


def event_of(reader: Reader, form: dict[str, str]) -> Event:
    parsed = twilio.parse(form_of(list(form.items())), reader.account)  # type: ignore[arg-type]
    return parsed.events[0]


def writes(house: House, reader: Reader, provider: TwilioStandIn, body: str, sender: str = MARTA) -> bool:
    """Somebody writes now; whether her webhook came."""
    form = provider.receive(f"whatsapp:{sender}", f"whatsapp:{OURS}", body, now(house))
    if form is not None:
        house.writer.submit([event_of(reader, form)])
    return form is not None


def inbound(house: House) -> list[str]:
    return [row["text"] for row in house.rows(Message) if row["direction"] == "inbound"]


def test_a_tenth_of_ten_minutes_webhooks_is_found_by_the_next_readings(
    house: House, reader: Reader, twilio: TwilioStandIn
) -> None:
    twilio.mode("drop", share=0.1, **{"for": "webhook"})
    came = []
    for n in range(200):
        came.append(writes(house, reader, twilio, f"hola {n}", f"+3460011{n:04d}"))
        house.clock.forward(seconds=3)
        if n % 20 == 19:
            read(reader)
            take(house)
    house.clock.forward(seconds=GRACE.total_seconds())
    read(reader)
    take(house)

    assert 5 < came.count(False) < 40
    assert sorted(inbound(house)) == sorted(f"hola {n}" for n in range(200))
    assert sum(row["kind"] == "message" for row in [one["event"] for one in house.rows(FoundEvent)]) == came.count(False)


def test_what_was_found_is_answered(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    twilio.mode("drop")
    writes(house, reader, twilio, "¿dónde está mi pedido AB-12345?")
    house.clock.forward(minutes=1)
    read(reader)
    take(house)

    assert any("AB-12345" in text for text in house.said())


def test_a_webhook_that_comes_after_all_doubles_nothing(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    form = twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "hola", now(house))
    house.clock.forward(minutes=1)
    read(reader)
    assert form is not None
    house.writer.submit([event_of(reader, form)])
    take(house)

    assert inbound(house) == ["hola"]


def test_reading_twice_before_the_writer_comes_finds_it_once(
    house: House, reader: Reader, twilio: TwilioStandIn
) -> None:
    twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "hola", now(house))
    house.clock.forward(minutes=1)

    assert (read(reader), read(reader)) == (1, 0)
    assert read(Reader(house.database, reader.account, reader.endpoint)) == 0  # nor does a process started afresh


def test_what_is_young_is_left_to_its_webhook(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "hola", now(house))
    house.clock.forward(seconds=5)
    assert read(reader) == 0

    house.clock.forward(seconds=60)
    assert read(reader) == 1


def test_the_first_reading_takes_an_hour_and_not_a_history(
    house: House, reader: Reader, twilio: TwilioStandIn
) -> None:
    for minutes in (30, 90):
        twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", f"{minutes}", now(house, earlier=60.0 * minutes))
    read(reader)

    assert [row["event"]["text"] for row in house.rows(FoundEvent)] == ["30"]


def test_all_pages_are_read(house: House, reader: Reader, twilio: TwilioStandIn, small_pages: None) -> None:
    for n in range(25):
        twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", f"hola {n}", now(house, earlier=60.0 + n))

    assert read(reader) == 25


@pytest.fixture
def small_pages(twilio: TwilioStandIn) -> Iterator[None]:
    twilio.largest_page(10)
    yield


def test_the_found_event_is_the_webhooks_with_its_time(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    form = twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "mira", now(house), "image/jpeg,audio/ogg")
    house.clock.forward(minutes=1)
    read(reader)

    assert form is not None
    (row,) = house.rows(FoundEvent)
    told = {name: value for name, value in row["event"].items() if name != "at_ms"}
    assert told == {name: value for name, value in event_of(reader, form).items() if name != "profile_name"}
    assert row["event"]["at_ms"] == int(now(house, earlier=60)) * 1000


def test_found_media_becomes_an_attachment(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "", now(house), "image/jpeg")
    house.clock.forward(minutes=1)
    read(reader)
    take(house)

    (attachment,) = house.rows(Attachment)
    assert (attachment["kind"], attachment["mime"]) == ("image", "image/jpeg")
    assert attachment["remote"]["url"].startswith(f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/")


class WithoutMedia:
    """A session to which the provider answers `status` when it is asked what is attached to a message."""

    def __init__(self, http: Any, provider: TwilioStandIn, status: int) -> None:
        self._http, self._provider, self._status = http, provider, status

    def request(self, method: str, url: str, **given: Any) -> Any:
        if url.endswith("/Media.json"):
            self._provider.mode(self._status, count=1, **{"for": "all"})
        return self._http.request(method, url, **given)


def read_without_media(reader: Reader, provider: TwilioStandIn, status: int) -> int:
    async def once() -> int:
        async with polling.session() as http:
            return await reader.read(WithoutMedia(http, provider, status))  # type: ignore[arg-type]

    return asyncio.run(once())


def test_a_message_whose_media_is_gone_is_found_without_it(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "mira", now(house), "image/jpeg")
    house.clock.forward(minutes=1)

    assert read_without_media(reader, twilio, 404) == 1
    take(house)
    assert inbound(house) == ["mira"]


def test_media_that_cannot_be_listed_now_holds_up_no_other_message(
    house: House, reader: Reader, twilio: TwilioStandIn
) -> None:
    twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "mira", now(house), "image/jpeg")
    twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "hola", now(house))
    house.clock.forward(minutes=1)
    with pytest.raises(Unread):
        read_without_media(reader, twilio, 503)
    take(house)
    assert inbound(house) == ["hola"]

    assert read(reader) == 1


class OnePage:
    """A session to which every answer is this page."""

    status, headers = 200, dict[str, str]()

    def __init__(self, page: dict[str, Any]) -> None:
        self._body = json.dumps(page).encode()

    def request(self, *_given: Any, **_more: Any) -> OnePage:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None

    async def read(self) -> bytes:
        return self._body


def test_a_next_page_that_is_not_ours_is_no_end_of_the_list(house: House, reader: Reader) -> None:
    message = {"sid": "SM" + "1" * 32, "direction": "outbound-api", "date_sent": formatdate(now(house))}
    page = OnePage({"messages": [message], "next_page_uri": "https://elsewhere.example/2"})
    with pytest.raises(Unread, match="next page"):
        asyncio.run(reader.read(page))  # type: ignore[arg-type]


def test_a_found_stop_word_that_came_marked_as_such_is_no_news(
    house: House, reader: Reader, twilio: TwilioStandIn
) -> None:
    form = twilio.receive(MARTA, SMS, "STOP", now(house))
    assert form is not None
    house.writer.submit([event_of(reader, form | {"OptOutType": "STOP"})])
    house.clock.forward(minutes=1)

    assert read(reader) == 0
    assert house.said() == []


def sent(house: House, provider: TwilioStandIn) -> Any:
    """An answer of ours that Twilio has accepted, as the sender noted it."""
    house.hear("hola")
    message = provider.accept(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", house.last(), now(house))
    with house.database.work() as work:
        table = OutboxPart.__table__
        work.connection.execute(table.update().values(state="sent", provider_id=message.sid, sent_at=work.now))
    return message


def test_a_report_that_was_lost_is_found(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    message = sent(house, twilio)
    twilio.comes_to(message, "delivered", now(house))
    house.clock.forward(minutes=1)
    read(reader)
    take(house)

    assert {row["state"] for row in house.rows(OutboxPart)} == {"delivered"}


def test_a_found_failure_has_its_code(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    message = sent(house, twilio)
    twilio.comes_to(message, "undelivered", now(house), 30005)
    house.clock.forward(minutes=1)
    read(reader)

    (row,) = house.rows(FoundEvent)
    assert (row["event"]["status"], row["event"]["error_code"]) == ("failed", "30005")


@pytest.mark.parametrize("status", ["queued", "sent"])
def test_what_we_know_of_ours_is_no_news(house: House, reader: Reader, twilio: TwilioStandIn, status: str) -> None:
    message = sent(house, twilio)
    twilio.comes_to(message, status, now(house))
    house.clock.forward(minutes=1)

    assert read(reader) == 0


def test_what_others_send_over_the_account_is_not_ours(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    twilio.accept("whatsapp:+34699999999", f"whatsapp:{OURS}", "de otro sistema", now(house))
    twilio.receive("whatsapp:+34699999999", "whatsapp:+15550000000", "a un número ajeno", now(house))
    house.clock.forward(minutes=1)

    assert read(reader) == 0


@pytest.mark.parametrize("status", [429, 500, 401])
def test_a_list_that_is_refused_proves_nothing_and_is_read_from_where_it_was(
    house: House, reader: Reader, twilio: TwilioStandIn, status: int
) -> None:
    twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "hola", now(house))
    house.clock.forward(minutes=1)
    twilio.mode(status, retry_after=7, **{"for": "list"})
    with pytest.raises(Unread) as trouble:
        read(reader)
    twilio.behave()

    assert trouble.value.wait_seconds == 7
    assert read(reader) == 1


def test_a_list_that_cannot_be_read_for_long_is_told_to_people_until_it_can(house: House, reader: Reader) -> None:
    asyncio.run(reader.went_wrong("Unread"))
    house.clock.forward(seconds=TROUBLE_AFTER.total_seconds())
    asyncio.run(reader.went_wrong("Unread"))
    (alarm,) = house.rows(Alarm)
    asyncio.run(reader.went_well())

    assert (alarm["text"], alarm["cleared_at"]) == ("poll_failing", None)
    assert house.rows(Alarm)[0]["cleared_at"] is not None


def test_how_far_it_was_read_is_noted(house: House, reader: Reader) -> None:
    read(reader)

    (row,) = house.rows(Poll)
    assert (row["source"], row["read_until"], row["polled_at"]) == (ACCOUNT_SID, house.clock.now(), house.clock.now())


def test_nothing_is_read_where_it_is_switched_off(house: House, twilio: TwilioStandIn) -> None:
    asyncio.run(polling.run(house.database, {("twilio-whatsapp", OURS): Endpoint("twilio-whatsapp", OURS, twilio.url, CODES)}, 0))

    assert twilio.requests() == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"messages": 5}', b'{"messages": [null, {"sid": 7}]}'])
def test_odd_answers_are_no_list_and_no_harm(body: bytes) -> None:
    page = twilio_history.read(body, ACCOUNT_SID)

    assert page is None or all(one.provider_id for one in page.messages)


def test_a_poisoned_event_that_was_found_is_buried_once(house: House, reader: Reader) -> None:
    with house.database.work() as work:
        work.connection.execute(FoundEvent.__table__.insert().values(
            event={**house.event("uno"), "at_ms": 10**30}, found_at=work.now, tries=0))
    house.writer.wake()
    house.hear("hola")

    assert [row["kind"] for row in house.rows(DeadLetter)] == ["turn"]
    assert all(row["taken_at"] for row in house.rows(FoundEvent))


def test_of_what_was_taken_only_its_mark_is_kept(house: House, reader: Reader, twilio: TwilioStandIn) -> None:
    twilio.receive(f"whatsapp:{MARTA}", f"whatsapp:{OURS}", "mi calle", now(house))
    house.clock.forward(minutes=1)
    read(reader)
    take(house)

    (row,) = house.rows(FoundEvent)
    assert row["event"]["provider_id"] and not {"text", "sender"} & row["event"].keys()


def test_a_list_that_hangs_holds_up_nothing_that_is_sent(
    house: House, marta: str, twilio: TwilioStandIn
) -> None:
    twilio.mode("hang", **{"for": "list"})
    say(house.database, marta, "uno", "dos")
    settings = Settings({("twilio-whatsapp", OURS): Endpoint("twilio-whatsapp", OURS, twilio.url, CODES)}, "",
                        Patience(), sweep_seconds=0.02, poll_seconds=0.05)

    def asked_in_vain() -> bool:
        return any(request["method"] == "GET" for request in twilio.requests())

    async def send() -> None:
        sender = Sender(house.database, settings)
        task = asyncio.create_task(sender.run())
        async with asyncio.timeout(10):
            while not (asked_in_vain() and len(twilio.accepted()) == 2):
                await asyncio.sleep(0.01)
        sender.stop()
        await task

    asyncio.run(send())

    assert [sent.body for sent in twilio.accepted()] == ["uno", "dos"]
