"""The pack, read back: the photos are in it, and every field or its absence is named."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import update

from conversation.tables import Attachment
from incidents import pack, packing, pdf, tasks
from incidents.packing import Pack
from incidents.tasks import Said
from tests.builders import a_message
from tests.incidents.conftest import House, a_picture
from tests.samples import a_photo_of_madrid

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what it reads, others write


def packed(house: House, case: Mapping[str, Any], language: str = "") -> Pack:
    found = house.dossier(case)
    with house.database.reading() as session:
        return packing.gather(session, found, packing.House(house.book, house.folder, house.clock.now(), "Casa Lumbre", language))


def text_of(made: Pack) -> str:
    pages = PdfReader(io.BytesIO(pdf.made(made))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_paper_names_what_is_there_what_lacks_and_what_is_unknown(house: House) -> None:
    house.sends(a_picture(1))
    text = text_of(packed(house, house.opens()))

    for wanted in ("Reclamación INC-1001", "AB-77777", "SEUR", "SE123", "59.90 EUR", "27 de noviembre de 2026", "Lámpara Nido", "Marta",
                   "el pie está partido", "Foto del artículo está (1/1)", "Foto de la caja FALTA (0/1)",
                   "Justificante del valor (factura o recibo) FALTA", "seur.com/es/ayuda", "leído el 22 de noviembre de 2026"):
        assert wanted in text


def test_a_carrier_without_rules_is_said_to_be_unknown(house: House) -> None:
    text = text_of(packed(house, house.opens(order={"carrier": "Veloz24"})))

    assert "Fotos desconocido" in text and "Último día para reclamar desconocido" in text
    assert "Número de seguimiento no consta" in text
    assert "No conocemos las normas publicadas" in text and "No hay fotos" in text


def test_what_the_carrier_does_not_document_is_said_and_a_day_of_the_law_too(house: House) -> None:
    text = text_of(packed(house, house.opens(order={"carrier": "MRW", "delivered_on": "2026-11-20"})))

    assert "27 de noviembre de 2026 (plazo de la ley)" in text and "El transportista no publica qué pide" in text
    assert "Dirección de entrega no consta" in text and "Remitente Casa Lumbre" in text


def test_times_are_the_shops_and_a_lone_photo_is_named(house: House) -> None:
    house.sends(a_picture(1))
    made = replace(packed(house, house.opens()), zone=ZoneInfo("America/Bogota"))

    assert "23 de noviembre de 2026, 07:00  Cliente: [Foto 1]" in pack.transcript(made)
    assert "America/Bogota" in pack.transcript(made) and "07:00, SHA-256" in text_of(made)


def test_letters_that_the_paper_lacks_are_marked_and_said(house: House) -> None:
    text = text_of(packed(house, house.opens(what="Łódź 🙂🙂 العلبة مكسورة <b>x</b>")))

    assert "Lódz […] <b>x</b>" in text and "el texto entero está en el ZIP" in text


def test_making_a_pack_says_nothing_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        text_of(packed(house, house.opens()))

    assert not [one for one in caplog.records if one.name.startswith("fontTools")]


def test_the_photos_are_in_the_paper(house: House) -> None:
    house.sends(a_picture(1))
    house.sends(a_picture(2))
    made = packed(house, house.opens())
    found = [image for page in PdfReader(io.BytesIO(pdf.made(made))).pages for image in page.images]

    assert [Image.open(io.BytesIO(image.data)).size for image in found] == [(640, 480), (640, 480)]


@pytest.mark.parametrize(("language", "title"), [("en", "Claim INC-1001"), ("pt", "Reclamação INC-1001")])
def test_it_is_written_in_the_language_that_is_asked_for(house: House, language: str, title: str) -> None:
    assert title in text_of(packed(house, house.opens(), language))


def test_statements_stand_in_it_whatever_is_written(house: House) -> None:
    case = house.opens(what="🙂 на русском <b>x</b>")
    house.do(tasks.state, case, Said("warehouse", "Salió bien embalado", "Óscar"))

    assert "Almacén · Óscar" in text_of(packed(house, case)) and "Salió bien embalado" in text_of(packed(house, case))


def test_the_zip_has_paper_photos_facts_and_words_and_no_place(house: House) -> None:
    house.sends(a_photo_of_madrid())
    made = packed(house, house.opens())
    with zipfile.ZipFile(io.BytesIO(b"".join(pack.zipped(made)))) as archive:
        names, photo = archive.namelist(), archive.read("INC-1001/photos/01-photo.jpg")
        facts = json.loads(archive.read("INC-1001/case.json"))

    assert names == [f"INC-1001/{one}" for one in ("INC-1001.pdf", "photos/01-photo.jpg", "case.json", "transcript.txt")]
    assert not Image.open(io.BytesIO(photo)).getexif()
    assert (facts["deadline"], facts["photos"][0]["file"], facts["needs"][0]["state"]) == ("2026-11-27", "01-photo.jpg", "have")


def test_a_photo_that_is_no_longer_kept_is_named(house: House) -> None:
    key = house.sends(a_picture(1))
    case = house.opens()
    house.folder.remove(key)

    assert "Foto 1: el archivo ya no está." in text_of(packed(house, case))


def test_a_photo_that_is_still_on_its_way_is_not_called_gone(house: House) -> None:
    house.sends(a_picture(1))
    case = house.opens()
    with house.database.work() as work:
        work.connection.execute(update(Attachment.__table__).values(state="remote", stored_name=None))

    assert "Foto 1: el archivo aún no ha llegado." in text_of(packed(house, case))


@pytest.mark.parametrize(("more", "says"), [(0, False), (1, True)])
def test_a_talk_that_is_cut_says_so(house: House, more: int, says: bool) -> None:
    with house.database.work() as work:
        for _ in range(packing.MOST_MESSAGES + more):
            a_message(work, house.conversation_id)
    made = packed(house, house.opens())

    assert ("Aquí están los primeros 300 mensajes." in pack.transcript(made), pack.facts(made)["messages"]["is_cut"]) == (says, says)
