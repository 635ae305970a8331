"""What the actions of the console take from a program: the fields of their forms, as models.

A field that an action does not know is refused by name. `as_fields` says them as a form would.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

MOST_BLANKS = 20
MOST_PIECES = 40

Epoch = Annotated[int, Field(ge=0, le=999_999_999, description="The conversation's epoch as you read it; another one is 409.")]
Seen = Annotated[int, Field(ge=0, le=999_999_999, description="`last_seq` as you read it: nothing goes out over an answer "
                                                             "that you have not seen.")]
Text = Annotated[str, Field(max_length=8_000)]
Line = Annotated[str, Field(max_length=500)]


class Body(BaseModel):
    """Base of all bodies."""

    model_config = ConfigDict(extra="forbid")

    def as_fields(self) -> dict[str, Any]:
        """As a form would have said it."""
        return self.model_dump(by_alias=True, exclude_none=True)


class ClaimBody(Body):
    epoch: Epoch
    force: bool = Field(False, description="Also beyond one's own capacity.")


class OfferBody(Body):
    epoch: Epoch


class AssignmentBody(Body):
    to: str = Field(max_length=80, description="The agent's id.", examples=["agt_…"])
    epoch: Epoch
    force: bool = Field(False, description="Also beyond her capacity and skills.")


class TakeoverBody(Body):
    epoch: Epoch
    force: bool = Field(False, description="Also beyond one's own capacity.")


class ReleaseBody(Body):
    reason: Line = ""


class TransferBody(Body):
    to: str = Field(max_length=80, description="`agent:agt_…` or `queue:returns`.", examples=["queue:returns"])
    note: Annotated[str, Field(max_length=4_000, description="For whoever takes it on.")] = ""


class ResolutionBody(Body):
    disposition: Annotated[str, Field(max_length=40, description="solved, duplicate, spam or no_answer.")] = "solved"
    no_survey: bool = Field(False, description="Do not ask the contact how it was.")


class VerdictBody(Body):
    kind: str = Field("", max_length=40, description="not_a_reason or bot_should_know; empty takes it back.")
    wrong: list[Annotated[int, Field(ge=0, lt=MOST_PIECES)]] = Field(
        default_factory=list, max_length=MOST_PIECES, description="Which pieces of the evidence were wrong, from 0.")
    note: Line = ""

    def as_fields(self) -> dict[str, Any]:
        return {"kind": self.kind, "note": self.note} | {f"wrong_{place}": "1" for place in self.wrong}


class ReplyBody(Body):
    text: Text = ""
    epoch: Epoch
    last_seen_seq: Seen = 0
    force: bool = Field(False, description="Also over a colleague's answer.")
    upload: str = Field("", max_length=80, description="A file that an earlier reply brought, by its id.")
    saved_reply: str = Field("", max_length=80, description="The saved reply it was made of: its picture goes with it, and "
                                                           "what it does is done. Without a text it goes out filled in.")
    then: str = Field("", max_length=20, description="`resolve`: the matter is settled with it.")


class TemplateBody(Body):
    template: str = Field(max_length=120)
    values: list[Text] = Field(default_factory=list, max_length=MOST_BLANKS, description="Its blanks, in their order.")
    epoch: Epoch
    last_seen_seq: Seen = 0
    force: bool = False

    def as_fields(self) -> dict[str, Any]:
        return self.model_dump(exclude={"values"}) | {f"value_{n}": one for n, one in enumerate(self.values, 1)}


class NoteBody(Body):
    text: Text


class BlockBody(Body):
    why: str = Field(max_length=40, description="spam, abuse or scam.")


class TrialBody(Body):
    address: str = Field(max_length=120, description="Who tests; she must have written to the channel before.")


class NewFlowBody(Body):
    name: str = Field(max_length=80)
    title: str = Field("", max_length=200)


class FlowTextBody(Body):
    text: str = Field(max_length=500_000, description="The whole file.")


class FlowCaseBody(Body):
    script: str = Field(max_length=100_000, description='The talk as JSON: `[["user", "mi paquete"]]`.')
    name: str = Field("", max_length=200)
    language: str = Field("", max_length=5)
    channel: str = Field("", max_length=40)


class PublishBody(Body):
    comment: Line
    base: str = Field(max_length=80, description="The set that was live when you looked (`GET /flows`).")
    seen: str = Field("", max_length=80, description="The same again: what others published meanwhile was looked at.")


class RollbackBody(Body):
    comment: Line
    base: str = Field(max_length=80)


class PolicyBody(Body):
    comment: Line
    base: str = Field(max_length=80)
    numbers: dict[Annotated[str, Field(max_length=80)], float] = Field(
        max_length=200, description="Settings of the policy by their names: `human.high`.")

    def as_fields(self) -> dict[str, Any]:
        return {"comment": self.comment, "base": self.base} | {name: f"{one:g}" for name, one in self.numbers.items()}
