"""Which kinds of message each channel brings, counted in the captures. `python -m tests.channels.coverage` writes the
table of docs/channels.md anew.

What a channel can bring at all is `EXISTS`, after the providers' pages that the captures' origin.md names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import channels

FOLDER = Path(__file__).parent / "captures"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "channels.md"
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
Event = Mapping[str, Any]

T_WA, T_SMS, T_MSG = "twilio-whatsapp", "twilio-sms", "twilio-messenger"
M_WA, M_MSG, M_IG = "meta-whatsapp", "meta-messenger", "meta-instagram"
EVERY = (T_WA, T_SMS, T_MSG, M_WA, M_MSG, M_IG)
TWILIO, META = (T_WA, T_SMS, T_MSG), (M_WA, M_MSG, M_IG)


def _media(kind: str) -> Callable[[Event], bool]:
    return lambda event: any(one.get("type") == kind for one in event.get("media", ()))


def _status(name: str) -> Callable[[Event], bool]:
    return lambda event: event["kind"] == "status" and event["status"] == name


def _has(*keys: str) -> Callable[[Event], bool]:
    return lambda event: any(key in event for key in keys)


def _is(kind: str, key: str = "kind") -> Callable[[Event], bool]:
    return lambda event: event["kind"] == kind and key in event


ROWS: dict[str, tuple[Callable[[Event], bool], tuple[str, ...]]] = {
    "text": (lambda event: event["kind"] == "message" and "text" in event and "media" not in event, EVERY),
    "image": (_media("image"), EVERY),
    "audio": (_media("audio"), EVERY),
    "voice note": (lambda event: any(one.get("voice") for one in event.get("media", ())), (M_WA,)),
    "video": (_media("video"), EVERY),
    "document or file": (lambda event: _media("document")(event) or _media("file")(event), EVERY),
    "name of a file": (lambda event: any("filename" in one for one in event.get("media", ())), (M_WA,)),
    "caption": (lambda event: event["kind"] == "message" and "media" in event and "text" in event, (T_WA, T_SMS, M_WA)),
    "sticker": (_media("sticker"), (T_WA, M_WA, M_MSG, M_IG)),
    "location": (_has("location"), (T_WA, M_WA, M_MSG)),
    "location at 0.0": (lambda event: 0.0 in event.get("location", {}).values(), (T_WA, M_WA)),
    "contacts": (lambda event: "contacts" in event or _media("contact")(event), (T_WA, T_SMS, M_WA)),
    "share": (_media("share"), (M_MSG, M_IG)),
    "tap with its payload": (lambda event: event["kind"] == "reply" and "payload" in event, (T_WA, T_MSG, *META)),
    "form": (_has("form"), (T_WA, M_WA)),
    "reaction": (lambda event: event["kind"] == "reaction" and "text" in event, META),
    "reaction taken back": (lambda event: event["kind"] == "reaction" and "text" not in event, META),
    "edited": (_is("edited"), (M_WA, M_MSG)),
    "deleted": (_is("deleted"), (M_WA, M_IG)),
    "quoted message": (_has("reply_to"), (T_WA, *META)),
    "story reply": (lambda event: event["kind"] == "message" and "story_id" in event, (M_IG,)),
    "story mention": (_is("mention"), (M_IG,)),
    "forwarded": (_has("forwarded"), (T_WA, M_WA)),
    "from an advertisement": (_has("referral"), (T_WA, *META)),
    "product question": (_has("product"), (M_WA, M_IG)),
    "order": (_has("order"), (M_WA,)),
    "opt-out": (_is("opt_out"), (T_WA, T_SMS, M_WA, M_MSG)),
    "opt-in": (_is("opt_in"), (T_SMS, M_WA, M_MSG)),
    "status sent": (_status("sent"), (*TWILIO, M_WA)),
    "status delivered": (_status("delivered"), (*TWILIO, M_WA, M_MSG)),
    "status read": (_status("read"), (T_WA, T_MSG, *META)),
    "status failed, with its code": (lambda event: _status("failed")(event) and "error_code" in event, (*TWILIO, M_WA)),
    "our own id in a report": (_has("callback_data"), (*TWILIO, M_WA, M_MSG)),
    "error of the account": (_is("error"), (M_WA,)),
    "echo of somebody elsewhere": (lambda event: event["kind"] == "echo" and "from_us" not in event, META),
    "number or id changed": (_has("new_address"), (M_WA,)),
    "no number, only an id": (
        lambda event: event["kind"] == "message" and not event["sender"].startswith("+") and "." in event["sender"],
        (T_WA, M_WA),
    ),
    "several ids of one person": (_has("sender_alt"), (T_WA, M_WA)),
    "group": (_has("group_id"), (M_WA,)),
    "another app has the conversation": (_has("standby"), (M_MSG, M_IG)),
    "a type nobody knows": (_is("unsupported"), (T_WA, T_MSG, *META)),
}


def captures(kind: str) -> Iterator[dict[str, Any]]:
    """Every capture of one kind of channel."""
    for path in sorted((FOLDER / kind).glob("*.json")):
        yield json.loads(path.read_text("utf-8"))


def count(kind: str, fits: Callable[[Event], bool]) -> int:
    """How many captures of this kind hold such an event."""
    return sum(any(fits(event) for event in capture["events"]) for capture in captures(kind))


def missing() -> list[str]:
    """Cells that should be filled and are not, as `row × kind`."""
    return [f"{row} × {kind}" for row, (fits, kinds) in ROWS.items() for kind in kinds if not count(kind, fits)]


def table() -> str:
    """The table of docs/channels.md: captures per kind of message and channel; `–` where the provider has no such thing."""
    kinds = list(channels.adapters())
    lines = ["| | " + " | ".join(kinds) + " |", "|---|" + "---|" * len(kinds)]
    for row, (fits, exists) in ROWS.items():
        cells = [str(found) if (found := count(kind, fits)) else ("**missing**" if kind in exists else "–")
                 for kind in kinds]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    lines.append("| captures in all | " + " | ".join(str(sum(1 for _ in captures(kind))) for kind in kinds) + " |")
    return "\n".join(lines)


def written(page: str) -> str:
    """The page with the table as it must be now."""
    head, _, rest = page.partition(BEGIN)
    tail = rest.partition(END)[2]
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
