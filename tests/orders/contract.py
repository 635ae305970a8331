"""What every connector must do, whatever shop is behind it: one function a promise, over the orders of `samples`."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

from orders import service
from orders.base import Connector, Proof
from tests.orders.samples import TODAY

Check = Callable[["Rig"], None]


@dataclass(frozen=True)
class Rig:
    """A connector over the samples, asked as the bot asks."""

    connector: Connector
    today: date = TODAY

    def find(self, ref: str, **proof: str) -> dict[str, Any] | None:
        return service.find_order(self.connector, {"ref": ref, **proof}, self.today)

    def found(self, ref: str, **proof: str) -> dict[str, Any]:
        order = self.find(ref, **proof)
        assert order is not None, f"{ref} was not found"
        return order

    def bought(self, **buyer: Any) -> list[str]:
        """The numbers of whoever has this phone or e-mail."""
        return [order["reference"] for order in service.orders_of(self.connector, Proof(**buyer), self.today)]

    def marta(self, ref: str) -> dict[str, Any]:
        return self.found(ref, email="marta@example.com")


def found_by_the_phone_of_the_channel(rig: Rig) -> None:
    assert rig.find("AB-12345", phone="+34600111222")


def found_by_email(rig: Rig) -> None:
    assert rig.find("AB-12345", email="marta@example.com")


def found_by_postcode(rig: Rig) -> None:
    assert rig.find("AB-12345", postcode="28013")


def email_may_be_in_capitals(rig: Rig) -> None:
    assert rig.find("CD-11111", email="JOHN@Example.COM")


def email_may_have_spaces_around_it(rig: Rig) -> None:
    assert rig.find("CD-11111", email=" john@example.com ")


def phone_may_be_written_with_signs(rig: Rig) -> None:
    assert rig.find("AB-12345", phone="+34 600-111-222")


def brazilian_phone_fits_without_its_ninth_digit(rig: Rig) -> None:
    assert rig.find("EF-22222", phone="+551187654321")


def british_postcode_fits_without_its_space(rig: Rig) -> None:
    assert rig.find("CD-11111", postcode="ls14ap")


def brazilian_postcode_fits_without_its_hyphen(rig: Rig) -> None:
    assert rig.find("EF-22222", postcode="01310100")


def one_fitting_proof_among_wrong_ones_is_enough(rig: Rig) -> None:
    assert rig.find("AB-12345", phone="+15550001111", email="marta@example.com")


def number_may_be_in_small_letters(rig: Rig) -> None:
    assert rig.marta("ab-12345")


def number_may_lack_its_hyphen(rig: Rig) -> None:
    assert rig.marta("AB12345")


def number_may_have_a_space(rig: Rig) -> None:
    assert rig.marta("ab 12345")


def number_may_begin_with_a_hash(rig: Rig) -> None:
    assert rig.marta("#AB-12345")


def number_may_have_spaces_around_it(rig: Rig) -> None:
    assert rig.marta("  AB-12345\n")


def number_may_be_of_wide_letters(rig: Rig) -> None:
    assert rig.marta("ＡＢ－１２３４５")


def number_comes_back_as_the_shop_writes_it(rig: Rig) -> None:
    assert rig.marta("ab 12345")["reference"] == "AB-12345"


def each_number_gives_its_own_order(rig: Rig) -> None:
    assert rig.marta("AB-54321")["reference"] == "AB-54321"


def wrong_email_finds_nothing(rig: Rig) -> None:
    assert rig.find("AB-12345", email="mallory@example.com") is None


def wrong_phone_finds_nothing(rig: Rig) -> None:
    assert rig.find("AB-12345", phone="+34600111223") is None


def wrong_postcode_finds_nothing(rig: Rig) -> None:
    assert rig.find("AB-12345", postcode="28014") is None


def without_a_proof_nothing_is_found(rig: Rig) -> None:
    assert rig.find("AB-12345") is None


def absent_order_is_not_found_with_a_good_proof(rig: Rig) -> None:
    assert rig.find("AB-99999", email="marta@example.com") is None


def proof_of_one_order_does_not_open_anothers(rig: Rig) -> None:
    assert rig.find("CD-11111", phone="+34600111222", email="marta@example.com", postcode="28013") is None


def proof_shown_once_is_asked_again(rig: Rig) -> None:
    rig.marta("AB-12345")

    assert rig.find("AB-12345") is None


def same_national_number_in_another_country_finds_nothing(rig: Rig) -> None:
    assert rig.find("AB-12345", phone="+351600111222") is None


def end_of_a_phone_is_no_phone(rig: Rig) -> None:
    assert rig.find("AB-12345", phone="111222") is None


def national_number_alone_is_no_phone_of_a_channel(rig: Rig) -> None:
    assert rig.find("AB-12345", phone="600111222") is None


def last_digits_are_no_proof_unless_the_shop_says_so(rig: Rig) -> None:
    assert rig.find("AB-12345", last_digits="1222") is None


def half_an_email_is_no_proof(rig: Rig) -> None:
    assert rig.find("AB-12345", email="marta@") is None


def email_of_another_domain_is_no_proof(rig: Rig) -> None:
    assert rig.find("AB-12345", email="marta@example.com.evil.example") is None


def signs_of_search_are_no_proof(rig: Rig) -> None:
    assert rig.find("AB-12345", email="%@%", postcode="*", phone="%") is None


def blanks_are_no_proof(rig: Rig) -> None:
    assert rig.find("AB-12345", email=" ", postcode=" ", phone=" ", last_digits=" ") is None


def strange_characters_are_no_proof(rig: Rig) -> None:
    assert rig.find("AB-12345", email="\x00\ud800@example.com", postcode="\ud800") is None


def empty_number_finds_nothing(rig: Rig) -> None:
    assert rig.find("", email="marta@example.com") is None


def number_of_signs_alone_finds_nothing(rig: Rig) -> None:
    assert rig.find("#-/..", email="marta@example.com") is None


def endless_number_finds_nothing(rig: Rig) -> None:
    assert rig.find("AB-12345" * 1000, email="marta@example.com") is None


def number_with_strange_characters_finds_nothing(rig: Rig) -> None:
    assert rig.find("AB-\ud800\x00/../x?y=1", email="marta@example.com") is None


def shipped_is_shipped(rig: Rig) -> None:
    assert rig.marta("AB-12345")["status"] == "shipped"


def delayed_is_delayed(rig: Rig) -> None:
    assert rig.marta("AB-54321")["status"] == "delayed"


def preparing_is_preparing(rig: Rig) -> None:
    assert rig.marta("AB-20001")["status"] == "preparing"


def lost_is_lost(rig: Rig) -> None:
    assert rig.marta("AB-20004")["status"] == "lost"


def attempted_is_attempted(rig: Rig) -> None:
    assert rig.marta("AB-20005")["status"] == "attempted"


def out_for_delivery_is_out_for_delivery(rig: Rig) -> None:
    assert rig.marta("AB-20006")["status"] == "out_for_delivery"


def returning_is_returning(rig: Rig) -> None:
    assert rig.marta("AB-20007")["status"] == "returning"


def cancelled_is_cancelled(rig: Rig) -> None:
    assert rig.marta("AB-20008")["status"] == "cancelled"


def refunded_is_refunded(rig: Rig) -> None:
    assert rig.marta("AB-20009")["status"] == "refunded"


def parcel_to_collect_says_where(rig: Rig) -> None:
    order = rig.found("EF-22222", email="rita@example.com")

    assert (order["status"], order["pickup_point"]) == ("at_pickup_point", "Banca do Parque, avenida Brasil 455")


def delivered_says_when_and_how_long_ago(rig: Rig) -> None:
    order = rig.found("CD-11111", email="john@example.com")

    assert (order["status"], order["delivered_on"], order["days_since_delivery"]) == ("delivered", "2026-11-17", 3)


def days_are_iso_days(rig: Rig) -> None:
    order = rig.marta("AB-12345")

    assert (order["ordered_on"], order["ships_on"], order["eta"]) == ("2026-11-17", "2026-11-19", "2026-11-22")


def lateness_is_counted_from_the_promise(rig: Rig) -> None:
    assert rig.marta("AB-54321")["days_late"] == 5


def before_the_promise_nothing_is_late(rig: Rig) -> None:
    assert rig.marta("AB-12345")["days_late"] == 0


def delivered_is_not_late(rig: Rig) -> None:
    assert rig.found("CD-11111", email="john@example.com")["days_late"] == 0


def money_is_exact_decimal_text(rig: Rig) -> None:
    assert {type(rig.marta("AB-54321")["total"]), float(rig.marta("AB-54321")["total"])} == {str, 142.0}
    assert rig.marta("AB-12345")["total"] in ("59.90", "59.9")


def money_carries_the_shops_currency(rig: Rig) -> None:
    assert rig.found("EF-22222", email="rita@example.com")["currency"] == "BRL"


def names_keep_their_accents(rig: Rig) -> None:
    assert rig.marta("AB-12345")["customer_name"] == "Marta Ríos"


def carrier_is_named(rig: Rig) -> None:
    assert rig.found("CD-11111", email="john@example.com")["carrier"] == "Royal Mail"


def items_come_with_quantity_and_price(rig: Rig) -> None:
    bulbs = rig.marta("AB-54321")["items"][1]

    assert (bulbs["name"], bulbs["quantity"], float(bulbs["price"])) == ("Bombilla LED cálida E27", 2, 6.5)


def tracking_is_a_web_address(rig: Rig) -> None:
    assert rig.marta("AB-12345")["tracking_url"].startswith("https://")


def what_is_not_known_is_left_out(rig: Rig) -> None:
    assert not {"carrier", "tracking_number", "tracking_url", "delivered_on", "pickup_point"} & set(
        rig.marta("AB-20001")
    )


def nothing_is_none_or_empty(rig: Rig) -> None:
    assert all(value not in (None, "", []) for value in rig.marta("AB-12345").values())


def answer_is_json(rig: Rig) -> None:
    order = rig.marta("AB-54321")

    assert json.loads(json.dumps(order)) == order


def answer_holds_no_proof(rig: Rig) -> None:
    told = json.dumps(rig.marta("AB-12345"))

    assert not [proof for proof in ("600111222", "marta@example.com", "28013") if proof in told]


def same_question_has_the_same_answer(rig: Rig) -> None:
    assert rig.marta("AB-12345") == rig.marta("AB-12345")


def many_may_ask_at_once(rig: Rig) -> None:
    wanted = ["AB-12345", "AB-54321", "AB-20004", "AB-20009"] * 4
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(rig.marta, wanted))

    assert [answer["reference"] for answer in answers] == wanted


def agent_sees_an_order_without_proof(rig: Rig) -> None:
    order = service.find_for_desk(rig.connector, "ab 12345", rig.today)

    assert order == rig.marta("AB-12345")


def agent_is_told_of_an_absent_order(rig: Rig) -> None:
    assert service.find_for_desk(rig.connector, "AB-99999", rig.today) is None


def connector_itself_hides_what_is_not_proven(rig: Rig) -> None:
    assert rig.connector.find("AB-12345", Proof(email="mallory@example.com")) is None


def orders_are_found_by_the_phone_of_the_channel(rig: Rig) -> None:
    assert "AB-12345" in rig.bought(phone="+34600111222")


def orders_are_found_by_email(rig: Rig) -> None:
    assert "AB-12345" in rig.bought(email="marta@example.com")


def orders_are_found_by_an_email_in_capitals(rig: Rig) -> None:
    assert "AB-12345" in rig.bought(email=" Marta@Example.COM ")


def orders_are_found_by_phone_and_email_together_once_each(rig: Rig) -> None:
    both = rig.bought(phone="+447700900123", email="john@example.com")

    assert both.count("CD-11111") == 1


def either_of_phone_and_email_is_enough_to_find_orders(rig: Rig) -> None:
    assert "CD-11111" in rig.bought(phone="+15550001111", email="john@example.com")


def newest_orders_come_first(rig: Rig) -> None:
    orders = service.orders_of(rig.connector, Proof(email="marta@example.com"), rig.today)
    days = [order["ordered_on"] for order in orders]

    assert len(days) > 1 and days == sorted(days, reverse=True)


def at_most_ten_orders_come(rig: Rig) -> None:
    assert len(rig.bought(email="marta@example.com")) == 10


def oldest_order_is_the_one_that_is_left_out(rig: Rig) -> None:
    bought = rig.bought(email="marta@example.com")

    assert "AB-20001" in bought and "AB-20009" not in bought


def orders_of_one_buyer_are_hers_alone(rig: Rig) -> None:
    assert not [ref for ref in rig.bought(phone="+34600111222", email="marta@example.com") if not ref.startswith("AB-")]


def orders_of_another_buyer_are_his_alone(rig: Rig) -> None:
    bought = rig.bought(email="john@example.com")

    assert "CD-11111" in bought and not [ref for ref in bought if not ref.startswith("CD-")]


def nobody_has_no_orders(rig: Rig) -> None:
    assert rig.bought(phone="+34600999888", email="nobody@example.com") == []


def without_phone_and_email_there_are_no_orders(rig: Rig) -> None:
    assert rig.bought() == [] and rig.bought(phone=" ", email="\t") == []


def postcode_and_last_digits_find_no_orders(rig: Rig) -> None:
    assert rig.bought(postcode="28013", last_digits="1222") == []


def signs_of_search_find_no_orders(rig: Rig) -> None:
    assert rig.bought(email="%@%", phone="*") == [] and rig.bought(email="*@example.com") == []


def part_of_an_email_finds_no_orders(rig: Rig) -> None:
    assert rig.bought(email="marta@") == [] and rig.bought(email="arta@example.com") == []


def end_of_a_phone_finds_no_orders(rig: Rig) -> None:
    assert rig.bought(phone="600111222") == [] and rig.bought(phone="+351600111222") == []


def strange_characters_find_no_orders(rig: Rig) -> None:
    assert rig.bought(email="\x00\ud800@example.com", phone="\ud800") == []


def found_orders_are_the_same_as_by_their_number(rig: Rig) -> None:
    orders = service.orders_of(rig.connector, Proof(email="marta@example.com"), rig.today)

    assert rig.marta("AB-12345") in orders


def connector_says_that_it_can_search(rig: Rig) -> None:
    assert rig.connector.can_search is True


def connector_says_whether_it_is_local(rig: Rig) -> None:
    assert isinstance(rig.connector.local, bool)


CHECKS: tuple[Check, ...] = tuple(
    check for name, check in list(globals().items()) if getattr(check, "__module__", "") == __name__ and name.islower()
)
