"""The pages of the flows over a real database: a small shop's flows, published, and the desk that edits them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.flow.library import Library
from bot.flow.live import FolderStatus
from console.flow_shop import FlowShop
from conversation.work import Database
from pipeline import publishing

PROJECT = """\
shop: Casa Lumbre
languages: [es, en]
order_numbers: [AA-99999]
queues: [orders, returns]
default_queue: orders
menu: parcel
fallback: parcel
"""
SERVICES = """\
orders.find:
  kind: read
  inputs: {ref: order_number, phone: phone}
  required: [ref]
  outputs: {status: text, carrier: text}
  fake:
    - with: {ref: AB-12345}
      gives: {status: shipped, carrier: Correos}
    - gives: not_found
"""
PARCEL = """\
flow: parcel
title: Mi paquete
start:
  words:
    es: [mi paquete]
    en: [my parcel]
data:
  order_ref: order_number
  order: record

steps:
  - ask: {es: "¿Me dices tu número de pedido?", en: "What is your order number?"}
    save: order_ref
    retries: 1
    after_retries:
      - handoff: orders
        reason: no_order_number

  - lookup: orders.find
    with: {ref: order_ref}
    save: order
    not_found:
      - handoff: orders
        reason: not_found
    failed:
      - handoff: orders
        reason: shop_failed

  - menu: {es: "Lo lleva {order.carrier}. ¿Algo más?", en: "{order.carrier} has it. Anything else?"}
    id: more
    options:
      person: {es: "Una persona", en: "A person"}
      nothing: {es: "Nada más", en: "Nothing else"}
    save: order_ref
    after_retries:
      - handoff: orders
        reason: asked

  - handoff: orders
    reason: asked
"""
TESTS = """\
for: parcel
given:
  language: es
tests:
  - name: encuentra el pedido
    talk:
      - user: mi paquete
      - bot: número de pedido
      - user: AB-12345
      - bot: Correos
"""
FILES: Mapping[str, str] = {
    "_project.yaml": PROJECT, "_services.yaml": SERVICES, "parcel.yaml": PARCEL, "tests/parcel.test.yaml": TESTS,
}  # fmt: skip


def a_shop(database: Database, status: FolderStatus | None = None) -> FlowShop:
    """The house's own functions; what is live is compiled at each look."""

    def library() -> Library | None:
        with database.work() as work:
            found = publishing.live(work)
        return publishing.compiled(found.files) if found is not None else None

    return FlowShop(
        live=publishing.live, history=publishing.history, fetch=publishing.fetch, publish=publishing.publish,
        roll_back=publishing.roll_back, standings=publishing.standings, status=lambda work: status or FolderStatus(),
        library=library, prepare=publishing.checked,
    )  # fmt: skip


def published(database: Database, files: Mapping[str, str] = FILES, by: str = "folder", comment: str = "") -> str:
    """Make these files live; the set's id."""
    with database.work() as work:
        return publishing.publish(work, files, by=by, comment=comment, origin="folder" if by == "folder" else "console").set_id


def live_text(database: Database, file: str) -> str:
    """A file as it is live."""
    with database.work() as work:
        found = publishing.live(work)
    return found.files[file] if found is not None else ""
