"""Answers that are sent and not written: `image`, `file`, `document`, `location`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.flow.spoken import AnswerType, Family, Spoken

# A photo of a paper is what most people have of it; Messenger calls every document a file.
_PAPERS = ("document", "image", "file")
# What flows call the parts of a place, and what channels call them.
_OF_A_PLACE = (
    ("latitude", "lat"), ("latitude", "latitude"), ("longitude", "lon"), ("longitude", "longitude"),
    ("name", "name"), ("address", "address"),
)  # fmt: skip
_FILES = ("document", "image", "video", "audio", "file")
# A pin shared from a map is words wherever the channel knows no places: `https://maps…/@40.4168,-3.7038,17z`.
_DEGREES = re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{3,12}),\s{0,2}(-?\d{1,3}\.\d{3,12})(?![\d.])")


def _one_of(kinds: tuple[str, ...], spoken: Spoken) -> str | None:
    return next((kind for kind in spoken.media if kind in kinds), None)


def image(spoken: Spoken) -> str | None:
    return _one_of(("image",), spoken)


def document(spoken: Spoken) -> str | None:
    return _one_of(_PAPERS, spoken)


def file(spoken: Spoken) -> str | None:
    return _one_of(_FILES, spoken)


def place(spoken: Spoken) -> Mapping[str, Any] | None:
    if spoken.location:
        return {name: told for name, key in _OF_A_PLACE if (told := spoken.location.get(key)) not in (None, "")}
    found = _DEGREES.search(spoken.text)
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return None
    return {"latitude": float(found[1]), "longitude": float(found[2])}


FAMILY = Family(
    "attachments",
    {
        "image": AnswerType(image, is_attached=True),
        "document": AnswerType(document, is_attached=True),
        "file": AnswerType(file, is_attached=True),
        "location": AnswerType(place, is_attached=True),
    },
)
