"""What goes wrong with news.

BadPolicy   a line of `_outreach.yaml` is wrong; names the line and the mend
"""

from __future__ import annotations


class BadPolicy(Exception):
    """A line of `_outreach.yaml` is wrong."""
