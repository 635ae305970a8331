"""What a message means: the fixed order of decisions, one by one."""

from __future__ import annotations

import pytest

from bot.flow.effects import Ended
from bot.flow.events import CallResult, External, FlowEdited, Pressed, Said, TicketClosed
from bot.turn import hear
from tests.bot.flow.builders import PROJECT, Talk, a_flow, a_library, a_moment

DATA = (
    "start: {words: [go]}\nqueue: returns\n"
    "data: {ref: order_number, note: text, sure: yes_no, pic: image, order: record}"
)
ASK = "  - ask: ¿Pedido?\n    save: ref\n    if_known: skip\n"
NOTE = "  - ask: ¿Qué pasó?\n    save: note\n"
MENU = (
    "  - menu: ¿Cuál?\n    options:\n"
    "      red: {text: Rojo, words: [grana, color fuego]}\n      blue: {text: Azul, words: [marino, fuego]}\n"
    "  - say: fin\n"
)
OTHER = a_flow("  - say: Otro flujo", name="other", head="start: {words: [otro flujo, cambio]}")


def a_talk(*steps: str, **others: str) -> Talk:
    return Talk(a_library(*steps, head=DATA, **others))


# Exact answers and taps


@pytest.mark.parametrize("answer", ["1", "uno", "el primero", "Rojo", "ROJO!", "red", "grana", "color fuego"])
def test_an_option_is_chosen_by_key_label_number_or_word(answer: str) -> None:
    assert a_talk(MENU)("go")(answer).texts == ["fin"]


@pytest.mark.parametrize("answer", ["pues el grana ese", "prefiero color fuego por favor"])
def test_an_option_is_chosen_by_its_word_within_a_sentence_and_the_longest_wins(answer: str) -> None:
    talk = a_talk(MENU)("go")(answer)

    assert [trace.decision for trace in talk.turn.trace if trace.decision][1] == "answer:red"


def test_words_of_two_options_are_no_answer() -> None:
    assert a_talk(MENU)("go")("el grana o el marino").turn.outcome == "fallback"


def test_a_tap_of_the_pending_menu_answers_it() -> None:
    talk = a_talk(MENU)("go")

    assert talk(Pressed(talk.choices[1], "Azul")).texts == ["fin"]


def test_a_tap_of_an_older_menu_repeats_the_question_and_costs_no_try() -> None:
    talk = a_talk(MENU, ASK)("go")
    old = talk.choices[0]
    talk("rojo")

    assert talk(Pressed(old, "Rojo")).texts == ["Ese menú ya había terminado.\n¿Pedido?"]
    assert talk.state["frames"][0]["tries"] == 0


def test_a_tap_that_was_never_offered_is_no_answer() -> None:
    assert a_talk(MENU)("go")(Pressed("main:1:green", "Verde")).texts == ["Ese menú ya había terminado.\n¿Cuál?"]


def test_a_hidden_option_is_neither_shown_nor_accepted() -> None:
    talk = a_talk("  - menu: ¿Cuál?\n    options: {a: {text: A}, b: {text: B, when: known(contact.name)}}")("go")

    assert talk.choices == ["main:1:a"]
    assert talk(Pressed("main:1:b", "B")).turn.outcome != "answered"


def test_an_exact_answer_is_never_judged() -> None:
    assert (
        a_talk("  - menu: ¿Qué tal?\n    options: {bad: {text: Es una vergüenza}}\n")("go")("es una vergüenza").handoff
        is None
    )


def test_yes_and_no_answer_a_question_with_buttons_by_tap_and_by_word() -> None:
    steps = ("  - ask: ¿Seguro?\n    save: sure\n    buttons: {si: {text: Sí}, no: {text: No}}\n", "  - say: v={sure}")

    assert a_talk(*steps)("go")("claro").texts == ["v=true"]
    assert a_talk(*steps)("go")(Pressed("main:sure:no", "No")).texts == ["v=false"]


# Commands


@pytest.mark.parametrize("word", ["agente", "Persona", "human", "falar com uma pessoa"])
def test_a_person_comes_at_one_word_to_the_queue_of_the_flow(word: str) -> None:
    talk = a_talk(ASK)("go")(word)

    assert talk.handoff is not None
    assert (talk.handoff.queue, talk.handoff.reason, talk.handoff.evidence[0].quote) == (
        "returns",
        "human_request",
        word,
    )


def test_cancel_ends_the_flow() -> None:
    talk = a_talk(ASK)("go")("cancelar")

    assert talk.texts == ["De acuerdo, lo dejo aquí."] and Ended("main", "cancelled") in talk.effects


def test_cancel_without_anything_under_way_says_so() -> None:
    assert "No tengo nada en marcha" in a_talk(ASK)("cancelar").texts[0]


def test_back_asks_the_question_before_and_forgets_its_answer() -> None:
    talk = a_talk(NOTE, ASK)("go")("se rompió")("atrás")

    assert talk.texts == ["¿Qué pasó?"] and talk.state["frames"][0]["vars"]["note"] is None


def test_back_at_the_first_question_repeats_it() -> None:
    assert a_talk(ASK)("go")("atrás").texts == ["No hay ninguna pregunta anterior.\n¿Pedido?"]


def test_repeat_says_the_question_again() -> None:
    assert a_talk(ASK)("go")("repite").texts == ["¿Pedido?"]


def test_the_language_changes_on_command_and_the_question_comes_again_in_it() -> None:
    talk = a_talk('  - ask: {es: "¿Pedido?", en: "Order?"}\n    save: ref\n')

    assert talk("go")("english").texts == ["Let's go on in English.\nOrder?"]


def test_a_command_within_a_sentence_is_no_command() -> None:
    assert a_talk(NOTE, "  - say: Anotado {note}")("go")("no sé cancelar eso").texts == ["Anotado no sé cancelar eso"]


# A person asked for, frustration


def test_an_explicit_request_hands_over_at_once_with_the_contacts_own_words() -> None:
    talk = a_talk(ASK)("go")("quiero hablar con una persona de verdad")

    assert talk.handoff is not None and talk.handoff.reason == "human_request"
    assert talk.handoff.evidence[0].message_id == "m1" and talk.handoff.evidence[0].quote


def test_frustration_hands_over_with_evidence_score_and_threshold() -> None:
    talk = a_talk(ASK)("go")("esto es una vergüenza, llevo una semana esperando")

    assert talk.handoff is not None and talk.handoff.reason == "frustration"
    assert talk.handoff.score is not None and talk.handoff.threshold is not None
    assert talk.handoff.score >= talk.handoff.threshold


def test_without_a_flow_the_people_of_the_matter_are_chosen() -> None:
    talk = a_talk(ASK)("quiero hablar con una persona, necesito go")

    assert talk.handoff is not None and talk.handoff.queue == "returns"


# The gentle question


def a_gentle_question(talk: Talk) -> Talk:
    return talk(Said("", media=("audio",)))(Said("", media=("audio",)))


def test_yes_to_the_gentle_question_hands_over() -> None:
    talk = a_gentle_question(a_talk(ASK)("go"))("sí")

    assert talk.handoff is not None and talk.handoff.reason == "human_request"


@pytest.mark.parametrize("answer", ["Sí, por favor", "1", "claro"])
def test_the_gentle_question_is_answered_by_word_or_number(answer: str) -> None:
    assert a_gentle_question(a_talk(ASK)("go"))(answer).handoff is not None


def test_the_gentle_question_is_answered_by_tap() -> None:
    talk = a_gentle_question(a_talk(ASK)("go"))

    assert talk(Pressed(talk.choices[0], "Sí")).handoff is not None


def test_no_to_the_gentle_question_repeats_what_was_pending() -> None:
    assert a_gentle_question(a_talk(ASK)("go"))("no").texts == ["De acuerdo, seguimos por aquí.\n¿Pedido?"]


def test_an_answer_to_the_pending_question_leaves_the_gentle_one_behind() -> None:
    talk = a_gentle_question(a_talk(ASK, "  - say: Va {ref}")("go"))("AB-12345")

    assert talk.texts == ["Va AB-12345"]


def test_no_answers_what_the_contact_had_written_before() -> None:
    talk = a_talk(ASK)
    talk.state = {"noticed": True, "met": True, "lang": "es", "gentle": {"text": "go"}}

    assert talk("no").texts == ["¿Pedido?"]


# Attachments


def test_a_voice_note_in_the_middle_of_a_question_is_kept_and_the_question_repeated() -> None:
    talk = a_talk(ASK)("go")(Said("", media=("audio",)))

    assert talk.texts == ["Lo guardo para el equipo, aunque yo solo entiendo mensajes escritos.\n¿Pedido?"]
    assert talk.state["frames"][0]["tries"] == 0


def test_a_filled_form_is_thanked_for_and_the_question_repeated() -> None:
    talk = a_talk(ASK)("go")(Said("Sent", kind="form"))

    assert talk.texts == ["¡Gracias! He recibido tu formulario y el equipo lo tiene.\n¿Pedido?"]


def test_words_in_between_start_the_count_of_voice_notes_again() -> None:
    talk = a_talk(ASK)("go")(Said("", media=("audio",)))("a ver")(Said("", media=("audio",)))

    assert "Lo guardo" in talk.texts[0]


def test_a_photo_answers_a_question_for_one() -> None:
    assert a_talk("  - ask: ¿Foto?\n    save: pic\n", "  - say: Gracias")("go")(Said("", media=("image",))).texts == [
        "Gracias"
    ]


def test_what_cannot_be_read_is_said_and_the_question_repeated() -> None:
    assert a_talk(ASK)("go")(Said("", kind="unsupported")).texts == [
        "Eso todavía no lo puedo leer aquí. ¿Me lo escribes?\n¿Pedido?"
    ]


def test_the_label_of_a_filled_form_is_not_read_as_her_words() -> None:
    talk = a_talk(NOTE)("go")

    assert talk(Said("Sent", kind="form")).texts == talk(Said("", kind="form")).texts


# Other flows


def test_another_flow_is_run_and_then_the_question_comes_back_once() -> None:
    assert a_talk(ASK, other=OTHER)("go")("quiero otro flujo").texts == [
        "Otro flujo",
        "Seguimos con lo de antes.\n¿Pedido?",
    ]


def test_a_free_text_question_is_only_left_when_the_whole_message_is_the_phrase() -> None:
    steps = (NOTE, "  - say: Anotado")

    assert a_talk(*steps, other=OTHER)("go")("quiero un cambio").texts == ["Anotado"]
    assert a_talk(*steps, other=OTHER)("go")("cambio").texts[0] == "Otro flujo"


def test_a_flow_that_may_not_be_interrupted_is_not() -> None:
    talk = Talk(a_library(ASK, head=DATA + "\ninterrupts: no", other=OTHER))("go")("otro flujo")

    assert talk.turn.outcome == "fallback"


def test_a_flow_that_gives_way_is_replaced_and_not_resumed() -> None:
    talk = Talk(a_library(ASK, head=DATA + "\ninterrupts: replace", other=OTHER))("go")("otro flujo")

    assert talk.texts == ["Otro flujo"]


def test_digressions_stop_at_depth_three() -> None:
    flows = {
        name: a_flow(
            f"  - ask: ¿{name}?\n    save: x\n", name=name, head=f"start: {{words: [{name}]}}\ndata: {{x: number}}"
        )
        for name in ("aa", "bb", "cc", "dd")
    }
    talk = Talk(a_library(ASK, head=DATA, **flows))("go")("aa")("bb")("cc")

    assert talk("dd").turn.outcome == "fallback" and len(talk.state["frames"]) == 4


def test_an_answer_given_in_advance_skips_its_question() -> None:
    assert a_talk(ASK, "  - say: Va {ref}")("go con ab 12345 ya").texts == ["Va AB-12345"]


# An order's number alone

NUMBERED = "start: {words: [go], order_number: yes}\ndata: {ref: order_number, note: text}"
HELLO = a_flow(
    "  - menu: ¿Hola?\n    options: {a: {text: A}}\n", name="hello", head="interrupts: replace\nstart: {words: [hola]}"
)
LEAVE = a_flow("  - say: Baja", name="leave", head="start: {intents: [cancel]}")


def a_numbered_talk(*steps: str) -> Talk:
    return Talk(a_library(ASK, "  - say: Va {ref}", *steps, head=NUMBERED, hello=HELLO, leave=LEAVE))


@pytest.mark.parametrize("words", ["AB-12345", "¿y el ab 12345?", "hola, AB-12345", "el AB12345 por favor"])
def test_an_order_number_alone_starts_its_flow(words: str) -> None:
    assert a_numbered_talk()(words).texts == ["Va AB-12345"]


def test_an_order_number_starts_its_flow_from_a_menu_that_gives_way() -> None:
    assert a_numbered_talk()("hola")("AB-12345").texts == ["Va AB-12345"]


def test_the_words_that_choose_a_flow_at_a_menu_may_bring_its_order_number() -> None:
    hello = HELLO.replace("{text: A}", "{text: Pedido, words: [pedido], then: [{start_flow: main}]}")
    talk = Talk(a_library(ASK, "  - say: Va {ref}", head=NUMBERED, hello=hello))

    assert talk("hola")("mi pedido es el AB-12345").texts == ["Va AB-12345"]


def test_another_order_number_at_a_choice_of_its_flow_is_the_next_order() -> None:
    talk = a_numbered_talk(MENU)("AB-12345")

    assert talk("¿y el AB-54321?").texts[0] == "Va AB-54321"


def test_an_order_number_beside_another_wish_does_not_start_its_flow() -> None:
    assert a_numbered_talk()("quiero cancelar el AB-12345").texts == ["Baja"]


def test_an_order_number_is_an_answer_where_a_flow_asks_for_words() -> None:
    talk = a_numbered_talk(NOTE, "  - say: Nota {note}")("AB-12345")

    assert talk("AB-54321").texts == ["Nota AB-54321"]


def test_a_trigger_needs_whole_words() -> None:
    assert a_talk(ASK)("gorra").turn.outcome == "fallback"


# While a look-up is under way

LOOKUP = "  - lookup: orders.find\n    with: {ref: ref}\n    save: order\n"


def test_messages_wait_for_a_lookup_and_the_state_is_untouched() -> None:
    talk = a_talk(ASK, LOOKUP)("go")("AB-12345")
    before = talk.state

    assert talk("¿y bien?").turn.outcome == "later"
    assert talk(Pressed("x")).turn.outcome == "later"
    assert talk.state is before


@pytest.mark.parametrize("words", ["agente", "quiero hablar con una persona"])
def test_nobody_who_asks_for_a_person_waits_for_a_lookup(words: str) -> None:
    talk = a_talk(ASK, LOOKUP, "  - say: listo")("go")("AB-12345")
    seq = talk.state["wait"]["seq"]

    assert talk(words).handoff is not None
    assert talk(CallResult(seq, "found", {})).effects == ()


# The rest


def test_the_first_answer_says_once_that_it_is_an_assistant() -> None:
    library = a_library("  - say: Hola", head=DATA, _texts='assistant_notice: {es: "Soy un asistente."}')
    talk = Talk(library, {})

    assert talk("go").texts == ["Soy un asistente.\n\nHola"]
    assert talk("go").texts == ["Hola"]


@pytest.mark.parametrize("notice", ["Soy un asistente.", "Soy un asistente: {privacy_url}"])
def test_the_first_answer_links_the_privacy_notice_whatever_its_sentence(notice: str) -> None:
    project = PROJECT + "privacy_url: https://shop.example/privacy\n"
    library = a_library("  - say: Hola", head=DATA, _project=project, _texts=f'assistant_notice: {{es: "{notice}"}}')

    assert Talk(library, {})("go").texts[0].count("https://shop.example/privacy") == 1


def test_the_first_message_sets_the_language() -> None:
    library = a_library('  - say: {es: "Hola", en: "Hi"}', head=DATA)

    assert Talk(library)("please go and tell me where my parcel is").texts == ["Hi"]


def test_later_one_message_in_another_language_changes_nothing_and_two_do() -> None:
    library = a_library('  - say: {es: "Hola", en: "Hi"}', head=DATA, _policy="signals: off")
    talk = Talk(library)("hola, quiero saber una cosa, go por favor")
    first, second = "please go and look for the blue parcel", "could you go on and tell me more about this"

    assert [talk(first).texts, talk(second).texts] == [["Hola"], ["Hi"]]


def test_after_people_are_done_the_bot_is_quiet_until_the_contact_writes() -> None:
    talk = a_talk(ASK)("go")("agente")(TicketClosed("returned", "Ana"))

    assert talk.effects == () and talk.turn.outcome == "silent"
    assert talk("go").texts == ["¿Pedido?"]


def test_after_a_return_old_anger_does_not_hand_over_again_but_a_request_does() -> None:
    talk = a_talk(ASK)("go")("esto es una vergüenza, llevo una semana esperando")(TicketClosed("returned", "Ana"))

    assert talk("qué vergüenza de tienda").handoff is None
    assert talk("quiero hablar con una persona").handoff is not None


def test_what_is_not_understood_is_counted_from_the_first_message_on() -> None:
    other = a_flow("  - say: ¿Cómo?", name="lost", head="")
    talk = Talk(a_library(ASK, head=DATA, lost=other, _project=PROJECT + "fallback: lost\n"))("verde")

    assert (talk.texts, talk.turn.outcome, talk.state["last"]["outcome"]) == (["¿Cómo?"], "fallback", "fallback")


@pytest.mark.parametrize("event", [External("order_moved"), FlowEdited("main")])
def test_what_happens_outside_is_met_with_silence(event: External | FlowEdited) -> None:
    assert a_talk(ASK)("go")(event).turn.outcome == "silent"


def test_the_first_message_of_all_may_have_its_own_flow() -> None:
    welcome = a_flow("  - say: Bienvenida", name="welcome", head="start: {first_message: yes}")
    talk = a_talk(ASK, welcome=welcome)

    assert [talk("algo raro").texts, talk("algo raro").texts] == [["Bienvenida"], ["No te he entendido."]]


def test_a_payload_may_start_a_flow() -> None:
    assert Talk(a_library(ASK, head="start: {payloads: [ICE]}\ndata: {ref: order_number}"))(
        Pressed("ICE", "x")
    ).texts == ["¿Pedido?"]


def test_a_broken_part_of_the_bot_is_an_apology_a_person_and_an_alert() -> None:
    library = a_library(ASK, head=DATA)
    turn = hear(library, {"mood": {"score": "x"}, "noticed": True}, Said("no entiendo nada de esto"), a_moment())

    assert turn.outcome == "handoff"
    assert [type(effect).__name__ for effect in turn.effects] == ["Say", "HandOff", "Alert"]
