"""What providers allow, written a second time and from their pages alone: nothing here is taken from `channels`.

`problems` looks at one message (a line for `flask channels render`) and at what came of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Line = Mapping[str, Any]
TEXT = {"twilio-sms": 1600, "twilio-whatsapp": 1600, "twilio-messenger": 1600, "meta-whatsapp": 4096,
        "meta-messenger": 2000, "meta-instagram": 1000}
FAMILY = "👩‍👩‍👧‍👦"
STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT", "BAJA", "SAIR"}
_LINK = re.compile(r"https?://\S+")
_SIGNS = re.compile(r"[\W_]+")


@dataclass
class Seen:
    """What a customer would have before her, gathered from the requests, and what is wrong with them."""

    texts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    payloads: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    places: int = 0
    asks_place: bool = False
    wrong: list[str] = field(default_factory=list)

    def within(self, name: str, text: Any, limit: int, octets: bool = False) -> None:
        """A text that must be there, and no longer than that."""
        if not isinstance(text, str) or not text.strip():
            self.wrong.append(f"{name} is empty")
        elif len(text.encode("utf-8" if octets else "utf-16-le")) > limit * (1 if octets else 2):
            self.wrong.append(f"{name} is longer than {limit}")

    def each_once(self, name: str, values: Sequence[str]) -> None:
        if len(set(values)) < len(values):
            self.wrong.append(f"{name} are not all different")


def problems(kind: str, line: Line, result: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with what came of a message; no news is good news."""
    if "refused" in result:
        return [] if result["refused"].endswith(".") else ["refused without a sentence"]
    seen = look(kind, result["requests"])
    return [*seen.wrong, *_lost(line, result, seen)]


def look(kind: str, requests: Iterable[Mapping[str, Any]]) -> Seen:
    """Read the requests of one message."""
    seen = Seen()
    for request in requests:
        if kind.startswith("twilio"):
            _twilio(kind, request["form"], seen)
        elif kind == "meta-whatsapp":
            _cloud(request["json"], seen)
        else:
            _messenger(kind, request["json"]["message"], seen)
    return seen


def _twilio(kind: str, form: Mapping[str, str], seen: Seen) -> None:
    if form.keys() - {"To", "From", "Body", "MediaUrl", "ContentSid", "ContentVariables"}:
        seen.wrong.append("an unknown field")
    if "ContentSid" in form:
        if "Body" in form or "MediaUrl" in form:
            seen.wrong.append("content and a body")
        values = json.loads(form.get("ContentVariables", "{}"))
        seen.texts += [value for value in values.values() if value.strip()]
        if len(seen.texts) < len(values) or any("\n" in value for value in values.values()):
            seen.wrong.append("a variable is empty or has a line break")
        return
    if "MediaUrl" in form:
        seen.files.append(form["MediaUrl"])
        if kind == "twilio-sms":
            seen.wrong.append("a file by SMS")
        if "Body" not in form:
            return
    seen.within("Body", form.get("Body"), 1024 if "MediaUrl" in form else TEXT[kind])
    seen.texts.append(form.get("Body", ""))


def _cloud(body: Mapping[str, Any], seen: Seen) -> None:
    kind = body["type"]
    content = body[kind]
    if "context" in body:
        seen.quotes.append(body["context"]["message_id"])
    if kind == "text":
        seen.within("text", content["body"], 4096)
        seen.texts.append(content["body"])
    elif kind == "interactive":
        _interactive(content, seen)
    elif kind == "location":
        seen.places += 1
        if not (-90 <= content["latitude"] <= 90 and -180 <= content["longitude"] <= 180):
            seen.wrong.append("no place on earth")
    elif kind == "template":
        for component in content.get("components", ()):
            for parameter in component["parameters"]:
                value = parameter.get("text", parameter.get("payload", "x"))
                if not value.strip() or "\n" in value:
                    seen.wrong.append("a template's value is empty or has a line break")
    else:
        seen.files.append(content["link"])
        if "caption" in content:
            seen.within("caption", content["caption"], 1024)
            seen.texts.append(content["caption"])
            if kind in ("audio", "sticker"):
                seen.wrong.append(f"a caption on {kind}")
        if kind == "document":
            seen.within("filename", content["filename"], 240)


def _interactive(content: Mapping[str, Any], seen: Seen) -> None:
    kind, action = content["type"], content["action"]
    if "header" in content:
        seen.within("header", content["header"]["text"], 60)
        seen.texts.append(content["header"]["text"])
    seen.within("body", content["body"]["text"], 1024)
    seen.texts.append(content["body"]["text"])
    if "footer" in content:
        seen.within("footer", content["footer"]["text"], 60)
        seen.texts.append(content["footer"]["text"])
    if kind == "button":
        _taps([one["reply"] for one in action["buttons"]], (3, 20, 256), seen)
    elif kind == "list":
        _list(action, seen)
    elif kind == "cta_url":
        seen.within("display_text", action["parameters"]["display_text"], 20)
        seen.titles.append(action["parameters"]["display_text"])
        seen.links.append(action["parameters"]["url"])
    elif kind == "flow":
        seen.within("flow_cta", action["parameters"]["flow_cta"], 20)
        if any(ord(sign) > 0x1F000 for sign in action["parameters"]["flow_cta"]):
            seen.wrong.append("an emoji on a form's button")
        if action["parameters"].get("flow_action_payload", {"data": 1}).get("data", 1) == {}:
            seen.wrong.append("empty data of a form")
    elif kind == "location_request_message":
        seen.asks_place = True
    else:
        seen.wrong.append(f"an unknown shape {kind}")


def _list(action: Mapping[str, Any], seen: Seen) -> None:
    sections = action["sections"]
    seen.within("button", action["button"], 20)
    if not 1 <= len(sections) <= 10:
        seen.wrong.append("more than ten sections")
    for section in sections:
        if len(sections) > 1 or "title" in section:
            seen.within("section", section.get("title"), 24)
    rows = [row for section in sections for row in section["rows"]]
    _taps(rows, (10, 24, 200), seen)
    for row in rows:
        if "description" in row:
            seen.within("description", row["description"], 72)
            seen.texts.append(row["description"])


def _messenger(kind: str, message: Mapping[str, Any], seen: Seen) -> None:
    attachment = message.get("attachment")
    if attachment and attachment["type"] == "template":
        payload = attachment["payload"]
        seen.within("button text", payload["text"], 640)
        seen.texts.append(payload["text"])
        buttons = payload["buttons"]
        _taps([one for one in buttons if one["type"] == "postback"], (3, 20, 1000), seen, "payload")
        links = [one for one in buttons if one["type"] == "web_url"]
        seen.links += [one["url"] for one in links]
        for one in links:
            seen.within("title", one["title"], 20)
        seen.titles += [one["title"] for one in links]
        if kind == "meta-instagram" or not 1 <= len(buttons) <= 3:
            seen.wrong.append("buttons that are not to be")
    elif attachment:
        seen.files.append(attachment["payload"]["url"])
        if attachment["type"] not in ("image", "audio", "video", "file") or "quick_replies" in message:
            seen.wrong.append("an attachment of no known type")
    else:
        seen.within("text", message["text"], TEXT[kind], octets=kind == "meta-instagram")
        seen.texts.append(message["text"])
        if "quick_replies" in message:
            _taps(message["quick_replies"], (13, 20, 1000), seen, "payload")


def _taps(taps: Sequence[Mapping[str, str]], most: tuple[int, int, int], seen: Seen, name: str = "id") -> None:
    count, title, payload = most
    if len(taps) > count:
        seen.wrong.append(f"more than {count} taps")
    for tap in taps:
        seen.within("title", tap["title"], title)
        seen.within(name, tap[name], payload)
        if tap[name] != tap[name].strip():
            seen.wrong.append("spaces around an id")
    seen.each_once("titles", [tap["title"] for tap in taps])
    seen.each_once("ids", [tap[name] for tap in taps])
    seen.titles += [tap["title"] for tap in taps]
    seen.payloads += [tap[name] for tap in taps]


# What must not go without a word


def _lost(line: Line, result: Mapping[str, Any], seen: Seen) -> Iterator[str]:
    notes = set(result["degraded"])
    whole = letters("".join(seen.texts))
    if line.get("template"):
        return
    if letters(line.get("text") or "") not in whole:
        yield "words of the text are missing or out of order"
    for link in _LINK.findall(line.get("text") or ""):
        if len(link) < 200 and not any(link in text for text in seen.texts):
            yield "a link was cut"
    if (line.get("text") or "").count(FAMILY) > sum(text.count(FAMILY) for text in seen.texts):
        yield "an emoji was cut"
    for name in ("header", "footer"):
        if letters(line.get(name) or "") not in whole:
            yield f"the {name} is missing"
    yield from _lost_files(line, notes, seen)
    if line.get("reply_to") and not seen.quotes and "quote_left_out" not in notes:
        yield "the quote is missing"
    asked = seen.asks_place or "location_request_as_text" in notes or line.get("form")
    if line.get("request_location") and not asked:
        yield "nobody asks for the place"
    yield from _unsaid_cuts(line, notes, seen)


def _lost_files(line: Line, notes: set[str], seen: Seen) -> Iterator[str]:
    for media in line.get("media") or ():
        url = media.get("url") or ""
        there = url in seen.files or any(url in text for text in seen.texts)
        if not (url and there) and "media_left_out" not in notes:
            yield "a file is missing"
        if letters(media.get("caption") or "") not in letters("".join(seen.texts)):
            yield "a caption is missing"
    if line.get("location") and not seen.places and not notes & {"location_as_link", "location_left_out"}:
        yield "the place is missing"


def _unsaid_cuts(line: Line, notes: set[str], seen: Seen) -> Iterator[str]:
    labels = {" ".join((choice.get("label") or "").split()) for choice in line.get("choices") or ()}
    cut = [title for title in seen.titles if title.endswith("…") and title != "…" and title not in labels]
    if cut and "label_cut" not in notes:
        yield "a label was cut in silence"


def unreachable(choices: Iterable[Mapping[str, Any]], pages: Sequence[Mapping[str, Any]], kind: str) -> list[str]:
    """Choices that stand on none of these pages and of which no note says so."""
    seen = [look(kind, page["requests"]) for page in pages]
    payloads = {payload for one in seen for payload in one.payloads}
    links = {link for one in seen for link in one.links}
    whole = [letters(text) for one in seen for text in one.texts]
    joined = "".join(whole)
    titles = {letters(title) for one in seen for title in one.titles}
    noted = any({"choice_left_out", "stop_word_replaced"} & set(page["degraded"]) for page in pages)
    lost = []
    for choice in choices:
        label = choice.get("label") or ""
        name = letters(label if label.strip() else choice.get("id") or "")
        is_there = (choice.get("id") or label) in payloads or choice.get("url") in links or name in titles or name in joined
        if not is_there and not noted:
            lost.append(f"{choice}")
    return lost


def letters(text: str) -> str:
    """What is left when signs and spaces are taken out: folding and marks change nothing else."""
    return _SIGNS.sub("", text)
