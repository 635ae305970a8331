"""A small shop's flows as files, for tests that publish and edit them."""

from __future__ import annotations

from pathlib import Path

PROJECT = """shop: Casa
languages: [es]
queues: [general]
default_queue: general
menu: menu
fallback: menu
order_numbers: [AA-99999]
"""
SERVICES = """orders.find:
  inputs: {ref: order_number, email: email}
  required: [ref]
  outputs: {status: text}
"""
POLICY = "signals: off\n"
MENU = """flow: menu
title: Menú
start: {words: {es: [buenas]}}
steps:
  - say: {es: "Hola, soy la casa."}
  - end: resolved
"""
RETURNS = """flow: returns
title: Devoluciones
start: {words: {es: [devolver]}}
data: {item: text, why: text, ref: order_number, order: record}
steps:
  - ask: {es: "¿Qué quieres devolver?"}
    save: item
  - ask: {es: "¿Por qué?"}
    save: why
    no_reply: {after: 10m, remind: {es: "¿Sigues ahí?"}}
  - ask: {es: "¿De qué pedido?"}
    save: ref
    after_retries: [{handoff: general, reason: no_answer}]
  - lookup: orders.find
    with: {ref: ref}
    save: order
    not_found: [{handoff: general, reason: not_found}]
    failed: [{handoff: general, reason: system_down}]
  - say: {es: "Devuelves {item} porque {why}: {order.status}."}
  - end: resolved
"""
HOURS = """flow: hours
title: Horario
start: {words: {es: [horario]}}
data: {place: text}
steps:
  - ask: {es: "¿Qué tienda?"}
    save: place
  - say: {es: "{place} abre a las 9."}
  - end: resolved
"""


def files(**changes: str | None) -> dict[str, str]:
    """The shop's files; `changes` are flows by name, None for one that is not there."""
    found = {"_project.yaml": PROJECT, "_services.yaml": SERVICES, "_policy.yaml": POLICY,
             "menu.yaml": MENU, "returns.yaml": RETURNS, "hours.yaml": HOURS}
    for name, text in changes.items():
        found.pop(f"{name}.yaml", None)
        if text is not None:
            found[f"{name}.yaml"] = text
    return found


def fill(folder: Path, **changes: str | None) -> Path:
    """The same as a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(**changes).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
