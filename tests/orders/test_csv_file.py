"""Orders of a file: its mistakes are named with their line, its changes are seen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import orders
from orders.base import Proof
from orders.csv_file import CsvFile
from orders.errors import BadConfiguration

MARTA = Proof(email="marta@example.com")
HEAD = "reference,status,email,eta,total\n"
ROW = "AB-12345,shipped,marta@example.com,2026-11-22,59.90\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def a_shop(path: Path, text: str = HEAD + ROW, **settings: Any) -> CsvFile:
    path.write_text(text, encoding="utf-8")
    shop = orders.connector("csv_file", {"path": str(path), **settings})
    assert isinstance(shop, CsvFile)
    return shop


def rewrite(path: Path, text: str) -> None:
    # A file system counts time in steps; the next version must not fall into the same one.
    before = path.stat().st_mtime_ns
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def refusal(path: Path, text: str, **settings: Any) -> str:
    with pytest.raises(BadConfiguration) as refused:
        a_shop(path, text, **settings)
    return refused.value.detail.replace(str(path), "FILE")


def test_new_order_is_found_after_the_file_has_changed(path: Path) -> None:
    shop = a_shop(path)
    rewrite(path, HEAD + ROW + ROW.replace("12345", "77777"))

    shop.refresh()

    assert shop.find("AB-77777", MARTA)


def test_broken_change_leaves_the_last_good_file_in_place(path: Path) -> None:
    shop = a_shop(path)
    rewrite(path, HEAD + "AB-12345,shipped")

    with pytest.raises(BadConfiguration):
        shop.refresh()

    assert shop.find("AB-12345", MARTA)


def test_broken_change_is_refused_once(path: Path) -> None:
    shop = a_shop(path)
    rewrite(path, "nothing")
    with pytest.raises(BadConfiguration):
        shop.refresh()

    shop.refresh()


def test_file_that_is_gone_for_a_moment_leaves_the_orders(path: Path) -> None:
    shop = a_shop(path)
    path.unlink()

    with pytest.raises(BadConfiguration, match="cannot be read"):
        shop.refresh()

    assert shop.find("AB-12345", MARTA)


def test_rows_of_one_order_add_their_items(path: Path) -> None:
    head = "reference,status,email,item_name,item_quantity\n"
    shop = a_shop(path, head + "1,shipped,marta@example.com,Nido,1\n1,shipped,marta@example.com,Brasa,2\n")

    order = shop.find("1", MARTA)

    assert order is not None and [(item.name, item.quantity) for item in order.items] == [("Nido", 1), ("Brasa", 2)]


def test_cell_may_hold_the_delimiter_and_a_line_end(path: Path) -> None:
    shop = a_shop(path, 'reference,email,pickup_point\n1,marta@example.com,"Calle Mayor 3,\nMadrid"\n')

    order = shop.find("1", MARTA)

    assert order is not None and order.pickup_point == "Calle Mayor 3, Madrid"


def test_file_of_windows_is_read_when_the_settings_say_so(path: Path) -> None:
    path.write_bytes("reference,email,customer_name\n1,marta@example.com,Marta Ríos\n".encode("cp1252"))
    shop = orders.connector("csv_file", {"path": str(path), "encoding": "cp1252"})

    order = shop.find("1", MARTA)

    assert order is not None and order.customer_name == "Marta Ríos"


def test_bad_day_is_named_with_its_line(path: Path) -> None:
    told = refusal(path, HEAD + ROW + ROW.replace("2026-11-22", "22/11/2026").replace("12345", "2"))

    assert told == "FILE:3: eta is not a day as `dates: iso` says."


def test_all_bad_lines_are_named_at_once(path: Path) -> None:
    told = refusal(path, HEAD + ",shipped,a@b.c,,\n" + "2,shipped,a@b.c,,free\n")

    assert told.splitlines() == [
        "FILE:2: reference is missing.",
        "FILE:3: total is not an amount with the decimal mark “.”.",
    ]


def test_missing_column_is_named_with_those_there_are(path: Path) -> None:
    told = refusal(path, HEAD + ROW, columns={"phone": "Teléfono"})

    assert told == "FILE:1: has no column “Teléfono” for phone: its columns are reference, status, email, eta, total."


def test_file_without_order_numbers_is_refused(path: Path) -> None:
    assert "FILE:1: has no column “reference”" in refusal(path, "number,status\n1,shipped\n")


def test_two_numbers_that_differ_by_signs_alone_are_refused(path: Path) -> None:
    told = refusal(path, "reference\nAB-1\nA-B1\n")

    assert told == "FILE:3: order number “A-B1” is the same as “AB-1” but for its signs: rename one."


def test_short_row_is_named(path: Path) -> None:
    assert "FILE:2: the row has 2 cells, column 5 is needed" in refusal(path, HEAD + "AB-1,shipped\n")


def test_open_quote_is_named(path: Path) -> None:
    assert "FILE:2: the row cannot be read" in refusal(path, 'reference\n"AB-1\n')


def test_wrong_encoding_is_named_with_its_line(path: Path) -> None:
    path.write_bytes(HEAD.encode() + "1,Envío,,,\n".encode("latin-1"))

    with pytest.raises(BadConfiguration, match=r"orders\.csv:2: is not utf-8-sig: save the file as UTF-8"):
        orders.connector("csv_file", {"path": str(path)})


def test_empty_file_is_refused(path: Path) -> None:
    assert "FILE:1: has no column “reference”" in refusal(path, "")


def test_column_that_is_not_ours_is_refused(path: Path) -> None:
    assert "columns.emial: is not one of ours" in refusal(path, HEAD + ROW, columns={"emial": "email"})


def test_file_with_a_head_alone_has_no_orders(path: Path) -> None:
    assert a_shop(path, HEAD).find("AB-12345", MARTA) is None
