"""The next page of a question with more choices than a channel shows at once.

“More” is no answer: it costs no try, is no turn of the flow, and the question goes on waiting. What was not shown yet is
read from the message that asked, and only when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from bot.flow.state import ANSWER
from bot.flow.words import bare, position
from channels.choices import MORE, MORE_NUMBER
from conversation.events import Outgoing, OutgoingChoice
from conversation.inbox import Talk
from conversation.tables import Message
from conversation.work import Work

LABEL = "more_choices"  # the sentence that stands where the next page begins
NOTICE = "assistant_notice"  # what stands before the first answer of a conversation
LOOKED_AT = 12  # messages of ours: reminders and answers to voice notes may stand after the question
_LONGEST = 24
_WORDS = frozenset((
    "mas", "ver mas", "mas opciones", "otras", "otras opciones", "siguiente", "siguientes",
    "more", "see more", "show more", "more options", "next",
    "mais", "ver mais", "mais opcoes", "outras", "outras opcoes", "proximo", "proxima", "seguinte",
))  # fmt: skip
_message = Message.__table__
_said = (
    select(_message.c.text, _message.c.content)
    .where(_message.c.conversation_id == bindparam("id"), _message.c.direction == "outbound")
    .order_by(_message.c.seq.desc()).limit(LOOKED_AT)
)


def turned(work: Work, talk: Talk, message: Mapping[str, Any]) -> bool:
    """Show the next page if that is what she asks for; False where the message is something else."""
    question = _pending(talk.row["state"])
    payload = message["payload"] or ""
    if not question or not (payload.startswith(MORE) or not payload and _asks(work, talk, message["text"])):
        return False
    asked = _asked(work, talk, question)
    shown = _shown(asked, payload)
    if asked is None or shown is None:
        return False
    choices = tuple(OutgoingChoice(**choice) for choice in asked["content"]["choices"])
    talk.say(work, Outgoing(_without_notice(work, talk, asked["text"]), choices, shown=shown, **words(work, talk.row["language"])))
    talk.row["heard_seq"] = message["seq"]
    return True


def wants_more(work: Work, talk: Talk, text: str) -> bool:
    """Whether these words ask to see more of the choices of a question that waits."""
    return bool(_pending(talk.row["state"])) and _asks(work, talk, text)


def words(work: Work, language: str) -> dict[str, str]:
    """The small words around choices, in the contact's language: `more_label`, `menu_hint`, `list_label`."""
    return {"more_label": work.text(LABEL, language) or "…", "menu_hint": work.text("menu_hint", language),
            "list_label": work.text("list_label", language)}


def _pending(state: Mapping[str, Any]) -> str:
    """How the ids of the pending question's choices begin; '' where none is pending."""
    frames, wait = state.get("frames"), state.get("wait")
    if not frames or not wait or wait.get("kind") != ANSWER:
        return ""
    return f"{frames[-1]['flow']}:{frames[-1]['at']}:"


def _asks(work: Work, talk: Talk, text: str) -> bool:
    """Does she write that she wants to see more, in words or by its number?"""
    if not text or len(text) > _LONGEST:
        return False
    whole = bare(text)
    return whole in _WORDS or position(text) == MORE_NUMBER or whole == bare(work.text(LABEL, talk.row["language"]))


def _asked(work: Work, talk: Talk, question: str) -> Mapping[str, Any] | None:
    """Our last message with choices, if they are those of the pending question."""
    for said in work.connection.execute(_said, {"id": talk.conversation_id}).mappings():
        choices = said["content"].get("choices")
        if choices:
            return dict(said) if choices[0]["id"].startswith(question) else None
    return None


def _without_notice(work: Work, talk: Talk, text: str) -> str:
    """The question alone: that an assistant is speaking was said on its first page, and an SMS is paid by its length."""
    return text.removeprefix(f"{work.text(NOTICE, talk.row['language'])}\n\n")


def _shown(asked: Mapping[str, Any] | None, payload: str) -> int | None:
    """How many choices stand on the pages before the one she wants; None where there is no such page.

    After the last page comes the first one again.
    """
    if asked is None or "more" not in asked["content"]:
        return None
    wanted = (payload or asked["content"]["more"] or f"{MORE}0").removeprefix(MORE)
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 4
    return int(wanted) if is_number and int(wanted) < len(asked["content"]["choices"]) else None
