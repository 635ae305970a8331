"""The names that every flow may use without declaring them: of this message, this contact, this moment, this shop."""

from __future__ import annotations

from typing import Any

from bot.flow import formulas, texts
from bot.flow.events import Moment
from bot.flow.library import Library


def special(name: str, library: Library, moment: Moment, language: str, message: str) -> Any:
    """The value of such a name; nothing where it is none."""
    match name:
        case "message":
            return {"text": message}
        case "contact":
            return {"language": language, **moment.contact}
        case "channel":
            return moment.channel
        case "language":
            return language
        case formulas.TODAY:
            return library.project.day(moment.now)
        case formulas.MOMENT:
            return moment.now
        case formulas.TIME_ZONE:
            return library.project.time_zone
        case formulas.COUNTRY:
            return library.project.country
        case formulas.OPEN_QUEUES:
            return moment.open_queues
        case texts.SETTING:
            return library.setting(language)
        case "shop" | "website" | "privacy_url" | "signature":
            return getattr(library.project, name)
    return None
