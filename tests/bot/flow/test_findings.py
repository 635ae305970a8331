"""Mistakes in flows: each is found, named at its line, and met with a mend, in three languages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.flow import findings as flow_findings
from bot.flow.findings import near
from bot.flow.library import compiled, load
from bot.flow.lint import check, check_sources
from tests.bot.flow.builders import PROJECT, findings, found, sources

SENTENCES = Path(flow_findings.__file__).parent / "sentences"
SAY = '  - say: {es: "Hola", en: "Hi", pt: "Oi"}\n'
TEXT = '{es: "Hola", en: "Hi", pt: "Oi"}'


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("  - sai: hola\n", "S03:4"),
        ("  - preguntar: hola\n", "S03:4"),
        ("  - hola\n", "S03:4"),
        (f"  - say: {TEXT}\n    note: x\n", "S04:5"),
        (f"  - say: {TEXT}\n    sav: x\n", "S01:5"),
        ("  - say:\n      - [x]\n", "S05:5"),
        ("  - handoff: general\n", "S02:4"),
        ("  - handoff: generla\n    reason: x\n", "V01:4"),
        ("  - handoff: general\n    reason: x\n    priority: huge\n", "S09:6"),
        ("  - start_flow: mian\n", "V02:4"),
        ("  - lookup: orders.fin\n    with: {ref: order_ref}\n", "V03:4"),
        ("  - lookup: orders.find\n    with: {ref: order_ref, fone: email}\n", "V04:5"),
        ("  - lookup: orders.find\n    with: {email: email}\n", "V08:5"),
        ("  - lookup: notes.create\n    with: {text: email}\n", "V10:4"),
        (f"  - ask: {TEXT}\n    save: mail\n", "V05:5"),
        (f"  - ask: {TEXT}\n    save: contact\n", "V05:5"),
        ("  - set: {emial: email}\n", "V05:4"),
        ("  - set: {due: '\"25/12/2026\"'}\n", "E20:4"),
        ('  - if: place.city == "Madrid"\n    then: []\n', "E02:4"),
        ("  - say: {use: saludo}\n", "V06:4"),
        ("  - goto: nowhere\n", "V07:4"),
        (f"  - ask: {TEXT}\n    save: email\n    type: emails\n", "S09:6"),
        (f"  - ask: {TEXT}\n    save: email\n    retries: many\n", "S10:6"),
        (f"  - ask: {TEXT}\n    save: email\n    no_reply: {{after: soon}}\n", "S10:6"),
        (f"  - ask: {TEXT}\n    save: email\n    no_reply: {{afer: 15m}}\n", "S01:6"),
        (f"  - ask: {TEXT}\n    save: email\n    checks: [{{is_true: known(email)}}]\n", "S05:6"),
        (f"  - menu: {TEXT}\n", "S02:4"),
        (f"  - menu: {TEXT}\n    options: {{a: {{text: {TEXT}, wrds: [x]}}}}\n", "S01:5"),
        ("  - if: email\n", "S02:4"),
        ("  - if: emial\n    then: []\n", "E01:4"),
        ("  - lookup: orders.find\n    with: {ref: order_ref}\n    save: order\n  - if: order.statuss\n    then: []\n", "E02:7"),
        ('  - if: email = "x"\n    then: []\n', "E04:4"),
        ("  - switch: email\n", "S02:4"),
        ('  - say: {es: "Hola {emial}", en: "Hi", pt: "Oi"}\n', "E01:4"),
        ('  - say: {es: "Hola {email | uper}", en: "Hi", pt: "Oi"}\n', "E09:4"),
        ('  - say: {es: "Hola", fr: "Salut"}\n', "T07:4"),
        ('  - say: {en: "Hi", pt: "Oi"}\n', "T01:4"),
        ('  - say: {es: "Hola", en: "Hi"}\n', "T03:4"),
        ('  - say: {es: "Hola {email}", en: "Hi", pt: "Oi {email}"}\n', "T04:4"),
        ('  - say: {es: "Escribe *BAJA*", en: "Hi", pt: "Oi"}\n', "T05:4"),
        ('  - menu: {es: "a", en: "a", pt: "a"}\n    options: {stop: {text: {es: "a", en: "a", pt: "a"}}}\n', "T05:5"),
        ('  - menu: {es: "a", en: "a", pt: "a"}\n    options: {a: {text: {es: "Una etiqueta demasiado larga", en: "b", pt: "c"}}}\n', "C01:5"),
        ('  - menu: {es: "a", en: "a", pt: "a"}\n    options: {a: {text: {es: "b", en: "b", pt: "b"}}, c: {text: {es: "b", en: "d", pt: "e"}}}\n', "G06:5"),
        (f"  - end: x\n{SAY}", "G01:5"),
        (f"  - id: again\n    say: {TEXT}\n  - goto: again\n", "G02:4"),
        (f"  - ask: {TEXT}\n    save: email\n", "G03:4"),
        ("  - lookup: orders.find\n    with: {ref: order_ref}\n    save: order\n    failed: [{end: x}]\n", "G05:4"),
        (f"  - id: Ask Me\n    say: {TEXT}\n", "S11:4"),
        (f"  - id: a\n    say: {TEXT}\n  - id: a\n    say: {TEXT}\n", "S07:6"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_step_is_found_at_its_line(steps: str, code: str) -> None:
    head = "data: {order_ref: order_number, email: email, order: record, due: date, place: location}"

    assert code in found(steps, head=head)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("flow: other\nsteps:\n" + SAY, "S06"),
        ("steps:\n" + SAY, "S02"),
        ("flow: main\n", "S08"),
        ("", "S08"),
        ("flow: main\nstep:\n" + SAY, "S01"),
        ("flow: main\nlanguage: 2\nsteps:\n" + SAY, "S09"),
        ("flow: main\nqueue: nobody\nsteps:\n" + SAY, "V01"),
        ("flow: main\ninterrupts: maybe\nsteps:\n" + SAY, "S09"),
        ("flow: main\ndata: {a: txt}\nsteps:\n" + SAY, "V09"),
        ("flow: main\ndata: {contact: text}\nsteps:\n" + SAY, "S11"),
        ("flow: main\nstart: {words: agente}\nsteps:\n" + SAY, "G07"),
        ("flow: main\nstart: {words: [stop]}\nsteps:\n" + SAY, "T05"),
        ("flow: main\nstart: {order_number: yes}\nsteps:\n" + SAY, "G08"),
        ("flow: main\nstart: [hola]\nsteps:\n" + SAY, "S05"),
    ],
)
def test_a_mistake_in_the_head_of_a_flow_is_found(text: str, code: str) -> None:
    assert code in {finding.code for finding in findings(text)}


RESERVED = ("return", "class", "from", "in", "is", "if", "lambda", "not", "nothing")


@pytest.mark.parametrize("head", ["data", "inputs"])
@pytest.mark.parametrize("name", RESERVED)
def test_a_variable_called_like_a_word_of_the_language_is_found_where_it_is_named(head: str, name: str) -> None:
    text = f"flow: main\n{head}: {{{name}: text}}\nsteps:\n  - if: {name} == \"x\"\n    then: []\n  - say: 'Va {{{name}}}'\n"
    told = findings(text)

    assert ("S11", 2, len(head) + 4) in {(one.code, one.line, one.column) for one in told}
    assert "E03" not in {one.code for one in told}


def test_what_is_remembered_is_not_called_like_one_either() -> None:
    project = sources()["_project.yaml"].replace("visits:", "from:")
    told = check_sources({**sources(), "_project.yaml": project})

    assert ("_project.yaml", "S11") in {(one.file, one.code) for one in told}


def test_two_flows_that_an_order_number_starts_are_found() -> None:
    two = [f"flow: {name}\nstart: {{order_number: yes}}\nsteps:\n{SAY}" for name in ("main", "other")]

    assert "G04" in {finding.code for finding in findings(two[0], other=two[1])}


def test_a_phrase_of_two_flows_is_found() -> None:
    two = {name: f"flow: {name}\nstart: {{words: [mi pedido]}}\nsteps:\n{SAY}" for name in ("main", "other")}

    assert "G04" in {finding.code for finding in findings(two["main"], other=two["other"])}


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("_project.yaml", PROJECT + "quues: [x]\n", "S01"),
        ("_project.yaml", PROJECT.replace("default_queue: general", "default_queue: nobody"), "V01"),
        ("_project.yaml", PROJECT + "menu: nowhere\n", "V02"),
        ("_project.yaml", PROJECT + "order_numbers: [pedido]\n", "S10"),
        ("_project.yaml", PROJECT + "commands: {agnt: {es: [x]}}\n", "S01"),
        ("_services.yaml", "a.b: text\n", "S05"),
        ("_services.yaml", "a.b: {kind: maybe}\n", "S09"),
        ("_services.yaml", "a.b: {timeout: soon}\n", "S10"),
        ("_services.yaml", "a.b: {required: [ref]}\n", "V04"),
        ("_policy.yaml", "frustration: {high: lots}\n", "F02"),
        ("_texts.yaml", 'fallback: {es: "Hola {nombre}"}\n', "E01"),
    ],
)
def test_a_mistake_in_a_shared_file_is_found_in_that_file(file: str, text: str, code: str) -> None:
    loaded = compiled({**sources(main="flow: main\nsteps:\n" + SAY), file: text})

    assert (file, code) in {(finding.file, finding.code) for finding in loaded.findings}


def test_many_mistakes_are_told_at_once() -> None:
    steps = "  - sai: hola\n  - goto: nowhere\n  - handoff: nobody\n    reason: x\n  - if: a = b\n    then: []\n"

    assert found(steps) == ["S03:4", "V07:5", "V01:6", "E04:8"]


def test_a_finding_shows_place_line_mark_and_mend_in_spanish() -> None:
    finding = findings("flow: main\nsteps:\n  - sayy: hola\n")[0]

    assert finding.render("es") == (
        "main.yaml:3:5: error [S03] este paso no tiene instrucción\n"
        "     3 |   - sayy: hola\n"
        "       |     ^\n"
        "       = ¿quisiste decir “say”?"
    )


@pytest.mark.parametrize(("word", "meant"), [("preguntar", "ask"), ("aks", "ask"), ("lokup", "lookup"), ("zzz", "")])
def test_the_word_that_was_probably_meant_is_offered(word: str, meant: str) -> None:
    assert near(word, ["say", "ask", "lookup"]) == meant


def test_every_sentence_exists_in_three_languages_with_the_same_facts() -> None:
    spoken = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in SENTENCES.glob("*.yaml")}

    assert spoken["es"].keys() == spoken["en"].keys() == spoken["pt"].keys()
    assert all(set(spoken["es"][code]) == set(spoken[language][code]) for code in spoken["es"] for language in spoken)


def test_a_missing_folder_is_one_finding() -> None:
    assert [finding.code for finding in check(Path("/nowhere/flows"))] == ["F01"]


def test_a_file_that_is_no_text_is_one_finding(tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_bytes(b"\xff\xfe\x00")

    assert "Y19" in {finding.code for finding in load(tmp_path).findings}


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "_orders.yaml").write_text("connector: demo\n")

    assert load(tmp_path).findings == ()
