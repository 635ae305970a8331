"""A refused shape, said as text and link: once, and never without a note."""

from __future__ import annotations

from typing import Any

import pytest

from channels.degrading import plain

SHAPES: list[tuple[dict[str, Any], str, tuple[str, ...]]] = [
    ({"text": "Mira", "media_url": "https://x/1.jpg", "media_type": "image"}, "Mira\nhttps://x/1.jpg", ("media_as_link",)),
    ({"media_url": "https://x/1.pdf"}, "https://x/1.pdf", ("media_as_link",)),
    ({"text": "¿Sí?", "buttons": [{"id": "y", "label": "Sí"}, {"id": "n", "label": "No"}]}, "¿Sí?\n1. Sí\n2. No",
     ("choices_as_menu",)),
    ({"location": {"lat": 0.0, "lon": -3.5, "name": "Tienda"}},
     "Tienda\nhttps://www.google.com/maps/search/?api=1&query=0.0%2C-3.5", ("location_as_link",)),
]


@pytest.mark.parametrize(("request_", "text", "changes"), SHAPES, ids=["image", "file", "buttons", "place"])
def test_a_refused_shape_is_said_as_text(request_: dict[str, Any], text: str, changes: tuple[str, ...]) -> None:
    found = plain(request_)

    assert found is not None and (found[0]["text"], found[1]) == (text, changes)


@pytest.mark.parametrize("request_", [{"text": "hola"}, {}, {"template": {"name": "x"}}, {"form": {"flow_id": "1"}}])
def test_what_is_plain_or_cannot_be_is_left_alone(request_: dict[str, Any]) -> None:
    assert plain(request_) is None


def test_nothing_is_made_plain_twice() -> None:
    once = plain({"text": "Mira", "media_url": "https://x/1.jpg"})

    assert once is not None and plain(once[0]) is None


def test_what_the_send_checks_is_kept() -> None:
    found = plain({"media_url": "https://x/1.jpg", "purpose": "marketing", "consent": True})

    assert found is not None and (found[0]["purpose"], found[0]["consent"]) == ("marketing", True)
