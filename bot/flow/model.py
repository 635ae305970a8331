"""A flow, compiled: steps in a flat list that name the step that follows them. Nothing here changes after loading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.flow.effects import Choice, Effect, Say
from bot.flow.expressions import Expression
from bot.flow.texts import Texts

# What a step may answer instead of the number of the next one.
WAIT = -1
END = -2


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a flow. `next` follows it; `blocks` are the first steps of what it may branch into.

    A block that is missing or empty leads to `next`. `inside` are the names of the steps in whose repeated blocks it
    stands.
    """

    index: int
    id: str
    kind: StepKind
    line: int
    column: int
    data: Any
    next: int = END
    blocks: Mapping[str, int] = field(default_factory=dict)
    when: Expression | None = None
    inside: tuple[str, ...] = ()

    def block(self, name: str) -> int:
        return self.blocks.get(name, self.next)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a menu or button of a question. `words` are folded phrases that choose it; `value` is what is
    saved, the key where it has none."""

    key: str
    label: Texts
    description: Texts | None = None
    words: tuple[tuple[str, ...], ...] = ()
    folded: frozenset[str] = frozenset()
    when: Expression | None = None
    value: Any = None


@dataclass(frozen=True, slots=True)
class OptionSource:
    """Options made of a list: one for each of its items, which `label` and `value` call `item`."""

    items: Expression
    label: Texts | Expression | None = None
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Check:
    is_true: Expression
    otherwise: Texts


@dataclass(frozen=True, slots=True)
class NoReply:
    after_seconds: float
    remind: Texts | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What `ask`, `menu` and `rate` wait for. `is_choice`: only its options answer it; `is_many`: several of them at once.

    `confirms_known`: what is known already is shown, and asked for only if it is wrong. `gather_seconds`: the answer is
    all that comes until the contact has been quiet for so long. `goes_on_empty`: there is a way for a menu without options.
    `gives_up`: without an answer the flow simply goes on.
    """

    text: Texts
    save: str = ""
    type: str = "text"
    is_choice: bool = False
    options: tuple[Option, ...] = ()
    checks: tuple[Check, ...] = ()
    retries: int = 2
    invalid: tuple[Texts, ...] = ()
    skips_known: bool = False
    is_sensitive: bool = False
    no_reply: NoReply | None = None
    confirms_known: bool = False
    gather_seconds: float = 0.0
    is_many: bool = False
    source: OptionSource | None = None
    goes_on_empty: bool = False
    gives_up: bool = False


@dataclass(frozen=True, slots=True)
class Triggers:
    """What starts a flow: folded phrases, intents, payloads of taps, the first message, an order's number alone.

    `event` is the name of something that happens outside (`External`). `key` says what such events are about, in the
    flow's own values: one that comes with another key is none of a conversation's that waits.
    """

    words: tuple[tuple[str, ...], ...] = ()
    intents: tuple[str, ...] = ()
    payloads: tuple[str, ...] = ()
    first_message: bool = False
    order_number: bool = False
    event: str = ""
    key: Expression | None = None
    places: Mapping[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)
    named_at: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # intents and payloads


@dataclass(frozen=True, slots=True)
class Flow:
    """One file of the flows. `early` are the questions that may be answered before they are asked.

    `interrupts`: whether another flow's trigger may interrupt this one (yes, no) or takes its place (replace).
    `inputs` and `outputs` are names of `data` with their types: what `call` hands in and what it gets back.
    `shape` and `revision`: see `bot.flow.revisions`. `on_edit` (pin, move): what becomes of those who wait in the
    middle of it when another shape is published.
    """

    name: str
    file: str
    steps: tuple[Step, ...]
    by_id: Mapping[str, int]
    data: Mapping[str, str]
    records: Mapping[str, Mapping[str, str]]
    triggers: Triggers
    revision: str = ""
    shape: str = ""
    title: str = ""
    owner: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    expires_seconds: float = 86_400.0
    on_edit: str = "pin"
    queue: str = ""
    interrupts: str = "yes"
    texts: tuple[Texts, ...] = ()
    early: tuple[tuple[str, str], ...] = ()
    sensitive: frozenset[str] = frozenset()
    line: int = 1
    column: int = 1

    @property
    def about(self) -> str:
        """The variable that holds what the event that began the flow is about: `key: order_ref`."""
        key = self.triggers.key
        return key.source if self.triggers.event and key is not None and key.source in self.data else ""


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What `lookup` and `do` ask for, whole: a flow goes on as it was published when a service is taken away."""

    service: str
    arguments: Mapping[str, Expression]
    save: str = ""
    is_write: bool = False
    timeout_seconds: float = 8.0
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandOffPlan:
    queue: str
    reason: str
    priority: str = "normal"
    summary: Texts | None = None
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubFlow:
    """What `call` runs: another flow, on top of this one, with `arguments` for its inputs. `save` gets its outputs."""

    flow: str
    arguments: Mapping[str, Expression]
    save: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """What `repeat` goes by: at most `most` rounds, one for each of `items` where there are some, `during` holding."""

    most: int
    during: Expression | None = None
    items: Expression | None = None
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """What `wait` waits for: a time, or one of `events`, or a message of the contact (`reply`: steps, come_back)."""

    seconds: float
    remind: Texts | None = None
    events: tuple[str, ...] = ()
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Arms:
    """The ways of `random`, each with its weight; `name` is what the draw is called."""

    name: str
    weights: tuple[tuple[str, int], ...]


class Run(Protocol):
    """What a step may do while it runs; the engine hands one in."""

    values: Any

    @property
    def flow(self) -> Flow:
        """The running flow."""

    @property
    def open_queues(self) -> frozenset[str]:
        """Queues with people on duty now."""

    def say(self, texts: Texts, choices: tuple[Choice, ...] = (), media_url: str = "") -> None:
        """Send the text in the contact's language."""

    def send(self, say: Say) -> None:
        """Send a message that is written out already."""

    def choices(self, step: Step) -> tuple[Choice, ...]:
        """The options of a question as things to tap."""

    def render(self, texts: Texts) -> str:
        """The text in the contact's language, filled in."""

    def emit(self, effect: Effect) -> None:
        """Ask for an effect as it is."""

    def set(self, name: str, value: Any) -> None:
        """Give a variable a value."""

    def ask(self, step: Step) -> int:
        """Put the question of this step and wait."""

    def call(self, step: Step, plan: CallPlan) -> int:
        """Ask a service and wait."""

    def enter(self, step: Step, plan: SubFlow) -> int:
        """Run another flow on top of this one, which goes on after it."""

    def pause(self, step: Step, plan: Pause) -> int:
        """Wait for time to pass or for something that happens."""

    def round(self, step: Step, plan: Loop) -> str:
        """Begin the next round of a loop: `more`, `done`, or `used_up` where it may have no more of them."""

    def draw(self, step: Step, plan: Arms) -> str:
        """The arm of this contact, always the same one."""

    def goto(self, name: str) -> int:
        """Go to the step of this name; a question there is asked again."""

    def start(self, flow: str) -> int:
        """Replace the running flow by another."""

    def hand_off(self, plan: HandOffPlan) -> int:
        """Pass to people; the flows end."""

    def owe(self, step: Step, plan: HandOffPlan) -> bool:
        """People get this case when the flow is through; False where they were promised it at this step before."""

    def settle(self) -> int:
        """Pass on what is owed, without a word to the contact; the flows end."""

    def end(self, outcome: str) -> int:
        """End the running flow."""


@dataclass(frozen=True, slots=True)
class StepKind:
    """A verb of the language. One file of `bot/flow/steps/` with `STEP`.

    `build` reads the options of one step and gives its data; `run` carries it out and gives the number of the next
    step, WAIT or END. `example` stands in the documentation and is compiled by the tests. `waits`: for an answer of the
    contact. `loops` are the blocks at whose end the step itself comes again. `answered` is handed a valid answer, for
    kinds that do more with one than to save it, and gives the number of the next step.
    """

    name: str
    options: tuple[str, ...]
    build: Callable[[Any], Any]
    run: Callable[[Run, Step], int]
    example: str
    waits: bool = False
    ends: bool = False
    has_branches: bool = False
    loops: tuple[str, ...] = ()
    answered: Callable[[Run, Step, Any], int] | None = None
