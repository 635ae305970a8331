"""What Meta says of our channels: asked over a socket, the app's questions with the app's own token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from channels import accounts, asking, places
from channels.probing import Found, Place
from tests.builders import MONDAY_NOON
from tests.providers.meta import ACCESS_TOKEN, APP_ID, APP_SECRET, BUSINESS_ID, PAGE_ID, PHONE_NUMBER_ID, MetaStandIn

BASE = "https://chat.example.com"
OURS = f"{BASE}/webhooks/meta"
INSTAGRAM = "17841400000000001"
DAY = 86_400
SENDERS: dict[str, list[Any]] = {
    "whatsapp": [{"phone_number_id": PHONE_NUMBER_ID, "number": "+34600000002", "waba_id": BUSINESS_ID}],
    "pages": [PAGE_ID],
    "instagram": [{"account_id": INSTAGRAM, "page_id": PAGE_ID}],
}


@pytest.fixture
def meta() -> Iterator[MetaStandIn]:
    """Everything well set up; a test changes what it is about."""
    with MetaStandIn() as standin:
        held = standin.held
        held.nodes[PHONE_NUMBER_ID] = {
            "health_status": {"can_send_message": "AVAILABLE", "entities": []}, "quality_rating": "GREEN",
            "display_phone_number": "+34 600 00 00 02", "webhook_configuration": {"application": OURS},
            "whatsapp_business_manager_messaging_limit": "TIER_10K"}
        held.apps[BUSINESS_ID] = [{"whatsapp_business_api_data": {"id": APP_ID, "name": "Relevo"}}]
        held.apps[PAGE_ID] = [{"id": APP_ID, "subscribed_fields": ["messages", "messaging_postbacks"]}]
        held.subscriptions = [{"object": name, "callback_url": OURS, "active": True,
                               "fields": [{"name": "messages", "version": "v21.0"}]} for name in ("page", "instagram")]
        yield standin


def a_place(meta: MetaStandIn, listed: str = "whatsapp", **more: Any) -> Place:
    account = {"app_id": APP_ID, "app_secret": APP_SECRET, "access_token": ACCESS_TOKEN, "verify_token": "v",
               listed: SENDERS[listed]}
    ours = accounts.read({"meta": [account | more]})
    (place,) = places.places(ours, ("https://api.example", meta.url), [BASE])
    return place


def found(place: Place) -> dict[str, Found]:
    with closing(asking.Asker([place.endpoint.api_base])) as ask:
        return {one.check: one for look in places.looks(place, MONDAY_NOON) for one in asking.run(look, ask)}


def said(place: Place) -> dict[str, str]:
    return {check: one.text for check, one in found(place).items()}


def test_a_number_that_is_well_set_up_is_well(meta: MetaStandIn) -> None:
    assert {one.state for one in found(a_place(meta)).values()} == {"ok"}


@pytest.mark.parametrize("listed", ["pages", "instagram"])
def test_a_page_that_is_well_set_up_is_well_but_for_what_cannot_be_asked(meta: MetaStandIn, listed: str) -> None:
    states = {check: one.state for check, one in found(a_place(meta, listed)).items()}

    assert states == {"token": "ok", "subscription": "ok", "callback": "ok", "human_agent": "unknown"}


@pytest.mark.parametrize(("token", "state", "text"), [
    ({"is_valid": False}, "bad", "token_refused"),
    ({"expires_at": MONDAY_NOON.timestamp() + 40 * DAY}, "ok", "token_ends"),
    ({"expires_at": MONDAY_NOON.timestamp() + 3 * DAY}, "warning", "token_ends"),
    ({"data_access_expires_at": MONDAY_NOON.timestamp() - DAY}, "bad", "token_expired"),
    ({"app_id": "1"}, "bad", "token_other_app"),
])
def test_a_token_is_good_for_a_time(meta: MetaStandIn, token: dict[str, Any], state: str, text: str) -> None:
    meta.held.token |= token

    told = found(a_place(meta))["token"]
    assert (told.state, told.text) == (state, text)


def test_a_token_that_runs_out_says_the_day(meta: MetaStandIn) -> None:
    meta.held.token["expires_at"] = int(MONDAY_NOON.timestamp()) + 3 * DAY + 60

    assert found(a_place(meta))["token"].values == {"days": 3, "day": "2026-11-26"}


@pytest.mark.parametrize(("scopes", "text"), [
    (["whatsapp_business_messaging"], "permission_ok"), (["whatsapp_business_management"], "permission_missing")])
def test_a_token_must_be_allowed_to_write(meta: MetaStandIn, scopes: list[str], text: str) -> None:
    meta.held.token["scopes"] = scopes

    assert said(a_place(meta))["permission"] == text


def test_without_the_apps_id_its_questions_stay_open(meta: MetaStandIn) -> None:
    told = said(a_place(meta, "pages", app_id=""))

    assert (told["token"], told["callback"], told["subscription"]) == ("token_no_app",) * 3


def test_a_wrong_app_secret_is_told_from_a_wrong_token(meta: MetaStandIn) -> None:
    assert said(a_place(meta, app_secret="old"))["token"] == "app_secret_refused"


def test_the_token_is_asked_about_with_the_apps_own(meta: MetaStandIn) -> None:
    found(a_place(meta))

    assert "/v21.0/debug_token" in meta.held.asked


@pytest.mark.parametrize(("status", "state"), [("LIMITED", "warning"), ("BLOCKED", "bad")])
def test_a_number_that_may_not_send_says_what_is_in_its_way(meta: MetaStandIn, status: str, state: str) -> None:
    entity = {"entity_type": "WABA", "can_send_message": status, "errors": [{"error_code": 141010}]}
    meta.held.nodes[PHONE_NUMBER_ID]["health_status"] = {"can_send_message": status, "entities": [entity]}

    told = found(a_place(meta))["number"]
    assert (told.state, told.values) == (state, {"status": status, "codes": ["141010"], "parts": ["WABA"]})


def test_another_number_behind_the_same_id_is_noticed(meta: MetaStandIn) -> None:
    meta.held.nodes[PHONE_NUMBER_ID]["display_phone_number"] = "+34 600 99 99 99"

    assert found(a_place(meta))["identity"].values == {"theirs": "+34600999999", "ours": "+34600000002"}


def test_the_numbers_own_address_counts_before_the_apps(meta: MetaStandIn) -> None:
    meta.held.nodes[PHONE_NUMBER_ID]["webhook_configuration"] = {
        "application": OURS, "whatsapp_business_account": OURS, "phone_number": "https://old.example/hook"}

    told = found(a_place(meta))["callback"]
    assert (told.text, told.values["theirs"]) == ("callback_wrong", "https://old.example/hook")


def test_where_a_number_says_nothing_the_app_is_asked(meta: MetaStandIn) -> None:
    del meta.held.nodes[PHONE_NUMBER_ID]["webhook_configuration"]
    meta.held.subscriptions.append({"object": "whatsapp_business_account", "callback_url": OURS, "fields": ["messages"]})

    assert said(a_place(meta))["callback"] == "callback_ok"


@pytest.mark.parametrize(("changes", "text"), [
    ({"callback_url": "https://old.example/"}, "callback_wrong"), ({"active": False}, "callback_inactive"),
    ({"fields": [{"name": "feed"}]}, "callback_no_messages"), ({"object": "user"}, "callback_missing")])
def test_each_way_the_app_may_not_call_us_has_its_word(meta: MetaStandIn, changes: dict[str, Any], text: str) -> None:
    meta.held.subscriptions = [meta.held.subscriptions[0] | changes]

    assert said(a_place(meta, "pages"))["callback"] == text


def test_an_account_that_our_app_does_not_hear_of_is_bad(meta: MetaStandIn) -> None:
    meta.held.apps[BUSINESS_ID] = [{"whatsapp_business_api_data": {"id": "1"}}]

    assert found(a_place(meta))["subscription"].state == "bad"


def test_a_page_that_keeps_its_messages_to_itself_is_bad(meta: MetaStandIn) -> None:
    meta.held.apps[PAGE_ID][0]["subscribed_fields"] = ["feed"]

    assert said(a_place(meta, "pages"))["subscription"] == "subscription_no_messages"


def test_templates_are_read_to_the_last_page(meta: MetaStandIn) -> None:
    states = ("APPROVED", "PAUSED", "APPROVED", "PENDING", "DISABLED")
    meta.held.templates[BUSINESS_ID] = [{"name": f"t{n}", "status": state} for n, state in enumerate(states)]

    lost = found(a_place(meta))["templates"]
    assert lost.values == {"ready": 2, "total": 5, "lost": 2, "names": ["t1 (paused)", "t4 (disabled)"]}


def test_without_the_id_of_the_whatsapp_account_it_is_said_what_is_missing(meta: MetaStandIn) -> None:
    told = said(a_place(meta, whatsapp=[{"phone_number_id": PHONE_NUMBER_ID}]))

    assert (told["templates"], told["subscription"]) == ("waba_unset", "waba_unset")


def test_an_instagram_account_without_its_page_says_so(meta: MetaStandIn) -> None:
    assert said(a_place(meta, "instagram", instagram=[INSTAGRAM]))["subscription"] == "page_unset"
