"""The console on a home screen: manifest and icons, as a phone asks for them before anybody has logged in."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image


@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_icon_of_the_manifest_is_there_in_its_size(app: Flask, place: int) -> None:
    stranger = app.test_client()
    told = stranger.get("/console/manifest.webmanifest")
    icon = told.get_json(force=True)["icons"][place]

    with stranger.get(icon["src"]) as answer:
        assert (told.mimetype, answer.mimetype) == ("application/manifest+json", "image/png")
        assert "x".join(map(str, Image.open(BytesIO(answer.data)).size)) == icon["sizes"]


def test_every_page_leads_to_the_manifest_and_may_use_it(app: Flask) -> None:
    answer = app.test_client().get("/console/login")

    assert '<link rel="manifest" href="/console/manifest.webmanifest">' in answer.text
    assert "manifest-src 'self'" in answer.headers["Content-Security-Policy"]
