"""The card an agent sees first. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from handoff import card

QUOTE = {"code": "human_request", "quote": "quiero hablar con alguien ya", "message_id": "msg_7", "points": None}


def a_ticket(**changes: Any) -> dict[str, Any]:
    return {"reason": "human_request", "summary": "", "priority": "normal", "score": None, "threshold": None,
            "evidence": [QUOTE], "card": {}} | changes


@pytest.mark.parametrize(("language", "sentence"), [
    ("es", "Pidió una persona: «quiero hablar con alguien ya»"),
    ("en", "Asked for a person: “quiero hablar con alguien ya”"),
    ("pt-BR", "Pediu uma pessoa: “quiero hablar con alguien ya”"),
    ("de", "Asked for a person: “quiero hablar con alguien ya”"),
])
def test_the_reason_is_one_sentence_in_the_agents_language(language: str, sentence: str):
    assert card.assemble(a_ticket(), language).sentence == sentence


def test_a_reason_without_words_of_the_contact_stands_alone():
    assert card.assemble(a_ticket(reason="bot_error", evidence=[]), "es").sentence == "El asistente falló"


def test_a_reason_we_have_no_words_for_is_shown_as_it_is():
    assert card.label("customs_held", "es") == "Customs held"


def test_evidence_is_numbered_and_points_at_its_message():
    shown = card.assemble(a_ticket(evidence=[QUOTE, QUOTE | {"message_id": "msg_9", "points": 0.4}]), "es").evidence

    assert [(piece.number, piece.message_id, piece.points) for piece in shown] == [(1, "msg_7", None), (2, "msg_9", 0.4)]
    assert shown[0].label == "Pidió una persona"


def test_what_was_learnt_is_shown_without_its_gaps():
    known = {"order_ref": "AB-12345", "email": "", "photos": [], "tries": 0}

    assert card.assemble(a_ticket(card={"known": known}), "es").known == (("order_ref", "AB-12345"), ("tries", 0))


def test_the_path_through_the_flow_is_shown():
    shown = card.assemble(a_ticket(card={"path": "order_status › ask_ref", "language": "pt"}), "es")

    assert (shown.path, shown.language) == ("order_status › ask_ref", "pt")


def test_a_long_quote_is_cut_to_fit():
    shown = card.assemble(a_ticket(evidence=[QUOTE | {"quote": "a" * 500}]), "es")

    assert len(shown.evidence[0].quote) == 160
    assert shown.evidence[0].quote.endswith("…")


def test_every_reason_has_words_in_three_languages():
    reasons = yaml.safe_load(Path(card.REASONS).read_text(encoding="utf-8"))

    assert all(set(words) == {"es", "en", "pt"} and all(words.values()) for words in reasons.values())
