"""A carrier's trouble in a part of the country: which orders it hits is looked at first, then one notice goes to each.

The first leaves after a minute, until which all of it can be taken back; whoever asks meanwhile hears it from the bot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, nav, news_desk, overseers, screens
from console.answers import answer_problem, saved
from console.errors import BadField, ConsoleError
from console.formats import Formats
from console.problems import Problem, problem
from console.programs.once import once
from console.rendering import page
from console.route import Route, Twin
from console.words import LANGUAGES
from console.words import words as texts_in
from conversation.work import Work
from handoff.errors import HandoffError
from outreach import areas, groups
from outreach.areas import Area, Hits
from outreach.groups import Marked

UNDO_FOR = timedelta(minutes=1)
EXAMPLES = 8
LONGEST, LONGEST_CARRIER, LONGEST_REGION, LONGEST_TITLE = 600, 80, 200, 40


class MarkingArea(BaseModel):
    """What a carrier's trouble hits. `region`: cities, Spanish provinces or beginnings of postcodes, with commas between
    them; empty: everywhere. Without words of yours each buyer reads the usual ones. `seen` is how many orders you were
    shown: where it hits more by now, nobody is told and you are asked to look again."""

    model_config = ConfigDict(extra="forbid")
    carrier: str = Field(min_length=1, max_length=LONGEST_CARRIER)
    region: str = Field("", max_length=LONGEST_REGION)
    since: date = Field(description="The first day that it hits.")
    new_day: date | None = Field(None, description="When the parcels come instead, where that is known.")
    title: str = Field("", max_length=LONGEST_TITLE, description="What it is called at the desk; empty: carrier and region.")
    es: str = Field("", max_length=LONGEST)
    en: str = Field("", max_length=LONGEST)
    pt: str = Field("", max_length=LONGEST)
    seen: int | None = Field(None, ge=0)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as it was written."""

    values: Mapping[str, str]

    def area(self) -> Area:
        """What it says. Raises BadField with the sentence that mends it."""
        carrier, today = self.values["carrier"][:LONGEST_CARRIER], date.fromisoformat(news_desk.today())
        if not areas.plain(carrier):
            raise BadField("carrier", "error.area_carrier")
        since, new_day = _day("since", self.values["since"] or today.isoformat()), None
        if self.values["new_day"]:
            new_day = _day("new_day", self.values["new_day"])
            if new_day < max(since, today):
                raise BadField("new_day", "error.area_new_day")
        return Area(carrier, self.values["region"][:LONGEST_REGION], since, new_day)


def preview() -> Response:
    """Which orders it would hit."""
    overseers.require()
    typed = _typed(request.args)
    if not typed.values["carrier"] and not here.wants_json():
        return _page(typed)
    try:
        area = typed.area()
    except BadField as error:
        return _refused(error, typed)
    with here.desk().database.reading() as session:
        hits = _hits(session, area)
    area = areas.called(area, hits)
    if here.wants_json():
        return jsonify(_plain(hits) | {"area": area.as_facts(), "words": _suggested(area)})
    return _page(typed, area=area, hits=hits)


def mark() -> Response:
    """Mark the orders that it hits, and let their buyers know."""
    overseers.require()
    typed, seen = _typed(here.fields()), here.number_field("seen")
    try:
        area = typed.area()
        with here.desk().database.reading() as session:  # a shop that answers from memory may be asked, a lock may not wait
            hits = _hits(session, area)
        _check(hits, seen)
        area = areas.called(area, hits)
        with here.desk().database.work() as work:
            done: dict[str, Any] = once(work, lambda work: _mark(work, area, hits))
    except (HandoffError, ConsoleError) as error:
        return _refused(error, typed)
    return saved(url_for("console.news_group", group_id=done["group"]), here.texts()("news.done.marked", n=done["orders"]), **done)


def _mark(work: Work, area: Area, hits: Hits) -> dict[str, Any]:
    buyers = {row["order_key"]: areas.as_news(row) for row in hits.orders}
    words = {language: text for language in LANGUAGES if (text := here.text_field(language)[:LONGEST])}
    group_id, n = groups.mark(work, Marked(
        title=here.text_field("title")[:LONGEST_TITLE] or _title(area), kind="delayed", words=words or _suggested(area),
        orders=[row["order_reference"] for row in hits.orders], by=here.viewer().agent_id,
        facts={"eta": area.new_day.isoformat() if area.new_day else None, "carrier": area.carrier},
        area=area.as_facts(), not_before=work.now + UNDO_FOR), buyers, here.desk().news.policy())
    return {"group": group_id, "orders": n, "nowhere": hits.nowhere, "undo_until": here.formats().iso(work.now + UNDO_FOR)}


def _check(hits: Hits, seen: int) -> None:
    if not hits.orders:
        raise BadField("region", "error.area_none")
    if hits.is_too_many:
        raise BadField("region", "error.area_many")
    if 0 <= seen < len(hits.orders):
        raise BadField("seen", "error.area_grown")


def _hits(session: Session, area: Area) -> Hits:
    desk, now = here.desk().news, here.formats().now
    return areas.hit(session, area, now, now.astimezone(ZoneInfo(desk.zone)).date(), desk.buyer if desk.is_local else None)


def _plain(hits: Hits) -> dict[str, Any]:
    shown = [{"order": row["order_reference"], "city": row["city"], "postcode": row["postcode"],
              "expected": str(row["facts"].get("eta") or row["facts"].get("promised_on") or "")} for row in hits.orders[:EXAMPLES]]
    phones = {row["phone"] for row in hits.orders if row["phone"]}
    return {"orders": len(hits.orders), "customers": len(phones), "without_phone": sum(not row["phone"] for row in hits.orders),
            "nowhere": hits.nowhere, "examples": shown}


def _suggested(area: Area) -> dict[str, str]:
    """The usual words of a carrier's trouble, in each language that buyers read."""
    zone, said = ZoneInfo(here.desk().news.zone), {}
    for language in LANGUAGES:
        texts = texts_in(language)
        day = ""
        if area.new_day:
            noon = datetime.combine(area.new_day, time(12), zone)
            heading = Formats(language, zone, noon).heading(noon)
            day = heading if language == "en" else heading.lower()
        said[language] = texts(f"news.suggested.{'day' if day else 'no_day'}", carrier=area.carrier, day=day)
    return said


def _title(area: Area) -> str:
    return ", ".join(filter(None, (area.carrier, " ".join(area.region.split()))))[:LONGEST_TITLE]


def _day(field: str, written: str) -> date:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        raise BadField(field, "error.area_day") from None


def _typed(given: Mapping[str, Any]) -> Typed:
    names = ("carrier", "region", "since", "new_day", "title", *LANGUAGES)
    return Typed({name: " ".join(str(here.clean(given.get(name) or "")).split()) for name in names})


def _refused(error: Exception, typed: Typed) -> Response:
    trouble = problem(error)
    if here.wants_json():
        return answer_problem(trouble)
    return _page(typed, trouble)


def _page(typed: Typed, trouble: Problem | None = None, area: Area | None = None, hits: Hits | None = None) -> Response:
    banner = screens.banner(trouble.message, "harm") if trouble else None
    values = {**typed.values, "since": typed.values["since"] or news_desk.today()}
    if area is not None:
        values = {**values, **{name: text for name, text in _suggested(area).items() if not values[name]},
                  "title": values["title"] or _title(area)}
    with here.desk().database.reading() as session:
        frame = {"nav": nav.nav(session, here.viewer(), None, "news"), "me": nav.me(here.agent()),
                 "banner": banner or screens.flashed(), "csrf_header": screens.csrf_header()}
    found = None if hits is None else _plain(hits) | {"more": max(0, len(hits.orders) - EXAMPLES), "is_too_many": hits.is_too_many}
    status, wrong = (trouble.status, trouble.field) if trouble else (200, "")
    return page("news_area.html", status, typed=values, wrong=wrong, found=found, languages=LANGUAGES, **frame)


_TAG = "news"
ROUTES = (
    Route("/news/area", "news_area", preview, twin=Twin(
        "Which orders a carrier's trouble would hit: ?carrier=, and where wanted region=, since=, new_day=", None, _TAG)),
    Route("/news/area", "mark_area", mark, ("POST",), twin=Twin(
        "Mark the orders that a carrier's trouble hits, and tell their buyers; the first after a minute.", MarkingArea, _TAG)),
)  # fmt: skip
