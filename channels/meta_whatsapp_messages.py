"""The message object of WhatsApp Cloud for one part of ours.

Source: Meta, "Interactive reply buttons messages", "Interactive list messages", "Interactive call-to-action URL button
messages", "Location request messages", "Flow messages", "Location messages", "Media messages", "Contextual replies" and
"Template messages", read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from channels.choices import NO_HEADING, OPENS_LIST

_URL_BUTTON = "url:"
Part = Mapping[str, Any]


def content(part: Part, part_id: str) -> dict[str, Any]:
    """`type` and its object, with the message it quotes."""
    found = _content(part, part_id)
    if part.get("reply_to"):
        found["context"] = {"message_id": part["reply_to"]}
    return found


def _content(part: Part, part_id: str) -> dict[str, Any]:
    text = part.get("text", "")
    if "template" in part:
        return {"type": "template", "template": _template(part["template"])}
    if "media_url" in part:
        return _media(part, text)
    if "location" in part:
        return {"type": "location", "location": _location(part["location"])}
    interactive = _interactive(part, part_id)
    if interactive is not None:
        return {"type": "interactive", "interactive": interactive}
    return {"type": "text", "text": {"body": text, "preview_url": "https://" in text}}


def _interactive(part: Part, part_id: str) -> dict[str, Any] | None:
    if "buttons" in part:
        buttons = [{"type": "reply", "reply": {"id": one["id"], "title": one["label"]}} for one in part["buttons"]]
        return _framed(part, "button", {"buttons": buttons})
    if "rows" in part:
        return _framed(part, "list", {"button": part.get("open", OPENS_LIST), "sections": _sections(part["rows"])})
    if "link" in part:
        link = {"display_text": part["link"]["label"], "url": part["link"]["url"]}
        return _framed(part, "cta_url", {"name": "cta_url", "parameters": link})
    if "location_request" in part:
        return _framed(part, "location_request_message", {"name": "send_location"})
    if "form" in part:
        return _framed(part, "flow", {"name": "flow", "parameters": _form(part["form"], part_id)})
    return None


def _framed(part: Part, kind: str, action: dict[str, Any]) -> dict[str, Any]:
    interactive: dict[str, Any] = {"type": kind, "body": {"text": part["text"]}, "action": action}
    if "header" in part:
        interactive["header"] = {"type": "text", "text": part["header"]}
    if "footer" in part:
        interactive["footer"] = {"text": part["footer"]}
    return interactive


def _sections(rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Rows that follow each other under one heading; a title is wanted as soon as there are two."""
    sections: list[dict[str, Any]] = []
    heading: str | None = None
    for row in rows:
        wished = row.get("section", heading or "")
        if wished != heading or not sections:
            heading = wished
            sections.append({"title": heading or NO_HEADING, "rows": []})
        shown = {"id": row["id"], "title": row["label"]}
        if "description" in row:
            shown["description"] = row["description"]
        sections[-1]["rows"].append(shown)
    if len(sections) == 1 and not heading:
        del sections[0]["title"]
    return sections


def _form(form: Mapping[str, Any], part_id: str) -> dict[str, Any]:
    """Our part's id is the token: it comes back with what she filled in."""
    parameters: dict[str, Any] = {
        "flow_message_version": "3", "flow_token": part_id, "flow_id": form["flow_id"], "flow_cta": form["cta"],
        "flow_action": "navigate",
    }
    if form.get("screen"):
        payload = {"screen": form["screen"], **({"data": form["data"]} if form.get("data") else {})}
        parameters["flow_action_payload"] = payload
    return parameters


def _location(place: Mapping[str, Any]) -> dict[str, Any]:
    names = {name: place[name] for name in ("name", "address") if name in place}
    return {"latitude": place["lat"], "longitude": place["lon"], **names}


def _media(part: Part, caption: str) -> dict[str, Any]:
    kind = part["media_type"]
    media = {"link": part["media_url"], **({"caption": caption} if caption else {})}
    if kind == "document":
        media["filename"] = part.get("filename") or unquote(urlsplit(part["media_url"]).path.rpartition("/")[2])
    return {"type": kind, kind: media}


def _template(template: Mapping[str, Any]) -> dict[str, Any]:
    components: list[dict[str, Any]] = []
    if "header" in template:
        shown = _media(template["header"], "")
        components.append({"type": "header", "parameters": [shown]})
    if template["values"]:
        values = [{"type": "text", "text": value} for value in template["values"]]
        components.append({"type": "body", "parameters": values})
    components += [_template_button(n, button) for n, button in enumerate(template["buttons"])]
    return {
        "name": template["name"], "language": {"code": template["language"]},
        **({"components": components} if components else {}),
    }


def _template_button(n: int, button: str) -> dict[str, Any]:
    if button.startswith(_URL_BUTTON):
        kind, parameter = "url", {"type": "text", "text": button.removeprefix(_URL_BUTTON)}
    else:
        kind, parameter = "quick_reply", {"type": "payload", "payload": button}
    return {"type": "button", "sub_type": kind, "index": str(n), "parameters": [parameter]}
