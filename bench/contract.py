"""What the bot of the bench must say, to the letter, and the orders it says it about.

The flows of `bench/flows/` are written for this page. A thousand orders, 1000 to 1999, made by arithmetic: every run
on every machine asks for the same ones.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

FIRST_ORDER, ORDERS = 1000, 1000
STATES = ("en preparacion", "enviado", "en reparto", "entregado", "devuelto")
MENU = "Hola. Elige: 1) estado <pedido> 2) agente"
ASK = "Pedido {number}: dime tu correo electronico."
STATE = "Pedido {number}: {state}. Llega el {eta}."
WRONG_EMAIL = "Ese correo no coincide con el pedido {number}."
AGENT = "Te paso con una persona. Espera un momento."
FALLBACK = "No te entiendo. Escribe hola."


@dataclass(frozen=True, slots=True)
class BenchOrder:
    """One order of the bench's shop; `eta` is an ISO day."""

    number: str
    email: str
    state: str
    eta: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What a customer says and the answer she must get; None: silence."""

    says: str
    answer: str | None


def order(index: int) -> BenchOrder:
    """The order number `1000 + index`."""
    number = str(FIRST_ORDER + index)
    return BenchOrder(number, f"cliente{number}@tienda.example", STATES[index % len(STATES)],
                      f"2026-{1 + index % 12:02d}-{1 + index % 28:02d}")


def dialogue(customer: int) -> tuple[Turn, ...]:
    """The four turns of this customer: greeting, order, e-mail, a person."""
    asked = order(customer * 7919 % ORDERS)
    return (
        Turn("hola", MENU),
        Turn(f"estado {asked.number}", ASK.format(number=asked.number)),
        Turn(asked.email, STATE.format(number=asked.number, state=asked.state, eta=asked.eta)),
        Turn("agente", AGENT),
    )


def misunderstandings() -> tuple[Turn, ...]:
    """A talk that goes wrong twice: what nobody understands, and somebody else's e-mail."""
    return (
        Turn("xyzzy", FALLBACK),
        Turn("estado 1234", ASK.format(number="1234")),
        Turn("otro@mal.example", WRONG_EMAIL.format(number="1234")),
        Turn("hola", MENU),
    )


def write_csv(path: Path) -> None:
    """The orders as the connector `csv_file` reads them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("reference", "email", "status", "eta"))
        for index in range(ORDERS):
            one = order(index)
            rows.writerow((one.number, one.email, one.state, one.eta))


def order_json(number: str) -> bytes | None:
    """One order as the shop behind the connector `rest` answers; None where there is none."""
    if not number.isdigit() or not FIRST_ORDER <= int(number) < FIRST_ORDER + ORDERS:
        return None
    one = order(int(number) - FIRST_ORDER)
    return json.dumps({"reference": one.number, "email": one.email, "status": one.state, "eta": one.eta}).encode()
