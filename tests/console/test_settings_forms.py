"""What stands behind the forms of the settings: weeks, holidays, sentences in YAML, places in flows, who may what. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from console import flow_mentions, rights, text_book, week_form
from console.route import ADMINS, SUPERVISORS, Entry, Route
from handoff.admin_errors import BadValue

WEEK = {**{day: [["09:00", "14:00"], ["16:00", "19:30"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "sat": [["10:00", "13:00"]]}
TEXTS = '# Ours\ntaken:\n  es: "Soy {agent}."\n  en: "I am {agent}."\n\n# Shared\nyes_word: {es: "Sí", en: "Yes"}\n'
FLOWS = {
    "returns.yaml": "steps:\n  - handoff: returns\n    reason: asked\n  - handoff: {queue: returns, skills: [refunds, vip]}\n",
    "_project.yaml": "queues: [orders, returns]  # returns\ndefault_queue: orders\n# queue: returns\n",
    "tests/returns.test.yaml": "  - handoff: returns\n",
}


def a_queue(**changes: Any) -> dict[str, Any]:
    return {"hours": WEEK, "holidays": ["2026-03-30"], "holiday_names": {"2026-03-30": "Fiesta"},
            "time_zone": "Europe/Madrid"} | changes


def test_a_week_in_words_is_read_back_the_same():
    assert week_form.words_of(WEEK) == "mon-fri 09:00-14:00 16:00-19:30; sat 10:00-13:00"
    assert week_form.hours.parse(week_form.words_of(WEEK)) == WEEK


def test_a_week_in_a_table_is_read_back_the_same():
    fields = week_form.table(WEEK)

    assert week_form.week_of(lambda name: fields.get(name, ""), copies_monday=False) == WEEK


@pytest.mark.parametrize(("typed", "clock"), [("9", "09:00"), ("9.30", "09:30"), ("930", "09:30"), ("09:30", "09:30"), ("9h", "09:00")])
def test_a_time_may_be_typed_as_people_write_it(typed: str, clock: str):
    fields = {"mon_0_from": typed, "mon_0_to": "23:00"}

    assert week_form.week_of(lambda name: fields.get(name, ""), copies_monday=False) == {"mon": [[clock, "23:00"]]}


@pytest.mark.parametrize("typed", ["25:00", "x", "", "-1"])
def test_a_time_that_is_none_names_its_day(typed: str):
    fields = {"tue_0_from": typed, "tue_0_to": "14:00"}
    with pytest.raises(BadValue) as refused:
        week_form.week_of(lambda name: fields.get(name, ""), copies_monday=False)

    assert refused.value.field == "tue_0_from"


def test_the_days_to_come_keep_their_hours_when_the_clocks_change():
    days = week_form.coming(a_queue(), datetime(2026, 3, 27, 12, tzinfo=UTC))

    assert [one["day"].day for one in days] == [27, 28, 29, 30, 31, 1, 2]
    assert [f"{span[0]:%H:%M}" for span in days[4]["spans"]] == ["09:00", "16:00"]
    assert (days[3]["is_holiday"], days[3]["holiday"], days[3]["spans"]) == (True, "Fiesta", [])


def test_holidays_are_sorted_and_keep_their_names():
    days, names = week_form.holidays_of(["2026-12-25 Navidad", "", "1/5/2026"])

    assert (days, names) == (["2026-05-01", "2026-12-25"], {"2026-12-25": "Navidad"})


@pytest.mark.parametrize("line", ["25-12-2026", "2026-02-30", "Navidad", "31/4/2026"])
def test_a_holiday_that_is_no_day_is_refused(line: str):
    with pytest.raises(BadValue):
        week_form.holidays_of([line])


def test_a_sentence_is_written_anew_and_nothing_else():
    made = text_book.text_with(TEXTS, "taken", {"es": 'Aquí "yo"\n{agent}', "en": "Me"})

    assert text_book.entry(made, "taken").own == {"es": 'Aquí "yo"\n{agent}', "en": "Me"}
    assert made.endswith('\n\n# Shared\nyes_word: {es: "Sí", en: "Yes"}\n') and made.startswith("# Ours\n")


def test_a_sentence_in_one_line_is_taken_out_whole():
    assert text_book.text_with(TEXTS, "yes_word", None) == TEXTS.replace('yes_word: {es: "Sí", en: "Yes"}\n', "")


def test_a_sentence_that_was_not_there_comes_last():
    made = text_book.text_with(TEXTS, "late", {"es": "Perdona."})

    assert made == TEXTS + 'late:\n  es: "Perdona."\n'


def test_blanks_of_a_sentence_are_listed_once():
    assert text_book.entry(TEXTS, "taken").blanks[0] == "agent"


@pytest.mark.parametrize(("what", "name", "places"), [
    ("queue", "returns", ["_project.yaml:1", "returns.yaml:2", "returns.yaml:4"]), ("queue", "orders", ["_project.yaml:1", "_project.yaml:2"]),
    ("skill", "refunds", ["returns.yaml:4"]), ("queue", "return", []), ("skill", "fund", []),
])
def test_places_in_flows_name_file_and_line(what: str, name: str, places: list[str]):
    assert flow_mentions.places(FLOWS, what, name) == places


def a_view() -> Any:
    raise AssertionError


def for_admins() -> Any:
    raise AssertionError


def test_a_page_whose_changes_are_for_admins_says_so():
    for_admins.roles = ADMINS  # type: ignore[attr-defined]
    routes = (Route("/x", "x", a_view, entry=Entry("x", "inbox", 1, SUPERVISORS)), Route("/x", "y", for_admins, ("POST",)))
    ((_, reads, writes),) = rights.of_pages([routes])

    assert reads.by == {"agent": "", "supervisor": "yes", "admin": "yes"}
    assert writes.by == {"agent": "", "supervisor": "", "admin": "yes"}


def test_a_holder_resolves_her_own_and_a_supervisor_any():
    found = {one.key: one.by for one in rights.of_moves()}

    assert found["resolve"] == {"agent": "own", "supervisor": "yes", "admin": "yes"}
    assert found["claim"]["agent"] == "yes"
