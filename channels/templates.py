"""Templates: texts the provider approved beforehand, with our values in them.

Where a channel has none, the text reads as a plain message, and its window decides whether that may still go out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from channels.base import Outgoing, Rendered
from channels.choices import tidy
from channels.files import attach
from channels.limits import Limits
from conversation.events import OutgoingTemplate


def render(message: Outgoing, template: OutgoingTemplate, limits: Limits) -> Rendered:
    """One part with the template, or the reason why it cannot be sent."""
    if not re.fullmatch(limits.template_name, template.name):
        return Rendered((), refused=f"“{template.name}” is no name of a template here: enter the one the provider gave it.")
    missing = next((n for n, value in enumerate(template.values, 1) if not value.strip()), 0)
    if missing:
        return Rendered((), refused=f"Value {missing} of the template is empty: the provider would refuse it.")
    notes: list[str] = []
    if message.choices or message.form or message.request_location or message.location:
        notes.append("left_out_of_template")
    kept: dict[str, Any] = {
        "name": template.name, "language": template.language,
        # on one line: line breaks are among what templates are rejected for (Twilio, "Error 63040", read 2026-11-22)
        "values": [tidy(value) for value in template.values], "buttons": list(template.buttons),
    }
    if limits.header and len(message.media) == 1:  # the picture, video or document above the template's words
        files, _lines = attach(replace(message, location=None), limits, notes)
        kept |= {"header": files[0]} if files else {}
    if message.media and "header" not in kept:
        notes.append("left_out_of_template")
    return Rendered(({"text": template.text or message.text, "template": kept},), tuple(dict.fromkeys(notes)))
