"""The message templates an agent may choose from when the window is closed, with their blanks filled in beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.flow.templates import BODY, MessageTemplate, Wording
from channels.verdicts import provider_of
from console import here, naming
from conversation.events import OutgoingTemplate
from handoff.access import Sight
from handoff.errors import BlankTemplate, MarketingStopped, NoTemplate

MAX_VALUE = 250  # recommended for a value of a template (Twilio, "Using variables with content templates", read 2026-11-22)


def offered(sight: Sight, thread: Mapping[str, Any], filled: tuple[str, tuple[str, ...]] = ("", ())) -> list[dict[str, Any]]:
    """What `_templates.html` shows: those this channel's provider has approved, without what she does not want."""
    wants_no_ads = sight.conversation["marketing_stopped_at"] is not None
    found = [
        (template, wording)
        for template in here.desk().templates().values()
        if (wording := _wording(template, thread["kind"], sight.conversation["language"])) is not None
        and not (wants_no_ads and template.category == "marketing")
    ]
    return [_shown(template, *wording, (sight, thread), filled) for template, wording in found]


def chosen(sight: Sight, kind: str, name: str, values: tuple[str, ...]) -> tuple[OutgoingTemplate, str]:
    """The message template as it is sent, and its purpose. Raises NoTemplate, BlankTemplate, MarketingStopped."""
    template = here.desk().templates().get(name)
    found = _wording(template, kind, sight.conversation["language"]) if template else None
    if template is None or found is None:
        raise NoTemplate(name)
    if template.category == "marketing" and sight.conversation["marketing_stopped_at"] is not None:
        raise MarketingStopped()
    language, wording = found
    values = tuple(" ".join(value.split()) for value in values[: len(template.blanks)])
    for place, blank in enumerate(template.blanks):
        if place >= len(values) or not values[place] or len(values[place]) > MAX_VALUE:
            raise BlankTemplate(_in(blank.labels))
    text = wording.filled(values)
    if len(text) > BODY:
        raise BlankTemplate(_in(template.blanks[-1].labels))
    payloads = tuple(button.payload for button in wording.buttons)
    outgoing = OutgoingTemplate(wording.name_at(provider_of(kind)), wording.meta_language or language, values,
                                payloads if all(payloads) else (), _with_footer(text, wording))
    return outgoing, template.category


def _wording(template: MessageTemplate, kind: str, language: str) -> tuple[str, Wording] | None:
    """The contact's language first, else the first one that this provider has."""
    provider = provider_of(kind)
    order = sorted(template.wordings.items(), key=lambda pair: pair[0].partition("-")[0] != language.partition("-")[0])
    return next(((one, wording) for one, wording in order if wording.name_at(provider)), None)


def _shown(
    template: MessageTemplate, language: str, wording: Wording, where: tuple[Sight, Mapping[str, Any]],
    filled: tuple[str, tuple[str, ...]],
) -> dict[str, Any]:
    facts = _facts(*where)
    mine = filled[1] if filled[0] == template.name else ()
    values = tuple(mine[n] if n < len(mine) else facts.get(blank.fill, "") for n, blank in enumerate(template.blanks))
    return {
        "name": template.name,
        "title": _in(template.titles) or template.name.replace("_", " "),
        "category": template.category,
        "language": language if language != here.language() else "",
        "blanks": [{"n": n, "label": _in(blank.labels), "value": values[n - 1]}
                   for n, blank in enumerate(template.blanks, 1)],
        "pieces": wording.pieces(tuple(value or "…" for value in values)),
        "footer": wording.footer,
        "buttons": [button.label for button in wording.buttons],
        "open": bool(mine),
    }


def _facts(sight: Sight, thread: Mapping[str, Any]) -> dict[str, str]:
    ticket = sight.ticket or {}
    return {
        "name": naming.first_name(thread["contact"]["name"]),
        "order": naming.order_of(ticket.get("card")),
        "agent": here.viewer().name,
    }


def _with_footer(text: str, wording: Wording) -> str:
    return f"{text}\n{wording.footer}" if wording.footer else text


def _in(texts: Mapping[str, str]) -> str:
    """In the agent's language, else in the one text there is."""
    return texts.get(here.language()) or next(iter(texts.values()), "")
