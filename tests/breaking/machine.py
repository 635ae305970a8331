"""The machine: any order of deliveries, repeats, moves, sends, losses and crashes, held against the reference model.

Faults are raised at the named points (`faults.py`). What was acknowledged must be kept, what was not is delivered again
by the provider; whatever happens, each message is stored once and answered once, in order, by whoever may speak.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import insert

import faults
from conversation.work import Work
from handoff import claims as holding
from handoff import closing, replies
from handoff.errors import HandoffError
from pipeline.claims import Claimed
from pipeline.tables import Timer
from tests.breaking.reference import Contact, Refused
from tests.breaking.small_house import AGENTS, Bug, SmallHouse, event

ADDRESSES = ("+34600111222", "+447700900123", "+351912345678")
BEFORE_COMMIT, AFTER_COMMIT = 1, 2  # the points of a transaction of its own
GROUP_LOST, GROUP_KEPT = (1, 2), (3,)  # group begun, before commit; after commit
LEASE_SECONDS = 40

contacts = st.sampled_from(ADDRESSES)
agents = st.sampled_from(AGENTS)
words = st.sampled_from(("eco", "eco", "eco", "persona", "STOP", "ALTA"))
Message = tuple[str, str, int]  # address, text, number


class Machine(RuleBasedStateMachine):
    """One example. `bug` and `url_of` are set by whoever runs it."""

    bug = Bug()
    template: Path

    def __init__(self) -> None:
        super().__init__()
        folder = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="relevo-model-", dir=folder))
        shutil.copy(self.template, self.folder / "model.db")
        self.house = SmallHouse(f"sqlite:///{self.folder / 'model.db'}", self.bug)
        self.model = {address: Contact(address) for address in ADDRESSES}
        self.numbers = itertools.count(1)
        self.delivered: list[Message] = []
        self.owed: list[Message] = []
        self.flying: list[Claimed] = []
        self.timers: list[datetime] = []
        self.seen_epochs: dict[str, int] = {}

    # What contacts do

    @rule(address=contacts, text=words)
    def deliver(self, address: str, text: str) -> None:
        self._post([[self._new(address, text)]])

    @rule(several=st.lists(st.tuples(contacts, words), min_size=2, max_size=6), repeats=st.booleans())
    def deliver_together(self, several: list[tuple[str, str]], repeats: bool) -> None:
        """Side by side, in any order, some of them twice."""
        groups = [[self._new(address, text)] for address, text in several]
        self._post([*groups, *(groups[:2] if repeats else [])])

    @rule(several=st.lists(st.tuples(contacts, words), min_size=2, max_size=5), order=st.randoms(use_true_random=False))
    def deliver_one_webhook_of_many(self, several: list[tuple[str, str]], order: Any) -> None:
        """Several events in one post, out of order, the last one repeated in it."""
        group = [self._new(address, text) for address, text in several]
        group.append(group[-1])
        order.shuffle(group)
        self._post([group])

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        """A provider repeats what was long acknowledged."""
        self._post([[data.draw(st.sampled_from(self.delivered))]])

    @precondition(lambda self: self.owed)
    @rule()
    def retry_what_was_refused(self) -> None:
        owed, self.owed = self.owed, []
        self._post([owed])

    @rule(address=contacts, text=words, at=st.sampled_from((*GROUP_LOST, *GROUP_KEPT)))
    def crash_while_hearing(self, address: str, text: str, at: int) -> None:
        message = self._new(address, text)
        faults.arm(f"{at}:raise")
        acknowledged = self.house.deliver([[_event(message)]])
        self.house.crash()
        self._timers_are_over()
        assert not acknowledged, "a webhook was acknowledged although its transaction failed"
        if at in GROUP_LOST:
            self.owed.append(message)
        self._learn([message] if at in GROUP_KEPT else [])

    # What agents do

    @rule(address=contacts, agent=agents, old_page=st.booleans(), dies=st.sampled_from((0, 0, 0, 1, 2)))
    def claim(self, address: str, agent: str, old_page: bool, dies: int) -> None:
        epoch = self.model[address].epoch - old_page
        self._move(address, dies, lambda work, ticket: self.bug.claim(work, ticket, _id(agent), epoch),
                   lambda contact, gone: contact.claim(agent, epoch, gone))

    @rule(address=contacts, agent=agents, dies=st.sampled_from((0, 0, 0, 1, 2)))
    def release(self, address: str, agent: str, dies: int) -> None:
        self._move(address, dies, lambda work, ticket: holding.release(work, ticket, _id(agent)),
                   lambda contact, gone: contact.release(agent, gone))

    @rule(address=contacts, agent=agents)
    def reply(self, address: str, agent: str) -> None:
        said = replies.Reply("de una persona", self.model[address].epoch, last_seen_seq=10_000)
        self._move(address, 0, lambda work, ticket: replies.reply(work, ticket, _id(agent), said),
                   lambda contact, _gone: contact.reply(agent))

    @rule(address=contacts, agent=agents, dies=st.sampled_from((0, 0, 0, 1, 2)))
    def resolve(self, address: str, agent: str, dies: int) -> None:
        self._move(address, dies, lambda work, ticket: closing.resolve(work, ticket, _id(agent)),
                   lambda contact, gone: contact.close(agent, "resolved", gone))

    @rule(address=contacts, agent=agents)
    def return_to_bot(self, address: str, agent: str) -> None:
        self._move(address, 0, lambda work, ticket: closing.return_to_bot(work, ticket, _id(agent)),
                   lambda contact, gone: contact.close(agent, "returned", gone))

    # What the sender does

    @rule()
    def begin_sending(self) -> None:
        for claimed in self.house.begin_sending():
            self._may_be_sent(claimed)
            self.flying.append(claimed)

    @precondition(lambda self: not self.flying)
    @rule(at=st.sampled_from((BEFORE_COMMIT, AFTER_COMMIT)))
    def sender_dies_while_claiming(self, at: int) -> None:
        faults.arm(f"{at}:raise")
        try:
            self.house.begin_sending()
        except faults.Fault:
            pass
        faults.disarm()
        self.house.replace_sender()

    @precondition(lambda self: self.flying)
    @rule(outcome=st.sampled_from(("sent", "sent", "sent", "retry", "lost after", "lost before", "dies after", "dies before")))
    def finish_sending(self, outcome: str) -> None:
        claimed = self.flying.pop(0)
        self.house.send(claimed, outcome in ("sent", "lost after", "dies after"))
        if not outcome.startswith("dies"):
            self.house.record(claimed, "unknown" if outcome.startswith("lost") else outcome)

    @rule(address=contacts)
    def people_take_over_while_sending(self, address: str) -> None:
        """What the bot had on the wire is refused for now: it must not begin again."""
        self.deliver(address, "eco")
        self.begin_sending()
        self.deliver(address, "persona")
        while self.flying:
            self.finish_sending("retry")

    @precondition(lambda self: not self.flying)
    @rule(seconds=st.sampled_from((1, LEASE_SECONDS, 3 * LEASE_SECONDS)))
    def time_passes(self, seconds: int) -> None:
        self.house.clock.forward(seconds=seconds)
        self.house.reconcile()

    # Timers

    @precondition(lambda self: any(contact.heard for contact in self.model.values()))
    @rule(after=st.sampled_from((0, 30, 100)))
    def set_timer(self, after: int) -> None:
        conversation = next(iter(self.house.conversations().values()))
        due_at = self.house.clock.at + timedelta(seconds=after)
        with self.house.database.work() as work:
            work.connection.execute(insert(Timer.__table__).values(
                timer_id=f"tmr_{next(self.numbers)}", conversation_id=conversation["conversation_id"],
                kind="reminder", payload={"seq": -1}, due_at=due_at, created_at=work.now))
        self.timers.append(due_at)
        if not after:
            self.timers_fire(0)

    @rule(dies=st.sampled_from((0, 0, 1, 2)))
    def timers_fire(self, dies: int) -> None:
        due = self._due()
        if dies and due:
            self._timers_fire_and_die(dies)
            return
        heard = self.house.take_due()
        assert heard == len(due), f"{len(due)} timers were due and {heard} fired"
        assert self.house.take_due() == 0, "a timer fired again"
        self.timers = [at for at in self.timers if at not in due]

    def _timers_fire_and_die(self, at: int) -> None:
        where = {BEFORE_COMMIT: "before commit@small_house.take_due", AFTER_COMMIT: "after commit@small_house.take_due"}
        faults.arm(f"{where[at]}#1:raise")
        try:
            self.house.take_due()
        except faults.Fault:
            pass
        faults.disarm()
        if at == AFTER_COMMIT:
            self._timers_are_over()

    def _timers_are_over(self) -> None:
        """A sweep has heard all that was due."""
        due = self._due()
        self.timers = [at for at in self.timers if at not in due]

    def _due(self) -> list[datetime]:
        return [at for at in self.timers if at <= self.house.clock.at]

    # What must be true after every step

    @invariant()
    def conversations_are_as_they_should_be(self) -> None:
        rows = self.house.conversations()
        for address, contact in self.model.items():
            if contact.heard:
                row = rows[address]
                assert (row["owner"], row["epoch"]) == (contact.owner, contact.epoch), f"{address} is held wrongly"
                assert row["epoch"] >= self.seen_epochs.get(address, 0), "an epoch went back"
                self.seen_epochs[address] = row["epoch"]
        assert len(rows) == sum(bool(contact.heard) for contact in self.model.values()), "a conversation is double"

    @invariant()
    def every_message_is_there_once_and_answered_once(self) -> None:
        rows, messages = self.house.conversations(), self.house.messages()
        for address, contact in self.model.items():
            own = [one for one in messages if contact.heard and one["conversation_id"] == rows[address]["conversation_id"]]
            assert [one["provider_id"] for one in own if one["direction"] == "inbound"] == contact.heard
            assert [one["text"] for one in own if one["author"] == "bot"] == contact.echoes

    @invariant()
    def one_ticket_lives(self) -> None:
        live = [row["conversation_id"] for row in self.house.tickets() if row["state"] in ("queued", "assigned", "snoozed")]
        assert len(live) == len(set(live)), "two tickets of one conversation are open"
        held = sum(contact.ticket in ("queued", "assigned") for contact in self.model.values())
        assert len(live) == held, f"{held} tickets should be open and {len(live)} are"

    @invariant()
    def the_provider_got_each_part_once_and_in_order(self) -> None:
        parts = [claimed.part_id for claimed in self.house.accepted]
        assert len(parts) == len(set(parts)), "the provider accepted a part twice"
        position = {row["part_id"]: row["position"] for row in self.house.parts()}
        for address in ADDRESSES:
            own = [position[one.part_id] for one in self.house.accepted if one.address == address]
            assert own == sorted(own), f"{address} got messages out of order"

    def teardown(self) -> None:
        """Let everything come to rest, then look once more; the files go in any case."""
        try:
            self._come_to_rest()
        finally:
            faults.disarm()
            self.house.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _come_to_rest(self) -> None:
        faults.disarm()
        self.flying.clear()
        self.house.replace_sender()
        for _ in range(400):
            self.house.clock.forward(seconds=LEASE_SECONDS)
            self.house.reconcile()
            for claimed in self.house.begin_sending():
                self._may_be_sent(claimed)
                self.house.send(claimed, arrives=True)
                self.house.record(claimed, "sent")
            if not {row["state"] for row in self.house.parts()} & {"queued", "sending", "unknown"}:
                break
        assert not {row["state"] for row in self.house.parts()} & {"queued", "sending", "unknown"}, "a part is stuck"
        self.the_provider_got_each_part_once_and_in_order()
        got = self._gone()
        for contact in self.model.values():
            missing = set(contact.echoes) - got - contact.banned - contact.excused
            assert not missing, f"never sent: {missing}"

    # The joints between house and model

    def _new(self, address: str, text: str) -> Message:
        number = next(self.numbers)
        return (address, f"eco {number}" if text == "eco" else text, number)

    def _post(self, groups: list[list[Message]]) -> None:
        assert self.house.deliver([[_event(one) for one in group] for group in groups]), "a good webhook was refused"
        self._learn([message for group in groups for message in group])

    def _learn(self, messages: list[Message]) -> None:
        """Tell the model what came in, in the order in which it took effect."""
        known = {provider_id for contact in self.model.values() for provider_id in contact.heard}
        new = {_event(one)["provider_id"]: one for one in messages if _event(one)["provider_id"] not in known}
        stored = [row["provider_id"] for row in self.house.messages() if row["direction"] == "inbound"]
        assert sorted(stored) == sorted([*known, *new]), "what was acknowledged is not what is stored, once each"
        for contact in self.model.values():
            contact.fresh.clear()
        for provider_id in stored:
            if provider_id in new:
                address, text, _ = new[provider_id]
                self.model[address].hear(provider_id, text, self._gone())
        self.delivered += new.values()

    def _move(
        self, address: str, dies: int, act: Callable[[Work, str], Any], expect: Callable[[Contact, set[str]], None]
    ) -> None:
        """An agent does something to the contact's latest ticket; the model says whether she may."""
        row = self.house.conversations().get(address)
        tickets = [one for one in self.house.tickets() if row and one["conversation_id"] == row["conversation_id"]]
        if not tickets:
            return
        if dies:
            faults.arm(f"{dies}:raise")
        refusal = self._try(lambda work: act(work, tickets[-1]["ticket_id"]))
        if dies:
            self.house.crash()
            self._timers_are_over()
        if refusal == "Fault" and dies == BEFORE_COMMIT:
            return
        try:
            expect(self.model[address], self._gone())
            expected = ""
        except Refused as error:
            expected = str(error)
        assert refusal.replace("Fault", "") == expected, f"the move was answered “{refusal}” instead of “{expected}”"

    def _try(self, act: Callable[[Work], Any]) -> str:
        try:
            with self.house.database.work() as work:
                act(work)
        except (HandoffError, faults.Fault) as error:
            return type(error).__name__
        return ""

    def _may_be_sent(self, claimed: Claimed) -> None:
        contact = self.model[claimed.address]
        text = claimed.request["text"]
        if claimed.author == "bot":
            assert text not in contact.banned, f"“{text}” leaves although people have taken over"
        assert not contact.stopped or claimed.request.get("consent"), f"“{text}” leaves after STOP"

    def _gone(self) -> set[str]:
        """What has arrived. What is on the wire when people take over may arrive, and may not begin again."""
        return {one.request["text"] for one in self.house.accepted}


def _event(message: Message) -> Any:
    address, text, number = message
    return event(text, address, number)


def _id(agent: str) -> str:
    return f"agt_{agent.lower()}"
