"""What goes wrong in the pipeline.

PipelineError           base of the package
  UnknownService        a flow calls a service that nothing answers
  UnknownConversation   a command names a conversation that is not there
"""

from __future__ import annotations


class PipelineError(Exception):
    """Base of this package's errors."""


class UnknownService(PipelineError):
    """No connector answers this service; the message lists those there are."""


class UnknownConversation(PipelineError):
    """No conversation has this id."""
