"""What an agent is writing, as a page carries it from one request to the next."""

from __future__ import annotations

from dataclasses import dataclass

from console.stretches import Bubble

# the longest text a provider takes in one message is 4,096 characters; longer ones are split by the channel
MAX_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Writing:
    """What stands in the composer: the mode, a text that was not sent, and what a colleague wrote meanwhile.

    `saved_reply_id` is the saved reply that a text is made of, or is to be made of where there is none yet.
    `filled` is what stood in the blanks of a message template that was not sent: its name, and the values. `upload_id` is
    a file that was attached to it.
    """

    mode: str = "reply"
    text: str = ""
    guard: tuple[Bubble, ...] = ()
    focus: bool = False
    filled: tuple[str, tuple[str, ...]] = ("", ())
    upload_id: str = ""
    upload_name: str = ""
    saved_reply_id: str = ""
