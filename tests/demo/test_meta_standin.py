"""The stand-in for Meta: documented answers, signed status webhooks that lead back to our own id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from tests.demo.receiver import Receiver
from tests.providers.meta import PAGE_ID, PHONE_NUMBER_ID, MetaStandIn, sign


@pytest.fixture
def meta() -> Iterator[MetaStandIn]:
    with MetaStandIn() as standin:
        yield standin


def post(meta: MetaStandIn, node: str, payload: dict[str, Any], token: str = "") -> urllib3.BaseHTTPResponse:
    headers = {"Authorization": f"Bearer {token or meta.access_token}"}
    url = f"{meta.url}/v21.0/{node}/messages"
    return urllib3.request("POST", url, json=payload, headers=headers, retries=False, timeout=2.0)


def a_text(**more: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": "34600111222", "type": "text", "text": {"body": "hola"}, **more}


def test_a_whatsapp_message_gets_its_id(meta: MetaStandIn) -> None:
    answer = post(meta, PHONE_NUMBER_ID, a_text()).json()

    assert answer["messages"][0]["id"] == meta.accepted("34600111222")[0].mid


def test_somebody_without_a_number_is_written_to_by_her_id(meta: MetaStandIn) -> None:
    payload = {name: value for name, value in a_text().items() if name != "to"}

    assert post(meta, PHONE_NUMBER_ID, {**payload, "recipient": "ES.1349"}).status == 200
    assert [sent.to for sent in meta.accepted()] == ["ES.1349"]


def test_a_wrong_token_is_refused_with_code_190(meta: MetaStandIn) -> None:
    answer = post(meta, PHONE_NUMBER_ID, a_text(), token="wrong")

    assert (answer.status, answer.json()["error"]["code"], meta.accepted()) == (401, 190, [])


def test_an_unknown_number_of_ours_is_refused(meta: MetaStandIn) -> None:
    assert post(meta, "999", a_text()).json()["error"]["code"] == 100


def test_the_words_of_buttons_are_read_from_their_body(meta: MetaStandIn) -> None:
    interactive = {"type": "button", "body": {"text": "¿Cuál?"}, "action": {"buttons": []}}
    post(meta, PHONE_NUMBER_ID, a_text(type="interactive", interactive=interactive))

    assert meta.accepted()[0].text == "¿Cuál?"


def test_a_messenger_message_gets_its_id(meta: MetaStandIn) -> None:
    answer = post(meta, "me", {"recipient": {"id": "77"}, "message": {"text": "hola", "metadata": "prt_1"}}).json()

    assert answer["recipient_id"] == "77"
    assert meta.accepted()[0].callback_data == "prt_1"


def test_a_status_webhook_carries_our_own_id_and_a_right_signature() -> None:
    with Receiver() as ours, MetaStandIn(webhook_url=ours.url) as meta:
        post(meta, PHONE_NUMBER_ID, a_text(biz_opaque_callback_data="prt_1"))
        reports = meta.wait_for_reports(2)

    statuses = [report["entry"][0]["changes"][0]["value"]["statuses"][0] for _, report in reports]
    assert [(status["status"], status["biz_opaque_callback_data"]) for status in statuses] == [
        ("sent", "prt_1"),
        ("delivered", "prt_1"),
    ]
    assert all(header["X-Hub-Signature-256"].startswith("sha256=") for header in ours.headers)


def test_messenger_reports_what_was_delivered() -> None:
    with Receiver() as ours, MetaStandIn(webhook_url=ours.url) as meta:
        post(meta, PAGE_ID, {"recipient": {"id": "77"}, "message": {"text": "hola"}})
        ((_, report),) = meta.wait_for_reports(1)

    assert report["entry"][0]["messaging"][0]["delivery"]["mids"] == [meta.accepted()[0].mid]


def test_a_rate_limit_carries_metas_error_object(meta: MetaStandIn) -> None:
    meta.mode(429, retry_after=2)
    answer = post(meta, PHONE_NUMBER_ID, a_text())

    assert (answer.status, answer.json()["error"]["code"], answer.headers["Retry-After"]) == (429, 4, "2")


def test_accept_then_reset_accepts_but_never_answers(meta: MetaStandIn) -> None:
    meta.mode("accept_then_reset", count=1)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        post(meta, PHONE_NUMBER_ID, a_text())

    assert len(meta.accepted()) == 1


def test_the_signature_is_of_the_raw_body() -> None:
    assert sign("secret", b"{}") == "sha256=77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13"
