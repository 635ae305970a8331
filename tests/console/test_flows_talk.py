"""The simulator and the tests of flows, as the editor plays them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence

from bot.flow import cases
from bot.flow.library import Library
from console import flow_files, flow_talk, flow_trials
from tests.console.flow_shops import FILES

SETTING = {"language": "es", "channel": "twilio-whatsapp"}


def library(files: Mapping[str, str] = FILES) -> Library:
    found = flow_files.check(files).library
    assert found is not None
    return found


def play(*script: tuple[str, str]) -> flow_talk.Talk:
    return flow_talk.play(library(), script, SETTING, lambda: False)


def said(talk: flow_talk.Talk) -> list[str]:
    return [row.text for row in talk.rows if row.kind == "bot"]


def test_the_talk_says_where_it_stands() -> None:
    talk = play(("user", "mi paquete"))

    assert said(talk) == ["¿Me dices tu número de pedido?"]
    assert (talk.flow, talk.step, talk.lines[0]) == ("parcel", "order_ref", 12)


def test_calls_buttons_and_handoffs_are_told() -> None:
    talk = play(("user", "mi paquete"), ("user", "AB-12345"), ("press", "person"))

    assert [row.kind for row in talk.rows] == ["contact", "bot", "contact", "call", "bot", "contact", "handoff"]
    assert talk.rows[4].choices == (("person", "Una persona"), ("nothing", "Nada más"))
    assert talk.rows[6].facts == {"queue": "orders", "reason": "asked"}


def test_what_is_known_is_shown_by_its_fields() -> None:
    talk = play(("user", "mi paquete"), ("user", "AB-12345"))

    assert ("order.carrier", "Correos") in talk.facts


def test_a_button_that_is_gone_is_told() -> None:
    assert [row.kind for row in play(("press", "person")).rows] == ["contact", "stale"]


def test_photos_and_time_are_part_of_a_talk() -> None:
    kinds = [row.kind for row in play(("user", "mi paquete"), ("send", "image"), ("wait", "15m")).rows]

    assert kinds[2] == "media" and kinds[-1] == "wait"


def test_a_talk_that_takes_too_long_is_cut() -> None:
    late = itertools.chain([False], itertools.repeat(True))
    talk = flow_talk.play(library(), [("user", "hola")] * 5, SETTING, lambda: next(late))

    assert talk.is_cut and sum(row.kind == "contact" for row in talk.rows) == 1


def scripted(lines: Sequence[object]) -> list[tuple[str, str]]:
    return flow_talk.read_script(json.dumps(lines))


def test_a_script_is_bounded_whatever_a_browser_sends() -> None:
    assert len(scripted([["user", "a"]] * 900)) == flow_talk.MAX_LINES
    assert len(scripted([["user", "a" * 9000]])[0][1]) == flow_talk.MAX_LETTERS
    assert scripted([["eval", "x"], ["user"], "user", ["user", 3], None]) == []
    assert flow_talk.read_script("{" * 9000) == flow_talk.read_script("7") == []


def test_a_talk_becomes_a_test_that_passes() -> None:
    script = [("user", "mi paquete"), ("send", "image"), ("user", "AB-12345"), ("press", "person")]
    text = "for: parcel\ntests:\n" + flow_talk.as_case(library(), script, SETTING, 'pide "una" persona: #1')
    files = {**FILES, "tests/parcel.test.yaml": text}

    found, findings = cases.cases_in("parcel.test.yaml", text)
    assert findings == [] and found[0].name == 'pide "una" persona: #1'
    assert flow_trials.run(files, lambda: False)["parcel"].passed == 1


def test_tests_tell_what_went_wrong_and_what_they_missed() -> None:
    text = FILES["tests/parcel.test.yaml"].replace("Correos", "SEUR")
    trials = flow_trials.run({**FILES, "tests/parcel.test.yaml": text}, lambda: False)["parcel"]

    assert (trials.passed, trials.total) == (0, 1) and trials.missing
    assert "SEUR" in trials.failures[0].problem and trials.failures[0].slug == "parcel.test"


def test_tests_of_broken_flows_are_not_played() -> None:
    assert flow_trials.run({**FILES, "parcel.yaml": "flow: parcel\n"}, lambda: False) == {}
