"""What questions may be beside text and buttons: lists of data, several choices, known answers, answers in pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.flow.effects import Alert, HandOff, Rated, Remind, Say
from bot.flow.engine import apology
from bot.flow.events import Pressed, Said, TimerDue
from bot.flow.library import Library, compiled
from tests.bot.flow.builders import PROJECT, Talk, a_flow, a_library, findings, sources

HEAD = (
    "start: {words: [go]}\n"
    "data: {things: list, thing: any, picked: list, ref: order_number, note: text, photos: image, mail: email, day: date,\n"
    "  sure: yes_no, csat: integer, csat_comment: text, facts: record, total: money}"
)
THINGS = "  - set: {things: '[\"Lámpara Lumbre azul de mesa\", \"Lámpara Lumbre roja de mesa\", \"Bombilla\"]'}\n"
FROM = "  - menu: ¿Cuál?\n    options_from: things\n    save: thing\n"
MANY = "  - menu: ¿Cuáles?\n    save: picked\n    many: yes\n    options: {s: Talla pequeña, m: Talla mediana, l: {text: Talla grande, words: [enorme]}}\n"
KNOWN = "  - set: {ref: '\"AB-12345\"'}\n"
CONFIRM = "  - ask: ¿Pedido?\n    save: ref\n    if_known: confirm\n  - say: Es {ref}\n"
GATHER = "  - ask: Cuéntame\n    save: note\n    gather: 20s\n  - say: 'Dices: {note}'\n"


def talk(*steps: str, **moment: Any) -> Talk:
    return Talk(a_library(*steps, head=HEAD), **moment)("go")


def says(*steps: str) -> list[str]:
    return talk(*steps).texts


# Options made of a list


def test_a_list_of_data_becomes_options() -> None:
    shown = [choice.label for effect in talk(THINGS, FROM).effects if isinstance(effect, Say) for choice in effect.choices]

    assert shown == ["Lámpara Lumbre azul de mesa", "Lámpara Lumbre roja de mesa", "Bombilla"]


@pytest.mark.parametrize(("text", "thing"), [
    ("3", "Bombilla"), ("la tercera", "Bombilla"), ("bombilla", "Bombilla"), ("la bombilla por favor", "Bombilla"), ("bomb", "Bombilla"),
    ("Lámpara Lumbre roja de mesa", "Lámpara Lumbre roja de mesa"), ("lampara lumbre a", "Lámpara Lumbre azul de mesa"),
])
def test_an_item_is_chosen_like_any_option(text: str, thing: str) -> None:
    assert talk(THINGS, FROM, "  - say: Es {thing}")(text).texts == [f"Es {thing}"]


def test_an_item_is_chosen_by_tap() -> None:
    chosen = talk(THINGS, FROM, "  - say: Es {thing}")

    assert chosen(Pressed(chosen.choices[2], "Bombilla")).texts == ["Es Bombilla"]


def test_a_tap_on_an_item_that_is_gone_is_no_answer() -> None:
    chosen = talk(THINGS, FROM, "  - say: Es {thing}")

    assert chosen(Pressed("main:thing:Cojín", "Cojín")).texts[0].endswith("¿Cuál?")


LABELLED = (
    "  - menu: ¿Cuál?\n    options_from: things\n    label: {es: '{item | upper}', en: '{item | upper}', pt: '{item | upper}'}\n"
    "    value: lower(item)\n    save: thing\n  - say: Es {thing}\n"
)


def test_label_and_value_are_made_of_the_item() -> None:
    chosen = talk(THINGS, LABELLED)

    assert chosen.choices[2] == "main:thing:bombilla"
    assert chosen("BOMBILLA").texts == ["Es bombilla"]


def test_fixed_options_stand_behind_those_of_the_list() -> None:
    other = FROM + "    options: {other: {text: Otra cosa, then: [{say: Otra}]}}\n"
    chosen = talk(THINGS, other, "  - end: x")

    assert chosen("4").texts == ["Otra"]


@pytest.mark.parametrize("steps", ["    none: [{say: Nada}]\n", "    after_retries: [{say: Nada}]\n"])
def test_a_list_without_items_is_no_menu(steps: str) -> None:
    assert says(FROM + steps, "  - say: fin")[0] == "Nada"


def test_an_empty_none_simply_goes_on() -> None:
    assert says(FROM + "    none: []\n", "  - say: fin") == ["fin"]


def test_an_empty_menu_without_a_way_on_is_a_case_for_people() -> None:
    assert [type(effect) for effect in talk(FROM).effects] == [HandOff]


def test_a_menu_whose_options_are_all_out_is_empty_too() -> None:
    menu = "  - menu: ¿Cuál?\n    options: {a: {text: A, when: false}}\n    none: [{say: Nada}]\n"

    assert says(menu) == ["Nada"]


def test_a_long_list_ends_at_what_a_channel_can_page_through() -> None:
    long = f"  - set: {{things: '{list(range(100, 160))}'}}\n"

    assert len(talk(long, FROM).choices) == 40


def test_what_a_shop_calls_things_is_one_line_of_sane_length() -> None:
    odd = "  - set: {things: '[\"" + "x" * 300 + "\", \"a\\\\n\\\\n b\"]'}\n"
    shown = [choice.label for effect in talk(odd, FROM).effects if isinstance(effect, Say) for choice in effect.choices]

    assert len(shown[0]) == 200 and "\n" not in shown[1]


# Several choices at once


@pytest.mark.parametrize(("text", "picked"), [
    ("1 y 3", ["s", "l"]), ("1,3", ["s", "l"]), ("1, 2 y 3", ["s", "m", "l"]), ("1 3", ["s", "l"]), ("1-2", ["s", "m"]),
    ("la primera y la tercera", ["s", "l"]), ("Talla pequeña y talla grande", ["s", "l"]), ("s, m", ["s", "m"]),
    ("todas", ["s", "m", "l"]), ("all", ["s", "m", "l"]), ("as duas", ["s", "m", "l"]), ("2", ["m"]), ("talla mediana", ["m"]),
    ("1 e 2", ["s", "m"]), ("1 and 2", ["s", "m"]), ("1&2", ["s", "m"]), ("3, 3, 1", ["l", "s"]), ("la enorme y la 1", ["l", "s"]),
])
def test_several_options_are_one_answer(text: str, picked: list[str]) -> None:
    chosen = talk(MANY, "  - ask: ¿Y?\n    save: note\n")(text)

    assert chosen.state["frames"][0]["vars"]["picked"] == picked


@pytest.mark.parametrize("text", ["1 y 7", "1 y lo que sea", "hmm", "9"])
def test_what_names_something_else_too_is_none(text: str) -> None:
    assert talk(MANY, "  - say: fin")(text).texts == ["Elige una de estas opciones, por favor.\n¿Cuáles?"]


def test_a_tap_is_a_list_of_one() -> None:
    chosen = talk(MANY, "  - say: 'Son {picked}'")

    assert chosen(Pressed(chosen.choices[1], "Talla mediana")).texts == ["Son m"]


def test_several_items_of_a_list_are_a_list_of_values() -> None:
    many = "  - menu: ¿Cuáles?\n    options_from: things\n    save: picked\n    many: yes\n  - say: 'Son {picked}'\n"

    assert talk(THINGS, many)("1 y 3").texts == ["Son Lámpara Lumbre azul de mesa, Bombilla"]


# What is known already


@pytest.mark.parametrize(("language", "question", "yes"), [
    ("es", "Tengo AB-12345, ¿es ese?", "sí"), ("en", "I have AB-12345. Is that the one?", "yes"),
    ("pt", "Tenho AB-12345, é esse?", "isso mesmo"),
])
def test_what_is_known_is_confirmed_in_her_language(language: str, question: str, yes: str) -> None:
    asked = talk(KNOWN, CONFIRM, language=language)

    assert asked.texts == [question]
    assert asked(yes).texts == ["Es AB-12345"]


@pytest.mark.parametrize("text", ["no", "não", "no, ese no es", "2", "👎"])
def test_what_is_wrong_is_asked_for(text: str) -> None:
    asked = talk(KNOWN, CONFIRM)(text)

    assert asked.texts == ["¿Pedido?"] and asked.state["frames"][0]["vars"]["ref"] is None


@pytest.mark.parametrize("text", ["CD-11111", "no, es el CD-11111", "mejor cd 11111"])
def test_the_right_value_needs_no_question(text: str) -> None:
    assert talk(KNOWN, CONFIRM)(text).texts == ["Es CD-11111"]


def test_nothing_known_is_simply_asked() -> None:
    assert talk(CONFIRM).texts == ["¿Pedido?"]


def test_taps_say_yes_and_no() -> None:
    asked = talk(KNOWN, CONFIRM)

    assert asked.choices == ["main:ref:known.yes", "main:ref:known.no"]
    assert asked(Pressed("main:ref:known.no", "No")).texts == ["¿Pedido?"]


def test_a_tap_of_a_confirmation_that_is_over_is_stale() -> None:
    asked = talk(KNOWN, CONFIRM)("no")

    assert "¿Pedido?" in asked(Pressed("main:ref:known.yes", "Sí")).texts[0]


def test_neither_yes_nor_no_counts_as_a_try_and_asks_again() -> None:
    asked = talk(KNOWN, CONFIRM)("hmm")

    assert asked.texts[0].endswith("Tengo AB-12345, ¿es ese?") and asked.state["frames"][0]["tries"] == 1


def test_a_confirmed_value_that_a_check_refuses_is_asked_for() -> None:
    checked = CONFIRM.replace("if_known: confirm\n", "if_known: confirm\n    checks: [{is_true: 'ref != \"AB-12345\"', else: Ese no}]\n")
    asked = talk(KNOWN, checked)("sí")

    assert asked.texts == ["Ese no"] and asked.state["frames"][0]["vars"]["ref"] is None


def test_dates_and_money_are_confirmed_as_people_read_them() -> None:
    total = "  - set: {total: '1234.5'}\n  - ask: ¿Cuánto?\n    save: total\n    if_known: confirm\n  - say: fin\n"

    assert "1.234,50" in talk(total).texts[0]


def test_of_a_secret_only_the_end_is_shown() -> None:
    secret = "  - set: {mail: '\"marta@mail.example\"'}\n  - ask: ¿Correo?\n    save: mail\n    if_known: confirm\n    sensitive: yes\n"

    assert talk(secret).texts == ["Tengo •••ple, ¿es ese?"]


def test_a_digression_comes_back_to_the_confirmation() -> None:
    other = a_flow("  - say: Estamos en Madrid\n", name="shops", head="start: {words: [tiendas]}")
    library = a_library(KNOWN, CONFIRM, head=HEAD, shops=other)

    assert Talk(library)("go")("tiendas").texts[-1].endswith("Tengo AB-12345, ¿es ese?")


# What was asked as sensitive


SECRET = "  - ask: ¿Correo?\n    save: mail\n    sensitive: yes\n"


def test_a_case_for_people_does_not_quote_what_was_asked_as_sensitive() -> None:
    passed = talk(SECRET)("marta@mail.example, quiero hablar con una persona").handoff

    assert passed is not None and passed.evidence and "marta" not in repr(passed)


def test_a_case_for_people_does_not_hold_what_was_asked_as_sensitive() -> None:
    passed = talk(SECRET, "  - ask: ¿Y?\n    save: note\n")("marta@mail.example")("agente").handoff

    assert passed is not None and "marta" not in repr(passed)


def test_an_alert_does_not_name_what_was_asked_as_sensitive() -> None:
    library = a_library(SECRET, "  - ask: ¿Y?\n    save: note\n", head=HEAD)
    asked = Talk(library)("go")("marta@mail.example")
    _, effects, _ = apology(library, asked.state, asked.moment, ValueError("what is marta@mail.example?"))

    (alert,) = [one for one in effects if isinstance(one, Alert)]
    assert alert.text == "ValueError: what is •••?"


# Answers of several messages


def due(heard: Talk) -> Talk:
    return heard(TimerDue(heard.state["wait"]["seq"]))


def test_several_messages_are_one_answer() -> None:
    told = talk(GATHER)("Llegó roto")

    assert told.texts == [] and told.effects == (Remind(told.state["wait"]["seq"], 20.0),)
    assert due(told("y falta una pieza")).texts == ["Dices: Llegó roto\ny falta una pieza"]


def test_the_time_of_an_earlier_message_is_stale() -> None:
    told = talk(GATHER)("Llegó roto")
    earlier = TimerDue(told.state["wait"]["seq"])

    assert told("y sucio")(earlier).effects == ()


def test_photos_are_gathered_into_a_list() -> None:
    photos = "  - ask: ¿Fotos?\n    save: photos\n    gather: 20s\n  - say: '{len(photos)} fotos'\n"
    sent = talk(photos)(Said("", media=("image",)))(Said("mira", media=("image", "audio")))

    assert due(sent).texts == ["2 fotos"]


def test_what_was_gathered_may_be_no_answer() -> None:
    photos = "  - ask: ¿Fotos?\n    save: photos\n    gather: 20s\n    invalid: Hace falta una foto\n  - say: fin\n"
    told = due(talk(photos)("no tengo"))

    assert told.texts == ["Hace falta una foto"] and "parts" not in told.state["wait"]


def test_a_command_in_between_is_a_command() -> None:
    told = talk(GATHER)("Llegó roto")("agente")

    assert told.handoff is not None


def test_another_flows_words_in_between_are_part_of_the_answer() -> None:
    other = a_flow("  - say: Estamos en Madrid\n", name="shops", head="start: {words: [tiendas]}")
    told = Talk(a_library(GATHER, head=HEAD, shops=other))("go")("lo compré en una de sus tiendas")

    assert told.texts == [] and due(told).texts == ["Dices: lo compré en una de sus tiendas"]


def test_repeating_the_question_loses_nothing() -> None:
    told = talk(GATHER)("Llegó roto")("repite")

    assert told.texts == ["Cuéntame"]
    assert due(told).texts == ["Dices: Llegó roto"]


def test_silence_before_the_first_message_is_still_silence() -> None:
    quiet = GATHER.replace("gather: 20s\n", "gather: 20s\n    no_reply: {after: 10m, then: [{say: Te leo luego}]}\n")

    assert due(talk(quiet)).texts == ["Te leo luego", "Dices: "]


def test_what_is_gathered_has_an_end() -> None:
    told = talk(GATHER)
    for _ in range(30):
        told(Said("x" * 900, media=("image",)))

    parts = told.state["wait"]["parts"]
    assert len(parts["text"]) <= 4000 and len(parts["media"]) == 20


# Ratings


RATE = "  - rate: ¿Nota?\n    save: csat\n    comment: ¿Por qué?\n  - say: fin\n"


def test_a_rating_is_told_to_those_who_keep_it() -> None:
    rated = talk(RATE)("4")

    assert Rated(4, "main", "csat") in rated.effects and rated.texts == ["¿Por qué?"]


def test_a_comment_is_told_without_its_words() -> None:
    commented = talk(RATE)("4")("Tardó mucho")

    (effect,) = [one for one in commented.effects if isinstance(one, Rated)]
    assert effect.has_comment and "Tardó" not in repr(effect) and commented.texts == ["fin"]


@pytest.mark.parametrize("text", ["no", "No, gracias", "omitir", "nada", "Skip", "não, obrigada"])
def test_a_comment_may_be_left_out(text: str) -> None:
    left = talk(RATE)("4")(text)

    assert left.texts == ["fin"] and not [one for one in left.effects if isinstance(one, Rated)]


def test_nobody_is_handed_over_for_not_rating() -> None:
    asked = talk(RATE)("ni idea")("de verdad que no sé")

    assert asked.texts == ["fin"] and asked.handoff is None


def test_the_fifth_place_of_the_list_is_a_five() -> None:
    rated = talk(RATE)

    assert rated.choices == [f"main:csat:{n}" for n in range(1, 6)]


# What a say may have beside its text

TEMPLATES = (
    "order_news:\n  blanks: [{label: 'a'}, {label: 'b'}]\n"
    "  languages: {es: {body: 'Hola, {{1}}: hay novedades de {{2}} hoy.', twilio: HX00000000000000000000000000000e51}}\n"
)


def library_with(steps: str, head: str = HEAD, **others: str) -> Library:
    loaded = compiled({**sources(main=a_flow(steps, head=head), **others), "_templates.yaml": TEMPLATES})
    assert loaded.library is not None, "\n".join(one.render("en") for one in loaded.findings)
    return loaded.library


def test_a_say_carries_its_link_and_template() -> None:
    steps = (
        KNOWN + "  - say: Ya va\n    link: {url: 'https://t.example/{ref}', label: Ver envío}\n"
        "    template: {name: order_news, vars: ['{contact.phone}', ref]}\n"
    )
    (said,) = [one for one in Talk(library_with(steps))("go").effects if isinstance(one, Say)]

    assert said.link == ("Ver envío", "https://t.example/AB-12345")
    assert (said.template, said.template_values) == ("order_news", {"1": "+34600111222", "2": "AB-12345"})


SHOPS = a_flow("  - say: Estamos en Madrid\n", name="shops", head="start: {payloads: [where]}")


@pytest.mark.parametrize("key", ["shops", "where"])
def test_a_button_of_a_say_begins_a_flow_whenever_it_is_tapped(key: str) -> None:
    talk = Talk(library_with(f"  - say: Hola\n    buttons: {{{key}: Tiendas}}\n", shops=SHOPS))("go")

    assert talk.choices == [f"say:{key}"]
    assert talk(Pressed(f"say:{key}", "Tiendas")).texts == ["Estamos en Madrid"]


def test_a_button_of_a_say_begins_a_digression_in_the_middle_of_a_question() -> None:
    steps = "  - say: Hola\n    buttons: {shops: Tiendas}\n  - ask: ¿Pedido?\n    save: ref\n"
    talk = Talk(library_with(steps, shops=SHOPS))("go")(Pressed("say:shops", "Tiendas"))

    assert talk.texts[0] == "Estamos en Madrid" and talk.texts[-1].endswith("¿Pedido?")


def test_any_other_button_of_a_say_is_as_good_as_its_words() -> None:
    steps = "  - say: Hola\n    buttons: {yes: 'Sí'}\n  - ask: ¿Seguimos?\n    save: sure\n  - say: 'Es {sure}'\n"

    assert Talk(library_with(steps))("go")(Pressed("say:yes", "Sí")).texts == ["Es true"]


def test_a_conversation_hears_one_wording_and_another_may_hear_another() -> None:
    steps = "  - ask: [Uno, Dos, Tres]\n    save: ref\n    retries: 9\n"
    library = a_library(steps, head=HEAD)
    heard = {n: Talk(library, conversation=f"cnv_{n}")("go") for n in range(20)}
    first = {n: one.texts[0] for n, one in heard.items()}

    assert set(first.values()) == {"Uno", "Dos", "Tres"}
    assert all(one("hmm").texts[0].endswith(first[n]) for n, one in heard.items())


# Mistakes


@pytest.mark.parametrize(("steps", "code"), [
    ("  - menu: x\n    many: yes\n    save: picked\n    options: {a: {text: A, then: [{end: x}]}, b: B}", "S30"),
    ("  - ask: x\n    save: facts", "S31"),
    ("  - ask: x\n    save: mail\n    gather: 20s", "S32"),
    ("  - ask: x\n    save: note\n    gather: 20s\n    buttons: {a: A}", "S32"),
    ("  - ask: x\n    save: note\n    gather: 2h", "S10"),
    ("  - say: x\n    buttons: {a: {text: A, then: [{end: x}]}}", "S33"),
    ("  - say: x\n    link: {url: casalumbre, label: Ver}", "V33"),
    ("  - say: x\n    link: {url: 'https://x.example', label: Un rótulo demasiado largo}", "C01"),
    ("  - say: x\n    link: {url: 'https://x.example'}", "S05"),
    ("  - say: x\n    link: {url: 'https://x.example', label: Ver}\n    buttons: {a: A}", "C30"),
    ("  - say: x\n    template: {name: order_new, vars: [ref]}", "V34"),
    ("  - say: x\n    template: {name: order_news, vars: [ref]}", "V35"),
    ("  - ask: x\n    if_known: confirm", "S15"),
    ("  - menu: x\n    label: item.name\n    options: {a: A}", "S15"),
    ("  - menu: x\n    options_from: things\n    value: itm.name", "E01"),
    ("  - menu: x", "S02"),
    ("  - ask: x\n    save: ref\n    if_known: maybe", "S09"),
    ("  - rate: x\n    save: csat\n    comment: {text: x, sabe: note}", "S01"),
])
def test_a_wrong_use_has_its_finding(steps: str, code: str) -> None:
    loaded = compiled({**sources(main=a_flow(steps, head=HEAD)), "_templates.yaml": TEMPLATES})

    assert code in [one.code for one in loaded.findings], [one.render("en") for one in loaded.findings]


def test_a_state_with_a_gathered_answer_is_plain_json() -> None:
    told = talk(GATHER)(Said("hola", location={"lat": 1.0, "lon": 2.0}))

    assert json.loads(json.dumps(told.state)) == told.state


def test_the_questions_of_the_project_are_readable() -> None:
    assert not [one for one in findings(a_flow(RATE, head=HEAD)) if one.level == "error"] and PROJECT
