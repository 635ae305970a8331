"""The reference model: what should be true of each contact after each step. Plain values, no database, no bot."""

from __future__ import annotations

from dataclasses import dataclass, field

AMBIGUOUS = frozenset({"ALTA"})  # said back where there was no stop; which of them left cannot be told by its words


class Refused(Exception):
    """A move that must fail; its word is the name of the error."""


@dataclass
class Contact:
    """One contact and her conversation, as they must stand.

    `echoes` are the bot's answers in order; `banned` those that must not leave any more because people took over before
    they did; `excused` those that may or may not leave (a stop came in between). `fresh` are answers that may share a
    transaction with what comes next: where that hands her over, they are the bot's parting words.
    """

    address: str
    heard: list[str] = field(default_factory=list)
    echoes: list[str] = field(default_factory=list)
    banned: set[str] = field(default_factory=set)
    excused: set[str] = field(default_factory=lambda: set(AMBIGUOUS))
    fresh: set[str] = field(default_factory=set)
    owner: str = "bot"
    epoch: int = 0
    ticket: str = ""
    holder: str = ""
    stopped: bool = False

    def hear(self, provider_id: str, text: str, gone: set[str]) -> None:
        """A new message; `gone` are the answers that have arrived."""
        self.heard.append(provider_id)
        if text == "STOP":
            self.stopped = True
            self.excused |= set(self.echoes) - gone
            return
        if self.stopped and text == "ALTA":
            self.stopped = False
            return
        self.stopped = False
        if self.owner == "bot":
            self._bot_hears(text, gone)

    def _bot_hears(self, text: str, gone: set[str]) -> None:
        if self.ticket == "resolved" or text == "persona":
            self._change("queue", gone | self.fresh)
            self.excused |= self.fresh
            self.ticket, self.holder = "queued", ""
        else:
            self.echoes.append(text)
            self.fresh.add(text)

    def claim(self, agent: str, epoch: int, gone: set[str]) -> None:
        if self.ticket == "assigned":
            if self.holder == agent:
                return
            raise Refused("AlreadyClaimed")
        if self.ticket != "queued":
            raise Refused("IllegalMove")
        if epoch != self.epoch:
            raise Refused("StaleEpoch")
        self._change("agent", gone)
        self.ticket, self.holder = "assigned", agent

    def release(self, agent: str, gone: set[str]) -> None:
        self._must_hold(agent)
        self._change("queue", gone)
        self.ticket, self.holder = "queued", ""

    def close(self, agent: str, how: str, gone: set[str]) -> None:
        """`resolved`, or `returned` to the bot."""
        if self.ticket == "queued":
            raise Refused("NotHolder")
        self._must_hold(agent)
        self._change("bot", gone)
        self.ticket, self.holder = how, ""

    def reply(self, agent: str) -> None:
        if self.ticket != "assigned":
            raise Refused("BotOwned" if self.owner == "bot" else "NotHolder")
        self._must_hold(agent)
        if self.stopped:
            raise Refused("OptedOut")

    def _must_hold(self, agent: str) -> None:
        if self.ticket != "assigned":
            raise Refused("IllegalMove")
        if self.holder != agent:
            raise Refused("NotHolder")

    def _change(self, owner: str, gone: set[str]) -> None:
        self.owner = owner
        self.epoch += 1
        self.banned |= set(self.echoes) - gone - AMBIGUOUS
