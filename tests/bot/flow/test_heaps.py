"""What a flow may heap up: numbers, lists and lists of lists end where no shop needs more."""

from __future__ import annotations

from bot.flow.effects import Alert, Remind
from bot.flow.events import External, TimerDue
from bot.flow.expressions import Scope
from bot.flow.texts import MAX_LENGTH, compile_template
from tests.bot.flow.builders import Talk, a_flow, a_library

HEAD = "start: {words: [go]}\ndata: {x: any, l: list, n: number}"


def a_talk(*steps: str) -> Talk:
    return Talk(a_library(*steps, head=HEAD))("go")


def alerts(talk: Talk) -> str:
    return " ".join(effect.text for effect in talk.effects if isinstance(effect, Alert))


def test_a_number_that_is_squared_again_and_again_becomes_nothing() -> None:
    squared = "  - repeat: [{set: {x: x * x}}]\n    max: 8"

    assert a_talk("  - set: {x: 10}", squared, "  - say: '{x | or: \"nada\"}'").texts == ["nada"]


def test_a_number_is_not_cut_into_another_one() -> None:
    squared = "  - repeat: [{set: {n: n * n}}]\n    max: 20"

    assert a_talk("  - set: {n: 99999.5}", squared, "  - say: '{n | or: \"nada\"}'").texts == ["nada"]


def test_a_list_that_is_doubled_ends_at_a_thousand() -> None:
    doubled = "  - repeat: [{set: {l: l + l}}]\n    max: 12"

    assert a_talk("  - set: {l: '[1]'}", doubled, "  - set: {n: len(l)}", "  - say: '{n}'").texts == ["1000"]


def test_lists_of_lists_are_stopped_though_nothing_is_kept_of_them() -> None:
    nested = "  - repeat: [{set: {x: '[x, x]'}}]\n    max: 17"

    assert "One value" in alerts(a_talk("  - set: {x: '[1]'}", nested, "  - end: done"))


def test_what_a_service_is_asked_with_is_weighed_too() -> None:
    asked = f"  - do: notes.create\n    with: {{text: 'x or [{', '.join('l' * 80)}]'}}\n"
    talk = a_talk("  - set: {l: '[1]'}", "  - repeat: [{set: {l: l + l}}]\n    max: 10", asked)

    assert "One value" in alerts(talk)


def test_a_deep_list_is_no_crash() -> None:
    deeper = "  - repeat: [{set: {x: '[x]'}}]\n    max: 40"

    assert "One value" in alerts(a_talk("  - set: {x: '[1]'}", deeper, "  - end: done"))


def test_ten_events_that_wait_for_their_turn_are_no_mistake_of_the_flow() -> None:
    asked = "  - ask: ¿Qué?\n    save: x\n  - set: {l: '[x]'}\n  - say: Gracias"
    begun = a_flow("  - say: Salió", name="moved", head="start: {event: moved}")
    talk = Talk(a_library(asked, head=f"{HEAD}\ninterrupts: no", moved=begun))("go")
    for number in range(10):
        talk(External("moved", f"k{number}", {"told": "x" * 7_800}))

    assert talk("algo").texts == ["Gracias", *["Salió"] * 5]
    assert talk(TimerDue(0)).texts == ["Salió"] * 5 and "later" not in talk.state


def test_what_outlasts_one_turn_comes_by_a_timer() -> None:
    begun = a_flow("  - say: Salió", name="moved", head="start: {event: moved}")
    talk = Talk(a_library("  - ask: ¿Qué?\n    save: x", head=f"{HEAD}\ninterrupts: no", moved=begun))("go")
    for number in range(10):
        talk(External("moved", f"k{number}", {}))

    assert [effect for effect in talk("algo").effects if isinstance(effect, Remind)] == [Remind(0, 60)]


class Looked(dict[str, object]):
    """Values that count how often they are asked for."""

    times = 0

    def __getitem__(self, name: str) -> object:
        self.times += 1
        return super().__getitem__(name)


def test_what_is_cut_off_is_not_written_out_before() -> None:
    values = Looked(l=["x" * 1_000] * 60)
    template = compile_template("{l}" * 2_000, Scope({"l": "list"}))

    assert len(template.render(values)) == MAX_LENGTH
    assert values.times == 1
