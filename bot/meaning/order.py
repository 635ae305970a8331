"""What a message means: the one fixed order, the same in every flow. docs/meaning.md is this table, with examples.

Before it the pipeline has dropped what came twice, obeyed opt-out words, and kept away what a person holds. The first
row that has something to say decides. Understanding judges from `people` on: never a tap, an exact answer, a
command, the phrase of a flow.
"""

from __future__ import annotations

from bot.errors import FlowBroken
from bot.flow.moves import Move
from bot.hearing import Hearing
from bot.meaning import (
    answers,
    attached,
    commands,
    courtesies,
    gathered,
    known_questions,
    people,
    person_question,
    replies,
    start_phrase,
    taps,
    triggers,
    unknown,
    unreadable,
)
from bot.meaning.row import AGAIN, Again, Row

# From here on a message is the same whether it was typed now, tapped, or kept from before a question of ours.
_WORDS = (
    Row("faq_at_choice", known_questions.at_choice),  # asks in so many words what the shop has answered
    Row("typed", answers.typed),  # an answer of a strict type, an option's word
    Row("trigger", triggers.by_words),  # another flow's phrase
    Row("faq", known_questions.anywhere),  # a question the shop has answered
    Row("intent", triggers.by_intent),  # with nothing pending: a guess what she wants
    Row("free", answers.free),  # what was asked for in her own words
    Row("courtesy", courtesies.decide),  # with nothing pending: thanks, goodbye, a thumb up
    Row("not_understood", unknown.decide),  # counted
)
SAID = (
    Row("person_question", person_question.decide),  # yes or no to “shall I pass you to a person?”
    Row("unreadable", unreadable.decide),
    Row("exact", answers.exact),  # exactly an answer of the pending question
    Row("command", commands.decide),  # a command, as the whole message
    Row("attachment", attached.without_words),
    Row("start_phrase", start_phrase.decide),  # exactly the phrase of a flow
    Row("people", people.decide),  # a person asked for, or frustration
    Row("reply", replies.decide),  # a `wait` that takes whatever she writes
    Row("gather", gathered.decide),  # several messages are one answer
    *_WORDS,
)
PRESSED = (
    Row("person_question", person_question.decide),
    Row("tap", taps.decide),
    *_WORDS,
)
# What stands on a button beside a `say`, and what she had written before she was asked whether she wants a person.
KEPT = (Row("exact", answers.exact), Row("command", commands.decide), *_WORDS)
# While a look-up is under way everything waits, but nobody who asks for a person waits for a machine.
LOOKING = (
    Row("command", commands.person_alone),
    Row("people", people.asked_for),
)


def decide(hearing: Hearing, rows: tuple[Row, ...]) -> Move | None:
    """What the message comes to, by the first row that takes it; None where none does."""
    for row in rows:
        move = row.decide(hearing)
        if move is None:
            continue
        hearing.decided(row.name)
        if hearing.subject:
            hearing.decided(hearing.subject)
        if isinstance(move, Again):
            return decided(hearing, KEPT)
        return move
    return None


def decided(hearing: Hearing, rows: tuple[Row, ...]) -> Move:
    """The same for rows of which one always decides."""
    move = decide(hearing, rows)
    if move is None:
        raise FlowBroken("No decision fits this message.")
    return move


__all__ = ["AGAIN", "KEPT", "LOOKING", "PRESSED", "SAID", "decide", "decided"]
