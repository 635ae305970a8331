"""A proof lasts half an hour, for one order: then what was shown is forgotten and asked for again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.flow.events import CallResult, TimerDue
from tests.bot.flow.builders import NOW, Talk, a_library, a_moment

HEAD = "start: {words: [go]}\ndata: {order_ref: order_number, order: record, more: text}"
STEPS = (
    "  - lookup: orders.find\n    with: {ref: \"'AB-12345'\"}\n    save: order\n    not_found: [{end: none}]\n    failed: [{end: none}]\n",
    "  - set: {visits: 7}\n",
    "  - ask: ¿Algo más?\n    save: more\n    no_reply: {after: 40m, then: [{say: \"Va con {order.carrier}\"}]}\n",
    "  - say: \"Va con {order.carrier | or: 'nadie'}, {visits | or: 'nada'}\"\n",
)


def a_talk(identity: str = "proven: [visits]\n") -> Talk:
    talk = Talk(a_library(*STEPS, head=HEAD, _identity=identity))("go")
    return talk(CallResult(talk.state["seq"], "found", {"carrier": "SEUR"}))


def later(talk: Talk, minutes: float) -> Talk:
    talk.moment = a_moment(now=NOW + timedelta(minutes=minutes))
    return talk


def test_within_its_time_it_holds() -> None:
    assert later(a_talk(), 29)("nada").texts == ["Va con SEUR, 7"]


def test_after_half_an_hour_nothing_of_the_order_is_known() -> None:
    assert later(a_talk(), 30)("nada").texts == ["Va con nadie, nada"]


@pytest.mark.parametrize(("minutes", "told"), [(4, "Va con SEUR, 7"), (5, "Va con nadie, nada")])
def test_the_shop_may_make_it_shorter(minutes: int, told: str) -> None:
    assert later(a_talk("lasts: 5m\nproven: [visits]\n"), minutes)("nada").texts == [told]


def test_what_is_not_named_as_proven_stays() -> None:
    assert later(a_talk(""), 30)("nada").texts == ["Va con nadie, 7"]


def test_what_comes_by_itself_still_goes_to_people_with_what_was_known() -> None:
    talk = later(a_talk(), 40)

    assert talk(TimerDue(talk.state["seq"])).texts[0] == "Va con SEUR"
