"""The pure parts: spans, segments, clocks, stretches, names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from channels import windows
from console import listing, naming
from console.formats import Formats, left, span
from console.segments import Segment, plain, segments
from console.stretches import Passing, Spoken, stretches

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SPANISH = Formats("es", ZoneInfo("Europe/Madrid"), NOON)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "1 min"),
        (0.2, "1 min"),
        (12, "12 min"),
        (59.5, "1 h"),
        (130, "2 h 10"),
        (121, "2 h 01"),
        (24 * 60, "1 d"),
        (94 * 60, "3 d 22 h"),
    ],
)
def test_a_span_has_two_units_at_most(minutes: float, text: str) -> None:
    assert span(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (30, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (7_860, "2 h 11 min"),
        (86_399, "23 h 59 min"),
        (86_400, "24 h"),
        (187_200, "2 d 4 h"),
    ],
)
def test_time_left_is_rounded_down_and_told_in_hours_until_a_day(seconds: int, text: str) -> None:
    assert left(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("language", "amount"), [("es", "1.234,50\u00a0€"), ("en", "€1,234.50"), ("pt", "€\u00a01.234,50")]
)
def test_amounts_are_written_as_the_language_does(language: str, amount: str) -> None:
    assert Formats(language, ZoneInfo("UTC"), NOON).money("1234.50", "EUR") == amount


def test_an_amount_that_is_none_stays_as_it_is() -> None:
    assert SPANISH.money("gratis", "") == "gratis"


def test_near_days_have_a_name_and_far_ones_a_month() -> None:
    assert (SPANISH.day_text("2026-11-17"), SPANISH.day_text("2026-06-03"), SPANISH.day_text("pronto")) == (
        "mar 17",
        "3 jun",
        "pronto",
    )


def test_a_heading_begins_with_a_capital() -> None:
    assert SPANISH.heading(NOON) == "Lunes, 23 de noviembre"


def test_only_http_becomes_a_link() -> None:
    found = [
        piece.href
        for piece in segments("javascript:alert(1) ftp://x.y http://a.example/b), data:text/html,x HTTPS://C.example")
    ]

    assert [href for href in found if href] == ["http://a.example/b", "HTTPS://C.example"]


@pytest.mark.parametrize("text", ["*Ana* dice", "dice *Ana*", "(*Ana*)"])
def test_stress_between_asterisks_is_seen(text: str) -> None:
    assert Segment("Ana", strong=True) in segments(text)


@pytest.mark.parametrize("text", ["2*3*4", "* no *", "**", "a*b*c", "*solo uno"])
def test_other_asterisks_stay(text: str) -> None:
    assert plain(text) == text


def test_a_quote_is_marked_where_it_stands() -> None:
    found = segments("Me dices otra vez lo mismo.", [(2, "OTRA VEZ lo mismo")])

    assert [(piece.text, piece.cites) for piece in found] == [
        ("Me dices ", ()),
        ("otra vez lo mismo", (2,)),
        (".", ()),
    ]


def test_quotes_that_overlap_keep_their_letters_and_show_their_numbers_together() -> None:
    found = segments(
        "una vergüenza de servicio", [(1, "vergüenza"), (2, "una vergüenza"), (3, "vergüenza de servicio")]
    )

    assert [(piece.text, piece.cites, piece.discs) for piece in found] == [
        ("una ", (2,), ()), ("vergüenza", (1, 2, 3), ()), (" de servicio", (3,), (1, 2, 3))
    ]


def test_a_mark_of_several_pieces_shows_its_number_at_its_end() -> None:
    found = segments("es *muy* tarde ya", [(1, "es *muy* tarde")])

    assert [(piece.cites, piece.discs) for piece in found] == [((1,), ()), ((1,), ()), ((1,), (1,)), ((), ())]


@pytest.mark.parametrize("quote", ["", "  ", "no está", "3×"])
def test_a_quote_that_does_not_stand_there_marks_nothing(quote: str) -> None:
    assert [piece.cites for piece in segments("Hola", [(1, quote)])] == [()]


def test_marks_stay_right_where_folding_changes_lengths() -> None:
    found = segments("İİİ esto es un ROBO", [(1, "un ROBO")])

    assert [piece.text for piece in found if piece.cites] == ["un ROBO"]


def a_row(**changes: Any) -> dict[str, Any]:
    return {
        "state": "assigned",
        "waiting_since": NOON - timedelta(minutes=4),
        "due_at": None,
        "first_reply_at": None,
    } | changes


@pytest.mark.parametrize(
    ("row", "kind", "press"),
    [
        (a_row(state=None), "moment", ""),
        (a_row(state="resolved"), "moment", ""),
        (a_row(waiting_since=None), "theirs", ""),
        (a_row(due_at=NOON + timedelta(minutes=9)), "left", ""),
        (a_row(due_at=NOON + timedelta(minutes=3)), "left", "soon"),
        (a_row(due_at=NOON - timedelta(minutes=3)), "late", "late"),
        (a_row(due_at=NOON - timedelta(minutes=3), first_reply_at=NOON), "waits", ""),
        (a_row(state="queued", due_at=NOON + timedelta(minutes=9)), "waits", ""),
    ],
)
def test_a_row_shows_the_one_clock_that_matters(row: dict[str, Any], kind: str, press: str) -> None:
    shown = listing.clock(row, NOON)

    assert (shown.kind, shown.press) == (kind, press)


@pytest.mark.parametrize(
    ("heard", "window", "left"),
    [
        (NOON - timedelta(hours=20), windows.DAY, timedelta(hours=4)),
        (NOON - timedelta(hours=25), windows.DAY, timedelta(0)),
        (NOON - timedelta(hours=25), windows.DAY_OR_HUMAN_WEEK, timedelta(days=6) - timedelta(hours=1)),
        (None, windows.DAY, timedelta(0)),
        (NOON, windows.NO_WINDOW, None),
    ],
)
def test_the_window_is_counted_from_the_contacts_last_word(
    heard: datetime | None, window: windows.Window, left: timedelta | None
) -> None:
    assert listing.window_left(window, {"last_inbound_at": heard, "free_until": None}, NOON) == left


def test_an_advertisement_holds_the_window_open() -> None:
    row = {"last_inbound_at": NOON - timedelta(hours=30), "free_until": NOON + timedelta(hours=42)}

    assert listing.window_left(windows.DAY, row, NOON) == timedelta(hours=42)


@pytest.mark.parametrize(
    ("name", "letters"), [("Ana", "AN"), ("Marta Ríos", "MR"), ("  ", "?"), ("+34 600", "?"), ("Ñ", "Ñ")]
)
def test_initials_of_anybody(name: str, letters: str) -> None:
    assert listing.initials(name) == letters


@pytest.mark.parametrize(
    ("card", "order"),
    [
        ({"known": {"order_ref": "AB-1"}}, "AB-1"),
        ({"known": {"order": {"reference": "AB-2"}}}, "AB-2"),
        ({"known": {}}, ""),
        ({}, ""),
        (None, ""),
        ({"known": {"order": 3}}, ""),
    ],
)
def test_the_order_of_a_card_however_it_was_learnt(card: dict[str, Any] | None, order: str) -> None:
    assert naming.order_of(card) == order


def said(seq: int, epoch: int, text: str = "x", author: str = "contact") -> dict[str, Any]:
    return {
        "message_id": f"msg_{seq}",
        "seq": seq,
        "epoch": epoch,
        "kind": "message",
        "direction": "inbound" if author == "contact" else "outbound",
        "author": author,
        "text": text,
        "content": {},
        "agent_id": None,
        "created_at": NOON + timedelta(minutes=seq),
    }


def passing(epoch: int, owner: str, minute: int) -> Passing:
    return Passing("claim", owner, NOON + timedelta(minutes=minute), epoch, epoch)


def test_what_opened_a_ticket_stands_before_it_and_its_answer_after() -> None:
    spoken = Spoken([said(1, 0), said(2, 1, author="system")], {}, [passing(1, "queue", 1)], (), {})

    assert [(stretch.owner, [bubble.seq for bubble in stretch.bubbles]) for stretch in stretches(spoken)] == [
        ("bot", [1]),
        ("queue", [2]),
    ]


def test_a_change_nobody_spoke_after_is_shown_all_the_same() -> None:
    spoken = Spoken([said(1, 0)], {}, [passing(1, "queue", 2), passing(2, "agent", 3)], (), {})

    assert [stretch.owner for stretch in stretches(spoken)] == ["bot", "queue", "agent"]


def test_a_note_stands_where_it_was_written() -> None:
    note = {
        "note_id": "nte_1",
        "text": "ojo",
        "agent_id": "agt_bo",
        "seq": 1,
        "created_at": NOON + timedelta(minutes=3),
    }
    spoken = Spoken([said(1, 0), said(4, 1)], {}, [passing(1, "agent", 2)], [note], {"agt_bo": "Bo"})

    assert [[bubble.key for bubble in stretch.bubbles] for stretch in stretches(spoken)] == [
        ["msg_1"],
        ["nte_1", "msg_4"],
    ]


def test_a_message_of_the_bot_from_before_stays_in_its_stretch() -> None:
    late = said(2, 0, author="bot")
    spoken = Spoken(
        [said(1, 0), late, said(3, 1, author="system")],
        {"msg_2": [{"state": "suppressed", "error_code": None}]},
        [passing(1, "queue", 2)],
        (),
        {},
    )

    assert stretches(spoken)[0].bubbles[1].state == "suppressed"


def test_only_the_first_new_line_is_marked() -> None:
    spoken = Spoken([said(1, 0), said(2, 0), said(3, 0)], {}, (), (), {}, waiting_since=NOON + timedelta(minutes=2))

    assert [bubble.is_first_new for bubble in stretches(spoken)[0].bubbles] == [False, True, False]


def test_a_new_day_is_told_in_the_agents_zone() -> None:
    night = {**said(1, 0), "created_at": datetime(2026, 11, 23, 22, 30, tzinfo=UTC)}
    later = {**said(2, 0), "created_at": datetime(2026, 11, 23, 23, 30, tzinfo=UTC)}
    spoken = Spoken([night, later], {}, (), (), {}, zone=ZoneInfo("Europe/Madrid"))

    assert [bubble.day is not None for bubble in stretches(spoken)[0].bubbles] == [True, True]
