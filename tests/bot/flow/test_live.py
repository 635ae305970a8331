"""Standings as text, and what an edit would mean for those who stand in a flow."""

from __future__ import annotations

import pytest

from bot.flow import live
from bot.flow.library import Library, compiled
from bot.flow.live import FlowSet, Standing, consequences, frames_of, is_file_of_a_set, standing, standings
from tests.builders import MONDAY_NOON

PROJECT = "shop: Casa\nlanguages: [es]\nqueues: [general]\ndefault_queue: general\n"
ASK = """flow: returns
start: {words: {es: [devolver]}}
data: {item: text, why: text}
steps:
  - ask: {es: "¿Qué quieres devolver?"}
    save: item
  - ask: {es: "¿Por qué?"}
    save: why
  - end: resolved
"""


def a_library(returns: str | None = ASK) -> Library:
    files = {"_project.yaml": PROJECT, "menu.yaml": 'flow: menu\nsteps:\n  - say: {es: "Hola"}\n'}
    loaded = compiled(files | ({"returns.yaml": returns} if returns else {}))
    assert loaded.library is not None, [one.render() for one in loaded.findings]
    return loaded.library


def at(step: str, count: int = 3) -> Standing:
    return Standing("returns", a_library().flows["returns"].shape, step, count)


def told(edited: str | None, *there: Standing) -> list[tuple[str, str]]:
    return [(one.code, one.what("es")) for one in consequences(a_library(), a_library(edited), there)]


def test_a_standing_names_each_frame_the_running_one_last() -> None:
    frames = [{"flow": "returns", "rev": "a1", "at": "item"}, {"flow": "menu", "rev": "b2", "at": "pick"}]

    assert standing({"frames": frames}) == "returns@a1#item menu@b2#pick"
    assert frames_of("returns@a1#item menu@b2#pick") == (("returns", "a1", "item"), ("menu", "b2", "pick"))


@pytest.mark.parametrize("state", [{}, {"frames": []}, {"frames": None}, {"frames": [3]}, {"frames": [{"flow": "x"}]}])
def test_nobody_stands_where_there_is_no_frame_of_ours(state: dict[str, object]) -> None:
    assert standing(state) is None


def test_what_lies_below_a_digression_is_counted_apart() -> None:
    counted = standings([("returns@a#item", 2), ("returns@a#item menu@b#pick", 1)])

    assert counted == (Standing("menu", "b", "pick", 1), Standing("returns", "a", "item", 2),
                       Standing("returns", "a", "item", 1, digression=True))
    assert live.waiting(counted, "returns") == 3 and live.waiting(counted, "returns", "why") == 0


def test_a_deleted_step_is_told_with_its_count_and_what_becomes_of_them() -> None:
    edited = ASK.replace('  - ask: {es: "¿Qué quieres devolver?"}\n    save: item\n', "")
    (found,) = consequences(a_library(), a_library(edited), [at("item")])

    assert (found.code, found.level, found.file) == ("L01", "warning", "returns.yaml")
    assert found.what("es") == "3 clientes esperan en “item”, que este cambio borra"
    assert "on_edit: move" in found.mend("es")


def test_one_customer_is_one() -> None:
    edited = ASK.replace("save: item", "save: item\n    id: thing")

    assert told(edited, at("item", 1)) == [("L01", "1 cliente espera en “item”, que este cambio borra")]


def test_a_question_of_another_type_is_told_at_its_line() -> None:
    edited = ASK.replace("item: text", "item: email").replace("save: item", "save: item\n    type: email")
    (found,) = consequences(a_library(), a_library(edited), [at("item")])

    assert (found.code, found.line) == ("L02", 5)


def test_a_deleted_flow_is_told() -> None:
    assert [code for code, _ in told(None, at("item"))] == ["L03"]


def test_a_change_elsewhere_in_the_flow_is_told_as_such() -> None:
    edited = ASK.replace("  - end: resolved", "  - note: fin\n  - end: resolved")

    assert [code for code, _ in told(edited, at("item"))] == ["L04"]


def test_better_words_touch_nobody() -> None:
    assert told(ASK.replace("¿Por qué?", "¿Y por qué?"), at("item"), at("why")) == []


def test_who_stands_in_a_shape_of_long_ago_is_not_touched() -> None:
    assert told(ASK.replace("save: why", "save: why\n    retries: 1"), Standing("returns", "old", "item", 4)) == []


@pytest.mark.parametrize(("edit", "code"), [(("save: item", "save: item\n    id: thing"), "L05"),
                                            (("save: why", "save: why\n    retries: 1"), "L06")])
def test_with_on_edit_move_they_are_told_where_they_go(edit: tuple[str, str], code: str) -> None:
    edited = ASK.replace(*edit).replace("data:", "on_edit: move\ndata:")

    assert [found for found, _ in told(edited, at("item"), at("why"))][:1] == [code]


def test_a_step_without_a_name_is_told_by_its_line() -> None:
    edited = ASK.replace("    save: why\n", "    save: why\n    retries: 1\n")
    anonymous = ASK.replace("steps:", 'steps:\n  - wait: 10m')

    found = consequences(a_library(anonymous), a_library(edited),
                         [Standing("returns", a_library(anonymous).flows["returns"].shape, "1", 2)])

    assert found[0].facts["step"] == "returns.yaml:5"


@pytest.mark.parametrize(("name", "is_one"), [
    ("menu.yaml", True), ("_texts.yaml", True), ("tests/menu.test.yaml", True), ("_orders.yaml", False),
    ("tests/menu.yaml", False), ("../menu.yaml", False), ("a/b.yaml", False), (".yaml", False), ("menu.txt", False),
    ("tests/../x.test.yaml", False), ("tests/.x.test.yaml", False), ("a\\b.yaml", False), ("a\x00.yaml", False),
])
def test_a_set_holds_flows_and_tests_and_nothing_else(name: str, is_one: bool) -> None:
    assert is_file_of_a_set(name) is is_one


def test_the_id_of_a_set_says_its_number_and_its_content() -> None:
    files = {"a.yaml": "x", "b.yaml": "y"}

    assert live.content_of(files) == live.content_of(dict(reversed(files.items())))
    assert FlowSet(7, "abc", files, MONDAY_NOON, "cli").set_id == "7-abc"


def test_a_step_below_a_case_of_two_values_is_one_step() -> None:
    told = standing({"frames": [{"flow": "main", "rev": "1f0c", "at": "2.cases.big, small.1"}]})

    assert told is not None and frames_of(told) == (("main", "1f0c", "2.cases.big, small.1"),)


def test_a_standing_is_never_longer_than_an_index_takes() -> None:
    assert live.standing({"frames": [{"flow": "main", "rev": "1f0c", "at": "ñ" * 600}]}) is None
