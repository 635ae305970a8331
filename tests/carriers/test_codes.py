"""Carriers' codes and words: every documented code is mapped, and free words are guessed with care."""

from __future__ import annotations

from datetime import date

import pytest

from carriers import codes, states
from carriers.codes import CodeTable, Meaning

TABLES = codes.tables()
CARRIERS = {"aftership", "correios", "correos", "correos_express", "ctt", "dhl", "envialia", "estafeta", "fedex", "gls", "mrw", "royalmail", "seur",
            "servientrega", "seventeentrack", "ups"}
MAPPED_SHARE = 0.95


@pytest.fixture(params=sorted(TABLES))
def table(request: pytest.FixtureRequest) -> CodeTable:
    return TABLES[request.param]


def test_the_carriers_of_the_shops_are_there() -> None:
    assert set(TABLES) >= CARRIERS


def test_the_documented_codes_are_mapped(table: CodeTable) -> None:
    mapped = [row for row in table.rows if row.state != states.UNKNOWN]

    assert len(mapped) >= MAPPED_SHARE * len(table.rows)


def test_a_code_stands_with_its_documented_words_and_a_state_of_ours(table: CodeTable) -> None:
    assert not [row for row in table.rows if row.state not in states.ALL or not row.text]


def test_a_table_says_where_it_is_from_and_when_that_was_read(table: CodeTable) -> None:
    assert table.sources
    for source in table.sources:
        assert source["url"].startswith("https://") and source["about"] and date.fromisoformat(source["read"])


def test_no_code_means_two_things(table: CodeTable) -> None:
    meant: dict[str, set[str]] = {}
    for row in table.rows:
        meant.setdefault(codes.fold_code(row.code), set()).add(row.state)

    assert not {code: states for code, states in meant.items() if len(states) > 1}


@pytest.mark.parametrize(("carrier", "key"), [
    ("Correos", "correos"), ("CORREOS España", "correos"), ("Correos Express", "correos_express"), ("Correios", "correios"),
    ("SEUR 24h", "seur"), ("GLS Spain", "gls"), ("Royal Mail Tracked 48", "royalmail"), ("CTT Express", "ctt_express"),
    ("CTT", "ctt"), ("DHL Parcel", "dhl"),
])
def test_a_carrier_is_known_however_the_shop_writes_it(carrier: str, key: str) -> None:
    found = codes.table_of(carrier)

    assert found and found.key == key


@pytest.mark.parametrize("carrier", ["", "Paco el del furgón", "Megaseur"])
def test_another_carrier_is_nobody(carrier: str) -> None:
    assert codes.table_of(carrier) is None


@pytest.mark.parametrize(("carrier", "code", "state"), [
    ("Correios", "BDE-01", "delivered"), ("Correios", "bde 1", "delivered"), ("GLS", "-10", "label_made"),
    ("SEUR", "LI450", "in_transit"), ("SEUR", "LI848", "in_customs"), ("UPS", "040", "at_pickup_point"),
    ("Correos", "I010000V", "delivered"), ("MRW", "17", "unknown"), ("Servientrega", "27", "handed_over"), ("Envialia", "D01", "attempted"),
])
def test_a_code_is_read_however_it_is_written(carrier: str, code: str, state: str) -> None:
    assert codes.meaning(carrier, code, "") == Meaning(state)


def test_a_code_among_the_words_of_a_shop_counts_as_one() -> None:
    assert codes.meaning("CTT Express", "", "1500") == Meaning("out_for_delivery")


@pytest.mark.parametrize(("words", "state"), [
    ("Envío admitido", "handed_over"), ("Salida del centro logístico", "in_transit"), ("En reparto", "out_for_delivery"),
    ("Intento de entrega fallido: destinatario ausente", "attempted"), ("Disponible para recoger", "at_pickup_point"),
    ("Entregado", "delivered"), ("No entregado: ausente", "attempted"), ("En devolución al remitente", "returning"),
    ("Envío declarado extraviado", "lost"), ("Retenido en aduana", "in_customs"), ("Objeto postado", "handed_over"),
    ("Saiu para entrega", "out_for_delivery"), ("Objeto não entregue - carteiro não atendido", "attempted"),
    ("Disponível para retirada", "at_pickup_point"), ("Out for delivery", "out_for_delivery"), ("Returned to sender", "returning"),
    ("Left the sorting centre", "in_transit"), ("Delayed on the road", "exception"), ("Entregado al transportista", "handed_over"),
])
def test_plain_words_are_guessed_and_marked_as_guessed(words: str, state: str) -> None:
    assert codes.meaning("", "", words) == Meaning(state, is_guess=True)


@pytest.mark.parametrize("words", ["", "Delivered to another driver", "Pendiente de entrega mañana", "xyz", "Pago recibido"])
def test_what_is_not_obvious_is_not_guessed(words: str) -> None:
    assert codes.meaning("", "", words) == Meaning()
