"""Every kind of content in the shape each channel has for it, and nothing changed without a word about it."""

from __future__ import annotations

from typing import Any

import pytest

import channels
from channels.base import Outgoing, OutgoingChoice, Rendered
from channels.choices import menu
from channels.limits import units
from conversation.events import OutgoingForm, OutgoingLocation, OutgoingMedia, OutgoingTemplate

KINDS = list(channels.adapters())


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


def said(kind: str, message: Outgoing) -> Rendered:
    return channels.adapter(kind).render(message)


def linked(*urls: str) -> tuple[OutgoingChoice, ...]:
    return tuple(OutgoingChoice(f"id{n}", f"Web {n}", url=url) for n, url in enumerate(urls))


# Pages


@pytest.mark.parametrize(("kind", "first"), [("meta-whatsapp", 9), ("meta-messenger", 12), ("twilio-sms", 9)])
def test_what_does_not_fit_waits_on_the_next_page(kind: str, first: int) -> None:
    found = said(kind, Outgoing("¿Cuál?", choices(*"ABCDEFGHIJKLMNOP"), more_label="Ver más"))

    assert (found.more, found.degraded[0]) == (f"more>{first}", "choices_paged")


def test_numbers_go_on_on_the_next_page_and_0_is_always_more() -> None:
    labels = [chr(65 + n) for n in range(20)]

    pages = [said("twilio-sms", Outgoing("?", choices(*labels), more_label="Más", shown=n)) for n in (0, 9, 18)]

    assert [page.parts[0]["text"].splitlines()[-1] for page in pages] == ["0. Más", "0. Más", "20. T"]
    assert [page.parts[0]["text"].splitlines()[1] for page in pages] == ["1. A", "10. J", "19. S"]
    assert [page.more for page in pages] == ["more>9", "more>18", ""]


# Styles, headings, addresses


def test_list_is_shown_where_it_was_wished_for() -> None:
    found = said("meta-whatsapp", Outgoing("¿?", choices("A", "B"), choice_style="list"))

    assert ("rows" in found.parts[0], found.degraded) == (True, ())


def test_menu_that_was_wished_for_is_no_change() -> None:
    found = said("meta-whatsapp", Outgoing("¿?", choices("A", "B"), choice_style="menu"))

    assert (found.parts[0]["text"], found.degraded) == ("¿?\n1. A\n2. B", ())


def test_buttons_for_five_become_a_list_and_say_so() -> None:
    found = said("meta-whatsapp", Outgoing("¿?", choices(*"ABCDE"), choice_style="buttons"))

    assert ("rows" in found.parts[0], found.degraded) == (True, ("style_changed",))


def test_sections_are_headings_of_a_list_and_of_a_menu() -> None:
    message = Outgoing("¿?", (OutgoingChoice("a", "A", section="Uno"), OutgoingChoice("b", "B", section="Dos")))

    assert [row["section"] for row in said("meta-whatsapp", message).parts[0]["rows"]] == ["Uno", "Dos"]
    assert said("twilio-sms", message).parts[0]["text"] == "¿?\nUno:\n1. A\nDos:\n2. B"


@pytest.mark.parametrize("ids", [("a", "a"), ("", "b"), (" a", "b"), ("x" * 201, "b")])
def test_ids_that_cannot_come_back_make_a_menu(ids: tuple[str, str]) -> None:
    found = said("meta-whatsapp", Outgoing("¿?", tuple(OutgoingChoice(one, f"Opción {one[:2]}.") for one in ids)))

    assert found.degraded == ("choices_as_menu",)


def test_one_address_is_a_button_on_whatsapp_cloud() -> None:
    part = said("meta-whatsapp", Outgoing("Míralo", linked("https://shop.example/1"))).parts[0]

    assert part == {"text": "Míralo", "link": {"label": "Web 0", "url": "https://shop.example/1"}}


def test_addresses_and_answers_are_buttons_together_on_messenger() -> None:
    part = said("meta-messenger", Outgoing("¿?", (*linked("https://shop.example/1"), OutgoingChoice("n", "No")))).parts[0]

    assert part["taps"] == [{"label": "Web 0", "url": "https://shop.example/1"}, {"id": "n", "label": "No"}]


@pytest.mark.parametrize("kind", ["twilio-sms", "twilio-whatsapp", "meta-instagram"])
def test_an_address_stands_in_the_text_elsewhere(kind: str) -> None:
    found = said(kind, Outgoing("Míralo", linked("https://shop.example/1")))

    assert (found.parts[0]["text"], found.degraded) == ("Míralo\nWeb 0: https://shop.example/1", ("link_as_text",))


@pytest.mark.parametrize(("description", "line", "note"), [
    ("", "1. CANCEL (= 1)", "stop_word_offered"), ("Anular el pedido", "1. Anular el pedido", "stop_word_replaced")])
def test_a_word_that_unsubscribes_never_stands_alone_by_sms(description: str, line: str, note: str) -> None:
    found = said("twilio-sms", Outgoing("¿?", (OutgoingChoice("c", "CANCEL", description),)))

    assert found.parts[0]["text"] == f"¿?\n{line}" and note in found.degraded


def test_header_and_footer_are_as_such_with_buttons_on_whatsapp_cloud() -> None:
    part = said("meta-whatsapp", Outgoing("¿?", choices("A"), header="Hola", footer="Gracias")).parts[0]

    assert (part["header"], part["text"], part["footer"]) == ("Hola", "¿?", "Gracias")


def test_header_and_footer_are_lines_elsewhere() -> None:
    found = said("twilio-sms", Outgoing("¿?", choices("A"), header="Hola", footer="Gracias"))

    assert found.parts[0]["text"] == "Hola\n¿?\n1. A\nGracias"
    assert found.degraded == ("choices_as_menu", "header_as_text", "footer_as_text")


# Files and places


def test_several_files_are_a_message_each_and_the_text_follows() -> None:
    media = tuple(OutgoingMedia(f"https://x.example/{n}.jpg") for n in (1, 2))

    found = said("meta-whatsapp", Outgoing("mira", media=media))

    assert [part.get("text", part.get("media_url")) for part in found.parts] == [*(one.url for one in media), "mira"]


@pytest.mark.parametrize(("kind", "media_type"), [("meta-whatsapp", "sticker"), ("twilio-whatsapp", "image"),
                                                  ("meta-messenger", "image"), ("meta-instagram", None)])
def test_a_sticker_is_what_the_channel_has_for_it(kind: str, media_type: str | None) -> None:
    part = said(kind, Outgoing("", media=(OutgoingMedia("https://x.example/s.webp", "sticker"),))).parts[0]

    assert part.get("media_type") == media_type


def test_a_format_the_channel_does_not_take_is_a_link() -> None:
    found = said("meta-whatsapp", Outgoing("mira", media=(OutgoingMedia("https://x.example/plan.svg"),)))

    assert (found.parts[0]["text"], found.degraded) == ("mira\nhttps://x.example/plan.svg", ("media_as_link",))


def test_a_file_that_nobody_can_fetch_is_left_out_with_a_word() -> None:
    found = said("meta-whatsapp", Outgoing("hola", media=(OutgoingMedia("file:///etc/passwd"),)))

    assert (found.parts, found.degraded) == (({"text": "hola"},), ("media_left_out",))


def test_name_of_a_document_is_said_where_the_channel_shows_none() -> None:
    media = (OutgoingMedia("https://x.example/9.pdf", filename="factura.pdf"),)

    assert said("meta-whatsapp", Outgoing("", media=media)).parts[0]["filename"] == "factura.pdf"
    assert said("twilio-whatsapp", Outgoing("", media=media)).parts[1]["text"] == "factura.pdf"


def test_a_place_at_zero_is_a_place() -> None:
    message = Outgoing("", location=OutgoingLocation(0.0, 0.0, "Isla"))

    assert said("meta-whatsapp", message).parts == ({"location": {"lat": 0.0, "lon": 0.0, "name": "Isla"}},)
    assert said("twilio-sms", message).parts[0]["text"].endswith("query=0.000000%2C0.000000")


# What only some channels have


def test_a_form_is_refused_where_there_are_none() -> None:
    found = said("twilio-sms", Outgoing("Rellena", form=OutgoingForm("1", "Abrir")))

    assert not found.parts and found.refused.endswith("one by one.")


def test_a_forms_button_has_no_pictures() -> None:
    part = said("meta-whatsapp", Outgoing("Rellena", form=OutgoingForm("1", "Reservar 📅 ya"))).parts[0]

    assert part["form"]["cta"] == "Reservar ya"


def test_where_she_is_is_asked_in_words_where_no_button_asks() -> None:
    message = Outgoing("¿Dónde?", request_location=True)

    assert said("meta-whatsapp", message).parts[0]["location_request"] is True
    assert said("meta-messenger", message).degraded == ("location_request_as_text",)


def test_a_quote_is_shown_or_missed() -> None:
    message = Outgoing("sí", reply_to="wamid.1")

    assert said("meta-whatsapp", message).parts[0]["reply_to"] == "wamid.1"
    assert said("twilio-whatsapp", message).degraded == ("quote_left_out",)


SENT = OutgoingTemplate("HX1", "es", ("Marta", "AB-1"), text="Hola, Marta: AB-1 va en camino.")


def test_a_template_goes_as_its_words_where_there_are_none() -> None:
    found = said("meta-messenger", Outgoing("", template=SENT))

    assert (found.parts, found.degraded) == (({"text": SENT.text},), ("template_as_text",))


@pytest.mark.parametrize("change", [{"name": "order_update"}, {"values": ("Marta", " ")}])
def test_a_template_the_provider_would_refuse_is_refused(change: dict[str, Any]) -> None:
    wrong = OutgoingTemplate(**{"name": "HX1", "language": "es", "values": ("Marta",)} | change)

    assert said("twilio-whatsapp", Outgoing("", template=wrong)).refused.endswith(".")


@pytest.mark.parametrize("text", ["", " \n", "\u200b"])
def test_nothing_is_refused(text: str) -> None:
    assert said("twilio-sms", Outgoing(text)).refused == "There is nothing in this message that could be sent."


def test_an_sms_says_how_many_it_is_paid_as() -> None:
    assert [part["segments"] for part in said("twilio-sms", Outgoing("a" * 161)).parts] == [2]


def test_a_menu_says_how_to_answer_it_and_a_list_what_opens_it() -> None:
    asked = Outgoing("¿Qué?", choices("A", "B", "C", "D"), menu_hint="Responde con el número.", list_label="Ver opciones")

    assert channels.adapter("twilio-sms").render(asked).parts[0]["text"].endswith("\n4. D\nResponde con el número.")
    assert channels.adapter("meta-whatsapp").render(asked).parts[0]["open"] == "Ver opciones"
