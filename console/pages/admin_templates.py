"""Message templates: what they say, what they are for, where each is approved, and what they cost. Changed in the flows.

What is charged: WhatsApp counts each template that arrives; one of service is free while the window is open (Vonage,
"WhatsApp Pricing Updates, 1st July 2025", read 2026-11-22). Prices themselves are the provider's, by country.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from bot.flow.templates import MessageTemplate, Wording
from channels.verdicts import provider_of
from console import admin_room, channel_cards, here
from console.channel_cards import Sentence
from console.route import ADMINS, Entry, Route, Twin
from conversation import channel_health

PROVIDERS = ("meta", "twilio")
SAMPLES = {"name": "Marta", "order": "AB-54321", "agent": "Ana"}


@admin_room.admins
def show() -> Response:
    """All of them, each language as it is approved."""
    words, desk = here.texts(), here.desk()
    with desk.database.reading() as session:
        standings = channel_health.standings(session, desk.channels, here.formats().now)
        found = [one for standing in standings for one in standing.findings if one.get("check") == "templates"]
        lost = [str(name) for one in found for name in (one.get("values") or {}).get("names", ())]
        used = sorted({provider_of(ours.kind) for ours in desk.channels})
        shown = [_shown(template, used or PROVIDERS, lost) for template in desk.templates().values()]
        if here.wants_json():
            return jsonify({"templates": shown})
        states: list[tuple[str, Sentence]] = [(standing.ours.name, channel_cards.finding(one, words)) for standing in standings
                                              for one in standing.findings if one.get("check") == "templates"]
        return admin_room.show("admin_templates.html", session, templates=shown, states=states)


def _shown(template: MessageTemplate, used: Sequence[str], lost: Sequence[str]) -> dict[str, Any]:
    titles = template.titles
    return {
        "name": template.name, "category": template.category,
        "title": titles.get(here.language()) or titles.get("es") or template.name,
        "blanks": [blank.labels.get(here.language()) or next(iter(blank.labels.values()), "") for blank in template.blanks],
        "wordings": [_wording(template, tag, wording, used, lost) for tag, wording in template.wordings.items()],
    }  # fmt: skip


def _wording(
    template: MessageTemplate, tag: str, wording: Wording, used: Sequence[str], lost: Sequence[str]
) -> dict[str, Any]:
    values = tuple(SAMPLES.get(blank.fill, blank.labels.get(tag, "…")) for blank in template.blanks)
    named = {provider: wording.name_at(provider) for provider in PROVIDERS if provider in used}
    refused = [provider for provider, name in named.items()
               if name and any(one == name or one.startswith(f"{name} (") for one in lost)]
    return {"language": tag, "text": wording.filled(values), "footer": wording.footer,
            "buttons": [button.label for button in wording.buttons], "names": named, "refused": refused}


ROUTES = (
    Route("/admin/templates", "admin_templates", show, entry=Entry("admin_templates", "file-plus", 80, ADMINS, "admin"),
          twin=Twin("Message templates with their languages and names at providers.", None, "admin")),
)  # fmt: skip
