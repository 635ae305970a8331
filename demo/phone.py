"""The page of the demo: a phone that plays a customer on the left, the people's desk on the right.

What the phone says goes out as a real signed webhook (the stand-in provider posts it); what it shows is what the
stand-in accepted for its number. Works without JavaScript; with it the phone looks each second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from demo.personas import LANGUAGES, PERSONAS, Persona, fresh_number, language_of, number_of
from demo.progress import Desk, Progress, progress
from demo.provider_client import MAX_TEXT, ProviderClient, ProviderSilent, Said
from demo.words import as_html, keys, texts
from demo.zones import COOKIE, clock, zone_of

COOKIE_SECONDS = 30 * 24 * 3600
SOON_SECONDS, LATER_SECONDS = 2, 10  # how often the page loads again without JavaScript
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Phone:
    """What the page stands on, handed in.

    `log_in(email, language, zone)` makes this visitor's browser that agent's at the console. `desk(number)` is what
    Relevo's tables have of the phone's conversation; `worded(said)` gives templates the words that they stand for.
    """

    provider: ProviderClient
    desk: Callable[[str], Desk]
    log_in: Callable[[str, str, str], None]
    worded: Callable[[Sequence[Said]], Sequence[Said]] = tuple


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor's phone: who it plays, in which language, from which number; `zone` is where the visitor sits."""

    language: str
    persona: Persona
    number: str
    zone: str

    @property
    def cookie(self) -> str:
        return f"phone_{self.language}"


@dataclass(frozen=True, slots=True)
class Screen:
    """What is to be seen now. `trouble` is the key of a sentence, or nothing."""

    said: tuple[Said, ...]
    progress: Progress
    trouble: str = ""


def blueprint(phone: Phone) -> Blueprint:
    """The routes of the demo, at `/` and below `/demo/`."""
    pages = Blueprint(
        "demo", __name__, template_folder="templates", static_folder="static", static_url_path="/demo/static"
    )
    pages.add_url_rule("/", "page", lambda: _page(phone))
    pages.add_url_rule("/demo/phone", "screen", lambda: _fragment(phone))
    pages.add_url_rule("/demo/messages", "say", lambda: _say(phone), methods=["POST"])
    pages.add_url_rule("/demo/number", "again", _again, methods=["POST"])
    pages.add_url_rule("/demo/login", "login", lambda: _log_in(phone))
    pages.add_app_template_filter(as_html, "as_whatsapp")
    pages.add_app_template_filter(clock, "phone_clock")
    pages.add_app_template_filter(_iso, "phone_iso")
    pages.after_request(_guarded)
    return pages


def _page(phone: Phone) -> str:
    visit = _visit()
    screen = _screen(phone, visit)
    waits = bool(screen.said) and screen.said[-1].is_mine
    return render_template(
        "demo/page.html", **_known(visit, screen), refresh=SOON_SECONDS if waits else LATER_SECONDS, languages=LANGUAGES
    )


def _fragment(phone: Phone) -> AnyResponse:
    """The phone's screen and the tries; 304 while nothing has changed."""
    visit = _visit()
    html = render_template("demo/_live.html", **_known(visit, _screen(phone, visit)))
    response = make_response(html)
    response.set_etag(hashlib.sha256(html.encode()).hexdigest()[:24])
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


def _say(phone: Phone) -> AnyResponse:
    visit = _visit()
    text = request.form.get("text", "").strip()
    trouble = "too_long" if len(text) > MAX_TEXT else ""
    if not _is_from_here():
        return Response("This form belongs to the demo's own page.", 403)
    try:
        if request.form.get("photos"):
            phone.provider.send_photos(visit.number, visit.persona.name)
        elif text and not trouble:
            phone.provider.say(visit.number, visit.persona.name, text)
    except ProviderSilent:
        trouble = "silent"
    return _back(visit, trouble)


def _again() -> AnyResponse:
    """A fresh number for the phone: nobody has written from it yet."""
    visit = _visit()
    if not _is_from_here():
        return Response("This form belongs to the demo's own page.", 403)
    response = _back(visit, "")
    response.set_cookie(
        visit.cookie, fresh_number(visit.persona), max_age=COOKIE_SECONDS, httponly=True, samesite="Lax"
    )
    return response


def _log_in(phone: Phone) -> AnyResponse:
    """The frame on the right: this browser becomes Ana's. Only she can be played without a password."""
    if request.args.get("agent", "") != "ana":
        return Response("Only Ana can be played here; the others log in with the password that ./run has printed.", 404)
    visit = _visit()
    phone.log_in("ana@demo.example", visit.language, visit.zone)
    return redirect("/console/conversations")


def _visit() -> Visit:
    language = language_of(request.args.get("lang") or request.form.get("lang", ""))
    persona = PERSONAS[language]
    number = number_of(persona, request.cookies.get(f"phone_{language}", ""))
    return Visit(language, persona, number, zone_of(request.cookies.get(COOKIE, "")))


def _screen(phone: Phone, visit: Visit) -> Screen:
    trouble = request.args.get("trouble", "")
    try:
        said = tuple(phone.worded(phone.provider.talk(visit.number)))
    except ProviderSilent:
        said, trouble = (), "silent"
    done = progress(said, visit.persona.order, phone.desk(visit.number))
    return Screen(said, done, trouble if trouble in ("silent", "too_long") else "")


def _known(visit: Visit, screen: Screen) -> dict[str, object]:
    last = screen.said[-1] if screen.said else None
    tappable = keys(last.text, visit.persona.email) if last and not last.is_mine else []
    return {"visit": visit, "screen": screen, "texts": texts(visit.language), "keys": tappable}


def _back(visit: Visit, trouble: str) -> AnyResponse:
    return redirect(url_for("demo.page", lang=visit.language, trouble=trouble or None), 303)


def _is_from_here() -> bool:
    """A page of another origin may not write as Marta. Browsers say where a form comes from."""
    origin = request.headers.get("Origin", "")
    return not origin or urlsplit(origin).netloc == request.host


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
