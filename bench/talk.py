"""Who said what and who was answered: the generator's own journal, from which everything is judged.

Nothing of the product's tables is asked. A reply is matched by its recipient and by the words that turn must be
answered with; the end of a reply is the moment its request arrived at the provider.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlencode

from bench.contract import Turn
from bench.http_client import post_bytes
from demo.twilio_callbacks import inbound_fields
from demo.twilio_messages import Message
from demo.twilio_signature import sign

OURS = "whatsapp:+14155238886"
_numbers = itertools.count(1)


class Conversation:
    """One customer and her turns. Times are of one clock, in seconds; None: not (yet) happened."""

    __slots__ = ("acked", "address", "doubled", "misordered", "replied", "samples", "sent", "turns", "waker", "wrong")

    def __init__(self, address: str, turns: tuple[Turn, ...]) -> None:
        self.address = address
        self.turns = turns
        self.sent: list[float | None] = [None] * len(turns)
        self.acked: list[float | None] = [None] * len(turns)
        self.replied: list[float | None] = [None] * len(turns)
        self.doubled = self.wrong = self.misordered = 0
        self.samples: list[str] = []
        self.waker: asyncio.Event | None = None

    def hear(self, text: str, at: float) -> None:
        """A message of ours arrived at the provider for this customer."""
        for index, turn in enumerate(self.turns):
            if turn.answer == text and self.sent[index] is not None and self.replied[index] is None:
                self.replied[index] = at
                self.misordered += any(later is not None for later in self.replied[index + 1:])
                break
        else:
            self._count_unexpected(text)
        if self.waker:
            self.waker.set()

    def _count_unexpected(self, text: str) -> None:
        if any(turn.answer == text for turn in self.turns):
            self.doubled += 1
        else:
            self.wrong += 1
            self.samples.append(text[:120])

    @property
    def missing(self) -> list[int]:
        """Turns that were said, must be answered and were not."""
        return [index for index, turn in enumerate(self.turns)
                if self.sent[index] is not None and turn.answer is not None and self.replied[index] is None]


class Journal:
    """Every conversation of a run, by address."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.errors: Counter[str] = Counter()
        self.strangers = 0
        self.last_reply_at = 0.0

    def open(self, number: int, turns: tuple[Turn, ...]) -> Conversation:
        """A conversation of a customer of her own."""
        conversation = Conversation(f"whatsapp:+34{600_000_000 + number}", turns)
        self.conversations[conversation.address] = conversation
        return conversation

    def arrived(self, message: Message, at: float) -> None:
        """The provider accepted a message."""
        conversation = self.conversations.get(message.to)
        if conversation is None:
            self.strangers += 1
            return
        self.last_reply_at = at
        conversation.hear(message.body, at)

    @property
    def is_answered(self) -> bool:
        return not any(conversation.missing for conversation in self.conversations.values())


def webhook(url: str, account_sid: str, auth_token: str, address: str, text: str) -> bytes:
    """A signed webhook as Twilio posts it, ready for the socket."""
    sid = f"SM{next(_numbers):032x}"
    message = Message(sid, OURS, address, text, "inbound", 0.0, "received", 0.0, profile_name="Cliente")
    return signed_post(url, auth_token, inbound_fields(message, account_sid))


def signed_post(url: str, auth_token: str, fields: dict[str, str], spoil: Callable[[str], str] = str) -> bytes:
    """A form post signed for `url`; `spoil` may change the signature."""
    _, _, rest = url.partition("://")
    netloc, _, path = rest.partition("#")[0].partition("/")
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": spoil(sign(auth_token, url, fields.items())),
    }
    return post_bytes("/" + path, netloc, headers, urlencode(fields).encode())
