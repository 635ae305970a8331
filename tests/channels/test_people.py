"""Who somebody is, whether we may write, and whether they asked us not to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import channels
from channels.consent import SMS_STOP, asks_for_advertising, asks_to_start, asks_to_stop
from channels.identity import canonical_phone, contact_key, variants
from channels.windows import Window

WROTE = datetime(2026, 11, 21, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WITH_WINDOW = [kind for kind, adapter in channels.adapters().items() if adapter.window.free]


@pytest.mark.parametrize(
    "pair",
    [
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
        ("+551187654321", "+5511987654321"),
    ],
)
def test_two_forms_of_one_phone_are_one_contact(pair: tuple[str, str]) -> None:
    old, new = (contact_key("meta-whatsapp", "1", address) for address in pair)

    assert old == new
    assert set(pair) <= set(variants(pair[0])) and set(pair) <= set(variants(pair[1]))


@pytest.mark.parametrize("pair", [("+551133334444", "+5511933334444"), ("+34600111222", "+34600111223")])
def test_different_people_are_not_merged(pair: tuple[str, str]) -> None:
    assert canonical_phone(pair[0]) != canonical_phone(pair[1])


def test_same_phone_is_one_contact_on_every_channel() -> None:
    keys = {contact_key(kind, "1", "+34600111222") for kind in ("twilio-sms", "meta-whatsapp")}

    assert keys == {"phone:+34600111222"}


def test_ids_that_are_no_phones_stay_where_they_count() -> None:
    assert contact_key("meta-whatsapp", "1", "ES.123") == contact_key("meta-whatsapp", "2", "ES.123")
    assert contact_key("meta-messenger", "1", "748") != contact_key("meta-messenger", "2", "748")
    assert canonical_phone("ES.123") == "ES.123"


def window(kind: str) -> Window:
    return channels.adapter(kind).window


def may_write(kind: str, author: str, after: timedelta | None, template: bool = False) -> bool:
    state = window(kind).state(WROTE if after is not None else None, WROTE + (after or HOUR))
    return window(kind).lets(author, state, template=template)


@pytest.mark.parametrize("kind", WITH_WINDOW)
def test_bot_writes_within_a_day_of_the_last_message(kind: str) -> None:
    assert may_write(kind, "bot", DAY - HOUR)
    assert not may_write(kind, "bot", DAY)


@pytest.mark.parametrize("kind", WITH_WINDOW)
def test_nobody_writes_first(kind: str) -> None:
    assert not may_write(kind, "agent", None)


def test_sms_has_no_window() -> None:
    assert may_write("twilio-sms", "bot", None)
    assert window("twilio-sms").ends_at(WROTE) is None


@pytest.mark.parametrize("kind", ["meta-messenger", "meta-instagram"])
@pytest.mark.parametrize(("after", "state"), [(HOUR, "free"), (2 * DAY, "human"), (8 * DAY, "closed")])
def test_a_person_writes_for_a_week_at_meta(kind: str, after: timedelta, state: str) -> None:
    assert window(kind).state(WROTE, WROTE + after) == state
    assert may_write(kind, "agent", after) is (state != "closed")


def test_the_bot_never_passes_for_a_person() -> None:
    assert not may_write("meta-messenger", "bot", 2 * DAY)


def test_a_template_opens_a_closed_window_on_whatsapp_alone() -> None:
    opened = [kind for kind in channels.adapters() if may_write(kind, "bot", 9 * DAY, template=True)]

    assert opened == ["meta-whatsapp", "twilio-sms", "twilio-whatsapp"]


def test_an_advertisement_may_leave_the_window_open_longer() -> None:
    until = WROTE + 7 * DAY

    assert window("meta-messenger").ends_at(WROTE, until) == until
    assert window("meta-messenger").state(WROTE, WROTE + 6 * DAY, until) == "free"


@pytest.mark.parametrize("text", ["STOP", "stop", " Baja. ", "SAIR", "unsubscribe"])
@pytest.mark.parametrize("kind", list(channels.adapters()))
def test_stop_words_count_as_the_whole_message(kind: str, text: str) -> None:
    assert asks_to_stop(kind, text)
    assert not asks_to_stop(kind, f"{text} sending me the wrong size")


@pytest.mark.parametrize("text", ["STOP!!!", "🛑 stop 🛑", "«Baja»", "*SAIR*", "\u200eStop\u200f", "ＳＴＯＰ", "Stop.\n", "…baja…"])
def test_signs_and_emoji_around_a_stop_word_do_not_matter(text: str) -> None:
    assert asks_to_stop("meta-messenger", text)


@pytest.mark.parametrize("text", ["¿baja?", "stop?", "S T O P", "stop1", "STOP y BAJA", "no stop", "stopp", "🛑", "1", "٣"])
def test_what_only_looks_like_a_stop_word_is_none(text: str) -> None:
    assert not asks_to_stop("twilio-sms", text)


@given(st.sampled_from(sorted(SMS_STOP)), st.text(min_size=1), st.booleans())
def test_a_stop_word_in_a_sentence_never_stops(word: str, other: str, before: bool) -> None:
    sentence = f"{other} {word}" if before else f"{word} {other}"

    assert asks_to_stop("twilio-sms", sentence) <= (not any(letter.isalnum() for letter in other))


@pytest.mark.parametrize("text", ["CANCEL", "end", "quit", "STOPALL", "REVOKE", "optout"])
def test_twilios_own_words_stop_only_sms(text: str) -> None:
    assert asks_to_stop("twilio-sms", text)
    assert not asks_to_stop("twilio-whatsapp", text)


@pytest.mark.parametrize("text", ["cancel my order", "", "para", "cancelar", "stop" * 100])
def test_other_words_do_not_stop(text: str) -> None:
    assert not asks_to_stop("twilio-sms", text)


@pytest.mark.parametrize(("text", "asks"), [("START", True), ("Start!", True), ("voltar", False), ("alta", False), ("yes", False)])
def test_advertising_starts_again_by_one_word_alone(text: str, asks: bool) -> None:
    assert asks_for_advertising(text) is asks


def test_start_words_bring_a_contact_back() -> None:
    assert asks_to_start("twilio-sms", "start") and asks_to_start("twilio-sms", "YES")
    assert asks_to_start("meta-whatsapp", "Start") and not asks_to_start("meta-whatsapp", "yes")
