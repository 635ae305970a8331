"""`repeat`: rounds, lists, bounds; and `random`."""

from __future__ import annotations

from tests.bot.flow.builders import Talk, a_library, found

HEAD = "start: {words: [go]}\ndata: {thing: text, all: list, n: number}"
ASK = "      - ask: ¿Qué?\n        save: thing\n"


def a_talk(*steps: str) -> Talk:
    return Talk(a_library(*steps, head=HEAD))("go")


def test_the_condition_is_looked_at_before_each_round() -> None:
    talk = a_talk("  - set: {thing: '\"fin\"'}", "  - repeat:\n" + ASK + "    while: thing != 'fin'\n    max: 3", "  - say: Ya")

    assert talk.texts == ["Ya"]


def test_rounds_that_are_used_up_go_their_own_way() -> None:
    talk = a_talk("  - repeat:\n" + ASK + "    max: 2\n    after_max: [{say: Basta}]", "  - say: Ya")

    assert [talk.texts, talk("a").texts, talk("b").texts] == [["¿Qué?"], ["¿Qué?"], ["Basta", "Ya"]]


def test_a_list_that_is_through_has_not_used_up_its_rounds() -> None:
    loop = "  - repeat: [{say: 'Una {one}'}]\n    for_each: all\n    as: one\n    max: 2\n    after_max: [{say: Quedan}]"

    assert a_talk("  - set: {all: '[1, 2]'}", loop).texts == ["Una 1", "Una 2"]
    assert a_talk("  - set: {all: '[1, 2, 3]'}", loop).texts == ["Una 1", "Una 2", "Quedan"]


def test_the_variable_may_stand_beside_the_list() -> None:
    loop = "  - repeat: [{say: 'Una {one}'}]\n    for_each: all as one\n    max: 5"

    assert a_talk("  - set: {all: '[7]'}", loop).texts == ["Una 7"]


def test_a_loop_inside_a_loop_begins_anew_each_time() -> None:
    inner = "      - repeat: [{say: d}]\n        max: 2\n"

    assert a_talk("  - repeat:\n      - say: f\n" + inner + "    max: 2").texts == ["f", "d", "d", "f", "d", "d"]


def test_going_out_of_a_loop_ends_it() -> None:
    asked = "      - menu: ¿Más?\n        options: {yes: {text: Sí}, out: {text: Fuera, then: again}}\n"
    talk = a_talk("  - say: Va\n    id: again", "  - repeat:\n" + asked + "    max: 2\n    after_max: [{end: used}]")

    talk("Sí")("Fuera")("Sí")

    assert talk.state["frames"][0]["loops"] == {"2": {"n": 2, "of": None}}


def test_a_repeat_without_a_bound_is_found() -> None:
    assert "S20:4" in found("  - repeat: [{say: {es: a, en: a, pt: a}}]")


def test_the_same_contact_always_gets_the_same_arm() -> None:
    library = a_library("  - random: {a: [{say: A}], b: [{say: B}]}\n    name: x")
    drawn = {name: {tuple(Talk(library, conversation=name)("go").texts) for _ in range(3)} for name in "pqrstuvw"}

    assert all(len(texts) == 1 for texts in drawn.values())
    assert set().union(*drawn.values()) == {("A",), ("B",)}


def test_arms_are_drawn_by_their_weight_and_told() -> None:
    library = a_library("  - random: {a: {weight: 9, then: [{say: A}]}, b: [{say: B}]}\n    name: x")
    talks = [Talk(library, conversation=f"cnv_{number}")("go") for number in range(300)]

    assert 240 < sum(talk.texts == ["A"] for talk in talks) < 295
    assert "x=a" in {one.decision for talk in talks for one in talk.turn.trace if one.what == "chosen"}
