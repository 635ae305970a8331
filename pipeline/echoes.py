"""Echoes: copies of what went out as us. Ours confirm a send; any other means that a person answered elsewhere.

Whoever answers in the provider's own app has the conversation: the bot falls silent, what it had not sent is never
sent, and the desk gets a quiet ticket, so that colleagues see who is being answered and by whom it is not. Twenty
minutes after the last line written there it is over: who waits comes to the desk, who does not goes back to the bot.

An echo is ours if our app id made it, or if it carries an id of ours: the provider's id of a part, or that of a part
which is on its way to this very person. Nobody passes for us by another app's id or by a part's id made up: the first
is no proof of ours, and the second fits nothing on its way. Where our own answer may still be missing (`holding`), the
echo waits for it; where the outcome of a part is unknown, an echo of its very words settles that it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import metrics
from bot.flow import effects as asked
from conversation import changes, inbox, outbox
from conversation.events import Receipt, TimelineLine
from conversation.inbox import Talk
from conversation.work import Work
from handoff import desk, ledger
from pipeline import effects, holding, identities

REASON = "external"
LINE = "answered_elsewhere"
HELD_FOR = timedelta(minutes=20)  # from the last line a person wrote there: nobody is forgotten because somebody once wrote


def is_anothers(work: Work, event: Mapping[str, Any], tries: int) -> bool:
    """Did somebody else write this as us? False: it is ours and was noted, or it is held until that can be told."""
    if not event.get("recipient"):
        return False
    part_id, provider_id = event.get("callback_data", ""), event.get("provider_id", "")
    if event.get("from_us"):
        known = (bool(part_id) and _confirm(work, part_id, provider_id)) or _confirm(work, "", provider_id)
        metrics.echoes.labels("ours" if known else "ours, not of this database").inc()
        return False
    kind, account = identities.kind_of(event), event["account"]
    under_way = holding.on_its_way(work, kind, account, identities.alias(kind, account, event["recipient"]))
    if holding.is_known(work, provider_id):
        _confirm(work, "", provider_id)
        metrics.echoes.labels("ours").inc()
        return False
    named = part_id.partition(".")[0]  # the attempt stands behind the dot
    mine = [part for part in under_way if part["part_id"] == named or _has_words(part, event)]
    if _settles(work, mine, event):
        metrics.echoes.labels("ours").inc()
        return False
    if mine and holding.hold(work, event, tries):
        return False
    metrics.echoes.labels("elsewhere").inc()
    return True


def take(work: Work, talk: Talk, event: Mapping[str, Any]) -> None:
    """Put what a person of ours wrote elsewhere into the conversation, and the conversation into people's hands."""
    if event.get("target"):
        change = _change(event)
        if changes.apply(work, talk, {**event, "kind": change}, by="agent") or change != "edited":
            return  # what was taken back, and a sign on what we never had, are nothing that anybody said
    was = talk.row["owner"]
    if was == "bot" and not event.get("standby"):  # on standby another app of ours answers, and the bot is silent anyway
        effects.hand_off(work, talk, asked.HandOff(queue="", reason=REASON, priority="low"), quiet=True,
                         outside_until=work.now + HELD_FOR)
    message = talk.elsewhere(work, event)
    talk.row |= {"heard_seq": message["seq"], "waiting_since": None, "unread": 0}
    inbox.write(work, [talk])
    if was != "bot" and (ticket := ledger.live(work, talk.conversation_id)):
        # a person's answer counts wherever it was written: nobody is told that she still has to wait for one
        desk.held_outside(work, ticket, work.now + HELD_FOR)
    work.record(TimelineLine(LINE, talk.conversation_id, "system", epoch=talk.row["epoch"],
                             data={"message": message["message_id"]}))


def _confirm(work: Work, part_id: str, provider_id: str = "") -> bool:
    return bool(part_id or provider_id) and outbox.record(work, Receipt("sent", part_id, provider_id))


def _settles(work: Work, mine: Sequence[Mapping[str, Any]], event: Mapping[str, Any]) -> bool:
    """Where all that fits has an unknown outcome, this echo is the outcome of the first."""
    if not mine or any(part["state"] != "unknown" for part in mine):
        return False
    return outbox.record(work, Receipt("sent", mine[0]["part_id"], event.get("provider_id", "")))


def _has_words(part: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Could this echo be of that part: the same words, or something without words in both?"""
    ours, theirs = (" ".join(words.split()) for words in (part["request"].get("text") or "", event.get("text", "")))
    return ours == theirs and (bool(ours) or "media" in event)


def _change(event: Mapping[str, Any]) -> str:
    """What a person did elsewhere to a message that stands: an echo does not say, its content does."""
    text = event.get("text", "")
    if not text and "media" not in event:
        return "deleted"
    is_sign = len(text) <= 8 and not any(letter.isalnum() or letter.isspace() for letter in text)
    return "reaction" if is_sign and "media" not in event else "edited"
