"""Buttons and lists over Twilio: content that is made there once, and filled in with each message.

An account that has content of the shape a message needs (`content` of the accounts file, a ContentSid by the shape's
name) shows it; otherwise the numbered menu goes, which the part always holds too. What is tapped comes back as our own id.

Sources: Twilio, "twilio/quick-reply" (title and id take variables; 3 buttons in a WhatsApp session, 10 elsewhere),
"twilio/list-picker" (item, id and description take variables and are all required; 10 items), "Using variables with
Content Templates" (100 variables, a value up to 1600), "Send templates created with the Content Template Builder"
(ContentSid, ContentVariables) and "Content API resources", read 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from channels.limits import Limits

QUICK_REPLY, LIST_PICKER = "quick-reply", "list-picker"
LIST_BUTTON = "☰"
LANGUAGE = "es"  # Twilio wants one; everything a contact reads is a variable


def fields(part: Mapping[str, Any], content: Mapping[str, str]) -> dict[str, str]:
    """ContentSid and ContentVariables of a part: its template, or its choices where there is content for them."""
    template = part.get("template")
    if template:
        values = [*template["values"], *(button.removeprefix("url:") for button in template["buttons"])]
        return _fields(template["name"], {str(n): value for n, value in enumerate(values, 1)})
    wished = part.get("content")
    sid = content.get(wished["shape"], "") if wished else ""
    return _fields(sid, variables(wished)) if sid and wished else {}


def _fields(sid: str, values: Mapping[str, str]) -> dict[str, str]:
    filled = {"ContentVariables": json.dumps(values, ensure_ascii=False)} if values else {}
    return {"ContentSid": sid, **filled}


def variables(wished: Mapping[str, Any]) -> dict[str, str]:
    """The values of one message: 1 is the body; then label and id of every choice, and in a list its description.

    Twilio wants a description with every item, so a choice without one gets its number.
    """
    values = [wished["body"]]
    for n, choice in enumerate(wished["choices"], 1):
        values += [choice["label"], choice["id"]]
        if wished["shape"].startswith(LIST_PICKER):
            values.append(choice["description"] or str(n))
    return {str(n): value for n, value in enumerate(values, 1)}


def shapes(limits: Limits) -> Iterator[str]:
    """The shapes a kind of channel can use."""
    yield from (f"{QUICK_REPLY}-{n}" for n in range(1, limits.content_buttons + 1))
    yield from (f"{LIST_PICKER}-{n}" for n in range(1, limits.content_rows + 1))


def definition(shape: str) -> dict[str, Any]:
    """What is posted to content.twilio.com/v1/Content to make one shape."""
    name, _, count = shape.rpartition("-")
    places = iter(range(2, 200))
    actions: list[dict[str, str]] = []
    for _ in range(int(count)):
        if name == QUICK_REPLY:
            actions.append({"type": "QUICK_REPLY", "title": _place(places), "id": _place(places)})
        else:
            actions.append({"item": _place(places), "id": _place(places), "description": _place(places)})
    body: dict[str, Any] = {"body": "{{1}}"}
    body |= {"actions": actions} if name == QUICK_REPLY else {"button": LIST_BUTTON, "items": actions}
    samples = {str(n): f"sample {n}" for n in range(1, next(places))}
    return {
        "friendly_name": f"relevo_{shape.replace('-', '_')}", "language": LANGUAGE, "variables": samples,
        "types": {f"twilio/{name}": body},
    }


def _place(places: Iterator[int]) -> str:
    return f"{{{{{next(places)}}}}}"
