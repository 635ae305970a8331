"""Files of strangers: what they are, what is taken out of them, and that nothing of them breaks us."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from conversation import pictures
from conversation.durations import seconds_of
from conversation.filenames import disposition, harmless
from conversation.files import Folder
from conversation.filetypes import ALLOWED, Hint, recognize
from conversation.pictures import NotDrawn
from conversation.positions import without_position
from conversation.vcards import contacts_of
from tests import samples

NAME = "att_aaaaaaaaaaaaaaaa"
SOUNDS = some.sampled_from(["audio/ogg", "audio/mp4", "video/mp4", "audio/wav", "audio/amr"])
STILLS = some.sampled_from(["image/heic", "image/tiff", "video/mp4", "audio/mp4", "application/pdf"])
SEEDS = some.sampled_from([samples.a_film(), samples.a_heic(), samples.a_voice_note(), samples.PDF, samples.VCARD, samples.SVG])


@some.composite
def damaged(draw: some.DrawFn) -> bytes:
    """A file with some of its bytes changed, cut or doubled."""
    content = bytearray(draw(SEEDS))
    for _ in range(draw(some.integers(0, 8))):
        content[draw(some.integers(0, len(content) - 1))] = draw(some.integers(0, 255))
    return bytes(content[: draw(some.integers(0, len(content)))]) * draw(some.integers(1, 2))


@pytest.mark.parametrize(("content", "hint", "mime"), [
    (samples.a_photo(kind="WEBP"), Hint("image/jpeg"), "image/webp"),
    (samples.a_voice_note(), Hint("text/html"), "audio/ogg"),
    (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00", Hint(), "audio/mp4"),
    (b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x00", Hint("audio/3gpp"), "audio/3gpp"),
    (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00", Hint(), "video/quicktime"),
    (b"\x1aE\xdf\xa3\x9f\x42\x82\x84webm", Hint("audio/webm"), "audio/webm"),
    (b"PK\x03\x04" + b"\x00" * 30, Hint(filename="pedido.XLSX"),
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"PK\x03\x04" + b"\x00" * 30, Hint(filename="x.html"), "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 30, Hint(filename="carta.doc"), "application/msword"),
    (b"\xff\xf1\x50\x80", Hint(), "audio/aac"), (b"ID3\x04", Hint(), "audio/mpeg"), (b"#!AMR\n", Hint(), "audio/amr"),
    (b"\xef\xbb\xbf  <!DOCTYPE html>", Hint("image/png"), "text/html"),
    ("<html>".encode("utf-16"), Hint(), "text/html"),
    (b"<!-- x --><svg onload='a'>", Hint(), "image/svg+xml"), (b"<cfdi:Comprobante/>", Hint(), "application/xml"),
    (b"a;b\n1;2", Hint(filename="x.csv"), "text/csv"), ("Añadí dos".encode("latin-1"), Hint(), "text/plain"),
    (b"#!/bin/sh\nrm -rf /", Hint(filename="a.txt"), None), (b"\x7fELF\x02", Hint("image/png"), None),
    (b"MZ\x90\x00", Hint("application/pdf", "a.pdf"), None), (b"", Hint(), None), (b"  \n ", Hint(), None),
])
def test_a_file_is_what_its_bytes_say(content: bytes, hint: Hint, mime: str | None) -> None:
    assert recognize(content, hint) == mime


@given(some.binary(max_size=2_000) | damaged(), some.text(max_size=20), some.text(max_size=30))
def test_whatever_comes_is_on_the_list_or_not_kept(content: bytes, mime: str, name: str) -> None:
    assert recognize(content, Hint(mime, name)) in {*ALLOWED, None}


@given(some.binary(max_size=2_000) | damaged(), STILLS)
def test_taking_the_place_out_never_moves_anything(content: bytes, mime: str) -> None:
    assert len(without_position(content, mime)) == len(content)


@given(some.binary(max_size=2_000) | damaged(), SOUNDS)
def test_a_length_is_a_sensible_number_or_none(content: bytes, mime: str) -> None:
    assert (seconds_of(content, mime) or 1.0) > 0


@given(some.binary(max_size=2_000) | damaged())
def test_any_card_can_be_read(content: bytes) -> None:
    assert len(contacts_of(content)) <= 20


@given(some.text(max_size=300), some.sampled_from(sorted(ALLOWED)))
def test_any_name_can_be_shown_and_sent_in_a_header(name: str, mime: str) -> None:
    made = harmless(name, mime)

    assert made and not set(made) & set('/\\\r\n"') and disposition(made, inline=False).isascii()


def test_a_place_written_the_other_way_round_is_found_too() -> None:
    film = samples.a_film(place=b"-34.6037-058.3816+025.000/")

    assert b"34.6037" not in without_position(film, "video/quicktime")


def test_a_place_of_a_telephone_of_the_third_generation_is_emptied() -> None:
    box = b"\x00\x00\x00\x20loci" + b"\x00" * 6 + b"Madrid\x00" + b"\x01" * 11
    film = b"\x00\x00\x00\x28moov" + box

    assert without_position(film, "video/3gpp") == b"\x00\x00\x00\x28moov\x00\x00\x00\x20free" + b"\x00" * 24


def test_what_only_looks_like_a_place_inside_the_picture_stays() -> None:
    film = samples.a_film() + b"\x00\x00\x00\x1cmdat" + samples.MADRID_6709

    assert without_position(film, "video/mp4").endswith(samples.MADRID_6709)


def test_a_photo_made_to_keep_us_busy_is_done_soon() -> None:
    header, blocks = b"Exif\x00\x00II*\x00", 20_000
    pointers = b"".join(header + struct.pack("<I", 14 * (blocks - n) - 6) for n in range(blocks))
    directory = struct.pack("<H", 512) + struct.pack("<HHII", 0x8825, 4, 1, 20_000) * 512
    began = time.process_time()

    without_position(pointers + directory + bytes(60_000), "image/heic")

    assert time.process_time() - began < 1.5


def test_the_words_of_an_apple_photo_lose_their_place() -> None:
    photo = samples.a_heic(place=False) + b'<x exif:GPSLatitude="40,25.0N" exif:Flash="1"/>'

    kept = without_position(photo, "image/heic")

    assert b"40,25" not in kept and b'exif:Flash="1"' in kept


@pytest.mark.parametrize(("content", "mime", "seconds"), [
    (samples.a_voice_note(61.5), "audio/ogg", 61.5), (samples.a_film(seconds=2.5), "video/mp4", 2.5),
    (b"#!AMR\n" + (b"\x3c" + b"\x00" * 31) * 50, "audio/amr", 1.0), (b"OggS", "audio/ogg", None),
    (samples.PDF, "application/pdf", None),
])
def test_a_recording_says_how_long_it_is(content: bytes, mime: str, seconds: float | None) -> None:
    assert seconds_of(content, mime) == seconds


def test_several_cards_keep_their_people_apart() -> None:
    cards = samples.VCARD + b"BEGIN:VCARD\nN:Silva;Rita\nTEL:tel:+351912000111\nTEL:+351910000222\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD"

    assert contacts_of(cards)[1:] == [{"name": "Rita Silva", "phones": ["+351912000111", "+351910000222"]}]


def test_a_picture_in_many_layers_of_memory_is_refused_by_the_child_and_not_by_us() -> None:
    with pytest.raises(NotDrawn):
        pictures.drawn(samples.a_bomb())


def test_a_picture_is_drawn_without_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")

    assert pictures.drawn(samples.a_photo()).mime == "image/jpeg"


@pytest.mark.parametrize("name", ["../secret", "att_AAAAAAAAAAAAAAAA", "att_aaaa", f"{NAME}/x", f"{NAME}\x00", ""])
def test_no_other_name_reaches_the_folder(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path)

    assert folder.path(name) is None and folder.read(name) is None
    with pytest.raises(ValueError):
        folder.write(name, b"x")


def test_a_file_that_cannot_be_put_in_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.place(NAME).mkdir(parents=True)

    with pytest.raises(OSError):
        folder.write(NAME, b"new")

    assert list(folder.place(NAME).parent.iterdir()) == [folder.place(NAME)]


def test_what_was_given_up_half_way_is_removed(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(NAME, b"whole")
    half = folder.place(NAME).with_name(f"{NAME}.0123abcd.part")
    half.write_bytes(b"ha")
    os.utime(half, (0, 0))

    assert list(folder.names(-1)) == [NAME] and not half.exists()
