"""One message while it is being made sense of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.flow import offers
from bot.flow.answers import Shape, Spoken, heard, is_free
from bot.flow.effects import Effect
from bot.flow.events import Moment, Said
from bot.flow.faq import Found
from bot.flow.library import Library
from bot.flow.model import Flow, Option, Question, Step
from bot.flow.places import pending, takes_reply
from bot.flow.run import Runner, Trace
from bot.flow.state import opened, waits_for_time
from bot.flow.types.orders import numbers_in
from bot.flow.words import bare, tokens
from bot.understanding.read import read
from bot.understanding.reading import Reading

MAX_TEXT = 4000
MOST_OTHERS = 2  # numbers beside the likeliest that a look-up tries
LONGEST_WHOLE = 80  # a command or an option is never longer


class Hearing:
    """One message while it is being made sense of; `state` is a copy of the top level and may be changed."""

    def __init__(self, library: Library, state: dict[str, Any], moment: Moment, said: Said, payload: str = "") -> None:
        self.library = library
        self.state = state
        self.moment = moment
        self.said = said
        self.payload = payload
        # The text of a filled form is the provider's label (“Sent”), no words of hers: it tells no language, no wish.
        self.take("" if said.kind == "form" else said.text)
        self.pending: tuple[Flow, Step] | None = pending(library, state)
        self.reading: Reading | None = None
        self.decisions: list[Trace] = []
        self.effects: list[Effect] = []
        self.subject = ""  # the entry of the FAQ that is the answer, for the trace
        if not state.get("lang"):
            state["lang"] = moment.language or library.project.default_language

    def take(self, text: str) -> None:
        """Make sense of this text: the message's own, or one that was kept from before. `found` is for what several
        decisions look for in it."""
        self.text = text.strip()[:MAX_TEXT]
        self.whole = bare(self.text) if len(self.text) <= LONGEST_WHOLE else ""
        self._words: list[str] | None = None
        self.found: dict[str, Any] = {}

    def take_up(self, text: str, message_id: str) -> None:
        """Go back to a message from before: its words, and where they stand."""
        self.said = Said(text, message_id)
        self.payload = ""
        self.reading = None
        self.take(text)

    @property
    def asked(self) -> Found | None:
        """The question of the FAQ that this is."""
        if "asked" not in self.found:
            self.found["asked"] = self.library.faq.find(self.words)
        asked: Found | None = self.found["asked"]
        return asked

    @property
    def words(self) -> list[str]:
        if self._words is None:
            self._words = tokens(self.text)
        return self._words

    @property
    def question(self) -> Question | None:
        return self.pending[1].data if self.pending else None

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """How the shop writes its order numbers."""
        return self.library.project.shapes

    @property
    def is_waiting(self) -> bool:
        """Does the running flow wait for time to pass or for something outside, and for no answer of hers?"""
        return waits_for_time(self.state)

    @property
    def takes_reply(self) -> bool:
        """Does it wait for a message of hers, whatever it says?"""
        return self.is_waiting and takes_reply(self.library, self.state)

    @property
    def is_free(self) -> bool:
        """Do any words answer the pending question, so that they are not to be taken for something else?"""
        question = self.question
        return question is not None and not question.is_choice and is_free(question.type) and self.kept() is None

    @property
    def is_idle(self) -> bool:
        """Is there no question that she would have to answer first? A menu that gives way is none."""
        return self.pending is None or self.pending[0].interrupts == "replace"

    @property
    def is_stranded(self) -> bool:
        """Is a flow under way whose question is gone from its file?"""
        return bool(self.state.get("frames")) and not self.pending and not self.is_waiting

    def spoken(self) -> Spoken:
        project = self.library.project
        spoken = heard(project, self.state["lang"], self.text, project.day(self.moment.now))
        said = self.said
        return replace(spoken, media=said.media, location=said.location) if said.media or said.location else spoken

    def options(self) -> tuple[Option, ...]:
        """The options that were offered: those whose `when` does not hold are not there."""
        question = self.question
        if question is None:
            return ()
        if not offers.varies(question):
            return question.options
        return offers.offered(question, self.values(), self.state["lang"])

    def kept(self) -> Any:
        """The stored answer that is only to be confirmed; None where the question is open."""
        question = self.question
        if question is None or not question.confirms_known:
            return None
        remembered = self.state.get("vars")
        own, others = self.state["frames"][-1]["vars"], remembered if isinstance(remembered, dict) else {}
        value = own.get(question.save, others.get(question.save))
        return value if offers.confirms(question, value) else None

    def label(self, option: Option) -> str:
        """What an option is called in the conversation's language."""
        found = option.label.pick(self.state["lang"], self.library.project.default_language)
        if found.constant is not None:
            return found.constant
        return found.render(self.values())

    def values(self) -> Any:
        """What a condition may look at."""
        return Runner(self.library, opened(self.state), self.moment, self.text).values

    def understood(self) -> Reading:
        if self.reading is None:
            language = self.state["lang"][:2]
            patterns = self.library.order_patterns
            book = self.library.book.at(str(self.moment.contact.get("country") or ""))
            self.reading = read(self.text, language=language, order_patterns=patterns, book=book)
        return self.reading

    def took_number(self, number: str) -> None:
        """This order number was taken from her words; the others that they may mean are kept for the look-up."""
        others = [one for one in numbers_in(self.text, self.shapes) if one != number]
        self.state.pop("numbers", None)
        if others:
            self.state["numbers"] = [number, *others[:MOST_OTHERS]]

    def decided(self, what: str) -> None:
        self.decisions.append(Trace(decision=what))
