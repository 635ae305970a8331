"""Order numbers, e-mails and phones in free text."""

import pytest

from bot.understanding.read import read

SHOP = (r"[A-Z]{2}-[0-9]{5}",)


@pytest.mark.parametrize(
    "text",
    [
        "mi pedido AB-12345 no llega",
        "ab12345",
        "AB 12345 porfa",
        "es el ab.12345",
        "order #AB_12345?",
        "pedido a b 1 2 3 4 5".replace("a b", "ab"),
        "AB-123 45",
    ],
)
def test_reference_is_returned_as_the_shop_writes_it(text):
    assert read(text, order_patterns=SHOP).order_numbers == ("AB-12345",)


def test_a_pattern_may_escape_its_separator():
    assert read("ab 12345", order_patterns=(r"[A-Z]{2}\-[0-9]{5}",)).order_numbers == ("AB-12345",)


@pytest.mark.parametrize("text", ["ABC-12345", "AB-1234", "llevo 12345 días", "28013 Madrid"])
def test_what_does_not_fit_the_shop_is_no_reference(text):
    assert read(text, order_patterns=SHOP).order_numbers == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("estado del pedido 4582910", "4582910"),
        ("mi pedido es el 33 91 20 4", "3391204"),
        ("pedido uno dos tres cuatro cinco", "12345"),
        ("order number two two nine four one", "22941"),
        ("meu pedido é meia zero um dois", "6012"),
        ("ES77812", "ES77812"),
        ("can you check order MX-99120 please", "MX-99120"),
    ],
)
def test_likely_number_counts_where_the_shop_says_nothing(text, number):
    assert read(text).order_numbers == (number,)


@pytest.mark.parametrize(
    "text", ["cuesta $12345", "calle Mayor 1234", "llega el 12/05/2026", "CP 28013", "talla 4000", "uno dos tres"]
)
def test_prices_places_and_dates_are_no_order_numbers(text):
    assert read(text).order_numbers == ()


def test_several_references_are_all_found():
    assert read("AB-12345 y CD-11111", order_patterns=SHOP).order_numbers == ("AB-12345", "CD-11111")


def test_email_is_found_and_taken_out():
    assert read("escríbeme a Marta.Gil+casa@ejemplo.es.").emails == ("marta.gil+casa@ejemplo.es",)


@pytest.mark.parametrize(
    ("text", "phone"),
    [("+34 600 111 222", "+34600111222"), ("0034600111222", "+34600111222"), ("llámame al 600 11 12 22", "600111222")],
)
def test_phone_is_found(text, phone):
    assert read(text).phones == (phone,)


def test_phone_is_no_order_number():
    assert read("mi pedido, mi teléfono es +34 600 111 222").order_numbers == ()
