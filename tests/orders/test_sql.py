"""The connector `sql`, on both databases: it finds, it only reads, it ends in time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

import orders
from orders.base import Connector, Proof
from orders.errors import BadConfiguration, ConnectorError
from tests.orders import sql_samples
from tests.orders.contract import CHECKS, Rig

MARTA = Proof(email="marta@example.com")
ON_A_SERVER = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # a file has no sequences, and drops nobody
# Statements that pass for one SELECT and would write, or never end.
SLEEP = {"sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS total FROM n WHERE"
                   " :reference <> ''", "postgresql": "SELECT pg_sleep(20)::text AS status, :reference AS reference"}  # fmt: skip


@pytest.fixture
def url(database_url: str) -> Iterator[str]:
    sql_samples.fill(database_url)
    yield database_url
    engine = create_engine(database_url)
    sql_samples.KEPT.drop_all(engine)
    engine.dispose()


def made(url: str, **more: Any) -> Connector:
    return orders.connector("sql", sql_samples.settings(url) | more)


@pytest.fixture
def shop(url: str) -> Iterator[Connector]:
    shop = made(url)
    yield shop
    shop.close()  # type: ignore[attr-defined]


def failure(url: str, **more: Any) -> ConnectorError:
    shop = made(url, **more)
    with pytest.raises(ConnectorError) as failed:
        shop.find("AB-12345", MARTA)
    shop.close()  # type: ignore[attr-defined]
    return failed.value


def test_both_databases_keep_the_contract(shop: Connector) -> None:
    for check in CHECKS:
        check(Rig(shop))


def test_values_are_bound_and_never_part_of_the_statement(shop: Connector) -> None:
    hostile = "x'; DROP TABLE shop_orders; --"

    assert shop.find(hostile, MARTA) is None and shop.orders_of(Proof(email=f"{hostile}@example.com")) == ()
    assert shop.find("AB-12345", MARTA)


@ON_A_SERVER
@pytest.mark.parametrize("function", ["nextval", "setval"])
def test_what_writes_behind_a_select_is_stopped_by_the_transaction(url: str, function: str) -> None:
    arguments = "'seven'" if function == "nextval" else "'seven', 9"
    owner = create_engine(url)
    with owner.begin() as connection:
        connection.execute(text("CREATE SEQUENCE IF NOT EXISTS seven"))
    owner.dispose()

    error = failure(url, order=f"SELECT {function}({arguments})::text AS status, :reference AS reference")

    assert (error.permanent, error.code) == (True, "refused")


def test_transaction_only_reads(url: str) -> None:
    shop = made(url)
    with pytest.raises(ConnectorError) as failed, shop._reading() as connection:  # type: ignore[attr-defined]
        connection.execute(text("DELETE FROM shop_orders"))
    shop.close()  # type: ignore[attr-defined]

    assert (failed.value.permanent, failed.value.code) == (True, "refused")
    assert "DELETE" not in failed.value.detail


def test_statement_without_an_end_is_broken_off(url: str) -> None:
    started = time.monotonic()

    error = failure(url, order=SLEEP[url.split(":")[0].split("+")[0]], timeout_seconds="0.3")

    assert (error.permanent, error.code) == (False, "timeout")
    assert time.monotonic() - started < 3


def test_statement_that_does_not_fit_the_tables_is_permanent(url: str) -> None:
    error = failure(url, order="SELECT number AS reference FROM nowhere WHERE number = :reference")

    assert (error.permanent, error.code) == (True, "refused")


def test_column_that_is_not_ours_is_named(url: str) -> None:
    error = failure(url, order="SELECT reference, email, status AS estado FROM shop_orders WHERE reference = :reference")

    assert "column “estado”" in error.detail and error.permanent


def test_statement_that_answers_with_another_order_shows_nothing(url: str) -> None:
    error = failure(url, order="SELECT reference, status, email FROM shop_orders WHERE reference <> :reference")

    assert error.code == "other_order"


def test_of_several_rows_the_one_that_was_asked_for_is_told(url: str) -> None:
    shop = made(url, order="SELECT reference, status, email FROM shop_orders WHERE :reference <> ''")
    found = [shop.find_without_proof(number) for number in ("AB-54321", "CD-11111")]

    assert [order.reference for order in found if order] == ["AB-54321", "CD-11111"]
    assert shop.find("CD-11111", MARTA) is None
    shop.close()  # type: ignore[attr-defined]


def test_statement_that_compares_the_end_of_a_telephone_shows_hers_alone(url: str) -> None:
    loose = "SELECT reference, status, phone FROM shop_orders WHERE substr(phone, -6) = substr(:phone, -6)"
    shop = made(url, by_phone=loose if url.startswith("sqlite") else loose.replace("substr(phone, -6)", "right(phone, 6)").replace(
        "substr(:phone, -6)", "right(:phone, 6)"))

    assert {order.reference[:2] for order in shop.orders_of(Proof(phone="+34600111222"))} == {"AB"}
    assert shop.orders_of(Proof(phone="+351600111222")) == ()
    shop.close()  # type: ignore[attr-defined]


def test_statement_that_finds_everybody_shows_hers_alone(url: str) -> None:
    shop = made(url, by_email="SELECT reference, status, email, ordered_on FROM shop_orders WHERE :email <> ''")

    assert {order.reference[:2] for order in shop.orders_of(MARTA)} == {"AB"}
    shop.close()  # type: ignore[attr-defined]


@ON_A_SERVER
def test_connection_that_the_server_dropped_is_made_anew(url: str) -> None:
    shop = made(url)
    shop.find("AB-12345", MARTA)
    owner = create_engine(url)
    with owner.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))
    owner.dispose()

    assert shop.find("AB-12345", MARTA)
    shop.close()  # type: ignore[attr-defined]


def test_server_that_falls_silent_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        started = time.monotonic()

        error = failure(f"postgresql://u:secret@127.0.0.1:{server.getsockname()[1]}/shop", timeout_seconds="0.3")

    assert not error.permanent and "secret" not in error.detail
    assert time.monotonic() - started < 5


def test_server_that_is_not_there_is_transient() -> None:
    error = failure("postgresql://u:secret@127.0.0.1:1/shop")

    assert (error.permanent, error.code) == (False, "unavailable")


def test_file_that_is_not_there_is_transient_and_not_made(tmp_path: Path) -> None:
    error = failure(f"sqlite:///{tmp_path}/none.db")

    assert not error.permanent and not (tmp_path / "none.db").exists()


def test_many_may_read_at_once(url: str) -> None:
    shop, found = made(url), []
    threads = [threading.Thread(target=lambda: found.append(shop.find("AB-12345", MARTA))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shop.close()  # type: ignore[attr-defined]

    assert len(found) == 12 and all(found)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"order": "DELETE FROM a WHERE b = :reference"}, "order: does not begin with SELECT or WITH"),
        ({"order": "SELECT 1; DROP TABLE a"}, "order: holds several statements"),
        ({"order": "SELECT 1 /* :reference */"}, "order: does not hold :reference"),
        ({"order": "SELECT 1 -- :reference"}, "order: does not hold :reference"),
        ({"order": "WITH a AS (DELETE FROM b RETURNING 1) SELECT :reference"}, "order: holds “DELETE”"),
        ({"order": "SELECT * INTO b FROM a WHERE c = :reference"}, "order: holds “INTO”"),
        ({"order": "SELECT * FROM a WHERE b = ':reference'"}, "order: holds :reference between quotes"),
        ({"order": "SELECT * FROM a"}, "order: does not hold :reference"),
        ({"order": "SELECT * FROM a WHERE b = :reference AND c = :phone"}, "order: holds :phone, which nobody fills in"),
        ({"order": ""}, "order: is missing"),
        ({"by_phone": "SELECT 1"}, "by_phone: does not hold :phone"),
        ({"items": "VACUUM"}, "items: does not begin with SELECT"),
        ({"auth": {"url": "sqlite:///orders.db"}}, "auth.url: must name a file by its whole path"),
        ({"auth": {"url": "mssql+pyodbc://u:p@h/d"}}, "auth.url: is of a kind that is not read here"),
        ({"auth": {"url": "mysql://u:p@h/d"}}, "auth.url: needs the driver pymysql: install it"),
        ({"auth": {"url": "nonsense"}}, "auth.url: is not the URL of a database"),
        ({"auth": {}}, "auth.url: is missing"),
        ({"ordr": "x"}, "ordr: is not a setting here"),
    ],
)
def test_wrong_setting_is_named_with_its_mend(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadConfiguration, match=sentence) as refused:
        made("sqlite:////srv/orders.db", **settings)

    assert "u:p" not in refused.value.detail


@pytest.mark.parametrize(
    "statement",
    [
        "select a as reference from b where a = :reference",
        "WITH x AS (SELECT 1) SELECT * FROM x WHERE a = :reference ;  ",
        "SELECT 'a; DROP TABLE b' AS status FROM c WHERE d = :reference -- update",
        "SELECT \"update\", total::numeric FROM c WHERE d = :reference",
    ],
)
def test_one_select_is_taken(statement: str) -> None:
    assert made("sqlite:////srv/orders.db", order=statement)
