"""Messages as nobody would write them: long, empty, doubled, in every script, with everything at once."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.channels.limits_checker import FAMILY

_SIGNS = "abc ABC áñçõ €{}~ 你好 مرحبا 👍🏽 é́ \n\t 0123 *_~` “” …"
_WORDS = ("pedido", "*ya*", "_mañana_", "¿qué?", FAMILY, "🇪🇸🇲🇽", "https://shop.example/p/123?a=_b_", "x" * 90, "açúcar",
          "STOP", "1.", "ok\nsí", "“cita”", "3*4*5", "AB_12_C")
_URLS = ("https://x.example/1.jpg", "https://x.example/a%20b.pdf", "https://x.example/v.ogg", "https://x.example/s.webp",
         "https://x.example/m.mp4", "https://x.example/raw", "http://x.example/d.docx?k=1", "ftp://no", "", "https://a b")
_TYPES = ("", "image", "audio", "video", "document", "sticker", "gif", "file")
_STYLES = ("auto", "buttons", "list", "menu", "carousel")


def a_message(random: Random) -> dict[str, Any]:
    """One line for `flask channels render`, with every key some of the time."""
    some = random.random
    line: dict[str, Any] = {"id": random.randrange(10**6), "text": _text(random)}
    if some() < 0.7:
        line["choices"] = [_choice(random, n) for n in range(random.choice((1, 2, 3, 4, 9, 10, 11, 13, 14, 30)))]
        line["choice_style"] = random.choice(_STYLES)
    if some() < 0.25:
        line["media"] = [_media(random) for _ in range(random.choice((1, 1, 2, 5)))]
    if some() < 0.1:
        line["location"] = {"lat": random.choice((0.0, -91, 40.4168)), "lon": random.choice((0.0, 181, -3.7038)),
                            "name": _label(random), "address": _label(random)}
    if some() < 0.05:
        line["form"] = {"flow_id": "1", "cta": random.choice(("Reservar 📅", "x" * 40, "", "Cita")), "screen": "A", "data": {}}
    if some() < 0.05:
        line["template"] = {"name": random.choice(("order_update", "HX" + "0" * 32, "No!")), "language": "es",
                            "params": [_label(random) for _ in range(random.randrange(4))], "text": _text(random),
                            "buttons": random.choice(([], ["A"], [{"type": "url", "text": "x"}]))}
    if some() < 0.1:
        line["request_location"] = True
    for name, often in (("header", 0.2), ("footer", 0.2), ("reply_to", 0.2)):
        if some() < often:
            line[name] = _label(random) if name != "reply_to" else "wamid.1"
    if some() < 0.3:
        line["more_label"] = random.choice(("Ver más", "x" * 60, ""))
    return line


def _text(random: Random) -> str:
    if random.random() < 0.02:
        return random.choice((" ", "\n")).join(random.choices((*_WORDS, _label(random)), k=random.randrange(700)))
    words = random.choices((*_WORDS, *"abcdef", _label(random)), k=random.choice((0, 1, 3, 9, 20, 40)))
    return random.choice((" ", " ", "\n")).join(words)


def _label(random: Random) -> str:
    return "".join(random.choices(_SIGNS, k=random.choice((0, 3, 12, 20, 25, 40, 100))))


def _choice(random: Random, n: int) -> dict[str, Any]:
    label = random.choice((_label(random), f"Opción {n}", "Igual", "CANCEL", "x" * 30))
    choice = {"id": random.choice((f"flow:step:{n}", f"flow:step:{n}", f"flow:step:{n}", "same", "", " a ", "i" * 230)),
              "label": label}
    if random.random() < 0.2:
        choice["description"] = _label(random)
    if random.random() < 0.15:
        choice["section"] = random.choice(("Uno", "Dos", "z" * 40, "S " + label))
    if random.random() < 0.1:
        choice["url"] = random.choice(("https://shop.example/", "javascript:1", "https://a b"))
    return choice


def _media(random: Random) -> dict[str, Any]:
    return {"url": random.choice(_URLS), "type": random.choice(_TYPES), "filename": random.choice(("", "la factura.pdf")),
            "mime": random.choice(("", "", "image/jpeg", "audio/x-m4a", "image/svg+xml")),
            "caption": random.choice(("", "", "mira esto", _label(random) * 30))}
