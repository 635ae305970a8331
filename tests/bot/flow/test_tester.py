"""The runner of conversations: what it must not let pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow import cases, tester
from bot.flow import coverage as covering
from bot.flow.findings import Reporter
from bot.flow.library import Library, compiled
from bot.flow.run import Trace
from bot.flow.simulator import Simulator
from bot.flow.tree import Table, read
from tests.bot.flow.builders import a_library

LIBRARY = a_library(
    "  - ask: ¿Pedido?\n    save: ref\n    no_reply: {after: 15m, remind: ¿Sigues?}\n",
    "  - lookup: orders.find\n    with: {ref: ref}\n    failed: [{end: x}]\n    not_found: [{tag: lost}, {end: gone}]\n",
    "  - handoff: returns\n    reason: asked\n",
    head="start: {words: [go]}\ndata: {ref: order_number}",
)
FAKES = "given: {services: {orders.find: [{with: {ref: AB-12345}, gives: {status: x}}, {with: {ref: AB-00000}, gives: not_found}]}}\n"


def problem(talk: str, expect: str = "{}", given: str = FAKES, library: Library = LIBRARY) -> str:
    source = f"{given}tests:\n  - name: x\n    talk: [{talk}]\n    expect: {expect}\n"
    tree = read(source, Reporter("x.test.yaml", source))
    assert isinstance(tree, Table)
    return tester.run(library, tester.cases_of(tree, Reporter("x.test.yaml", source), "main")[0]).problem


@pytest.mark.parametrize(
    ("talk", "expect"),
    [
        ("{user: go}, {bot: PEDIDO}", "{}"),
        (
            "{user: go}, {bot_exact: ¿Pedido?}, {wait: 15m}, {bot: Sigues}, {wait: 15m}, {silence: yes}",
            "{ended: no_reply}",
        ),
        ("{user: go}, {bot: Pedido}, {user: AB-12345}", "{handoff: {queue: returns, reason: asked}}"),
        ("{user: go}, {bot: Pedido}, {user: AB-00000}", "{ended: gone, tags: [lost], handoff: none, language: es}"),
    ],
)
def test_a_conversation_that_goes_as_written_passes(talk: str, expect: str) -> None:
    assert problem(talk, expect) == ""


CAMPAIGN = a_library(
    "  - ask: ¿Nombre?\n    save: name\n  - random:\n      a: {then: [{say: Gracias}]}\n"
    "      b: {weight: 0, then: [{say: Adiós}]}\n    name: thanks\n  - set: {list: '[name]'}\n"
    "  - handoff: general\n    reason: x\n    when: name == \"Eva\"\n",
    head="start: {payloads: [black_friday]}\ndata: {name: text, list: list}",
)


@pytest.mark.parametrize(("pressed", "name", "arm", "said", "handoff"), [
    ("{payload: black_friday}", "Ana", "a", "Gracias", "none"), ("black_friday", "Ana", "b", "Adiós", "none"),
    ("{payload: black_friday}", "Eva", "b", "Adiós", "general"),
])  # fmt: skip
def test_a_campaign_an_arm_and_the_last_values_can_be_tested(
    pressed: str, name: str, arm: str, said: str, handoff: str
) -> None:
    talk = f"{{press: {pressed}}}, {{bot: nombre}}, {{user: {name}}}, {{bot: {said}}}"
    expect = f"{{data: {{name: {name}, list: [{name}]}}, handoff: {handoff}}}"

    assert problem(talk, expect, f"given: {{arms: {{thanks: {arm}}}}}\n", CAMPAIGN) == ""


@pytest.mark.parametrize(("talk", "given", "told"), [
    ("{press: {payload: white_friday}}", "{}", "No flow begins with the payload “white_friday”; there is: black_friday."),
    ("{press: {payload: black_friday}}", "{arms: {thanks: c}}", "arms: no random has “thanks: c”; there is: thanks: a, thanks: b."),
])
def test_a_payload_or_an_arm_that_is_nowhere_is_told(talk: str, given: str, told: str) -> None:
    assert problem(talk, given=f"given: {given}\n", library=CAMPAIGN) == told


@pytest.mark.parametrize(
    ("talk", "expect", "told"),
    [
        ("{user: go}", "{}", "one thing more: “¿Pedido?”"),
        ("{user: go}, {bot: Factura}", "{}", "expected something with: “Factura”"),
        ("{user: go}, {bot_exact: ¿pedido?}", "{}", "expected exactly"),
        ("{user: go}, {bot: Pedido}, {bot: Pedido}", "{}", "said nothing"),
        ("{user: go}, {bot: Pedido}, {user: nada}, {bot: Pedido}, {bot: No te he entendido}", "{}", "said nothing"),
        ("{user: go}, {bot: Pedido}, {press: yes}", "{}", "was not offered"),
        ("{user: go}, {bot: Pedido}, {user: AB-12345}", "{}", "expect says nothing of it"),
        ("{user: go}, {bot: Pedido}, {user: AB-12345}", "{handoff: {queue: general}}", "queue is “returns”"),
        ("{user: go}, {bot: Pedido}", "{handoff: returns}", "not handed over"),
        ("{user: go}, {bot: Pedido}", "{ended: done}", "No flow ended"),
        ("{user: go}, {bot: Pedido}", "{tags: [late]}", "tag “late” is missing"),
        ("{user: go}, {bot: Pedido}", "{data: {ref: AB-12345}}", "“ref” is “”"),
        ("{user: go}, {bot: Pedido}", "{language: pt}", "language is es"),
        ("{user: go}, {bot: Pedido}, {user: CD-12345}", "{}", "There is no answer for orders.find"),
    ],
)
def test_what_goes_otherwise_is_told(talk: str, expect: str, told: str) -> None:
    assert told in problem(talk, expect)


def test_a_mistyped_word_of_a_test_file_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "main.test.yaml").write_text(
        "tests:\n  - nme: x\n    talk: [{usr: go}]\n    expect: {endd: x}\n"
    )

    _, findings = tester.cases(tmp_path)

    assert [finding.code for finding in findings] == ["S01", "S01", "S01"]


@pytest.mark.parametrize(
    ("talk", "expect"),
    [
        ("{user: go}, {bot_step: ref}", "{}"),
        ("{user: go}, {bot: Pedido}, {silence: 10m}", "{}"),
        ("{user: go}, {bot: Pedido}, {user: AB-12345}", "{calls: [orders.find], handoff: {reason: human_request}}"),
        ("{user: go}, {bot: Pedido}, {user: agente}", "{handoff: {reason: asked}}"),
        ("{user: go}, {bot: Pedido}, {user: nada}, {bot: No te he entendido}, {bot: Pedido}", "{}"),
    ],
)
def test_what_is_not_said_can_be_expected_too(talk: str, expect: str) -> None:
    assert problem(talk, expect) == ""


@pytest.mark.parametrize(
    ("talk", "expect", "told"),
    [
        ("{user: go}, {bot_step: other}", "{}", "waits at “main.ref”"),
        ("{user: go}, {bot: Pedido}, {silence: 20m}", "{}", "one thing more: “¿Sigues?”"),
        ("{user: go}, {bot: Pedido}", "{calls: [orders.find]}", "call “orders.find” is missing"),
        ("{user: go}, {bot: Pedido}", "{notes: [vip]}", "note “vip” is missing"),
        ("{user: go}, {bot: Pedido}", "{remembered: {name: Ana}}", "“name” is “”"),
        ("{user: go}, {bot: Pedido}, {edit_flow: {flow: x}}", "{}", "no file “x.yaml”"),
    ],
)
def test_what_was_not_said_is_told_too(talk: str, expect: str, told: str) -> None:
    assert told in problem(talk, expect)


def test_the_desks_acknowledgement_may_be_mentioned_once() -> None:
    acknowledged = LIBRARY.text("ack_open", "es", queue="returns", wait="")[:12]
    handed_over = f"{{user: go}}, {{bot: Pedido}}, {{user: agente}}, {{bot: {acknowledged}}}"

    assert problem(handed_over, "{handoff: general}") == ""
    assert "said nothing" in problem(f"{handed_over}, {{bot: {acknowledged}}}", "{handoff: general}")


FILES = {"main.yaml": "flow: main\nstart: {words: [go]}\nsteps:\n  - ask: ¿Uno?\n    id: one\n  - say: Fin\n"}


def edited(change: str, then: str) -> str:
    library = compiled(FILES).library
    source = f"tests:\n  - name: x\n    talk: [{{user: go}}, {{bot: Uno}}, {{edit_flow: {change}}}, {then}]\n"
    (case,), _ = cases.cases_in("main.test.yaml", source)
    assert library is not None
    return tester.run(library, case, FILES).problem


@pytest.mark.parametrize(
    ("change", "then"),
    [
        ('{flow: main, replace: "say: Fin", by: "say: Adiós"}', "{user: hola}, {bot: Adiós}"),  # wording: at once
        ('{flow: main, replace: "say: Fin", by: "end: x"}', "{user: hola}, {bot: Fin}"),  # shape: she stays on hers
        ('{flow: main, replace: "flow: main", by: "flow: main\\non_edit: move"}', "{user: hola}, {bot: Fin}"),
    ],
)
def test_a_flow_may_be_edited_in_the_middle_of_a_talk(change: str, then: str) -> None:
    assert edited(change, then) == ""


def test_an_edit_that_breaks_the_flow_is_told() -> None:
    assert "main.yaml:6:5" in edited('{flow: main, replace: "say: Fin", by: "sayy: Fin"}', "{user: hola}, {bot: Fin}")


def test_coverage_names_the_lines_that_no_test_went_through() -> None:
    assert tester.coverage(LIBRARY, [])[0].missing != ()


def test_coverage_names_the_ways_that_no_test_took() -> None:
    walk = (Trace("main", step) for step in ("ref", "2", "3"))
    found = covering.coverage(LIBRARY, [covering.walked(walk)])[0]

    assert (found.covered, found.ways_covered, found.ways) == (3, 0, 2)
    assert [way for _, way in found.untaken] == ["not_found", "failed"]


def test_a_talk_in_the_simulator_prints_itself_as_a_test_that_passes() -> None:
    talk = Simulator(LIBRARY, "es", "")
    talk.world.state = {"noticed": True}
    for typed in ("go", "/wait 15m", "nada", "/send audio", "/press x", "/help"):
        list(talk.line(typed))
    source = "tests:\n" + "\n".join(talk.line("/test")).replace("- name: ", "- name: x")
    tree = read(source, Reporter("x.test.yaml", source))

    assert isinstance(tree, Table)
    assert tester.run(LIBRARY, tester.cases_of(tree, Reporter("x", source), "main")[0]).problem == ""


def test_the_simulator_says_which_answer_is_missing() -> None:
    talk = Simulator(LIBRARY, "es", "")
    list(talk.line("go"))

    assert "orders.find" in next(iter(talk.line("AB-12345")))


@pytest.mark.parametrize(
    ("source", "code"), [("for: main\n", "X01"), ("tests: []\n", "X01"), ("tests: [{name: x}]\n", "X02")]
)
def test_a_test_that_tries_nothing_is_a_finding(source: str, code: str) -> None:
    _, findings = cases.cases_in("main.test.yaml", source)

    assert [finding.code for finding in findings] == [code]


@pytest.mark.parametrize("fake", ["not_found", "{gives: not_found}", "[not_found]", "[{with: x, gives: not_found}]"])
def test_what_a_service_gives_may_be_written_shortly(fake: str) -> None:
    talk = "{user: go}, {bot: Pedido}, {user: AB-12345}"

    assert problem(talk, "{ended: gone, tags: [lost]}", f"given: {{services: {{orders.find: {fake}}}}}\n") == ""


@pytest.mark.parametrize("given", ["services: x", "data: [a]", "contact: x"])
def test_what_is_given_in_no_shape_is_a_finding_and_no_crash(given: str) -> None:
    talk = "{user: go}, {bot: Pedido}"
    _, found = cases.cases_in("main.test.yaml", f"given: {{{given}}}\ntests:\n  - name: x\n    talk: [{talk}]\n")

    assert problem(talk, given=f"given: {{{given}}}\n") == ""
    assert [(one.code, one.line) for one in found] == [("S05", 1)]


def test_a_case_that_takes_too_long_is_cut_within() -> None:
    source = "tests:\n  - name: x\n    talk: [{user: go}, {bot: Pedido}, {wait: 1m}, {wait: 1m}]\n"
    left = iter((False, False, False, True))
    outcome = tester.run(LIBRARY, cases.cases_in("main.test.yaml", source)[0][0], is_late=lambda: next(left))

    assert (outcome.is_cut, outcome.problem) == (True, "")


def played(steps: str, talk: str, expect: str, head: str = "start: {words: [go]}") -> str:
    library = a_library(steps, head=head)
    source = f"tests:\n  - name: x\n    talk: [{talk}]\n    expect: {expect}\n"
    (case,), findings = cases.cases_in("main.test.yaml", source)
    assert not findings, findings
    return tester.run(library, case).problem


def test_while_people_have_it_the_bot_hears_nothing() -> None:
    steps = "  - say: Hola\n  - handoff: returns\n    reason: x\n"
    held = "{user: go}, {bot: Hola}, {user: otra cosa}, {agent: Soy Ana}, {user: gracias}, {wait: 1h}, {silence: yes}"

    assert played(steps, held, "{handoff: returns}") == ""
    assert "No te he entendido" in played(steps, f"{held}, {{agent: returned}}, {{user: zzz}}", "{handoff: returns}")


def test_numbers_are_compared_as_numbers() -> None:
    head = "start: {words: [go]}\ndata: {paid: money}"
    steps = "  - ask: ¿Cuánto?\n    save: paid\n"

    assert played(steps, "{user: go}, {bot: Cuánto}, {user: '37,50 €'}", "{data: {paid: 37.5}}", head) == ""


def test_variables_that_outlive_their_flow_are_remembered() -> None:
    assert played("  - set: {visits: 1 + 1}\n", "{user: go}", "{remembered: {visits: 2}}") == ""
