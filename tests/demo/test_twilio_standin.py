"""The stand-in for Twilio: documented answers, faults, the list, signed reports."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3
from twilio.request_validator import RequestValidator

from demo.ports import free_port
from demo.provider_modes import BadMode, Behaviour, read_mode
from demo.twilio_callbacks import Retries, inbound_fields, reachable, read_retries
from demo.twilio_messages import BadQuery, Message, Messages, read_filters, segments
from demo.twilio_signature import sign
from tests.demo.conftest import MARTA, OURS, post_message
from tests.demo.receiver import Receiver
from tests.providers.twilio import TwilioStandIn

Send = Callable[..., urllib3.BaseHTTPResponse]
Listed = Callable[..., Any]


def a_message(sid: str = "SM1", to: str = MARTA, at: float = 1_795_000_000.0, sender: str = OURS) -> Message:
    return Message(sid, to, sender, "hola", "outbound-api", at, "queued", at)


def test_an_accepted_message_is_answered_in_the_documented_shape(send: Send) -> None:
    answer = send("hola")

    assert answer.status == 201
    assert {"sid", "status", "to", "from", "body", "date_created", "error_code", "uri"} <= set(answer.json())


def test_a_new_message_is_queued_and_has_no_date_of_sending(send: Send) -> None:
    sent = send("hola").json()

    assert (sent["status"], sent["date_sent"], sent["direction"]) == ("queued", None, "outbound-api")


def test_a_wrong_token_is_refused_with_twilios_error_object(send: Send, twilio: TwilioStandIn) -> None:
    answer = send(token="wrong")

    assert (answer.status, answer.json()["code"]) == (401, 20003)
    assert twilio.accepted() == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"To": "hola"}, 21211),
        ({"From": "???"}, 21212),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"To": "+34600111222"}, 21910),
        ({"StatusCallback": "ftp://here"}, 21609),
    ],
)
def test_a_bad_message_is_refused_with_its_code(send: Send, fields: dict[str, str], code: int) -> None:
    answer = send(**fields)

    assert (answer.status, answer.json()["code"]) == (400, code)


def test_an_unknown_message_is_not_found(twilio: TwilioStandIn) -> None:
    headers = urllib3.make_headers(basic_auth=f"{twilio.account_sid}:{twilio.auth_token}")
    answer = urllib3.request("GET", twilio.messages_url.replace(".json", "/SM0.json"), headers=headers, retries=False)

    assert (answer.status, answer.json()["code"]) == (404, 20404)


def test_the_log_has_every_accepted_send_in_order(send: Send, twilio: TwilioStandIn) -> None:
    for text in ("uno", "dos", "tres"):
        send(text)

    assert [(sent.n, sent.body) for sent in twilio.accepted()] == [(1, "uno"), (2, "dos"), (3, "tres")]


def test_a_failing_status_accepts_nothing(send: Send, twilio: TwilioStandIn) -> None:
    twilio.mode(503)
    answer = send()

    assert (answer.status, answer.json()["code"], twilio.accepted()) == (503, 20500, [])


def test_a_status_without_error_object_is_not_json(send: Send, twilio: TwilioStandIn) -> None:
    twilio.mode(500, error_object=False)
    answer = send()

    assert answer.status == 500
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_too_many_requests_carry_retry_after(send: Send, twilio: TwilioStandIn) -> None:
    twilio.mode(429, retry_after=3)
    answer = send()

    assert (answer.status, answer.headers["Retry-After"], answer.json()["code"]) == (429, "3", 20429)


def test_a_mode_with_a_count_ends_by_itself(send: Send, twilio: TwilioStandIn) -> None:
    twilio.mode(500, count=2)

    assert [send().status for _ in range(3)] == [500, 500, 201]


def test_a_mode_for_one_recipient_leaves_the_others_alone(send: Send, twilio: TwilioStandIn) -> None:
    twilio.mode(500, to=MARTA)

    assert [send().status, send(To="whatsapp:+447700900123").status] == [500, 201]


def test_a_share_hits_about_that_share() -> None:
    behaviour = Behaviour(read_mode("500", {"share": 0.25}))
    hits = sum(behaviour.next("send").name == "status" for _ in range(1000))

    assert 200 < hits < 300


def test_accept_then_reset_accepts_but_never_answers(send: Send, twilio: TwilioStandIn) -> None:
    twilio.mode("accept_then_reset")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        send("perdido")

    assert [(sent.body, sent.answered_at) for sent in twilio.accepted()] == [("perdido", None)]


def test_reset_accepts_nothing(send: Send, twilio: TwilioStandIn) -> None:
    twilio.mode("reset")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        send()

    assert twilio.accepted() == []


@pytest.mark.parametrize(("mode", "is_accepted"), [("hang", False), ("accept_then_hang", True)])
def test_a_hanging_provider_runs_into_the_senders_time_limit(
    send: Send, twilio: TwilioStandIn, mode: str, is_accepted: bool
) -> None:
    twilio.mode(mode)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        send()

    assert bool(twilio.accepted()) is is_accepted


def test_a_truncated_answer_breaks_off(send: Send, twilio: TwilioStandIn) -> None:
    twilio.mode("truncated")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        send()

    assert len(twilio.accepted()) == 1


@pytest.mark.parametrize("mode", ["empty", "html"])
def test_a_useless_answer_still_accepts(send: Send, twilio: TwilioStandIn, mode: str) -> None:
    twilio.mode(mode)
    answer = send()

    assert (answer.status, len(twilio.accepted())) == (201, 1)
    assert b"sid" not in answer.data


@pytest.mark.parametrize(
    ("name", "settings"), [("explode", {}), ("500", {"colour": 1}), ("500", {"count": "x"}), ("500", {"for": "mars"})]
)
def test_an_unknown_mode_is_told_so(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(BadMode, match=r"\.$"):
        read_mode(name, settings)


def test_modes_can_be_set_over_http(send: Send, twilio: TwilioStandIn) -> None:
    urllib3.request("POST", f"{twilio.url}/_mode", json={"mode": "500", "count": 1}, retries=False)

    assert [send().status, send().status] == [500, 201]


def test_a_bad_mode_over_http_is_a_400_with_a_sentence(twilio: TwilioStandIn) -> None:
    answer = urllib3.request("POST", f"{twilio.url}/_mode?mode=explode", retries=False)

    assert answer.status == 400
    assert "There is no mode" in answer.json()["error"]


def test_deleting_the_log_empties_it_and_ends_the_mode(send: Send, twilio: TwilioStandIn) -> None:
    send()
    twilio.mode(500)
    urllib3.request("DELETE", f"{twilio.url}/_log", retries=False)

    assert (twilio.accepted(), send().status) == ([], 201)


def test_the_list_is_newest_first_and_filters_by_recipient(send: Send, listed: Listed) -> None:
    send("uno")
    send("otro", To="whatsapp:+447700900123")
    send("dos")

    assert [message["body"] for message in listed(To=MARTA)["messages"]] == ["dos", "uno"]


def test_the_list_shows_what_was_accepted_without_an_answer(send: Send, listed: Listed, twilio: TwilioStandIn) -> None:
    twilio.mode("accept_then_reset")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        send("sin respuesta")

    assert [message["body"] for message in listed(To=MARTA, From=OURS)["messages"]] == ["sin respuesta"]


def test_pages_go_on_after_a_message_and_new_ones_do_not_shift_them(
    send: Send, listed: Listed, twilio: TwilioStandIn
) -> None:
    for number in range(5):
        send(str(number))
    first = listed(PageSize="2")
    send("nuevo")
    token = first["next_page_uri"].rpartition("PageToken=")[2]

    assert [message["body"] for message in listed(PageSize="2", PageToken=token)["messages"]] == ["2", "1"]


def test_the_last_page_names_no_next_one(send: Send, listed: Listed) -> None:
    send()

    assert listed()["next_page_uri"] is None


def test_a_query_that_cannot_be_read_is_refused(listed: Listed) -> None:
    assert listed(**{"DateSent>": "ayer"})["code"] == 20001


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("DateSent=2026-11-18", True),
        ("DateSent=2026-11-19", False),
        ("DateSent%3E=2026-11-18", True),
        ("DateSent%3E=2026-11-19", False),
        ("DateSent%3C=2026-11-18", True),
        ("DateSent%3C=2026-11-17", False),
        ("DateSent%3E=2026-11-18T10:00:00Z", True),
        ("DateSent%3E=2026-11-18T12:00:00Z", False),
    ],
)
def test_dates_bound_the_list_at_both_ends(query: str, found: bool) -> None:
    messages = Messages()
    messages.add(a_message(at=1_794_999_600.0))  # 2026-11-18 11:00 UTC

    assert bool(messages.find(read_filters(query))) is found


def test_a_foreign_page_token_is_refused() -> None:
    with pytest.raises(BadQuery):
        Messages().find(read_filters("PageToken=PASM9"))


@pytest.mark.parametrize(
    ("text", "count"), [("a" * 160, 1), ("a" * 161, 2), ("ñ" * 71, 1), ("ч" * 71, 2), ("€" * 81, 2)]
)
def test_segments_follow_the_alphabet(text: str, count: int) -> None:
    assert segments(text) == count


def test_a_conversation_outlives_the_stand_in(tmp_path: Path) -> None:
    before = Messages(tmp_path / "demo.sqlite")
    before.add(a_message("SM1"))
    before.change(before.between(MARTA, OURS)[0], "delivered", 1_795_000_001.0)
    before.close()

    assert [message.status for message in Messages(tmp_path / "demo.sqlite").between(MARTA, OURS)] == ["delivered"]


def test_our_signature_is_the_one_that_twilios_library_expects() -> None:
    fields = {"Body": "¿dónde? & más", "From": MARTA, "Empty": ""}
    url = "https://shop.example/webhooks/twilio?a=%2B1&b"

    assert RequestValidator("token").validate(url, fields, sign("token", url + "#rc=5", fields.items()))


def test_reports_come_in_order_and_signed(twilio: TwilioStandIn, send: Send) -> None:
    with Receiver() as ours:
        url = f"{ours.url}?part=prt_1"
        send(StatusCallback=url)
        twilio.wait_for_reports(3)

    assert [form["MessageStatus"] for form in ours.forms] == ["queued", "sent", "delivered"]
    assert RequestValidator(twilio.auth_token).validate(url, ours.forms[0], ours.headers[0]["X-Twilio-Signature"])


def test_the_fragment_is_not_sent_and_the_query_is(twilio: TwilioStandIn, send: Send) -> None:
    with Receiver() as ours:
        send(StatusCallback=f"{ours.url}?part=prt_1#rc=2&rp=all")
        twilio.wait_for_reports(3)

    assert set(ours.paths) == {"/hook?part=prt_1"}


def test_a_report_is_repeated_when_the_address_asks_for_it() -> None:
    with TwilioStandIn(delays={"sent": 0.0}) as twilio, Receiver([503, 204]) as ours:
        post_message(twilio, StatusCallback=f"{ours.url}#rc=2&rp=5xx")
        (posted,) = twilio.wait_for_reports(1)

    assert (posted.status, posted.attempts) == (204, 2)


def test_a_report_is_not_repeated_without_being_asked(twilio: TwilioStandIn, send: Send) -> None:
    with Receiver([503]) as ours:
        send(StatusCallback=ours.url)
        posts = twilio.wait_for_reports(3)

    assert {posted.attempts for posted in posts} == {1}


def test_a_late_failure_is_reported_with_its_code(twilio: TwilioStandIn, send: Send) -> None:
    twilio.mode("fail_later", code=63016)
    with Receiver() as ours:
        send(StatusCallback=ours.url)
        twilio.wait_for_reports(2)

    assert (ours.forms[-1]["MessageStatus"], ours.forms[-1]["ErrorCode"]) == ("failed", "63016")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/status",
        "http://10.0.0.1/x",
        "http://127.0.0.1.evil.example/",
        "http://user@127.0.0.1/",
        "file:///etc/passwd",
    ],
)
def test_nothing_is_posted_beyond_loopback(url: str) -> None:
    assert reachable(url, {}) is None


def test_a_public_address_may_be_served_by_loopback() -> None:
    reach = {"https://shop.example": "http://127.0.0.1:8000"}

    assert reachable("https://shop.example/a?b=1#rc=5", reach) == "http://127.0.0.1:8000/a?b=1"


@pytest.mark.parametrize(
    ("url", "retries"),
    [
        ("http://x/", Retries(1, frozenset({"ct"}))),
        ("http://x/#rc=9", Retries(5, frozenset({"ct"}))),
        ("http://x/#rc=5&rp=all", Retries(5, frozenset({"4xx", "5xx", "ct", "rt"}))),
        ("http://x/#rc=no", Retries(1, frozenset({"ct"}))),
    ],
)
def test_retries_are_read_from_the_fragment(url: str, retries: Retries) -> None:
    assert read_retries(url) == retries


def test_a_contacts_words_arrive_as_a_signed_webhook() -> None:
    with Receiver() as ours, TwilioStandIn(webhook_url=ours.url) as twilio:
        said = {"from": MARTA, "to": OURS, "body": "¿dónde está?", "profile_name": "Marta", "wait": "1"}
        answer = urllib3.request("POST", f"{twilio.url}/_say", json=said, retries=False)

    assert answer.json()["webhook_status"] == 204
    assert (ours.forms[0]["WaId"], ours.forms[0]["Body"]) == ("34600111222", "¿dónde está?")


def test_a_tap_carries_its_payload() -> None:
    fields = inbound_fields(a_message(sender=MARTA), "AC1", button="yes")

    assert (fields["MessageType"], fields["ButtonPayload"]) == ("button", "yes")


def test_both_sides_of_a_talk_are_shown_in_order(send: Send, twilio: TwilioStandIn) -> None:
    twilio.fields(MARTA, OURS, "hola")
    send("¿qué tal?")
    talk = urllib3.request("GET", f"{twilio.url}/_talk", fields={"us": OURS, "contact": MARTA}, retries=False).json()

    assert [(message["direction"], message["body"]) for message in talk["messages"]] == [
        ("inbound", "hola"),
        ("outbound-api", "¿qué tal?"),
    ]


@pytest.mark.parametrize(("answer", "status"), [(204, "received"), (403, "failed")])
def test_what_a_contact_says_shows_whether_it_was_taken(answer: int, status: str) -> None:
    with Receiver([answer]) as ours, TwilioStandIn(webhook_url=f"{ours.url}#rc=0") as twilio:
        said = {"from": MARTA, "to": OURS, "body": "hola", "wait": "1"}
        sid = urllib3.request("POST", f"{twilio.url}/_say", json=said, retries=False).json()["sid"]
        message = twilio.message(sid)

    assert message is not None
    assert message.status == status


def test_what_is_forgotten_is_in_no_list_and_no_file(tmp_path: Path) -> None:
    messages = Messages(tmp_path / "demo.sqlite")
    messages.add(a_message())
    messages.forget()

    assert messages.find(read_filters("")) == []
    assert Messages(tmp_path / "demo.sqlite").find(read_filters("")) == []


def test_the_program_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "demo.twilio_standin",
        "--port",
        str(port),
        "--account-sid",
        "AC1",
        "--auth-token",
        "t",
        "--database",
        str(tmp_path / "provider.db"),
    ]
    with subprocess.Popen(command) as program:
        retries = urllib3.Retry(total=12, backoff_factor=0.05, backoff_max=1.0)
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}/_health", retries=retries)
        program.terminate()

    assert (answer.json(), program.returncode) == ({"status": "ok", "pending": 0}, 0)
