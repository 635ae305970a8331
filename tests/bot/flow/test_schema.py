"""The schema for editors: good flows pass, mistakes are told at their place in words that help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.flow.findings import Reporter
from bot.flow.language import kinds
from bot.flow.library import load
from bot.flow.schema import _described, schema
from bot.flow.tree import plain, read

FLOWS = Path(__file__).parents[3] / "flows"
NAMES = sorted(path.name for path in FLOWS.glob("[!_]*.yaml"))
CHECKER = jsonschema.Draft7Validator(schema())


def mistakes(text: str) -> list[str]:
    tree = plain(read(text, Reporter("x.yaml", text)))
    return [error.message for error in sorted(CHECKER.iter_errors(tree), key=lambda error: list(error.absolute_path), reverse=True)]


def a_flow(step: str) -> str:
    return f"flow: main\nsteps:\n{step}"


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_flow_passes(name: str) -> None:
    assert mistakes((FLOWS / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_flow_passes_as_an_editor_reads_it(name: str) -> None:
    tree = yaml.safe_load((FLOWS / name).read_text(encoding="utf-8"))

    assert not list(CHECKER.iter_errors(tree))


@pytest.mark.parametrize("verb", sorted(kinds()))
def test_the_example_of_a_verb_passes(verb: str) -> None:
    lines = kinds()[verb].example.strip("\n").splitlines()

    assert mistakes(a_flow("".join(f"  {line}\n" for line in lines))) == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("  - sai: hola\n", "'sai' is not one of"),
        ("  - say: hola\n    sav: x\n", "'sav' is not one of"),
        ("  - say: hola\n    save: x\n", "'save' was unexpected"),
        ("  - handoff: general\n", "'reason' is a required property"),
        ("  - handoff: general\n    reason: x\n    priority: huge\n", "'huge' is not one of ['low', 'normal', 'high', 'urgent']"),
        ("  - say: {spanish: hola}\n", "does not match"),
        ("  - ask: hola\n    retries: muchos\n", "'muchos' does not match"),
        ("  - if: a\n    then: {say: hola}\n", "is not of type 'array', 'string'"),
    ],
)
def test_a_mistake_is_told_in_words_that_name_it(step: str, words: str) -> None:
    assert any(words in message for message in mistakes(a_flow(step))), mistakes(a_flow(step))


def test_every_word_of_the_language_is_described() -> None:
    told = _described()
    options = {option for kind in kinds().values() for option in kind.options}

    assert set(kinds()) == set(told["verbs"]) and options <= set(told["options"])


def test_names_of_the_shop_are_offered() -> None:
    offered: dict[str, Any] = schema(load(FLOWS).readable)["definitions"]

    assert "shipping" in offered["queue"]["enum"] and "orders.find" in offered["service"]["enum"] and "menu" in offered["flow"]["enum"]
