"""Message templates: what is read, what a mistake is called, and how a template reads when it is filled in."""

from __future__ import annotations

import pytest

from bot.flow.findings import Reporter
from bot.flow.library import load
from bot.flow.templates import MessageTemplate, Wording, read_templates
from bot.flow.tree import read
from tests.bot.flow.test_shipped_flows import FLOWS

GOOD = """\
order_news:
  title: {es: "Novedades"}
  category: utility
  blanks:
    - {label: {es: "Nombre"}, fill: name}
    - label: {es: "Pedido"}
      fill: order
  languages:
    es:
      body: "Hola, {{1}}: hay novedades de {{2}}."
      footer: "Casa Lumbre"
      buttons: ["Sí", {label: "No", payload: not_now}]
      meta: order_news
      meta_language: es_ES
      twilio: HX0123456789abcdef0123456789abcdef
"""


def found(source: str) -> tuple[dict[str, MessageTemplate], list[str]]:
    """What is read, and the findings as `code:line`."""
    report = Reporter("_templates.yaml", source)
    templates = read_templates(read(source, report), report)
    return templates, [f"{one.code}:{one.line}" for one in report.findings]


def test_a_good_file_is_read_whole() -> None:
    templates, findings = found(GOOD)

    wording = templates["order_news"].wordings["es"]
    assert findings == []
    assert (wording.meta, wording.meta_language, wording.name_at("twilio")) == ("order_news", "es_ES", "HX0123456789abcdef0123456789abcdef")


def test_blanks_have_labels_and_what_fills_them() -> None:
    templates, _ = found(GOOD)

    assert [(blank.labels["es"], blank.fill) for blank in templates["order_news"].blanks] == [("Nombre", "name"), ("Pedido", "order")]


def test_buttons_have_words_and_may_have_payloads() -> None:
    templates, _ = found(GOOD)

    assert [(one.label, one.payload) for one in templates["order_news"].wordings["es"].buttons] == [("Sí", ""), ("No", "not_now")]


@pytest.mark.parametrize(("old", "new", "code"), [
    ("category: utility", "category: advert", "S09:3"),
    ("title:", "titel:", "S01:2"),
    ("fill: order", "fill: orden", "S09:7"),
    ("{{2}}", "{{3}}", "M01:10"),
    (" {{2}}", "", "M01:10"),
    ("de {{2}}.", "de {{2}}", "M03:10"),
    ("Hola, {{1}}", "{{1}}", "M03:10"),
    ("{{1}}: hay novedades de {{2}}", "{{1}} {{2}}", "M03:10"),
    ("Casa Lumbre", "Casa Lumbre " * 6, "M02:11"),
    ('"Sí"', '"Sí, por favor, ahora mismo"', "M02:12"),
    ("meta: order_news", "meta: Order News", "S10:13"),
    ("meta_language: es_ES", "meta_language: spanish", "S10:14"),
    ("HX0123456789abcdef0123456789abcdef", "HX123", "S10:15"),
    ("order_news:", "Order-News:", "S11:1"),
    ("  languages:", "  idiomas:", "S01:8"),
    ("hay novedades", "hay novedades " * 90, "M02:10"),
])
def test_a_mistake_is_named_at_its_line(old: str, new: str, code: str) -> None:
    _, findings = found(GOOD.replace(old, new, 1))

    assert code in findings


def test_a_template_that_nobody_approved_cannot_be_sent() -> None:
    kept = [line for line in GOOD.splitlines() if not line.strip().startswith(("meta", "twilio"))]

    assert "M04:10" in found("\n".join(kept) + "\n")[1]


@pytest.mark.parametrize("source", ["order_news: hola\n", "order_news: [1, 2]\n", "order_news:\n  languages: []\n", "- a\n", "",
                                    "order_news:\n  blanks: hola\n  languages: {es: hola}\n"])
def test_no_shape_of_the_file_is_a_crash(source: str) -> None:
    templates, findings = found(source)

    assert (not templates and not source.startswith("order")) or findings


def test_what_was_filled_in_stands_in_its_place() -> None:
    wording = Wording("Hola, {{1}}: {{2}} sale hoy. Gracias, {{1}}.")

    assert wording.filled(("Marta", "AB-1")) == "Hola, Marta: AB-1 sale hoy. Gracias, Marta."


def test_what_a_customer_is_called_is_never_read_as_a_blank() -> None:
    assert Wording("Hola, {{1}}: {{2}} sale hoy.").filled(("{{2}}", "AB-1")) == "Hola, {{2}}: AB-1 sale hoy."


def test_a_blank_without_a_value_stays_as_it_is_written() -> None:
    assert Wording("Hola, {{1}}: {{2}} sale.").filled(("Marta",)) == "Hola, Marta: {{2}} sale."


def test_the_shipped_templates_are_in_every_language_of_the_shop() -> None:
    library = load(FLOWS).library

    assert library is not None and library.templates
    assert all(set(one.wordings) == set(library.project.languages) for one in library.templates.values())
