"""How long what is kept, and the settings of the desk that admins change while it runs."""

from __future__ import annotations

from typing import Any

from flask import jsonify, url_for
from pydantic import BaseModel, ConfigDict
from werkzeug.wrappers import Response

from console import admin_room, here
from console.admin_form import Form, settle
from console.answers import saved
from console.route import ADMINS, Entry, Route, Twin
from conversation.work import Work
from handoff import settings
from handoff.queue_book import Bounds
from handoff.settings import SETTINGS

GROUPS = ("retention", "work", "orders", "names", "security")
# What is kept for ever, and what goes by rules of its own; told on the page.
FOREVER = ("messages", "tickets", "timeline", "ids")
BY_ITSELF = ("uploads", "events", "counts", "attempts")


class HouseSettings(BaseModel):
    """Any of the settings; 0 days: for ever, where it may be; an empty text: as the configuration says."""

    model_config = ConfigDict(extra="forbid")

    active_minutes: int | None = None
    names_whatsapp: bool | None = None
    names_messenger: bool | None = None
    names_instagram: bool | None = None
    names_sms: bool | None = None
    requires_second_factor: bool | None = None
    refund_agent: int | None = None
    refund_supervisor: int | None = None
    coupon_agent: int | None = None
    coupon_supervisor: int | None = None
    keep_media_days: int | str | None = None
    keep_step_days: int | None = None
    keep_notice_days: int | None = None
    keep_session_days: int | None = None
    keep_hook_call_days: int | None = None
    keep_news_days: int | None = None


@admin_room.admins
def show() -> Response:
    with here.desk().database.reading() as session:
        return _page(Form(settings.every(session)), 200)


@admin_room.admins
def change() -> Response:
    """What holds from the next tidying on."""
    with here.desk().database.reading() as session:
        form = Form(settings.every(session), is_posted=True)
    for setting in SETTINGS.values():
        if setting.is_switch:
            form.switch(setting.key)
        else:
            form.number(setting.key, bounds(setting))
    me = here.viewer().agent_id

    def act(work: Work) -> list[str]:
        return [key for key, value in form.values.items() if settings.put(work, key, value, me)]

    def done(changed: list[str]) -> Response:
        return saved(url_for("console.admin_retention"), here.texts()("admin.done.saved"), changed=changed)

    return settle(form, act, done, lambda status: _page(form, status))


def bounds(setting: settings.Setting) -> Bounds:
    return Bounds(setting.least, setting.most, may_be_empty=setting.default is None)


def _page(form: Form, status: int) -> Response:
    with here.desk().database.reading() as session:
        if here.wants_json():
            return jsonify({"settings": settings.every(session), "media_days": here.desk().media_days})
        grouped: list[tuple[str, list[Any]]] = [
            (group, [(one, bounds(one)) for one in SETTINGS.values() if one.group == group]) for group in GROUPS]
        return admin_room.show("admin_retention.html", session, status, form=form, groups=grouped, forever=FOREVER,
                               by_itself=BY_ITSELF, media_days=here.desk().media_days)


ROUTES = (
    Route("/admin/retention", "admin_retention", show, entry=Entry("admin_retention", "hourglass", 100, ADMINS, "admin"),
          twin=Twin("The settings of the desk, and how long what is kept.", None, "admin")),
    Route("/admin/retention", "change_settings", change, ("POST",),
          twin=Twin("Change settings of the desk; what is left out stays.", HouseSettings, "admin")),
)  # fmt: skip
