"""`flask understand` as another program uses it."""

import json
import re

from click.testing import CliRunner

from bot.understanding.commands import understand


def run(*arguments: str, lines: list[dict] | None = None) -> str:
    typed = "".join(json.dumps(line) + "\n" for line in lines or [])
    return CliRunner().invoke(understand, arguments, input=typed, catch_exceptions=False).stdout


def test_message_is_answered_with_its_id_and_reasons():
    answer = json.loads(run("messages", lines=[{"id": "m1", "text": "quiero hablar con un asesor"}]))

    assert (answer["id"], answer["human_request"], bool(answer["reasons"])) == ("m1", True, True)


def test_dialogues_do_not_share_their_state():
    said = [{"dialogue": name, "turn": 1, "text": "mi cupón caducó", "bot_prev": None} for name in ("a", "b")]

    assert [json.loads(line)["escalate"] for line in run("turns", lines=said).splitlines()] == [False, False]


def test_turn_escalates_after_two_failures_in_a_row():
    bot = {"text": "No te he entendido.", "outcome": "fallback"}
    texts = ["usar un vale", "tengo una tarjeta regalo", "el bono ese"]

    said = [
        {"dialogue": "a", "turn": n, "text": text, "bot_prev": bot if n > 1 else None}
        for n, text in enumerate(texts, 1)
    ]

    assert [json.loads(line)["escalate"] for line in run("turns", lines=said).splitlines()] == [False, False, True]


def test_explanation_quotes_the_text():
    assert "“esto es una vergüenza”" in run("explain", "esto es una vergüenza")


def test_how_long_loading_took_is_said_beside_the_answers():
    said = CliRunner().invoke(understand, ["messages"], input="", catch_exceptions=False)

    assert re.search(r"loaded in \d+ ms", said.stderr) and "loaded" not in said.stdout


def test_explanation_tells_what_weighs_and_what_the_policy_makes_of_it():
    told = run("explain", "necesito un agente de aduanas")

    assert "words towards human_request" in told and "harmless_person" in told and "the bot goes on" in told


def test_a_bad_line_is_told_with_its_number_and_costs_no_other():
    typed = '{"id": "a", "text": "hola"}\n{bad\n[]\n{"id": "b"}\n{"id": "c", "text": "adiós"}\n'
    said = CliRunner().invoke(understand, ["messages"], input=typed, catch_exceptions=False)

    assert [json.loads(line)["id"] for line in said.stdout.splitlines()] == ["a", "c"]
    assert all(f"Line {number} was left out" in said.stderr for number in (2, 3, 4)) and "“text” is missing" in said.stderr


def test_what_the_bot_said_may_be_a_bare_text_and_a_gap_may_be_nonsense():
    said = [{"dialogue": "a", "turn": 1, "text": "hola", "bot_prev": "¡Hola!", "gap_min": gap} for gap in ("x", -5, 1e300)]

    assert len(run("turns", lines=said).splitlines()) == 3
