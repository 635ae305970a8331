"""What Relevo sees in a sentence or a talk, thresholds tried on past conversations, and how right each rule is.

For supervisors and admins: the page quotes customers whom an agent may not see.
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from bot.escalation import Policy
from bot.understanding.telling import Setting, tell_talk
from console import flow_pace, here, nav, reading_views, screens, talk_lines
from console.errors import NothingHere
from console.rendering import page, render
from console.route import Route

LANGUAGES = ("es", "en", "pt")
CHANNELS = ("whatsapp", "sms", "messenger", "instagram", "web")


def understanding() -> Response:
    """The whole page."""
    _require_overseer()
    return _whole()


def read_sentence() -> Response:
    """What was typed, as Relevo sees it."""
    _require_overseer()
    with flow_pace.turn(here.viewer().agent_id):
        values = _read()
    if here.wants_fragment():
        return Response(render("_reading.html", **values), mimetype="text/html")
    return _whole(**values)


def _whole(**values: Any) -> Response:
    with here.desk().database.reading() as session:
        return page(
            "understanding.html",
            **({"typed": _typed(), "seen": [], "growth": None} | values),
            languages=LANGUAGES,
            channels=CHANNELS,
            max_letters=talk_lines.MAX_LETTERS,
            nav=nav.nav(session, here.viewer(), None, "understanding"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def _read() -> dict[str, Any]:
    typed, library = _typed(), here.desk().flows.library()
    policy = library.policy if library is not None else Policy()
    setting = Setting(policy, typed["language"] or None, typed["channel"])
    if library is not None and library.order_patterns:
        setting = Setting(policy, setting.language, setting.channel, library.order_patterns)
    told = tell_talk(talk_lines.lines_of(typed["text"], bool(typed["is_one"])), setting)
    return {
        "typed": typed,
        "seen": reading_views.seen(told, policy),
        "growth": reading_views.growth(told, policy),
    }


def _typed() -> dict[str, str]:
    """What the box held, with a language and a channel that we know or none."""
    language, channel = here.text_field("language"), here.text_field("channel")
    return {
        "text": here.text_field("text")[: talk_lines.MAX_LETTERS],
        "language": language if language in LANGUAGES else "",
        "channel": channel if channel in CHANNELS else "",
        "is_one": "1" if here.text_field("is_one") else "",
    }


def _require_overseer() -> None:
    if not here.viewer().sees_everything:
        raise NothingHere("What customers wrote anywhere is for supervisors and admins.")


ROUTES = (
    Route("/understanding", "understanding", understanding),
    Route("/understanding/reading", "read_sentence", read_sentence, ("POST",)),
)
