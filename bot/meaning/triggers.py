"""What begins a flow: its phrases, an order's number alone, a guess at what the contact wants."""

from __future__ import annotations

from bot.flow.moves import Digress, GoBack, Move, Start
from bot.flow.words import denies
from bot.hearing import Hearing
from bot.meaning import known_questions
from bot.meaning.early import found_in
from bot.understanding.intents import SMALL_TALK

MAX_DEPTH = 3
_OF_A_NUMBER = SMALL_TALK | {"order_status", "other"}  # what a message may be taken for that holds little but a number


def whole_phrase(hearing: Hearing) -> str:
    """The flow whose phrase is all of the message; '' for none."""
    return hearing.library.trigger(hearing.words, hearing.text, whole_only=True)


def by_words(hearing: Hearing) -> Move | None:
    """Another flow's phrase within the message; in answer to a question for free text only as all of it."""
    name = hearing.library.trigger(hearing.words, hearing.text, whole_only=hearing.is_free)
    if _by_number(hearing, name):
        name = hearing.library.by_number
    if name and hearing.library.flows[name].interrupts == "replace":
        # “Hola, ¿por dónde va mi pedido?” greets and then asks: the menu is for who only greets.
        return known_questions.anywhere(hearing) or by_intent(hearing) or begin(hearing, name)
    return begin(hearing, name) if name else None


def by_intent(hearing: Hearing) -> Move | None:
    """A guess about what the contact wants may start a flow, not interrupt one."""
    if hearing.reading is None or not hearing.is_idle:
        return None
    if denies(hearing.words, hearing.text):
        return None  # “no quiero devolverlo” speaks of a return and wants none
    intents = hearing.library.intents
    name = next((intents[intent] for intent in hearing.reading.intents if intent in intents), "")
    return begin(hearing, name) if name else None


def begin(hearing: Hearing, name: str) -> Move | None:
    """This flow, on top of the running one, in its place, or not at all: as the running one allows."""
    known = found_in(hearing, hearing.library.flows[name])
    if hearing.is_waiting:  # as if nothing were pending: the wait below goes on
        return Digress(name, known) if _depth(hearing) < MAX_DEPTH else None
    if not hearing.pending:
        return _started(hearing, Start(name, known))
    running = hearing.pending[0]
    beside = len(hearing.state["frames"]) > 1
    if running.interrupts == "replace":
        return _started(hearing, Start(name, known, keeps=beside))
    if running.name == name:
        return _started(hearing, Start(name, known, keeps=beside)) if known else None
    if running.interrupts != "yes":
        return None
    below = _below(hearing, name)
    if below:
        return GoBack(below, known)
    if _depth(hearing) >= MAX_DEPTH:
        return None
    hearing.state.pop("misses", None)
    return Digress(name, known)


def instead(hearing: Hearing, name: str) -> Move:
    """This flow in place of all that is under way; what waits for time to pass goes on below."""
    if hearing.is_waiting:
        return Digress(name)
    return Start(name)


def _started(hearing: Hearing, move: Start) -> Move:
    hearing.state.pop("misses", None)
    return move


def _below(hearing: Hearing, name: str) -> int:
    """How many flows are left when she goes back to this one, which another one lies on; 0: it is not there."""
    frames = hearing.state["frames"]
    places = range(len(frames) - 1, 0, -1)
    return next((at for at in places if frames[at - 1]["flow"] == name and frames[at].get("digress")), 0)


def _depth(hearing: Hearing) -> int:
    return sum(1 for frame in hearing.state["frames"] if frame.get("digress"))


def _by_number(hearing: Hearing, named: str) -> bool:
    """Is an order's number all that the message says (“¿y el AB-12345?”), so that its flow is meant?

    A greeting beside it starts a menu, which gives way. Within a flow the number starts its flow only where that is
    the running one and waits for a choice: there it names another order.
    """
    library, reading = hearing.library, hearing.reading
    if not library.by_number or reading is None or not reading.order_numbers:
        return False
    if not _OF_A_NUMBER.issuperset(reading.intents) or (named and library.flows[named].interrupts != "replace"):
        return False
    if hearing.pending is None or hearing.pending[0].interrupts == "replace":
        return True
    flow, step = hearing.pending
    return flow.name == library.by_number and bool(step.data.is_choice)
