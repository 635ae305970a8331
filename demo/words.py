"""The demo page's own texts, one file for each language in `demo/texts/`, and how a message's words become HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from markupsafe import Markup, escape

FOLDER = Path(__file__).parent / "texts"
_bold = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_reference = re.compile(r"\b[A-Z]{2}-\d{4,8}\b")
_address = re.compile(r"(https?://[^\s<>]*[^\s<>.,;:!?)»”*])")
_joint = re.compile(r"(?<=[/_=-])(?=\w)")  # of an address, where a line may end
_option = re.compile(r"^\s*(\d{1,2})[.)] +(.+?)\s*$", re.MULTILINE)
_email = re.compile(r"\b(correo|e-?mail)\b", re.IGNORECASE)  # not the carrier Correos


@cache
def texts(language: str) -> Mapping[str, str]:
    """The texts of a language by their key."""
    return dict(yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8")))


def as_html(text: str) -> Markup:
    """A message as WhatsApp shows it: *bold*, an order's number in one piece, addresses marked; all else is text.

    An address leads nowhere here (the shop is invented), but breaks where one would break it by hand.
    """
    pieces = [str(escape(piece)) for piece in _address.split(text)]
    return Markup("".join(_marked(piece) if place % 2 else _formatted(piece) for place, piece in enumerate(pieces)))


def _formatted(html: str) -> str:
    return _bold.sub(r"<b>\1</b>", _reference.sub(r'<span class="nowrap">\g<0></span>', html))


def _marked(html: str) -> str:
    start, slashes, rest = html.partition("://")
    return f'<span class="said__link">{start}{slashes}{_joint.sub("<wbr>", rest)}</span>'


def keys(text: str, email: str) -> list[tuple[str, str]]:
    """(what is sent, what is shown) for each thing to tap below this message: its options, or the e-mail it wants."""
    options = [(number, label) for number, label in _option.findall(text)]
    if len(options) > 1:
        return options
    return [(email, email)] if _email.search(text) else []
