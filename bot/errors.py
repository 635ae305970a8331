"""What can go wrong while the bot decides.

BotError
├── BudgetBreached   a flow took more steps, sends or frames than one event may
└── FlowBroken       a flow cannot go on (a step, flow or text it needs is not there)
"""

from __future__ import annotations


class BotError(Exception):
    """Base of all errors of this package; the message is a full sentence."""


class BudgetBreached(BotError):
    """One event made a flow do more than it may."""


class FlowBroken(BotError):
    """A flow points to something that does not exist."""
