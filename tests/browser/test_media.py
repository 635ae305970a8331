"""Files in a real browser: a photo is sent and seen, one that comes is shown by itself, and a voice note plays on."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert

from conversation import filing, ids, media
from conversation.files import Folder
from conversation.filetypes import Hint
from conversation.tables import Attachment
from conversation.work import Database
from tests import samples
from tests.browser.serving import served
from tests.browser.test_console import browser, database, enter  # noqa: F401  (fixtures)
from tests.builders import a_channel, a_message
from tests.console import desks

PLAY = """() => new Promise((done) => {
  const player = document.querySelector("audio");
  player.addEventListener("timeupdate", () => player.currentTime > 0.2 && done(true));
  player.play();
})"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def address(database: Database, folder: Path) -> Iterator[str]:  # noqa: F811
    """The console, served on loopback, with a folder for files."""
    app = desks.an_app(database, media_dir=folder, public_base="https://shop.example")
    with served(app) as address:
        yield address


@pytest.fixture
def story(database: Database) -> str:  # noqa: F811
    """A conversation on WhatsApp that Ana holds."""
    with database.work() as work:
        return desks.held(work, "agt_ana", channel_id=a_channel(work, "meta-whatsapp", "10654"))[0]


def a_tune(seconds: int = 20) -> bytes:
    """A recording that a browser can play."""
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000 * seconds))
    return target.getvalue()


def opened(enter: Callable[..., Page], story: str) -> Page:  # noqa: F811
    page = enter("Ana")
    page.goto(f"{page.url.partition('/console')[0]}/console/conversations/{story}")
    return page


def test_a_photo_is_attached_sent_and_seen(enter: Callable[..., Page], story: str) -> None:  # noqa: F811
    page = opened(enter, story)
    page.set_input_files("[data-testid=attach]", {"name": "caja.jpg", "mimeType": "image/jpeg", "buffer": samples.a_photo()})
    expect(page.locator(".attach__name")).to_have_text("caja.jpg")

    page.get_by_test_id("send").click()

    expect(page.get_by_alt_text("caja.jpg").first).to_be_visible()
    expect(page.locator(".attach__chosen")).to_be_hidden()


def test_what_was_chosen_can_be_taken_back(enter: Callable[..., Page], story: str) -> None:  # noqa: F811
    page = opened(enter, story)
    page.set_input_files("[data-testid=attach]", {"name": "caja.jpg", "mimeType": "image/jpeg", "buffer": samples.a_photo()})

    page.locator("[data-attach-remove]").click()

    assert page.locator("[data-testid=attach]").input_value() == ""


def test_a_photo_shows_by_itself_once_it_was_fetched(
    enter: Callable[..., Page], story: str, database: Database, folder: Path  # noqa: F811
) -> None:
    attachment_id = ids.new("att")
    with database.work() as work:
        message = a_message(work, story, "", epoch=1)
        work.connection.execute(insert(Attachment.__table__).values(
            attachment_id=attachment_id, message_id=message["message_id"], kind="image", remote={}, attempt=0, state="remote"))
    page = opened(enter, story)
    expect(page.locator("[data-state=remote]")).to_be_visible()

    kept = filing.put(Folder(folder), attachment_id, filing.made_safe(samples.a_photo(), Hint()))
    with database.work() as work:
        (claimed,) = media.claim(work, 1, media.UPLOAD_LIFE)
        media.stored(work, claimed, kept)

    expect(page.get_by_alt_text("Foto de Marta").first).to_be_visible()


def test_a_voice_note_plays_on_when_something_comes_in(
    enter: Callable[..., Page], story: str, database: Database, folder: Path  # noqa: F811
) -> None:
    with database.work() as work:
        desks.a_file(work, story, folder, a_tune(), "audio")
    page = opened(enter, story)
    page.evaluate(PLAY)

    with database.work() as work:
        a_message(work, story, "¿Lo has oído?", epoch=1)
        work.record(desks.a_line(story))
    expect(page.get_by_text("¿Lo has oído?").last).to_be_visible()

    assert page.evaluate("document.querySelector('audio').currentTime") > 0.2
