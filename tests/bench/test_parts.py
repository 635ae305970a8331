"""The parts of the bench: the contract's orders, the wires, the process table, the percentiles."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import contract, processes
from bench.figures import percentile
from bench.http_client import Connection, Pool, get_bytes
from bench.load import _plan
from bench.product import Product, Setting
from bench.provider import SHOP_TOKEN, Provider
from bench.talk import Journal
from demo.twilio_account import Reply, Request, TwilioAccount
from orders.base import Proof
from orders.configuration import load


def test_the_orders_are_the_same_everywhere() -> None:
    assert contract.order(234) == contract.BenchOrder("1234", "cliente1234@tienda.example", "devuelto", "2026-07-11")


def test_every_customer_asks_for_an_order_that_exists() -> None:
    numbers = {contract.dialogue(customer)[1].says for customer in range(contract.ORDERS)}

    assert numbers == {f"estado {number}" for number in range(1000, 2000)}


def test_the_csv_is_what_the_connector_reads(tmp_path: Path) -> None:
    product = Product(Setting(), tmp_path, "http://127.0.0.1:1")
    shop = load(Path(product.environment["ORDERS_CONFIG"]), product.environment)
    order = shop.find("1234", Proof(email="cliente1234@tienda.example"))

    assert order is not None
    assert (order.extra["status_text"], str(order.eta)) == ("devuelto", "2026-07-11")


def test_the_shop_is_what_the_connector_rest_asks(tmp_path: Path) -> None:
    async def ask() -> Any:
        provider = Provider(TwilioAccount("AC1", "token"), lambda message, at: None)
        await provider.start()
        product = Product(Setting(connector="rest"), tmp_path, provider.url)
        shop = load(Path(product.environment["ORDERS_CONFIG"]), product.environment)
        try:
            return await asyncio.to_thread(shop.find, "1234", Proof(email="cliente1234@tienda.example"))
        finally:
            provider.close()
            shop.close()  # type: ignore[attr-defined]

    assert asyncio.run(ask()).extra["status_text"] == "devuelto"


@pytest.mark.parametrize(("number", "token", "status"), [("1234", SHOP_TOKEN, 200), ("99", SHOP_TOKEN, 404), ("1234", "x", 401)])
def test_the_shop_asks_for_its_token(number: str, token: str, status: int) -> None:
    replies: list[Reply] = []
    provider = Provider(TwilioAccount("AC1", "token"), lambda message, at: None)
    provider.answer(Request("GET", f"/orders/{number}", "", {"authorization": f"Bearer {token}"}, b"", 0.0), replies.append)

    assert replies[0].status == status


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_a_percentile_is_the_value_that_so_many_do_not_exceed(share: float, value: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def test_the_percentile_of_nothing_is_nothing() -> None:
    assert percentile([], 0.99) == 0.0


def test_messages_are_due_evenly_and_a_customers_own_are_seconds_apart() -> None:
    plan = _plan(Journal(), rate=10, seconds=10, first=0)
    own = [offset for offset, conversation, _ in plan if conversation is plan[0][1]]

    assert [offset for offset, _, _ in plan[:3]] == [0.0, 0.1, 0.2]
    assert own == [0.0, 2.5, 5.0, 7.5]


def test_the_process_table_has_children_by_the_name_they_were_given() -> None:
    child = subprocess.Popen(["sleep", "30"], env={**os.environ, "RELEVO_PROCESS": "sender"}, start_new_session=True)
    try:
        names = {one.name for one in processes.tree(os.getpid())}
    finally:
        child.kill()
        child.wait()

    assert "sender" in names


def test_cpu_of_a_process_is_what_it_spent_in_between() -> None:
    before = [processes.Process(1, "web", 5.0, 1), processes.Process(2, "web", 1.0, 1)]
    after = [processes.Process(1, "web", 7.0, 1), processes.Process(2, "web", 1.5, 1), processes.Process(3, "worker", 0.5, 1)]

    assert processes.cpu_by_name(before, after) == {"web": 2.5, "worker": 0.5}


def test_memory_of_a_process_that_is_gone_is_nothing() -> None:
    assert processes.memory_mb([processes.Process(2**22 + 1, "gone", 0.0, 1)]) == 0.0


def an_answer(*pieces: bytes) -> tuple[int, bytes]:
    """What the client makes of these pieces of an answer."""
    async def read() -> tuple[int, bytes]:
        connection = Connection()
        connection.answer = asyncio.get_running_loop().create_future()
        for piece in pieces:
            connection.data_received(piece)
        return await connection.answer

    return asyncio.run(asyncio.wait_for(read(), 1.0))


def test_an_answer_in_pieces_is_put_together() -> None:
    assert an_answer(b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 4\r\n\r\nab", b"cd") == (200, b"abcd")


def test_an_answer_without_a_body_is_whole() -> None:
    assert an_answer(b"HTTP/1.1 204 No Content\r\n\r\n") == (204, b"")


def test_a_connection_that_went_stale_is_replaced() -> None:
    async def twice() -> list[int]:
        async with await asyncio.start_server(_answer_once, "127.0.0.1", 0) as server:
            pool = Pool("127.0.0.1", server.sockets[0].getsockname()[1])
            statuses = [(await pool.send(get_bytes("/", "x"), 2.0))[0] for _ in range(2)]
            pool.close()
        return statuses

    assert asyncio.run(twice()) == [200, 200]


async def _answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    writer.close()
    await writer.wait_closed()


def test_help_says_how_to_use_it() -> None:
    shown = subprocess.run([sys.executable, "-m", "bench", "--help"], capture_output=True, text=True, check=True).stdout

    assert "--rate" in shown
