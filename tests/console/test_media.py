"""Files on the page of a conversation: shown, saved, refused to others; and what an agent attaches."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import insert, select, update
from werkzeug.test import Client

from console.attachments import length, map_link, shown
from console.public_files import MISSES_PER_MINUTE, Public
from console.public_files import blueprint as public_files
from conversation import ids
from conversation.filenames import disposition, harmless
from conversation.files import Folder
from conversation.flow_files import FlowFiles
from conversation.tables import Attachment, Conversation, Message, OutboxPart, Upload
from conversation.work import Database
from tests import samples
from tests.builders import Bell, HandClock, a_channel, a_message
from tests.console import desks

OURS = "https://shop.example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def app(database: Database, folder: Path) -> Flask:
    with database.work() as work:
        desks.people(work)
    made = desks.an_app(database, is_alone=True, media_dir=folder, public_base=OURS, media_max_bytes=300_000)
    files = FlowFiles(folder.parent / "flows", OURS)
    made.register_blueprint(public_files(Public(database, folder, files.find, lambda: "203.0.113.7")))
    return made


@pytest.fixture
def story(database: Database) -> tuple[str, str]:
    """A conversation on WhatsApp at Meta that Ana holds, and its ticket."""
    with database.work() as work:
        return desks.held(work, "agt_ana", channel_id=a_channel(work, "meta-whatsapp", "10654"))


@pytest.fixture
def has(database: Database, story: tuple[str, str], folder: Path) -> Callable[..., str]:
    """The conversation has this file: `has(content, kind)`; returns the attachment's id."""

    def keep(content: bytes = b"", kind: str = "image") -> str:
        with database.work() as work:
            return desks.a_file(work, story[0], folder, content, kind)

    return keep


@pytest.fixture
def came(database: Database, story: tuple[str, str]) -> Callable[..., str]:
    """A row that is this far: `came(state="failed", why="not_found")`."""

    def arrive(**values: Any) -> str:
        attachment_id = ids.new("att")
        with database.work() as work:
            message = a_message(work, story[0], "", epoch=1)
            work.connection.execute(insert(Attachment.__table__).values({
                "attachment_id": attachment_id, "message_id": message["message_id"], "kind": "image", "remote": {},
                "attempt": 0} | values))
        return attachment_id

    return arrive


def page(client: Client, story: tuple[str, str]) -> str:
    return client.get(f"/console/conversations/{story[0]}").get_data(as_text=True)


# Looking at files


def test_a_picture_is_shown_small_and_opens(ana: Client, story: tuple[str, str], has: Callable[..., str]) -> None:
    key = has(samples.a_photo((1200, 800)))

    shown_page = page(ana, story)

    assert f'href="/console/media/{key}"' in shown_page
    assert f'popovertarget="zoom-{key}"' in shown_page and f'id="zoom-{key}" popover' in shown_page
    assert f'src="/console/media/{key}/thumb" alt="Foto de Marta" loading="lazy" decoding="async" width="260" height="173"' in shown_page


def test_a_file_is_answered_as_what_it_is_and_as_nothing_else(ana: Client, has: Callable[..., str]) -> None:
    with ana.get(f"/console/media/{has()}") as answer:
        headers = answer.headers

    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in headers["Content-Security-Policy"] and headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize("content", [samples.SVG, samples.HTML], ids=["drawing", "page"])
def test_what_a_browser_would_run_is_only_saved(ana: Client, has: Callable[..., str], content: bytes) -> None:
    with ana.get(f"/console/media/{has(content, 'document')}") as answer:
        headers = answer.headers

    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment;") and headers["Content-Disposition"].endswith(".txt")


def test_a_voice_note_can_be_heard_from_its_middle(ana: Client, has: Callable[..., str]) -> None:
    key = has(samples.a_voice_note(), "audio")

    with ana.get(f"/console/media/{key}", headers={"Range": "bytes=4-7"}) as answer:
        assert (answer.status_code, answer.get_data()) == (206, samples.a_voice_note()[4:8])


def test_a_voice_note_has_a_player_and_its_length(ana: Client, story: tuple[str, str], has: Callable[..., str]) -> None:
    key = has(samples.a_voice_note(7.2), "audio")

    shown_page = page(ana, story)

    assert f'hx-preserve controls preload="none" src="/console/media/{key}"' in shown_page and "0:07" in shown_page


def test_a_document_shows_its_name_size_and_type(
    ana: Client, database: Database, story: tuple[str, str], has: Callable[..., str]
) -> None:
    has(samples.PDF + b"0" * 1_250_000, "document")
    with database.work() as work:
        work.connection.execute(update(Attachment.__table__).values(filename="Factura <1>.pdf"))

    shown_page = page(ana, story)

    assert "Factura &lt;1&gt;.pdf" in shown_page and "PDF · 1,3 MB" in shown_page


def test_nobody_outside_the_queue_gets_a_file(bo: Client, has: Callable[..., str]) -> None:
    key = has()

    assert bo.get(f"/console/media/{key}").status_code == bo.get(f"/console/media/{key}/thumb").status_code == 404


def test_a_file_that_does_not_exist_looks_like_one_that_is_not_hers(ana: Client, bo: Client, has: Callable[..., str]) -> None:
    key = has()

    foreign, unknown = bo.get(f"/console/media/{key}"), ana.get("/console/media/att_aaaaaaaaaaaaaaaa")

    assert foreign.status_code == unknown.status_code == 404


@pytest.mark.parametrize(("values", "sentence"), [
    ({"state": "remote"}, "Se está descargando…"),
    ({"state": "failed", "why": "not_found"}, "Pide que te lo manden otra vez."),
    ({"state": "too_big", "why": "too_big"}, "Es demasiado grande"),
    ({"state": "removed", "why": "expired"}, "Ya no se guarda"),
])
def test_a_file_that_is_not_there_says_why(
    ana: Client, story: tuple[str, str], came: Callable[..., str], values: Mapping[str, str], sentence: str
) -> None:
    came(**values)

    assert sentence in page(ana, story)


def test_the_providers_address_never_reaches_the_browser(
    ana: Client, story: tuple[str, str], came: Callable[..., str]
) -> None:
    came(state="failed", why="unreachable", remote={"type": "image", "url": "https://api.twilio.com/secret/ME1"})

    assert "api.twilio.com" not in page(ana, story)


def test_asking_again_lets_the_worker_try_once_more(
    ana: Client, database: Database, came: Callable[..., str], bell: Bell
) -> None:
    key = came(state="failed", why="unreachable")

    desks.post(ana, f"/console/media/{key}/fetch")

    with database.reading() as session:
        assert session.execute(select(Attachment.__table__.c.state)).scalar_one() == "remote"
    assert "bulk" in [notice.kind for notice in bell.rung]


def test_a_place_leads_to_a_map(ana: Client, database: Database, story: tuple[str, str]) -> None:
    with database.work() as work:
        a_message(work, story[0], "", epoch=1, content={"location": {"lat": 0.0, "lon": -3.7038}})

    assert map_link({"lat": 0.0, "lon": -3.7038}).replace("&", "&amp;") in page(ana, story)


def test_a_contact_is_a_card(ana: Client, database: Database, story: tuple[str, str]) -> None:
    contacts = [{"name": "Ana & Luis", "phones": ["+34600111222"]}, {"phones": []}]
    with database.work() as work:
        a_message(work, story[0], "", epoch=1, content={"contacts": contacts})

    shown_page = page(ana, story)

    assert "Ana &amp; Luis" in shown_page and "+34600111222" in shown_page


def test_a_shared_link_is_a_link_only_where_it_is_one() -> None:
    rows = [{"attachment_id": "att_1", "kind": "share", "mime": None, "state": "failed", "why": "no_source", "filename": None,
             "size": None, "seconds": None, "width": None, "height": None, "remote": {"url": url}}
            for url in ("https://example.com/a", "javascript:alert(1)", "https://user@example.com/")]

    assert [one.link for one in shown(rows, {})] == ["https://example.com/a", "", ""]


def test_a_length_is_written_as_players_do() -> None:
    assert [length(seconds) for seconds in (0.4, 7.6, 750.0)] == ["0:00", "0:08", "12:30"]


def test_a_picture_of_the_flows_is_shown_from_our_own_address() -> None:
    entry = {"url": f"{OURS}/files/flows/{'0' * 20}/tallas.png", "type": "image", "filename": "tallas.png"}

    (found,) = shown((), {"media": [entry]})

    assert (found.look, found.link) == ("picture", f"/files/flows/{'0' * 20}/tallas.png")


def test_a_message_without_words_has_a_line_in_the_list(ana: Client, database: Database, story: tuple[str, str]) -> None:
    with database.work() as work:
        work.connection.execute(update(Conversation.__table__).values(preview="[image]"))

    assert "Foto" in ana.get("/console/list").get_data(as_text=True)


# Names


@pytest.mark.parametrize(("given", "mime", "name"), [
    ("../../etc/passwd", "text/plain", "passwd.txt"), ("C:\\docs\\factura.pdf", "application/pdf", "factura.pdf"),
    ("foto.jpg.exe", "image/jpeg", "foto.jpg.exe.jpg"), ("factura.js", "text/plain", "factura.js.txt"),
    ("a\r\nX-Evil: 1.png", "image/png", "aX-Evil_ 1.png"), ("gpj.\u202eexe.png", "image/png", "gpj.exe.png"),
    ("", "audio/ogg", "archivo.ogg"), ("página.html", "text/html", "página.html.txt"), (".pdf", "application/pdf", "pdf.pdf"),
    ("ñ" * 300 + ".PDF", "application/pdf", "ñ" * 100 + ".PDF"),
])
def test_a_name_is_harmless_and_says_what_it_is(given: str, mime: str, name: str) -> None:
    assert harmless(given, mime) == name


def test_a_name_in_a_header_is_quoted_for_old_and_new_programs() -> None:
    assert disposition('Año "1".pdf', inline=False) == (
        "attachment; filename=\"Ano _1_.pdf\"; filename*=UTF-8''A%C3%B1o%20%221%22.pdf")


# Attaching


def attach(client: Client, story: tuple[str, str], database: Database, content: bytes, name: str, **fields: Any) -> Any:
    """The form of the composer with a file in it."""
    given = {"text": "", "last_seen_seq": 99, "epoch": desks.epoch_of(database, story[0])} | fields
    return desks.post(client, f"/console/tickets/{story[1]}/replies", file=(io.BytesIO(content), name), **given)


def the(database: Database, table: Any) -> Mapping[str, Any]:
    """The newest row of a table."""
    with database.reading() as session:
        return session.execute(select(table.__table__)).mappings().all()[-1]


def test_an_agent_sends_a_photo_and_sees_it(ana: Client, database: Database, story: tuple[str, str], folder: Path) -> None:
    answer = attach(ana, story, database, samples.a_photo_of_madrid(), "playa.jpg", text="Así llegó")

    upload = the(database, Upload)
    assert answer.status_code == 303
    with database.reading() as session:
        content = session.execute(select(Message.__table__.c.content).where(Message.__table__.c.text == "Así llegó")).scalar_one()
    assert content["media"] == [{"url": f"{OURS}/files/{upload['upload_id']}/playa.jpg", "type": "image",
                                 "mime": "image/jpeg", "filename": "playa.jpg"}]
    assert not Image.open(io.BytesIO(Folder(folder).read(upload["stored_name"]) or b"")).getexif()
    assert "/thumb" in page(ana, story)


def test_a_provider_fetches_what_was_attached(ana: Client, app: Flask, database: Database, story: tuple[str, str]) -> None:
    attach(ana, story, database, samples.PDF, "Guía de tallas.pdf")
    address = f"/files/{the(database, Upload)['upload_id']}/x.pdf"

    with app.test_client().get(address) as answer:
        assert (answer.get_data(), answer.headers["Content-Type"]) == (samples.PDF, "application/pdf")


def test_the_address_ends_after_three_days(
    ana: Client, app: Flask, database: Database, story: tuple[str, str], hand_clock: HandClock
) -> None:
    attach(ana, story, database, samples.PDF, "guia.pdf")
    hand_clock.forward(hours=72)

    assert app.test_client().get(f"/files/{the(database, Upload)['upload_id']}/guia.pdf").status_code == 404


def test_addresses_cannot_be_tried_out(app: Flask) -> None:
    client = app.test_client()

    found = [client.get(f"/files/upl_{'a' * 16}/x").status_code for _ in range(MISSES_PER_MINUTE + 1)]

    assert found == [404] * MISSES_PER_MINUTE + [429]


@pytest.mark.parametrize("path", [
    "att_aaaaaaaaaaaaaaaa/x", "..%2f..%2fsecret_key/x", "flows/%2e%2e/secret_key", "upl_%00/x", f"flows/{'0' * 20}/%00"])
def test_nothing_else_is_given_out(app: Flask, path: str) -> None:
    assert app.test_client().get(f"/files/{path}").status_code == 404


@pytest.mark.parametrize(("content", "name", "sentence"), [
    (samples.PROGRAM, "juego.exe", "no se puede mandar por WhatsApp"),
    (samples.SVG, "logo.svg", "no se puede mandar por WhatsApp"),
    (b"fLaC" + b"\0" * 50, "voz.flac", "WhatsApp no acepta archivos FLAC. Puedes mandar: JPG, PNG, AAC"),
    (b"\0" * 300_001, "grande.pdf", "por WhatsApp pueden pesar hasta 300 kB"),
    (samples.a_photo()[:100], "rota.jpg", "La imagen está dañada"),
], ids=["program", "drawing", "format", "size", "damaged"])
def test_what_the_channel_does_not_take_is_refused_in_words(
    ana: Client, database: Database, story: tuple[str, str], content: bytes, name: str, sentence: str
) -> None:
    answer = attach(ana, story, database, content, name, text="Mira esto")

    assert (answer.status_code, sentence in answer.get_data(as_text=True)) == (422, True)
    assert "Mira esto</textarea>" in answer.get_data(as_text=True)


def test_a_picture_is_made_one_that_the_channel_takes(ana: Client, database: Database, story: tuple[str, str]) -> None:
    attach(ana, story, database, samples.a_photo(kind="WEBP"), "foto.webp")

    assert (the(database, Upload)["mime"], the(database, Upload)["filename"]) == ("image/jpeg", "foto.webp.jpg")


def test_a_file_outlives_the_reply_that_a_colleague_overtook(
    ana: Client, database: Database, story: tuple[str, str]
) -> None:
    with database.work() as work:
        a_message(work, story[0], "Ya te ayudo yo", direction="outbound", author="agent", agent_id="agt_sue", epoch=1)
    refused = attach(ana, story, database, samples.PDF, "guia.pdf", last_seen_seq=0)
    upload_id = the(database, Upload)["upload_id"]
    assert f'name="upload" value="{upload_id}" checked' in refused.get_data(as_text=True)

    desks.post(ana, f"/console/tickets/{story[1]}/replies", text="", last_seen_seq=99, upload=upload_id, force="1",
               epoch=desks.epoch_of(database, story[0]))

    assert the(database, Attachment)["stored_name"] == upload_id


def test_nobody_sends_a_file_that_another_attached(
    ana: Client, database: Database, story: tuple[str, str]
) -> None:
    attach(ana, story, database, samples.PDF, "guia.pdf")
    with database.work() as work:
        work.connection.execute(update(Upload.__table__).values(uploaded_by="agt_bo"))

    answer = desks.post(ana, f"/console/tickets/{story[1]}/replies", text="", last_seen_seq=99,
                        upload=the(database, Upload)["upload_id"], epoch=desks.epoch_of(database, story[0]))

    assert answer.status_code == 422


def test_a_message_that_is_sent_once_more_brings_its_file(
    ana: Client, database: Database, story: tuple[str, str], hand_clock: HandClock
) -> None:
    attach(ana, story, database, samples.PDF, "guia.pdf")
    before = the(database, Attachment)
    with database.work() as work:
        work.connection.execute(update(OutboxPart.__table__).values(state="failed", error_code="63019"))
    hand_clock.forward(minutes=25)

    desks.post(ana, f"/console/messages/{before['message_id']}/retry")

    with database.reading() as session:
        rows = session.execute(select(Attachment.__table__.c.message_id, Attachment.__table__.c.stored_name)).all()
    assert len({row.message_id for row in rows}) == 2 and len({row.stored_name for row in rows}) == 1


def test_a_reply_needs_words_or_a_file(ana: Client, database: Database, story: tuple[str, str]) -> None:
    answer = desks.post(ana, f"/console/tickets/{story[1]}/replies", text=" ", last_seen_seq=99,
                        epoch=desks.epoch_of(database, story[0]))

    assert answer.status_code == 422


# What the flows send


@pytest.fixture
def flow_files(tmp_path: Path) -> FlowFiles:
    (tmp_path / "flows" / "media").mkdir(parents=True)
    (tmp_path / "flows" / "media" / "tallas.png").write_bytes(samples.a_photo(kind="PNG"))
    (tmp_path / "flows" / "secret_key").write_text("secret")
    return FlowFiles(tmp_path / "flows", OURS)


def test_a_flow_sends_a_file_by_its_name(app: Flask, flow_files: FlowFiles) -> None:
    media = flow_files.media("tallas.png")

    assert (media.type, media.mime, media.filename) == ("image", "image/png", "tallas.png")
    with app.test_client().get(media.url.removeprefix(OURS)) as answer:
        assert answer.status_code == 200


def test_a_flow_sends_what_lies_on_the_web(flow_files: FlowFiles) -> None:
    assert flow_files.media("https://shop.example/a.png").url == "https://shop.example/a.png"


@pytest.mark.parametrize("name", ["", "nada.png", "../secret_key", "..", ".hidden", "a/b.png", "tallas.png\x00"])
def test_a_flow_sends_nothing_from_elsewhere(flow_files: FlowFiles, name: str) -> None:
    assert flow_files.media(name).url == "" and flow_files.find("0" * 20, name) is None


def test_a_file_that_changed_has_another_address(flow_files: FlowFiles) -> None:
    before = flow_files.media("tallas.png").url
    (flow_files.flows_dir / "media" / "tallas.png").write_bytes(samples.a_photo((10, 10), "PNG"))

    assert flow_files.media("tallas.png").url != before
