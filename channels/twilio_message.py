"""What a message over Twilio carries beside its text: files, places, taps, forms, quotes, referrals.

Names of fields: Twilio, "Twilio's request to your incoming message Webhook URL", read 2026-11-22. Documentation shows
neither the fields of a list (`ListId`, `ListTitle`) nor those of a form (`InteractiveData`), a file's name
(`MediaFilename0`) or the others of a group MMS (`OtherRecipients0`): their names are those seen in public projects, and
a request without them loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from channels.identity import is_business_scoped
from channels.plain import clean_tree, json_of, number_of, object_of, with_values

Fields = Mapping[str, str]
_MEDIA_URL = re.compile(r"MediaUrl(\d{1,3})", re.ASCII)
_OTHER_RECIPIENT = re.compile(r"OtherRecipients\d{0,3}", re.ASCII)
_LONGEST_SHORT_CODE = 8
_SHORTEST_PHONE = 7


def phone(address: str) -> str:
    """A WhatsApp number always has its +; a business-scoped id (`GB.123`) is left as it is."""
    address = address.strip()
    return f"+{address}" if address.isascii() and address.isdigit() else address


def sms_address(address: str) -> str:
    """A number in E.164; short codes and names are left as they are. A + that was not escaped came as a space."""
    bare = address.strip()
    shortest = _SHORTEST_PHONE if bare != address else _LONGEST_SHORT_CODE + 1
    return f"+{bare}" if len(bare) >= shortest and bare.isascii() and bare.isdigit() else address


def add_rich(event: dict[str, Any], fields: Fields) -> None:
    """Everything of `fields` that is not yet in `event`, and the kind that follows from it."""
    channel = event["channel"]
    event.update(
        with_values(
            media=list(_media(fields, channel)),
            location=_location(fields),
            reply_to=fields.get("OriginalRepliedMessageSid"),
            referral=_referral(fields),
            sender_alt=_other_ids(fields, event["sender"]) if channel == "whatsapp" else None,
            username=fields.get("ProfileUsername"),
            group_id=_group(fields, event),
            forwarded=_is_true(fields, "Forwarded") or _is_true(fields, "FrequentlyForwarded") or None,
        )
    )
    if channel != "sms":  # SMS has nothing to tap
        event.update(_form(fields) or _tap(fields) or {})
    event.update(_opt_out(fields))
    if event["kind"] == "message" and event.keys().isdisjoint(("text", "media", "location")):
        event["kind"] = "referral" if "referral" in event else "unsupported"


def _is_true(fields: Fields, name: str) -> bool:
    return fields.get(name, "").lower() == "true"


def _media(fields: Fields, channel: str) -> Iterator[dict[str, Any]]:
    """What is attached. NumMedia is not believed: it may be no number, and media may have gaps."""
    numbered = [_MEDIA_URL.fullmatch(name) for name in fields if name.startswith("MediaUrl")]
    for match in sorted((match for match in numbered if match), key=lambda match: int(match[1])):
        url, n = fields[match[0]], match[1]
        if url:
            mime = fields.get(f"MediaContentType{n}", "")
            kind = _media_type(mime, fields.get("MessageType", ""), channel)
            yield with_values(type=kind, mime=mime, url=url, filename=fields.get(f"MediaFilename{n}"))


def _media_type(mime: str, message_type: str, channel: str) -> str:
    family, _, kind = mime.partition(";")[0].strip().lower().partition("/")
    if "vcard" in kind or kind == "directory":
        return "contact"
    if message_type == "sticker" or (channel == "whatsapp" and kind == "webp"):
        # Over WhatsApp a picture comes as JPEG or PNG and only a sticker as WebP.
        return "sticker"
    return family if family in ("image", "audio", "video") else "document"


def _location(fields: Fields) -> dict[str, Any] | None:
    lat, lon = number_of(fields.get("Latitude")), number_of(fields.get("Longitude"))
    if lat is None or lon is None:
        return None
    return with_values(lat=lat, lon=lon, name=fields.get("Label"), address=fields.get("Address"))


def _referral(fields: Fields) -> dict[str, Any] | None:
    if "ReferralSourceType" not in fields and "ReferralSourceId" not in fields and "ReferralSourceUrl" not in fields:
        return None
    found = with_values(
        type=fields.get("ReferralSourceType"),
        id=fields.get("ReferralSourceId"),
        source=fields.get("ReferralSourceUrl"),
        ctwa_clid=fields.get("ReferralCtwaClid"),
    )
    return found or None


def _other_ids(fields: Fields, sender: str) -> list[str]:
    """Her other identities: the number, and the id by which this business knows her.

    The id comes as `ExternalUserId=whatsapp:GB.123` beside a number, and in its place where the number is withheld.
    """
    wa_id, user_id = fields.get("WaId"), fields.get("ExternalUserId", "").partition(":")
    scoped = user_id[2] or user_id[0]
    others = [phone(wa_id) if wa_id else "", scoped if is_business_scoped(scoped) else ""]
    return [other for other in dict.fromkeys(others) if other and other != sender]


def _group(fields: Fields, event: Mapping[str, Any]) -> str | None:
    """A group MMS names who else got it. Its group has no id of its own: it is the people in it, without us."""
    named = [name for name in fields if name.startswith("OtherRecipients")]
    others = {sms_address(fields[name]) for name in named if _OTHER_RECIPIENT.fullmatch(name) and fields[name]}
    return ",".join(sorted({*others, event["sender"]} - {event["account"]})) if others else None


def _tap(fields: Fields) -> dict[str, Any] | None:
    """A button or a list entry, with the id we gave it."""
    label = fields.get("ButtonText") or fields.get("ListTitle")
    payload = fields.get("ButtonPayload") or fields.get("ListId")
    if not payload and not label:
        return None
    return {"kind": "reply", **with_values(text=label or fields.get("Body"), payload=payload)}


def _form(fields: Fields) -> dict[str, Any] | None:
    """A form she filled in: the answers alone, also where they are wrapped as Meta wraps them."""
    value = json_of(fields["InteractiveData"]) if "InteractiveData" in fields else None
    if not isinstance(value, dict):
        return None
    answers = object_of(value.get("nfm_reply")).get("response_json", value.get("response_json"))
    inner = json_of(answers) if isinstance(answers, str) else answers
    return {"kind": "form", "form": clean_tree(inner if isinstance(inner, dict) else value)}


def _opt_out(fields: Fields) -> dict[str, Any]:
    """Twilio saw one of its stop, start or help words and has answered it itself."""
    word = fields.get("OptOutType", "").strip().upper()
    if word not in ("STOP", "START", "HELP"):
        return {}
    kind = {"STOP": "opt_out", "START": "opt_in"}.get(word)
    return with_values(kind=kind, provider_replied=True)
