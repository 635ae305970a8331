"""The message object of Messenger and Instagram for one part of ours.

Source: Meta, "Quick replies", "Button template", "Send a message" (Messenger and Instagram), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Part = Mapping[str, Any]


def envelope(part: Part, address: str) -> dict[str, Any]:
    """To whom, and as what; `part["human_agent"]` (see windows.Window) sends it as a person's late answer."""
    kind = {"messaging_type": "RESPONSE"}
    if part.get("human_agent"):
        kind = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"recipient": {"id": address}, **kind}


def content(part: Part) -> dict[str, Any]:
    if "media_url" in part:
        kind = "file" if part["media_type"] == "document" else part["media_type"]
        return {"attachment": {"type": kind, "payload": {"url": part["media_url"]}}}
    if "taps" in part:
        buttons = [_button(one) for one in part["taps"]]
        payload = {"template_type": "button", "text": part["text"], "buttons": buttons}
        return {"attachment": {"type": "template", "payload": payload}}
    shown: dict[str, Any] = {"text": part["text"]}
    if "replies" in part:
        shown["quick_replies"] = [
            {"content_type": "text", "title": one["label"], "payload": one["id"]} for one in part["replies"]
        ]
    return shown


def typing(_provider_id: str, address: str) -> dict[str, Any]:
    """“Typing…”, for 20 seconds or until our answer (Meta, "Sender actions", read 2026-11-22)."""
    return {"recipient": {"id": address}, "sender_action": "typing_on"}


def _button(tap: Mapping[str, str]) -> dict[str, str]:
    if "url" in tap:
        return {"type": "web_url", "url": tap["url"], "title": tap["label"]}
    return {"type": "postback", "title": tap["label"], "payload": tap["id"]}
