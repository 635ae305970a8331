"""What goes wrong when an agent has the shop do something with an order.

UnknownOrderAction  no such action, or not one this agent may see
ReasonMissing       an action needs a reason
BadAmount           the amount is not one that can be paid
ActionOpen          one of the same kind is under way for this order
ActionUnsure        of one of the same kind nobody knows yet whether it was done
KeyReused           the form's key was used for something else
ActionDecided       it was decided already, and how
AboveYourLimit      this role may not approve so much
"""

from __future__ import annotations

from handoff.errors import HandoffError


class UnknownOrderAction(HandoffError):
    """No such action, kind of action, or none this agent may see."""

    code = "unknown_order_action"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no action {key} that you may see.")


class ReasonMissing(HandoffError):
    """An action on an order needs a reason."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Say why: a few words that a colleague understands later.")


class BadAmount(HandoffError):
    """The amount is not one that can be paid."""

    code = "bad_amount"

    def __init__(self) -> None:
        super().__init__("Write an amount above zero, such as 20.00.")


class ActionOpen(HandoffError):
    """One of the same kind is under way for this order; `by` is who asked for it."""

    code = "action_open"

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has asked for the same already, and it is under way.")
        self.by = by


class ActionUnsure(HandoffError):
    """Of one of the same kind nobody knows yet whether it was done; `by` is who asked for it."""

    code = "action_unsure"

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has asked for the same, and nobody knows whether it was done: look into the shop and say so first.")
        self.by = by


class KeyReused(HandoffError):
    """The key of the form was used for something else."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__("This form was sent before with other values: open it again.")


class ActionDecided(HandoffError):
    """It was decided already; `by` is who did, `state` how it stands."""

    code = "action_decided"

    def __init__(self, by: str, state: str) -> None:
        super().__init__(f"{by} decided on it already; it is {state}.")
        self.by, self.state = by, state


class AboveYourLimit(HandoffError):
    """This role may not approve so much; `limit` is what it may, as decimal text."""

    code = "above_your_limit"

    def __init__(self, limit: str) -> None:
        super().__init__(f"You may approve up to {limit}: somebody who may more has to.")
        self.limit = limit
