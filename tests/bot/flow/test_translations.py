"""Texts out to a table and back: what changes, what stays as it was typed, what is not taken in."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from bot.flow import translations
from bot.flow.library import compiled

LANGUAGES = ("es", "en", "pt")
FLOW = """# nota de la tienda
flow: main
steps:
  - say: {es: "Hola, {contact.name}", en: "Hi"}   # saludo
  - ask:
      es: ¿Qué artículo?
      en: |
        Which item?
      pt: Qual item?
    save: item
  - menu: ¿Algo más?
    options:
      no: {es: "No", en: "No", pt: "Não"}
"""


def edited(**changes: str) -> tuple[str, translations.Imported]:
    """Export, change cells (`steps_1_say_en="Hello"`), import."""
    table = translations.to_csv(translations.rows({"main.yaml": FLOW}, LANGUAGES), LANGUAGES)
    lines = list(csv.DictReader(io.StringIO(table)))
    for place, text in changes.items():
        path, _, language = place.rpartition("_")
        next(line for line in lines if line["path"].replace("/", "_") == path)[language] = text
    out = io.StringIO()
    writer = csv.DictWriter(out, lines[0].keys())
    writer.writeheader()
    writer.writerows(lines)
    found = translations.take_in({"main.yaml": FLOW}, out.getvalue(), LANGUAGES)
    return found.sources.get("main.yaml", FLOW), found


def test_every_text_has_a_row_with_what_it_lacks() -> None:
    found = {row.path: row.missing for row in translations.rows({"main.yaml": FLOW}, LANGUAGES)}

    assert found == {
        "steps/1/say": ("pt",),
        "steps/2/ask": (),
        "steps/3/menu": ("en", "pt"),
        "steps/3/options/no": (),
    }


def test_settings_by_language_are_nothing_to_translate() -> None:
    project = "menu: main\nlocales:\n  es: es-ES\n  en: en-GB\nsignature: {es: Adiós, en: Bye}\n"

    assert [row.path for row in translations.rows({"_project.yaml": project}, LANGUAGES)] == ["signature"]


def test_a_table_that_comes_back_as_it_went_changes_nothing() -> None:
    assert edited() == (FLOW, translations.Imported({}, 0, ()))


@pytest.mark.parametrize(
    ("place", "text", "line"),
    [
        ("steps_1_say_en", "Hello", '  - say: {es: "Hola, {contact.name}", en: "Hello"}   # saludo'),
        ("steps_1_say_pt", "Oi", '  - say: {es: "Hola, {contact.name}", en: "Hi", pt: "Oi"}   # saludo'),
        ("steps_2_ask_en", 'The "item"?', '      en: "The \\"item\\"?"'),
        ("steps_2_ask_pt", "E o item?", '      pt: "E o item?"'),
        ("steps_3_menu_en", "More?", '  - menu: {es: "¿Algo más?", en: "More?"}'),
    ],
)
def test_only_the_text_that_changed_is_rewritten(place: str, text: str, line: str) -> None:
    source, found = edited(**{place: text})

    assert found.changed == 1 and line in source.split("\n")
    assert len(set(source.split("\n")) ^ set(FLOW.split("\n"))) <= 3


def test_a_new_language_below_a_block_is_its_last_line() -> None:
    flow = 'flow: main\nsteps:\n  - say:\n      es: "Hola"\n      en: |\n        Hi\n  - end: x\n'
    table = "file,path,es,en,pt\nmain.yaml,steps/1/say,Hola,Hi,Oi\n"
    found = translations.take_in({"main.yaml": flow}, table, LANGUAGES).sources["main.yaml"]

    assert '      en: "Hi"\n      pt: "Oi"\n  - end: x\n' in found


def test_a_text_whose_source_has_changed_meanwhile_is_stale() -> None:
    table = "file,path,es,en\nmain.yaml,steps/1/say,Buenas,Good day\n"
    found = translations.take_in({"main.yaml": FLOW}, table, LANGUAGES)

    assert found.changed == 0 and "was changed since" in found.problems[0]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("a,b\n1,2\n", "lacks the column"),
        ("file,path,es\nother.yaml,steps/1/say,x\n", "no such file"),
        ("file,path,es\nmain.yaml,steps/9/say,x\n", "no text here any more"),
    ],
)
def test_what_cannot_be_taken_in_is_told(table: str, told: str) -> None:
    assert told in translations.take_in({"main.yaml": FLOW}, table, LANGUAGES).problems[0]


@pytest.mark.parametrize("text", ["=1+1", "+34 600", "-5 %", "@shop", "\uff1dx"])
def test_a_cell_is_never_a_formula_and_comes_back_whole(text: str) -> None:
    flow = f'flow: main\nsteps:\n  - say: {{es: "Hola", en: "{text}"}}\n'
    table = translations.to_csv(translations.rows({"main.yaml": flow}, LANGUAGES), LANGUAGES)

    assert f"'{text}" in table
    assert translations.take_in({"main.yaml": flow}, table, LANGUAGES) == translations.Imported({}, 0, ())


def test_shipped_flows_come_back_with_the_same_meaning() -> None:
    sources = {path.name: path.read_text("utf-8") for path in (Path(__file__).parents[3] / "flows").glob("*.yaml")}
    table = translations.to_csv(translations.rows(sources, LANGUAGES), LANGUAGES)
    table = table.replace("Obrigado", "Obrigadíssimo").replace("Sure", "Of course")
    new = {**sources, **translations.take_in(sources, table, LANGUAGES).sources}
    before, after = compiled(sources).library, compiled(new).library

    assert before is not None and after is not None
    assert {name: flow.shape for name, flow in after.flows.items()} == {n: f.shape for n, f in before.flows.items()}


SMALL = {"menu.yaml": 'flow: menu\nsteps:\n  - say: {es: "Hola", en: "Hi"}\n'}


def taken(*rows: str, head: str = "file,path,es,en") -> translations.Imported:
    return translations.take_in(SMALL, "\n".join((head, *rows)), LANGUAGES)


def test_a_row_that_stands_there_twice_is_taken_once() -> None:
    found = taken("menu.yaml,steps/1/say,Hola,Hello there", "menu.yaml,steps/1/say,Hola,Hello there")

    assert found.sources["menu.yaml"].endswith('{es: "Hola", en: "Hello there"}\n')
    assert not found.problems


def test_two_rows_of_one_text_that_differ_are_told() -> None:
    found = taken("menu.yaml,steps/1/say,Hola,Hello", "menu.yaml,steps/1/say,Hola,Good day to you")

    assert found.sources["menu.yaml"].endswith('en: "Hello"}\n')
    assert "the first counts" in found.problems[0]


def test_a_column_of_notes_is_no_language() -> None:
    assert taken("menu.yaml,steps/1/say,Hola,Hi,ojo", head="file,path,es,en,nota").changed == 0


def test_a_table_with_semicolons_is_read() -> None:
    assert taken("menu.yaml;steps/1/say;Hola;Hello", head="file;path;es;en").changed == 1


def test_what_is_no_table_is_told() -> None:
    assert "lacks the column" in taken('"' + "x" * 200_000 + '"').problems[0]
