"""Order numbers, e-mails and phones in free text."""

import pytest

from bot.understanding.contacts import contacts
from bot.understanding.fold import fold
from bot.understanding.lexicon import mend
from bot.understanding.order_numbers import MAX_FOUND, order_numbers
from bot.understanding.read import read

SHOP = (r"[A-Z]{2}-[0-9]{5}",)


def found(text, patterns=()):
    rest = contacts(text).rest
    return order_numbers(rest, fold(rest, mend).words, patterns)


def first(text):
    """The likeliest without its signs; "" for none."""
    return next((number.replace("-", "") for number in found(text)), "")


# By the shop's pattern


@pytest.mark.parametrize(
    "text",
    [
        "mi pedido AB-12345 no llega",
        "ab12345",
        "AB 12345 porfa",
        "es el ab.12345",
        "order #AB_12345?",
        "pedido ab 1 2 3 4 5",
        "A B 1 2 3 4 5",
        "AB-123 45",
        "AB\n12345",
        "AB\u201112345",
        "AB-\u200b12345",
        "a be uno dos tres cuatro cinco",
        "a de Ana be de Barcelona guion uno dos tres cuatro cinco",
    ],
)
def test_reference_is_returned_as_the_shop_writes_it(text):
    assert found(text, SHOP) == ("AB-12345",)


def test_a_pattern_may_escape_its_separator():
    assert found("ab 12345", (r"[A-Z]{2}\-[0-9]{5}",)) == ("AB-12345",)


@pytest.mark.parametrize("text", ["ABC-12345", "AB-1234", "llevo 12345 días", "28013 Madrid"])
def test_what_does_not_fit_the_shop_is_no_reference(text):
    assert found(text, SHOP) == ()


def test_a_postcode_is_no_reference_of_a_shop_that_writes_figures_alone():
    assert found("mi código postal es 28013", ("[0-9]{5}",)) == ()


def test_several_references_are_all_found():
    assert found("AB-12345 y CD-11111", SHOP) == ("AB-12345", "CD-11111")


def test_no_more_than_a_few_are_given_back():
    assert len(found(", ".join(f"AB-1000{n}" for n in range(9)), SHOP)) == MAX_FOUND


# Without a pattern of the shop: written


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("estado del pedido 4582910", "4582910"),
        ("mi pedido es el 33 91 20 4", "3391204"),
        ("ES77812", "ES77812"),
        ("can you check order MX-99120 please", "MX99120"),
        ("buenas me regala el estado de mi pedido CO 551 207", "CO551207"),
        ("pedido: LJ-00912-B", "LJ00912B"),
        ("rastreio AB 123 4567 L", "AB1234567L"),
        ("onde anda EM 99120 PT?", "EM99120PT"),
        ("PED/556-1209", "PED5561209"),
        ("pedido COL.4471", "COL4471"),
        ("pedido n°12345", "12345"),
        ("N.º 44.01.92, em nome de Deolinda", "440192"),
        ("order № 55120", "55120"),
        ("pedido12345", "12345"),
        ("https://shop.example/track?order=12345", "12345"),
        ("el 4417 sigue en Zaragoza", "4417"),
        ("cancelá el pedido 5561 por favor", "5561"),
        ("pedido 882 por favor", "882"),
        ("tracking 1Z999AA10123456784", "1Z999AA10123456784"),
        ("dónde está K7M42Q", "K7M42Q"),
        ("12345porfa", "12345"),
        ("pedido 12345 2 unidades", "12345"),
        ("pedido 55120 mil gracias", "55120"),
        ("factura del pedido 88120", "88120"),
        ("compré el 12/05, pedido 12345, tel 600112233", "12345"),
        ("FW: Your order AB-12345 of 12 May 2026, $120.00, to 45 Main Street, 90210", "AB12345"),
        ("PEDIDO AB-12345 NO LLEGA", "AB12345"),
        ("HOLA EL PEDIDO ES 12345", "12345"),
    ],
)
def test_likely_number_counts_where_the_shop_says_nothing(text, number):
    assert first(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "cuesta $12345",
        "me devolvieron 34990 de 45990",
        "R$ 1.250,00",
        "12 500 pesos",
        "paid 249.99",
        "calle Mayor 1234",
        "Thames 1840",
        "a Mérida 97203",
        "28013 Madrid",
        "CP 28013",
        "my zip, 43215",
        "entregar no código 4400-112",
        "llega el 12/05/2026",
        "o das 19h10",
        "desde 2019",
        "el Peugeot 2008 es mío",
        "talla 4000",
        "mide 130x160",
        "batería de 20000 mAh",
        "tengo una RTX 4070",
        "funda para iphone 15 y samsung a54",
        "busco los WH-1000XM4",
        "tarjeta terminada en 4410",
        "cartão final 4410",
        "NIF 33.812.904-K",
        "12345678Z es mi dni",
        "cnpj 12.345.678/0001-95",
        "RFC GOMA850312AB1",
        "29ABCDE1234F1Z5 for the GST invoice",
        "ES91 2100 0418 4502 0005 1332",
        "factura 2024-0012",
        "póliza 889900",
        "flight 2210 from C",
        "Please take my number off the list, 07700 900812",
        "llámenme cuando sepan algo del paquete, 987 000 321",
        "www.tienda.example/p/4451290 cuánto sale",
        "@juan_12345 mira",
        "10000 likes",
        "la ley 24240 me ampara",
    ],
)
def test_other_numbers_are_no_order_numbers(text):
    assert found(text) == ()


# Said aloud


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("pedido uno dos tres cuatro cinco", "12345"),
        ("order number two two nine four one", "22941"),
        ("meu pedido é meia zero um dois", "6012"),
        ("six double two oh nine", "62209"),
        ("pedido triple siete cero", "7770"),
        ("el cuatro, doble cero, doble siete", "40077"),
        ("pedido tres ceros uno dos", "00012"),
        ("mi pedido es el cuarenta y uno veintidós", "4122"),
        ("o quarenta e um seis cinco cinco", "41655"),
        ("my order is twenty-two forty-five", "2245"),
        ("pedido cuatro mil quinientos doce", "4512"),
        ("pedido 4 doble cero 2 siete", "40027"),
        ("uve, cero, cero, cuatro, uno, ocho", "V00418"),
        ("doble uve, siete siete uno dos cero, a", "W77120A"),
        ("it's M for Mike R as in Romeo four four seven one", "MR4471"),
    ],
)
def test_digits_said_as_words_are_read(text, number):
    assert first(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "uno dos tres",
        "me costó dos mil quinientos",
        "a las doce cuarenta y cinco",
        "es la terminada en cuatro cuatro cero ocho",
        "mi teléfono es seis uno uno dos dos tres tres cuatro cuatro",
        "o zero oitocentos só toca música",
        "tengo dos hijos de tres y cuatro años y uno de seis",
        "mil novecientos treinta y cinco de largo",
    ],
)
def test_other_numbers_said_as_words_are_no_order_numbers(text):
    assert found(text) == ()


# Corrections


@pytest.mark.parametrize(
    "text",
    [
        "66251 no perdón, 66215",
        "PR-66251... opa, 66215",
        "no es 66251, es 66215",
        "not 66251 but 66215",
        "it's 66215 not 66251",
        "era 66215 no 66251",
        "digitei 66251 e era 66215",
        "seis seis dos cinco uno no esperá seis seis dos uno cinco ahora sí",
    ],
)
def test_a_number_that_is_taken_back_does_not_come_first(text):
    assert first(text) == "66215"


def test_two_numbers_of_which_one_has_not_come_are_no_correction():
    assert first("el pedido 88120 no llegó pero el 88121 sí") == "88120"


# E-mails and phones


def test_email_is_found_and_taken_out():
    assert contacts("escríbeme a Marta.Gil+casa@ejemplo.es.").emails == ("marta.gil+casa@ejemplo.es",)


@pytest.mark.parametrize(
    ("text", "phone"),
    [("+34 600 111 222", "+34600111222"), ("0034600111222", "+34600111222"), ("llámame al 600 11 12 22", "600111222")],
)
def test_phone_is_found(text, phone):
    assert contacts(text).phones == (phone,)


def test_phone_is_no_order_number():
    assert found("mi pedido, mi teléfono es +34 600 111 222") == ()


@pytest.mark.parametrize("text", ["estado 1000", "estado 1943", "pedido 2024", "2000"])
def test_a_round_number_or_a_year_beside_one_word_is_an_order_where_the_shop_writes_so(text):
    assert read(text, order_patterns=("[0-9]{4}",)).order_numbers == (text.split()[-1],)
