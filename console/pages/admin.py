"""The front of the settings: a door to each page, with a line of what is behind it."""

from __future__ import annotations

from flask import jsonify
from werkzeug.wrappers import Response

from console import admin_room, here, nav
from console.route import SUPERVISORS, Entry, Route


@admin_room.overseers
def index() -> Response:
    """The pages she may open."""
    words = here.texts()
    doors = [{**one, "line": words.either(f"admin.doors.{one['key']}", "admin.doors.other")}
             for one in nav.entries(here.viewer(), "admin")]
    if here.wants_json():
        return jsonify({"pages": [one["key"] for one in doors]})
    with here.desk().database.reading() as session:
        return admin_room.show("admin.html", session, doors=doors)


ROUTES = (Route("/admin", "admin", index, entry=Entry("admin", "sliders-horizontal", 90, SUPERVISORS)),)
