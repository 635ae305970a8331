"""Events that are no turn of a conversation: edits, deletions, reactions, mentions, changed numbers, groups.

None of them wakes the bot, and none counts as a message that waits for a person. What cannot be joined to the message
it is about is kept as an entry of its own kind, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.flow import effects as asked
from conversation import changes, inbox
from conversation.inbox import Talk
from conversation.work import Work
from handoff import desk
from pipeline import echoes, effects, identities

CHANGES = frozenset({"edited", "deleted", "reaction"})
# Meta, "Messenger Platform and IG Messaging API policy" (Sep 28, 2026), read 2026-11-22: the window “may last up to 7
# days from” the first message after a click on an advertisement for Messenger or Direct. WhatsApp's free entry point
# is about the price of messages, not about the window.
AD_WINDOW = timedelta(days=7)
AD_CHANNELS = frozenset({"messenger", "instagram"})
AD_SOURCE = "ADS"


def take(work: Work, talk: Talk, event: Mapping[str, Any]) -> bool:
    """Deal with an event that is no turn; False where it is one."""
    if "referral" in event:
        _note_ad(work, talk, event)
    match event["kind"]:
        case "echo":
            echoes.take(work, talk, event)
        case "system" if event.get("system"):
            identities.take(work, talk, event)
        case "system":
            _keep(work, talk, event)
        case kind if kind in CHANGES:
            if not changes.apply(work, talk, event):
                _keep(work, talk, event)
        case _ if event.get("group_id"):
            _in_a_group(work, talk, event)
        case _:
            return False
    return True


def _keep(work: Work, talk: Talk, event: Mapping[str, Any]) -> dict[str, Any]:
    message = talk.heard(work, event)
    talk.row["heard_seq"] = message["seq"]
    return message


def _note_ad(work: Work, talk: Talk, event: Mapping[str, Any]) -> None:
    """Her first message after a click on an advertisement lets us write longer than the usual window."""
    referral = event["referral"]
    is_ad = referral.get("source") == AD_SOURCE or bool(referral.get("id"))
    if is_ad and event["kind"] in inbox.OPENS_WINDOW and event["channel"] in AD_CHANNELS:
        talk.row["free_until"] = work.now + AD_WINDOW
        talk.changed = True


def _in_a_group(work: Work, talk: Talk, event: Mapping[str, Any]) -> None:
    """Kept apart from what its members write to us alone, and answered by nobody by itself.

    A group is not one customer: the bot would speak of one's order before all, and no proof holds for whoever reads
    along. So the group has a conversation of its own, each message names who wrote it, the window stays shut, and one
    quiet ticket tells people once that we are in a group; they write to a member from her own conversation.
    """
    is_first = talk.row["last_seq"] == 0
    message = _keep(work, talk, event)
    message["content"] |= {"group": True, "from": event["sender"], "from_name": event.get("profile_name", "")}
    if talk.row["owner"] != "bot":
        inbox.write(work, [talk])
        desk.heard(work, talk.row, message)
        inbox.refresh(work, talk)
    elif is_first:
        effects.hand_off(work, talk, asked.HandOff(queue="", reason="group", priority="low"), quiet=True)
