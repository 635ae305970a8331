"""What lint finds in flows that read well: values that may be missing, windows that close, texts that do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow.lint import check, check_sources
from tests.bot.flow.builders import a_flow, findings, found, sources

TEXT = '{es: "Hola", en: "Hi", pt: "Oi"}'
HEAD = "data: {ref: order_number, email: email, order: record, tries: integer, kind: text, sure: yes_no}"
ASK_REF = f"  - ask: {TEXT}\n    save: ref\n    after_retries: [{{handoff: general, reason: a}}]\n"
SAY_REF = '  - say: {es: "{ref}", en: "{ref}", pt: "{ref}"}\n'
FIND = "  - lookup: orders.find\n    with: {ref: ref}\n    save: order\n"


def codes(steps: str, head: str = HEAD) -> list[str]:
    return [code for code in found(steps, head=head) if code[:3] in ("G11", "G12", "G13", "G10", "C10", "C11", "G14")]


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (SAY_REF, "G11:4"),
        (f"  - if: known(email)\n    then:\n{ASK_REF}".replace("\n  - ask", "\n      - ask").replace("\n    save: ref\n    after", "\n        save: ref\n        after") + SAY_REF, "G11:9"),
        ("  - set: {tries: tries + 1}\n", "G11:4"),
        (FIND, "G11:4"),
        (ASK_REF + FIND + '    not_found: [{say: {es: "No", en: "No", pt: "No"}}]\n  - say: {es: "{order.status}", en: "{order.status}", pt: "{order.status}"}\n', "G11:11"),
        ('  - if: kind == "a"\n    then: [{handoff: general, reason: a}]\n', "G11:4"),
        (f"  - ask: {TEXT}\n    save: email\n    after_retries: more\n  - handoff: general\n    reason: a\n  - note: '{{email}}'\n    id: more\n", "G11:9"),
        (ASK_REF + "  - menu: {es: \"¿Otro?\", en: \"Other?\", pt: \"Outro?\"}\n    options: {a: {text: {es: \"{ref}\", en: \"{ref}\", pt: \"{ref}\"}}}\n  - handoff: general\n    reason: a\n    summary: '{kind}'\n", "G11:9"),
    ],
)  # fmt: skip
def test_a_value_that_may_be_missing_is_found(steps: str, code: str) -> None:
    assert code in codes(steps)


@pytest.mark.parametrize(
    "steps",
    [
        ASK_REF + SAY_REF,
        "  - say: {es: \"{ref | or: 'tu pedido'}\", en: \"{ref | or: 'it'}\", pt: \"{ref | or: 'ele'}\"}\n",
        '  - if: known(ref)\n    then: [{say: {es: "{ref}", en: "{ref}", pt: "{ref}"}}]\n',
        '  - if: not known(ref)\n    then: [{end: "x"}]\n' + SAY_REF,
        '  - when: known(ref)\n    say: {es: "{ref}", en: "{ref}", pt: "{ref}"}\n',
        "  - set: {tries: (tries or 0) + 1}\n",
        "  - if: sure\n    then: [{handoff: general, reason: a}]\n",
        ASK_REF + FIND + '    not_found: [{end: "x"}]\n    failed: [{end: "x"}]\n  - say: {es: "{order.status}", en: "{order.status}", pt: "{order.status}"}\n',
        '  - say: {es: "{contact.name} {visits}", en: "{contact.name} {visits}", pt: "{contact.name} {visits}"}\n',
        f"  - menu: {TEXT}\n    save: kind\n    options: {{a: {{text: {TEXT}, then: after}}, b: {{text: {TEXT}}}}}\n    after_retries: [{{handoff: general, reason: a}}]\n{ASK_REF}  - switch: kind\n    id: after\n    cases: {{b: [{{note: '{{ref}}'}}]}}\n",
    ],
)  # fmt: skip
def test_a_value_that_is_there_on_every_way_is_not_reported(steps: str) -> None:
    assert codes(steps) == []


def test_what_a_caller_hands_in_has_a_value() -> None:
    assert codes(SAY_REF, head=f"{HEAD}\ninputs: [ref]") == []


BEGUN = "start: {event: order_moved, key: ref}\n" + HEAD


def test_what_an_event_is_about_has_a_value() -> None:
    assert codes(SAY_REF, head=BEGUN) == []


def test_where_words_begin_the_flow_too_it_may_have_none() -> None:
    assert codes(SAY_REF, head=BEGUN.replace("key: ref", "key: ref, words: {es: [mi pedido]}")) == ["G11:5"]


def test_a_variable_called_like_a_function_is_not_used_by_the_function() -> None:
    steps = '  - if: country(contact.phone) == "ES"\n    then: [{handoff: general, reason: a}]\n'

    assert codes(steps, head="data: {country: text}") == []


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (f"  - wait: 24h\n  - say: {TEXT}\n", "G12:4"),
        (f"  - wait: {{up_to: 2d}}\n    timeout: [{{say: {TEXT}}}]\n", "G12:4"),
        (f"  - wait: 20h\n  - wait: 5h\n  - say: {TEXT}\n", "G12:5"),
        (f"  - wait: {{up_to: 72h, remind: {TEXT}}}\n", "G12:4"),
        (f"  - ask: {TEXT}\n    save: ref\n    no_reply: {{after: 30h, then: [{{say: {TEXT}}}]}}\n", "G12:4"),
        (f"  - ask: {TEXT}\n    save: ref\n    no_reply: {{after: 24h, remind: {TEXT}}}\n", "G12:4"),
    ],
)
def test_words_after_the_window_are_found(steps: str, code: str) -> None:
    assert code in codes(steps)


@pytest.mark.parametrize(
    "steps",
    [
        f"  - wait: 23h\n  - say: {TEXT}\n",
        "  - wait: 3d\n  - handoff: general\n    reason: late\n",
        f"  - ask: {TEXT}\n    save: ref\n    no_reply: {{after: 2d, then: [{{end: no_reply}}]}}\n".replace("end: no_reply", 'end: "no_reply"'),
        f"  - wait: 20h\n  - ask: {TEXT}\n    save: email\n  - wait: 20h\n  - say: {TEXT}\n",
    ],
)
def test_a_wait_within_the_window_or_without_words_is_fine(steps: str) -> None:
    assert codes(steps) == []


@pytest.mark.parametrize(
    "shown",
    ["  - note: '{email}'\n", "  - handoff: general\n    reason: a\n    summary: '{email}'\n", "  - remember: {email: lower(email)}\n"],
)
def test_a_sensitive_value_for_the_whole_team_is_found(shown: str) -> None:
    steps = f"  - ask: {TEXT}\n    save: email\n    sensitive: yes\n    after_retries: [{{handoff: general, reason: a}}]\n{shown}"

    assert codes(steps) == ["G13:8"]


@pytest.mark.parametrize(("length", "options", "code"), [(1025, True, "C10"), (1024, True, ""), (4097, False, "C11"), (4096, False, "")])
def test_a_text_that_does_not_fit_is_found_in_its_language(length: int, options: bool, code: str) -> None:
    text = f'{{es: "Hola", en: "{"x" * length}", pt: "Oi"}}'
    steps = f"  - menu: {text}\n    options: {{a: {{text: {TEXT}}}}}\n" if options else f"  - say: {text}\n"

    assert [one.split(":")[0] for one in codes(steps)] == [code] * bool(code)


def test_circles_through_two_flows_are_one_finding() -> None:
    other = a_flow("  - call: main\n", name="other", head="")
    told = [one for one in findings(a_flow("  - start_flow: other\n"), other=other) if one.code == "G10"]

    assert [(one.file, one.line) for one in told] == [("main.yaml", 4)]


ASKS = f"  - ask: {TEXT}\n    save: sure\n    after_retries: [{{handoff: general, reason: a}}]\n"


def test_a_called_flow_that_asks_makes_a_circle_wait() -> None:
    other = a_flow(ASKS, name="other", head=HEAD)
    told = findings(a_flow("  - call: other\n    id: again\n  - if: known(rated)\n    then: again\n", head="data: {rated: text}"), other=other)

    assert [one.code for one in told if one.code in ("G02", "G10")] == []


def test_a_called_flow_that_only_speaks_makes_no_circle_wait() -> None:
    other = a_flow(f"  - say: {TEXT}\n", name="other", head="")
    told = findings(a_flow("  - call: other\n    id: again\n  - goto: again\n"), other=other)

    assert [one.code for one in told if one.code in ("G02", "G10")] == ["G02"]


@pytest.mark.parametrize(("block", "found"), [(ASKS, []), (f"  - say: {TEXT}\n", ["G02"])])
def test_rounds_make_a_circle_wait_only_where_they_ask(block: str, found: list[str]) -> None:
    rounds = "  - repeat:\n" + "".join(f"    {line}\n" for line in block.splitlines()) + "    id: again\n    max: 2\n"
    told = findings(a_flow(f"{rounds}  - if: sure\n    then: again\n", head=HEAD))

    assert [one.code for one in told if one.code == "G02"] == found


@pytest.mark.parametrize("start", ["intents: [cancel]", "payloads: [START]"])
def test_what_starts_two_flows_is_found_where_the_second_says_it(start: str) -> None:
    other = a_flow(f"  - say: {TEXT}\n", name="other", head=f"start: {{{start}}}")
    told = findings(a_flow(f"  - say: {TEXT}\n", head=f"start: {{{start}}}"), other=other)

    assert [(one.file, one.line, one.column) for one in told if one.code == "G04"] == [("other.yaml", 2, len("start: {") + start.index("[") + 2)]


def test_an_intent_that_is_none_is_found() -> None:
    told = findings(a_flow(f"  - say: {TEXT}\n", head="start: {intents: [order_state]}"))

    assert [(one.code, one.mend("en")) for one in told if one.code == "S09"] == [("S09", "did you mean “order_status”?")]


def test_a_broken_flow_hides_nothing_in_the_others() -> None:
    broken = "flow: broken\nsteps:\n  - sayy: x\n  - goto: nowhere\n"
    told = {(one.file, one.code) for one in findings(a_flow(f"  - end: x\n  - say: {TEXT}\n"), broken=broken)}

    assert {("broken.yaml", "S03"), ("broken.yaml", "V07"), ("main.yaml", "G01")} <= told


def test_a_broken_flow_calls_forth_no_findings_that_are_none() -> None:
    broken = f"flow: broken\nsteps:\n  - menuu: {TEXT}\n  - say: {TEXT}\n"
    told = findings(a_flow("  - start_flow: broken\n"), broken=broken)

    assert [(one.file, one.code) for one in told] == [("broken.yaml", "S03")]


def test_texts_of_a_broken_flow_are_checked_all_the_same() -> None:
    broken = "flow: broken\nsteps:\n  - sayy: x\n  - say: {en: \"Hi\", pt: \"Oi\"}\n"

    assert ("broken.yaml", "T01") in {(one.file, one.code) for one in check_sources(sources(broken=broken))}


@pytest.mark.parametrize(("files", "told"), [([], []), (["main"], []), (["other"], ["X10"])])
def test_a_flow_without_conversations_is_found_where_others_have_some(tmp_path: Path, files: list[str], told: list[str]) -> None:
    (tmp_path / "main.yaml").write_text("flow: main\nsteps:\n  - handoff: general\n    reason: a\n")
    for name in files:
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / f"{name}.test.yaml").write_text("tests: []\n")

    assert [one.code for one in check(tmp_path)] == told
