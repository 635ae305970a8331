"""Flows edited on the disk under ./run, with the web process killed in the middle: nobody notices but the next customer."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.flow_watch import write
from tests.channels.signing import twilio_signature
from tests.end_to_end.relevo import Relevo, run
from tests.pipeline.flow_files import HOURS, RETURNS, fill
from tests.providers.media import ACCOUNT_SID, AUTH_TOKEN

OURS = "+14155238886"
CUSTOMERS = range(40)
SHORT = RETURNS[: RETURNS.index("  - lookup")] + '  - say: {es: "Devuelves {item} porque {why}."}\n  - end: resolved\n'
OTHER = SHORT.replace("save: why\n", "id: reason\n    save: why\n").replace("¿De qué pedido?", "¿Qué número de pedido?")
SETTINGS = {"MODE": "lab", "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_WHATSAPP": OURS,
            "TWILIO_API_BASE": "http://127.0.0.1:9", "POLL_SECONDS": "0", "CHECK_SECONDS": "0", "FLOWS_WATCH": "0.3"}
_numbers = itertools.count(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = fill(tmp_path / "flows", returns=SHORT)
    (folder / "_orders.yaml").write_text("connector: demo\n", encoding="utf-8")
    return folder


@pytest.fixture
def relevo(tmp_path: Path, folder: Path) -> Iterator[Relevo]:
    with Relevo(tmp_path / "data", {**SETTINGS, "FLOWS_DIR": str(folder)}) as relevo:
        yield relevo


def write_to(relevo: Relevo, customer: int, text: str) -> None:
    """What Twilio does: the webhook, again and again until it is taken."""
    fields = {"AccountSid": ACCOUNT_SID, "MessageSid": f"SM{next(_numbers):032d}", "From": f"whatsapp:+3460011{customer:04}",
              "To": f"whatsapp:{OURS}", "Body": text, "NumMedia": "0"}
    url = f"http://127.0.0.1:{relevo.port}/webhooks/twilio"
    headers = {"X-Twilio-Signature": twilio_signature(url, fields, AUTH_TOKEN)}
    body = urllib.parse.urlencode(fields).encode()

    def is_taken() -> bool:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
                return bool(answer.status < 300)
        except (urllib.error.URLError, OSError):
            return False

    relevo.until(is_taken)


def everybody_writes(relevo: Relevo, text: str) -> None:
    for customer in CUSTOMERS:
        write_to(relevo, customer, text)


def rows(relevo: Relevo, query: str) -> list[Any]:
    database = sqlite3.connect(f"file:{relevo.data_dir / 'relevo.db'}?mode=ro", uri=True)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def last_words(relevo: Relevo) -> Counter[str]:
    newest = "SELECT conversation_id, text FROM message WHERE author = 'bot' ORDER BY seq"
    return Counter(text.rpartition("\n")[2] for text in dict(rows(relevo, newest)).values())


def kill_web(relevo: Relevo) -> None:
    before = relevo.pids()["web"]
    os.kill(before, signal.SIGKILL)
    relevo.until(lambda: relevo.pids().get("web", before) != before)


def test_customers_in_the_middle_live_through_an_edit_and_two_kills(relevo: Relevo, folder: Path) -> None:
    everybody_writes(relevo, "devolver")
    everybody_writes(relevo, "la silla")

    write(folder / "returns.yaml", OTHER)
    kill_web(relevo)
    relevo.until(lambda: rows(relevo, "SELECT count(*) FROM flow_set") == [(2,)])
    everybody_writes(relevo, "está rota")
    assert last_words(relevo) == {"¿De qué pedido?": 40}

    write(folder / "hours.yaml", HOURS.replace("  - say:", "  - decir:"))
    relevo.until(lambda: rows(relevo, "SELECT state FROM flow_folder") == [("broken",)])
    kill_web(relevo)
    everybody_writes(relevo, "AB-12345")
    assert last_words(relevo) == {"Devuelves la silla porque está rota.": 40}

    everybody_writes(relevo, "devolver")
    everybody_writes(relevo, "la mesa")
    everybody_writes(relevo, "no me gusta")
    assert last_words(relevo) == {"¿Qué número de pedido?": 40}
    assert rows(relevo, "SELECT standing FROM conversation WHERE standing NOT LIKE 'returns@%#ref'") == []
    assert rows(relevo, "SELECT reason FROM ticket") == rows(relevo, "SELECT reason FROM dead_letter") == []


def test_what_the_command_rolls_back_is_live_and_in_the_folder(relevo: Relevo, folder: Path, tmp_path: Path) -> None:
    write(folder / "hours.yaml", HOURS.replace("¿Qué tienda?", "¿Cuál?"))
    relevo.until(lambda: rows(relevo, "SELECT count(*) FROM flow_set") == [(2,)])

    done = run(relevo.data_dir, "flask", "flows", "rollback", "-m", "mejor antes", **SETTINGS, FLOWS_DIR=str(folder))

    assert done.returncode == 0 and "Live is 3-" in done.stdout, done.stderr
    relevo.until(lambda: (folder / "hours.yaml").read_text(encoding="utf-8") == HOURS)
    relevo.until(lambda: last_words_after(relevo, "horario") == {"¿Qué tienda?": 1})


def last_words_after(relevo: Relevo, text: str) -> Counter[str]:
    write_to(relevo, 1, text)
    return last_words(relevo)
