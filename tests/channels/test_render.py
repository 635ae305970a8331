"""Messages within every limit of every channel, and nothing changed without a word about it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import channels
from channels.base import Outgoing, OutgoingChoice, Rendered
from channels.choices import menu
from channels.gsm import fold, is_gsm, segments
from channels.limits import units
from channels.marks import without_marks
from channels.splitting import cut, split
from conversation.events import OutgoingMedia

KINDS = list(channels.adapters())
FAMILY = "👩‍👩‍👧‍👦"
LINK = "https://example.com/" + "a" * 60


def choices(*labels: str, description: str = "") -> tuple[OutgoingChoice, ...]:
    return tuple(OutgoingChoice(f"id{n}", label, description) for n, label in enumerate(labels))


def rendered(kind: str, text: str = "¿Qué?", *labels: str, media_url: str = "", description: str = "") -> Rendered:
    message = Outgoing(text, choices(*labels, description=description), (OutgoingMedia(media_url),) if media_url else ())
    return channels.adapter(kind).render(message)


@pytest.mark.parametrize("kind", KINDS)
def test_short_text_is_one_part_and_unchanged(kind: str) -> None:
    found = rendered(kind, "¿Qué tal?")

    assert ([part["text"] for part in found.parts], found.degraded) == (["¿Qué tal?"], ())


@pytest.mark.parametrize(
    ("kind", "note"),
    [("twilio-whatsapp", "buttons_or_menu"), ("twilio-messenger", "buttons_or_menu"), ("twilio-sms", "choices_as_menu")],
)
def test_choices_are_a_numbered_menu_where_nothing_can_be_tapped(kind: str, note: str) -> None:
    found = rendered(kind, "¿Seguro?", "Sí", "No")

    assert (found.parts[0]["text"], found.degraded) == ("¿Seguro?\n1. Sí\n2. No", (note,))


def test_menu_puts_descriptions_after_a_dash() -> None:
    assert menu(choices("Sí", description="lo confirmo")) == "1. Sí - lo confirmo"


def test_three_short_choices_are_buttons_on_whatsapp_cloud() -> None:
    part = rendered("meta-whatsapp", "¿Seguro?", "Sí", "No", "Luego").parts[0]

    assert part["buttons"] == [
        {"id": "id0", "label": "Sí"},
        {"id": "id1", "label": "No"},
        {"id": "id2", "label": "Luego"},
    ]


def test_four_choices_are_a_list_on_whatsapp_cloud() -> None:
    found = rendered("meta-whatsapp", "¿Qué?", "A", "B", "C", "D")

    assert ([row["label"] for row in found.parts[0]["rows"]], found.degraded) == (["A", "B", "C", "D"], ())


def test_long_labels_make_a_list_that_shows_them_whole() -> None:
    found = rendered("meta-whatsapp", "¿Qué?", "Quiero devolver el pedido entero", "No")

    assert found.parts[0]["rows"][0]["label"] == "Quiero devolver el pedi…"
    assert found.parts[0]["rows"][0]["description"] == "Quiero devolver el pedido entero"
    assert found.degraded == ("label_cut",)


def test_labels_that_become_equal_are_told_apart() -> None:
    long = "Quiero devolver el pedido número"

    labels = [row["label"] for row in rendered("meta-whatsapp", "¿Qué?", f"{long} 1", f"{long} 2").parts[0]["rows"]]

    assert len(set(labels)) == 2 and all(len(label) <= 24 for label in labels)


def test_eleven_choices_are_nine_and_a_way_to_the_rest_on_whatsapp_cloud() -> None:
    found = rendered("meta-whatsapp", "¿Qué?", *"ABCDEFGHIJK")

    assert [row["label"] for row in found.parts[0]["rows"]] == [*"ABCDEFGHI", "…"]
    assert (found.more, found.degraded) == ("more>9", ("choices_paged",))


def test_messenger_shows_thirteen_quick_replies_and_full_labels_in_the_text() -> None:
    labels = [*"ABCDEFGHIJKL", "Quiero devolver el pedido"]

    part = rendered("meta-messenger", "¿Qué?", *labels).parts[0]

    assert len(part["replies"]) == 13
    assert part["text"] == "¿Qué?\nQuiero devolver el pedido"


def test_choices_ride_on_the_last_part() -> None:
    found = rendered("meta-whatsapp", "palabra " * 700, "Sí", "No")

    assert [("buttons" in part) for part in found.parts] == [False] * (len(found.parts) - 1) + [True]
    assert units(found.parts[-1]["text"]) <= 1024


def test_caption_rides_on_a_picture() -> None:
    found = rendered("twilio-whatsapp", "mira", media_url="https://x/1.jpg")

    assert found.parts == ({"text": "mira", "media_url": "https://x/1.jpg", "media_type": "image"},)


def test_document_over_twilio_has_its_text_beside_it() -> None:
    found = rendered("twilio-whatsapp", "la factura", media_url="https://x/f.pdf")

    assert [part.keys() & {"text", "media_url"} for part in found.parts] == [{"media_url"}, {"text"}]


def test_picture_by_sms_is_a_link() -> None:
    found = rendered("twilio-sms", "mira", media_url="https://x/1.jpg")

    assert (found.parts[0]["text"], found.degraded) == ("mira\nhttps://x/1.jpg", ("media_as_link",))


def test_picture_without_words_is_sent_alone() -> None:
    found = rendered("meta-messenger", "", media_url="https://x/1.jpg?w=2")

    assert found.parts == ({"media_url": "https://x/1.jpg?w=2", "media_type": "image"},)


def test_sms_is_folded_to_the_cheap_alphabet() -> None:
    assert rendered("twilio-sms", "“Hola” – ya…").parts[0]["text"] == '"Hola" - ya...'


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("*hola* y _adiós_", "hola y adiós"),
        ("~no~ `AB-1`", "no AB-1"),
        ("AB_12_C y 3*4*5", "AB_12_C y 3*4*5"),
        ("https://x.com/_a_/b ya", "https://x.com/_a_/b ya"),
        ("* lista", "* lista"),
    ],
)
def test_marks_are_taken_out_where_they_would_show(marked: str, plain: str) -> None:
    assert without_marks(marked) == plain


def test_text_is_cut_at_lines_before_words() -> None:
    assert split("primera línea aquí\nsegunda línea", 24) == ["primera línea aquí", "segunda línea"]


def test_link_stays_whole() -> None:
    text = "mira aquí: " + LINK

    assert LINK in split(text, 85)[-1]


def test_emoji_of_a_family_stays_whole() -> None:
    pieces = split(FAMILY * 9, 25)

    assert all(piece.replace(FAMILY, "") == "" for piece in pieces)


def test_flags_stay_whole() -> None:
    assert split("🇪🇸🇵🇹🇲🇽", 10) == ["🇪🇸🇵🇹", "🇲🇽"]


def test_cut_says_that_it_cut() -> None:
    assert (cut("Devoluciones", 8), cut("Envíos", 8)) == ("Devoluc…", "Envíos")


@given(st.text(alphabet=st.sampled_from("aá é\n👍🏽́"), max_size=120), st.integers(min_value=8, max_value=40))
def test_split_loses_nothing_but_spaces_at_the_cuts(text: str, limit: int) -> None:
    pieces = split(text, limit)

    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)
    assert all(units(piece) <= limit for piece in pieces)


WORDS = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
LONG = st.builds(lambda word, times: (word + " ") * times, WORDS, st.integers(0, 200))
CHOICES = st.lists(st.builds(OutgoingChoice, st.text("abc:1", min_size=1, max_size=220), WORDS, WORDS), max_size=16)
MEDIA = st.sampled_from(["", "https://x/1.jpg", "https://x/1.pdf", "https://x/1.ogg", "https://x/1"])
TEXT_LIMIT = {"twilio-whatsapp": 1600, "twilio-sms": 1600, "meta-whatsapp": 4096, "meta-messenger": 2000,
              "twilio-messenger": 1600, "meta-instagram": 1000}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KINDS), st.builds(Outgoing, LONG, CHOICES.map(tuple), MEDIA.map(lambda url: (OutgoingMedia(url),) if url else ())))
def test_nothing_is_above_a_limit(kind: str, message: Outgoing) -> None:
    for part in channels.adapter(kind).render(message).parts:
        interactive = part.keys() & {"buttons", "rows", "media_url"}
        limit = min(1024, TEXT_LIMIT[kind]) if interactive else TEXT_LIMIT[kind]
        labels = [one["label"] for one in part.get("buttons", []) + part.get("rows", []) + part.get("replies", [])]
        assert units(part.get("text", "")) <= limit
        assert (
            len(part.get("buttons", [])) <= 3 and len(part.get("rows", [])) <= 10 and len(part.get("replies", [])) <= 13
        )
        assert all(0 < units(label) <= (24 if "rows" in part else 20) for label in labels)
        assert len(set(labels)) == len(labels)
        assert all(units(row.get("description", "")) <= 72 for row in part.get("rows", []))


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 81, 2), ("á" * 70, 1), ("á" * 71, 2), ("👍" * 35, 1), ("👍" * 36, 2)],
)
def test_segments_are_counted_as_they_are_paid(text: str, count: int) -> None:
    assert segments(text) == count


def test_folding_touches_no_letter() -> None:
    assert fold("¿Cuándo llegará mañana, João?") == "¿Cuándo llegará mañana, João?"
    assert is_gsm("¿Qué? €ñ") and not is_gsm("á")
