"""What every flow may use undeclared: the shop's own day, hour and country; dates that are written; places."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.flow.events import Said
from bot.flow.library import Library, compiled
from tests.bot.flow.builders import Talk, a_flow, sources

HEAD = "start: {words: [go]}\ndata: {due: date, place: location, day: date}"
LATE = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # half past midnight in Madrid


def shop(steps: str, **more: str) -> Library:
    """A shop in Madrid with a flow of these steps."""
    files = sources(main=a_flow(steps, head=HEAD), **more)
    loaded = compiled({**files, "_project.yaml": files["_project.yaml"] + "time_zone: Europe/Madrid\ncountry: ES\n"})
    assert loaded.library is not None, "\n".join(finding.render("en") for finding in loaded.findings)
    return loaded.library


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("today", "2026-11-24"), ("days_since('2026-11-23')", "1"), ("coming('2026-11-23') | or: 'no'", "no"),
        ("day_of(today)", "tuesday"), ("hour_in()", "0"), ("hour_in('America/Mexico_City')", "17"),
        ("country(contact.phone)", "ES"), ("'late' if today > '2026-11-23' else 'early'", "late"),
    ],
)  # fmt: skip
def test_a_flow_goes_by_the_calendar_of_its_shop(value: str, said: str) -> None:
    assert Talk(shop(f'  - say: "{{{value}}}"\n'), now=LATE)("go").texts == [said]


def test_today_is_the_same_day_in_an_answer() -> None:
    talk = Talk(shop('  - ask: ¿Cuándo?\n    save: day\n  - say: "{day == today}"\n'), now=LATE)("go")

    assert talk("hoy").texts == ["true"]


def test_a_date_that_is_written_is_kept_as_one() -> None:
    steps = """  - set: {due: '"2026-12-25"'}\n  - say: "{days_since(due)} {due}"\n"""

    assert Talk(shop(steps), now=LATE)("go").texts == ["-31 2026-12-25"]


WHERE = '  - ask: ¿Dónde?\n    save: place\n  - say: "{place.latitude} {place.longitude + 1} {place.name | or: \'?\'}"\n'


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ({"lat": 40.5, "lon": -3.5}, "40.5 -2.5 ?"),
        ({"latitude": 40.5, "longitude": -3.5, "name": "Casa", "address": ""}, "40.5 -2.5 Casa"),
    ],
)
def test_a_place_has_its_fields(location: dict[str, object], said: str) -> None:
    assert Talk(shop(WHERE))("go")(Said("", location=location)).texts == [said]


def test_a_place_is_handed_on_whole() -> None:
    called = a_flow("  - say: '{there.latitude}'\n", name="near", head="inputs: {there: location}")
    talk = Talk(shop("  - ask: ¿Dónde?\n    save: place\n  - call: near\n    with: {there: place}\n", near=called))("go")

    assert talk(Said("", location={"lat": 40.5, "lon": -3.5})).texts == ["40.5"]
